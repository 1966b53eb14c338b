"""Cuts blocks into slides: the same cut for PowerPoint, OpenDocument and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.corpus.blocks import Block, Heading, PageBreak, Rule, Runs

_RULES_THAT_CUT = 4


@dataclass(frozen=True, slots=True)
class Slide:
    """A title, empty where there is none, and what stands under it."""

    title: Runs
    blocks: tuple[Block, ...]


def cut(blocks: Sequence[Block]) -> list[Slide]:
    """A slide for each large heading and page break, or for each rule where rules do the cutting."""
    by_rule = sum(isinstance(block, Rule) for block in blocks) >= _RULES_THAT_CUT
    piles: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, PageBreak) or (by_rule and isinstance(block, Rule)):
            piles.append([])
            continue
        if not by_rule and isinstance(block, Heading) and block.level <= 2 and piles[-1]:
            piles.append([])
        if not isinstance(block, Rule):
            piles[-1].append(block)
    return [_slide(pile) for pile in piles if pile]


def _slide(pile: list[Block]) -> Slide:
    first = pile[0]
    if isinstance(first, Heading):
        return Slide(first.runs, tuple(pile[1:]))
    return Slide((), tuple(pile))
