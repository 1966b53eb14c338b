"""A mail is confidential where its sender says so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.demo.documents import Enclosure
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import letter
from tests.maildesks import at_work, mail_desk

pytestmark = pytest.mark.proof

NOTES = Enclosure("notes.txt", "text/plain", b"What we know so far.\n")


def kept_secret(folder: Path, reader: Reader, text: str) -> bool:
    """Whether the document of a mail with that text is kept under the prefix of confidential ones."""
    desk = mail_desk(folder)
    with at_work(desk, reader) as app:
        desk.post(letter(text=text, attach=[NOTES]))
        Worker(app).once()
    return any(path.is_file() for path in folder.glob("**/confidential/**/*"))


def test_a_mail_whose_sender_says_confidential_is(tmp_path: Path, reader: Reader) -> None:
    assert kept_secret(
        tmp_path, reader, "Hello Fay,\n\nthis is confidential, please do not share it.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Hello Fay,\n\nhere it is.\n",
        "Hello Fay,\n\nhere it is.\n\nBest regards,\nAna\n\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please delete it.\n",
        "Hello Fay,\n\nhere it is.\n\nOn Mon, 23 Nov 2026, Fay <fay@studio.example> wrote:\n> Is it confidential?\n",
    ],
)
def test_a_mail_that_only_carries_the_word_is_not(
    tmp_path: Path, reader: Reader, text: str
) -> None:
    assert not kept_secret(tmp_path, reader, text)
