"""What a reply says of archives that cannot be opened here, or only with a password."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy

import pytest

from intake.compose import compose
from intake.model import Fate, LetterKind
from tests.gallery import load_templates
from tests.unit.compose_cast import brief, part, received


def told_of(fate: Fate, media_type: str) -> str:
    """The text of a reply to a mail with one such attachment, on one line."""
    entry = replace(part(fate, "all.file"), media_type=media_type)
    letter = compose(brief(LetterKind.REPLY, (), received(entry)), load_templates(None))
    message = email.message_from_bytes(letter.octets, policy=policy.default)
    text, _ = message.iter_parts()
    return " ".join(text.get_content().split())


@pytest.mark.parametrize(
    "media_type",
    [
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-bzip2",
        "application/x-xz",
    ],
)
def test_a_closed_archive_is_to_be_unpacked_by_the_sender(media_type: str) -> None:
    told = told_of(Fate.UNSUPPORTED, media_type)

    assert "Please unpack it and attach the files themselves" in told
    assert "We cannot read this format" not in told


def test_any_other_format_is_told_what_works() -> None:
    assert "We cannot read this format" in told_of(Fate.UNSUPPORTED, "video/mp4")


def test_an_archive_with_a_password_is_asked_for_without_one() -> None:
    assert "Please send a copy without one" in told_of(Fate.LOCKED, "application/zip")
