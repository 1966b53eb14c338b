"""Parts a text into clauses and tells what sort of saying each of them is: a statement, a request, a question, a condition.

Lines that a mail program wrapped are joined, lists are parted at their numbers, and things that are named together ("no deck
or roadmap") stay together. What each clause asks for is for the rules to say.
"""

# ruff: noqa: RUF001  # the dashes and bullets are those of lists

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from intake.instructions.lexicon import lexicon
from intake.instructions.marks import words_in
from intake.instructions.things import Files, Noun, Number, Word, named
from intake.instructions.values import Context
from intake.instructions.when import When
from intake.instructions.wishes import without_wishes

_WRAPPED = 45
_BULLET = re.compile(r"\s*(?:[-*•·–—>+]\s+|\[.?\]\s*)")
_STARTS_ITEM = re.compile(r"\s*(?:[-*•·–—]\s|[#(]?\d{1,3}\s?[.):/-]|\d{1,3}\s)")
_MOST_LINES = 1_000
_LONGEST_LINE = 4_000
_LONGEST_SENTENCE = 100
"""Words and signs; who asks for something says it in fewer."""
_MOST_CLAUSES = 200


@dataclass(frozen=True, slots=True)
class Clause:
    """One saying. `sentence` numbers the sentence it stands in; `headed` says that a colon or a dash parts it."""

    words: tuple[Word, ...]
    phrase: str = field(repr=False)
    sentence: int
    asks: bool = False
    conditional: bool = False
    request: bool = False
    headed: bool = False
    inviting: bool = False


def lines_of(text: str) -> list[str]:
    """The lines, those joined that a mail program wrapped; "" stands where a paragraph ends."""
    joined: list[str] = []
    previous = ""
    for line in text.split("\n")[:_MOST_LINES]:
        plain = line.strip()
        goes_on = bool(
            joined
            and plain
            and len(previous) >= _WRAPPED
            and previous[-1:] not in ".!?:;"
            and not _STARTS_ITEM.match(line)
            and (plain[:1].islower() or previous[-1:] != ",")
        )
        if goes_on:
            joined[-1] = f"{joined[-1]} {plain}"
        else:
            joined.append(plain)
        previous = plain
    return joined


def clauses_of(text: str, context: Context) -> list[Clause]:
    """Every clause, in order."""
    found: list[Clause] = []
    sentence = 0
    for line in lines_of(text):
        bullet = _BULLET.match(line)
        bare = line[bullet.end() :] if bullet else line
        if not bare:
            sentence += 2
            continue
        for words, sign in _sentences(words_in(bare[:_LONGEST_LINE], context)):
            sentence += 1
            if len(words) > _LONGEST_SENTENCE:
                continue
            if len(found) >= _MOST_CLAUSES:
                return found
            found.extend(_clauses(words, sign, line=bare, sentence=sentence, context=context))
    return found


# ---------------------------------------------------------------- sentences

_STOPS = frozenset(".!?;…")
_ABBREVIATIONS = frozenset(
    "nr z b ca bzw evtl ggf approx e g inkl dr mr mrs ms usw etc vs u a d h tel str max min incl resp st".split()  # noqa: SIM905  # a list of words
)


def _sentences(words: Sequence[Word]) -> Iterator[tuple[list[Word], str]]:
    current: list[Word] = []
    numbered = False
    for place, word in enumerate(words):
        if _is_list_number(words, place) and (not current or numbered):
            if current:
                yield current, "."
            current, numbered = [], True
        if word.text in _STOPS and not word.named and not _goes_on(words, place):
            if current:
                yield current, word.text
            current, numbered = [], False
            continue
        current.append(word)
    if current:
        yield current, ""


def _goes_on(words: Sequence[Word], place: int) -> bool:
    """Whether a stop ends no sentence: behind an abbreviation, or the number of a list."""
    if words[place].text != "." or place == 0:
        return False
    before = words[place - 1]
    touching = before.end == words[place].start
    after = words[place + 1] if place + 1 < len(words) else None
    return touching and (
        before.text in _ABBREVIATIONS or (named(before, kind=Number) and after is not None)
    )


def _is_list_number(words: Sequence[Word], place: int) -> bool:
    """Whether "3." or "3)" begins an entry here."""
    if not named(words[place], kind=Number) or place + 2 >= len(words):
        return False
    sign = words[place + 1]
    return sign.text in {".", ")", ":"} and not sign.named and sign.start == words[place].end


# ---------------------------------------------------------------- things named together

_JOINING = frozenset({"and", "or", "nor", "und", "oder", "noch", "sowie", "&", "+", "/", ","})
_NEGATORS = frozenset({"no", "kein", "keine", "keinen", "nor", "neither", "weder", "noch"})


def _together(words: Sequence[Word], context: Context) -> list[Word]:
    """Lists of things as one word each; a thing of which something else is said stays apart."""
    found: list[Word] = []
    place = 0
    while place < len(words):
        chain = _chain(words, place, context)
        if len(chain) > 1:
            last = chain[-1]
            things = tuple(thing for at in chain for thing in words[at].named)
            found.append(
                Word("named", words[place].start, words[last].end, things, words[place].capital)
            )
            place = last + 1
        else:
            found.append(words[place])
            place += 1
    return found


def _chain(words: Sequence[Word], first: int, context: Context) -> list[int]:
    if not _joins(words[first], words[first]):
        return [first]
    chain = [first]
    own_negator = _negated_before(words, first)
    place = first + 1
    while place < len(words):
        after, negated, joined = _next_of(words, place, context)
        if (
            after is None
            or not joined
            or not _joins(words[first], words[after])
            or (negated and not own_negator)
        ):
            break
        chain.append(after)
        place = after + 1
    if (
        len(chain) == 1
        or not _is_predicated(words, chain[-1], context)
        or _opens(_since_a_sign(words[:first]), context)
    ):
        return chain
    comma = next(
        (at for at, member in enumerate(chain[1:], start=1) if words[member - 1].text == ","), None
    )
    return chain[: comma if comma is not None else len(chain) - 1]


def _joins(first: Word, other: Word) -> bool:
    things = (Noun, Number, Files)
    if not first.named or not other.named:
        return False
    if isinstance(first.named[0], Files):
        return isinstance(other.named[0], Files)
    return isinstance(first.named[0], things) and isinstance(other.named[0], Noun | Number)


def _negated_before(words: Sequence[Word], place: int) -> bool:
    return any(
        word.text in _NEGATORS or word.text in {"not", "nicht", "never", "without", "ohne"}
        for word in words[:place]
    )


def _next_of(words: Sequence[Word], place: int, context: Context) -> tuple[int | None, bool, bool]:
    """The next thing of a list from here on, whether it has a negator of its own, and whether something joins it."""
    joined = negated = False
    determiners = lexicon(context.languages, ("det",))
    while place < len(words):
        word = words[place]
        if word.named:
            return place, negated, joined
        if word.text in _JOINING:
            joined = True
        elif word.text in _NEGATORS:
            negated = True
        elif not determiners.at([word.text], 0)[0]:
            return None, negated, joined
        place += 1
    return None, negated, joined


def _is_predicated(words: Sequence[Word], place: int, context: Context) -> bool:
    """Whether something is said of the thing: a word of substance follows, or a sign that opens it."""
    if place + 1 >= len(words):
        return False
    word = words[place + 1]
    if word.is_sign:
        return word.text in {":", "-", "=", "->"}
    return (
        not word.named
        and not lexicon(context.languages, ("det", "fill", "reason", "then", "exist")).at(
            [word.text], 0
        )[0]
    ) or word.text in {"is", "are", "ist", "sind"}


def _since_a_sign(words: Sequence[Word]) -> Sequence[Word]:
    """The last words, from the sign or the "but" on that parts them from what is said before."""
    cut = next(
        (
            place
            for place in range(len(words) - 1, -1, -1)
            if not words[place].named and (words[place].text in {",", "-", "(", *_BREAKS})
        ),
        -1,
    )
    return words[cut + 1 :]


def _opens(words: Sequence[Word], context: Context) -> bool:
    """Whether these words, that stand before a thing, say nothing."""
    fill = lexicon(context.languages, ("fill", "det"))
    return not any(word.named for word in words) and all(
        word.is_sign
        or word.text in {"neither", "weder", "both", "sowohl"}
        or fill.at([word.text], 0)[0]
        for word in words
    )


# ---------------------------------------------------------------- clauses

_BREAKS = frozenset(
    {
        "but",
        "aber",
        "however",
        "though",
        "although",
        "jedoch",
        "sondern",
        "whereas",
        "allerdings",
        "while",
    }
)
_AND = frozenset({"and", "und", "plus"})
_SO = frozenset({"so", "hence", "therefore"})
_SUBJECTS = frozenset(
    {
        "we",
        "i",
        "there",
        "it",
        "they",
        "you",
        "please",
        "wir",
        "ich",
        "es",
        "bitte",
        "he",
        "she",
        "that",
        "this",
        "nobody",
        "niemand",
        "noone",
        "let",
    }
)
_REQUEST = re.compile(
    r"(?:please |bitte )*(?:can|could|would|will|kannst|koennen|koennten|koenntest|koennt|koenntet|wuerden|wuerdest|wollen) (?:you|u|du|sie|ihr)(?: guys)?(?: mind| please| bitte| kindly| just| be so kind(?: as)? to| not)*"
)
_QUESTION = re.compile(
    r"(?:do|does|did|is|are|was|were|have|has|can|could|should|shall|will|would|may|must|am) (?:you|we|i|it|they|there|this|that|the|a|an|our|my|your|he|she|any)\b(?! not have)|"
    r"(?:what|which|who|where|when|why|how|was|welche[rsn]?|wer|wann|warum|wie|wo|wieso|weshalb|wofuer|wozu) (?:is|are|do|does|did|can|could|should|shall|will|would|about|if|s|ist|sind|hat|haben|soll|sollen|kann|wird|much|many|long)\b"
)
_TAG = re.compile(
    r"(?:right|correct|no|yes|oder|nicht wahr|do you|does it|is there|do they|do we|isn|stimmt s|richtig|ja|nein|gell|or not|or)\Z"
)


def _clauses(
    words: Sequence[Word], sign: str, *, line: str, sentence: int, context: Context
) -> list[Clause]:
    bare = _without_relatives(without_wishes(words), context)
    pieces = _pieces(_without_reasons(_together(bare, context), context), context)
    made = [_clause(piece, line, sentence, context) for piece in pieces if piece]
    if not made:
        return []
    if sign == "?":
        last = made[-1]
        tagged = len(made) > 1 and _TAG.match(_plain(last.words)) is not None
        everything = tagged or made[0].asks
        made = [
            replace(
                clause, asks=clause.asks or everything or (clause is last and not clause.request)
            )
            for clause in made
        ]
    elif made[0].asks:
        made = [replace(clause, asks=True) for clause in made]
    if any(clause.conditional and not clause.inviting for clause in made) and not any(
        clause.inviting for clause in made
    ):
        made = [replace(clause, conditional=True) for clause in made]
    return made


def _clause(words: Sequence[Word], line: str, sentence: int, context: Context) -> Clause:
    kept = list(words)
    plain = _plain(kept)
    asked = _REQUEST.match(plain)
    if asked and not re.search(r"\b(?:mind|not)\Z", asked[0].rstrip()):
        kept = kept[len(asked[0].split()) + _signs_within(kept, len(asked[0].split())) :]
    polite = _has(kept, ("if_polite",), context)
    inviting = _has(kept, ("invite",), context)
    conditional = not polite and _has(kept, ("if",), context)
    return Clause(
        words=tuple(kept),
        phrase=line[words[0].start : words[-1].end].strip(" ,;:-–—"),
        sentence=sentence,
        asks=not asked and _QUESTION.match(plain) is not None,
        conditional=conditional,
        request=bool(asked),
        headed=any(word.text in {":", "-", "=", "->"} for word in words if word.is_sign),
        inviting=inviting,
    )


def _signs_within(words: Sequence[Word], count: int) -> int:
    signs = seen = 0
    for word in words:
        if seen == count:
            break
        if word.is_sign:
            signs += 1
        else:
            seen += 1
    return signs


def _plain(words: Sequence[Word]) -> str:
    return " ".join("_" if word.named else word.text for word in words if not word.is_sign)


def _has(words: Sequence[Word], names: tuple[str, ...], context: Context) -> bool:
    known = lexicon(context.languages, names)
    plain = ["" if word.named else word.text for word in words]
    return any(text and known.at(plain, place)[0] for place, text in enumerate(plain))


_WE = frozenset({"i", "we", "they"})
_SENT = frozenset(
    {"sent", "attached", "shared", "gave", "uploaded", "mailed", "emailed", "forwarded", "provided"}
    | {"submitted"}
)
_MADE = frozenset(
    {"did", "made", "wrote", "created", "built", "designed", "produced", "showed", "presented"}
    | {"published", "used"}
)
_WANTED = frozenset({"wanted", "want", "need", "needed", "requested", "mentioned", "listed"})


def _without_relatives(words: Sequence[Word], context: Context) -> list[Word]:
    """Without what tells which thing is meant: "file 2 [that I sent you last week]", "the guide [you asked for]"."""
    found: list[Word] = []
    small = lexicon(context.languages, ("relative_end",))
    place = 0
    while place < len(words):
        found.append(words[place])
        place += 1
        if not any(isinstance(thing, Noun | Files) for thing in found[-1].named):
            continue
        texts = ["" if word.named else word.text for word in words[place : place + 14]]
        at = 1 if texts[:1] and texts[0] in {"file", "document", "pdf"} else 0
        at += 1 if texts[at : at + 1] and texts[at] in {"that", "which"} else 0
        who, verb = (*texts[at : at + 2], "", "")[:2]
        if who == "you" and (asking := _asking(texts[at + 1 :])):
            at += 1 + asking
        elif who in _WE and verb in _MADE and not _is_denied(found):
            place += at + _told(texts[at:])
            continue
        elif (who in _WE and verb in _SENT) or (who == "you" and verb in _WANTED):
            at += 2
        else:
            continue
        while at < len(texts) and texts[at] and (size := small.at(texts, at)[0]):
            at += size
        place += at
    return found


def _asking(texts: Sequence[str]) -> int:
    """How many words say "asked for", "were asking for" or "keep asking for"."""
    size = 1 if texts and texts[0] in {"are", "were", "keep", "kept"} else 0
    asks = texts[size : size + 2] in (
        (["asking", "for"],) if size else (["asked", "for"], ["ask", "for"])
    )
    return size + 2 if asks else 0


_GOES_ON = frozenset(
    {"is", "are", "was", "were", "will", "has", "have", "can", "could", "should", "follows"}
    | {"comes", "belongs", "goes", "needs", "but", "and", "not", "no", "never", "does", "do"}
)


def _told(texts: Sequence[str]) -> int:
    """How many of these words tell of a thing who made it, and for whom."""
    for count, text in enumerate(texts):
        if not text or not text.isalnum() or (count > 1 and text in _GOES_ON):
            return count
    return len(texts)


def _is_denied(words: Sequence[Word]) -> bool:
    """Whether the last saying denies: "we have no deck that we made" denies one deck only."""
    return _negated_before(_since_a_sign(words), len(words))


def _without_reasons(words: Sequence[Word], context: Context) -> list[Word]:
    """Without what stands behind "because", until the next comma."""
    known = lexicon(context.languages, ("reason",))
    plain = ["" if word.named else word.text for word in words]
    found: list[Word] = []
    dropping = False
    for place, word in enumerate(words):
        if plain[place] and known.at(plain, place)[0]:
            dropping = True
        elif dropping and word.text == "," and not word.named:
            dropping = False
        if not dropping:
            found.append(word)
    return found


def _pieces(words: Sequence[Word], context: Context) -> list[list[Word]]:
    """The clauses of a sentence; what says nothing by itself (a time, an address, a thing) goes to the one before."""
    raw: list[list[Word]] = [[]]
    for place, word in enumerate(words):
        if not word.named and _parts(words, place, context):
            raw.append([] if word.is_sign or word.text in _BREAKS | _AND | _SO else [word])
        else:
            raw[-1].append(word)
    joined: list[list[Word]] = []
    waiting: list[Word] = []
    for piece in raw:
        if not piece:
            continue
        if _says_something(piece, context) or (joined and _sets_against(piece)):
            joined.append([*waiting, *piece])
            waiting = []
        elif joined:
            joined[-1].extend(piece)
        else:
            waiting.extend(piece)
    return [*joined, waiting] if waiting else joined


_ONLY = frozenset({"just", "only", "merely", "nur", "lediglich", "bloss"})


def _sets_against(piece: Sequence[Word]) -> bool:
    """“[We have no quarterly roadmap,] just the yearly one”: the other thing is not what was denied."""
    return piece[0].text in _ONLY and not piece[0].named and bool(_targets(piece))


def _parts(words: Sequence[Word], place: int, context: Context) -> bool:
    word = words[place]
    left, right = words[:place], words[place + 1 :]
    if word.text == ",":
        return not _is_within_one(left, right)
    if word.text in {"(", ")"}:
        return True
    if word.text in _BREAKS:
        return not (
            word.text == "but"
            and any(
                entry.text in {"all", "everything", "nothing", "alles", "alle"} for entry in left
            )
        )
    if word.text == ":" and not _targets(left) and _targets(right):
        return _says_something(left, context) and _says_something(right, context)
    if word.text in {"-", ":"}:
        return bool(_targets(left) and _targets(right) and not _opens_list(left)) or (
            word.text == "-"
            and _says_something(right, context)
            and _says_something(left, context)
            and not _opens_list(left)
        )
    if word.text in _SO:
        following = next((entry for entry in right if not entry.is_sign), None)
        return (
            following is not None
            and following.text in _SUBJECTS
            and not following.named
            and [entry.text for entry in right[:2]] != ["you", "know"]
            and _says_something(left, context)
            and _says_something(right, context)
        )
    if word.text in _AND:
        following = next((entry for entry in right if not entry.is_sign), None)
        if following is None or not _says_something(left, context):
            return False
        return (following.text in _SUBJECTS and not following.named) or (
            bool(_targets(right)) and _says_something(right, context) and bool(_targets(left))
        )
    return False


_EVERYTHING = frozenset({"everything", "all", "alles", "alle"})
_WHAT = frozenset({"was", "what", "that", "which", "die", "wir", "we"})


def _is_within_one(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether a comma stands within one saying: "alles, was wir schicken, ist …"."""
    if not left or not right or left[-1].named or right[0].named:
        return False
    first = next((word.text for word in left if not word.is_sign), "")
    if [word.text for word in right[:2]] in (["was", "ich"], ["was", "wir"], ["what", "i"]):
        return True
    return (left[-1].text in _EVERYTHING and right[0].text in _WHAT) or (
        right[0].text in {"is", "are", "ist", "sind"}
        and bool({first, *(word.text for word in left)} & _EVERYTHING)
    )


def _opens_list(words: Sequence[Word]) -> bool:
    return all(word.named or word.is_sign for word in words)


def _targets(words: Sequence[Word]) -> list[Word]:
    return [
        word for word in words if word.named and isinstance(word.named[0], Noun | Files | Number)
    ]


def _says_something(words: Sequence[Word], context: Context) -> bool:
    """Whether there is a word of substance, so that it can be a clause of its own."""
    if _targets(words) and any(named(word, kind=When) for word in words):
        return True
    if len(_targets(words)) > 1 and any(word.text in {"=", "->"} for word in words):
        return True
    fill = lexicon(context.languages, ("fill", "det", "role", "soft"))
    plain = ["" if word.named or word.is_sign else word.text for word in words]
    place = 0
    while place < len(plain):
        if not plain[place]:
            place += 1
            continue
        size = fill.at(plain, place)[0]
        if not size:
            return True
        place += size
    return False
