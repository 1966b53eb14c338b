"""Articles that were pasted into a mail."""

from __future__ import annotations

import textwrap
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.model import InboundMessage, Part, Role
from intake.parse import parse
from intake.pasted import article

TITLE = "How a market hall came back"
PARAGRAPHS = [
    f"In its {year} year the harbour town rebuilt the old market hall, and the merchants came back slowly. "
    "Trust grows with every fair trade, and a roof alone brings nobody. The bakers were the first to return, then "
    "the fishmongers, and at last the people who sell flowers to those who have already bought bread. "
    "What had been a car park smelled of coffee again."
    for year in ("first", "second", "third", "fourth", "fifth", "sixth")
]
STORY = "\n\n".join(PARAGRAPHS)


def letter(text: str, *, subject: str = "Our new post") -> InboundMessage:
    message = EmailMessage()
    message["From"] = "Anna Berg <anna@acme.example>"
    message["Subject"] = subject
    message.set_content(text)
    return parse(message.as_bytes())


def found(text: str, *, subject: str = "Our new post") -> Part:
    part = article(letter(text, subject=subject))
    assert part is not None
    return part


@pytest.mark.parametrize(
    "before",
    [
        "",
        "Hi,\n\nbelow is the blog post:\n\n",
        "Hi Anna, below is the blog post:\n\n",
        "Dear Studio,\n\nas promised, our newest post for the website.\n\n",
        "Hallo Anna,\n\nhier kommt der Beitrag für November:\n\n",
        "Bonjour,\n\nvoici l'article :\n\n",
        "Hola,\n\na continuación el artículo:\n\n",
        "Beste Anna,\n\nhieronder staat de tekst:\n\n",
        "Hi both, could you please publish this tomorrow? Let me know!\n\n---\n\n",
    ],
)
@pytest.mark.parametrize(
    "after", ["", "\n\nLet me know what you think!\n\nBest,\nAnna", "\n\n-- \nAnna Berg"]
)
def test_words_around_an_article_are_left_out(before: str, after: str) -> None:
    told = found(f"{before}{TITLE}\n\n{STORY}{after}").octets.decode()

    assert told == f"# {TITLE}\n\n{STORY}\n"


def test_an_article_is_a_part_inside_the_body() -> None:
    part = article(letter(f"{TITLE}\n\n{STORY}"), body="1.1")

    assert part is not None
    assert part.container == "1.1"
    assert part.path.startswith("1.1!")
    assert part.filename == f"{TITLE}.md"
    assert part.media_type == part.sniffed == "text/markdown"
    assert part.role is Role.FILE


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (TITLE, TITLE),
        (f"Fwd: {TITLE}", TITLE),
        (f"AW: WG: Re[2]: {TITLE}", TITLE),
        (f"[acme-blog] RE: {TITLE}", TITLE),
    ],
)
def test_without_a_heading_the_subject_is_the_title(subject: str, title: str) -> None:
    assert found(STORY, subject=subject).filename == f"{title}.md"


def test_without_a_subject_the_first_line_is_the_title() -> None:
    assert found(STORY, subject="Re:").octets.decode().startswith("# In its first year")


def test_an_article_with_headings_and_a_short_list_is_one() -> None:
    text = "\n\n".join(
        [*PARAGRAPHS[:3], "Who came first", "- bakers\n- fishmongers", *PARAGRAPHS[3:]]
    )

    assert "- bakers" in found(text).octets.decode()


def test_an_article_of_html_is_found() -> None:
    message = EmailMessage()
    message["Subject"] = "Our new post"
    message.set_content(
        f"<h1>{TITLE}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS),
        subtype="html",
    )

    part = article(parse(message.as_bytes()))

    assert part is not None
    assert part.octets.decode() == f"# {TITLE}\n\n{STORY}\n"


ARRANGEMENTS = (
    "Thank you for the call on Monday. Could you send us the invoice by Friday, please? I attached the agenda for next "
    "week, and as discussed the meeting moves to Thursday. Let me know whether that suits you. "
)
SCHEDULE = "\n".join(
    f"{day}. May 2027 Fair number {day} in the big hall by the river, opens at nine"
    for day in range(1, 29)
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Here is the deck.",
        "\n\n".join(PARAGRAPHS[:3]),
        "\n\n".join([ARRANGEMENTS * 2] * 5),
        f"Hi Anna,\n\n{STORY}\n\nBest,\nBea",
        SCHEDULE,
        "\n\n".join(SCHEDULE.split("\n")),
        "\n".join(f"- {line}" for line in STORY.split(". ")),
        "\n\n".join(f"{number}. {line}" for number, line in enumerate(STORY.split(". "))),
        "\n".join(
            "Fair | Leeds | May | hall 3 | stand 12 | two days | open to all" for _ in range(60)
        ),
        "\n".join(
            "12:30:57 host python[42]: File '/usr/lib/x.py', line 22, in <module>. "
            for _ in range(60)
        ),
        f"See below.\n\n---------- Forwarded message ---------\nFrom: Bea\n\n{STORY}",
        "\n".join(f"> {line}" for line in STORY.split("\n")),
    ],
)
def test_what_is_no_article_gives_none(text: str) -> None:
    assert article(letter(text)) is None


def test_the_same_article_in_another_mail_has_the_same_octets() -> None:
    one = found(f"Hi,\n\nbelow is the post:\n\n{TITLE}\n\n{STORY}", subject="Post")
    other = found(f"{TITLE}\n\n{STORY}\n\nThanks!", subject="Re: Deck")

    assert one.sha256 == other.sha256


def test_an_article_that_a_mail_program_folded_has_the_same_octets() -> None:
    folded = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in PARAGRAPHS)

    assert found(f"{TITLE}\n\n{folded}").sha256 == found(f"{TITLE}\n\n{STORY}").sha256


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*PARAGRAPHS, TITLE, "", "Hi Anna,", "---", "- a list", "Thanks!"]),
            st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=80).map(str.strip),
        ),
        max_size=20,
    )
)
@settings(max_examples=100)
def test_an_article_is_made_of_words_of_the_mail(lines: list[str]) -> None:
    message = letter("\n".join(lines))

    part = article(message)

    told = part.octets.decode().split("\n", 1)[1] if part else ""
    assert set(told.split()) <= set(message.written.split())


@pytest.mark.parametrize(
    "piece", ["a ", "- ", "\n", ". ", "1.", "|", "\t", "Hi ", "Re:", "a\n\n", "here is\n\n"]
)
def test_one_thing_repeated_without_end_is_no_article(piece: str) -> None:
    text = (piece * (60_000 // len(piece)))[:60_000]

    assert article(letter(text, subject=text[:5_000].replace("\n", " "))) is None
