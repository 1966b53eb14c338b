"""Which letters a PDF is set in: built-in ones where they have every character, else DejaVu, else those of East Asia."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import cidfonts, pdfmetrics, ttfonts

from tests.corpus.render.looks import Letters

_FOLDERS = (Path("/usr/share/fonts/truetype/dejavu"), Path(rl_config.__file__).with_name("fonts"))
_BUILT_IN = {
    Letters.SANS: ("Helvetica", "Helvetica-Bold"),
    Letters.SERIF: ("Times-Roman", "Times-Bold"),
    Letters.MONO: ("Courier", "Courier-Bold"),
}
_FILES = {
    Letters.SANS: (("DejaVuSans", "DejaVuSans-Bold"), ("Vera", "VeraBd")),
    Letters.SERIF: (("DejaVuSerif", "DejaVuSerif-Bold"), ("Vera", "VeraBd")),
    Letters.MONO: (("DejaVuSansMono", "DejaVuSansMono-Bold"), ("Vera", "VeraBd")),
}
_CJK = {"ja": "HeiseiKakuGo-W5", "zh": "STSong-Light", "ko": "HYSMyeongJo-Medium"}


@dataclass(frozen=True, slots=True)
class Face:
    """Names under which the two weights are known to reportlab."""

    plain: str
    bold: str

    def fit(self, text: str) -> str:
        """The text without what the letters do not have, such as emoji."""
        known = getattr(pdfmetrics.getFont(self.plain).face, "charToGlyph", None)
        if known is not None:
            return "".join(mark for mark in text if ord(mark) in known or mark in "\n\t")
        if self.plain in _CJK.values():
            return "".join(mark for mark in text if ord(mark) < 0x10000)
        return text


def face_for(text: str, letters: Letters, language: str, *, embedded: bool) -> Face:
    """Letters in which the whole text can be shown; `embedded` asks for a font file where both would do."""
    if language in _CJK:
        _register_cjk(_CJK[language])
        return Face(_CJK[language], _CJK[language])
    if not embedded and _is_western(text):
        return Face(*_BUILT_IN[letters])
    return _from_file(letters)


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _from_file(letters: Letters) -> Face:
    for folder, names in zip(_FOLDERS, _FILES[letters], strict=True):
        if (folder / f"{names[0]}.ttf").is_file():
            for name in names:
                pdfmetrics.registerFont(ttfonts.TTFont(name, str(folder / f"{name}.ttf")))
            plain, bold = names
            pdfmetrics.registerFontFamily(plain, plain, bold, plain, bold)
            return Face(plain, bold)
    raise FileNotFoundError(f"no font file in {', '.join(map(str, _FOLDERS))}")


@cache
def _register_cjk(name: str) -> None:
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(name))
    pdfmetrics.registerFontFamily(name, name, name, name, name)
