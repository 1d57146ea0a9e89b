"""A command line's groups of commands: with `--json`, whatever happens is JSON on standard output."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import typer
from typer.core import TyperGroup

from commands.errors import ErrorCode, Exit, show_error
from commands.output import as_json
from infra.configuration.environments import Environment
from infra.configuration.validation import did_you_mean

# Typer brings its own copy of Click, whose errors it does not name.
(_USAGE,) = [kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"]


class Commands(TyperGroup):
    """The commands of one command line.

    What Typer refuses itself (an option that there is not, a value of another type) is told for scripts as
    well, and so is a mistake of ours, whose traceback goes to standard error.
    """

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        own = words[: words.index("--")] if "--" in words else words
        with as_json("--json" in own, self._name(own)) as wanted:
            if not wanted:
                return super().main(words, *more, **options)
            try:
                code = super().main(words, *more, **{**options, "standalone_mode": False})
            except Exception as error:  # noqa: BLE001  # a script gets JSON whatever it is
                if isinstance(error, _USAGE):
                    show_error(ErrorCode.USAGE, _words(error), Exit.WRONG_INPUT)
                    sys.exit(Exit.WRONG_INPUT)
                if isinstance(error, typer.Abort):  # of a prompt
                    show_error(ErrorCode.INTERRUPTED, "Interrupted.", Exit.INTERRUPTED)
                    sys.exit(Exit.INTERRUPTED)
                traceback.print_exc()
                show_error(ErrorCode.UNEXPECTED, f"{type(error).__name__}: {error}", Exit.FAILED)
                sys.exit(Exit.FAILED)
            sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; what Typer refuses of its words says what was found, and what is allowed."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            refused: Any = error
            if isinstance(error, _USAGE):
                refused.message = _reworded(refused)
            raise

    def get_params(self, ctx: Any) -> list[Any]:
        """The group's own options: `--help`."""
        return _left_as_they_are(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command of that name; none where there is none."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _left_as_they_are(command.get_params(ctx))
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands with the whole first sentence of each, however long it is."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(limit=1000)) for name, command in found if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _name(self, words: Sequence[str]) -> str:
        """The command among the words: `secret set`."""
        found, group = [], self
        for word in words:
            if (command := getattr(group, "commands", {}).get(word)) is not None:
                found.append(word)
                group = command
        return " ".join(found)


def command_line(**options: Any) -> typer.Typer:
    """A command line, or a group of one.

    Its help is plain text: what Typer would draw it with takes longer to load than all else of a command.
    """
    return typer.Typer(
        cls=Commands,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        **options,
    )


class _AsItIs:
    """Takes a value as it is where an option takes it so, and leaves all others to Typer.

    Typer would load pydantic for each of them, which takes as long as all else before a command begins.

    Args:
        option: a parameter of a command.
    """

    def __init__(self, option: Any) -> None:
        self._kind, self._of_typer = option.type_descriptor.annotation, option.get_runtime_param

    def __call__(self) -> _AsItIs:
        """Itself: stands in the place of `get_runtime_param`."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value, as Typer would have it."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if self._kind in _PLAIN and type(value) is self._kind and not several:
            return value
        return self._of_typer().coerce(value, param=param, ctx=ctx)


_PLAIN = (bool, float, int, str)


def _left_as_they_are(options: list[Any]) -> list[Any]:
    """The same options; their values are converted where they have to be alone."""
    for option in options:
        if not isinstance(option.get_runtime_param, _AsItIs):
            option.get_runtime_param = _AsItIs(option)
    return options


def _reworded(error: Any) -> str:
    """What is wrong with a command's words, as all other mistakes are told."""
    message = str(error.message)
    if hasattr(error.__cause__, "errors"):  # pydantic's, which converts values
        found = str(error.__cause__.errors()[0]["input"])
        kind = getattr(getattr(error.param, "type_descriptor", None), "annotation", None)
        if isinstance(kind, type) and issubclass(kind, Enum):
            words = [str(each.value) for each in kind]
            return f"found {found}; allowed: one of {', '.join(words)}. {did_you_mean(found, words)}".rstrip()
        if kind in _NUMBERS:
            return f"found {found}; allowed: {_NUMBERS[kind]}{_range(error.param)}."
    if (extra := _EXTRA.search(message)) and extra[1] in list(Environment):
        return f"{message}. Did you mean --env {extra[1]}?"
    return message


_NUMBERS: Mapping[Any, str] = {int: "a whole number", float: "a number"}
_EXTRA = re.compile(r"unexpected extra argument.* \((\S+)\)")


def _range(option: Any) -> str:
    least = "" if option.min is None else f" from {option.min}"
    return least if option.max is None else f"{least} to {option.max}"


def _words(error: Any) -> str:
    return str(error.format_message())
