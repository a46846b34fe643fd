"""Blocks of rows become one array, in memory or in a file without a name."""

import errno

import numpy as np
import pytest

from helpers.base.errors import DiskError
from helpers.storage import gathering

ROWS = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3)


def gather(folder, in_memory_bytes, blocks=(ROWS[:2], ROWS[2:2], ROWS[2:]), n_rows=5):
    return gathering.gather(iter(blocks), n_rows, (2, 3), folder, in_memory_bytes)


@pytest.mark.parametrize(("in_memory_bytes", "mapped"), [(30, False), (29, True)])
def test_both_ways_give_the_rows_in_order(tmp_path, in_memory_bytes, mapped):
    found = gather(tmp_path, in_memory_bytes)
    assert isinstance(found, np.memmap) == mapped and found.dtype == np.uint8
    np.testing.assert_array_equal(found, ROWS)


def test_a_files_array_is_read_only_and_leaves_nothing_behind(tmp_path):
    found = gather(tmp_path, 0)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1
    del found
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("in_memory_bytes", [0, 1000])
def test_fewer_rows_than_announced_and_none_at_all(tmp_path, in_memory_bytes):
    some = gather(tmp_path, in_memory_bytes, [ROWS[1:3, :, ::-1]])
    np.testing.assert_array_equal(some, ROWS[1:3, :, ::-1])
    assert gather(tmp_path, in_memory_bytes, []).shape == (0, 2, 3)


def test_a_full_disk_is_told_with_the_bytes(tmp_path):
    def blocks():
        yield ROWS
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskError, match="the disk is full; 30 bytes"):
        gather(tmp_path, 0, blocks())
