"""Where output goes: results to stdout, progress to stderr and only on a terminal, JSON one object a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from intake.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress

    from intake.cli.contract import Json
    from intake.config import Settings

T = TypeVar("T")


def settings(config: Path | None) -> Settings:
    """The settings of the command's configuration file; ConfigError with all its mistakes."""
    from intake.config import load, locate

    return load(locate(config, os.environ), os.environ)


def settings_if_any(config: Path | None) -> Settings | None:
    """The settings where a configuration is named or lies in this folder; None without one.

    One that is named must be right. One that only lies here is left aside with a word on stderr if it is not: its
    secrets may be set for the worker alone.
    """
    # As in `intake.config.loading`, which takes too long to import where there is nothing to load.
    if config or os.environ.get("INTAKE_CONFIG"):
        return settings(config)
    if not Path("config.yaml").exists():
        return None
    try:
        return settings(None)
    except ConfigError as error:
        warn(f"The configuration in this folder was not used. {error}")
        return None


def show(*renderables: RenderableType) -> None:
    """Print for people. Off a terminal the lines are wide enough for scripts that read them all the same."""
    from rich.console import Console

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
    """The things, with a bar on stderr while they are worked through, where that is a terminal."""
    if not sys.stderr.isatty():
        yield from things
        return
    with _bar() as bar:
        yield from bar.track(things, total=total, description=label)


@contextmanager
def counted(label: str) -> Iterator[Callable[[int, int], None]]:
    """What to tell how much of how much is done; a bar on stderr shows it, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with _bar() as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
