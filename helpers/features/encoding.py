"""Files in, vectors out: threads read ahead while the encoder works on a batch."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.base.errors import ArtefactDamagedError, ParameterError, PictureError
from helpers.base.paths import shown
from helpers.features import encoders
from helpers.images import batches, decode
from helpers.storage import hashes

_AT_ONCE = 8
"""Pictures that one thread reads before it reports: a report costs 50 us."""
_FILES_NAMED = 5


class ReadyBatch(NamedTuple):
    """Pictures ready to be encoded, and what is wrong with the others."""

    pictures: np.ndarray
    faults: list[PictureError | None]


def read_ahead(
    file_batches: Iterable[Sequence[tuple[Path, str]]],
    encoder: encoders.Encoder,
    n_threads: int | None = None,
) -> Iterator[ReadyBatch]:
    """Read, decode and prepare pictures in threads, some batches before their turn.

    Large JPEGs are decoded at 1/2, 1/4 or 1/8 of their size where that leaves
    `batches.REDUCED` times the pixels of the encoder's square.

    Parameters
    ----------
    file_batches : iterable of sequence of (Path, str)
        The files, each with the SHA-256 of its bytes as it is known; one sequence for
        each batch. Taken as they are needed.
    encoder : Encoder
        Prepares.
    n_threads : int, optional
        By default the cores. The result does not depend on it.

    Yields
    ------
    ReadyBatch
        pictures: uint8 (n_sound, size_px, size_px, 3); faults: for each file of the
        batch what is wrong with it, or None.
    """
    n_threads = n_threads or os.cpu_count() or 1
    pool = ThreadPoolExecutor(n_threads)
    waiting: deque[tuple[np.ndarray, list[Future]]] = deque()
    try:
        for files in file_batches:
            square = (encoder.size_px, encoder.size_px, 3)
            pictures = np.empty((len(files), *square), dtype=np.uint8)
            parts = [
                slice(start, start + _AT_ONCE)
                for start in range(0, len(files), _AT_ONCE)
            ]
            jobs = [
                pool.submit(_read_some, files[part], pictures[part], encoder)
                for part in parts
            ]
            waiting.append((pictures, jobs))
            # Enough for every thread, whatever the batch; and no more, for memory.
            if len(waiting) > 2 + n_threads * _AT_ONCE // len(files):
                yield _ready(*waiting.popleft())
        while waiting:
            yield _ready(*waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


class BatchEncoder:
    """An encoder that halves its batches where the device's memory is too small.

    Parameters
    ----------
    encoder : Encoder
        Encodes.
    n_at_once : int
        Pictures to begin with.
    dtype : str
        ``"float32"`` or ``"float16"``.

    Attributes
    ----------
    n_at_once : int
        Pictures at a time, as of now.
    """

    def __init__(self, encoder: encoders.Encoder, n_at_once: int, dtype: str) -> None:
        self.encoder, self.n_at_once, self.dtype = encoder, n_at_once, dtype

    def encode(self, pictures: np.ndarray, files: Sequence[Path]) -> np.ndarray:
        """Encode prepared pictures.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, size_px, size_px, 3)
            From the encoder's `prepare`.
        files : sequence of Path
            Where they came from, for errors.

        Returns
        -------
        ndarray of `dtype`, shape (n, dimension)
            All finite.

        Raises
        ------
        ArtefactDamagedError
            If a vector holds NaN or infinity; the files are named.
        ParameterError
            If the memory is too small for a single picture.
        """
        X = np.empty((len(pictures), self.encoder.dimension), dtype=self.dtype)
        start = 0
        while start < len(pictures):
            part = slice(start, start + self.n_at_once)
            try:
                with np.errstate(over="ignore"):  # infinity: told below
                    X[part] = self.encoder.encode(pictures[part])
            except MemoryError as error:
                self._halve(len(pictures[part]), error)
                continue
            sound = np.isfinite(X[part]).all(axis=1)
            if not sound.all():
                raise _not_finite([files[part][i] for i in np.flatnonzero(~sound)])
            start = part.stop
        return X

    def _halve(self, n_tried: int, error: MemoryError) -> None:
        if n_tried == 1:
            raise ParameterError(
                "the memory is too small for a single picture",
                where=f"{self.encoder.name} on {self.encoder.device}",
                way_out="choose a smaller encoder, or end what else uses the device",
            ) from error
        self.n_at_once = n_tried // 2


def _read_some(
    files: Sequence[tuple[Path, str]], squares: np.ndarray, encoder: encoders.Encoder
) -> list[PictureError | None]:
    """Read pictures, each into its square; return what is wrong with each."""
    faults = []
    for (path, known_hash), square in zip(files, squares, strict=True):
        try:
            least = batches.REDUCED * encoder.size_px
            square[:] = encoder.prepare(decode.decode(path, at_least_px=least))
            fault = None
        except PictureError as error:
            fault = error
        # A vector, or a fault, must not be kept under the hash of other bytes.
        if isinstance(found := file_hash(path), PictureError):
            fault = found
        elif found != known_hash:
            fault = PictureError("unreadable: the file changed while it was being read")
        faults.append(fault)
    return faults


def file_hash(path: Path) -> str | PictureError:
    """Return the SHA-256 of a file's bytes, or what keeps them from being read.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str or PictureError
        Hexadecimal digest; or an error of kind "unreadable", returned, not raised.
    """
    try:
        if not path.is_file() and path.exists():  # a pipe would wait for ever
            return PictureError("unreadable: it is not a file")
        return hashes.hash_file(path)
    except OSError as error:
        return PictureError(f"unreadable: {error.strerror or error}")


def _ready(pictures: np.ndarray, jobs: list[Future]) -> ReadyBatch:
    """Wait for a batch, and leave out its bad pictures."""
    faults = [fault for job in jobs for fault in job.result()]
    sound = np.array([fault is None for fault in faults])
    return ReadyBatch(pictures if sound.all() else pictures[sound], faults)


def _not_finite(files: Sequence[Path]) -> ArtefactDamagedError:
    more = f" and {len(files) - _FILES_NAMED} more" if len(files) > _FILES_NAMED else ""
    return ArtefactDamagedError(
        f"{len(files)} vectors that the encoder made hold NaN or infinity",
        where=", ".join(shown(path) for path in files[:_FILES_NAMED]) + more,
        way_out="bring the weights anew, or leave these pictures out; with float16, "
        "try float32",
    )
