"""A process that ends at a named instant, as a test sees it: nothing after it happens, and nothing is tidied up."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from intake.instants import Instant, Passing


def killed_at(instant: Instant, work: Callable[[Passing], object]) -> bool:
    """Do work in a process of its own, which is killed when it first passes that instant; whether it was."""

    def kill(passed: Instant) -> None:
        if passed is instant:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(kill)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, "the work failed before it came there"
        return False
    return os.WTERMSIG(status) == signal.SIGKILL
