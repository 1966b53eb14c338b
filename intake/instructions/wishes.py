"""Takes good wishes out of a sentence: "have a good week", "schönes Wochenende noch".

They name times and things that nobody speaks of, so no rule may see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intake.instructions.things import Word, named
from intake.instructions.when import When

_TIME = r"(?:day|days|week|weeks|weekend|evening|afternoon|morning|night|time|one|holidays?|break|vacation|trip|christmas|year|summer|easter|start|\bT)"
_GOOD = r"(?:good|great|nice|lovely|wonderful|fantastic|pleasant|relaxing|restful|productive|happy|super|safe|fine|splendid|brilliant|fab|merry|sunny|very|really|long|new|rest|of|the|your|and|to)"
_ZEIT = r"(?:tag|tage|woche|wochen|wochenende|abend|feierabend|nachmittag|vormittag|morgen|start|zeit|urlaub|feiertage|ferien|weihnachten|jahreswechsel|rutsch|pfingsten|ostern|wochenstart|resttag|T)"
_GUT = r"(?:schoene[nsr]?|gute[nsr]?|tolle[nsr]?|angenehme[nsr]?|erfolgreiche[nsr]?|erholsame[nsr]?|sonnige[nsr]?|entspannte[nsr]?|frohe[nsr]?|nette[nsr]?|ruhige[nsr]?)"
_WISH = re.compile(
    rf"(?:(?:i |we )?(?:hope|trust|hoping) (?:that )?(?:you|everyone|all) (?:all |both |guys |have |has |had |are |is |is having |are having |having |enjoyed |enjoy )*|have |enjoy |wish(?:ing)? you (?:all |both )?)"
    rf"(?:(?:a|an|your|the) )?(?:{_GOOD} )+{_TIME}(?: (?:ahead|off|too|everyone|all|there|to come|so far|T))*(?= |\Z)|"
    r"(?:i |we )?(?:hope|trust|hoping) (?:that )?(?:this|all|everything|you) (?:is|are|mail finds you|email finds you|finds you|find you|keep|goes|keeping)(?: (?:all|well|fine|good|great|ok|okay|with|you|both|doing|keeping|going|at|your|end|having|in|health|T))*(?= |\Z)|"
    rf"(?:(?:ich |wir )?(?:wuensche|wuenschen|hoffe sie hatten|hoffe ihr hattet|hoffe du hattest|hoffen sie hatten) )?(?:(?:ihnen|euch|dir|allen|allerseits|und|noch) )*(?:(?:eine|einen|ein|die|das|den) )?(?:noch )?{_GUT} (?:rest )?{_ZEIT}(?: (?:noch|in|die|der|woche|allerseits|ins|wochenende|gehabt|zusammen|T))*(?= |\Z)"
)
_FIRST = frozenset(
    {"i", "we", "hope", "trust", "hoping", "have", "enjoy", "wish", "wishing", "ich", "wir"}
    | {"wuensche", "wuenschen", "ihnen", "euch", "dir", "und", "noch", "eine", "einen", "ein"}
)
_GOOD_WORD = re.compile(_GUT)


def without_wishes(words: Sequence[Word]) -> list[Word]:
    """The words of a sentence without the wishes among them."""
    dropped = {place for start, end in _wishes(words) for place in range(start, end)}
    return [word for place, word in enumerate(words) if place not in dropped]


def _wishes(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(words):
        end = _wish_at(words, place)
        if end > place:
            yield place, end
        place = max(end, place + 1)


def _wish_at(words: Sequence[Word], place: int) -> int:
    """Where a wish ends that begins here; the place itself where none does."""
    first = words[place]
    if first.named or not (first.text in _FIRST or _GOOD_WORD.fullmatch(first.text)):
        return place
    spoken: list[str] = []
    for word in words[place : place + 14]:
        if word.is_sign:
            break
        spoken.append(("T" if named(word, kind=When) else "_") if word.named else word.text)
    found = _WISH.match(" ".join(spoken))
    return place + len(found[0].split()) if found else place
