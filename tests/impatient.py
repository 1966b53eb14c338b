"""`intake` with leases of seconds in the place of minutes: `python -m tests.impatient SECONDS worker --config …`."""

from __future__ import annotations

import sys
from datetime import timedelta

from storage import letters, messages


def main() -> None:
    lease = timedelta(seconds=float(sys.argv.pop(1)))
    messages.LEASE = letters.LEASE = lease  # before the module that reads both is imported
    from intake.cli import main as intake
    from storage import workers

    workers.POLL_LEASE = workers.AT_WORK = lease
    workers.BEAT_SECONDS = lease.total_seconds() / 5
    intake()


if __name__ == "__main__":
    main()
