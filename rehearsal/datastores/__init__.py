"""Real servers behind the embedded AWS, where a session asks for them: PostgreSQL and Redis.

Nothing here is imported by a session without them.

    with Session(…, data=True) as session:
        session.up()
        connection = session.datastores.connect("triangle-dev", user=…, password=…, database=…)
"""

from rehearsal.datastores.datastores import DataStores, Served
from rehearsal.datastores.processes import NoServer

__all__ = ["DataStores", "NoServer", "Served"]
