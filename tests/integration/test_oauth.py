"""OAuth2 against real servers: logins by token, tokens that are replaced, and refresh tokens that outlive the process."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from intake.errors import (
    AccessRefusedError,
    ConfigError,
    IntakeError,
    PermanentError,
    TransientError,
)
from intake.model import Address, OutboundMessage, Sent, Unavailable
from intake.oauth import (
    AccessTokens,
    Kept,
    SignIn,
    SignInRefusedError,
    TokenFile,
    seed_of,
)
from intake.oauth.browser import listening
from intake.oauth.device import ask_device_code, await_consent
from intake.sinks.smtp import SmtpSettings, SmtpSink
from intake.sources.imap import ImapSettings, ImapSource
from tests import oauth_server, servers
from tests.oauth_server import CLIENT, SECRET, Provider
from tests.servers import LOOPBACK, Certificate, Dovecot, ImapAccount, free_port

KEY = "canary-passphrase-of-some-length"
ONE = b"Subject: one\r\n\r\n1\r\n"
LETTER = OutboundMessage(
    "<1@studio.example>",
    Address(""),
    (Address("ana@client.example"),),
    b"Subject: hi\r\n\r\nhi\r\n",
)
PERSON = "person@studio.example"


@dataclass(slots=True)
class Clock:
    """A time that stands still until a test moves it."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Patience:
    """A clock that moves when somebody sleeps, and how long they slept."""

    slept: list[float]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def __call__(self) -> float:
        return sum(self.slept)


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Provider]:
    with oauth_server.provider() as running:
        yield running


@pytest.fixture
def provider(endpoints: Provider) -> Provider:
    endpoints.clear()
    return endpoints


@pytest.fixture(scope="module")
def token_dovecot(endpoints: Provider) -> Iterator[Dovecot]:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with servers.dovecot(introspection_url=f"{endpoints.url}/introspect") as server:
        yield server


def sign_in_to(provider: Provider, account: str, refresh_token: str | None = None) -> SignIn:
    return SignIn(
        "sources[0]",
        "google",
        account,
        CLIENT,
        client_secret=SECRET,
        refresh_token=refresh_token,
        token_url=f"{provider.url}/token",
        authorization_url=f"{provider.url}/authorize",
        command="intake oauth login --source 0",
    )


def microsoft(provider: Provider, *, secret: str | None = None) -> SignIn:
    return SignIn(
        "delivery",
        "microsoft",
        PERSON,
        CLIENT,
        client_secret=secret,
        tenant="studio.example",
        token_url=f"{provider.url}/token",
        device_url=f"{provider.url}/device",
        authorization_url=f"{provider.url}/authorize",
    )


def tokens_for(sign_in: SignIn, folder: Path, key: str = "") -> AccessTokens:
    return AccessTokens(sign_in, TokenFile(folder, sign_in, key=key))


# ---------------------------------------------------------------- IMAP


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox on Dovecot, and the source that signs in to it by token."""

    account: ImapAccount
    clock: Clock
    open: Callable[[], ImapSource]


@pytest.fixture
def mailbox(token_dovecot: Dovecot, provider: Provider, tmp_path: Path) -> Iterator[Mailbox]:
    account, clock = token_dovecot.account(), Clock()
    sign_in = sign_in_to(provider, account.username, provider.refresh_token(account.username))
    tokens = AccessTokens(sign_in, TokenFile(tmp_path, sign_in), clock=clock)
    settings = ImapSettings(
        LOOPBACK, account.username, port=account.port, security="plain", tokens=tokens
    )
    with ExitStack() as opened:
        yield Mailbox(account, clock, lambda: opened.enter_context(closing(ImapSource(settings))))


def fetched(source: ImapSource) -> list[bytes]:
    return [found.octets for found in source.fetch(frozenset())]


@pytest.mark.dovecot
def test_a_mailbox_is_read_by_token(mailbox: Mailbox, provider: Provider) -> None:
    mailbox.account.append(ONE)

    assert fetched(mailbox.open()) == [ONE]
    assert len(provider.asked) == 1


@pytest.mark.dovecot
def test_a_token_serves_several_connections(mailbox: Mailbox, provider: Provider) -> None:
    fetched(mailbox.open())
    fetched(mailbox.open())

    assert len(provider.asked) == 1


@pytest.mark.dovecot
def test_a_token_is_replaced_before_it_expires(mailbox: Mailbox, provider: Provider) -> None:
    fetched(mailbox.open())
    mailbox.clock.now += provider.expires_in - 60

    fetched(mailbox.open())

    assert len(provider.asked) == 2
    assert len(provider.introspected) == 2  # the server was never shown one that it refused


@pytest.mark.dovecot
def test_a_token_that_is_refused_is_replaced_once(mailbox: Mailbox, provider: Provider) -> None:
    mailbox.account.append(ONE)
    provider.refuses = 1

    assert fetched(mailbox.open()) == [ONE]
    assert len(provider.asked) == 2
    assert len(set(provider.introspected)) == 2


@pytest.mark.dovecot
def test_after_two_refusals_it_stops_and_says_what_to_do(
    mailbox: Mailbox, provider: Provider
) -> None:
    provider.refuses = 1000

    with pytest.raises(AccessRefusedError, match="intake oauth login --source 0"):
        fetched(mailbox.open())

    assert len(provider.asked) == 2
    assert len(provider.introspected) == 2


@pytest.mark.dovecot
def test_each_refusal_costs_one_more_token(mailbox: Mailbox, provider: Provider) -> None:
    provider.refuses = 1000
    source = mailbox.open()
    with pytest.raises(AccessRefusedError):
        fetched(source)
    with pytest.raises(AccessRefusedError):
        fetched(source)

    assert len(provider.asked) == 3  # the first token, and one more for each time


@pytest.mark.dovecot
def test_a_withdrawn_sign_in_stops_a_mailbox(mailbox: Mailbox, provider: Provider) -> None:
    provider.failure = (400, "invalid_grant")

    with pytest.raises(AccessRefusedError, match=r"expired .* run `intake oauth login --source 0`"):
        fetched(mailbox.open())

    assert provider.introspected == []


@pytest.mark.dovecot
def test_a_provider_in_trouble_is_an_outage_of_the_mailbox(
    mailbox: Mailbox, provider: Provider
) -> None:
    provider.failure = (503, "")
    with pytest.raises(TransientError) as outage:
        fetched(mailbox.open())

    assert not isinstance(outage.value, AccessRefusedError)


@pytest.mark.dovecot
def test_a_server_without_xoauth2_is_told_apart(
    dovecot_account: ImapAccount, provider: Provider, tmp_path: Path
) -> None:
    tokens = tokens_for(sign_in_to(provider, PERSON, provider.refresh_token(PERSON)), tmp_path)
    settings = ImapSettings(
        LOOPBACK, PERSON, port=dovecot_account.port, security="plain", tokens=tokens
    )

    with (
        closing(ImapSource(settings)) as source,
        pytest.raises(AccessRefusedError, match="takes no OAuth2"),
    ):
        fetched(source)


# ---------------------------------------------------------------- SMTP


@dataclass(frozen=True, slots=True)
class Submission:
    """An SMTP server that takes tokens, and the sink that sends through it."""

    server: servers.SmtpSink
    sink: SmtpSink


@pytest.fixture
def submission(provider: Provider, tmp_path: Path) -> Iterator[Submission]:
    tokens = tokens_for(sign_in_to(provider, PERSON, provider.refresh_token(PERSON)), tmp_path)
    with servers.smtp_sink(owner=provider.owner) as server:
        settings = SmtpSettings(
            LOOPBACK, server.port, security="plain", username=PERSON, tokens=tokens
        )
        with closing(SmtpSink(settings)) as sink:
            yield Submission(server, sink)


def test_a_letter_leaves_by_token(submission: Submission, provider: Provider) -> None:
    assert submission.sink.send(LETTER) == Sent(LETTER.message_id)
    assert len(submission.server.letters) == 1
    assert len(provider.asked) == 1


def test_a_refused_token_is_replaced_once_before_a_letter_leaves(
    submission: Submission, provider: Provider
) -> None:
    provider.refuses = 1

    assert submission.sink.send(LETTER) == Sent(LETTER.message_id)
    assert len(provider.asked) == 2


def test_after_two_refusals_a_letter_waits_for_a_person(
    submission: Submission, provider: Provider
) -> None:
    provider.refuses = 1000

    with pytest.raises(ConfigError, match=r"with a new token as well; .*intake oauth login"):
        submission.sink.send(LETTER)

    assert len(provider.asked) == len(provider.introspected) == 2


def test_a_mailbox_without_smtp_auth_is_told_apart(
    submission: Submission, provider: Provider
) -> None:
    provider.refuses = 1000
    submission.server.login_refusal = "535 5.7.139 SmtpClientAuthentication is disabled, canary"

    with pytest.raises(ConfigError, match="SMTP AUTH is turned off") as refused:
        submission.sink.send(LETTER)

    assert "canary" not in str(refused.value)


def test_a_server_that_is_busy_with_logins_puts_letters_off(
    submission: Submission, provider: Provider
) -> None:
    provider.refuses = 1000
    submission.server.login_refusal = "454 4.7.0 later"

    assert isinstance(submission.sink.send(LETTER), Unavailable)
    assert len(provider.asked) == 1


def test_an_smtp_server_without_xoauth2_is_told_apart(provider: Provider, tmp_path: Path) -> None:
    tokens = tokens_for(sign_in_to(provider, PERSON, provider.refresh_token(PERSON)), tmp_path)
    with servers.smtp_sink(password="secret") as server:
        settings = SmtpSettings(
            LOOPBACK, server.port, security="plain", username=PERSON, tokens=tokens
        )
        with (
            closing(SmtpSink(settings)) as sink,
            pytest.raises(ConfigError, match="takes no OAuth2"),
        ):
            sink.send(LETTER)


def test_a_withdrawn_sign_in_stops_letters(submission: Submission, provider: Provider) -> None:
    provider.failure = (400, "invalid_grant")

    with pytest.raises(ConfigError, match="run `intake oauth login"):
        submission.sink.send(LETTER)


def test_a_provider_in_trouble_puts_letters_off(submission: Submission, provider: Provider) -> None:
    provider.failure = (500, "")

    assert isinstance(submission.sink.send(LETTER), Unavailable)


# ---------------------------------------------------------------- refresh tokens that are replaced


def test_a_replaced_refresh_token_is_used_after_a_restart(
    provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens_for(sign_in, tmp_path).token()

    tokens_for(sign_in, tmp_path).token()

    first, second = (asked["refresh_token"] for asked in provider.asked)
    assert first == sign_in.refresh_token
    assert second != first


def test_what_is_kept_is_for_this_user_only(provider: Provider, tmp_path: Path) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens_for(sign_in, tmp_path).token()
    file = TokenFile(tmp_path, sign_in)

    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    assert file.in_clear()


def test_with_a_key_nothing_of_a_token_can_be_read(provider: Provider, tmp_path: Path) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens_for(sign_in, tmp_path, KEY).token()
    file = TokenFile(tmp_path, sign_in, key=KEY)

    assert "canary" not in file.path.read_text()
    assert not file.in_clear()
    assert file.read() == Kept("canary-refresh-2", seed_of(sign_in.refresh_token))


def test_what_lay_in_clear_is_encrypted_when_there_is_a_key(
    provider: Provider, tmp_path: Path
) -> None:
    sign_in = sign_in_to(provider, PERSON)
    clear = TokenFile(tmp_path, sign_in)
    with clear.locked():
        clear.write(Kept(provider.refresh_token(PERSON)))

    tokens_for(sign_in, tmp_path, KEY).token()

    assert not clear.in_clear()
    assert tokens_for(sign_in, tmp_path, KEY).token()


@pytest.mark.parametrize("key", ["", "another passphrase"])
def test_another_key_does_not_open_what_is_kept(
    provider: Provider, tmp_path: Path, key: str
) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens_for(sign_in, tmp_path, KEY).token()

    with pytest.raises(SignInRefusedError, match=r"another key than keys.tokens"):
        tokens_for(sign_in, tmp_path, key).token()


def test_another_token_in_the_configuration_outweighs_what_is_kept(
    provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens_for(sign_in, tmp_path).token()
    changed = replace(sign_in, refresh_token=provider.refresh_token(PERSON))

    tokens_for(changed, tmp_path).token()

    assert provider.asked[-1]["refresh_token"] == changed.refresh_token


def test_workers_that_refresh_at_once_do_not_spend_the_same_token(
    provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    workers = [tokens_for(sign_in, tmp_path) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(AccessTokens.token, workers))

    assert len(set(got)) == 8
    assert len({asked["refresh_token"] for asked in provider.asked}) == 8


def test_a_token_that_the_disk_did_not_take_is_not_lost(provider: Provider, tmp_path: Path) -> None:
    provider.rotates = True
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    tokens = tokens_for(sign_in, tmp_path)
    obstacle = TokenFile(tmp_path, sign_in).path.with_suffix(".new")
    obstacle.mkdir(parents=True)
    with pytest.raises(TransientError, match="oauth-tokens beside the ledger cannot be used"):
        tokens.token()
    obstacle.rmdir()

    assert tokens.token()
    assert provider.asked[-1]["refresh_token"] != sign_in.refresh_token


def test_a_half_written_file_counts_as_none(provider: Provider, tmp_path: Path) -> None:
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    file = TokenFile(tmp_path, sign_in)
    file.path.parent.mkdir()
    file.path.write_text('{"refresh_token": "cana')

    assert tokens_for(sign_in, tmp_path).token()


def test_without_any_refresh_token_somebody_has_to_sign_in(
    provider: Provider, tmp_path: Path
) -> None:
    with pytest.raises(SignInRefusedError, match="nobody has signed in yet; run `intake oauth"):
        tokens_for(sign_in_to(provider, PERSON), tmp_path).token()

    assert provider.asked == []


def test_an_app_signs_in_by_its_secret(provider: Provider, tmp_path: Path) -> None:
    tokens = tokens_for(microsoft(provider, secret=SECRET), tmp_path)

    assert provider.owner(tokens.token()) == "app@studio.example"
    assert provider.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://outlook.office365.com/.default",
        }
    ]
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- what an endpoint says


@pytest.mark.parametrize(
    ("failure", "kind", "sentence"),
    [
        ((500, ""), TransientError, "answers 500; it is tried again"),
        ((429, ""), TransientError, "answers 429; it is tried again"),
        ((400, "temporarily_unavailable"), TransientError, "busy"),
        ((400, "invalid_grant"), SignInRefusedError, "has expired or was withdrawn"),
        ((401, "invalid_client"), SignInRefusedError, "check client_id, client_secret and tenant"),
        ((400, "unauthorized_client"), SignInRefusedError, "check the app's permissions"),
        ((400, "canary-code"), SignInRefusedError, "answers 400 and no token"),
        ((200, ""), SignInRefusedError, "answers 200 and no token"),
    ],
)
def test_an_answer_without_a_token_says_what_to_do(
    provider: Provider,
    tmp_path: Path,
    failure: tuple[int, str],
    kind: type[IntakeError],
    sentence: str,
) -> None:
    provider.failure = failure
    tokens = tokens_for(sign_in_to(provider, PERSON, provider.refresh_token(PERSON)), tmp_path)

    with pytest.raises(kind, match=sentence) as refused:
        tokens.token()

    told = f"{refused.value!r} {refused.value.__cause__!r} {tokens!r} {tokens.sign_in!r}"
    assert "canary" not in told
    assert PERSON not in told


def test_an_endpoint_that_is_down_is_an_outage(provider: Provider, tmp_path: Path) -> None:
    sign_in = sign_in_to(provider, PERSON, provider.refresh_token(PERSON))
    down = replace(sign_in, token_url=f"http://{LOOPBACK}:{free_port()}/token")

    with pytest.raises(TransientError, match="cannot be reached"):
        tokens_for(down, tmp_path).token()


def test_a_token_is_never_sent_on_to_another_address(provider: Provider, tmp_path: Path) -> None:
    provider.redirects_to = f"{provider.url}/token"
    tokens = tokens_for(sign_in_to(provider, PERSON, provider.refresh_token(PERSON)), tmp_path)

    with pytest.raises(SignInRefusedError, match="answers 307"):
        tokens.token()

    assert provider.asked == []


def test_an_endpoint_with_a_foreign_certificate_is_sent_nothing(
    certificate: Certificate, tmp_path: Path
) -> None:
    with oauth_server.provider(certificate=certificate) as secure:
        sign_in = sign_in_to(secure, PERSON, secure.refresh_token(PERSON))

        with pytest.raises(PermanentError, match=r"certificate .* is not trusted"):
            tokens_for(sign_in, tmp_path).token()

        assert secure.asked == []


def test_an_endpoint_with_a_trusted_certificate_is_used(
    certificate: Certificate, tmp_path: Path
) -> None:
    with oauth_server.provider(certificate=certificate) as secure:
        sign_in = sign_in_to(secure, PERSON, secure.refresh_token(PERSON))

        trusting = replace(sign_in, ca_file=certificate.certificate_file)

        assert tokens_for(trusting, tmp_path).token()


# ---------------------------------------------------------------- a person signs in


def test_a_device_is_asked_about_at_the_pace_that_the_provider_sets(provider: Provider) -> None:
    provider.device_answers = ["authorization_pending", "slow_down", "authorization_pending"]
    sign_in, patience = microsoft(provider), Patience([])
    code = ask_device_code(sign_in)

    token = await_consent(sign_in, code, sleep=patience.sleep, clock=patience)

    assert patience.slept == [5, 5, 10, 10]
    assert code.user_code == "WDJB-MJHT"
    assert token.startswith("canary-refresh")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("access_denied", "declined"),
        ("authorization_declined", "declined"),
        ("expired_token", "nobody entered the code in time"),
        ("invalid_grant", "run `intake oauth login`"),
    ],
)
def test_a_device_that_is_not_admitted_is_told_why(
    provider: Provider, error: str, sentence: str
) -> None:
    provider.device_answers = [error]
    sign_in, patience = microsoft(provider), Patience([])

    with pytest.raises(SignInRefusedError, match=sentence):
        await_consent(sign_in, ask_device_code(sign_in), sleep=patience.sleep, clock=patience)


def test_a_device_waits_no_longer_than_its_code_is_good(provider: Provider) -> None:
    provider.device_answers = ["authorization_pending"] * 1000
    provider.interval_seconds = 120
    sign_in, patience = microsoft(provider), Patience([])

    with pytest.raises(SignInRefusedError, match="nobody entered the code in time"):
        await_consent(sign_in, ask_device_code(sign_in), sleep=patience.sleep, clock=patience)

    assert sum(patience.slept) <= 900


def test_a_device_asks_less_often_while_the_provider_is_in_trouble(provider: Provider) -> None:
    sign_in, patience = microsoft(provider), Patience([])
    code = ask_device_code(sign_in)
    provider.failure = (503, "")

    with pytest.raises(SignInRefusedError):
        await_consent(sign_in, code, sleep=patience.sleep, clock=patience)

    assert patience.slept[:4] == [5, 10, 20, 40]


def redirected(address: str, provider: Provider) -> str:
    """Where a browser is sent after the person has agreed."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    code = provider.consent(PERSON, asked["code_challenge"])
    return f"{asked['redirect_uri']}/?state={asked['state']}&code={code}"


def visit(address: str) -> None:
    """As a browser does."""
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", f"/?{urlsplit(address).query}")
        connection.getresponse().read()


def test_a_browser_brings_the_consent(provider: Provider) -> None:
    with listening(sign_in_to(provider, PERSON)) as redirect:
        target = redirected(redirect.address, provider)
        browser = threading.Thread(target=visit, args=(target,))
        browser.start()

        token = redirect.wait(seconds=20)
        browser.join()

    assert token.startswith("canary-refresh")


def test_a_browser_that_says_nothing_first_is_no_obstacle(provider: Provider) -> None:
    with listening(sign_in_to(provider, PERSON)) as redirect:
        target = redirected(redirect.address, provider)
        port = urlsplit(target).port
        with socket.create_connection((LOOPBACK, port or 0)):
            browser = threading.Thread(target=visit, args=(target,))
            browser.start()

            token = redirect.wait(seconds=20)
            browser.join()

    assert token.startswith("canary-refresh")


@pytest.mark.parametrize("whole", [True, False])
def test_the_address_or_the_code_may_be_pasted(provider: Provider, *, whole: bool) -> None:
    reading, writing = os.pipe()
    with listening(sign_in_to(provider, PERSON)) as redirect, os.fdopen(reading) as pasted:
        target = redirected(redirect.address, provider)
        line = target if whole else target.partition("code=")[2]
        os.write(writing, f"{line}\n".encode())
        os.close(writing)

        assert redirect.wait(pasted, seconds=20).startswith("canary-refresh")


def test_an_answer_to_somebody_elses_question_is_not_taken(provider: Provider) -> None:
    reading, writing = os.pipe()
    with listening(sign_in_to(provider, PERSON)) as redirect, os.fdopen(reading) as pasted:
        code = provider.consent(PERSON, "another")
        os.write(writing, f"http://127.0.0.1/?state=guessed&code={code}\n".encode())
        os.close(writing)

        with pytest.raises(SignInRefusedError, match="nobody signed in in time"):
            redirect.wait(pasted, seconds=0.2)

    assert provider.asked == []


def test_a_person_may_decline_in_the_browser(provider: Provider) -> None:
    reading, writing = os.pipe()
    with listening(sign_in_to(provider, PERSON)) as redirect, os.fdopen(reading) as pasted:
        state = parse_qs(urlsplit(redirect.address).query)["state"][0]
        os.write(writing, f"http://127.0.0.1/?state={state}&error=access_denied\n".encode())
        os.close(writing)

        with pytest.raises(SignInRefusedError, match="declined"):
            redirect.wait(pasted, seconds=20)


def test_the_file_holds_nothing_but_the_token_and_its_seed(
    provider: Provider, tmp_path: Path
) -> None:
    sign_in = sign_in_to(provider, PERSON)
    file = TokenFile(tmp_path, sign_in)
    with file.locked():
        file.write(Kept("canary", seed_of(None)))

    assert json.loads(file.path.read_text()) == {"refresh_token": "canary", "seed": ""}
