"""Tells a sender's own lines from older messages in the same text: quoted, replied to, or forwarded.

Quoted lines that slip in are the worst mistake, since instructions are read from what stays; so an attribution, a block
of header fields or a forward marker ends the own text unless lines with ">" follow it, between which people answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_SEARCHED_OF_LINE = 250
_UNSEEN = " \t\r\xa0\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_ATTRIBUTION_LINES = 4
_BLOCK_LINES = 20
_MOST_ATTRIBUTIONS = 2_000
"""A text with more lines that end with a colon is no letter; what follows is not read."""
_MARKER_CHARACTERS = 160
_MAX_FORWARDED_CHARACTERS = 200_000
_COLONS = (":", "\uff1a")
"""The second is that of Chinese and Japanese."""

_FORWARDED_NAMES = (
    r"forwarded (message|by\b.*)|weitergeleitete (nachricht|e-?mail)|weitergeleitet von\b.*|"
    r"message (transf[ée]r[ée]|r[ée]exp[ée]di[ée])|transmis par\b.*|mensaje reenviado|reenviado por\b.*|"
    r"(doorgestuurd|doorgezonden) (bericht|door\b.*)|messaggio inoltrato|inoltrato da\b.*|"
    r"mensagem (re)?encaminhada|vidarebefordrat (meddelande|brev)|videresendt? (meddelelse|melding|besked)|"
    r"p[řr]eposlan[áa] zpr[áa]va|(wiadomo[śs][ćc] )?przekazana( wiadomo[śs][ćc]| dalej)?|"
    r"пересылаемое сообщение|转发的?邮件|転送されたメッセージ"
)
_ORIGINAL_NAMES = (
    r"original (message|appointment)|urspr(ü|ue)ngliche (nachricht|e-?mail|mail)|original-?nachricht|message d['\u2019]origine|"
    r"mensaje original|oorspronkelijk bericht|messaggio originale|mensagem original|"
    r"ursprungligt meddelande|originalmeddelande|oprindelig (meddelelse|besked)|opprinnelig melding|"
    r"původní zpráva|(oryginalna )?wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|"
    r"原始邮件|元のメッセージ"
)
_BEGINS_FORWARDED = (
    r"begin forwarded message|anfang der weitergeleiteten (nachricht|e-?mail)|"
    r"d[ée]but du message (r[ée]exp[ée]di[ée]|transf[ée]r[ée])|inicio del mensaje reenviado|"
    r"begin (van )?(het )?(doorgestuurde?|doorgezonden) bericht|inizio (del )?messaggio inoltrato|"
    r"in[íi]cio da mensagem (re)?encaminhada|v?idarebefordrat brev|start på (videresendt|videresendte) (besked|melding)"
)
_FORWARDED = re.compile(
    rf"[\s*]*(-{{2,}}\s*({_FORWARDED_NAMES})\s*-*|({_BEGINS_FORWARDED})\s*[:\uff1a])[\s*]*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(rf"[\s*]*-{{2,}}\s*({_ORIGINAL_NAMES})\s*-*[\s*]*", re.IGNORECASE)
_ANSWER_ABOVE = re.compile(
    r"\W{0,8}(please )?((type|write|add|enter) )?(your )?(reply|replies|response) above this line\W{0,8}|"
    r"\W{0,8}bitte (antworten|schreiben) sie (oberhalb|über) dieser (zeile|linie)\W{0,8}|"
    r"\W{0,8}(r[ée]pondez|[ée]crivez) au-dessus de cette ligne\W{0,8}",
    re.IGNORECASE,
)
_FORWARDING_SUBJECT = re.compile(
    r"\s*((re|aw|sv|antw|r)\s*:\s*)*(fwd?|wg|tr|rv|i|enc|doorst|vs|vb|pd|fs)\s*:", re.IGNORECASE
)

_OPENING = re.compile(
    r"\s*(on|am|le|el|op|il|em|no dia|den|dne|dnia|w dniu|på|kl|pe|at|quoting|zitat von|citando|in data)\b",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(wrote|writes|schrieb(en)?|geschrieben|[ée]crit|escribi[óo]|schreef|geschreven|(ha )?scritto|"
    r"escreveu|skrev|napsala?|napísala?|napisał[ao]?|pisze|kirjoitti|írta|yazd\u0131|a scris|пишет|написала?)\b"
    r"|写道|書きました|작성하였습니다",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}|\b(19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}|\d{1,2}月")
_MOMENT = re.compile(r"\b(19|20)\d{2}\b|\b\d{1,2}:\d{2}\b")
_ANGLE_ADDRESS = re.compile(r"<\s*(mailto:)?[^<>\s]{1,100}@[^<>\s]{1,100}\s*>|\[mailto:")

_FROM, _SENT, _TO, _CC, _SUBJECT = "from", "sent", "to", "cc", "subject"
_FIELD_NAMES = {
    _FROM: "from von de van da från fra od nadawca lähettäjä feladó kimden от 发件人 差出人",
    _SENT: "sent date gesendet datum envoyé envoye enviado fecha verzonden inviato data enviada skickat "
    "sendt dato odesláno wysłano lähetetty päivämäärä päiväys отправлено дата 发送时间 日期 日時 送信日時",
    _TO: "to an à a para aan till til komu do vastaanottaja címzett kime кому 收件人 宛先",
    _CC: "cc kopie copie copia kopia reply-to antwort",
    _SUBJECT: "subject betreff objet asunto onderwerp oggetto assunto ämne emne předmět temat aihe tárgy "
    "konu тема 主题 件名",
}
_ROLE_OF = {name: role for role, names in _FIELD_NAMES.items() for name in names.split()}
_FIELD = re.compile(
    r"[\s*_|]{0,8}([^\W\d][\w-]{0,15})(?:\s(?:el|em|am|le))?[\s*_]{0,4}[:\uff1a][\s*_|]{0,8}(.{0,250})"
)
_NAMES_INSIDE = re.compile(r"(?<!\S)\*{0,2}([^\W\d]\w{1,12})\*{0,2}\s?:\*{0,2}\s")
# A folded line, or a field that no mail program translates.
_IN_HEADER = re.compile(r"[ \t]+\S|[A-Za-z][\w-]{1,40}:\s")
_STARTS_WITH_NUMBER = re.compile(r"\W{0,3}\d")


@dataclass(frozen=True, slots=True)
class _Field:
    """What a line that shows a header field is for, and what it says."""

    role: str
    value: str = field(repr=False)


def own_lines(lines: Sequence[str]) -> list[str]:
    """The sender's own lines. Answers between lines that are marked with ">" stay, whatever follows an older message goes."""
    lines = [_seen(line) for line in lines]
    kept: list[str] = []
    quoting = False
    for number, line in enumerate(lines):
        if is_quoted(line):
            if not quoting:
                _drop_attribution(kept)
            quoting = True
        elif _is_marker(line) and not _is_followed_by_quoted(lines, number):
            break
        elif not _is_marker(line):
            quoting = quoting and not line.strip()
            kept.append(line)
    return kept[: _older_starts(kept)]


def is_quoted(line: str) -> bool:
    """Whether a line is marked as another message's."""
    return line.lstrip()[:1] == ">"


def forwarded(text: str, subject: str = "") -> str | None:
    """What somebody else wrote and this sender passed on: the text below a forward marker, None where there is none.

    The header block of a forwarded message counts as its beginning only under a subject that says forwarded: in any
    other mail it begins what is answered.
    """
    lines = [_seen(line) for line in text[:_MAX_FORWARDED_CHARACTERS].split("\n")]
    older = _older_starts(lines)
    passed_on = _FORWARDING_SUBJECT.match(subject) is not None
    for number, line in enumerate(lines):
        if passed_on and number == older:
            return _unquoted(lines[number:])
        if number > older:
            return None
        if _is_forwarded_marker(lines, number) or (passed_on and _ORIGINAL.fullmatch(_cut(line))):
            return _unquoted(lines[number + 1 :])
    return None


def _is_forwarded_marker(lines: Sequence[str], number: int) -> bool:
    """A marker in a quotation counts only at its beginning, and where no attribution says that it is answered."""
    line = lines[number]
    if not is_quoted(line):
        return _is_short(line) and _FORWARDED.fullmatch(line) is not None
    before = [earlier for earlier in lines[max(0, number - 3) : number] if earlier.strip(" >\t")]
    return (
        _is_short(line)
        and _FORWARDED.fullmatch(line.lstrip()[1:]) is not None
        and not (before and (is_quoted(before[-1]) or before[-1].rstrip().endswith(_COLONS)))
    )


def _unquoted(lines: Sequence[str]) -> str | None:
    """The lines as their writer had them, if all of them came marked with ">"."""
    told = [line for line in lines if line.strip()]
    if told and is_quoted(told[0]):
        lines = [line.lstrip()[1:].removeprefix(" ") if is_quoted(line) else line for line in lines]
    return "\n".join(lines).strip() or None


def _is_marker(line: str) -> bool:
    return _is_short(line) and any(
        marker.fullmatch(line) for marker in (_FORWARDED, _ORIGINAL, _ANSWER_ABOVE)
    )


def _seen(line: str) -> str:
    """The line without marks at its beginning that nobody sees, behind which a field or a ">" would hide."""
    shown = line.lstrip(_UNSEEN)
    return shown if shown[:1] != line.lstrip()[:1] else line


def _is_short(line: str) -> bool:
    return len(line) < _MARKER_CHARACTERS


def _cut(line: str) -> str:
    return line.strip()[:_SEARCHED_OF_LINE]


def _is_followed_by_quoted(lines: Sequence[str], number: int) -> bool:
    after = (line for line in lines[number + 1 : number + 4] if line.strip())
    return is_quoted(next(after, ""))


def _older_starts(lines: Sequence[str]) -> int:
    """The number of the line where an older message without marks begins; the number of lines where none does."""
    entries = [_field_of(line) for line in lines]
    tried = 0
    for number, line in enumerate(lines):
        if _ends_like_attribution(line):
            tried += 1
            first = _attribution_starts(lines, number)
            if first is not None and not _is_followed_by_quoted(lines, number):
                return first
        if tried > _MOST_ATTRIBUTIONS or _begins_header_block(lines, entries, number):
            return number
    return len(lines)


def _ends_like_attribution(line: str) -> bool:
    return line.rstrip(" \t\r\xa0*_").endswith(_COLONS) and not is_quoted(line)


def _attribution_starts(lines: Sequence[str], last: int) -> int | None:
    """The first line of "On … wrote:", which may be folded over four lines, and ends at `last`.

    Where HTML made a paragraph of each line, blank ones stand between them.
    """
    found = None
    joined = ""
    taken = 0
    for number in range(last, max(-1, last - 2 * _ATTRIBUTION_LINES), -1):
        line = lines[number]
        blank = not line.strip()
        if blank and (found is None or _continues(joined)) and lines[max(0, number - 1)].strip():
            continue
        if blank or len(line) > 4 * _SEARCHED_OF_LINE or is_quoted(line):
            break
        joined = f"{line.strip()} {joined}"
        taken += 1
        opens = _OPENING.match(joined) is not None
        if _is_attribution(joined) and (found is None or opens):
            found = number
        if taken == _ATTRIBUTION_LINES or (found is not None and (opens or _WHEN.search(joined))):
            break
    return found


def _continues(text: str) -> bool:
    """Whether a line goes on with the one before: no sentence begins like this."""
    return text[:1] == "<" or text[:1].islower()


def _is_attribution(joined: str) -> bool:
    tail = joined[-2 * _SEARCHED_OF_LINE :]
    addressed = _ANGLE_ADDRESS.search(tail) is not None
    if _WROTE.search(tail) is None:
        # In a language that we do not know: a moment, and at the very end somebody's address.
        ends = tail.rstrip(" :*_\xa0\uff1a").endswith((">", ">)"))
        return addressed and ends and _MOMENT.search(tail) is not None
    dated = _WHEN.search(tail) is not None
    return addressed or (_OPENING.match(joined) is not None and (dated or "@" in tail))


def _drop_attribution(kept: list[str]) -> None:
    """Remove "On … wrote:" from the end, where the quoted lines follow that it introduces."""
    last = len(kept) - 1
    while last >= 0 and not kept[last].strip():
        last -= 1
    if last < 0 or not _ends_like_attribution(kept[last]):
        return
    first = _attribution_starts(kept, last)
    line = kept[last][-2 * _SEARCHED_OF_LINE :]
    if first is None and ("@" in line or _WROTE.search(line)):
        first = last
    if first is not None:
        del kept[first:]


def _begins_header_block(
    lines: Sequence[str], entries: Sequence[_Field | None], start: int
) -> bool:
    """From, and Sent or Subject: the header fields that Outlook and others put above an older message, in any order."""
    opening = entries[start]
    if opening is None or opening.role == _CC:
        return False
    if opening.role == _FROM and _is_header_in_one_line(opening.value):
        return True
    values: dict[str, str] = {}
    role = opening.role
    missed = 0
    for number in range(start, min(start + _BLOCK_LINES, len(lines))):
        line, entry = lines[number], entries[number]
        if entry is not None:
            role = entry.role
            values.setdefault(role, entry.value)
            missed = 0
        elif line.strip() and not values[role].strip():
            values[role] = line
        elif line.strip() and not _IN_HEADER.match(line):
            missed += 1
            if missed > 1 and not ("@" in line or ";" in line):
                break
    return _is_header(values, opening.role)


def _is_header(values: dict[str, str], opening: str) -> bool:
    sender = values.get(_FROM, "")
    if not sender.strip() or _STARTS_WITH_NUMBER.match(sender):
        return False
    if opening != _FROM and len(values) < 3:
        return False
    return bool(
        values.keys() & {_SENT, _SUBJECT} or (_TO in values and "@" in sender + values[_TO])
    )


def _is_header_in_one_line(rest: str) -> bool:
    """Some programs join the fields when they make text of HTML."""
    roles = {_ROLE_OF.get(name.lower()) for name in _NAMES_INSIDE.findall(rest)}
    return len(roles & {_SENT, _TO, _SUBJECT}) >= 2


def _field_of(line: str) -> _Field | None:
    """A header field as mail programs show it, in the languages that they speak."""
    if not any(colon in line[:60] for colon in _COLONS):
        return None
    found = _FIELD.match(line[: 2 * _SEARCHED_OF_LINE])
    role = _ROLE_OF.get(found[1].lower()) if found else None
    return _Field(role, found[2]) if found and role else None
