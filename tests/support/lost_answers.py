"""AWS so slow, or so shaken, that answers get lost: it has done what it was asked for, and boto3 asks again.

botocore repeats a call whose answer did not come in time, or was an error of the server (boto3 guide,
"Retries"): what changes something is then refused, since it is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore import xform_name
from botocore.endpoint import Endpoint

from rehearsal.aws.cloud import READING


@contextmanager
def lost_answers() -> Iterator[Counter[str]]:
    """The first answer of every operation that changes something is lost; counts them.

    Calls of the embedded AWS itself, and those of tests, go to another address.
    """
    lost: Counter[str] = Counter()
    original = Endpoint._needs_retry

    def needs_retry(self: Any, attempts: int, operation: Any, request: Any, *answer: Any) -> bool:
        ours = urlsplit(request["url"]).hostname == "127.0.0.1"
        if ours and operation.name not in lost and not xform_name(operation.name).startswith(READING):
            lost[operation.name] += 1
            return True
        return bool(original(self, attempts, operation, request, *answer))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "_needs_retry", needs_retry)
        yield lost
