"""The commands: what they need, what they print, how they refuse."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from intake.cli.commands import app
from intake.config import load
from intake.errors import ConfigError, PermanentError

COMMANDS = (
    ["init"],
    ["check"],
    ["migrate"],
    ["worker"],
    ["receive"],
    ["inspect"],
    ["classify"],
    ["status"],
    ["remind"],
    ["simulate"],
    ["fsck"],
    ["backup"],
    ["export"],
    ["erase"],
    ["audit", "verify"],
    ["demo"],
    *(["client", name] for name in ("add", "list", "rename", "edit")),
    *(["client", "contact", name] for name in ("add", "remove")),
    *(["project", name] for name in ("open", "list", "edit", "close", "pause", "resume")),
    *(
        ["review", name]
        for name in ("list", "show", "accept", "relabel", "reassign", "release", "reject")
    ),
    ["lessons"],
    ["lessons", "forget"],
    ["oauth", "login"],
)


def intake(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def in_desk(desk: Path, *arguments: str) -> Result:
    result = intake(*arguments, "--config", str(desk / "config.yaml"))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def refused(*arguments: str) -> str:
    result = intake(*arguments)
    assert isinstance(result.exception, ConfigError), result.output
    return str(result.exception)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with one client and one project, made once: creating a database takes most of a second."""
    folder = tmp_path_factory.mktemp("template") / "desk"
    intake("init", str(folder))
    in_desk(folder, "client", "add", "Acme Ltd", "--contact", "Mia@Acme.example")
    in_desk(
        folder,
        *("project", "open", "Acme Ltd", "Q4 launch", "--token", "acme-q4"),
        *("--freelancer", "sam@studio.example"),
    )
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "project"))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    intake("init", str(tmp_path / "desk"))
    return tmp_path / "desk"


# ---------------------------------------------------------------- help


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_and_takes_a_configuration(command: Sequence[str]) -> None:
    told = intake(*command, "--help").output

    assert f"Example: intake {' '.join(command)}" in told
    assert "--config PATH" in told


def test_the_help_names_every_command() -> None:
    told = intake("--help").output

    assert [line.split()[0] for line in told.partition("Commands:")[2].split("\n") if line] == [
        "init",
        "check",
        "migrate",
        "worker",
        "receive",
        "inspect",
        "classify",
        "status",
        "remind",
        "simulate",
        "fsck",
        "backup",
        "export",
        "erase",
        "demo",
        "client",
        "project",
        "review",
        "lessons",
        "audit",
        "oauth",
    ]


# ---------------------------------------------------------------- init


def test_init_writes_a_desk_that_loads(desk: Path) -> None:
    settings = load(desk / "config.yaml", {})

    assert settings.intake.unverified_senders == "accept"
    assert settings.intake.answer_mail_since == datetime.now(UTC).date()
    assert settings.blobs.folder == desk / "collateral"
    assert settings.database.file == desk / "intake.db"


def test_init_makes_the_maildirs(desk: Path) -> None:
    made = {str(path.relative_to(desk)) for path in desk.rglob("*") if path.is_dir()}

    assert made >= {"Maildir/new", "Maildir/cur", "Maildir/tmp", "Sent/new", "Sent/cur", "Sent/tmp"}


def test_init_warns_and_says_what_comes_next(tmp_path: Path) -> None:
    told = intake("init", str(tmp_path / "desk")).output

    assert "WARNING: unverified_senders is accept" in told
    assert told.count("  intake ") == 3
    assert all(word in told for word in ("IMAP", "SMTP", "S3"))


def test_the_written_file_warns_as_well(desk: Path) -> None:
    assert "# WARNING: accept believes every From field" in (desk / "config.yaml").read_text()


def test_init_writes_a_file_for_its_owner_alone(desk: Path) -> None:
    assert (desk / "config.yaml").stat().st_mode & 0o077 == 0


def test_init_leaves_what_is_there_alone(desk: Path) -> None:
    (desk / "config.yaml").write_text("mine")

    told = refused("init", str(desk))

    assert "was left alone" in told
    assert (desk / "config.yaml").read_text() == "mine"


def test_init_into_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    result = intake("init", str(tmp_path / "file" / "desk"))

    assert isinstance(result.exception, PermanentError)


# ---------------------------------------------------------------- clients and projects


def test_a_client_is_added_listed_renamed(project: Path) -> None:
    in_desk(
        project,
        *("client", "add", "Other", "--contact", "a@acme.example", "--contact", "b@acme.example"),
        *("--domain", "@Acme.example"),
    )
    in_desk(project, "client", "rename", "Other", "Other Group")

    told = in_desk(project, "client", "list").output

    assert "Other Group" in told
    assert "a@acme.example, b@acme.example" in told
    assert "acme.example" in told


def test_a_client_has_a_language_that_can_be_changed(project: Path) -> None:
    contact = ("client", "add", "Other", "--contact", "a@acme.example")
    in_desk(project, *contact, "--language", "de")

    told = in_desk(project, "client", "list").output
    again = in_desk(project, "client", "edit", "Other", "--language", "auto").output

    assert "de" in told.split()
    assert "written to in the language that they write in" in again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--language", "fr"), "choose one of en, de, or auto"), ((), "say which language")],
    ids=["not-ours", "none"],
)
def test_a_language_that_letters_are_not_written_in_is_refused(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    config = ("--config", str(project / "config.yaml"))

    assert said in refused("client", "edit", "Acme Ltd", *arguments, *config)


def test_a_domain_is_kept_in_the_spelling_of_senders(project: Path) -> None:
    contact = ("client", "add", "Other", "--contact", "a@acme.example")
    in_desk(project, *contact, "--domain", "Bücher.example")

    told = in_desk(project, "client", "list").output

    assert "xn--bcher-kva.example" in told


def test_contacts_come_and_go(project: Path) -> None:
    in_desk(project, "client", "contact", "add", "Acme Ltd", "leo@acme.example")
    in_desk(project, "client", "contact", "remove", "Acme Ltd", "mia@acme.example")

    told = in_desk(project, "client", "list").output

    assert "leo@acme.example" in told
    assert "mia@acme.example" not in told


def test_opening_a_project_prints_its_address_and_nothing_else(project: Path) -> None:
    told = in_desk(
        project,
        *("project", "open", "Acme Ltd", "Next", "--freelancer", "sam@studio.example"),
        *("--token", "Next-1", "--checklist", "onboarding", "--due", "2026-12-31"),
    ).output

    assert told == "intake+next-1@studio.example\n"


def test_a_project_is_edited_paused_resumed_closed(project: Path) -> None:
    in_desk(project, "project", "edit", "acme-q4", "--title", "Q1 launch", "--due", "2027-01-31")
    told = [
        in_desk(project, "project", verb, "acme-q4").output for verb in ("pause", "resume", "close")
    ]

    listed = in_desk(project, "project", "list").output

    assert told == [
        "acme-q4 is paused now.\n",
        "acme-q4 is open now.\n",
        "acme-q4 is closed now.\n",
    ]
    assert "Q1 launch" in listed
    assert "2027-01-31" in listed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["client", "add", "X", "--contact", "nobody"], "nobody is not an e-mail address."),
        (["client", "add", "X"], "Missing option '--contact'"),
        (["client", "add", "X", "--contact", "a@b.example", "--domain", "x"], "not a domain"),
        (["project", "pause", "two words"], "two words is no token"),
        (["project", "edit", "x", "--due", "soon"], "soon is not a date like 2026-11-22."),
        (["project", "edit", "x", "--timezone", "Mars/Base"], "is not a time zone"),
        (["status", "--on", "31.12.2026"], "is not a date"),
        (["review", "reject", "1"], "Missing option '--reason'"),
        (["review", "accept", "x"], "Input should be a valid integer"),
        (["receive", "x", "--answer", "--dry-run"], "leave out --answer"),
        (["inspect"], "Missing argument 'PATH...'"),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_wrong_usage_ends_with_two_and_a_sentence(arguments: list[str], sentence: str) -> None:
    result = intake(*arguments)

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["client", "rename", "Nobody", "X"], "Nobody"),
        (["client", "add", " ", "--contact", "a@b.example"], "The name is empty."),
        (["project", "edit", "acme-q4"], "Nothing to change"),
        (["project", "edit", "acme-q4", "--checklist", "onbording"], "did you mean onboarding?"),
        (["project", "close", "nothing"], "nothing"),
        (["status", "acme-q5"], "did you mean acme-q4?"),
        (["review", "show", "1"], "Nothing with the number 1 waits"),
        (["review", "accept", "1"], "Nothing with the number 1 waits"),
    ],
)
def test_what_the_ledger_does_not_know_is_refused(
    project: Path, arguments: list[str], sentence: str
) -> None:
    assert sentence in refused(*arguments, "--config", str(project / "config.yaml"))


def test_a_missing_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    told = refused("status", "--config", str(tmp_path / "none.yaml"))

    assert "`intake init` writes one" in told


# ---------------------------------------------------------------- status, review, fsck


def test_the_status_of_a_new_project_waits_for_everything(project: Path) -> None:
    told = json.loads(in_desk(project, "status", "--json", "--on", "2026-11-22").output)

    assert told["as_of"] == "2026-11-22"
    assert [entry["address"] for entry in told["projects"]] == ["intake+acme-q4@studio.example"]
    assert {item["state"] for item in told["projects"][0]["items"]} == {"missing"}
    assert told["projects"][0]["items"][1]["period"] == "2026-Q4"


@pytest.mark.parametrize(("which", "count"), [([], 0), (["acme-q4"], 1), (["acme ltd"], 1)])
def test_a_closed_project_is_shown_only_by_name(
    project: Path, which: list[str], count: int
) -> None:
    in_desk(project, "project", "close", "acme-q4")

    told = json.loads(in_desk(project, "status", *which, "--json").output)

    assert len(told["projects"]) == count


def test_the_status_is_readable(project: Path) -> None:
    told = in_desk(project, "status").output

    assert "Acme Ltd · Q4 launch" in told
    assert "Quarterly roadmap" in told


def test_an_empty_queue_says_so_and_is_no_json(project: Path) -> None:
    assert in_desk(project, "review", "list").output == "Nothing waits for you.\n"
    assert in_desk(project, "review", "list", "--json").output == ""


def test_migrating_twice_changes_nothing(desk: Path) -> None:
    first = in_desk(desk, "migrate").output
    second = in_desk(desk, "migrate").output

    assert first.endswith("now.\n")
    assert second.endswith("already.\n")


def test_fsck_of_a_sound_desk_finds_nothing(project: Path) -> None:
    result = in_desk(project, "fsck")

    assert (result.exit_code, result.output) == (0, "0 blobs compared, nothing wrong.\n")


def test_fsck_ends_with_one_where_a_blob_is_unknown(project: Path) -> None:
    stray = project / "collateral" / "stray.pdf"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    os.utime(stray, (time.time() - 7200, time.time() - 7200))

    result = in_desk(project, "fsck")

    assert result.exit_code == 1
    assert "unknown: stray.pdf" in result.output


def test_the_audit_of_a_new_desk_holds(project: Path) -> None:
    result = in_desk(project, "audit", "verify")

    assert (result.exit_code, result.output) == (0, "2 events of 1 project hold.\n")


def test_an_audit_that_was_changed_ends_with_one_and_says_where(project: Path) -> None:
    with closing(sqlite3.connect(project / "intake.db")) as ledger, ledger:
        ledger.execute("UPDATE audit SET ids = '{}' WHERE chain = 1")

    result = in_desk(project, "audit", "verify")

    assert result.exit_code == 1
    assert "Project acme-q4: event 1 is not what was written there." in result.output


def test_a_backup_says_what_is_in_it_and_what_is_not(project: Path) -> None:
    result = in_desk(project, "backup", str(project / "copy.db"))

    assert result.exit_code == 0
    assert "with 2 events of 1 project. The blobs are not in it" in result.output


def test_a_migration_may_be_told_that_the_ledger_was_restored(project: Path) -> None:
    result = in_desk(project, "migrate", "--restored")

    assert "Letters that may have left before are doubted" in result.output


# ---------------------------------------------------------------- inspect, classify, receive --dry-run


def letter(subject: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Mia <mia@acme.example>"
    message["To"] = "intake@studio.example"
    message["Subject"] = subject
    message["Date"] = "Sun, 22 Nov 2026 12:00:00 +0000"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Here is our price list.\n")
    message.add_attachment("Prices from January: 12 a day.\n", filename="prices.txt")
    return message.as_bytes()


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "a.eml").write_bytes(letter("Prices"))
    (folder / "b.eml").write_bytes(letter("Away", Auto_Submitted="auto-replied"))
    (folder / "notes.txt").write_text("no message")
    return folder


def test_inspect_walks_a_folder_and_needs_no_configuration(
    mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mail)

    told = [json.loads(line) for line in intake("inspect", str(mail), "--json").output.splitlines()]

    assert [entry["path"] for entry in told] == [str(mail / "a.eml"), str(mail / "b.eml")]
    assert [entry["verdict"] for entry in told] == ["accept", "accept"]
    assert [entry["auto"] for entry in told] == [None, "auto-replied"]
    assert told[0]["parts"][0]["fate"] == "document"
    assert told[0]["written"] == "Here is our price list."


def test_inspect_with_a_configuration_believes_whom_it_says(mail: Path, desk: Path) -> None:
    config = desk / "config.yaml"
    config.write_text(config.read_text().replace("senders: accept", "senders: hold"))

    told = in_desk(desk, "inspect", str(mail / "a.eml")).output

    assert "hold (unverified-sender)" in told
    assert "prices.txt" in told


def test_a_rehearsal_counts_and_stores_nothing(mail: Path, desk: Path) -> None:
    told = in_desk(desk, "receive", str(mail), "--dry-run").output

    assert "2 messages would be taken: 2 accept. Nothing was stored." in told
    assert not (desk / "intake.db").exists()
    assert not (desk / "collateral").exists()


def test_classify_walks_a_folder_in_order_and_a_file_that_cannot_be_read_costs_only_itself(
    tmp_path: Path,
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").write_text("hidden")
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "a.txt").write_text("Invoice 7. Please pay 12 euro within 14 days.")

    result = intake("classify", "/proc/self/mem", str(tmp_path), "--json")

    told = [json.loads(line) for line in result.output.splitlines()]
    assert [entry["path"] for entry in told] == [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert (told[1]["kind"], told[1]["problem"], told[1]["sure"]) == ("other", "empty", False)
    assert str(result.exception) == "1 of 3 files could not be opened: may this user read them?"


@pytest.mark.parametrize("command", ["inspect", "classify"])
def test_a_path_that_does_not_exist_is_wrong_usage(command: str, tmp_path: Path) -> None:
    assert "there is no such file or folder" in refused(command, str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [("inspect", "There is no message there"), ("classify", "There is no document there")],
)
def test_an_empty_folder_says_so(command: str, sentence: str, tmp_path: Path) -> None:
    assert sentence in refused(command, str(tmp_path))
