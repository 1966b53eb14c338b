"""Tells mail that no person wrote to us: one small named rule for each sign, in the order in which they decide.

Pure. Fields and addresses count alone (RFC 3834, 3464, 2919, 2369, 8098, 5965); the phrases of a subject only where a
product writes them, everyday words only beside a second sign: a person's words taken for automatic are read by nobody.
"""

# ruff: noqa: RUF001  # subjects of many scripts

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from intake.model import Address, AutoKind, InboundMessage, Mailbox, Part, Role

MARKER = "X-Intake-Project"
"""The field that every letter of ours carries."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A rule that a message meets, by name, and what such a message is."""

    rule: str
    kind: AutoKind


def automatic(message: InboundMessage, own_addresses: frozenset[Address]) -> AutoKind | None:
    """Why a message must not be answered; None for mail that a person wrote to us."""
    if is_own(message, own_addresses):
        return AutoKind.AUTO_GENERATED
    return next((kind for kind, _, rule in _RULES if rule(message)), None)


def is_bounce(message: InboundMessage) -> bool:
    """Whether it is a report that a letter was not delivered, whosever letter it was."""
    return any(rule(message) for kind, _, rule in _RULES if kind is AutoKind.BOUNCE)


def signs(message: InboundMessage, own_addresses: frozenset[Address]) -> tuple[Sign, ...]:
    """Every rule that a message meets, the one that decides first."""
    own = (Sign("own-letter", AutoKind.AUTO_GENERATED),) if is_own(message, own_addresses) else ()
    met = tuple(Sign(name, kind) for kind, name, rule in _RULES if rule(message))
    nobody = (Sign("from-nobody", AutoKind.AUTO_GENERATED),) if is_from_nobody(message) else ()
    return own + met + nobody


def rests_on_subject(message: InboundMessage) -> bool:
    """Whether nothing but its subject says that a message is automatic."""
    met = {name for _, name, rule in _RULES if rule(message)}
    return bool(met) and met <= _BY_SUBJECT and not is_from_nobody(message)


def is_own(message: InboundMessage, own_addresses: frozenset[Address]) -> bool:
    """One of our own letters: by its marker, or from one of our addresses, subaddressed (RFC 5233) or not."""
    if message.field_values(MARKER):
        return True
    if message.sender is None:
        return False
    local, _, domain = message.sender.address.rpartition("@")
    plain = Address(f"{local.partition('+')[0]}@{domain}")
    return message.sender.address in own_addresses or plain in own_addresses


def is_from_nobody(message: InboundMessage) -> bool:
    """From an address that takes no answers: never answered, though a person may have caused the mail."""
    if message.sender is None:
        return False
    local = _local_part(message)
    return bool(_NOBODY.match(local)) or (local == "postmaster" and _is_nameless(message.sender))


def has_enclosures(message: InboundMessage) -> bool:
    """Whether files are attached, pictures and visiting cards left aside."""
    return any(part.role is Role.FILE and not _is_ornament(part) for part in message.parts)


def _is_ornament(part: Part) -> bool:
    return part.referenced or part.media_type.startswith("image/") or "vcard" in part.media_type


def _subject(message: InboundMessage) -> str:
    return message.subject[:_SUBJECT_CHARACTERS]


def _local_part(message: InboundMessage) -> str:
    return message.sender.address.partition("@")[0] if message.sender else ""


# ---------------------------------------------------------------- reports of delivery

_DAEMON = re.compile(
    r"^(mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail[-_.]?delivery([-_.](sub)?system)?|"
    r"microsoftexchange[0-9a-f]{32})([+=\-_.].*)?$|"
    # An address of one return path (VERP) holds digits or the address that it stands for.
    r"^(double-?bounce|bounce(s|d)?)(\+.*|[\-_.=][^@]*[0-9=].*)?$"
)
_MACHINE_NAME = re.compile(r"mail|deliver|postmaster|system|daemon|server|admin", re.IGNORECASE)
_DAEMON_WITHOUT_ADDRESS = re.compile(
    r"mailer[-_ ]?daemon|postmaster|mail delivery (sub)?system", re.IGNORECASE
)
_NOBODY = re.compile(
    r"^(no|do[-_.]?not|dont|never|not)[-_.]?(reply|answer|respond)|^(nicht-?antworten|ne-?pas-?repondre|"
    r"noresponder|no-?responder|geen-?antwoord)|^(.*[-_.])?noreply$|^(nobody|notifications?)(\+.*)?$"
)
_BOUNCE_SUBJECT = re.compile(
    # English
    r"^(undeliver(able|ed)\b|(mail )?delivery (status notification|fail|has failed|incomplete)|mail delivery fail|"
    r"returned mail\b|failure notice|mail system error|message delivery (failure|delayed)|undelivered mail|"
    r"delivery notification: delivery has|warning: (could not send|message .{0,200} delayed)|"
    # German, French, Spanish, Dutch, Italian, Portuguese
    r"unzustellbar|nicht zustellbar|unzustellbare|zustellung fehlgeschlagen|non remis|non distribu|"
    r"échec de (la )?(remise|distribution)|no se puede entregar|no se ha podido entregar|no entregado|"
    r"mensaje devuelto|onbestelbaar|niet bezorgd|impossibile recapitare|mancat[oa] (recapito|consegna)|"
    r"não foi possível entregar|não entregue|falha na entrega|"
    # Swedish, Danish, Norwegian, Finnish
    r"olevererbart|kunde inte levereras|ej levererat|kan(?:ne|) ikke leveres|kunne ikke leveres|ikke leveret|"
    r"kan ikke leveres|ei voitu toimittaa|toimittamaton|"
    # Polish, Czech, Hungarian, Turkish, Russian
    r"nie można dostarczyć|niedostarczon|nedoručiteln|nedoručeno|kézbesíthetetlen|teslim edilemedi|"
    r"недоставленн|не удалось доставить|"
    # Japanese, Chinese, Korean
    r"配信不能|配信エラー|未配信|退信|无法投递|無法傳遞|未送达|전송 실패|배달되지 않음)",
    re.IGNORECASE,
)
_SMTP_REPLY = re.compile(r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b")
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_SEARCHED = 65_536
_SUBJECT_CHARACTERS = 1_000


def _is_delivery_report(message: InboundMessage) -> bool:
    """RFC 3464: a report of that type, or a delivery status among the parts of what a machine sent.

    People pass reports on, with the status as a part; a machine shows by its sender, its path or its subject.
    """
    if _report_type(message) == "delivery-status":
        return True
    if not any(part.media_type in _STATUS_TYPES for part in message.parts):
        return False
    return (
        message.sender is None
        or _media_type(message) == "multipart/report"
        or _is_from_daemon(message)
        or _has_null_return_path(message)
        or bool(_BOUNCE_SUBJECT.match(_subject(message)))
    )


def _has_failed_recipients(message: InboundMessage) -> bool:
    return _has_any(message, ("X-Failed-Recipients",))


def _is_from_daemon(message: InboundMessage) -> bool:
    if message.sender:
        # Small firms have people who write as postmaster, under their own name.
        is_postmaster = _local_part(message) == "postmaster" and (
            bool(_MACHINE_NAME.search(message.sender.name))
            or (_is_nameless(message.sender) and _looks_returned(message))
        )
        return is_postmaster or bool(_DAEMON.match(_local_part(message)))
    return any(_DAEMON_WITHOUT_ADDRESS.search(value) for value in message.field_values("From"))


def _has_bounce_subject(message: InboundMessage) -> bool:
    """Only beside a null reverse-path, a returned message or a server's reply: people forward such mail with its subject."""
    return (
        bool(_BOUNCE_SUBJECT.match(_subject(message)))
        and _looks_returned(message)
        and not has_enclosures(message)
    )


def _looks_returned(message: InboundMessage) -> bool:
    """A null reverse-path, a returned message, or what a server said (RFC 3463)."""
    returned = any(
        part.role is Role.EMBEDDED_MESSAGE or part.media_type == "text/rfc822-headers"
        for part in message.parts
    )
    return (
        returned
        or _has_null_return_path(message)
        or bool(_SMTP_REPLY.search(message.text[:_SEARCHED]))
    )


def _is_nameless(mailbox: Mailbox) -> bool:
    return not mailbox.name or "@" in mailbox.name


def _has_null_return_path(message: InboundMessage) -> bool:
    """RFC 5321 6.1: what is sent with the null reverse-path must not be answered."""
    return any("".join(value.split()) == "<>" for value in message.field_values("Return-Path"))


def _media_type(message: InboundMessage) -> str:
    content_type = next(iter(message.field_values("Content-Type")), "")
    return content_type.partition(";")[0].strip().lower()


def _report_type(message: InboundMessage) -> str:
    """The report type of a multipart/report (RFC 6522), "" for other messages."""
    if _media_type(message) != "multipart/report":
        return ""
    found = _REPORT_TYPE.search(message.field_values("Content-Type")[0])
    return found.group(1).lower() if found else ""


# ---------------------------------------------------------------- answers by machines

_REPLIED_FIELDS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespon",
    "x-mail-autoreply",
    "x-vacation",
    "x-amazon-auto-reply",
)
"""What the names of such fields begin with."""
_DENIALS = {"", "no", "none", "false", "off", "0"}
_PRECEDENCE_FIELDS = ("Precedence", "X-Precedence", "Preference")
_PHRASES = (
    # English
    "auto(mat(ic|ed))?[- ]?(reply|response|answer)|out[- ]of[- ](the[- ])?office"
    "( (auto[- ]?)?(reply|response|message|notification|notice))?|away from (the|my) office|ooo|"
    "vacation (reply|response|message|notice)|"
    # German
    "automatische (antwort|rückmeldung|abwesenheitsnotiz)|abwesenheits(notiz|benachrichtigung|meldung|nachricht)|"
    "nicht im büro|außer haus|"
    # French
    "réponse automatique( d['’]absence)?|absen(ce|te?) du bureau|(message|notification|avis) d['’]absence|"
    # Spanish, Portuguese, Catalan, Italian
    "respuesta automática|fuera de (la )?oficina|aviso de ausencia|resposta (automática|automàtica)|"
    "fora do escritório|ausência (temporária|do escritório)|risposta automatica|fuori (sede|ufficio)|"
    # Dutch
    "automatisch antwoord|automatische reactie|afwezigheids(bericht|melding)|niet (aanwezig|op kantoor)|"
    # Danish, Norwegian, Swedish, Icelandic, Finnish
    "automatiskt? svar|autosvar|ikke på kontoret|fraværs(melding|besked)|frånvar(omeddelande|ande)|inte på kontoret|"
    "sjálfvirkt svar|automaattinen vastaus|poissaolo(ilmoitus|viesti)|poissa toimistosta|"
    # Polish, Czech, Slovak, Hungarian, Romanian, Slovene, Croatian
    "automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|automatická odpověď|automatická odpoveď|"
    "mimo kancelář|automatikus válasz|házon kívül|răspuns automat|samodejni odgovor|automatski odgovor|"
    # Turkish, Greek, Estonian, Latvian, Lithuanian, Vietnamese, Indonesian
    "otomatik (yanıt|cevap)|ofis dışında|αυτόματη απάντηση|εκτός γραφείου|automaatvastus|automātiskā atbilde|"
    "automatinis atsakymas|trả lời tự động|balasan otomatis|"
    # Russian, Ukrainian, Bulgarian
    "автоматический ответ|автоответ(чик)?|вне офиса|автоматична відповідь|автовідповідь|автоматичен отговор|"
    # Japanese, Chinese, Korean, Hebrew, Arabic
    "自動応答|自動返信|不在(通知|連絡)|自动(答复|回复)|自動(回覆|回復|答覆)|자동 ?회신|부재중( 알림)?|"
    "תשובה אוטומטית|מענה אוטומטי|رد تلقائي"
)
"""What mail programs write before the subject that they answer, in some thirty languages."""
_TAGS = r"(?:\[[^\]]{0,200}\]\s*){0,5}"
_PHRASE = f"(?:{_PHRASES})"
_ANSWERING_SUBJECT = re.compile(
    rf"^{_TAGS}{_PHRASE}\s*(?:[:：]|$|[-–—,]?\s*\(?\b(?:until|till|through|bis|jusqu|hasta|tot|fino|até|till och med|til|do|до)\b)",
    re.IGNORECASE,
)
_ABSENT_SUBJECT = re.compile(
    rf"^{_TAGS}(?P<reply>\w{{1,5}}(?:\[\d{{1,3}}\])?\s?[:：]\s*)?{_PHRASE}(?!\w)", re.IGNORECASE
)
_EVERYDAY_WORDS = re.compile(
    r"\b(?:auto:|vacation|on (?:holiday|leave)|(?:annual|parental|maternity|sick) leave|out of (?:the )?office|absen(?:t|ce)|"
    r"urlaub|abwesen|elternzeit|vacances|congés?|vacaciones|ausente|férias|vakantie|verlof|afwezig|ferie|på semester|"
    r"assente|lomalla|urlop|dovolen|szabadság|tatil|izin|отпуск)",
    re.IGNORECASE,
)
_MOST_WORDS = 150
_SAYS_AWAY = re.compile(
    # English
    r"\bI(?:['’]m| am|['’]ll be| will be| shall be) (?:currently |now )?(?:out of|away|on (?:\w+ )?(?:leave|vacation|holidays?)|back (?:in|on|at|from))|"
    r"\b(?:am|be|is) (?:currently )?out of (?:the )?office|limited access to (?:my )?e?-?mail|\bI (?:will )?return (?:on|to)|"
    # German
    r"\b(?:bin|werde) [^.!?\n]{0,60}\b(?:abwesend|nicht im (?:büro|haus)|außer haus|im urlaub|in elternzeit|nicht erreichbar)|"
    r"\bwieder (?:erreichbar|zurück|im büro|für sie da)|"
    # French, Spanish, Portuguese, Italian
    r"\bje (?:suis|serai) (?:actuellement )?(?:absente?|en (?:congés?|vacances)|de retour)|"
    r"\b(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera|de vacaciones|ausente|de vuelta)|"
    r"\b(?:estou|estarei) (?:ausente|de férias|fora|de volta)|"
    r"\b(?:sono|sarò) (?:attualmente )?(?:assente|in ferie|fuori (?:sede|ufficio)|di ritorno)|"
    # Dutch
    r"\b(?:ben|ik ben) [^.!?\n]{0,40}\b(?:afwezig|niet aanwezig|met vakantie|op vakantie|niet op kantoor)|\bweer (?:bereikbaar|aanwezig|terug)|"
    # Swedish, Danish, Norwegian, Finnish
    r"\bjag är (?:borta|ledig|på semester|tillbaka)|\bjeg er (?:på ferie|ikke på kontoret|tilbage|tilbake)|\bolen (?:lomalla|poissa)|"
    # Polish, Czech, Hungarian, Turkish, Russian
    r"\bjestem (?:na urlopie|nieobecn)|\bjsem (?:na dovolené|mimo kancelář)|szabadságon vagyok|\b(?:tatil|izin)deyim|\bв отпуске",
    re.IGNORECASE,
)  # fmt: skip


def _says_replied(message: InboundMessage) -> bool:
    said = {"auto_reply", "auto-reply", "autoreply"}
    return _auto_submitted(message) == "auto-replied" or bool(said & _precedence(message))


def _has_replied_field(message: InboundMessage) -> bool:
    return any(
        entry.name.lower().startswith(_REPLIED_FIELDS)
        and entry.value.strip().lower() not in _DENIALS
        for entry in message.fields
    )


def _is_called_responder(message: InboundMessage) -> bool:
    """Responders that name themselves: in a class of messages, or as the mailbox that delivered."""
    values = (*message.field_values("X-POST-MessageClass"), *message.field_values("Delivered-To"))
    return any("autoresponder" in value.lower() for value in values)


def _has_answering_subject(message: InboundMessage) -> bool:
    """A product's phrase before a colon, or with nothing after it but a day."""
    return bool(_ANSWERING_SUBJECT.match(_subject(message)))


def _is_absent_sender(message: InboundMessage) -> bool:
    """A phrase within a sentence, in an answer that is not called one or beside a text that says so; or everyday words."""
    if has_enclosures(message) or len(message.written.split()) > _MOST_WORDS:
        return False
    phrase = _ABSENT_SUBJECT.match(_subject(message))
    if phrase and not phrase["reply"] and (message.in_reply_to or message.references):
        return True
    worded = phrase or _EVERYDAY_WORDS.search(_subject(message))
    return worded is not None and bool(_SAYS_AWAY.search(message.written[:_SEARCHED]))


def _is_disposition_notification(message: InboundMessage) -> bool:
    """RFC 8098: "your message was read" is nobody's answer."""
    return _report_type(message) == "disposition-notification"


# ---------------------------------------------------------------- lists, and whatever else was generated

_LIST_FIELDS = (
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "List-Help",
    "List-Subscribe",
    "List-Owner",
    "Mailing-List",
    "X-Mailing-List",
    "X-BeenThere",
)
_GENERATED_FIELDS = ("X-Autogenerated", "X-Auto-Generated", "X-Cron-Env")


def _is_complaint(message: InboundMessage) -> bool:
    """RFC 5965."""
    return _report_type(message) == "feedback-report" or any(
        part.media_type == "message/feedback-report" for part in message.parts
    )


def _has_list_field(message: InboundMessage) -> bool:
    return _has_any(message, _LIST_FIELDS)


def _is_bulk(message: InboundMessage) -> bool:
    return bool({"bulk", "list", "junk"} & _precedence(message))


def _says_generated(message: InboundMessage) -> bool:
    """RFC 3834 5.1, 5436 2.7.1: every keyword but "no" begins with "auto-"."""
    said = _auto_submitted(message)
    return said.startswith("auto") and said != "auto-replied"


def _has_generated_field(message: InboundMessage) -> bool:
    return _has_any(message, _GENERATED_FIELDS)


def _asks_for_no_answer(message: InboundMessage) -> bool:
    """MS-OXCMAIL 2.1.3.2.20: the sender wants no automatic reply."""
    wanted = {"all", "autoreply"}
    values = message.field_values("X-Auto-Response-Suppress")
    return any(wanted & set(re.split(r"[\s,;]+", value.lower())) for value in values)


def _guards_against_itself(message: InboundMessage) -> bool:
    """An X-Loop field that names its own sender; lists and forwarders name themselves, and are no evidence."""
    if message.sender is None:
        return False
    return any(
        message.sender.address == value.strip().strip("<>").lower()
        for value in message.field_values("X-Loop")
    )


def _has_any(message: InboundMessage, names: Iterable[str]) -> bool:
    """Whether one of these fields says something; an empty one, or a "no", is no sign."""
    values = (value for name in names for value in message.field_values(name))
    return any(value.strip().lower() not in _DENIALS for value in values)


def _auto_submitted(message: InboundMessage) -> str:
    """The keyword of Auto-Submitted (RFC 3834 5), without parameters and comments."""
    value = next(iter(message.field_values("Auto-Submitted")), "")
    return next(iter(re.split(r"[\s;(]+", value.strip().lower())), "")


def _precedence(message: InboundMessage) -> set[str]:
    return {
        value.strip().lower() for name in _PRECEDENCE_FIELDS for value in message.field_values(name)
    }


_Rule = Callable[[InboundMessage], bool]
_RULES: tuple[tuple[AutoKind, str, _Rule], ...] = (
    (AutoKind.BOUNCE, "delivery-report", _is_delivery_report),
    (AutoKind.BOUNCE, "failed-recipients", _has_failed_recipients),
    (AutoKind.BOUNCE, "from-daemon", _is_from_daemon),
    (AutoKind.BOUNCE, "bounce-subject", _has_bounce_subject),
    (AutoKind.AUTO_REPLIED, "says-replied", _says_replied),
    (AutoKind.AUTO_REPLIED, "autoreply-field", _has_replied_field),
    (AutoKind.AUTO_REPLIED, "autoresponder", _is_called_responder),
    (AutoKind.AUTO_REPLIED, "answering-subject", _has_answering_subject),
    (AutoKind.AUTO_REPLIED, "absent-sender", _is_absent_sender),
    (AutoKind.AUTO_REPLIED, "disposition-notification", _is_disposition_notification),
    (AutoKind.AUTO_GENERATED, "complaint", _is_complaint),
    (AutoKind.LIST, "list-field", _has_list_field),
    (AutoKind.LIST, "bulk-precedence", _is_bulk),
    (AutoKind.AUTO_GENERATED, "says-generated", _says_generated),
    (AutoKind.AUTO_GENERATED, "generated-field", _has_generated_field),
    (AutoKind.AUTO_GENERATED, "asks-for-no-answer", _asks_for_no_answer),
    (AutoKind.AUTO_GENERATED, "null-return-path", _has_null_return_path),
    (AutoKind.AUTO_GENERATED, "loop-guard", _guards_against_itself),
)
"""The first one met decides the kind."""
_BY_SUBJECT = {"answering-subject", "absent-sender"}
