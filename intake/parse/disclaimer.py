"""Knows the legal boilerplate that mail systems put under a message, in five languages. Pure.

Its words are nobody's: a mail is not confidential because a disclaimer says so. One word never decides, for a sender may
write "this is confidential, please do not share it": a disclaimer speaks of the message *and* of whom it is meant for, or
of what to do where it went astray.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_MAX_PARAGRAPHS = 12
_MAX_CARD_LINES = 12
_READ_OF_PARAGRAPH = 4_000
_SHORT_WORDS = 60
_TITLE_WORDS = 6

_MESSAGE = re.compile(
    r"\be-?mails?\b|\bmessages?\b|\bcommunication\b|\btransmission\b|\battachments?\b|\bemails?\b|"
    r"\b(e-?mail-?)?nachricht(en)?\b|\bmail\b|\bmitteilung\b|\banh[äa]nge\b|"
    r"\bcourriels?\b|\bm[ée]l\b|\bpi[èe]ces jointes\b|"
    r"\bmensajes?\b|\bcorreos?\b|\badjuntos?\b|\bcomunicaci[óo]n\b|"
    r"\bbericht(en)?\b|\bbijlagen?\b",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(
    r"intended (recipient|addressee)|\baddressees?\b|(named|designated) recipient|"
    r"intended (solely |only |exclusively |strictly )*for (the|its|those)\b|(solely|only|exclusively) for the (use|attention|named|person|individual|intended|addressee|recipient)|"
    r"(individual|person)s?( or | and |\(s\) or )(entity|entities|organi[sz]ation)|to whom (it is|they are) addressed|"
    r"\badressat(en|in)?\b|(richtige|beabsichtigte|bestimmungsgem[äa][ßs]+e|vorgesehene|genannte|angegebene)[nrs]? empf[äa]nger|"
    r"ausschlie(ß|ss)lich f[üu]r (den|die|das|empf)|nur f[üu]r (den|die) (adress|empf|genannt|angeg|bezeichn)|"
    r"\bdestinataires?\b|destin[ée]e?s? (exclusivement|uniquement|[àa] l['\u2019]usage)|[àa] l['\u2019](usage|attention) exclusi|"
    r"\bdestinatari[oa]s?\b|(dirigid|destinad)[oa]s? (exclusiv|[úu]nica|solamente)|"
    r"\bgeadresseerden?\b|(beoogde|bedoelde|juiste) ontvanger|(uitsluitend|alleen|enkel) (bestemd|bedoeld) voor",
    re.IGNORECASE,
)
_ASTRAY = re.compile(
    r"\bin error\b|by mistake|\bmistakenly\b|\berroneously\b|not (the|an) (intended|named|addressee)|are not the\b|"
    r"irrt[üu]mlich|versehentlich|f[äa]lschlich|nicht (der|die) (richtige|beabsichtigte|vorgesehene|bestimmungs|adressat|empf)|"
    r"par erreur|par inadvertance|n['\u2019][êe]tes pas (le|la|l['\u2019]un)|pas (le|la) destinataire|"
    r"por error|por equivocaci[óo]n|no es (usted )?(el|la) destinatari|no (es|fuera|fuese) usted|"
    r"(ten onrechte|per abuis|abusievelijk|per vergissing|onterecht)|niet de (geadresseerde|beoogde|bedoelde|juiste)|niet voor u (is )?bestemd",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(delet(e|ed|ion)|destroy(ed)?|notify|notified|prohibited|unauthori[sz]ed|disseminat\w*|disclosure|unlawful|copying)\b|inform (the|us|me)|contact the sender|advise the sender|"
    r"\bl[öo]schen\b|\bvernichten\b|(informieren|benachrichtigen|verst[äa]ndigen) sie|\bunbefugte?[nrs]?\b|\buntersagt\b|nicht gestattet|\bunzul[äa]ssig\b|\bweiterverbreitung\b|nicht erlaubt|"
    r"\bd[ée]trui\w*|\bsupprim\w*|\binterdit\w*|(avertir|pr[ée]venir|informer|aviser|avisez|informez) (imm[ée]diatement )?(l['\u2019]|son|son )?exp[ée]diteur|strictement|"
    r"\b(borr(ar|e|elo)|elimin(ar|e|elo)|destru(ir|ya|yalo)|prohibid[oa]|notif[ií]\w*|comun[ií]que\w*|inf[óo]rme\w*)\b|"
    r"\b(verwijder\w*|vernietig\w*|verboden|niet toegestaan|informeer)\b|op de hoogte|stel de afzender|afzender (te )?(informeren|waarschuwen)",
    re.IGNORECASE,
)
_SECRECY = re.compile(
    r"\bconfidential\w*|\bprivileged?\b|\bproprietary\b|legally protected|"
    r"\bvertraulich\w*|rechtlich gesch[üu]tzt\w*|\bgeheim\w*|"
    r"\bconfidentiel\w*|\bsecret professionnel\b|"
    r"\bconfidencial\w*|\bprivilegiad\w*|\breservad\w*|"
    r"\bvertrouwelijk\w*",
    re.IGNORECASE,
)
_TO_THE_OTHER = re.compile(
    r"(wenn|sollten|falls) sie|if you|si vous|si (usted|ha|no|lo)|s'il|als u|indien u|mocht u",
    re.IGNORECASE,
)
# Other lines of the same origin: a paragraph of its own at the end, and short.
_COMPANION = re.compile(
    r"consider (the|our) environment|(before|when) printing this|print (this|it) only if|"
    r"(any|the) (views|opinions)( or (views|opinions))?[^.]{0,60} (are|of) (those|solely|the author)|"
    r"(accepts?|assumes?) no (liability|responsibility)|(virus|malware)[- ](free|scanned|checked)|scanned (for|by)[^.]{0,40}virus|"
    r"registered (office|in (england|ireland|scotland|wales)|number|no\b)[^\n]{0,80}\d|company (number|no\.?|registration)[^\n]{0,40}\d|"
    r"denken sie an die umwelt|bevor sie diese (e-?mail|nachricht|mail) (aus)?drucken|\bumwelt\b[^.]{0,60}druck|"
    r"\b(hrb|hra) ?\d|amtsgericht[^\n]{0,40}\d|handelsregister|\bust-?id|gesch[äa]ftsf[üu]hrer(in)?\s*:|sitz der gesellschaft|"
    r"(datenschutz(hinweise|erkl[äa]rung|informationen))|keine haftung|"
    r"pensez [àa] l['\u2019]environnement|(avant d['\u2019]|n['\u2019])imprime[rz]|\bsiret\b|\brcs\b [a-z]+|d[ée]cline toute responsabilit|"
    r"(piense|piensa) en el medio ?ambiente|antes de imprimir|registro mercantil|protecci[óo]n de datos|"
    r"denk aan het milieu|(voordat|voor) u (deze|dit)[^.]{0,20} print|\bkvk\b[^\n]{0,20}\d|kamer van koophandel|aansprakelijk(heid)?|"
    r"privacy (policy|notice|statement)|(how|where) we process (your )?personal data",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\W*(e-?mail |legal |wichtiger |rechtlicher )?(disclaimer|confidentiality( (notice|note|statement|warning))?|confidential|"
    r"privileged (and|&) confidential|(strictly )?private (and|&) confidential|(legal|important) (notice|information)|notice|caution|warning|"
    r"hinweis|vertraulichkeits(hinweis|erkl[äa]rung)|haftungsausschluss|(rechtlicher|wichtiger) hinweis|"
    r"(avis|clause|note) de confidentialit[ée]|avertissement|mentions? l[ée]gales?|confidentialit[ée]|"
    r"aviso (legal|de confidencialidad)|(cl[áa]usula|nota) de confidencialidad|confidencialidad|"
    r"vertrouwelijkheids(verklaring|clausule)|proclaimer)\W*",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[\s*_\"'(>-]{0,6}(this (e-?mail|message|communication|transmission|electronic|mail)|th(e|is) (information|content|document)s? (contained|in this|of this|transmitted)|"
    r"(the )?(contents?|information) (of|in|contained)|if you (are not|have received|received)|(confidentiality|legal|important|privileged)[\w ]{0,30}:|disclaimer|notice:|"
    r"dies(e|er|es) (e-?mail|nachricht|mail|mitteilung|kommunikation|schreiben|dokument)|(der|die) (inhalt|information(en)?)|(sollten|falls|wenn) sie|(wichtiger |rechtlicher )?hinweis|vertraulich|haftungs|"
    r"(ce|cet|le pr[ée]sent|cette) (message|courriel|e-?mail|mail|m[ée]l|courrier)|l(es|['\u2019])\s?informations?|si vous|avis de|avertissement|"
    r"(este|el presente|esta) (mensaje|correo|e-?mail|comunicaci[óo]n)|(la )?informaci[óo]n conteni|si (usted|ha recibido|no es)|aviso|"
    r"(dit|deze|dit e-?mail) (bericht|e-?mail|mail|e-?mailbericht)|de (informatie|inhoud)|(indien|als|mocht) u|disclaimer)",
    re.IGNORECASE,
)


def without_disclaimer(lines: Sequence[str], says_something: Callable[[str], bool]) -> list[str]:
    """The lines without the boilerplate under them, and without what stands below it, if that says nothing.

    Plain boilerplate goes from anywhere; what only might be is taken off the end alone.
    """
    own = _without_plain(lines)
    for _ in range(_MAX_PARAGRAPHS):
        first = _boilerplate_starts(own, says_something)
        if first is None:
            break
        own = own[:first] if any(line.strip() for line in own[:first]) else _below_first(own)
    return own


def _below_first(lines: Sequence[str]) -> list[str]:
    """The lines below the first paragraph: boilerplate above all else takes nothing with it."""
    last = next(last for first, last in _paragraphs(lines) if lines[first].strip())
    return list(lines[last:])


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is a disclaimer: of this message, and for a reader who is somebody else."""
    read = " ".join(paragraph[:_READ_OF_PARAGRAPH].split())
    if not _MESSAGE.search(read):
        return False
    meant, astray = _RECIPIENT.search(read) is not None, _ASTRAY.search(read) is not None
    duty, secret = _DUTY.search(read) is not None, _SECRECY.search(read) is not None
    if meant and astray:
        return duty or secret or _TO_THE_OTHER.search(read) is not None
    # What says nothing of a wrong reader may be the sender's own word on a file; boilerplate begins with "this message".
    if meant and (secret or duty):
        return _OPENING.match(read) is not None
    return astray and duty and _TO_THE_OTHER.search(read) is not None


def _is_plain(paragraph: str) -> bool:
    """A disclaimer that could be nothing else, wherever it stands."""
    if _OPENING.match(paragraph) is None:
        return False
    read = " ".join(paragraph[:_READ_OF_PARAGRAPH].split())
    signs = (_RECIPIENT, _ASTRAY, _DUTY)
    return is_disclaimer(read) and all(sign.search(read) for sign in signs)


def _without_plain(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for first, last in _paragraphs(lines):
        block = list(lines[first:last])
        if block and block[0].strip() and _is_plain("\n".join(block)):
            while kept and (not kept[-1].strip() or _TITLE.fullmatch(kept[-1][:_SHORT_WORDS])):
                kept.pop()
        else:
            kept.extend(block)
    return kept


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The bounds of runs of lines that are all blank, or all not."""
    bounds: list[tuple[int, int]] = []
    first = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or bool(lines[number].strip()) != bool(lines[first].strip()):
            bounds.append((first, number))
            first = number
    return bounds


def _boilerplate_starts(lines: Sequence[str], says_something: Callable[[str], bool]) -> int | None:
    """The first line of the last paragraph that is boilerplate, where nothing below it says anything."""
    below = 0
    for first, last in reversed(_paragraphs(lines)):
        block = lines[first:last]
        if not block[0].strip():
            continue
        start = _start_in(block)
        if start is not None:
            return _with_title(lines, first + start)
        below += len(block)
        if below > _MAX_CARD_LINES or any(map(says_something, block)):
            return None
    return None


def _start_in(block: Sequence[str]) -> int | None:
    """Where in a paragraph the boilerplate begins: what stands before it may be a card or somebody's own line."""
    for number, line in enumerate(block[:40]):
        rest = "\n".join(block[number:])
        if _OPENING.match(line) and is_disclaimer(rest):
            return number
        if number == 0 and is_disclaimer(rest) and not _OPENING.search("\n".join(block[1:])):
            return number if len(rest.split()) > 15 and "?" not in rest else None
    whole = "\n".join(block)[:_READ_OF_PARAGRAPH]
    if _COMPANION.search(whole) and len(whole.split()) <= _SHORT_WORDS and "?" not in whole:
        return _companion_starts(block)
    return None


def _companion_starts(block: Sequence[str]) -> int | None:
    return next(
        (number for number, line in enumerate(block) if _COMPANION.search(line[:500])), None
    )


def _with_title(lines: Sequence[str], start: int) -> int:
    """The line where it begins with its title, such as "Confidentiality notice"."""
    first = start
    while first and (
        not lines[first - 1].strip() or _TITLE.fullmatch(lines[first - 1].strip()[:_SHORT_WORDS])
    ):
        first -= 1
    return first
