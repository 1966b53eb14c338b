"""Where a text's own words end and a signature, a line of the mail program or a mailing list's footer begins. Pure.

A signature that stays does little harm, own words that go are lost: so lines that say something are never cut off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.links import judge
from intake.model import LinkFate

_MAX_LINES = 12
_MOST_SIGNATURES = 3
"""A mail program's line under a closing formula under "-- "; or one of each body."""
_FOOTER_LINES = 4
_MAX_LINE = 300
_DELIMITER = re.compile(r"--\s?")
_RULE = re.compile(r"\s*[_=*-]{10,}\s*|\s*_{5,}\s*")
_NUMBERED = re.compile(
    r"\W{0,3}((file|item|datei|fichier|archivo|bestand|punkt|position|punto|point)\s+\d{1,2}\b|\d{1,2}\s*[:=)\]])"
    r"|(p\.?\s?s\.?|n\.?b\.?)\s*[:\s]",
    re.IGNORECASE,
)
# Words of speech that no business card bears, in five languages.
_SAYS = re.compile(
    r"\b(we|i|i['\u2019](m|ll|ve)|we['\u2019](ll|ve|re)|don['\u2019]t|have|haven['\u2019]t|not|none|n/a|isn['\u2019]t|attached|"
    r"please|follows|later|will|is|are|ich|wir|haben|habe|kein(e[nrs]?)?|nicht|anbei|bitte|folgt|später|ist|sind|"
    r"nous|avons|pas|je|joint|voici|suivra|est|sont|no tenemos|tenemos|tengo|adjunto|luego|está|"
    r"wij|we|geen|hebben|niet|bijgevoegd|volgt)(?![\w/])|\b(kein|no) \w+ (calendar|roadmap|deck|guide)",
    re.IGNORECASE,
)
_ONE_WORD_ORDER = re.compile(
    r"\W*(keep|undo|veto|pause|resume|status|none|no|yes|ok(ay)?|stop|confidential|vertraulich|behalten|"
    r"ja|nein|oui|non|sí|nee)\W*",
    re.IGNORECASE,
)
_DEVICE = (
    r"(sent|this (e-?mail|message) was sent) (from|via|with|using) (my|the|yahoo|outlook|mail|gmail|samsung|windows|blackberry|proton)\b.{0,60}|"
    r"sent from .{2,40}|get outlook for .{2,80}|get the new outlook.{0,60}|"
    r"(diese (nachricht|e-?mail) wurde )?(gesendet|verschickt) (von|mit|aus|über) .{2,60}|"
    r"(diese (nachricht|e-?mail) wurde )?von (meinem|meiner|outlook|yahoo) .{2,60} gesendet\.?|von outlook .{0,20} gesendet|"
    r"(outlook für .{2,30} (beziehen|herunterladen)|holen sie sich outlook für .{2,60})(<.{0,80}>)?|"
    r"envoy[ée]e? (de|depuis|à partir de|avec) (mon|ma|outlook|yahoo|l['\u2019]|mail|courrier)\b.{0,60}|"
    r"(t[ée]l[ée]chargez|obtenez|obtenir|t[ée]l[ée]charger) outlook pour .{2,80}|"
    r"enviado (desde|con|a partir de) (mi|outlook|yahoo|el|correo)\b.{0,60}|(obtener|obt[ée]n|descargar?) outlook para .{2,80}|"
    r"(verstuurd|verzonden) (vanaf|vanuit|via|met|van|door) .{2,60}|(download|krijg) outlook voor .{2,80}|"
    r"outlook voor .{2,30} (downloaden|ophalen)(<.{0,80}>)?|"
    r"inviato (da|dal mio|con) .{2,60}|(scarica|ottieni) outlook per .{2,80}|"
    r"enviad[oa] (do meu|da minha|pelo|através) .{2,60}|(obter|obtenha) o? ?outlook para .{2,80}|"
    r"skickat från (min|outlook) .{2,40}|sendt fra (min|outlook) .{2,40}|hent outlook (til|for) .{2,60}|"
    r"wysłane? z (mojego )?.{2,40}|odesláno z .{2,40}|отправлено \u0441 .{2,40}"
)
_CLOSING = (
    r"((best|kind|kindest|warm|warmest|with (best|kind|warm)) )?regards|(best|kind|warm) wishes|all the best|best|cheers|"
    r"(many )?thanks( (a lot|again|so much|in advance|and (best |kind )?regards))?|thank you( (so|very) much| in advance)?|thx|br|"
    r"(yours )?sincerely( yours)?|yours( faithfully| truly)?|"
    r"mit (freundlichen|besten|herzlichen|lieben|freundlichem) gr(ü|ue)(ß|ss)e?n?|mfg|lg|vg|gru(ß|ss)|(vielen |besten )?(danke?)( im voraus)?|"
    r"(viele|beste|liebe|herzliche|sch(ö|oe)ne|freundliche) gr(ü|ue)(ß|ss)e( aus \w+)?|"
    r"(bien )?cordialement|(tr[èe]s |bien )?cordialement|bien (à|a) (vous|toi)|cdlt|merci( (beaucoup|d['\u2019]avance))?|"
    r"(mes )?(sinc[èe]res|meilleures|cordiales) salutations|"
    r"(un )?(cordial )?saludos?( cordiales)?|atentamente|(muchas )?gracias|"
    r"(met )?(vriendelijke|hartelijke|beste) groet(en)?|groet(en|jes)?|mvg|(hartelijk )?(bedankt|dank)|"
    r"(cordiali|distinti) saluti|saluti|grazie( mille)?|atenciosamente|cumprimentos|obrigad[oa]|"
    r"(med )?(vänliga|vennlig|venlig) (hälsningar|hilsen)|mvh|s pozdravem|pozdrawiam"
)
_FORMULA = re.compile(rf"\s*({_CLOSING}|{_DEVICE})\s*[,.!;\u2013-]*\s*", re.IGNORECASE)
# "Best regards, Ana" on one line; the name must be one.
_FORMULA_AND_NAME = re.compile(
    rf"\s*({_CLOSING})\s*[,.!;/\u2013-]*\s+(?-i:[A-ZÀ-Þ][\w.'-]{{0,20}})(\s(?-i:[A-ZÀ-Þ])[\w.'-]{{0,20}}){{0,2}}\s*[.,]?\s*",
    re.IGNORECASE,
)
_OF_A_LIST = re.compile(
    r"\b(mailing.?list|list(e|info)?|unsubscrib\w*|subscri\w*|groups?|archives?|mailman|abmeld\w*|abbestell\w*|"
    r"verteiler|d[ée]sabonn\w*|d[ée]sinscri\w*|desuscri\w*|baja|afmelden|uitschrijven)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"]{3,280}", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|www\.|\S@\S", re.IGNORECASE)


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines before a signature: behind "-- ", or behind a closing formula with no more than a card after it."""
    own = _stripped(lines)
    for taken in range(_MOST_SIGNATURES):
        start = _signature_starts(own, silent=taken > 0)
        if start is None:
            break
        own = _stripped(own[:start])
    return own


def _signature_starts(lines: Sequence[str], *, silent: bool) -> int | None:
    """The line where the last signature begins; if `silent`, behind "-- " as well nothing may be said."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    below, says = 0, False
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if not line.strip():
            continue
        delimits = _DELIMITER.fullmatch(line) is not None
        is_silent = not says or (delimits and not silent)
        if is_silent and (delimits or _closes(line, opening=number == first)):
            return number
        below, says = below + 1, says or says_something(line)
        if below > _MAX_LINES:
            break
    return None


def without_list_footer(lines: Sequence[str]) -> list[str]:
    """The lines before a mailing list's footer: a rule, and below it at most four lines that tell of the list."""
    own = _stripped(lines)
    block: list[str] = []
    for number in range(len(own) - 1, -1, -1):
        line = own[number]
        if _RULE.fullmatch(line[:_MAX_LINE]):
            told = " ".join(block)
            is_footer = _ADDRESS.search(told) and _OF_A_LIST.search(told)
            return _stripped(own[:number]) if is_footer else own
        if line.strip():
            block.append(line[:_MAX_LINE])
        if len(block) > _FOOTER_LINES:
            break
    return own


def says_something(line: str) -> bool:
    """A numbered answer, an order, a shared file or a sentence is no part of a signature."""
    told = line.strip()[:_MAX_LINE]
    return bool(
        _NUMBERED.match(told)
        or _ONE_WORD_ORDER.fullmatch(told)
        or _SAYS.search(told)
        or any(judge(url).fate is LinkFate.NEEDS_ACCESS for url in _URL.findall(told))
        or (len(told.split()) > 5 and told.endswith((".", "!", "?")))
    )


def _closes(line: str, *, opening: bool) -> bool:
    """In the first line a thank-you is a greeting if it ends like a sentence, and a name behind it the reader's."""
    told = line.strip()
    if len(told) > _MAX_LINE:
        return False
    if opening and (told.endswith(("!", ".")) or not _FORMULA.fullmatch(told)):
        return False
    if _FORMULA.fullmatch(told):
        return not _SAYS.search(told) or _ADDRESS.search(told) is not None
    return _FORMULA_AND_NAME.fullmatch(told) is not None


def _stripped(lines: Sequence[str]) -> list[str]:
    """Without blank lines and rules at the end."""
    last = len(lines)
    while last and (not lines[last - 1].strip() or _RULE.fullmatch(lines[last - 1][:_MAX_LINE])):
        last -= 1
    return list(lines[:last])
