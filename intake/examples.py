"""The example files of own kinds that the configuration names: each is read once, and what is wrong with them is told.

Takes files from the disk, and opens none of them: that is a child's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from intake.kinds import MOST_EXAMPLES, ExampleFile
from intake.model import Kind, Problem, Sha256, Unusable
from intake.orders import KindExamples

Show = Callable[[Kind, Path], ExampleFile | Unusable]
"""Says what a file shows of an own kind."""
_WHY = {
    Problem.LOCKED: "is locked with a password",
    Problem.UNREADABLE: "cannot be read",
    Problem.EMPTY: "holds no text",
    Problem.TOO_LARGE: "is too large",
    Problem.INFECTED: "is infected",
    Problem.UNSUPPORTED: "is of a format that is not read",
}


@dataclass(frozen=True, slots=True)
class _Read:
    kind: Kind
    path: Path = field(repr=False)
    shown: ExampleFile | Unusable


class Examples:
    """The examples of a configuration, read where one of the two properties is first asked for."""

    def __init__(self, named: Sequence[KindExamples], show: Show) -> None:
        self._named = named
        self._show = show

    @cached_property
    def files(self) -> tuple[ExampleFile, ...]:
        """Those that could be read."""
        shown = (read.shown for read in self._all)
        return tuple(entry for entry in shown if isinstance(entry, ExampleFile))

    @cached_property
    def mistakes(self) -> tuple[str, ...]:
        """What is wrong with the others, one plain sentence each, with its path."""
        mistakes: list[str] = []
        owners: dict[Sha256, _Read] = {}
        for read in self._all:
            here = f"kinds.{read.kind}.examples: {read.path}"
            if isinstance(read.shown, Unusable):
                why = _WHY[read.shown.problem]
                mistakes.append(f"{here} {why}, so nothing is learned from it.")
                continue
            owner = owners.setdefault(read.shown.sha256, read)
            if owner.kind != read.kind:
                mistakes.append(
                    f"{here} is the same file as {owner.path}, an example of {owner.kind}."
                )
        return tuple(mistakes)

    @cached_property
    def _all(self) -> tuple[_Read, ...]:
        return tuple(self._each())

    def _each(self) -> Iterator[_Read]:
        for entry in self._named:
            for number, path in enumerate(entry.paths[:MOST_EXAMPLES]):
                shown = self._show(entry.kind, path)
                if isinstance(shown, Unusable):
                    _log(entry.kind, number, shown.problem)
                yield _Read(entry.kind, path, shown)


def _log(kind: Kind, number: int, problem: Problem) -> None:
    from intake.telemetry import EXAMPLE_UNUSABLE, logger  # noqa: PLC0415  # slow, seldom needed

    logger(__name__).warning(EXAMPLE_UNUSABLE, kind=kind, number=number, problem=problem.value)
