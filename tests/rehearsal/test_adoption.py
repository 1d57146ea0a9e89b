"""DR-1: a restored database is adopted by the real engine, and never over one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.outcome import EngineError
from rehearsal.session import Session
from tests.support.small_program import REGION, SmallProgram, session_of

pytestmark = [pytest.mark.engine, pytest.mark.contract("DR-1")]


def database(name: str, identifier: str, *, adopt: bool = False, options: str = "") -> str:
    adopted = f', import_="{identifier}"' if adopt else ""
    return f"""
        aws.rds.Instance(
            "{name}",
            identifier="{identifier}",
            engine="postgres",
            instance_class="db.t4g.small",
            allocated_storage=20,
            storage_encrypted=True,
            username="shop",
            password="not-a-secret",
            skip_final_snapshot=True,
            opts=options(protect=True{adopted}{options}),
        )
    """


def instances(session: Session) -> list[str]:
    found = session.cloud.call("rds", REGION, "describe_db_instances")["DBInstances"]
    return sorted(each["DBInstanceIdentifier"] for each in found)


def make_past_the_engine(session: Session) -> None:
    session.cloud.call(
        "rds",
        REGION,
        "create_db_instance",
        DBInstanceIdentifier="shop-2",
        Engine="postgres",
        DBInstanceClass="db.t4g.small",
        AllocatedStorage=20,
        StorageEncrypted=True,
        MasterUsername="shop",
        MasterUserPassword="not-a-secret",
    )


def test_the_engine_deletes_what_is_imported_over_although_it_is_protected(
    program: SmallProgram, engine: Path
) -> None:
    """Why an instance is adopted under a new name alone. When this fails the engine has become safer."""
    program.write(database("database", "shop"))
    with session_of(program, engine) as session:
        session.up()
        make_past_the_engine(session)
        program.write(database("database", "shop-2", adopt=True))
        session.up()
        assert instances(session) == ["shop-2"]


def guarded(keys: str) -> str:
    return f"""
        from infra.configuration.generations import Generations
        from infra.data.database_generations import declare_guard

        guard = declare_guard(Generations({keys}), pulumi.ComponentResource("test:index:Root", "root"))
    """


def test_beside_it_both_stay_and_a_second_adoption_is_refused(program: SmallProgram, engine: Path) -> None:
    waits = ", depends_on=guard"
    first = database("database", "shop")
    adopted = database("database-2", "shop-2", adopt=True, options=waits)
    made = database("database-2", "shop-2", options=waits)
    program.write(first)
    with session_of(program, engine) as session:
        session.up()
        make_past_the_engine(session)
        program.write(guarded("2, (1,), (), True") + first + adopted)
        assert session.up().changes["import"] == 1
        assert session.preview().changes == {}
        program.write(guarded("2, (1,)") + first + made)
        session.up()
        program.write(guarded("2, (1,), (), True") + first + adopted)
        for operation in (session.preview, session.up):
            with pytest.raises(EngineError, match="generation 2 is in the state already"):
                operation()
        assert instances(session) == ["shop", "shop-2"]
