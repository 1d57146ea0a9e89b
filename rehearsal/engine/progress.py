"""Progress while the engine is prepared: one line that is rewritten, or plain lines."""

from __future__ import annotations

import sys
import time
from typing import TextIO

# Often enough on a terminal to look alive, seldom enough in a log to stay readable.
_TERMINAL_SECONDS = 1.0
_LOG_SECONDS = 60.0


class Progress:
    """Tells what is being done and for how long.

    Args:
        stream: where to; standard error unless a test says otherwise, since `--json` output goes to
            standard output.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._shown = 0
        self._started = self._last = time.monotonic()

    def start(self, text: str) -> None:
        """A new step begins."""
        self._started = self._last = time.monotonic()
        self.line(text)

    def tick(self, text: str) -> None:
        """The step goes on; may be called as often as is convenient."""
        now = time.monotonic()
        if now - self._last < (_TERMINAL_SECONDS if self._terminal else _LOG_SECONDS):
            return
        self._last = now
        elapsed = f"{int(now - self._started) // 60}:{int(now - self._started) % 60:02}"
        if self._terminal:
            line = f"  {elapsed}  {text}"
            self._write("\r" + line.ljust(self._shown))
            self._shown = len(line)
        else:
            self.line(f"  {elapsed}  {text}")

    def line(self, text: str) -> None:
        """A line that stays."""
        if self._shown:
            self._write("\r" + " " * self._shown + "\r")
            self._shown = 0
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
