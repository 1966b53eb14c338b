"""Where the two providers answer, what they are asked for, and which sign-in of a configuration a command means."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from typer.testing import CliRunner

from intake.cli.commands import app
from intake.config import load
from intake.oauth import SignIn, initial_response
from intake.signins import sign_ins

IMAP = "type: imap, host: mail.example"
PERSON = "{provider: microsoft, client_id: c}"
ITSELF = "{provider: microsoft, client_id: c, client_secret: s, tenant: studio.example}"
OUTLOOK = "https://outlook.office.com"
GOOGLE = "{provider: google, client_id: c, client_secret: s}"


def sign_in(provider: Literal["google", "microsoft"], tenant: str | None = None) -> SignIn:
    return SignIn("sources[0]", provider, "a@studio.example", "c", tenant=tenant)


def config(folder: Path, *sources: str, delivery: str = "{type: maildir, path: Sent}") -> Path:
    path = folder / "config.yaml"
    path.write_text(
        f"intake: {{address: intake@studio.example}}\ndelivery: {delivery}\n"
        f"sources: [{', '.join(sources)}]\n"
    )
    return path


def source(account: str, oauth2: str) -> str:
    return f"{{{IMAP}, username: {account}, oauth2: {oauth2}}}"


def login(path: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["oauth", "login", *options, "--config", str(path)])
    assert result.exit_code != 0
    return f"{result.output}{result.exception}"


@pytest.mark.parametrize(
    ("asked", "endpoints"),
    [
        (
            sign_in("google"),
            (
                "https://oauth2.googleapis.com/token",
                "https://oauth2.googleapis.com/device/code",
                "https://accounts.google.com/o/oauth2/v2/auth",
            ),
        ),
        (
            sign_in("microsoft"),
            (
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            ),
        ),
        (
            sign_in("microsoft", "studio.example"),
            (
                "https://login.microsoftonline.com/studio.example/oauth2/v2.0/token",
                "https://login.microsoftonline.com/studio.example/oauth2/v2.0/devicecode",
                "https://login.microsoftonline.com/studio.example/oauth2/v2.0/authorize",
            ),
        ),
    ],
)
def test_each_provider_answers_at_its_own_addresses(
    asked: SignIn, endpoints: tuple[str, str, str]
) -> None:
    assert (asked.token_endpoint, asked.device_endpoint, asked.authorization_endpoint) == endpoints


@pytest.mark.parametrize(
    ("oauth2", "scope"),
    [
        (GOOGLE, "https://mail.google.com/"),
        (
            PERSON,
            f"{OUTLOOK}/IMAP.AccessAsUser.All {OUTLOOK}/SMTP.Send offline_access",
        ),
        (ITSELF, "https://outlook.office365.com/.default"),
        ("{provider: microsoft, client_id: c, scope: mail.us}", "mail.us"),
    ],
)
def test_what_is_asked_for_is_mail_and_no_more(tmp_path: Path, oauth2: str, scope: str) -> None:
    found = sign_ins(load(config(tmp_path, source("a", oauth2)), {}))

    assert [each.scope for each in found.values()] == [scope]


def test_the_same_account_is_one_sign_in_wherever_it_stands(tmp_path: Path) -> None:
    delivery = f"{{type: smtp, host: h, username: A@studio.example, oauth2: {PERSON}}}"
    path = config(tmp_path, source("a@studio.example", PERSON), delivery=delivery)

    found = sign_ins(load(path, {}))

    assert set(found) == {"sources[0]", "delivery"}
    assert len({each.identity for each in found.values()}) == 1
    assert found["delivery"].command == "intake oauth login --delivery"


def test_another_account_is_another_sign_in(tmp_path: Path) -> None:
    found = sign_ins(load(config(tmp_path, source("a", PERSON), source("b", PERSON)), {}))

    assert len({each.identity for each in found.values()}) == 2


def test_xoauth2_names_the_account_and_the_token() -> None:
    said = initial_response("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")

    assert said == (
        "user=someuser@example.com\x01"
        "auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
    )


def test_a_login_that_nothing_asks_for_says_so(tmp_path: Path) -> None:
    assert "No source and no delivery has oauth2" in login(config(tmp_path))


def test_of_several_accounts_one_must_be_named(tmp_path: Path) -> None:
    told = login(config(tmp_path, source("a", PERSON), source("b", PERSON)))

    assert "Several accounts sign in, name one: --source 0, --source 1." in told


def test_a_place_without_oauth2_is_not_signed_in_to(tmp_path: Path) -> None:
    told = login(config(tmp_path, source("a", PERSON)), "--source", "3")

    assert "sources[3] has no oauth2 in the configuration; there is: --source 0." in told


def test_nobody_signs_in_for_an_app_with_a_secret(tmp_path: Path) -> None:
    told = login(config(tmp_path, source("a", ITSELF)))

    assert "signs in by the app's own secret, nobody needs to" in told


def test_source_and_delivery_exclude_each_other(tmp_path: Path) -> None:
    told = login(config(tmp_path, source("a", PERSON)), "--source", "0", "--delivery")

    assert "Name one of --source and --delivery." in told
