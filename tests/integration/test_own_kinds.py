"""Own kinds by examples on the command line and in a reader: files are opened by children, mistakes are told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake import checkup
from intake.cli.commands import app as command
from intake.config import load
from intake.demo import documents
from intake.kinds import ExampleFile
from intake.model import BlobKey, BlobNote, Document, Fate, Kind, Sha256
from intake.reader import Reader, reader_settings
from intake.worker import Worker
from tests.desks import CONTACT, TODAY, TOKEN, Wiring, letter
from tests.ledgers import accepted, claimed, document
from tests.maildesks import MailDesk, at_work, mail_desk
from tests.unit.test_own_kinds import BASE, tariff

pytestmark = pytest.mark.proof


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with five examples, and a file like them."""
    for number in range(5):
        (tmp_path / f"{number}.xlsx").write_bytes(tariff(number).octets)
    (tmp_path / "new.xlsx").write_bytes(tariff(70).octets)
    configure(tmp_path, [f"{number}.xlsx" for number in range(5)])
    return tmp_path


def configure(folder: Path, examples: list[str], *, other: list[str] | None = None) -> Path:
    path = folder / "config.yaml"
    kinds = {"rate_card": {"label": "Rate card", "examples": examples}}
    if other:
        kinds["other_card"] = {"label": "Other card", "examples": other}
    path.write_text(f"{BASE}kinds: {json.dumps(kinds)}\n", "utf-8")
    return path


@pytest.fixture
def reader(folder: Path) -> Iterator[Reader]:
    with closing(Reader(reader_settings(load(folder / "config.yaml", {})))) as made:
        yield made


def classified(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(command, ["classify", *arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_classify_knows_own_kinds_of_the_named_configuration(folder: Path) -> None:
    found = classified(str(folder / "new.xlsx"), "--config", str(folder / "config.yaml"))

    assert (found["kind"], found["sure"]) == ("rate_card", True)


def test_classify_knows_own_kinds_of_the_configuration_in_this_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)

    assert classified("new.xlsx")["kind"] == "rate_card"


def test_a_wrong_configuration_that_only_lies_here_does_not_stop_classify(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Path("config.yaml").write_text("intake: {}\n", "utf-8")

    assert classified("new.xlsx")["kind"] == "other"


def test_every_message_is_read_with_the_examples(reader: Reader) -> None:
    octets = letter(attach=[replace(documents.investor_deck(TODAY), octets=tariff(71).octets)])

    with closing(reader.open(octets, envelope_recipient=None, received_on=TODAY)) as opened:
        [found] = opened.examined()

    assert found.classification.kind == "rate_card"


def test_the_examples_are_read_once(reader: Reader, folder: Path) -> None:
    before = reader.examples.files
    (folder / "0.xlsx").unlink()

    assert reader.examples.files == before
    assert len(before) == 5


def test_examples_that_cannot_be_used_are_told_with_their_path(folder: Path) -> None:
    (folder / "locked.xlsx").write_bytes(documents.locked_price_list(TODAY).octets)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    shutil.copy(folder / "0.xlsx", folder / "copy.xlsx")
    path = configure(folder, ["0.xlsx", "locked.xlsx", "broken.pdf"], other=["copy.xlsx"])

    with closing(Reader(reader_settings(load(path, {})))) as made:
        locked, broken, same = made.examples.mistakes

    assert locked.startswith(f"kinds.rate_card.examples: {folder / 'locked.xlsx'} is locked")
    assert broken.startswith(f"kinds.rate_card.examples: {folder / 'broken.pdf'} cannot be read")
    assert f"{folder / 'copy.xlsx'} is the same file as {folder / '0.xlsx'}" in same


def test_the_check_says_how_many_examples_are_read(folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    path = configure(folder, ["0.xlsx", "broken.pdf"])

    [line] = checkup._check_examples(load(path, {}))

    assert (line.what, line.works) == ("kinds: 1 of 2 examples are read", False)
    assert "broken.pdf cannot be read" in line.advice


# ---------------------------------------------------------------- what people sorted


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    kinds = {"rate_card": {"label": "Rate card"}}
    item = {"item": "rates", "label": "Rates", "kind": "rate_card"}
    return mail_desk(
        tmp_path, Wiring(further={"kinds": kinds, "checklists": {"onboarding": [item]}})
    )


def test_documents_that_people_sorted_into_an_own_kind_are_examples_of_it(desk: MailDesk) -> None:
    with (
        closing(Reader(reader_settings(load(desk.config, {})))) as made,
        at_work(desk, made) as app,
    ):
        for number in range(4):
            unsure = replace(document(number + 1, fate=Fate.UNSURE), filename=f"scan_{number}.xlsx")
            blob = BlobKey(f"clients/1/1/{number}.xlsx")
            unsure = replace(unsure, blob=blob, sha256=Sha256(f"{number:064x}"))
            app.blobs.put(blob, tariff(number).octets, BlobNote("application/octet-stream"))
            standing = app.ledger.standing(app.ledger.directory.project(TOKEN).id)
            app.ledger.messages.settle(
                claimed(app.ledger, str(number)),
                accepted(standing, str(number), documents=[unsure]),
            )
            app.reviewer.relabel(app.ledger.holds.waiting()[-1].id, Kind("rate_card"))
        attached = replace(
            documents.investor_deck(TODAY), filename="x.xlsx", octets=tariff(72).octets
        )
        desk.post(letter(sender=f"Ana Ruiz <{CONTACT}>", attach=[attached]), "1")

        Worker(app).once()

        filed: Document = app.ledger.standing(app.ledger.directory.project(TOKEN).id).documents[-1]
    assert (filed.classification.kind, filed.fate) == ("rate_card", Fate.FILED)
    assert any("of your 4 examples" in line for line in filed.classification.evidence)


def test_an_example_is_read_only_where_it_was_not_read_before(reader: Reader) -> None:
    known = reader.examples.files[0]

    found = reader.example(known.sha256, lambda: b"", kind=known.kind, filename="")

    assert isinstance(found, ExampleFile)
    assert found == known
