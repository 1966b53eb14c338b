"""What is signed is opened, what is encrypted is told: CMS in all its packings, by what it says and by its octets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from intake.model import Fate, Unpacked, UnpackLimits
from intake.parse import parse
from intake.unpack import unpack

LIMITS = UnpackLimits()
PDF = b"%PDF-1.4\n% a deck\n"
DRIVE = "https://drive.google.com/file/d/1aBcDeFgHiJkLmNoP/view"
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ana")])
KEY = ec.derive_private_key(7, ec.SECP256R1())


def certificate() -> x509.Certificate:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1)
    dated = builder.not_valid_before(first).not_valid_after(first + timedelta(days=3650))
    return dated.sign(KEY, SHA256())


CERTIFICATE = certificate()


def signed(octets: bytes, *, detached: bool = False) -> bytes:
    options = [pkcs7.PKCS7Options.Binary]
    if detached:
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(octets)
    return builder.add_signer(CERTIFICATE, KEY, SHA256()).sign(Encoding.DER, options)


def mail_with_deck() -> bytes:
    message = EmailMessage()
    message.set_content(f"Here is the deck, and the video is at {DRIVE}")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="deck.pdf")
    return message.as_bytes(policy=SMTP)


def attached(octets: bytes, filename: str, media_type: str) -> bytes:
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content("Hello")
    maintype, _, subtype = media_type.partition("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=filename)
    return message.as_bytes(policy=SMTP)


def read(octets: bytes, filename: str, media_type: str = "application/pkcs7-mime") -> Unpacked:
    return unpack(parse(attached(octets, filename, media_type)), LIMITS)


def told(found: Unpacked) -> list[tuple[str, str]]:
    return [(one.part.path, one.fate.value) for one in found.parts]


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("smime.p7m", "application/pkcs7-mime"),
        ("smime.p7m", "application/x-pkcs7-mime"),
        ("smime.p7m", "application/octet-stream"),
        ("noname", "application/octet-stream"),
    ],
)
def test_a_signed_mail_is_opened_whatever_it_is_called(filename: str, media_type: str) -> None:
    found = read(signed(mail_with_deck()), filename, media_type)

    assert told(found) == [("2", "opened"), ("2!2", "document")]
    assert found.parts[1].part.octets == PDF
    assert found.parts[1].part.container == "2"


def test_the_text_of_a_signed_mail_is_found_with_its_links() -> None:
    (inner,) = read(signed(mail_with_deck()), "smime.p7m").inner

    assert inner.links == (DRIVE,)


def test_a_mail_that_was_signed_twice_is_opened_twice() -> None:
    once = b"Content-Type: application/pkcs7-mime\r\n\r\n" + signed(mail_with_deck())

    found = read(signed(once), "smime.p7m")

    assert told(found) == [("2", "opened"), ("2!1", "opened"), ("2!1!2", "document")]


def test_a_mail_that_was_signed_again_and_again_ends_at_the_bound() -> None:
    octets = mail_with_deck()
    for _ in range(30):
        octets = b"Content-Type: application/pkcs7-mime\r\n\r\n" + signed(octets)

    fates = [fate for _, fate in told(read(signed(octets), "smime.p7m"))]

    assert len(fates) <= 12
    assert fates[-1] == "too-large"


def test_a_whole_mail_that_was_signed_lists_its_parts_once() -> None:
    octets = b"From: ana@acme.example\r\nContent-Type: application/pkcs7-mime\r\n\r\n"

    found = unpack(parse(octets + signed(mail_with_deck())), LIMITS)

    assert [one.fate for one in found.parts] == [Fate.OPENED, Fate.DOCUMENT]
    assert len({one.part.path for one in found.parts}) == 2


def test_a_signed_file_is_that_file() -> None:
    found = read(signed(PDF), "deck.pdf.p7m", "application/octet-stream")

    assert told(found) == [("2", "opened"), ("2!deck.pdf", "document")]
    assert found.parts[1].part.filename == "deck.pdf"


def test_a_mail_that_is_only_signed_text_has_no_further_part() -> None:
    found = read(signed(b"Content-Type: text/plain\r\n\r\nHello"), "smime.p7m")

    assert told(found) == [("2", "opened")]
    assert found.inner[0].written == "Hello"


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("smime.p7s", "application/pkcs7-signature"),
        ("smime.p7s", "application/x-pkcs7-signature"),
        ("smime.p7s", "application/octet-stream"),
        ("unnamed", "application/octet-stream"),
    ],
)
def test_a_signature_beside_a_mail_is_no_document(filename: str, media_type: str) -> None:
    octets = signed(PDF, detached=True)

    assert told(read(octets, filename, media_type)) == [("2", "crypto-signature")]


def test_a_signature_that_encloses_what_it_signs_is_a_signature_all_the_same() -> None:
    found = read(signed(mail_with_deck()), "smime.p7s", "application/pkcs7-signature")

    assert told(found) == [("2", "crypto-signature")]


def enveloped() -> bytes:
    """The beginning of EnvelopedData (RFC 5652 6.1); no more of it is looked at."""
    body = bytes.fromhex("06092a864886f70d010703a0030201ff")
    return b"\x30" + bytes([len(body)]) + body


@pytest.mark.parametrize(
    ("octets", "filename", "media_type", "expected"),
    [
        (enveloped(), "smime.p7m", "application/pkcs7-mime", "encrypted"),
        (enveloped(), "smime.p7m", "application/octet-stream", "encrypted"),
        (signed(PDF)[:200], "smime.p7m", "application/pkcs7-mime", "damaged"),
        (b"", "smime.p7m", "application/pkcs7-mime", "empty"),
        (b"", "smime.p7s", "application/pkcs7-signature", "crypto-signature"),
        (b"0\x80" * 3000, "smime.p7m", "application/pkcs7-mime", "encrypted"),
    ],
)
def test_what_cannot_be_opened_says_why(
    octets: bytes, filename: str, media_type: str, expected: str
) -> None:
    assert told(read(octets, filename, media_type)) == [("2", expected)]
