"""A lock on a file while a command runs: `python locked.py FILE COMMAND…`.

The lock is the kernel's: it ends with the command and all that it has started, however they end. macOS has no
flock(1), but every Python has the system call.
"""

import fcntl
import os
import sys

file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o644)
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.stderr.write(f"Another make is at work in {os.path.dirname(sys.argv[1])}; waiting for it.\n")  # noqa: PTH120
    fcntl.flock(file, fcntl.LOCK_EX)
except OSError:
    pass  # a file system without locks: as good as it can be
os.set_inheritable(file, True)
os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606
