"""OCR by the tesseract program, where it is installed: grey pixels in, lines of text out.

It reads from standard input and writes to standard output, alone and in one thread, and dies with the process that
started it. What it is not sure of is left out; what it makes of photos and logos is no text at all.
"""

from __future__ import annotations

import ctypes
import functools
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from intake.extract.pixels import Raster

_LANGUAGES = ("eng", "deu", "fra", "spa", "por", "ita", "nld")
_LIST_SECONDS = 5.0
_MEMORY_OCTETS = 1_000_000_000
_PR_SET_PDEATHSIG = 1
# Layout found by itself, as of a scan with 200 dpi. The table by its own name: not every folder of languages holds the
# file that usually switches it on.
_ARGUMENTS = ("--psm", "3", "--dpi", "200", "-c", "tessedit_create_tsv=1")
_COLUMNS = 12
_WORD = "5"
"""The level of a word in tesseract's table; above it are line, paragraph, block and page."""
_LEAST_SURE = 40.0
_SURE = 70.0
_WORDS = 8
"""So many sure words make a text; a logo with its claim has fewer."""
_MEAN = 55.0
_LARGE = 1.5
_HEAD_LINES = 5
"""Large letters further down are a sum or a button."""
_PLAUSIBLE = re.compile(r"\W*[^\W\d_]{3,}\W*|\W*[^\W\d_]{2,}['\u2019-][^\W\d_]+\W*")
_LETTERS = re.compile(r"[^\W_]")
_HEADING = (3, 120)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the text, and the first line in letters much larger than most."""

    text: str = field(repr=False)
    heading: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Word:
    line: tuple[str, ...]
    height: int
    sureness: float
    text: str = field(repr=False)


@functools.lru_cache(maxsize=1)
def languages() -> str:
    """Those installed among the ones that clients write, as tesseract wants them ("eng+deu"); "" without the program."""
    program = _program()
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, a fixed argument
            [program, "--list-langs"],
            capture_output=True,
            check=False,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            timeout=_LIST_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    installed = (done.stdout + done.stderr).decode("utf-8", "replace").split()
    return "+".join(name for name in _LANGUAGES if name in installed)


def read(raster: Raster, *, seconds: float) -> Reading | None:
    """What stands in a picture, None where there is no text to speak of. TimeoutError where it takes too long."""
    program, spoken = _program(), languages()
    if program is None or not spoken:
        return None
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, fixed arguments
            [program, "stdin", "stdout", "-l", spoken, *_ARGUMENTS],
            capture_output=True,
            check=False,
            cwd="/",
            env=_environment(),
            input=raster.pgm(),
            preexec_fn=_confine,  # in a process of one thread, by our guard
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    except (OSError, subprocess.SubprocessError):
        return None
    return reading(done.stdout.decode("utf-8", "replace"))


def reading(table: str) -> Reading | None:
    """The text of tesseract's table of words, None where too few of them are words, or too few are sure."""
    found = list(_words(table))
    sure = [word for word in found if word.sureness >= _SURE and _PLAUSIBLE.fullmatch(word.text)]
    if len(sure) < _WORDS or statistics.mean(word.sureness for word in found) < _MEAN:
        return None
    kept = [word for word in found if word.sureness >= _LEAST_SURE]
    lines = [list(words) for _, words in groupby(kept, key=lambda word: word.line)]
    text = "\n".join(" ".join(word.text for word in line) for line in lines)
    return Reading(text, _heading(lines, usual=statistics.median(word.height for word in kept)))


def _words(table: str) -> Iterator[_Word]:
    for row in table.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD or not _LETTERS.search(cells[-1]):
            continue
        try:
            yield _Word(tuple(cells[1:5]), int(cells[9]), float(cells[10]), cells[-1].strip())
        except ValueError:
            continue


def _heading(lines: list[list[_Word]], *, usual: float) -> str | None:
    for line in lines[:_HEAD_LINES]:
        text = " ".join(word.text for word in line)
        large = statistics.median(word.height for word in line) > usual * _LARGE
        sure = min(word.sureness for word in line) >= _SURE
        if large and sure and _HEADING[0] <= len(text) <= _HEADING[1]:
            return text
    return None


@functools.lru_cache(maxsize=1)
def _program() -> str | None:
    return shutil.which("tesseract")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ}
    return {**kept, "LC_ALL": "C", "OMP_THREAD_LIMIT": "1"}


def _confine() -> None:
    """End with the process that waits for it, and take no more memory than a page needs."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    bound = _MEMORY_OCTETS if hard == resource.RLIM_INFINITY else min(_MEMORY_OCTETS, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
