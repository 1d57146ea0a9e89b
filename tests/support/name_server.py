"""A name server on a loopback port, with records that a test gives it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

# By name and type.
Records = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True)
class Running:
    """A server that answers; `asked` has the questions."""

    port: int
    asked: list[tuple[str, str]]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def name_server(records: Records, *, refuses: bool = False) -> Iterator[Running]:
    """Answers over UDP; with a wildcard where nothing else is at a name, with a referral for other zones.

    Args:
        records: what it knows.
        refuses: it answers REFUSED, as servers do that are not a zone's own.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        running = Running(listening.getsockname()[1], [])

        def serve() -> None:
            while True:
                try:
                    data, sender = listening.recvfrom(4096)
                except OSError:
                    return
                if data == b"stop":
                    return
                listening.sendto(_answer(data, records, running, refuses).to_wire(), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield running
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"stop", ("127.0.0.1", running.port))
        thread.join(timeout=5)


def _answer(data: bytes, records: Records, running: Running, refuses: bool) -> dns.message.Message:
    question = dns.message.from_wire(data)
    name, kind = question.question[0].name, dns.rdatatype.to_text(question.question[0].rdtype)
    text = name.to_text(omit_final_dot=True)
    running.asked.append((text, kind))
    answer = dns.message.make_response(question)
    if refuses:
        answer.set_rcode(dns.rcode.REFUSED)
        return answer
    answer.flags |= dns.flags.AA
    at = text if any(text == known for known, _ in records) else f"*.{text.partition('.')[2]}"
    found = next((each for each in ("CNAME", kind) if (at, each) in records), None)
    if found:
        values = records[at, found]
        answer.answer.append(dns.rrset.from_text(name, 300, "IN", found, *values))
        if found == "NS" and text.count(".") > 1:  # another's zone: a referral
            answer.flags &= ~dns.flags.AA
            answer.authority, answer.answer = answer.answer, []
    elif not any(at == known for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer
