"""Addresses in what a sender wrote: found as text and behind words, and brought into one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import links

SAFE = "https://eur01.safelinks.protection.outlook.com/?url="


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://acme.example/blog/why-we-moved.", ("https://acme.example/blog/why-we-moved",)),
        ("(https://acme.example/a_(b))", ("https://acme.example/a_(b)",)),
        ("[https://acme.example/a]", ("https://acme.example/a",)),
        ("<https://acme.example/a>, and again https://acme.example/a", ("https://acme.example/a",)),
        ("https://acme.example/a?utm_source=x https://acme.example/a/", ("https://acme.example/a?utm_source=x",)),
        ("https://acme.example/a http://www.acme.example/a#top", ("https://acme.example/a",)),
        ("Our deck<https://acme.example/a>", ("https://acme.example/a",)),
        (f"<{SAFE}https%3A%2F%2Facme.example%2Fbl\n og%2Fa&data=1>", ("https://acme.example/blog/a",)),
        ("https://a.example/2 https://a.example/1", ("https://a.example/2", "https://a.example/1")),
        ("https://bücher.example/blog/über", ("https://bücher.example/blog/über",)),
        ("write to mailto:ana@acme.example", ()),
        ("no address", ()),
        ("http://[broken", ()),
        ("https://a.example:99999/b", ()),
        ("https://a.example/" + "a" * 5_000, ()),
    ],
)  # fmt: skip
def test_addresses_in_text_are_found(text: str, found: tuple[str, ...]) -> None:
    assert links.find(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see www.acme.example/blog/a.", ("https://www.acme.example/blog/a",)),
        ("WWW.acme.example/Deck?id=1", ("https://WWW.acme.example/Deck?id=1",)),
        ("please look at www.acme.example for more", ("https://www.acme.example",)),
        ("drive.google.com/file/d/1/view", ("https://drive.google.com/file/d/1/view",)),
        ("it is at dropbox.com/s/1/deck.pdf, thanks", ("https://dropbox.com/s/1/deck.pdf",)),
        ("we.tl/t-abc", ("https://we.tl/t-abc",)),
        ("acme.sharepoint.com/:b:/g/1", ("https://acme.sharepoint.com/:b:/g/1",)),
        ("(youtu.be/abc)", ("https://youtu.be/abc",)),
        ("acme.example/blog/why", ("https://acme.example/blog/why",)),
        ("acme.co.uk/en/blog/why", ("https://acme.co.uk/en/blog/why",)),
        ("acme.example/blog", ()),
        ("acme.example/why", ()),
        ("Ana | www.acme.example | 030 1234", ()),
        ("www.acme.example", ()),
        ("dropbox.com", ()),
        ("ana@drive.google.com/file/d/1", ()),
        ("notdropbox.com/s/1", ()),
        ("the end.We begin, and/or deck.pdf/final 1.2.3/4", ()),
    ],
)
def test_an_address_without_a_scheme_is_found_where_it_is_surely_one(
    text: str, found: tuple[str, ...]
) -> None:
    assert links.find(text) == found


def test_addresses_are_found_in_the_order_of_the_text() -> None:
    text = "we.tl/t-abc then https://acme.example/a then www.acme.example/b"

    assert links.find(text) == (
        "https://we.tl/t-abc",
        "https://acme.example/a",
        "https://www.acme.example/b",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/ana",
        "https://www.linkedin.com/company/acme/",
        "https://x.com/acme",
        "https://www.facebook.com/profile.php?id=1",
        "https://www.facebook.com/sharer/sharer.php?u=1",
        "https://www.linkedin.com/shareArticle?mini=true",
        "https://www.instagram.com/people_of_acme/",
        "https://mail.acme.example/unsubscribe?u=1",
        "https://acme.example/mail?action=opt-out",
        "https://news.acme.example/abmelden",
        "https://news.acme.example/view-in-browser/1",
        "https://acme.us1.list-manage.com/unsubscribe?u=1",
        "https://acme.us1.list-manage.com/track/open.php?u=1",
        "https://acme.example/pixel.gif?id=1",
    ],
)
def test_what_nobody_means_to_send_is_left_out(url: str) -> None:
    assert links.find(url) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/pulse/why-we-moved-ana",
        "https://www.linkedin.com/posts/acme_launch-activity-1",
        "https://x.com/acme/status/1",
        "https://acme.example/blog/why-people-unsubscribe",
        "https://acme.example/blog/pixel-perfect",
        "https://acme.us1.list-manage.com/track/click?u=1",
    ],
)
def test_what_only_looks_like_it_is_kept(url: str) -> None:
    assert links.find(url) == (url,)


def test_an_address_behind_words_of_the_sender_is_found() -> None:
    html = '<p>Our <a href="https://drive.google.com/file/d/1/view">deck</a></p>'

    assert links.find("Our deck", html) == ("https://drive.google.com/file/d/1/view",)


def test_an_address_that_is_shown_and_wrapped_behind_itself_is_found_once() -> None:
    html = f'<a href="{SAFE}https%3A%2F%2Facme.example%2Fblog%2Fa">acme.example/blog/a</a>'

    assert links.find("acme.example/blog/a", html) == ("https://acme.example/blog/a",)


def test_addresses_behind_logos_and_signatures_are_left_out() -> None:
    html = (
        '<p>Hello</p><a href="https://acme.example/x"><img src="cid:l"></a>'
        '<a href="https://acme.example/y">Acme Ltd</a>'
    )

    assert links.find("Hello", html) == ()


def test_the_addresses_of_several_texts_are_joined_each_page_once() -> None:
    own = ("https://acme.example/a", "https://acme.example/b")
    forwarded = ("https://www.acme.example/a/", "https://acme.example/c")

    assert links.joined([own, forwarded]) == (*own, "https://acme.example/c")


def test_a_message_has_no_more_than_a_hundred_addresses() -> None:
    text = " ".join(f"https://acme.example/{number}" for number in range(300))

    assert len(links.find(text)) == links.MAX_LINKS


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTPS://Acme.Example/Blog/A/?utm_source=mail&id=7#top", "https://acme.example/Blog/A?id=7"),
        ("http://www.acme.example/a", "https://acme.example/a"),
        ("https://acme.example:443/a", "https://acme.example/a"),
        ("https://acme.example./a", "https://acme.example/a"),
        ("https://acme.example:8443/a?fbclid=x", "https://acme.example:8443/a"),
        ("https://acme.example/a?b=2&a=1&gclid=3&mc_cid=4&ref=x", "https://acme.example/a?a=1&b=2"),
        ("https://acme.example/a/amp/", "https://acme.example/a"),
        ("https://acme.example/#/blog/a", "https://acme.example#/blog/a"),
        ("https://bücher.example/%c3%bcber", "https://xn--bcher-kva.example/%C3%BCber"),
        ("https://xn--bcher-kva.example/über", "https://xn--bcher-kva.example/%C3%BCber"),
        ("https://www.google.com/url?q=https://acme.example/a&sa=D", "https://acme.example/a"),
    ],
)  # fmt: skip
def test_one_page_has_one_form(url: str, form: str) -> None:
    assert links.canonical(url) == form


@given(st.text(), st.text())
def test_any_text_has_a_value(text: str, html: str) -> None:
    found = links.find(f"{text} https://{text} www.{text}", html)

    assert all(isinstance(link, str) for link in found)


@given(st.sampled_from(["", "http://", "https://", "https://a.example/", SAFE]), st.text())
def test_any_address_has_a_form_that_can_be_stored(beginning: str, rest: str) -> None:
    assert isinstance(links.canonical(beginning + rest).encode(), bytes)


def test_half_a_character_is_in_no_form() -> None:
    assert "\ud800" not in links.canonical("https://a.example/\ud800?\ud800#/\ud800")


@pytest.mark.timeout(20)
def test_hostile_html_ends_soon() -> None:
    html = "<div>" * 100_000 + '<a href="https://acme.example/a">deck</a>'

    assert links.find("Our deck", html) == ("https://acme.example/a",)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "a." * 100_000,
        "a-" * 100_000,
        "a" * 200_000,
        "www." * 50_000,
        "http://" * 28_000,
        "https://a.example/" + ")" * 200_000,
        "<https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 5_000,
        "<https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" + "\n a" * 60_000,
        "https://a.example/" + "blog/" * 40_000,
        "https://urldefense.com/v3/__" + "*" * 200_000,
        "https://a.example/b " * 10_000,
        "\n" * 200_000 + "https://a.example/why-we-moved-here",
    ],
)
def test_hostile_text_ends_soon(text: str) -> None:
    judged = [links.judge(link, around=text) for link in links.find(text)]

    assert len(judged) <= links.MAX_LINKS
