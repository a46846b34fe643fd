"""Data that many tests read: the drawn sample, and the real data where it is."""

import os
import secrets
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.base.paths import ROOT, SAMPLE_DATA
from helpers.storage import hashes

# Test modules are imported by file (two folders may hold one name); what they share
# lies beside this file.
sys.path.insert(0, str(Path(__file__).parent))


_ALL_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _keep_to_own_cores() -> None:
    """Give each pytest worker its share of the cores, and so the kernels it starts.

    Two networks that train on the same two cores wait for each other at every step,
    and take ten times as long.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # "gw0", "gw1", ...
    if worker and hasattr(os, "sched_setaffinity"):  # Linux
        n_workers = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        mine = sorted(os.sched_getaffinity(0))[int(worker[2:]) :: n_workers]
        if mine:
            os.sched_setaffinity(0, mine)


_keep_to_own_cores()

REAL_DATA = "DERM_REAL_DATA"
"""Environment variable: a data folder, or one with the zip and the table."""

_ZIP = "ham10000-200x150-dev.zip"
_TABLE = "fitzpatrick17k.csv"


@pytest.fixture(scope="session")
def on_all_cores() -> dict:
    """Return what `subprocess.run` needs to give a program the machine's cores again.

    TensorFlow's sums on one core differ from those on two in their last digits, and a
    training from there on: what a test says of a run must be what a user sees.
    """
    if not _ALL_CORES:
        return {}
    return {"preexec_fn": lambda: os.sched_setaffinity(0, _ALL_CORES)}


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Return the sample data, drawn if need be; tests must not write into it."""
    from helpers.data.sample import writing

    # Safe with several pytest workers: whoever comes second waits for the first.
    writing.ensure_sample(SAMPLE_DATA, 42)
    return SAMPLE_DATA


@pytest.fixture(scope="session")
def real_data(pytestconfig) -> Path:
    """Return a data folder with the real table and pictures, or skip."""
    source = Path(os.environ.get(REAL_DATA, ROOT.parent / "shared" / "data"))
    if (source / "ham10000").is_dir():
        return source
    if not (source / _ZIP).is_file() or not (source / _TABLE).is_file():
        pytest.skip(f"no real data: {REAL_DATA} names no folder with {_ZIP}")
    cache = pytestconfig.cache.mkdir("real_data")
    target = cache / hashes.hash_file(source / _ZIP)[:12]
    if not target.exists():
        _unpack(source, cache, target)
    return target


def _unpack(source: Path, cache: Path, target: Path) -> None:
    """Lay the real data out as a data folder, whole or not at all."""
    partial = cache / f".{secrets.token_hex(4)}"
    with zipfile.ZipFile(source / _ZIP) as archive:
        archive.extractall(partial / "ham10000")
    (partial / "fitzpatrick17k").mkdir()
    shutil.copy(source / _TABLE, partial / "fitzpatrick17k")
    try:
        partial.rename(target)
    except OSError:  # another worker was first
        shutil.rmtree(partial)
