"""ENV-6: what `recover account` is built of, when it refuses to begin, and what it tells before it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from infra.configuration.files import read_environment
from infra.configuration.generations import MOST, Generations
from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.recovery.account import KIND, recovered
from operations.recovery.run import Run
from operations.recovery.session import plan_lines
from operations.recovery.steps import Recovery
from tests.support.account_parts import NEW, REGION
from tests.support.account_recovery import STEPS
from tests.support.emptied_account import World

pytestmark = pytest.mark.contract("ENV-6")


def decided(world: World, to: str = "latest", *, force: bool = False) -> dict[str, Any]:
    return world.recovery().decide(to, force=force)


def plan(world: World, *, force: bool = False) -> Recovery:
    run = Run("run", KIND, "ann", world.now.isoformat(), decided(world, force=force))
    return world.recovery().plan(run)


def test_an_environment_without_a_backup_account_is_told_so() -> None:
    dev = read_environment(ROOT, "dev", today=date.min)
    with pytest.raises(OperationError, match=r"^Pulumi\.dev\.yaml: groundwork:backupAccount: found nothing"):
        recovered(dev)


def test_what_is_decided_is_the_newest_of_each(world: World) -> None:
    made = world.now - timedelta(hours=1)
    point, key = world.keep_database(made), world.keep_secrets(made, sentry_dsn="dsn")
    found = decided(world)
    assert (found["point"], found["secrets"], found["target"]) == (point, key, 2)
    assert found["databaseOf"] == made.isoformat()
    assert found["to"] == world.now.isoformat()


def test_up_to_a_time_the_newest_of_before_is_taken(world: World) -> None:
    """Of the database and of secrets alike: somebody may have changed both."""
    until = world.now - timedelta(days=5)
    for made in (until - timedelta(days=2), until + timedelta(minutes=1)):
        world.keep_database(made)
        world.keep_secrets(made, sentry_dsn="dsn")
    wanted = until - timedelta(days=1)
    point, key = world.keep_database(wanted), world.keep_secrets(wanted, sentry_dsn="dsn")
    found = decided(world, until.isoformat())
    assert (found["point"], found["secrets"], found["to"]) == (point, key, until.isoformat())


def test_a_copy_of_the_very_time_is_one_up_to_it(world: World) -> None:
    made = (world.now - timedelta(days=5)).replace(microsecond=0)
    point, key = world.keep_database(made), world.keep_secrets(made, sentry_dsn="dsn")
    found = decided(world, made.isoformat())
    assert (found["point"], found["secrets"]) == (point, key)


@pytest.mark.parametrize("to", ["yesterday", "2026-11-28T14:30"])
def test_a_time_has_a_zone(world: World, to: str) -> None:
    with pytest.raises(OperationError, match=f"--to: found '{to}'; allowed: latest, or a time with its zone"):
        decided(world, to)


# when it refuses
@pytest.fixture
def standing(world: World) -> World:
    """The account is not empty at all."""
    with_instance(world, world.naming.prefix)
    return world


def with_instance(world: World, name: str) -> None:
    world.new.call(
        "rds",
        REGION,
        "create_db_instance",
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="triangle",
        MasterUserPassword="password-1",
    )


def test_where_a_database_stands_nothing_is_begun(standing: World) -> None:
    name = standing.naming.prefix
    with pytest.raises(
        OperationError, match=rf"^{name} stands in account {NEW}, which is not empty.*--force"
    ):
        decided(standing)


def test_with_force_the_database_stays_beside_the_new_one(standing: World) -> None:
    name = standing.naming.prefix
    found = plan(standing, force=True)
    assert found.situation[0] == f"account {NEW} has {name}, which stays"
    assert decided(standing, force=True)["target"] == 2


@pytest.mark.parametrize("force", [False, True])
def test_what_stands_under_the_new_name_is_not_taken_for_what_was_restored(world: World, force: bool) -> None:
    """As after a recovery whose stack file nobody has committed: its rows are not those of the copy."""
    with_instance(world, f"{world.naming.prefix}-2")
    with pytest.raises(OperationError, match=r"-prod-2 stands in account .* would be restored"):
        decided(world, force=force)


def test_where_the_backup_account_does_not_let_it_in_a_person_is_told_what_to_do(world: World) -> None:
    world.wire.refused = {"ListObjectsV2"}
    with pytest.raises(OperationFailed, match="AccessDenied") as caught:
        decided(world)
    said = str(caught.value)
    assert f"of the account in Pulumi.prod.yaml ({NEW})" in said
    assert "in backup_account/, with its own credentials, `pulumi up --stack prod`" in said


def test_without_any_copy_of_the_database_it_is_told_where_there_is_none(emptied_account: World) -> None:
    emptied_account.keep_secrets(emptied_account.now - timedelta(days=1), sentry_dsn="dsn")
    with pytest.raises(
        OperationError, match=r"there is not a copy of the database in arn:aws:backup.*-prod\.$"
    ):
        decided(emptied_account)


def test_without_a_copy_of_that_time_the_oldest_is_named(emptied_account: World) -> None:
    made = emptied_account.now - timedelta(days=30)
    for each in (made + timedelta(days=3), made, made + timedelta(days=2)):
        emptied_account.keep_database(each)
    emptied_account.keep_secrets(made - timedelta(days=9), sentry_dsn="dsn")
    until = made - timedelta(minutes=1)
    with pytest.raises(OperationError) as caught:
        decided(emptied_account, until.isoformat())
    assert f"of {until:%Y-%m-%d %H:%M} UTC or before. The oldest is of {made:%Y-%m-%d %H:%M} UTC." in str(
        caught.value
    )


def test_without_a_snapshot_of_secrets_nothing_is_begun(emptied_account: World) -> None:
    emptied_account.keep_database(emptied_account.now - timedelta(days=1))
    with pytest.raises(OperationError, match=r"there is not a snapshot in s3://.*/secrets-outside/"):
        decided(emptied_account)


def test_the_names_have_an_end(world: World) -> None:
    text = world.file.read_text(encoding="utf-8")
    world.file.write_text(
        text.replace("    tier: standard\n", f"    tier: standard\n    generation: {MOST}\n")
    )
    with pytest.raises(OperationError, match=f"there are {MOST} generations"):
        decided(world)


def test_nothing_is_written_before_it_is_agreed_to(world: World) -> None:
    plan(world)
    assert not world.wire.changes
    assert not world.engine.ups


# what is told before
def test_the_plan_has_the_steps_in_order_and_says_when_people_are_back(world: World) -> None:
    found = plan(world)
    assert [each.name for each in found.steps] == STEPS
    assert found.users_back == "ready"
    (line,) = [each for each in plan_lines(found) if "users are back" in each]
    assert line.startswith(f"{STEPS.index('ready') + 1} services are ready")


def test_people_are_back_within_what_the_contract_says(world: World) -> None:
    """ENV-6: two hours where AWS takes as long as usual."""
    assert plan(world).until_users_are_back().typical <= 120 * 60


def test_what_is_lost_is_told_with_times(world: World) -> None:
    database, secrets = world.now - timedelta(hours=3), world.now - timedelta(hours=4)
    world.keep_database(database)
    world.keep_secrets(secrets, sentry_dsn="dsn")
    said = plan(world).loss
    assert f"rows written since {database:%Y-%m-%d %H:%M} UTC" in said
    assert f"values of secrets that people have set since {secrets:%Y-%m-%d %H:%M} UTC" in said
    assert f"files of the last minutes before {world.now:%Y-%m-%d %H:%M} UTC" in said


def test_the_plan_says_what_there_is(world: World) -> None:
    found = plan(world).situation
    assert found[0] == f"account {NEW} has no database of this environment"
    assert found[2] == "the state has 1 resources, which are put aside"


def test_afterwards_it_is_at_home_with_one_generation(world: World) -> None:
    settings = world.configuration.settings
    database = replace(
        settings.database, generations=Generations(3, retired=(1, 2), lost=(1,), promoted=(3,))
    )
    after = recovered(replace(world.configuration, settings=replace(settings, database=database)))
    assert after.settings.database.generations == Generations(3)
