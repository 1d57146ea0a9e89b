"""A measurement of the newest time to which the database can be restored: the RPO itself (ALM-13)."""
