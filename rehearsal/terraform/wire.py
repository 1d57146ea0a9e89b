"""Values as Terraform sends them: MessagePack, with an extension for what is not known yet.

Source: Terraform's documentation, "Wire Format for Terraform Objects and Associated Values": objects and maps
are maps with text keys, unknown values are extensions (0, or 12 with what is known about them).
MessagePack's own format is its specification on msgpack.org.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.providers.provider import UNKNOWN

# An extension of type 0 with one byte that says nothing.
_UNKNOWN_BYTES = b"\xd4\x00\x00"
_FEW, _SHORT, _LONG = 16, 1 << 8, 1 << 16


def encode(value: Any) -> bytes:
    """The bytes of a value of texts, numbers, booleans, None, UNKNOWN, lists and maps."""
    if value is UNKNOWN:
        return _UNKNOWN_BYTES
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _integer(int(value)) if value.is_integer() else b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        return _text(value.encode())
    if isinstance(value, Mapping):
        pairs = b"".join(encode(str(key)) + encode(item) for key, item in value.items())
        return _sized(len(value), 0x80, b"\xde", b"\xdf") + pairs
    return _sized(len(value), 0x90, b"\xdc", b"\xdd") + b"".join(encode(item) for item in value)


def _integer(value: int) -> bytes:
    if 0 <= value < 128:
        return bytes([value])
    if -(1 << 63) <= value < 1 << 63:
        return b"\xd3" + struct.pack(">q", value)
    # Terraform's numbers have no bounds; what a number of MessagePack cannot hold is written as a text.
    return _text(str(value).encode())


def _text(content: bytes) -> bytes:
    size = len(content)
    if size < 32:
        return bytes([0xA0 | size]) + content
    if size < _SHORT:
        return b"\xd9" + bytes([size]) + content
    return (
        b"\xda" + struct.pack(">H", size) if size < _LONG else b"\xdb" + struct.pack(">I", size)
    ) + content


def _sized(count: int, few: int, short: bytes, long: bytes) -> bytes:
    if count < _FEW:
        return bytes([few | count])
    return short + struct.pack(">H", count) if count < _LONG else long + struct.pack(">I", count)


def decode(content: bytes) -> Any:
    """The value of the bytes; None for no bytes."""
    return _Reader(content).value() if content else None


class _Reader:
    """Reads one value after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def value(self) -> Any:
        """The next one."""
        kind = self._take(1)[0]
        if kind < 0x80:
            return kind
        if kind < 0x90:
            return self._map(kind & 0x0F)
        if kind < 0xA0:
            return self._list(kind & 0x0F)
        if kind < 0xC0:
            return self._text(kind & 0x1F)
        if kind >= 0xE0:
            return kind - 256
        return self._KINDS[kind](self)

    def _take(self, size: int) -> bytes:
        found = self._content[self._place : self._place + size]
        self._place += size
        return found

    def _number(self, form: str) -> Any:
        return struct.unpack(f">{form}", self._take(struct.calcsize(form)))[0]

    def _text(self, size: int) -> str:
        return self._take(size).decode()

    def _list(self, count: int) -> list[Any]:
        return [self.value() for _ in range(count)]

    def _map(self, count: int) -> dict[str, Any]:
        return {self.value(): self.value() for _ in range(count)}

    def _extension(self, size: int) -> Any:
        self._take(1 + size)
        return UNKNOWN

    _KINDS: Mapping[int, Callable[[_Reader], Any]] = {
        0xC0: lambda reader: None,
        0xC2: lambda reader: False,
        0xC3: lambda reader: True,
        0xC4: lambda reader: reader._take(reader._number("B")),
        0xC7: lambda reader: reader._extension(reader._number("B")),
        0xC8: lambda reader: reader._extension(reader._number("H")),
        0xCA: lambda reader: reader._number("f"),
        0xCB: lambda reader: reader._number("d"),
        0xCC: lambda reader: reader._number("B"),
        0xCD: lambda reader: reader._number("H"),
        0xCE: lambda reader: reader._number("I"),
        0xCF: lambda reader: reader._number("Q"),
        0xD0: lambda reader: reader._number("b"),
        0xD1: lambda reader: reader._number("h"),
        0xD2: lambda reader: reader._number("i"),
        0xD3: lambda reader: reader._number("q"),
        0xD4: lambda reader: reader._extension(1),
        0xD5: lambda reader: reader._extension(2),
        0xD6: lambda reader: reader._extension(4),
        0xD7: lambda reader: reader._extension(8),
        0xD8: lambda reader: reader._extension(16),
        0xD9: lambda reader: reader._text(reader._number("B")),
        0xDA: lambda reader: reader._text(reader._number("H")),
        0xDB: lambda reader: reader._text(reader._number("I")),
        0xDC: lambda reader: reader._list(reader._number("H")),
        0xDD: lambda reader: reader._list(reader._number("I")),
        0xDE: lambda reader: reader._map(reader._number("H")),
        0xDF: lambda reader: reader._map(reader._number("I")),
    }
