"""Redirectors of mail services and trackers: the target that stands in their address is the address that was sent."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import links

POST = "https://acme.example/blog/a?id=7"
QUOTED = quote(POST, safe="")
SAFE = "https://eur01.safelinks.protection.outlook.com/?url="


@pytest.mark.parametrize(
    "wrapped",
    [
        f"{SAFE}{QUOTED}&data=05%7C02&reserved=0",
        f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url={QUOTED}&locale=en-us",
        f"https://urldefense.proofpoint.com/v1/url?u={QUOTED}&k=x",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.example_blog_a-3Fid-3D7&d=x&c=y",
        "https://urldefense.com/v3/__https://acme.example/blog/a?id=7__;!!abc!def$",
        "https://urldefense.com/v3/__https:/acme.example/blog/a?id=7__;!!abc!def$",
        "https://urldefense.us/v3/__https://acme.example/blog/a?id*7__;PQ!!abc!def$",
        f"https://linkprotect.cudasvc.com/url?a={QUOTED}&c=E,1,x&typo=1",
        f"https://secure-web.cisco.com/1aBc/{QUOTED}",
        f"https://clicktime.symantec.com/15tAb?h=1&u={QUOTED}",
        f"https://clicktime.cloud.postoffice.net/clicktime.php?U={QUOTED}&E=x",
        "https://eu-west-1.protection.sophos.com/?d=acme.example&u=aHR0cHM6Ly9hY21lLmV4YW1wbGUvYmxvZy9hP2lkPTc=&i=x",
        f"https://eu-en-ctp.trendmicro.com/wis/clicktime/v1/query?url={QUOTED}&umid=x",
        f"https://protect2.fireeye.com/v1/url?k=x&u={QUOTED}",
        f"https://x.r.eu-west-1.awstrack.me/L0/{QUOTED}/1/0102/abc=1",
        f"https://deref-gmx.net/mail/client/x/dereferrer/?redirectUrl={QUOTED}",
        f"https://www.google.com/url?q={QUOTED}&sa=D",
        f"https://www.google.de/url?sa=t&url={QUOTED}",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=x",
        f"https://l.instagram.com/?u={QUOTED}&e=x",
        f"https://www.linkedin.com/redir/redirect?url={QUOTED}&urlhash=x",
        f"https://www.linkedin.com/safety/go?url={QUOTED}&trk=x",
        f"https://www.youtube.com/redirect?event=x&q={QUOTED}",
        f"https://slack-redir.net/link?url={QUOTED}",
        f"https://href.li/?{POST}",
        f"{SAFE}{quote(f'https://www.google.com/url?q={QUOTED}', safe='')}",
    ],
)
def test_the_target_is_unwrapped(wrapped: str) -> None:
    assert links.unwrapped(wrapped) == POST


@pytest.mark.parametrize(
    ("wrapped", "target"),
    [
        ("https://www.dropbox.com/scl/fi/x/deck.pdf?rlkey=1&dl=0__;!!abc$", "https://www.dropbox.com/scl/fi/x/deck.pdf?rlkey=1&dl=0"),
        ("https://acme.example/a*b__;w6k!!abc$", "https://acme.example/aéb"),
        ("https://acme.example/a**Ab*__;w6nDqD8!!abc$", "https://acme.example/aéèb?"),
        ("https://acme.example/a*b__;!!abc$", "https://acme.example/a*b"),
        ("https://acme.example/a*b__;%%%!!abc$", None),
    ],
)  # fmt: skip
def test_proofpoint_keeps_what_it_cannot_write_in_base64(wrapped: str, target: str | None) -> None:
    whole = f"https://urldefense.com/v3/__{wrapped}"

    assert links.unwrapped(whole) == (target or whole)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=",
        f"{SAFE}http%3A%2F%2F%5Bbroken",
        f"{SAFE}https%3A%2F%2Fa.example%2F%0d%0aX",
        "https://urldefense.com/v3/__",
        "https://secure-web.cisco.com/1aBc/nothing",
        "https://eu-west-1.protection.sophos.com/?u=%ff",
        "https://protect-eu.mimecast.com/s/abc?domain=acme.example",
        "https://d1.eu1.hubspotlinks.com/Ctc/abc",
        "https://acme.us1.list-manage.com/track/click?u=1&id=2",
        f"https://acme.example/?url={QUOTED}",
        f"https://notl.facebook.com.example/l.php?u={QUOTED}",
    ],
)
def test_what_names_no_target_stays_as_it_is(url: str) -> None:
    assert links.unwrapped(url) == url


def test_redirectors_within_each_other_are_followed_to_a_bound() -> None:
    assert links.unwrapped("https://href.li/?" * 9 + POST) == "https://href.li/?" * 4 + POST


def test_what_a_redirector_leads_to_decides_whether_it_was_meant() -> None:
    text = f"https://l.facebook.com/l.php?u={QUOTED} {SAFE}https%3A%2F%2Fx.com%2Facme"

    assert links.find(text) == (POST,)


@given(
    st.sampled_from(
        [
            "https://urldefense.com/v3/__",
            "https://urldefense.proofpoint.com/v2/url?u=",
            "https://eu.protection.sophos.com/?u=",
            "https://secure-web.cisco.com/",
            "https://href.li/?",
            SAFE,
        ]
    ),
    st.text(st.sampled_from("htps:/_;*!%32fFA=aé?&.")),
)
def test_any_target_gives_an_address(wrapper: str, rest: str) -> None:
    assert isinstance(links.unwrapped(wrapper + rest), str)
