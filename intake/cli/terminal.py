"""Where output goes: results to stdout, progress to stderr and only on a terminal, JSON one object a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from intake.cli.contract import Json
from intake.config import Settings, load, locate

T = TypeVar("T")


def settings(config: Path | None) -> Settings:
    """The settings of the command's configuration file; ConfigError with all its mistakes."""
    return load(locate(config, os.environ), os.environ)


def show(*renderables: RenderableType) -> None:
    """Print for people. Off a terminal the lines are wide enough for scripts that read them all the same."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    for renderable in renderables:
        console.print(renderable, soft_wrap=isinstance(renderable, str))


def warn(sentence: str) -> None:
    """Say on stderr what a person should know, in a sentence."""
    sys.stderr.write(f"{sentence}\n")


def print_json(value: Json) -> None:
    """One object on one line, at once: whoever reads along need not wait. ASCII, which every terminal and pipe takes."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def progress(things: Iterable[T], *, total: int, label: str) -> Iterator[T]:
    """The things, with a bar on stderr while they are worked through."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield from bar.track(things, total=total, description=label)
