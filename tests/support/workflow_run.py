"""GitHub's part in a workflow: jobs in their order, steps with their conditions, variables and expressions.

Only what the workflows of this repository use: an expression or action that is not known here is an error, so
that nothing is passed over in silence.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.workflows import Job, jobs

Variables = Callable[[str], Mapping[str, str]]
_EXPRESSION = re.compile(r"\$\{\{(.+?)\}\}")
# Actions that prepare a runner: here it is one.
_PREPARING = ("actions/checkout@", "./.github/actions/ready", "./.github/actions/credentials")


@dataclass(frozen=True)
class Step:
    """What became of a step.

    Args:
        job: of which it is.
        does: the command or action.
        outcome: as GitHub calls it: success, failure, skipped.
        output: of a command.
    """

    job: str
    does: str
    outcome: str
    output: str = ""


@dataclass
class Run:
    """A run of workflows.

    Args:
        root: the checkout.
        variables: of the process, for a GitHub environment's name.
        settings: GitHub's variables (`vars`).
        artifacts: the folder of what jobs hand on.
        inputs: of the workflow.
        before: called before each step with its command or action.
        matrix: the values of a job of many.
    """

    root: Path
    variables: Variables
    settings: Mapping[str, str]
    artifacts: Path
    inputs: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _: None
    matrix: Mapping[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)

    def play(self, workflow: str, only: tuple[str, ...] = ()) -> Run:
        """Plays a workflow from its beginning, or some of its jobs."""
        for job in jobs(workflow):
            if "include" in job.content.get("strategy", {}).get("matrix", {}):
                self._each(job, only)
                continue
            if only and job.name not in only:
                continue
            needed = job.content.get("needs")
            if needed and self.outcomes.get(needed, "success") != "success":
                self.outcomes[job.name] = "skipped"
            elif "uses" in job.content:
                self._call(job)
            else:
                self.outcomes[job.name] = self._job(job)
        return self

    def of(self, does: str) -> list[str]:
        """The outcomes of the steps that do something, in their order."""
        return [step.outcome for step in self.steps if step.does == does]

    def said(self, does: str) -> str:
        """What the last such step printed."""
        return next(step.output for step in reversed(self.steps) if step.does == does)

    def _each(self, job: Job, only: tuple[str, ...]) -> None:
        """A job of a matrix, once for each of its entries; GitHub names it with the first value."""
        for entry in job.content["strategy"]["matrix"]["include"]:
            name = f"{job.name} ({next(iter(entry.values()))})"
            if not only or name in only:
                self.outcomes[name] = replace(self, matrix=entry)._job(job)

    def _call(self, job: Job) -> None:
        called = str(job.content["uses"]).removeprefix("./.github/workflows/").removesuffix(".yml")
        inputs = {name: self._text(value, {}) for name, value in job.content.get("with", {}).items()}
        inner = replace(self, inputs=inputs, outcomes={})
        inner.play(called)
        self.outcomes[job.name] = "success" if set(inner.outcomes.values()) == {"success"} else "failure"

    def _job(self, job: Job) -> str:
        ended: dict[str, str] = {"": "success"}
        env = {name: self._text(value, ended) for name, value in job.content.get("env", {}).items()}
        own = {**self.variables(self._text(job.content.get("environment", ""), ended)), **env}
        for step in job.steps:
            does = step.get("run", step.get("uses", ""))
            wanted = self._wanted(step.get("if", "success()"), ended)
            if wanted:
                self.before(does)
            if not wanted:
                outcome, output = "skipped", ""
            else:
                more = {name: self._text(value, ended) for name, value in step.get("env", {}).items()}
                outcome, output = self._step(step, {**own, **more})
            self.steps.append(Step(job.name, does, outcome, output))
            if outcome == "failure":
                ended[""] = "failure"
            ended[step.get("id", does)] = outcome
        if any("ref" in step.get("with", {}) for step in job.steps):
            self._checked_out("-")
        return ended[""]

    def _checked_out(self, revision: str) -> None:
        """The checkout has another commit; every job has its own, so `-` brings back what it had."""
        command = ["/usr/bin/env", "git", "checkout", "-q", revision]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True)

    def _step(self, step: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[str, str]:
        if "run" in step:
            # As GitHub calls it where `shell: bash` is said ("Exit codes and error action preference").
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = subprocess.run(
                command,
                cwd=self.root,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            return ("success" if done.returncode == 0 else "failure"), done.stdout
        uses, given = step["uses"], step.get("with", {})
        if uses.startswith("actions/upload-artifact@"):
            shutil.copy(self.root / given["path"], self.artifacts)
        elif uses.startswith("actions/download-artifact@"):
            shutil.copytree(self.artifacts, self.root / given["path"], dirs_exist_ok=True)
        elif "ref" in given:
            self._checked_out(self._text(given["ref"], {}))
        else:
            assert uses.startswith(_PREPARING), f"not known here: {uses}"
        return "success", ""

    def _wanted(self, condition: str, ended: Mapping[str, str]) -> bool:
        """GitHub: without a status function the steps before must have succeeded."""
        asks = re.search(r"\b(failure|always|success)\(\)", condition) is not None
        return bool(self._value(condition, ended)) and (asks or ended[""] == "success")

    def _text(self, value: object, ended: Mapping[str, str]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], ended)), str(value))

    def _value(self, expression: str, ended: Mapping[str, str]) -> str | bool:
        """`||`, `&&`, `==`, `!=` in this order of binding, as in GitHub's expressions; no parentheses."""
        if "||" in expression:
            one, _, other = expression.partition("||")
            return self._value(one, ended) or self._value(other, ended)
        if "&&" in expression:
            one, _, other = expression.partition("&&")
            return self._value(one, ended) and self._value(other, ended)
        for sign in ("==", "!="):
            if sign in expression:
                left, _, right = expression.partition(sign)
                return (self._value(left, ended) == self._value(right, ended)) is (sign == "==")
        return self._atom(expression.strip(), ended)

    def _atom(self, word: str, ended: Mapping[str, str]) -> str | bool:
        if word == "always()":
            return True
        if word in ("failure()", "success()"):
            return (ended[""] == "failure") is (word == "failure()")
        if found := re.fullmatch(r"'(.*)'|(\d+)", word):
            return found[1] or found[2] or ""
        context, _, name = word.partition(".")
        if context == "steps":
            return ended.get(name.removesuffix(".outcome"), "skipped")
        known: Mapping[str, Mapping[str, str]] = {
            "vars": self.settings,
            "inputs": self.inputs,
            "matrix": self.matrix,
            "github": {
                "token": "token",
                "server_url": "https://github.com",
                "repository": "a/b",
                "run_id": "7",
            },
        }
        assert context in known, f"not known here: {word}"
        return known[context].get(name, "")
