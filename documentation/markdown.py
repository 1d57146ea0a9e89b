"""Parts of a page that are generated while people write the rest of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from documentation.graph import DocumentationError

END = "<!-- The end of it. -->"


@dataclass(frozen=True)
class Part:
    """One part of a page.

    Args:
        file: the page, for what is said when the part has no place there.
        begin: the comment in front of it.
    """

    file: str
    begin: str

    def content(self, page: str) -> str:
        """What stands in it.

        Raises:
            DocumentationError: the page has no place for it.
        """
        return self._split(page)[1]

    def written(self, page: str, lines: Iterable[str]) -> str:
        """The page with these lines in it.

        Raises:
            DocumentationError: the page has no place for it.
        """
        before, _, after = self._split(page)
        return "\n".join([f"{before}{self.begin}", "", *lines, "", f"{END}{after}"])

    def _split(self, page: str) -> tuple[str, str, str]:
        before, begin, rest = page.partition(self.begin)
        content, end, after = rest.partition(END)
        if not begin or not end:
            raise DocumentationError(f"{self.file}: found no lines {self.begin} and {END}; put them back")
        return before, content, after
