"""`docs/rehearsal.md`: what a rehearsal makes, records, answers and refuses, from the code that does it."""

from __future__ import annotations

from collections.abc import Iterable

from commands.markdown import table
from documentation.graph import GENERATED
from rehearsal.aws import services
from rehearsal.aws.functions import FUNCTIONS

_PAGE = """\
# What a rehearsal can do, and what it cannot

The engine, its state, its diff, protection and secrets are Pulumi's own. AWS and the cluster are embedded;
this is all that is known of where they differ from the real ones.

## AWS: made

{made} types are really created, read back, changed and deleted in moto, and survive between runs. What the
embedded AWS does not give back as it was given stands in the state as the program has it: a change of it by
hand is not found.

{made_table}

## AWS: recorded

{recorded} types are checked, diffed and kept in the state, with outputs of AWS's form; nothing stands
behind them. So they cannot drift: a client of `make serve` finds none of them that it could change, and what
it makes of such a type by itself is compared with nothing. `make drift` says how many they are. A type in
neither list works as recorded, too: `make up` says which those are.

{recorded_table}

## AWS: functions

What a program looks up is answered from what is in the embedded AWS at that moment: {functions}.

Any other is refused by name. `getAmi` finds only machine images that were registered there. A resource or
function that names no provider is refused unless `aws:region` is set.

## Kubernetes

- Objects are checked against the schemas of the cluster's version and stored, with the fields that the
  server would fill in; no pod runs.
- Files of objects (`kubernetes.yaml.ConfigFile`, `ConfigGroup`) are read. Charts and kustomizations are
  rendered by Helm and kubectl: write them to a file first, as the refusal says.
- Patch resources and Lists are refused.

## Packages

`aws`, `kubernetes` and `random`. The engine refuses any other provider, which it cannot find.
"""


def rehearsal_page() -> str:
    """The page."""
    mappings, recorded = services.all_mappings(), services.all_recorded()
    not_read = {
        token: ", ".join(f"`{name}`" for name in mapping.not_returned)
        for token, mapping in sorted(mappings.items())
    }
    page = _PAGE.format(
        made=len(mappings),
        made_table=_table(("type", "not read back"), not_read.items()),
        recorded=len(recorded),
        recorded_table=_table(
            ("type", "because"), ((token, entry.why) for token, entry in sorted(recorded.items()))
        ),
        functions=", ".join(f"`{name}`" for name in sorted(token.rpartition(":")[2] for token in FUNCTIONS)),
    )
    return GENERATED + page


def _table(headings: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(table(headings, ((f"`{name}`", text) for name, text in rows)))
