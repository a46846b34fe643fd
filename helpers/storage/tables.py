"""CSV tables: read where unambiguous, refused by line number else, written whole."""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from helpers.base.errors import DataMissingError, TableError
from helpers.base.paths import shown
from helpers.storage import atomic

SEPARATORS = (",", ";", "\t")
"""What a field may end with; which one is decided by the header alone."""

MISSING = ("", "NA", "NaN", "nan")
"""Fields that mean "no value" outside the text columns."""

_BOM = b"\xef\xbb\xbf"
_FIX = "correct the file, or get it again from its source"


def read_csv_strictly(
    path: Path, required: Sequence[str], text_columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a CSV file, or say which line stands in the way.

    A byte-order mark, Windows line ends, blank lines, quoted separators and columns
    beyond `required` are read as they are meant. The separator is the comma,
    semicolon or tab under which the header holds all `required` names.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    required : sequence of str
        Names of columns that must be there, spelled exactly.
    text_columns : sequence of str, optional
        Columns that stay text as written, ``""`` where empty. An md5 such as
        ``1e10...`` must never be read as a number. Those absent are passed over.

    Returns
    -------
    DataFrame
        All columns in the file's order; the index, named ``line``, is the line of the
        file on which each row begins (the header is line 1). Outside `text_columns` a
        column is bool or number where every field is one, else text; a field in
        `MISSING` is NaN.

    Raises
    ------
    DataMissingError
        If there is no such file.
    TableError
        If it is empty, not UTF-8, lacks or repeats a column, or a row is broken; the
        error names the line.
    """
    text = _text_of(path)
    separator = _separator_of(text, required)
    rows = _rows(text, separator, path)
    line, header = next(rows, (0, []))
    if not header:
        raise TableError("the table is empty", shown(path), _FIX)
    _check_header(header, required, _at(path, line))
    lines, fields = _checked(rows, header, path)
    frame = pd.DataFrame(fields, columns=header, dtype=str)
    frame.index = pd.Index(lines, name="line", dtype="int64")
    for column in frame.columns.difference(text_columns):
        frame[column] = _typed(frame[column])
    return frame


def write_table(path: Path, frame: pd.DataFrame) -> Path:
    r"""Write `frame` as CSV: UTF-8, commas, lines that end in ``\n``, no index.

    Parameters
    ----------
    path : Path
        The file; it appears whole or not at all.
    frame : DataFrame
        What it shall hold; missing values become empty fields.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DiskError
        If the disk is full or read-only; `path` is then as it was.
    """
    text = frame.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # pandas leaves a lone carriage return without quotes
        text = frame.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    return atomic.write_text(path, text)


def _at(path: Path, line: int) -> str:
    return f"{shown(path)}, line {line}"


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes().removeprefix(_BOM)
    except FileNotFoundError as error:
        raise DataMissingError(
            "the table is not there", shown(path), "`python start.py doctor` lists it"
        ) from error
    except OSError as error:
        raise TableError(
            f"the table cannot be read ({error.strerror})", shown(path), _FIX
        ) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(content[: error.start + 1].splitlines())
        raise TableError(
            f"byte {error.start} ({content[error.start]:#04x}) is not UTF-8",
            _at(path, line),
            "save the file as UTF-8",
        ) from error
    if "\0" in text:
        line = len(text[: text.index("\0") + 1].splitlines())
        raise TableError("a zero byte is no text", _at(path, line), _FIX)
    return text


def _reader(text: str, separator: str):
    # newline="": the reader itself knows all line ends, also inside quotes.
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator_of(text: str, required: Sequence[str]) -> str:
    """Return the separator whose header holds most of `required`, then most names."""

    def score(separator: str) -> tuple[int, int]:
        """Count the required names that it makes, then all names."""
        try:
            header = next(filter(None, _reader(text, separator)), [])
        except csv.Error:
            return -1, 0
        return len(set(required) & set(header)), len(header)

    return max(SEPARATORS, key=score)


def _rows(text: str, separator: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line it begins on."""
    reader = _reader(text, separator)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(
                f"the quotes of this row do not match ({error})", _at(path, line), _FIX
            ) from error
        if row:
            yield line, row


def _check_header(header: list[str], required: Sequence[str], where: str) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise TableError(f"the header repeats {repeated}", where, _FIX)
    missing = [name for name in required if name not in header]
    if missing:
        plain = {name.strip().lower(): name for name in header}
        near = difflib.get_close_matches(missing[0].lower(), plain, n=1)
        hint = f"; the nearest name there is {plain[near[0]]!r}" if near else ""
        names = ", ".join(map(repr, missing))
        raise TableError(f"missing from the header: {names}{hint}", where, _FIX)


def _checked(
    rows: Iterator[tuple[int, list[str]]], header: list[str], path: Path
) -> tuple[list[int], list[list[str]]]:
    lines, fields, bad = [], [], []
    for line, row in rows:
        (lines if len(row) == len(header) else bad).append(line)
        fields.append(row)
    if bad:
        row = next(row for row in fields if len(row) != len(header))
        more = f"; {len(bad) - 1} more such rows" if len(bad) > 1 else ""
        raise TableError(
            f"{len(row)} fields where the header has {len(header)}{more}",
            _at(path, bad[0]),
            "a separator inside a field needs quotes around the field",
        )
    return lines, fields


def _typed(column: pd.Series) -> pd.Series:
    """Return `column` as bool or number where every field is one, else as text."""
    values = column.mask(column.isin(MISSING))
    if values.notna().all() and values.isin(("True", "False")).all() and len(values):
        return values == "True"
    try:
        numbers = pd.to_numeric(values)
    except ValueError:
        return values
    return values if numbers.dtype == object else numbers  # integers beyond 64 bits
