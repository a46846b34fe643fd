"""Blocks of rows as one array, in memory or, where they are many, on the disk."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from helpers.storage import atomic


def gather(
    blocks: Iterable[np.ndarray],
    n_rows: int,
    row_shape: tuple[int, ...],
    folder: Path,
    in_memory_bytes: int,
) -> np.ndarray:
    """Return all blocks as one array: in memory, or of a file that has no name.

    Parameters
    ----------
    blocks : iterable of ndarray of uint8, shape (any, *row_shape)
        Read once, one at a time.
    n_rows : int
        How many rows there will be at most.
    row_shape : tuple of int
        Shape of a row.
    folder : Path
        Where the file would be; it exists, and the file is gone with the array.
    in_memory_bytes : int
        Up to this size the array is in memory.

    Returns
    -------
    ndarray of uint8, shape (n, *row_shape)
        In the order of the blocks; a file's is read-only.

    Raises
    ------
    DiskError
        If the disk is full or cannot be written to.
    """
    n_bytes = n_rows * int(np.prod(row_shape))
    if n_bytes <= in_memory_bytes:
        return np.concatenate([np.empty((0, *row_shape), np.uint8), *blocks])
    n_found = 0
    # Written, not mapped: on a full disk a map would end the process.
    with atomic.disk_errors(folder, n_bytes):
        with tempfile.TemporaryFile(dir=folder) as handle:
            for block in blocks:
                handle.write(np.ascontiguousarray(block).data)
                n_found += len(block)
            handle.flush()
            if not n_found:
                return np.empty((0, *row_shape), np.uint8)
            return np.memmap(handle, np.uint8, "r", shape=(n_found, *row_shape))
