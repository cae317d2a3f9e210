"""`python -m sandbox.leash MODULE …`: runs a module as `python -m` does, but never as an orphan.

Whoever starts it holds the other end of its standard input. When that end is gone, however it
went, the module is asked to stop. It knows nothing of this: the process, its id, its signals
and its exit code are those of `python -m MODULE …`.
"""

import os
import runpy
import signal
import sys
import threading
from typing import Final

STANDARD_INPUT: Final = 0


def main() -> None:
    """Run the module that the arguments name."""
    threading.Thread(target=_stop_when_alone, name="leash", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _stop_when_alone() -> None:
    while os.read(STANDARD_INPUT, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
