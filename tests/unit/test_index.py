"""The page of a project's folder: it names what lies there, links to it, and gives nothing confidential away."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import BlobKey, Sha256
from storage.blobs.index import IndexEntry, IndexState, ProjectIndex, render_html, render_json
from storage.blobs.keys import IndexKeys

FOLDER = "clients/acme-3/launch--acme-q4"
SHA256 = Sha256("ab" * 32)
DECK = IndexEntry(
    number=1,
    filename="Pitch & Deck.pdf",
    kind_label="Investor deck",
    received_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    state=IndexState.CURRENT,
    item_labels=("Investor deck",),
    size_octets=1_234_567,
    sha256=SHA256,
    key=BlobKey(f"{FOLDER}/Pitch-Deck--abababababababab.pdf"),
)
ROADMAP = replace(
    DECK,
    number=2,
    filename="Roadmap.pptx",
    kind_label="Roadmap",
    item_labels=("Quarterly roadmap",),
    period="2026-Q4",
    key=BlobKey(f"{FOLDER}/Roadmap--abababababababab.pptx"),
)
POST = replace(
    DECK,
    number=3,
    filename="How we ship",
    kind_label="Blog post",
    key=None,
    size_octets=None,
    sha256=None,
    url="https://blog.example/ship?a=1&b=2",
)
SECRET = replace(
    DECK,
    number=4,
    filename="Merger plan.pdf",
    kind_label="Case study",
    item_labels=("Merger",),
    period="2027",
    key=BlobKey(f"confidential/3/7/{SHA256}"),
    confidential=True,
)


def index(*entries: IndexEntry, client: str = "Acme", project: str = "Launch") -> ProjectIndex:
    keys = IndexKeys(html=BlobKey(f"{FOLDER}/index.html"), json=BlobKey(f"{FOLDER}/index.json"))
    return ProjectIndex(client=client, project=project, keys=keys, entries=entries)


class Page(HTMLParser):
    """What a browser sees: elements, the addresses of links, and the text."""

    def __init__(self, octets: bytes) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[str | None] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(octets.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_document_is_named_and_opened_by_a_relative_link() -> None:
    page = Page(render_html(index(DECK)))

    assert page.links == ["Pitch-Deck--abababababababab.pdf"]
    assert "Pitch & Deck.pdf" in page.text
    assert "File 1 · 1.2 MB · received 22 Nov 2026" in page.text


def test_a_document_tells_its_kind_item_and_period_each_once() -> None:
    page = Page(render_html(index(DECK, ROADMAP)))

    assert "Roadmap · Quarterly roadmap · 2026-Q4" in page.text
    assert page.text.count("Investor deck") == 1


def test_a_document_that_kept_the_key_of_an_older_folder_is_still_linked() -> None:
    moved = replace(DECK, key=BlobKey("clients/old name-3/launch--acme-q4/a#b.pdf"))

    assert Page(render_html(index(moved))).links == ["../../old%20name-3/launch--acme-q4/a%23b.pdf"]


@pytest.mark.parametrize(
    ("size_octets", "told"), [(3, "1 KB"), (45_600, "46 KB"), (1_000_000, "1.0 MB")]
)
def test_a_size_is_told_in_a_unit_that_people_read(size_octets: int, told: str) -> None:
    page = Page(render_html(index(replace(DECK, size_octets=size_octets))))

    assert f"File 1 · {told} · received" in page.text


def test_a_link_leads_to_its_address_and_tells_the_host() -> None:
    page = Page(render_html(index(POST)))

    assert page.links == ["https://blog.example/ship?a=1&b=2"]
    assert "File 3 · blog.example · received" in page.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://", "http://[", "https://a b"]
)
def test_an_address_that_is_not_of_the_web_is_no_link(url: str) -> None:
    assert Page(render_html(index(replace(POST, url=url)))).links == []


@pytest.mark.parametrize("render", [render_html, render_json])
@pytest.mark.parametrize("secret", ["Merger", "2027", "Case study", "abab", "1.2 MB", "1234567"])
def test_a_confidential_document_is_counted_and_never_named(
    render: Callable[[ProjectIndex], bytes], secret: str
) -> None:
    assert secret not in render(index(SECRET)).decode()


def test_a_confidential_document_stands_on_the_page_without_a_link() -> None:
    page = Page(render_html(index(SECRET)))

    assert "A confidential document" in page.text
    assert page.links == []


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (IndexState.CURRENT, "Up to date"),
        (IndexState.UNSURE, "To be looked at"),
        (IndexState.STALE, "Out of date"),
        (IndexState.NOT_ASKED_FOR, "Also received"),
        (IndexState.OLDER_VERSION, "Older versions"),
    ],
)
def test_a_document_stands_under_the_heading_of_its_state(state: IndexState, heading: str) -> None:
    text = Page(render_html(index(replace(DECK, state=state)))).text

    assert text.index(heading) < text.index("Pitch & Deck.pdf")
    assert text.count("Pitch & Deck.pdf") == 1


def test_a_project_without_documents_says_so() -> None:
    assert "No documents yet." in Page(render_html(index())).text


@given(st.text(), st.text(), st.text())
def test_nothing_that_people_write_becomes_markup(client: str, project: str, name: str) -> None:
    plain = Page(render_html(index(DECK)))

    page = Page(render_html(index(replace(DECK, filename=name), client=client, project=project)))

    assert page.elements == plain.elements
    assert page.attributes == plain.attributes
    assert page.links == plain.links


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    octets = render_html(index(DECK, ROADMAP, POST, SECRET))

    assert not Page(octets).elements & {"script", "img", "link", "iframe", "object", "base", "form"}
    assert b"url(" not in octets
    assert b"@import" not in octets


def test_the_same_documents_in_another_order_and_zone_give_the_same_octets() -> None:
    there = timezone(timedelta(hours=5))
    elsewhere = replace(DECK, received_at=DECK.received_at.astimezone(there))

    one, two = index(DECK, ROADMAP), index(ROADMAP, elsewhere)

    assert render_html(one) == render_html(two)
    assert render_json(one) == render_json(two)


@pytest.mark.parametrize(
    ("origin", "told"),
    [("Q3 launch", "from Q3 launch"), ("", "from an earlier project"), (None, "Investor deck</")],
)
def test_what_is_offered_is_told_with_the_project_that_it_is_from(
    origin: str | None, told: str
) -> None:
    page = render_html(index(replace(DECK, state=IndexState.OFFERED, origin=origin))).decode()

    assert "From earlier projects" in page
    assert told in page


def test_of_what_is_confidential_the_page_does_not_tell_where_it_is_from() -> None:
    secret = replace(SECRET, state=IndexState.OFFERED, origin="Q3 launch")

    assert b"Q3 launch" not in render_html(index(secret)) + render_json(index(secret))


def test_the_json_says_the_same_for_programs() -> None:
    described = json.loads(render_json(index(ROADMAP, DECK, SECRET)))

    assert described["schema"] == 1
    assert (described["client"], described["project"]) == ("Acme", "Launch")
    assert described["documents"][0] == {
        "number": 1,
        "state": "current",
        "received_at": "2026-11-22T09:30:00Z",
        "confidential": False,
        "filename": "Pitch & Deck.pdf",
        "kind": "Investor deck",
        "items": ["Investor deck"],
        "period": None,
        "size": 1234567,
        "sha256": SHA256,
        "path": "Pitch-Deck--abababababababab.pdf",
        "url": None,
        "offered_from": None,
    }
    assert described["documents"][2].keys() == {"number", "state", "received_at", "confidential"}
