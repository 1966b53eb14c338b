"""Which documents say of themselves that they are confidential."""

from __future__ import annotations

import pytest

from intake.marks import is_marked
from intake.model import Extract, Family, Page

WORDS = ("confidential", "NDA", "vertraulich")
PROSE = "\n".join(f"The line number {number} tells of plans and prices." for number in range(40))


def paper(*pages: str, family: Family = Family.PDF) -> Extract:
    return Extract(family, "\n".join(pages), tuple(Page(text) for text in pages), len(pages))


def marked(*pages: str, family: Family = Family.PDF) -> bool:
    return is_marked(paper(*pages, family=family), WORDS)


@pytest.mark.parametrize(
    "line",
    [
        "CONFIDENTIAL",
        "Strictly confidential",
        "*** STRICTLY CONFIDENTIAL ***",
        "Private and confidential",
        "Company Confidential",
        "Confidential \N{EN DASH} Acme Corp",
        "Acme Inc. | Confidential | 3",
        "© 2026 Acme. Confidential. Page 3 of 12",
        "Seed Round · $3M · Confidential · March 2026",
        "C O N F I D E N T I A L",
        "Classification: Confidential",
        "Confidential and proprietary",
        "Confidential. Do not distribute",
        "Subject to NDA",
        "NDA",
        "Streng vertraulich",
        "Vertraulich - nur intern",
        "[COMPANY] (confidential)",
    ],
)
def test_a_header_or_a_footer_of_its_own_is_a_mark(line: str) -> None:
    assert marked(f"{line}\n{PROSE}")
    assert marked(PROSE, f"{PROSE}\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "Confidentiality",
        "Your data is kept confidential.",
        "A confidential customer in the steel business",
        "3. Confidential Information",
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
        "Peer network with confidential transactions for banks and insurers",
        "We sign an NDA with every supplier before work begins",
        "The roadmap — confidential — is attached",
        "Public\tInternal\tConfidential",
        "Agenda",
    ],
)
def test_a_mention_is_none(line: str) -> None:
    assert not marked(f"{line}\n{PROSE}")
    assert not marked(PROSE, f"{PROSE}\n{line}")


def test_a_line_of_its_own_in_the_middle_of_a_page_may_be_anything() -> None:
    assert not marked(f"{PROSE}\nConfidential\n{PROSE}")


def test_a_watermark_that_stands_in_the_middle_of_every_page_is_a_mark() -> None:
    assert marked(*[f"{PROSE}\nCONFIDENTIAL\n{PROSE}"] * 3)


def test_the_headers_and_footers_of_a_text_document_stand_at_its_end() -> None:
    margins = "Acme\nConfidential\nPage 1\nAcme\nAcme"

    assert marked(f"{PROSE}\n{margins}", family=Family.WORDS)
    assert not marked(f"{PROSE}\n{margins}", family=Family.TEXT)


def test_the_words_are_the_operator_s() -> None:
    assert is_marked(paper(f"Top Secret\n{PROSE}"), ("top secret",))
    assert not is_marked(paper(f"CONFIDENTIAL\n{PROSE}"), ())
