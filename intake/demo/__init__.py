"""The whole loop on this machine, without an account or a server: invented clients, real mail, the real worker.

`run` is the command. What it needs beyond the core comes with the extra `demo`.
"""

from __future__ import annotations

import logging
import tempfile
from importlib.util import find_spec
from pathlib import Path

from intake import telemetry
from intake.errors import ConfigError

_EXTRA = ("aiosmtpd", "docx", "pptx", "pymap", "reportlab", "xlsxwriter")


def run(*, keep: Path | None) -> int:
    """Play the demo into the folder `keep`, or into a new one among the temporary files; 0 when it went well.

    Raises ConfigError where the extra is not installed or the folder holds something already.
    """
    if not all(find_spec(name) for name in _EXTRA):
        raise ConfigError('The demo needs its extra packages: pip install -e ".[demo]" adds them.')
    from rich.console import Console  # noqa: PLC0415  # slow to load, and only needed here

    from intake.demo.story import play  # noqa: PLC0415  # needs the extra

    telemetry.configure(level=logging.WARNING)
    folder = keep or Path(tempfile.mkdtemp(prefix="intake-demo-"))
    play(folder, Console(highlight=False))
    return 0
