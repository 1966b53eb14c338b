"""What reaches the log: stable events with ids; no address, no name, no text of a mail, whatever is thrown at it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from intake import telemetry

ADDRESS = "mary.major@acme.example"


@pytest.fixture(autouse=True)
def as_json() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    telemetry.configure(json=True, level=logging.INFO)
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    telemetry.logger("tests")  # quiet again, as before any set-up


def fail(error: Exception) -> None:
    raise error


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The one line on stderr; stdout is for the commands' own output."""
    captured = capsys.readouterr()
    assert captured.out == ""
    [line] = captured.err.splitlines()
    described: dict[str, object] = json.loads(line)
    return described


def test_an_event_is_one_line_of_json_with_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.logger("intake.worker").info(telemetry.MESSAGE_HELD, message_id=7, reason="unsure")

    line = told(capsys)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "message.held",
        "level": "info",
        "module": "intake.worker",
        "message_id": 7,
        "reason": "unsure",
    }


@pytest.mark.parametrize(
    "field", ["filename", "subject", "address", "sender", "text", "url", "key"]
)
def test_a_field_that_is_not_on_the_list_is_dropped_and_said_to_be(
    capsys: pytest.CaptureFixture[str], field: str
) -> None:
    telemetry.logger("x").info(telemetry.DOCUMENT_FILED, **{field: "Merger plan"})

    line = told(capsys)
    assert line["dropped"] == field
    assert field not in line


@pytest.mark.parametrize("field", ["letter_id", "seconds", "size_octets", "parts_count", "number"])
def test_ids_counts_and_measures_are_kept(capsys: pytest.CaptureFixture[str], field: str) -> None:
    telemetry.logger("x").info(telemetry.LETTER_SENT, **{field: 5})

    assert told(capsys)[field] == 5


@pytest.mark.parametrize(
    "reason",
    [
        ADDRESS,
        f"550 <{ADDRESS}> unknown",
        f"relay denied:{ADDRESS}, sorry",
        "mary.major%40acme.example",
        '"mary major"@acme.example',
        f"first line\r\nTo: Mary <{ADDRESS}>",
    ],
)
def test_whatever_looks_like_an_address_is_masked(
    capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    telemetry.logger("x").warning(telemetry.LETTER_DEFERRED, reason=reason)

    assert "acme" not in str(told(capsys)["reason"])


def test_the_rest_of_a_masked_reason_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.logger("x").warning(telemetry.LETTER_DEFERRED, reason=f"550 <{ADDRESS}> unknown")

    assert told(capsys)["reason"] == "550 <… unknown"


def test_an_exception_is_told_by_type_and_place_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        fail(ValueError("Merger plan"))
    except ValueError:
        telemetry.logger("x").exception(telemetry.MESSAGE_FAILED, message_id=7)

    line = told(capsys)
    assert "Merger" not in str(line)
    assert str(line["exception"]).startswith("ValueError (tests/unit/test_telemetry.py:")
    assert " fail < " in str(line["exception"])


def test_an_exception_is_told_with_its_causes(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            fail(KeyError(ADDRESS))
        except KeyError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        telemetry.logger("x").exception(telemetry.MESSAGE_FAILED)

    exception = str(told(capsys)["exception"])
    assert exception.index("RuntimeError (") < exception.index(" from KeyError (")
    assert "acme" not in exception


def test_a_library_that_warns_is_named_with_its_place_and_not_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger("imapclient").warning("Cannot decode subject %s of %s", "Merger", ADDRESS)

    line = told(capsys)
    assert line["event"] == "library.warned"
    assert line["module"] == "imapclient"
    assert str(line["place"]).startswith("tests/unit/test_telemetry.py:")
    assert "Merger" not in str(line)


def test_an_error_of_a_library_keeps_the_type_of_its_exception(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        fail(OSError(ADDRESS))
    except OSError:
        logging.getLogger("botocore").exception("failed for %s", ADDRESS)

    line = told(capsys)
    assert line["level"] == "error"
    assert str(line["exception"]).startswith("OSError (")
    assert "acme" not in str(line)


def test_a_library_that_chats_is_not_heard(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("botocore").info("chat")

    assert capsys.readouterr().err == ""


def test_events_below_the_level_are_not_heard(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=True, level=logging.WARNING)

    telemetry.logger("x").info(telemetry.WORKER_STARTED)

    assert capsys.readouterr().err == ""


def test_a_logger_made_before_the_set_up_obeys_it(capsys: pytest.CaptureFixture[str]) -> None:
    early = telemetry.logger("x")
    telemetry.configure(json=False, level=logging.DEBUG)

    early.debug(telemetry.WORKER_STARTED, worker_id=3)

    assert "worker.started" in capsys.readouterr().err


def test_for_reading_it_is_no_json_and_just_as_discreet(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=False)

    telemetry.logger("x").info(telemetry.LETTER_SENT, letter_id=4, recipient=ADDRESS)

    line = capsys.readouterr().err
    assert "letter.sent" in line
    assert "letter_id=4" in line
    assert "acme" not in line


def test_without_a_set_up_nothing_is_told_on_stdout_and_nothing_personal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.reset_defaults()

    telemetry.logger("x").error(telemetry.LETTER_FAILED, recipient=ADDRESS)

    assert told(capsys)["dropped"] == "recipient"


def test_a_long_value_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.logger("x").info(telemetry.MESSAGE_HELD, reason="word " * 1000)

    assert len(str(told(capsys)["reason"])) == 300
