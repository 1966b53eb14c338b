"""Calls of the operator's program: signed, over a verified connection, to one address alone."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.model import Address, Deferred, OutboundMessage, Sent
from intake.sinks.webhook import WebhookSettings, WebhookSink
from tests.receivers import Receiver, receiver
from tests.servers import Certificate
from tests.stores import free_port

SECRET = "canary-secret-of-the-hook"
BODY = '{"schema": 1, "event": "project.complete", "title": "Frühling"}'.encode()
MESSAGE = OutboundMessage(
    "<0123456789abcdef@studio.example>", Address(""), (Address("webhook"),), BODY
)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


def sink(url: str, *, ca_file: Path | None = None, timeout_seconds: float = 5.0) -> WebhookSink:
    settings = WebhookSettings(url, SECRET, ca_file, timeout_seconds)
    return WebhookSink(settings, clock=lambda: 1_795_000_000.7)


def test_a_call_that_is_taken_is_sent(hook: Receiver) -> None:
    delivery = sink(hook.url).call(MESSAGE)

    assert delivery == Sent(MESSAGE.message_id)
    [call] = hook.calls
    assert (call.path, call.octets) == ("/hooks/intake?from=desk", BODY)
    assert call.fields["content-type"] == "application/json"
    assert call.fields["x-intake-delivery"] == "0123456789abcdef"


def test_the_receiver_can_tell_by_the_signature_that_a_call_is_ours(hook: Receiver) -> None:
    sink(hook.url).call(MESSAGE)

    [call] = hook.calls
    signed = call.fields["x-intake-timestamp"].encode() + b"." + call.octets
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert call.fields["x-intake-timestamp"] == "1795000000"
    assert call.fields["x-intake-signature"] == f"sha256={expected}"


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 429, 500, 503])
def test_what_is_not_taken_is_tried_again(hook: Receiver, status: int) -> None:
    hook.status = status

    delivery = sink(hook.url).call(MESSAGE)

    assert delivery == Deferred(f"the webhook's receiver answered {status}")


def test_nobody_is_followed_to_another_address(hook: Receiver) -> None:
    with receiver() as other:
        hook.status, hook.location = 307, other.url

        sink(hook.url).call(MESSAGE)

        assert other.calls == []


def test_a_receiver_that_is_away_is_tried_again() -> None:
    delivery = sink(f"http://127.0.0.1:{free_port()}/").call(MESSAGE)

    assert delivery == Deferred("the webhook's receiver cannot be reached (ConnectionRefusedError)")


def test_a_receiver_with_a_trusted_certificate_is_called(certificate: Certificate) -> None:
    with receiver(certificate) as hook:
        delivery = sink(hook.url, ca_file=certificate.certificate_file).call(MESSAGE)

        assert isinstance(delivery, Sent)


def test_nothing_is_said_to_a_receiver_whose_certificate_is_not_trusted(
    certificate: Certificate,
) -> None:
    with receiver(certificate) as hook:
        delivery = sink(hook.url).call(MESSAGE)

        assert delivery == Deferred("the certificate of the webhook's receiver is not trusted")
        assert hook.calls == []


def test_a_receiver_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        delivery = sink(url, timeout_seconds=0.1).call(MESSAGE)

    assert delivery == Deferred("the webhook's receiver cannot be reached (TimeoutError)")


def test_neither_the_address_nor_the_secret_is_shown() -> None:
    shown = repr(sink("https://hooks.example/canary-path"))

    assert "canary" not in shown
