"""How deep the elements of an HTML text lie in each other, told without building a tree.

The parser's time grows with the square of a tree's depth, and both are up to whoever wrote the text.
"""

from __future__ import annotations

import re
from collections import Counter

MOST_LEVELS = 1_000
"""Deeper than any page that people or their programs write."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
# They hold nothing, or end where the next of their sort begins.
_SHALLOW = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th".split()  # noqa: SIM905
)


def is_deep(html: str) -> bool:
    """Whether elements lie deeper than `MOST_LEVELS`; an end tag ends what is open under its name, and all within."""
    within: list[str] = []
    counts: Counter[str] = Counter()
    for found in _TAG.finditer(html):
        name = found[2].lower()
        if name in _SHALLOW:
            continue
        if not found[1]:
            within.append(name)
            counts[name] += 1
            if len(within) > MOST_LEVELS:
                return True
        elif counts[name]:
            while (ended := within.pop()) != name:
                counts[ended] -= 1
            counts[name] -= 1
    return False
