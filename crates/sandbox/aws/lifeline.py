"""What every program here owes its parent: to say when it is ready, and never to outlive it."""

import json
import os
import shutil
import signal
import sys
import threading

_parent = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # Whatever a library prints belongs in the log, not between us and the parent.


def announce(**facts):
    """Tells the parent, in one line of JSON, that the server accepts connections."""
    _parent.write(json.dumps(facts) + "\n")
    _parent.flush()


def refuse(reason):
    """Tells the parent why there will be no server, and ends."""
    announce(refused=reason)
    os._exit(1)


def end_with_parent():
    """Ends this process, its children and its folder once the parent's end of our standard input is gone.

    The system closes that end however the parent dies, so nothing has to be caught or polled.
    """
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end():
    sys.stdin.buffer.read()
    shutil.rmtree(os.environ["SLIPWAY_RUN_DIR"], ignore_errors=True)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(0)
