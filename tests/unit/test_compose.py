"""What each letter says, and in which order."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, replace
from datetime import date
from email import policy
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from intake.compose import Templates, compose
from intake.errors import PermanentError
from intake.model import (
    ASSUMED_PROJECT,
    WHOLE_MESSAGE,
    Address,
    Brief,
    Cadence,
    Fate,
    LetterKind,
    LinkFate,
    LinkFound,
    Mailbox,
    ProjectId,
    Received,
    Span,
    Thread,
    Token,
)
from tests.gallery import load_templates
from tests.unit.compose_cast import (
    COMPLETE_DOCUMENTS,
    COMPLETE_MAIL,
    DECK,
    MIRA,
    NOON,
    PROJECT,
    QUARTER_PAST,
    ROBIN,
    STORY_DOCUMENTS,
    STORY_MAIL,
    brief,
    colleague,
    document,
    part,
    quarterly,
    question,
    received,
    sure,
    waiting_mail,
)

TOLD = {
    Fate.FILED: "Investor deck",
    Fate.NEWER_VERSION: "Replaces the version we had.",
    Fate.OLDER_VERSION: "A newer version is here",
    Fate.DUPLICATE: "Here already.",
    Fate.NOT_ASKED_FOR: "nothing on the list asks for it",
    Fate.UNSURE: "Is this the investor deck?",
    Fate.LOCKED: "Please send a copy without one.",
    Fate.ENCRYPTED: "Please send it unencrypted.",
    Fate.UNREADABLE: "Please save it as PDF and send that.",
    Fate.DAMAGED: "save it anew and attach it once more",
    Fate.EMPTY: "Please check the file and send it again.",
    Fate.TOO_LARGE: "Please send a smaller version, or in parts.",
    Fate.UNSUPPORTED: "PDF, Word, PowerPoint and Excel all work.",
    Fate.INFECTED: "Please send a fresh copy.",
}
UNTOLD = sorted(set(Fate) - set(TOLD) - {Fate.LINK, Fate.DOCUMENT})
SPRING = replace(
    PROJECT, id=ProjectId(2), title="Spring trade fair", token=Token("larkfield-spring")
)


@dataclass(frozen=True, slots=True)
class Bodies:
    text: str
    html: str

    @property
    def words(self) -> str:
        """The text without its line ends, which fall anywhere."""
        return " ".join(self.text.split())

    @property
    def shown(self) -> str:
        """What a reader of the HTML sees, but for the ready-made answers."""
        tree = LexborHTMLParser(self.html)
        for hidden in tree.css(".preview, .answers"):
            hidden.decompose()
        return " ".join(tree.body.text(separator=" ").split()) if tree.body else ""

    @property
    def taps(self) -> dict[str, str]:
        """What can be tapped, and the words that it fills in."""
        found = LexborHTMLParser(self.html).css(".tap")
        hrefs = {each.text(): each.attributes["href"] or "" for each in found}
        return {said: parse_qs(urlsplit(href).query)["body"][0] for said, href in hrefs.items()}


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(None)


def bodies_of(entry: Brief, templates: Templates) -> Bodies:
    message = email.message_from_bytes(compose(entry, templates).octets, policy=policy.default)
    text, html = message.iter_parts()
    return Bodies(text.get_content().replace("\r\n", "\n"), html.get_content())


def test_reply_begins_with_where_we_stand(templates: Templates) -> None:
    bodies = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates)

    assert bodies.text.splitlines()[0] == "2 of 5 received, three to go."
    assert bodies.shown.startswith("2 of 5 received, three to go.")


def test_reply_keeps_the_order_of_the_contract(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).words
    headings = ["What came", "Could not be used yet", "Still missing", "Not quite right?"]

    places = [words.index(heading) for heading in headings]

    assert places == sorted(places)


def test_reply_numbers_what_is_missing_as_the_checklist_does(templates: Templates) -> None:
    text = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).text

    assert (
        " 2. Quarterly roadmap\n    Q3 2026 came, Q4 2026 (October to December) is wanted." in text
    )
    assert " 4. Event calendar\n    File 7 may be it; not counted until that is clear." in text
    assert " 5. Past blog posts\n    2 of 3 are here, one more is wanted. Links are fine." in text
    assert " 6. Brand guide" in text.partition("If you have it")[2]


def test_first_letter_says_what_is_wanted_of_each_item(templates: Templates) -> None:
    text = bodies_of(brief(LetterKind.REPLY, (), received()), templates).text

    assert text.startswith("None of 5 received yet, five to go.")
    assert " 1. Investor deck\n    From the last 12 months." in text
    assert " 2. Quarterly roadmap\n    For Q4 2026 (October to December)." in text
    assert " 3. Yearly roadmap\n    For 2026." in text
    assert " 4. Event calendar\n    With events still to come." in text
    assert " 5. Past blog posts\n    Three are wanted. Links are fine." in text


def test_mail_without_files_is_thanked_and_told_so(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPLY, (), received()), templates).words

    assert "It held no file or link that we could file." in words


@pytest.mark.parametrize("fate", TOLD)
def test_fate_is_told_in_both_bodies(fate: Fate, templates: Templates) -> None:
    deck = document(1, replace(sure("deck"), sure=fate is not Fate.UNSURE), "a.pdf", fate=fate)
    bodies = bodies_of(
        brief(LetterKind.REPLY, [deck], received(part(fate, "a.pdf", number=1))), templates
    )

    assert TOLD[fate] in bodies.words
    assert TOLD[fate] in bodies.shown
    assert "a.pdf" in bodies.shown


@pytest.mark.parametrize("fate", UNTOLD)
def test_fate_that_is_no_document_is_not_mentioned(fate: Fate, templates: Templates) -> None:
    bodies = bodies_of(brief(LetterKind.REPLY, (), received(part(fate, "logo.png"))), templates)

    assert "logo.png" not in bodies.text + bodies.html


@pytest.mark.parametrize(
    ("fate", "sentence"),
    [
        (LinkFate.COUNTED, "Counts as it is."),
        (LinkFate.FETCHED, "Fetched from the link."),
        (LinkFate.NEEDS_ACCESS, "We cannot open it from here. Please attach the file itself."),
        (LinkFate.NOTED, "A link is not counted here"),
    ],
)
def test_every_link_is_a_line_of_its_own(
    fate: LinkFate, sentence: str, templates: Templates
) -> None:
    link = LinkFound("https://files.example/x", fate, "files.example")
    bodies = bodies_of(brief(LetterKind.REPLY, (), received(links=[link])), templates)

    assert sentence in bodies.words
    assert "https://files.example/x" in bodies.shown
    assert 'href="http' not in bodies.html


def test_file_in_an_archive_is_told_with_the_archives_name(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).words

    assert "2026 product plan.xlsx (in for-robin.zip) · file 2" in words


def test_roadmap_without_dates_is_asked_for_them(templates: Templates) -> None:
    roadmap = document(1, sure("roadmap", cadence=Cadence.QUARTERLY), "plan.pdf")
    mail = received(part(Fate.FILED, "plan.pdf", number=1))

    words = bodies_of(brief(LetterKind.REPLY, [roadmap], mail), templates).words

    assert "? Which dates does this roadmap cover?" in words
    assert "2. Quarterly roadmap File 1 may be it" in words


def test_document_that_fits_nothing_is_asked_about(templates: Templates) -> None:
    thing = document(1, replace(sure("other"), sure=False), "x.pdf", fate=Fate.UNSURE)
    mail = received(part(Fate.UNSURE, "x.pdf", number=1))

    assert "What is this one?" in bodies_of(brief(LetterKind.REPLY, [thing], mail), templates).words


def test_calendar_that_ran_out_says_when(templates: Templates) -> None:
    span = Span(date(2026, 1, 1), date(2026, 9, 3))
    calendar = document(1, sure("event_calendar", span=span), "events.ics")

    words = bodies_of(brief(LetterKind.REPLY, [calendar], received()), templates).words

    assert "The last event in the one we have was on 3 September 2026." in words


def test_aged_deck_says_its_date(templates: Templates) -> None:
    deck = document(1, sure("deck", document_date=date(2025, 3, 12)))

    words = bodies_of(brief(LetterKind.REPLY, [deck], received()), templates).words

    assert "The one we have is of 12 March 2025. Please send one from the last 12 months." in words


def test_complete_reply_thanks_and_asks_for_nothing(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, COMPLETE_MAIL), templates).words

    assert words.startswith("Everything is here, there is nothing more to do.")
    assert "Thank you so much. robin@studio.example has everything for Q4 launch now" in words
    assert "Still missing" not in words
    assert "If you have it" not in words


def test_complete_reply_with_a_locked_file_does_not_say_that_nothing_is_left(
    templates: Templates,
) -> None:
    mail = received(part(Fate.LOCKED, "extra.pdf"))
    words = bodies_of(brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, mail), templates).words

    assert words.startswith("Everything on the list is here, with a question left.")


def test_waived_item_is_not_missing(templates: Templates) -> None:
    waived = brief(LetterKind.REPLY, COMPLETE_DOCUMENTS[1:], COMPLETE_MAIL, waived=[DECK])

    assert bodies_of(waived, templates).text.startswith("Everything is here")


def test_next_quarter_is_listed_as_coming_up(templates: Templates) -> None:
    late = brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, COMPLETE_MAIL, on=date(2026, 12, 20))
    words = bodies_of(late, templates).words

    assert "For Q1 2027 (January to March), from 1 January 2027." in words


def test_fiscal_quarter_is_told_with_its_months(templates: Templates) -> None:
    letter = brief(LetterKind.REPLY, (), received(), fiscal_year_starts=4)
    words = bodies_of(letter, templates).words

    assert "For Q3 2027 of your fiscal year (October to December 2026)." in words


def test_reply_says_how_to_object(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).words

    assert "reply with its number, as in “2: n/a”." in words
    assert "reply with what it is, as in “file 2 is the event calendar”." in words
    assert "Your own words do just as well. robin@studio.example reads along" in words


def test_what_reply_teaches_is_one_tap_away(templates: Templates) -> None:
    taps = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).taps

    assert taps == {
        "File 7 is the event calendar": "file 7 is the event calendar",
        "File 7 is something else": "file 7 is something else",
        "We have no newer quarterly roadmap": "2: n/a",
        "We have no event calendar": "4: n/a",
        "We have no more past blog posts": "5: n/a",
        "File 2 is something else": "file 2 is something else",
        "File 3 is something else": "file 3 is something else",
        "File 4 is something else": "file 4 is something else",
        "File 6 is something else": "file 6 is something else",
    }


def test_file_that_came_earlier_can_still_be_said_to_be_it(templates: Templates) -> None:
    taps = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, received()), templates).taps

    assert taps["File 7 is the event calendar"] == "file 7 is the event calendar"


def test_file_of_an_item_of_several_goes_by_its_kind(templates: Templates) -> None:
    post = document(1, replace(sure("blog_post"), sure=False), "a.pdf", fate=Fate.UNSURE)
    mail = received(part(Fate.UNSURE, "a.pdf", number=1))
    bodies = bodies_of(brief(LetterKind.REPLY, [post], mail), templates)

    assert "File 1 is a blog post" in bodies.taps
    assert "reply “file 1 is a blog post”" in bodies.words


def test_file_that_fits_nothing_may_be_what_is_wanted(templates: Templates) -> None:
    thing = document(1, replace(sure("other"), sure=False), "x.pdf", fate=Fate.UNSURE)
    mail = received(part(Fate.UNSURE, "x.pdf", number=1))
    taps = bodies_of(brief(LetterKind.REPLY, [thing], mail), templates).taps

    assert "File 1 is the investor deck" in taps
    assert "File 1 is something else" in taps


def test_a_notice_has_no_ready_made_answers(templates: Templates) -> None:
    assert bodies_of(brief(LetterKind.NOTICE), templates).taps == {}


def test_a_report_has_ready_made_answers_for_what_is_not_certain_alone(
    templates: Templates,
) -> None:
    bodies = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), templates)

    assert bodies.taps == {"Yes, that is right": "accept 7"}
    assert "Reply “accept 7” if that is right, or say what it is." in bodies.words


def test_a_yes_and_a_no_about_a_colleague_are_a_tap_away(templates: Templates) -> None:
    taps = bodies_of(colleague(waiting_mail()), templates).taps

    assert taps == {"Release mail 12": "release mail 12", "Reject mail 12": "reject mail 12"}


def test_answers_go_to_the_project_in_the_same_thread(templates: Templates) -> None:
    letter = brief(LetterKind.REPLY, (), received(), thread=Thread("Decks & “plans”, 100 %?"))
    html = bodies_of(letter, templates).html
    subject = "Re%3A%20Decks%20%26%20%E2%80%9Cplans%E2%80%9D%2C%20100%20%25%3F"

    assert (
        f'href="mailto:intake%2Blarkfield-q4@studio.example?subject={subject}&amp;body=1%3A%20n%2Fa"'
        in html
    )


@pytest.mark.parametrize("subject", ['"><script>', "a\r\nBcc: x@y.example", "x" * 5000, "&body=no"])
def test_foreign_subject_stays_a_subject(subject: str, templates: Templates) -> None:
    letter = brief(LetterKind.REPLY, (), received(), thread=Thread(subject))
    bodies = bodies_of(letter, templates)

    assert set(bodies.taps.values()) == {f"{number}: n/a" for number in range(1, 6)}
    assert max(len(each) for each in re.findall('href="([^"]*)"', bodies.html)) < 600


def test_notes_stand_in_the_answer(templates: Templates) -> None:
    notes = [ASSUMED_PROJECT, "The film is too long."]
    words = bodies_of(brief(LetterKind.REPLY, (), received(notes=notes)), templates).words

    assert "The address named no project of ours, so this went to “Q4 launch”." in words
    assert "The film is too long." in words


def test_burst_is_answered_in_one_letter(templates: Templates) -> None:
    first = received(part(Fate.FILED, "post-lens-care.docx", number=4))
    second = received(part(Fate.LOCKED, "late.pdf"))
    words = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, first, second), templates).words

    assert "post-lens-care.docx" in words
    assert "late.pdf" in words


def test_reply_holds_no_links_to_documents(templates: Templates) -> None:
    links = ((2, "https://bucket.example/2"),)
    letter = replace(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), link_for=links)
    bodies = bodies_of(letter, templates)

    assert "bucket.example" not in bodies.text + bodies.html


def test_report_begins_with_what_changed(templates: Templates) -> None:
    bodies = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), templates)

    assert bodies.words.startswith("Yearly roadmap came in. 2 of 5 received, three to go.")
    assert "Mira Hollis sent six files and two links on 23 November 2026." in bodies.words


def test_report_of_a_complete_project_begins_with_that(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPORT, COMPLETE_DOCUMENTS, COMPLETE_MAIL), templates).words

    assert words.startswith("Larkfield Optics is complete: everything on the list is here.")


def test_report_quotes_what_the_client_wrote(templates: Templates) -> None:
    bodies = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), templates)

    assert "> here is most of it. The events list is still with Jonas," in bodies.text
    assert "<br>here is most of it." in bodies.html


def test_report_to_a_freelancer_who_forwarded_does_not_quote_him(templates: Templates) -> None:
    forwarded = received(part(Fate.LOCKED, "a.pdf"), sender=ROBIN, written="fyi")
    words = bodies_of(brief(LetterKind.REPORT, (), forwarded), templates).words

    assert "fyi" not in words
    assert "This is what the sender is asked to do." not in words


def test_report_links_each_document_once(templates: Templates) -> None:
    links = tuple((entry.number, f"https://b.example/{entry.number}") for entry in STORY_DOCUMENTS)
    letter = replace(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), link_for=links)
    bodies = bodies_of(letter, templates)

    assert bodies.html.count('href="https://b.example/2"') == 1
    assert bodies.text.count("<https://b.example/2>") == 1


def test_address_that_no_mail_client_opens_is_not_a_link(templates: Templates) -> None:
    links = ((2, "file:///srv/collateral/2"), (3, "javascript:alert(1)"))
    letter = replace(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), link_for=links)

    addresses = re.findall('href="([^"]*)"', bodies_of(letter, templates).html)
    assert all(address.startswith("mailto:") for address in addresses)


def test_report_gives_the_commands_that_settle_a_question(templates: Templates) -> None:
    letter = replace(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), review_for=((7, 12),))
    words = bodies_of(letter, templates).words

    assert "55 % sure: a table of dates and places; the name says agenda." in words
    assert "$ intake review accept 12" in words


def test_report_without_review_ids_names_the_list(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), templates).words

    assert "$ intake review list" in words


def test_question_names_the_senders_projects_and_their_addresses(templates: Templates) -> None:
    bodies = bodies_of(question(PROJECT, SPRING), templates)

    assert bodies.text.startswith("Which project is this for?")
    assert "1. Q4 launch intake+larkfield-q4@studio.example" in bodies.words
    assert 'href="mailto:intake%2Blarkfield-spring@studio.example"' in bodies.html


def test_question_without_projects_is_not_written(templates: Templates) -> None:
    with pytest.raises(PermanentError):
        compose(question(), templates)


def test_a_freelancer_is_asked_about_a_colleague_without_what_the_mail_holds(
    templates: Templates,
) -> None:
    mail = waiting_mail(
        part(Fate.DOCUMENT, "secret plans.pdf"), part(Fate.SIGNATURE_IMAGE, "a.png")
    )
    bodies = bodies_of(colleague(mail), templates)

    assert bodies.text.startswith("May Jonas Falk send files for Larkfield Optics?")
    assert "Jonas Falk wrote from jonas@larkfield.example, on a domain of Larkfield" in bodies.words
    assert "The mail “Our deck” waits with one file. Nothing was filed" in bodies.words
    assert "Reply “yes” or “no”" in bodies.words
    assert "secret" not in bodies.words


def test_several_mails_of_a_colleague_are_one_question(templates: Templates) -> None:
    first, second = waiting_mail(), waiting_mail(part(Fate.DOCUMENT, "b.pdf"), number=14)
    settled = replace(waiting_mail(part(Fate.DOCUMENT, "c.pdf")), hold=None)
    words = bodies_of(colleague(first, settled, second, subject=""), templates).words

    assert "Two mails wait, the last one, with one file." in words
    assert words.count("becomes a contact") == 1


@pytest.mark.parametrize(
    "letter",
    [
        colleague(),
        colleague(replace(waiting_mail(), hold=None)),
        replace(colleague(waiting_mail()), candidates=()),
    ],
    ids=["no-mail", "settled", "no-client"],
)
def test_without_anything_to_ask_a_freelancer_is_not_asked(
    letter: Brief, templates: Templates
) -> None:
    with pytest.raises(PermanentError):
        compose(letter, templates)


def too_large(subject: str | None = "The films", *, sender: Mailbox = MIRA) -> Received:
    """A mail of 61.3 MB, of which nothing but the header was taken."""
    whole = replace(part(Fate.TOO_LARGE, subject, path=WHOLE_MESSAGE), size_octets=64_200_000)
    return received(whole, sender=sender)


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("The films", "The mail “The films”, 61.3 MB"),
        (None, "The mail, 61.3 MB"),
        ("a\u202eb", "The mail “ab”"),
    ],
)
def test_a_mail_that_was_too_large_is_named_by_its_subject(
    subject: str | None, told: str, templates: Templates
) -> None:
    bodies = bodies_of(brief(LetterKind.REPLY, (), too_large(subject)), templates)

    assert told in bodies.words
    assert told in bodies.shown


@pytest.mark.parametrize(
    ("octets", "limit", "told"),
    [
        (52_428_801, 52_428_800, "50.1 MB It is larger than the 50 MB"),
        (26_000_000, 26_214_400 - 1, "24.8 MB It is larger than the 24.9 MB"),
        (2000, 1000, "0.1 MB It is larger than the 0.1 MB"),
    ],
    ids=["by-one-octet", "limit-rounded-down", "tiny"],
)
def test_sizes_are_rounded_so_that_too_large_is_more_than_the_limit(
    octets: int, limit: int, told: str, templates: Templates
) -> None:
    [whole] = too_large().parts
    mail = received(replace(whole, size_octets=octets))
    letter = replace(brief(LetterKind.REPLY, (), mail), message_octets=limit)

    assert told in bodies_of(letter, templates).words


@pytest.mark.parametrize(
    ("sender", "asked"), [(MIRA, True), (ROBIN, False)], ids=["client", "freelancer"]
)
def test_a_link_is_for_the_freelancer_who_need_not_be_told_so(
    sender: Mailbox, *, asked: bool, templates: Templates
) -> None:
    words = bodies_of(brief(LetterKind.REPORT, (), too_large(sender=sender)), templates).words

    assert ("send robin@studio.example a link to it" in words) is asked


def test_a_file_that_was_fetched_is_told_once_with_where_it_came_from(
    templates: Templates,
) -> None:
    deck = document(1, sure("deck", document_date=date(2026, 6, 2)), "deck.pdf")
    behind = part(Fate.FILED, "deck.pdf", number=1, path="link:2!deck.pdf", container="link:2")
    links = (
        LinkFound("https://drive.example/1", LinkFate.NEEDS_ACCESS, "Google Drive"),
        LinkFound("https://dropbox.example/2", LinkFate.FETCHED, "Dropbox"),
    )

    words = bodies_of(
        brief(LetterKind.REPLY, [deck], received(behind, links=links)), templates
    ).words

    assert "deck.pdf (from Dropbox) · file 1" in words
    assert words.count("Dropbox") == 1
    assert "Link to Google Drive" in words


def test_what_was_read_stands_beside_a_mail_that_was_not(templates: Templates) -> None:
    words = bodies_of(
        brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL, too_large()), templates
    ).words

    assert "Thank you for sending this." in words
    assert "The mail “The films”, 61.3 MB" in words
    assert "Brand book v4.pdf It asks for a password." in words


def test_several_mails_that_were_too_large_are_each_told(templates: Templates) -> None:
    letter = brief(LetterKind.REPLY, (), too_large("Films"), too_large("Decks"))
    words = bodies_of(letter, templates).words

    assert "Thank you for your mails. They were too large to be taken in." in words
    assert words.index("“Films”") < words.index("“Decks”")


def test_notice_says_its_notes(templates: Templates) -> None:
    mail = received(notes=["It was too large.", "Please send it in parts."])
    words = bodies_of(brief(LetterKind.NOTICE, (), mail), templates).words

    assert "It was too large. Please send it in parts." in words


def test_notice_without_notes_tells_of_unanswered_mail(templates: Templates) -> None:
    words = bodies_of(brief(LetterKind.NOTICE), templates).words

    assert "filed and nobody was written to about it" in words


@pytest.mark.parametrize("kind", [LetterKind.REMINDER, LetterKind.DIGEST])
def test_kind_without_a_template_is_refused(kind: LetterKind, templates: Templates) -> None:
    with pytest.raises(PermanentError):
        compose(brief(kind), templates)


def test_reply_without_a_report_is_refused(templates: Templates) -> None:
    with pytest.raises(PermanentError):
        compose(replace(brief(LetterKind.REPLY), report=None), templates)


@pytest.mark.parametrize("kind", [LetterKind.REPLY, LetterKind.REPORT])
def test_both_bodies_say_the_same(kind: LetterKind, templates: Templates) -> None:
    bodies = bodies_of(brief(kind, STORY_DOCUMENTS, STORY_MAIL), templates)
    said = [word for word in bodies.words.split() if any(map(str.isalnum, word))]
    shown = [word for word in bodies.shown.split() if any(map(str.isalnum, word))]

    assert [word.rstrip(".") for word in said] == [word.rstrip(".") for word in shown]


def test_letter_about_a_thousand_files_stays_small_and_counts_the_rest(
    templates: Templates,
) -> None:
    documents = [
        document(number, quarterly(QUARTER_PAST, "2026-Q3"), f"{'long name ' * 9}{number}.pdf")
        for number in range(1, 1001)
    ]
    parts = [part(Fate.FILED, entry.filename, number=entry.number) for entry in documents]
    links = tuple((entry.number, f"https://b.example/{'k' * 900}") for entry in documents)
    letter = replace(brief(LetterKind.REPORT, documents, received(*parts)), link_for=links)

    bodies = bodies_of(letter, templates)

    assert len(bodies.html.encode()) < 40_000
    assert "and 990 more" in bodies.words


def test_every_missing_item_is_listed_however_many_there_are(templates: Templates) -> None:
    bodies = bodies_of(brief(LetterKind.REPLY, (), received()), templates)

    assert bodies.html.count('class="mark number"') == 6


def test_html_needs_nothing_from_outside(templates: Templates) -> None:
    html = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL), templates).html

    assert "http" not in html.replace("https://blog.larkfield", "").replace("https://drive", "")
    assert "<img" not in html
    assert "<script" not in html


def test_html_says_its_language_and_title(templates: Templates) -> None:
    html = bodies_of(brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL), templates).html

    assert '<html lang="en">' in html
    assert "<title>2 of 5 received, three to go.</title>" in html


def test_same_brief_gives_the_same_octets(templates: Templates) -> None:
    letter = brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL)

    assert compose(letter, templates).octets == compose(letter, load_templates(None)).octets


def test_unsure_document_with_several_items_asks_for_either(templates: Templates) -> None:
    roadmap = replace(sure("roadmap"), sure=False)
    unclear = document(1, roadmap, "plan.pdf", fate=Fate.UNSURE, received_at=NOON)
    mail = received(part(Fate.UNSURE, "plan.pdf", number=1))

    words = bodies_of(brief(LetterKind.REPLY, [unclear], mail), templates).words

    assert "Is this the quarterly roadmap or the yearly roadmap?" in words


def test_project_without_freelancers_still_has_a_reader(templates: Templates) -> None:
    alone = replace(PROJECT, freelancers=())
    words = bodies_of(brief(LetterKind.REPLY, (), received(), project=alone), templates).words

    assert "the person who runs this project reads along" in words


def test_two_freelancers_are_both_named(templates: Templates) -> None:
    both = replace(PROJECT, freelancers=(ROBIN.address, Address("kim@studio.example")))
    words = bodies_of(brief(LetterKind.REPLY, (), received(), project=both), templates).words

    assert "robin@studio.example and kim@studio.example read along" in words
