"""Addresses in what a sender wrote: found, judged, compared."""

from __future__ import annotations

import pytest

from intake import links
from intake.model import LinkFate


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://acme.example/blog/why-we-moved.", ("https://acme.example/blog/why-we-moved",)),
        ("(https://acme.example/a_(b))", ("https://acme.example/a_(b)",)),
        ("<https://acme.example/a>, and again https://acme.example/a", ("https://acme.example/a",)),
        ("https://acme.example/a?utm_source=x https://acme.example/a/", ("https://acme.example/a?utm_source=x",)),
        ("write to mailto:ana@acme.example", ()),
        ("https://www.linkedin.com/in/ana", ()),
        ("https://mail.acme.example/unsubscribe?u=1", ()),
        ("no address", ()),
        ("http://[broken", ()),
    ],
)  # fmt: skip
def test_addresses_in_text_are_found(text: str, found: tuple[str, ...]) -> None:
    assert links.find(text, "") == found


def test_an_address_behind_words_of_the_sender_is_found() -> None:
    html = '<p>Our <a href="https://drive.google.com/file/d/1/view">deck</a></p>'

    assert links.find("Our deck", html) == ("https://drive.google.com/file/d/1/view",)


def test_addresses_behind_logos_and_signatures_are_left_out() -> None:
    html = (
        '<p>Hello</p><a href="https://acme.example/x"><img src="cid:l"></a>'
        '<a href="https://acme.example/y">Acme Ltd</a>'
    )

    assert links.find("Hello", html) == ()


@pytest.mark.parametrize(
    ("wrapped", "target"),
    [
        ("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Fa&data=1", "https://acme.example/a"),
        ("https://www.google.com/url?q=https://acme.example/a&sa=D", "https://acme.example/a"),
        ("https://urldefense.com/v3/__https://acme.example/a__;!!x!y$", "https://acme.example/a"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.example_a&d=x", "https://acme.example/a"),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
    ],
)  # fmt: skip
def test_redirectors_of_mail_services_are_unwrapped(wrapped: str, target: str) -> None:
    assert links.unwrapped(wrapped) == target


@pytest.mark.parametrize(
    ("url", "fate", "service"),
    [
        ("https://drive.google.com/file/d/1/view", LinkFate.NEEDS_ACCESS, "Google Drive"),
        ("https://docs.google.com/presentation/d/1/edit", LinkFate.NEEDS_ACCESS, "Google Docs"),
        ("https://www.dropbox.com/s/1/deck.pdf?dl=0", LinkFate.NEEDS_ACCESS, "Dropbox"),
        ("https://acme-my.sharepoint.com/:p:/g/1", LinkFate.NEEDS_ACCESS, "SharePoint"),
        ("https://1drv.ms/b/s!1", LinkFate.NEEDS_ACCESS, "OneDrive"),
        ("https://we.tl/t-1", LinkFate.NEEDS_ACCESS, "WeTransfer"),
        ("https://acme.notion.site/Roadmap-1", LinkFate.NEEDS_ACCESS, "Notion"),
        ("https://www.figma.com/file/1", LinkFate.NEEDS_ACCESS, "Figma"),
        ("https://www.canva.com/design/1/view", LinkFate.NEEDS_ACCESS, "Canva"),
        ("https://youtu.be/1", LinkFate.NOTED, "YouTube"),
        ("https://acme.example/blog/why-we-moved", LinkFate.COUNTED, "acme.example"),
        ("https://www.acme.example/2026/11/launch", LinkFate.COUNTED, "acme.example"),
        ("https://acme.example/why-we-moved-to-lisbon", LinkFate.COUNTED, "acme.example"),
        ("https://acme.example/", LinkFate.NOTED, "acme.example"),
        ("https://acme.example/about", LinkFate.NOTED, "acme.example"),
        ("https://acme.example/blog", LinkFate.NOTED, "acme.example"),
        ("https://notdropbox.com/s/1", LinkFate.NOTED, "notdropbox.com"),
        ("http://[broken", LinkFate.NOTED, ""),
    ],
)
def test_an_address_is_judged_by_where_it_leads(url: str, fate: LinkFate, service: str) -> None:
    found = links.judge(url)

    assert (found.fate, found.service) == (fate, service)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (
            "HTTPS://Acme.Example/Blog/A/?utm_source=mail&id=7#top",
            "https://acme.example/Blog/A?id=7",
        ),
        ("https://acme.example:443/a", "https://acme.example/a"),
        ("https://acme.example:8443/a?fbclid=x", "https://acme.example:8443/a"),
    ],
)
def test_one_page_has_one_form(url: str, form: str) -> None:
    assert links.canonical(url) == form
