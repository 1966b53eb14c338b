"""The commands that look after what is kept: is the audit whole, are the blobs, and a copy of the ledger.

The returned number is the exit code: 0 all is well, 1 something is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from intake.app import open_blobs
from intake.cli import tables
from intake.cli.records import open_ledger
from intake.cli.terminal import counted, progress, settings, show, warn
from intake.config import Settings
from intake.fsck import Finding, Repair, Repairer, strays, wrong_blobs
from storage.backup import back_up
from storage.blobs import Store
from storage.chains import Break, Chains, Flaw, Verdict, verify
from storage.ledger import Ledger

_FLAWS = {
    Flaw.CHANGED: "event {position} is not what was written there",
    Flaw.GAP: "events before number {position} are missing",
    Flaw.CUT: "the events from number {position} on are missing",
    Flaw.BEYOND: "event {position} is not the last one that is on record",
}


def verify_audit(config: Path | None) -> int:
    """Walk every chain, and say in one line that all hold, or for each that breaks where and how."""
    with open_ledger(settings(config)) as ledger:
        chains = Chains(ledger.database)
        lines = progress(chains.lines(), total=chains.size(), label="Verifying")
        verdict = verify(lines)
        names = _names(ledger)
    if not verdict.breaks:
        show(f"{_count(verdict)} hold.")
        return 0
    show(*(_broken(entry, names) for entry in verdict.breaks))
    show(
        f"{len(verdict.breaks)} of the chains of {_count(verdict)} do not hold: compare them with your last backup."
    )
    return 1


def _names(ledger: Ledger) -> dict[int, str]:
    return {project.id: project.token for project in ledger.directory.projects()}


def _count(verdict: Verdict) -> str:
    return f"{_some(verdict.events, 'event')} of {_some(verdict.projects, 'project')}"


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _broken(entry: Break, names: dict[int, str]) -> str:
    what = _FLAWS[entry.flaw].format(position=entry.position)
    if not entry.chain:
        return f"What belongs to no project: {what}."
    return f"Project {tables.printable(names.get(entry.chain, str(entry.chain)))}: {what}."


def backup(target: Path, config: Path | None, *, force: bool) -> int:
    """Copy the ledger while workers go on; then say what it holds and what else belongs to a backup."""
    decided = settings(config)
    with closing(Ledger(decided.database.url)) as ledger, counted("Copying") as told:
        verdict = back_up(ledger.database, target, replace=force, told=told)
    show(
        f"Wrote {target} with {_count(verdict)}. The blobs are not in it: see “Backups” in the README."
    )
    if verdict.breaks:
        warn("Its audit does not hold, so neither does the ledger's: run `intake audit verify`.")
    return 1 if verdict.breaks else 0


def fsck(config: Path | None, *, repair: bool) -> int:
    """Compare the ledger with the blobs; with `repair` put right what can be."""
    decided = settings(config)
    store = open_blobs(decided)
    with open_ledger(decided) as ledger:
        kept, projects = ledger.inventory.kept(), ledger.inventory.paged()
        leaving = ledger.inventory.leaving()
        compared = progress(kept, total=len(kept), label="Comparing")
        findings = [
            *wrong_blobs(compared, store),
            *strays(store, kept, projects, now=datetime.now(UTC), leaving=leaving),
        ]
        compared_count = f"{len(kept)} blobs compared, {len(findings) or 'nothing'} wrong"
        if not (repair and findings):
            show(*(_finding(entry) for entry in findings))
            show(f"{compared_count}.")
            return 1 if findings else 0
        done = 0
        for entry in _repairs(decided, ledger, store, findings):
            done += entry.done
            show(f"{_finding(entry.finding)}: {tables.printable(entry.words)}")
    show(f"{compared_count}, {done} put right.")
    return 0 if done == len(findings) else 1


def _finding(finding: Finding) -> str:
    return f"{finding.wrong}: {tables.printable(finding.key)}"


def _repairs(
    decided: Settings, ledger: Ledger, store: Store, findings: list[Finding]
) -> Iterator[Repair]:
    with _repairer(decided, ledger, store) as repairer:
        yield from progress(repairer.repair(findings), total=len(findings), label="Repairing")


@contextmanager
def _repairer(decided: Settings, ledger: Ledger, store: Store) -> Iterator[Repairer]:
    from intake.reader import Reader, reader_settings

    with closing(Reader(reader_settings(decided))) as reader:
        yield Repairer(decided, ledger, store, reader)
