"""Keys: stable, readable, safe on every file system, and never the same for different things."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import ConfigError
from intake.model import BlobKey, Client, ClientId, Project, ProjectId, ProjectState, Sha256, Token
from storage.blobs import document_key, index_keys, open_store, raw_key
from storage.blobs.keys import components, label, shown_name

SHA256 = Sha256("0123456789abcdef" * 4)


def project(
    *, client: str = "Acme", title: str = "Launch", token: str = "acme-q4", number: int = 7
) -> Project:
    return Project(
        id=ProjectId(number),
        client=Client(ClientId(3), client),
        title=title,
        token=Token(token),
        checklist="onboarding",
        freelancers=(),
        state=ProjectState.OPEN,
        timezone="UTC",
        opened_on=date(2026, 11, 1),
    )


def key_of(filename: str | None, *, of: Project | None = None) -> BlobKey:
    return document_key(of or project(), filename=filename, sha256=SHA256, confidential=False)


def test_a_raw_message_lies_under_its_digest() -> None:
    assert raw_key(SHA256) == f"raw/01/{SHA256}.eml"


def test_a_document_lies_under_client_project_and_name() -> None:
    key = key_of(
        "Pitch Deck (final).PDF", of=project(client="Acme & Söhne GmbH", title="Q4 launch!")
    )

    assert key == (
        "clients/acme-sohne-gmbh-3/q4-launch--acme-q4/Pitch-Deck-final--0123456789abcdef.pdf"
    )


def test_a_confidential_document_has_no_name_in_its_key() -> None:
    key = document_key(project(), filename="Secret.pdf", sha256=SHA256, confidential=True)

    assert key == f"confidential/3/7/{SHA256}"


def test_the_index_lies_beside_the_documents() -> None:
    keys = index_keys(project())

    assert keys.html == "clients/acme-3/launch--acme-q4/index.html"
    assert keys.json == "clients/acme-3/launch--acme-q4/index.json"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("../../etc/passwd", "passwd--0123456789abcdef"),
        ("C:\\Users\\me\\deck.pptx", "deck--0123456789abcdef.pptx"),
        (".htaccess", "document--0123456789abcdef.htaccess"),
        ("...", "document--0123456789abcdef"),
        ("", "document--0123456789abcdef"),
        (None, "document--0123456789abcdef"),
        ("CON", "CON--0123456789abcdef"),
        ("deck\u202efdp.exe", "deck-fdp--0123456789abcdef.exe"),
        ("a\x00b\r\nc.pdf", "a-b-c--0123456789abcdef.pdf"),
        ("Größe und Œuvre.docx", "Grosse-und-OEuvre--0123456789abcdef.docx"),
        ("Дорожная карта.pdf", "document--0123456789abcdef.pdf"),
        ("deck.pdf ", "deck--0123456789abcdef.pdf"),
        ("a -- b.pdf", "a-b--0123456789abcdef.pdf"),
        ("archive.tar.gz", "archive.tar--0123456789abcdef.gz"),
        ("notes.this is no extension", "notes.this-is-no-extension--0123456789abcdef"),
        ("\ud800.pdf", "document--0123456789abcdef.pdf"),
    ],
)
def test_a_file_name_is_made_safe(filename: str | None, name: str) -> None:
    assert key_of(filename).rpartition("/")[2] == name


@given(st.text(), st.text(), st.text())
def test_whatever_people_write_the_key_is_plain_and_bounded(
    filename: str, title: str, client: str
) -> None:
    key = key_of(filename, of=project(title=title, client=client))

    assert key.isascii()
    assert key.isprintable()
    assert len(components(key)) == 4
    assert max(map(len, components(key))) <= 80 + 2 + 40
    assert not any(part.startswith(".") for part in components(key))


def test_the_same_name_and_octets_have_the_same_key() -> None:
    assert key_of("Deck.pdf") == key_of("Deck.pdf")


def test_clients_whose_names_look_alike_never_meet() -> None:
    one = replace(project(), client=Client(ClientId(3), "Acme!"))
    two = replace(project(), client=Client(ClientId(4), "ACME"))

    assert index_keys(one) != index_keys(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (project(token="q-4"), project(token="q-5", number=8)),
        (project(token="q.4"), project(token="q-4", number=8)),
        (project(token="q_4"), project(token="q-4-7", number=8)),
        (project(token="Q/4"), project(token="q/4", number=8)),
        (project(title="a--b", token="c"), project(title="a", token="b-c", number=8)),
        (project(token="x" * 90), project(token="x" * 91, number=8)),
    ],
)
def test_projects_whose_titles_or_tokens_look_alike_never_meet(one: Project, two: Project) -> None:
    assert index_keys(one) != index_keys(two)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (raw_key(SHA256), "blob 0123456789abcdef"),
        (key_of("Acme.pdf"), "blob 0123456789abcdef"),
        (BlobKey(f"confidential/3/7/{SHA256}"), "blob 0123456789abcdef"),
        (BlobKey("clients/acme/deck.pdf"), "blob #2c3a827ae73d"),
    ],
)
def test_errors_name_a_blob_by_digits_only(key: BlobKey, expected: str) -> None:
    assert label(key) == expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("Überblick 2026.pdf", "Überblick 2026.pdf"),
        ("a\r\n\tb.pdf", "a b.pdf"),
        ("deck\u202efdp.exe", "deckfdp.exe"),
        ("\ud800\x00", "document"),
        ("", "document"),
        ("ü" * 300 + ".pdf", "ü" * 98 + ".pdf"),
    ],
)
def test_a_name_for_people_is_one_bounded_line(filename: str, expected: str) -> None:
    assert shown_name(filename) == expected


@given(st.text())
def test_a_name_for_people_has_octets_and_no_control_characters(filename: str) -> None:
    name = shown_name(filename)

    assert 0 < len(name.encode()) <= 200
    assert not any(unicodedata.category(letter).startswith("Cc") for letter in name)


@pytest.mark.parametrize(
    "url", ["", "  ", "s3://", "s3:bucket", "gs://bucket", "https://a.example"]
)
def test_an_address_that_is_no_store_is_refused_at_start(url: str) -> None:
    with pytest.raises(ConfigError, match=r"blobs\.url"):
        open_store(url)
