"""How the things that a document's look is made of are written: one pattern or set of words each, nothing decided.

Text that the patterns meet is in lower case with plain dashes, except for those of `original` text: links, tags, colours,
datelines, bylines and blanks.
"""

# ruff: noqa: RUF001  # dashes, full-width marks and Cyrillic letters are meant

from __future__ import annotations

import re

from intake.classify.dates import MONTH

FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n.{0,6000}?\n---[ \t]*(?:\n|\Z)", re.DOTALL)
TAGS = re.compile(
    r"\{[{%#].{0,300}?[}%#]\}|<!--.{0,2000}?-->|</?[a-zA-Z][^<>\n]{0,300}>", re.DOTALL
)
FENCED = re.compile(r"^(?:```|~~~).{0,20000}?^(?:```|~~~)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}(?:\s\"[^\"\n]*\")?\)")
RULE = re.compile(r"^[\s|:+=-]+$")
BULLET = re.compile(r"\s*(?:[-*•▪◦‣●○■□–+]|\(?\d{1,2}[.)])\s+")
NUMBERED = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]?|\([a-z0-9]\))\s+\w")
SENTENCE_END = re.compile(r"[.!?。！？](?:\s|$)")
FIRST_PERSON = frozenset({
    "i", "i'm", "i've", "i'd", "i'll", "my", "me", "mine", "myself", "ich", "mein", "meine",
    "meinen", "mir", "mich", "je", "j'ai", "mon", "ma", "mes", "yo", "mi", "eu", "meu", "minha",
    "я",
})  # fmt: skip
WE = frozenset({
    "we", "our", "us", "we're", "we've", "we'll", "ours", "wir", "unser", "unsere", "unseren",
    "uns", "nous", "notre", "nos", "nosotros", "nuestro", "nuestra", "nosso", "nossa", "мы",
    "наш", "наша",
})  # fmt: skip
YOU = frozenset({
    "you", "your", "you're", "you'll", "yours", "yourself", "sie", "ihr", "ihre", "ihnen", "vous",
    "votre", "vos", "usted", "su", "você", "seu", "sua", "вы", "ваш",
})  # fmt: skip
WAS = frozenset({
    "was", "were", "had", "did", "went", "came", "made", "took", "got", "began", "found", "wurde",
    "wurden", "war", "waren", "hatte", "était", "étaient", "avait", "fue", "era", "estaba", "foi",
})  # fmt: skip
WILL = frozenset({
    "will", "planned", "upcoming", "going", "aim", "targeting", "wird", "werden", "geplant",
    "sera", "seront", "será", "serão",
})  # fmt: skip
MUST = frozenset({
    "must", "should", "always", "never", "don't", "avoid", "only", "ensure", "muss", "müssen",
    "nicht", "niemals", "immer", "jamais", "toujours", "nunca", "siempre", "doit",
})  # fmt: skip
# It begins with the characters that an amount begins with, so that all others are skipped at once.
AMOUNT = re.compile(r"[$€£¥₹\d](?:(?<=[$€£¥₹])\s?\d|(?<=\d)\s?(?:€|eur\b|usd\b|chf\b|k€|m€|руб))")
TIME_OF_DAY = re.compile(r"\d(?<!\w\d)\d?(?:[:.h]\d\d\b|\s?[ap]m\b)")
CONTRACTION = re.compile(r"'(?<=\w')(?:s|t|re|ve|ll|d|m)\b")
QUOTATION_MARK = re.compile('["“”»«]')
SAYS = re.compile(
    r"\b(?:said|says|explained|explains|added|adds|commented|comments|notes|noted|sagt\w*|erklärt\w*|so|déclare|afirm\w+|dijo|disse|según)\b"
)
# One of these is in every line of code that CODE knows; found at once where CODE is not.
CODE_SIGN = re.compile(r"\{|\}|;|\$|=>|\(\)|</|::|--")
CODE = re.compile(r"[{};]\s*$|^\s*\$ |=>|\(\)|</|::|--\w")
DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miércoles jueves viernes sábado domingo"
)
WEEKDAY_WORDS = frozenset(DAYS.split()) | {
    "mon", "tue", "tues", "wed", "thur", "thurs", "fri", "sat", "sun",
}  # fmt: skip
WEEKDAY = re.compile(
    rf"\b(?:{'|'.join(DAYS.split())}|(?:mon|tues?|wed|thurs?|fri|sat|sun)(?=[\s,.]))\b"
)
DIGIT = re.compile(r"\d")
SLIDE_WORDS = ("slide", "folie", "diapositiv", "スライド")
SLIDE_HEAD = re.compile(r"\W*(?:slide|folie|diapositive|diapositiva|スライド)\W{0,3}(\d{1,2})\b")
MONTH_HEAD = re.compile(rf"\W*({MONTH})(?:\s+(?:19|20)\d\d)?\W*$")
QUARTER_HEAD = re.compile(
    r"\W*(?:\d+[.)]\s*)?(?:(?:19|20)\d\d[\s/-]*)?((?:q|t)\s?[1-4]|[1-4]q|(?:first|second|third|fourth|1st|2nd|3rd|4th|[1-4]\.) (?:quarter|quartal)|h[12]|[1-4]º? trimestre|[1-4] квартал)(?!\w)"
    r"[\s,/'-]*(?:fy)?\s*((?:20)?\d\d)?"
)
YEAR_HEAD = re.compile(r"\W*(20\d\d)\W*(?:\s-\s.*|:.*|goals.*|plan.*|roadmap.*)?$")
PHASE_HEAD = re.compile(
    r"\W*(?:\d+[.)]\s*)?((?:phase|milestone|stage|sprint|release|horizon|fase|этап|meilenstein|フェーズ|now|next|later|short[ -]term|mid[ -]term|long[ -]term|v\d+\.\d+|backlog|in progress|planned)\s*[\divx]*)(?=\W|$)"
)
WEEK_HEAD = re.compile(r"\W*((?:week|day|woche|tag|semaine|jour|semana|día|dia)\s*\d+)(?=\W|$)")
STATUS = re.compile(
    r"(?:done|planned|in progress|not started|to ?do|on track|at risk|completed?|delayed|open|draft|scheduled|published|pending|high|medium|low|p[0-3]|geplant|erledigt|offen)$"
)
DATELINE = re.compile(
    r"^[\s*_>]*[A-ZÀ-Ý][\w.'’ À-ÿ-]{2,40}(?:,\s*[A-Z][\w. ]{1,25}){0,3},?\s*[(/]?\s*"
    r"(?:[A-Z][a-zé]{2,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}\.?\s+(?:de\s+)?\w{3,10}\.?\s+(?:de\s+)?\d{4}|\d{1,2}\.\d{1,2}\.\d{4}|\[\w[^\]]{2,30}\])[)]?"
    r"\s*[*_]*\s*(?:[-–—:]|/|\(\w)",
    re.MULTILINE,
)
IMMEDIATE = re.compile(
    r"for immediate release|press release\b|news release|media release|under embargo|embargoed until|pressemitteilung|zur sofortigen veröffentlichung|communiqué de presse|nota de prensa|comunicado de (?:prensa|imprensa)"
)
ABOUT = re.compile(
    r"^\W*(?:about|über|à propos de?|acerca de|sobre)\s+\w[\w .&'-]{1,50}\W*$|###\s*$", re.MULTILINE
)
CONTACT = re.compile(
    r"(?:press|media|pr|presse)\s?-?(?:contacts?|kontakt|inquiries|enquiries)|contact(?:o)? (?:presse|de prensa)|notes to editors"
)
BYLINE = re.compile(
    r"^[\s*_>]*(?:[Bb]y|BY|[Aa]uthor|[Vv]on|[Pp]ar|[Pp]or|[Pp]osted (?:by|on)|[Ww]ritten by|[Pp]ublished)[:\s]+\**(?:[A-ZÀ-Ý][\w.'-]+\**\s*){1,4}|^\W*(?:[Pp]ublished|[Pp]osted|Veröffentlicht)(?: on| am)?\W{1,6}(?:\d|[A-Z][a-z]{2,8} \d)|[Rr]eading time|\b\d+[- ]min(?:ute)?s?[- ]read\b|^\W*[A-Z][a-z]+ [A-Z][a-z]+ *[|·•–-] *[A-Z][a-z]+ \d{1,2}, \d{4}|\b\d+ Minuten Lesezeit",
    re.MULTILINE,
)
STORY = (
    re.compile(r"challenge|problem|herausforderung|défi|desafío|desafio|reto|situation|background|ausgangslage|context"),
    re.compile(r"solution|approach|what we did|lösung|solución|solução|how it works|implementation|umsetzung|strategy"),
    re.compile(r"results?\b|outcomes?|impact|benefits|ergebnis|résultat|resultado|lessons|what changed"),
)  # fmt: skip
COLUMN = re.compile(
    r"(?:(?:event |start |end |publish(?:ing)? |posting |post |go-live )?(?:date|day|time|datum|tag|uhrzeit|fecha|heure)s?(?: start| end)?|when|start|end|begin|beginn|ende|"
    r"(?:event|conference|session|show|subject|title|name)(?: name)?|veranstaltung|événement|evento|location|venue|place|city|country|region|ort|lieu|lugar|where|"
    r"(?:cfp|submission)? ?deadlines?|cfp.*|.*proposal.*|website.*|registration.*|channels?|platforms?|kanal|post types?|content types?|format|topic|caption|hashtags?|copy|audience|week|woche|month|monat|speakers?|organi[sz]er|organisator|veranstalter|tickets?|booth|pillar)$"
)
TASK_COLUMN = re.compile(
    r"(?:tasks?|task name|activity|assigned(?: to)?|owner|responsible|start(?: date)?|end(?: date)?|finish|due(?: date)?|duration|days|progress|% ?(?:complete|done).*|predecessors?|aufgabe|dauer|verantwortlich|beginn|ende|tâche|durée|tarea)$"
)
COLUMN_OF_DAYS = re.compile(
    r".*\b(?:date|dates|day|when|start|datum|tag|fecha|jour|week|month|time|woche|monat)\b"
)
COLOUR_SIGNS = ("#", "RGB", "CMYK", "rgb", "cmyk", "hsl", "PANTONE", "Pantone", "PMS", "RAL")
HEX = re.compile(
    r"(?=[#RCPrch])(?:#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|\b(?:RGB|CMYK|rgb|cmyk|rgba|hsl)\W{0,3}\d{1,3}\s*[,/ ]\s*\d{1,3}|\b(?:PANTONE|Pantone|PMS)\s*\d{2,4}|\bRAL\s?\d{4})"
)
