"""The sample folder appears whole or not at all, once, and replaces nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from helpers.base.errors import DiskError, ParameterError
from helpers.base.paths import ROOT
from helpers.data.sample import writing
from helpers.data.sample.planting import (
    data_sets,
    folders,
    making,
    plan_dermnet,
    plan_fitzpatrick17k,
    plan_ham10000,
)
from helpers.storage import hashes, manifests


@pytest.fixture
def quick(monkeypatch) -> list[int]:
    """Draw one small file instead of three data sets; lists the seeds drawn."""
    drawn = []

    def draw(folder: Path, seed: int, n_jobs: int) -> dict[str, int]:
        (folder / "dermnet").mkdir()
        (folder / "dermnet" / "1.jpg").write_text(f"seed {seed}")
        drawn.append(seed)
        return {"dermnet": 1}

    monkeypatch.setattr(data_sets, "draw_data_sets", draw)
    return drawn


def hidden_in(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(".*.partial")]


def test_drawn_once_then_left_alone(tmp_path, quick):
    folder = tmp_path / "sample"
    assert writing.ensure_sample(folder, 1) is True
    assert writing.ensure_sample(folder, 1) is False
    assert quick == [1] and hidden_in(tmp_path) == []


def test_summary_counts(tmp_path, quick):
    summary = writing.write_sample(tmp_path / "sample", 1, 1)
    assert summary.n_pictures == {"dermnet": 1} and summary.n_bytes > 6
    assert summary.folder == tmp_path / "sample" and summary.seconds > 0


@pytest.mark.parametrize("damage", ["changed", "missing", "manifest", "seed"])
def test_drawn_again_when_not_as_it_was(tmp_path, quick, damage):
    folder = tmp_path / "sample"
    writing.ensure_sample(folder, 1)
    picture = folder / "dermnet" / "1.jpg"
    if damage == "changed":
        picture.write_text("seed 2")
    elif damage == "missing":
        picture.unlink()
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    seed = 2 if damage == "seed" else 1
    assert writing.ensure_sample(folder, seed) is True
    assert picture.read_text() == f"seed {seed}"
    assert writing.is_up_to_date(folder, seed)


def test_drawn_again_when_the_code_changed(tmp_path, quick, monkeypatch):
    writing.ensure_sample(tmp_path / "sample", 1)
    monkeypatch.setattr(writing, "_facts", lambda seed: {"seed": seed, "code": "new"})
    assert writing.ensure_sample(tmp_path / "sample", 1) is True


def test_what_others_put_there_does_not_matter_and_is_kept(tmp_path, quick):
    folder = tmp_path / "sample"
    writing.ensure_sample(folder, 1)
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("mine")
    assert writing.ensure_sample(folder, 1) is False
    assert writing.ensure_sample(folder, 2) is True
    assert (folder / "notes" / "mine.txt").read_text() == "mine"
    assert writing.is_up_to_date(folder, 2)


def test_a_folder_that_is_no_sample_is_never_replaced(tmp_path, quick):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "thesis.txt").write_text("precious")
    with pytest.raises(ParameterError, match="would replace something else"):
        writing.ensure_sample(tmp_path / "real", 1)
    assert (tmp_path / "real" / "thesis.txt").read_text() == "precious"
    with pytest.raises(ParameterError, match="would replace something else"):
        writing.ensure_sample(tmp_path / "real" / "thesis.txt", 1)
    assert quick == []


def test_failure_in_the_middle_leaves_the_old_sample(tmp_path, quick, monkeypatch):
    folder = tmp_path / "sample"
    writing.ensure_sample(folder, 1)

    def fail(target, seed, n_jobs):
        (target / "half.jpg").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_sets, "draw_data_sets", fail)
    with pytest.raises(DiskError, match="the disk is full"):
        writing.ensure_sample(folder, 2)
    assert writing.is_up_to_date(folder, 1) and hidden_in(tmp_path) == []


def test_what_a_killed_process_left_is_swept_away(tmp_path, quick):
    left = tmp_path / ".sample.1234abcd.partial"
    left.mkdir()
    (left / "half.jpg").write_text("half")
    writing.ensure_sample(tmp_path / "sample", 1)
    assert not left.exists()


def test_two_at_once_draw_once(tmp_path, quick, monkeypatch):
    draw = data_sets.draw_data_sets

    def slowly(*arguments):
        time.sleep(0.3)
        return draw(*arguments)

    monkeypatch.setattr(data_sets, "draw_data_sets", slowly)
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(writing.ensure_sample(tmp_path / "s", 1))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, True] and quick == [1]


def test_lock_keeps_the_second_waiting(tmp_path):
    order = []

    def second():
        with folders.locked(tmp_path / "sample"):
            order.append("second")

    with folders.locked(tmp_path / "sample"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_same_bytes_whatever_the_number_of_processes(tmp_path):
    plans = plan_dermnet, plan_fitzpatrick17k, plan_ham10000
    tasks = [task for module in plans for task in module.plan(7) if len(task) > 1]
    tasks = tasks[::30]
    found = []
    for n_jobs in (1, 2):
        folder = tmp_path / str(n_jobs)
        folder.mkdir()
        made = making.make_all(tasks, folder, 7, n_jobs)
        found.append((repr(made), hashes.hash_folder(folder)))
    assert found[0] == found[1] and len(found[0][1]) > 10


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX thing")
def test_29_killed_while_drawing_leaves_nothing_and_no_worker(tmp_path):
    script = tmp_path / "draw.py"
    script.write_text(
        "import sys; from pathlib import Path\n"
        "from helpers.data.sample import writing\n"
        "if __name__ == '__main__':\n"
        "    writing.write_sample(Path(sys.argv[1]), 1, 2)\n"
    )
    target = tmp_path / "sample"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(script), str(target)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: any(tmp_path.glob(".sample.*.partial/*/*/*")), 60)
        workers = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not target.exists() and workers
    wait_until(lambda: not any(map(is_at_work, workers)), 20)
    with folders.locked(target), folders.replacing(target) as partial:
        assert hidden_in(tmp_path) == [partial.name]


def wait_until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def is_at_work(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_results_of_a_notebook_are_never_taken_for_sample_data(tmp_path):
    (tmp_path / "metrics.json").write_text("{}")
    manifests.write_manifest(tmp_path)
    with pytest.raises(ParameterError, match="replace something else"):
        writing.write_sample(tmp_path)
    assert (tmp_path / "metrics.json").is_file()
