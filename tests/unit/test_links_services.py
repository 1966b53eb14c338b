"""What an address leads to, and the address at which a service hands out a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import links
from intake.model import LinkFate

FILE, PAGE, POST = LinkFate.NEEDS_ACCESS, LinkFate.NOTED, LinkFate.COUNTED


@pytest.mark.parametrize(
    ("url", "fate", "service"),
    [
        ("https://drive.google.com/file/d/1/view", FILE, "Google Drive"),
        ("https://docs.google.com/presentation/d/1/edit", FILE, "Google Docs"),
        ("https://docs.google.com/forms/d/e/1/viewform", PAGE, "Google Forms"),
        ("https://forms.gle/abc", PAGE, "Google Forms"),
        ("https://photos.app.goo.gl/abc", FILE, "Google Photos"),
        ("https://www.dropbox.com/s/1/deck.pdf?dl=0", FILE, "Dropbox"),
        ("https://www.dropbox.com/scl/fo/1/h?rlkey=2", FILE, "Dropbox"),
        ("https://www.dropbox.com/", PAGE, "Dropbox"),
        ("https://acme-my.sharepoint.com/:p:/g/1", FILE, "SharePoint"),
        ("https://1drv.ms/b/s!1", FILE, "OneDrive"),
        ("https://1drv.com/b/s!1", FILE, "OneDrive"),
        ("https://onedrive.live.com/?authkey=1&id=2", FILE, "OneDrive"),
        ("https://forms.office.com/r/abc", PAGE, "Microsoft Forms"),
        ("https://we.tl/t-1", FILE, "WeTransfer"),
        ("https://wetransfer.com/downloads/abc", FILE, "WeTransfer"),
        ("https://app.box.com/s/abc", FILE, "Box"),
        ("https://www.icloud.com/iclouddrive/0a#deck", FILE, "iCloud"),
        ("https://acme.notion.site/Roadmap-1", FILE, "Notion"),
        ("https://www.figma.com/file/1", FILE, "Figma"),
        ("https://www.figma.com/blog/why-we-moved", PAGE, "Figma"),
        ("https://www.canva.com/design/1/view", FILE, "Canva"),
        ("https://miro.com/app/board/1", FILE, "Miro"),
        ("https://pitch.com/v/acme-1", FILE, "Pitch"),
        ("https://acme.egnyte.com/dl/abc", FILE, "Egnyte"),
        ("https://mega.nz/file/abc#key", FILE, "MEGA"),
        ("https://www.swisstransfer.com/d/abc", FILE, "SwissTransfer"),
        ("https://www.transfernow.net/dl/20261122abc", FILE, "TransferNow"),
        ("https://docsend.com/view/abc", FILE, "DocSend"),
        ("https://youtu.be/1", PAGE, "YouTube"),
        ("https://vimeo.com/1", PAGE, "Vimeo"),
        ("https://www.loom.com/share/1", PAGE, "Loom"),
        ("https://github.com/acme/why-we-moved", PAGE, "GitHub"),
        ("https://www.slideshare.net/acme/why-we-moved-to-lisbon", PAGE, "SlideShare"),
        ("https://www.linkedin.com/posts/acme_1", PAGE, "LinkedIn"),
        ("https://www.linkedin.com/pulse/why-we-moved-ana", POST, "LinkedIn"),
        ("https://medium.com/@acme/why-we-moved-0123456789ab", POST, "Medium"),
        ("https://medium.com/@acme", PAGE, "Medium"),
        ("https://acme.substack.com/p/why", POST, "Substack"),
        ("https://protect-eu.mimecast.com/s/abc", PAGE, "Mimecast"),
        ("https://d1.eu1.hubspotlinks.com/Ctc/abc", PAGE, "HubSpot"),
        ("https://acme.us1.list-manage.com/track/click?u=1", PAGE, "Mailchimp"),
        ("https://bit.ly/abc", PAGE, "Bitly"),
    ],
)
def test_a_service_is_told_by_its_host(url: str, fate: LinkFate, service: str) -> None:
    found = links.judge(url)

    assert (found.fate, found.service) == (fate, service)


@pytest.mark.parametrize(
    "path",
    [
        "/blog/why-we-moved",
        "/en/blog/launch",
        "/blogs/news/launch",
        "/news/launch.html",
        "/artikel/umzug",
        "/insights/launch/",
        "/2026/11/launch",
        "/2026/11/22/launch/",
        "/blog/2026/11/launch",
        "/why-we-moved-to-lisbon",
        "/de/warum-wir-nach-lissabon-ziehen",
    ],
)
def test_an_article_is_told_by_its_path(path: str) -> None:
    found = links.judge(f"https://www.acme.example{path}")

    assert (found.fate, found.service) == (POST, "acme.example")


def test_an_article_is_told_by_a_host_for_it() -> None:
    assert links.judge("https://blog.acme.example/launch").fate is POST


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example/",
        "https://acme.example/about",
        "https://acme.example/blog",
        "https://acme.example/blog/",
        "https://acme.example/blog/page/2",
        "https://acme.example/blog/2026/11/",
        "https://acme.example/blog/category/launches",
        "https://acme.example/blog/logo.png",
        "https://blog.acme.example/",
        "https://blog.acme.example/about",
        "https://acme.example/blue-suede-shoes",
        "https://acme.example/products/how-to-choose-the-right-shoes",
        "https://acme.example/shop/shoes-for-you-and-me",
        "https://shop.acme.example/shoes-for-you-and-me",
        "https://acme.example/docs/how-to-set-it-up",
        "https://notdropbox.com/s/1",
        "http://[broken",
    ],
)
def test_what_is_no_article_is_noted(url: str) -> None:
    assert links.judge(url).fate is PAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example/files/deck.pdf",
        "https://acme.example/wp-content/uploads/2026/11/deck.pptx",
        "https://acme.example/blog/press-kit.zip",
        "https://cloud.acme.example/index.php/s/aB3dE5gH7jK9mNp",
    ],
)
def test_a_file_on_any_host_is_a_file(url: str) -> None:
    assert links.judge(url).fate is FILE


@pytest.mark.parametrize(
    "around",
    [
        "Our newest post: https://acme.example/launch-day-notes",
        "Here are three blog posts:\n\n- https://acme.example/a\n- https://acme.example/launch-day-notes",
        "Unser Artikel dazu:\nhttps://acme.example/launch-day-notes",
    ],
)
def test_a_weak_slug_counts_where_the_mail_calls_it_an_article(around: str) -> None:
    assert links.judge("https://acme.example/launch-day-notes", around=around).fate is POST


@pytest.mark.parametrize(
    "around",
    [
        "",
        "Our shop: https://acme.example/launch-day-notes",
        "The posts come later.\nThis is the page of the launch:\nhttps://acme.example/launch-day-notes",
        "https://acme.example/blog/a/post\nThe page: https://acme.example/launch-day-notes",
    ],
)
def test_a_weak_slug_does_not_count_by_itself(around: str) -> None:
    assert links.judge("https://acme.example/launch-day-notes", around=around).fate is PAGE


def test_words_do_not_make_a_shop_page_an_article() -> None:
    url = "https://acme.example/shop/launch-day-notes"

    assert links.judge(url, around=f"Our post: {url}").fate is PAGE


@given(
    st.sampled_from(["", "https://", "https://a.example/", "https://blog.a.example/"]), st.text()
)
def test_any_address_has_a_fate(beginning: str, rest: str) -> None:
    assert links.judge(beginning + rest, around=rest).fate in set(LinkFate)


@pytest.mark.parametrize(
    ("url", "download"),
    [
        ("https://drive.google.com/file/d/abcdefghij_1/view?usp=sharing", "https://drive.google.com/uc?export=download&id=abcdefghij_1"),
        ("https://drive.google.com/open?id=abcdefghij_1", "https://drive.google.com/uc?export=download&id=abcdefghij_1"),
        ("https://drive.google.com/file/d/abcdefghij_1/view?resourcekey=0-k", "https://drive.google.com/uc?export=download&id=abcdefghij_1&resourcekey=0-k"),
        ("https://drive.google.com/drive/folders/abcdefghij_1", "https://drive.google.com/drive/folders/abcdefghij_1"),
        ("https://docs.google.com/document/d/abcdefghij_1/edit#h", "https://docs.google.com/document/d/abcdefghij_1/export?format=docx"),
        ("https://docs.google.com/presentation/d/abcdefghij_1/edit", "https://docs.google.com/presentation/d/abcdefghij_1/export/pptx"),
        ("https://docs.google.com/spreadsheets/d/abcdefghij_1", "https://docs.google.com/spreadsheets/d/abcdefghij_1/export?format=xlsx"),
        ("https://docs.google.com/forms/d/e/1/viewform", "https://docs.google.com/forms/d/e/1/viewform"),
        ("https://www.dropbox.com/scl/fi/x/deck.pdf?rlkey=1&dl=0", "https://www.dropbox.com/scl/fi/x/deck.pdf?rlkey=1&dl=1"),
        ("https://acme.sharepoint.com/:b:/g/1?e=2", "https://acme.sharepoint.com/:b:/g/1?e=2&download=1"),
        ("https://www.google.com/url?q=https://dropbox.com/s/1/a", "https://dropbox.com/s/1/a?dl=1"),
        ("https://acme.example/deck.pdf", "https://acme.example/deck.pdf"),
        ("http://[broken", "http://[broken"),
    ],
)  # fmt: skip
def test_a_shared_file_has_an_address_to_download_it(url: str, download: str) -> None:
    assert links.download_address(url) == download


@pytest.mark.parametrize(
    ("url", "asks"),
    [
        ("https://accounts.google.com/v3/signin", True),
        ("https://login.microsoftonline.com/common/oauth2", True),
        ("https://acme.example/users/login?next=a", True),
        ("https://sso.acme.example/", True),
        ("https://acme.example/blogin/deck.pdf", False),
        ("https://acme.example/deck.pdf", False),
        ("http://[broken", False),
    ],
)
def test_a_door_that_asks_who_one_is_is_known(url: str, asks: bool) -> None:  # noqa: FBT001  # a parameter
    assert links.is_sign_in(url) is asks
