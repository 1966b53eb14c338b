"""Writes down every letter of ninety days of an engagement, to be read: one .eml and one .txt each.

python -m tests.bench.engagement FOLDER
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake.reader import Reader, reader_settings
from tests.engagement import play
from tests.maildesks import text_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    reader = Reader(reader_settings(None))
    with tempfile.TemporaryDirectory() as desk:
        played = play(Path(desk), reader)
    reader.close()
    table = Table("number", "date", "to", "subject")
    for number, letter in enumerate(played.letters, start=1):
        (folder / f"{number:02}.eml").write_bytes(letter.as_bytes())
        (folder / f"{number:02}.txt").write_text(f"{text_of(letter)}\n")
        table.add_row(
            str(number),
            f"{letter['Date'].datetime:%a %d %b %Y %H:%M}",
            str(letter["To"]),
            str(letter["Subject"]),
        )
    Console().print(table)


if __name__ == "__main__":
    main()
