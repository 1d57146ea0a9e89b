"""The command `pulumi` for commands that are rehearsed: hands each call to the session.

It is run as a file and imports next to nothing, since some commands call it two dozen times.
"""

import http.client
import json
import sys

PATH = "/groundwork-pulumi"


def main(port: int, arguments: list[str]) -> int:
    """Has the session answer a call; gives the exit code.

    Args:
        port: of the session's server, on this machine.
        arguments: of the command.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", PATH, json.dumps(arguments))
    found = json.load(connection.getresponse())
    sys.stdout.write(found["out"])
    sys.stderr.write(found["errors"])
    return int(found["code"])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
