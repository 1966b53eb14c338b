"""The command line: what operators type. Thin: it reads options, calls what does the work and shows what came of it.

`main` is where errors end: one or two plain sentences on stderr, and an exit code that scripts can rely on. Everything
slow is imported inside the commands, so that `--help` answers at once; and for those that do nothing but read files, the
fork server that opens them begins to start before anything else is imported, so that both happen at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from intake.errors import ConfigError, IntakeError
from intake.guard import ForkServer, Work

DONE, WORLD, USAGE, INTERRUPTED = 0, 1, 2, 130
READING = frozenset({"classify", "inspect"})
"""The commands that do nothing but read files."""
READER_WORK = Work("intake.child:serve", preload="intake.child:preload")
"""As `intake.reader.WORK`, which would have to be imported first."""


def main() -> None:
    """Run the command that the arguments name; exit with 0 done, 1 the world is wrong, 2 usage or configuration."""
    os.umask(0o077)  # whatever is made here is for its owner only: mail, documents, the ledger
    _write_what_the_terminal_can()
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        _end(INTERRUPTED, "Stopped. Nothing is lost: run the command again to go on.")
    except BrokenPipeError:
        # The reader of our output has seen enough; Python must not try to flush into the closed pipe at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(WORLD)
    except ConfigError as error:
        _end(USAGE, str(error))
    except IntakeError as error:
        _end(WORLD, str(error))
    except OSError as error:
        _end(WORLD, f"The system refused: {error.strerror or type(error).__name__}.")
    except Exception as error:  # noqa: BLE001  # a mistake of ours must not look like one of the operator's
        _end(
            WORLD, f"This is a bug in intake ({type(error).__name__}). INTAKE_DEBUG=1 shows where."
        )


def _run(arguments: Sequence[str]) -> None:
    reads = not READING.isdisjoint(arguments[:1]) and "--help" not in arguments
    server = ForkServer(READER_WORK) if reads else None
    try:
        from intake.cli.commands import app

        app(obj=server)
    finally:
        if server is not None:
            server.close()


def _write_what_the_terminal_can() -> None:
    """A pipe or terminal that takes ASCII only gets a ? for what it cannot show, and no command fails over it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _end(code: int, sentence: str) -> None:
    if os.environ.get("INTAKE_DEBUG"):
        raise  # noqa: PLE0704  # called from the handlers of `main` only: the error goes on with its traceback
    sys.stderr.write(sentence.rstrip() + "\n")
    sys.exit(code)
