"""What happens when a deployment is killed, interrupted or started twice."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.outcome import EngineError, Interrupted
from rehearsal.session import Session
from rehearsal.workspace.journal import Entry, Journal
from rehearsal.workspace.seal import write_seal
from rehearsal.workspace.stack_file import StackFileError
from rehearsal.workspace.workspace import LockedError, Workspace, WorkspaceError
from tests.support.checkout import replace_text
from tests.support.small_program import ACCOUNT, REGION, SmallProgram, resources, session_of

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
SUBNETS = 20
PROGRAM = f"""
    password = random.RandomPassword("password", length=20)
    secret = aws.secretsmanager.Secret("secret", name="secret", opts=options())
    version = aws.secretsmanager.SecretVersion(
        "version", secret_id=secret.id, secret_string=password.result, opts=options()
    )
    vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options())
    for number in range({SUBNETS}):
        cidr = f"10.0.{{number}}.0/24"
        opts = options(depends_on=[version])
        aws.ec2.Subnet(f"subnet-{{number}}", vpc_id=vpc.id, cidr_block=cidr, opts=opts)
"""


def start(
    program: SmallProgram, engine: Path, calls: int, *, checkpoints: bool = True
) -> subprocess.Popen[bytes]:
    """A deployment in another process, waiting at its AWS call number `calls`."""
    arguments = [str(program.root), str(engine), str(calls), "yes" if checkpoints else "no"]
    command = [sys.executable, "-m", "tests.support.killed_session", *arguments]
    with (program.root / "said").open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
    deadline = time.monotonic() + 60
    while not (program.root / "reached").exists():
        assert process.poll() is None, (program.root / "said").read_text(encoding="utf-8")
        assert time.monotonic() < deadline, "the deployment never got to that call"
        time.sleep(0.05)
    return process


def made_subnets(session: Session) -> list[str]:
    found = session.cloud.call("ec2", REGION, "describe_subnets")["Subnets"]
    return sorted(s["SubnetId"] for s in found if s["CidrBlock"].startswith("10.0."))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the engine's process is found in /proc")
@pytest.mark.parametrize("engine_too", [False, True], ids=["program killed", "program and engine killed"])
@pytest.mark.parametrize("checkpoints", [False, True], ids=["without checkpoints", "with checkpoints"])
def test_a_killed_deployment_is_finished_by_the_next_one(
    program: SmallProgram, engine: Path, engine_too: bool, checkpoints: bool
) -> None:
    program.write(PROGRAM)
    process = start(program, engine, calls=15, checkpoints=checkpoints)
    if engine_too:
        for child in Path(f"/proc/{process.pid}/task").glob("*/children"):
            for engine_process in child.read_text(encoding="utf-8").split():
                os.kill(int(engine_process), signal.SIGKILL)
    process.kill()
    process.wait()
    with session_of(program, engine) as session:
        before = made_subnets(session)
        password = session.cloud.call("secretsmanager", REGION, "get_secret_value", SecretId="secret")
        session.up()
        kept = session.cloud.call("secretsmanager", REGION, "get_secret_value", SecretId="secret")
        after = made_subnets(session)
        in_state = sorted(resource["id"] for resource in resources(session, "aws:ec2/subnet:Subnet").values())
        assert session.preview().changes == {}
        assert "pending_operations" not in session.export()["deployment"]
    assert kept["SecretString"] == password["SecretString"]
    assert 0 < len(before) < SUBNETS
    assert set(before) <= set(after)  # nothing is lost
    assert after == in_state  # nothing is made twice
    assert len(after) == SUBNETS


@pytest.fixture
def _heeding_ctrl_c() -> Iterator[None]:
    """A shell that starts the tests in the background has them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heeding_ctrl_c")
def test_ctrl_c_stops_in_good_order_and_the_next_up_finishes(program: SmallProgram, engine: Path) -> None:
    program.write(PROGRAM)
    calls = [15]

    def press_ctrl_c(_service: str, _operation: str) -> None:
        calls[0] -= 1
        if calls[0] == 0:
            os.kill(os.getpid(), signal.SIGINT)
        if calls[0] < 0:
            time.sleep(0.05)

    with session_of(program, engine, faults=press_ctrl_c) as session:
        with pytest.raises(Interrupted):
            session.up()
        some = len(resources(session, "aws:ec2/subnet:Subnet"))
    with session_of(program, engine) as session:
        session.up()
        assert some < len(made_subnets(session)) == SUBNETS


def test_a_second_deployment_at_the_same_time_is_refused(program: SmallProgram, engine: Path) -> None:
    program.write(PROGRAM)
    process = start(program, engine, calls=3)
    try:
        with (
            pytest.raises(
                LockedError, match=f"another session of dev is running \\(process {process.pid}\\)"
            ),
            session_of(program, engine),
        ):
            pass
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("found", ["", "12345"])
def test_a_lost_account_number_is_named_and_nothing_else_is_blamed(
    program: SmallProgram, engine: Path, found: str
) -> None:
    program.write(PROGRAM)
    with session_of(program, engine) as session:
        session.up()
    replace_text(program.root / "Pulumi.dev.yaml", f'"{ACCOUNT}"', f'"{found}"')
    with pytest.raises(StackFileError, match="groundwork:account: found"), session_of(program, engine):
        pass
    replace_text(program.root / "Pulumi.dev.yaml", f'account: "{found}"', f'account: "{ACCOUNT}"')
    with session_of(program, engine) as session:
        assert session.preview().changes == {}


def test_an_embedded_aws_that_cannot_be_brought_back_is_told_once_with_the_way_out(
    program: SmallProgram, engine: Path
) -> None:
    vpcs = """
        for number in range({count}):
            aws.ec2.Vpc(f"v{number}", cidr_block=f"10.{number}.0.0/16", opts=options())
    """
    program.write(vpcs.replace("{count}", "1"))
    with session_of(program, engine) as session:
        session.up()
        workspace = session.workspace
    # Not damaged: another version of the program would have written it like this.
    replace_text(workspace.journal, "10.0.0.0/16", "10.0.0.0/9")
    write_seal(workspace)
    program.write(vpcs.replace("{count}", "5"))
    with session_of(program, engine) as session:
        assert session.preview().changes == {"create": 4}  # asks AWS for nothing
        with pytest.raises(WorkspaceError) as refused:
            session.up()
        with pytest.raises(WorkspaceError, match="make reset ENV=dev"):
            session.bring_cloud_back()
    assert str(refused.value).count("failed on replay") == 1
    assert str(refused.value).endswith("`make reset ENV=dev` throws it away.")


def test_a_refusal_of_the_cloud_keeps_what_was_made(program: SmallProgram, engine: Path) -> None:
    two = """
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options())
        one = aws.ec2.Subnet("one", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options())
        aws.ec2.Subnet("two", vpc_id=vpc.id, cidr_block="{cidr}", opts=options(depends_on=[one]))
    """
    program.write(two.replace("{cidr}", "10.0.0.0/24"))
    with session_of(program, engine) as session:
        with pytest.raises(EngineError, match=r"InvalidSubnet\.Conflict"):
            session.up()
        assert set(resources(session, "aws:ec2/subnet:Subnet")) == {"one"}
        program.write(two.replace("{cidr}", "10.0.1.0/24"))
        assert session.up().changes == {"create": 1}


def test_a_read_only_checkout_is_no_obstacle(program: SmallProgram, engine: Path, tmp_path: Path) -> None:
    program.write('pulumi.export("answer", 42)')
    workspace = Workspace(tmp_path / "elsewhere" / "dev", "dev")
    before = sorted(tmp_path.glob("*"))
    program.root.chmod(0o555)
    try:
        with Session(program.root, "dev", engine, workspace) as session:
            session.up()
            assert session.outputs() == {"answer": 42}
    finally:
        program.root.chmod(0o755)
    assert sorted(path for path in tmp_path.glob("*") if path.name != "elsewhere") == before


def test_a_full_disk_is_told_and_the_next_up_finishes(
    program: SmallProgram, engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.write(PROGRAM)
    appended, append = [0], Journal.append

    def on_a_small_disk(journal: Journal, entries: list[Entry]) -> None:
        appended[0] += 1
        if appended[0] > 15:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/state/journal.jsonl")
        append(journal, entries)

    monkeypatch.setattr(Journal, "append", on_a_small_disk)
    with (
        session_of(program, engine) as session,
        pytest.raises(EngineError, match=r"/state/journal.jsonl: No space left on device. Free some space"),
    ):
        session.up()
    monkeypatch.undo()
    with session_of(program, engine) as session:
        session.up()
        assert len(made_subnets(session)) == SUBNETS
        assert session.preview().changes == {}


@pytest.mark.parametrize("backup", ["the last one", "the first one", "none"])
def test_a_state_that_is_half_written_is_found_again_from_the_journal(
    program: SmallProgram, engine: Path, backup: str
) -> None:
    program.write(PROGRAM)
    with session_of(program, engine) as session:
        (state,) = session.workspace.backend.glob(".pulumi/stacks/*/dev.json")
        first = state.read_bytes()
        session.up()
        before = made_subnets(session)
    kept = {"the last one": state.read_bytes(), "the first one": first, "none": first[:10]}
    state.with_name("dev.json.bak").write_bytes(kept[backup])
    state.write_bytes(state.read_bytes()[:4096])
    with session_of(program, engine) as session:
        session.up()
        assert made_subnets(session) == before
        assert session.preview().changes == {}


def _deployed_vpc(program: SmallProgram, engine: Path) -> Workspace:
    program.write('aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options())\n')
    with session_of(program, engine) as session:
        session.up()
        return session.workspace


def test_a_damaged_journal_is_never_taken_for_the_cloud(program: SmallProgram, engine: Path) -> None:
    workspace = _deployed_vpc(program, engine)
    workspace.journal.write_bytes(workspace.journal.read_bytes().splitlines(keepends=True)[0])
    for _ in range(2):  # a refusal changes nothing
        with pytest.raises(WorkspaceError, match="make reset ENV=dev"), session_of(program, engine):
            pass


def test_a_lost_state_is_found_again_from_the_journal(program: SmallProgram, engine: Path) -> None:
    workspace = _deployed_vpc(program, engine)
    shutil.rmtree(workspace.backend)
    with session_of(program, engine) as session:
        session.up()
        vpcs = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
        assert [vpc["CidrBlock"] for vpc in vpcs].count("10.0.0.0/16") == 1
        assert session.preview().changes == {}


def test_an_older_state_is_held_against_the_cloud(program: SmallProgram, engine: Path) -> None:
    workspace = _deployed_vpc(program, engine)
    assert workspace.state is not None
    older = workspace.state.read_bytes()
    subnet = 'aws.ec2.Subnet("one", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options())\n'
    program.write('vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options())\n' + subnet)
    with session_of(program, engine) as session:
        session.up()
    workspace.state.write_bytes(older)
    with session_of(program, engine) as session:
        session.up()
        assert len(made_subnets(session)) == 1
        assert session.preview().changes == {}
