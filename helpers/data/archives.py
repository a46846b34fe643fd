"""Archives that a user has, unpacked so that nothing lands outside their folder.

What an archive says of itself is not believed: names are checked before anything is
written, bytes are counted while they are, and the folder appears whole or not at all.
"""

import gzip
import lzma
import secrets
import shutil
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from helpers.base import progress
from helpers.base.errors import ArtefactDamagedError, DataMissingError, UnsafePathError
from helpers.base.paths import child_of, shown
from helpers.storage import atomic

MAX_BYTES = 30 * 2**30
"""The largest of the three data sets, DermNet with its test part, unpacks to 2 GB."""
MAX_FILES = 1_000_000
MAX_RATIO = 200
"""Unpacked to packed. Tables shrink by 10, pictures not at all; a bomb by 1,000."""

_RATIO_COUNTS_FROM = 64 * 2**20
_BLOCK_BYTES = 1 << 20
_MAX_HEADER_BYTES = 1 << 20
_MAX_NAME_BYTES = 255  # of one part of a path, on every usual file system
_DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError),
    *(gzip.BadGzipFile, RuntimeError),  # zipfile's word for an unknown way of packing
)


@dataclass(frozen=True)
class _Member:
    name: str
    is_folder: bool
    n_bytes: int  # as the archive says
    odd: str  # what it is if it is neither file nor folder
    open: Callable[[], IO[bytes]]


def _refuse(archive: Path, what: str) -> UnsafePathError:
    way_out = "get the archive again from its publisher; nothing was unpacked"
    return UnsafePathError(what, where=shown(archive), way_out=way_out)


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        odd = "" if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "a link or device"
        odd = "encrypted" if info.flag_bits & 1 else odd
        # orig_filename: Python cuts names at a zero byte and turns backslashes round.
        name = info.orig_filename if "\x00" in info.orig_filename else info.filename
        content = partial(archive.open, info)
        yield _Member(name, info.is_dir(), info.file_size, odd, content)


class _TarInfo(tarfile.TarInfo):
    """A member whose header is bounded: `tarfile` reads a long name as a whole."""

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
        """Read a header as `tarfile` does, unless it announces a huge one."""
        info = super().frombuf(buf, encoding, errors)
        if info.type in _LONG_HEADERS and info.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {info.size:,} bytes")
        return info


_LONG_HEADERS = frozenset(
    {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
    | {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
)


def _tar_members(archive: tarfile.TarFile) -> Iterator[_Member]:
    for info in archive:
        if info.isdir() and info.name == ".":  # tar -C folder . names the folder too
            continue
        odd = "" if info.isfile() or info.isdir() else "a link or device"
        content = partial(archive.extractfile, info)
        yield _Member(info.name, info.isdir(), info.size, odd, content)


@contextmanager
def _opened(archive: Path, max_bytes: int) -> Iterator[list[_Member]]:
    """Open a zip or tar file, told apart by content, and list its members."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                yield _listed(_zip_members(opened), archive, max_bytes)
        else:
            with tarfile.open(archive, tarinfo=_TarInfo) as opened:
                yield _listed(_tar_members(opened), archive, max_bytes)
                _read_on(opened.fileobj, archive, max_bytes)
    except _DAMAGED as error:
        what = f"this is no whole zip or tar file ({error})"
        way_out = "get the file again; nothing was unpacked"
        raise ArtefactDamagedError(what, shown(archive), way_out) from error


def _read_on(stream: IO[bytes], archive: Path, max_bytes: int) -> None:
    """Read to the end: only there do gzip and its like compare their checksum."""
    n_bytes = 0
    while block := stream.read(_BLOCK_BYTES):
        n_bytes += len(block)
        if n_bytes > max_bytes:
            raise _refuse(archive, "something without end follows the last file")


def _listed(members: Iterator[_Member], archive: Path, max_bytes: int) -> list[_Member]:
    """List members as long as they claim to fit: a tar is unpacked to be listed."""
    found, n_bytes = [], 0
    for member in members:
        n_bytes += member.n_bytes
        if n_bytes > max_bytes or len(found) == MAX_FILES:
            what = (
                f"it says to hold more than {max_bytes:,} bytes or {MAX_FILES:,} files"
            )
            raise _refuse(archive, what)
        found.append(member)
    return found


def _check_names(members: list[_Member], archive: Path, target: Path) -> None:
    """Refuse names that lead out, links, devices, and names that fall together."""
    seen: dict[str, tuple[str, bool]] = {}
    for member in members:
        if member.odd:
            raise _refuse(archive, f"{member.name!r} is {member.odd}")
        if "\\" in member.name or ":" in member.name:
            raise _refuse(archive, f"{member.name!r} would lead elsewhere on Windows")
        parts = member.name.encode(errors="replace").split(b"/")
        if max(map(len, parts)) > _MAX_NAME_BYTES:
            raise _refuse(archive, f"{member.name[:80]!r}... is too long a name")
        try:
            child_of(target, member.name)
        except UnsafePathError as error:
            raise _refuse(
                archive, f"{member.name!r} leads out of its folder"
            ) from error
        _check_twins(seen, member, archive)


def _check_twins(
    seen: dict[str, tuple[str, bool]], member: _Member, archive: Path
) -> None:
    # On macOS and Windows "A.jpg" and "a.jpg" are one file: one would vanish.
    parts = PurePosixPath(unicodedata.normalize("NFC", member.name)).parts
    for depth in range(1, len(parts) + 1):
        name = "/".join(parts[:depth])
        is_file = depth == len(parts) and not member.is_folder
        mine = (name, is_file)
        other = seen.setdefault(name.casefold(), mine)
        twice = is_file and other is not mine
        if twice or other != mine:
            what = f"{member.name!r} and {other[0]!r} would be the same file"
            raise _refuse(archive, what)


def unpack(archive: Path, target: Path, max_bytes: int = MAX_BYTES) -> list[Path]:
    """Unpack a zip or tar file into a new folder.

    Parameters
    ----------
    archive : Path
        ``.zip``, ``.tar``, ``.tar.gz``, ``.tar.bz2`` or ``.tar.xz``, by its content.
    target : Path
        The folder to appear; must not exist, or be empty.
    max_bytes : int, optional
        Most bytes to write, counted while writing.

    Returns
    -------
    list of Path
        The files, sorted.

    Raises
    ------
    DataMissingError
        If there is no such archive.
    UnsafePathError
        A member that leads out of `target`, is a link, a device or encrypted; two that
        fall together where case does not count; more bytes than `max_bytes` or than
        `MAX_RATIO` times the archive. Nothing is left behind.
    ArtefactDamagedError
        If it is no such archive, cut or damaged.
    DiskError
        If the disk is full or `target` is not empty.
    """
    if not archive.is_file():
        what = "the archive is not there"
        raise DataMissingError(what, shown(archive), "give the path of the file")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise _refuse(target, "the folder to unpack into is not empty")
    atomic.make_folder(target.parent)
    beside = target.with_name(f".{secrets.token_hex(8)}{atomic.PARTIAL_SUFFIX}")
    try:
        budget = _Budget(archive, max_bytes)
        with _opened(archive, budget.limit) as members:
            _check_names(members, archive, beside)
            with atomic.disk_errors(target.parent):
                beside.mkdir()
                for member in progress.track(members, "unpacking", unit="files"):
                    _write(member, child_of(beside, member.name), budget)
        with atomic.disk_errors(target.parent):
            if target.exists():
                target.rmdir()
            beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sorted(path for path in target.rglob("*") if path.is_file())


class _Budget:
    """Counts real bytes against the limits."""

    def __init__(self, archive: Path, max_bytes: int) -> None:
        self.archive, self.n_bytes = archive, 0
        by_ratio = max(_RATIO_COUNTS_FROM, MAX_RATIO * archive.stat().st_size)
        self.limit = min(max_bytes, by_ratio)

    def spend(self, n_bytes: int) -> None:
        """Count bytes just unpacked; refuse the archive once they are too many."""
        self.n_bytes += n_bytes
        if self.n_bytes > self.limit:
            what = f"the archive unpacks to more than {self.limit:,} bytes"
            raise _refuse(self.archive, what)


def _write(member: _Member, path: Path, budget: _Budget) -> None:
    if member.is_folder:
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with member.open() as source, path.open("xb") as handle:
        while block := source.read(_BLOCK_BYTES):
            budget.spend(len(block))
            handle.write(block)
