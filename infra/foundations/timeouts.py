"""Timeouts of a deployment, for what may take AWS long.

The provider gives up after times of its own (`schema.DefaultTimeout` in terraform-provider-aws, beside each
one here), which are enough for small databases and quiet days. What is given up has not failed: AWS goes on
with it, but nothing that depends on it is made. No time here makes a deployment longer.
"""

from __future__ import annotations

import pulumi

# A snapshot copies what has changed since the last one, and the first one everything (RDS user guide,
# "Creating a DB snapshot"): hours for the largest storage that a stack file may ask for. Provider: 20 min.
DATABASE_SNAPSHOT = pulumi.CustomTimeouts(create="3h")

# Creation from a snapshot or to a time loads a whole database; a change may be a major version, whose upgrade
# takes snapshots before and after; deletion ends with a snapshot. Provider: 40, 80 and 60 min.
DATABASE = pulumi.CustomTimeouts(create="3h", update="3h", delete="3h")

# A snapshot is taken and copied to the other region, then what was written meanwhile is caught up with (RDS
# user guide, "Creating a read replica in a different AWS Region"). Provider: 40, 80 and 60 min.
DATABASE_REPLICA = pulumi.CustomTimeouts(create="6h", update="3h", delete="3h")

# Replicates once the latest backup has been copied. Provider: 75 min each.
DATABASE_BACKUP_COPIES = pulumi.CustomTimeouts(create="6h", delete="2h")

# Other nodes are filled from the old ones before these go, one after the other; deletion ends with a
# snapshot. Provider: 60, 40 and 45 min.
REDIS = pulumi.CustomTimeouts(create="90m", update="3h", delete="2h")

# A control plane is there in some ten minutes, another version takes up to an hour; Auto Mode removes its
# nodes before a cluster goes (EKS user guide, "Delete a cluster"). Provider: 30, 60 and 15 min.
CLUSTER = pulumi.CustomTimeouts(create="1h", update="2h", delete="1h")

# An add-on is there when its pods are, for which Auto Mode starts the first nodes. Provider: 20, 20, 40 min.
ADD_ON = pulumi.CustomTimeouts(create="40m", update="40m", delete="40m")
