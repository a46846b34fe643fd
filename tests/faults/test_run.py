"""The run, faults.md rows 25 to 37; a toy street stands in for the real one."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import toy_street
from toy_street import ALONE, FIRST, SECOND, THIRD, Toy, wait_until

from helpers.base.errors import DiskError, ProjectError, RunLockedError
from helpers.series import freshness, lock, planning, processes, state
from helpers.series.catalogue import Notebook
from helpers.series.request import Request, Street
from helpers.storage import atomic

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
NEVER_ENDS = "import time\ntime.sleep(600)"


@pytest.fixture
def toy(tmp_path):
    return Toy(tmp_path)


def kernels_of(toy):
    mark = processes.mark_of(toy.out)
    return [p for p in psutil.process_iter() if processes._mark(p).startswith(mark)]


def begun(toy, name):
    """Say whether the long cell of a notebook is at work."""
    return (toy.root / f"{name}.begun").is_file()


def long_cell(toy, name):
    return f"Path({str(toy.root / f'{name}.begun')!r}).touch()\n{NEVER_ENDS}"


def snapshot(folder):
    return {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# Row 1: the data folder.


@pytest.mark.parametrize("kind", ["missing", "empty", "a file"])
def test_01_data_folder_of_no_use_is_refused(toy, tmp_path, kind):
    data = tmp_path / "elsewhere"
    if kind == "empty":
        data.mkdir()
    elif kind == "a file":
        data.write_text("x")
    needy = {FIRST: Notebook(FIRST, "?", data=("ham10000",), any_data=True)}
    street = Street(needy, toy.notebooks, toy.profiles)
    request = Request(data=str(data), out=str(toy.out), skip_missing=True)
    with pytest.raises(ProjectError, match="data folder") as caught:
        planning.make_plan(request, street)
    assert "doctor" in str(caught.value) and not toy.out.exists()


def test_01_each_missing_data_set_comes_with_its_page(toy):
    street = Street(
        {
            FIRST: Notebook(FIRST, "?", data=("dermnet", "ham10000"), any_data=True),
            SECOND: Notebook(SECOND, "?", data=("fitzpatrick17k",)),
        },
        toy.notebooks,
        toy.profiles,
    )
    with pytest.raises(ProjectError) as caught:
        planning.make_plan(Request(out=str(toy.out)), street)
    told = str(caught.value)
    assert "00_first needs one of dermnet, ham10000" in told
    assert "01_second needs fitzpatrick17k" in told
    assert told.count("https://") >= 3 and "--skip-missing" in told


def test_01_skip_missing_runs_the_rest(toy):
    train = toy.data / "dermnet" / "train" / "Acne"
    train.mkdir(parents=True)
    (train / "a.jpg").write_bytes(b"x")
    both = ("dermnet", "fitzpatrick17k")
    needs = (FIRST, SECOND)
    chain = [
        Notebook(FIRST, "?", data=both, any_data=True),
        Notebook(SECOND, "?", data=("fitzpatrick17k",)),
        Notebook(THIRD, "?", data=both, any_data=True, needs=needs),
        Notebook(ALONE, "?", needs=(SECOND,)),
    ]
    street = Street({n.name: n for n in chain}, toy.notebooks, toy.profiles)
    asked = Request(out=str(toy.out), skip_missing=True)
    plan = planning.make_plan(asked, street)
    # The third works with any data set and does without the second; ALONE cannot.
    assert list(plan.values) == [FIRST, THIRD]
    assert "fitzpatrick17k" in plan.skipped[SECOND]
    assert SECOND in plan.skipped[ALONE]


# Row 25: names and values.


def test_25_all_problems_at_once_with_the_nearest_names(toy):
    toy.write_profile(f"{{{FIRST}: {{m: 1}}, 09_gone: {{n: 1}}}}")
    typed = (("00.n", "many"), ("01.n", "99"), ("02.wya", "x"), ("7.n", "1"))
    with pytest.raises(ProjectError) as caught:
        toy.run(only=("03_alon", "04"), values=typed)
    told = str(caught.value)
    for words in (
        "7 problems; nothing was run",
        "no notebook '04'",
        "no notebook '09_gone'",
        "no notebook '7'",
        "has no parameter 'm'",
        "no parameter 'wya' [-p 02.wya] -> one of: way",
        "n = 'many' does not fit: it is a whole number",
        "n = 99 does not fit: it is a whole number from 1 to 10",
    ):
        assert words in told
    assert not toy.out.exists()


def test_25_unknown_profile_is_told_beside_the_rest(toy):
    with pytest.raises(ProjectError, match="2 problems") as caught:
        toy.run(profile="sampel", values=(("00.n", "x"),))
    assert "one of: sample" in str(caught.value)


def test_25_notebook_without_a_source_is_told(toy):
    (toy.notebooks / f"{ALONE}.ipynb").unlink()
    with pytest.raises(ProjectError, match=f"{ALONE}.ipynb"):
        toy.run()
    request = Request(out=str(toy.out), only=("00",))
    assert list(planning.make_plan(request, toy.street).values) == [FIRST]


# Rows 26 to 28: a cell raises, a kernel dies, a cell never ends.


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A street where the second raises; the others are walked around it."""
    toy = Toy(tmp_path_factory.mktemp("failed"))
    toy.write(SECOND, "y = 1", "table = {}\ntable['lable']")
    return toy, toy.run()


def test_26_cell_that_raises_fails_its_notebook_and_no_other(failed):
    toy, summary = failed
    statuses = {name: record.status for name, record in summary.records.items()}
    assert statuses == {
        FIRST: "done",
        SECOND: "failed",
        THIRD: "skipped",
        ALONE: "done",
    }
    assert summary.exit_code == 1
    assert summary.records[SECOND].error == (
        "code cell 5 of 6: table['lable']\nKeyError: 'lable'"
    )
    assert summary.records[THIRD].error == f"needs {SECOND}, which failed"


def test_26_partial_notebook_and_page_are_kept(failed):
    toy, _ = failed
    node = nbformat.read(state.executed_path(toy.out, SECOND), as_version=4)
    assert "KeyError" in str(node.cells)
    page = state.page_path(toy.out, SECOND).read_text("utf-8")
    assert "failed" in page and "lable" in page
    assert "which failed" in state.page_path(toy.out, THIRD).read_text("utf-8")


def test_26_after_the_repair_just_the_rest_runs(failed):
    toy, _ = failed
    toy.write(SECOND, "y = 2")
    assert toy.statuses() == {
        FIRST: "up-to-date",
        SECOND: "done",
        THIRD: "done",
        ALONE: "up-to-date",
    }


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("os._exit(3)", "exit code 3"),
        pytest.param("os.kill(os.getpid(), 9)", "memory", marks=posix_only),
        pytest.param("os.kill(os.getpid(), 11)", "SIGSEGV", marks=posix_only),
    ],
)
def test_27_kernel_that_dies_is_told_with_the_likely_cause(toy, code, cause):
    toy.write(ALONE, "print('before')", code)
    summary = toy.run(only=("03",))
    where, why = summary.records[ALONE].error.split("\n")
    assert code in where and "the kernel died" in why and cause in why
    assert summary.exit_code == 1
    assert "before" in state.executed_path(toy.out, ALONE).read_text("utf-8")
    assert cause in state.page_path(toy.out, ALONE).read_text("utf-8")


def test_28_cell_that_never_ends_is_ended(toy):
    toy.write(ALONE, "while True:\n    pass")
    summary = toy.run(only=("03",), cell_timeout=2)
    assert "--cell-timeout" in summary.records[ALONE].error
    assert summary.seconds < 20 and not kernels_of(toy)


# Row 29: killed.


@posix_only
def test_29_killed_run_leaves_no_kernel_and_is_resumed(toy):
    toy.write(ALONE, long_cell(toy, ALONE))
    process = toy.start(only=("00", "03"), jobs=1)
    wait_until(lambda: begun(toy, ALONE))
    toy_street.kill(process)
    assert toy.run_json()["notebooks"][ALONE]["status"] == "failed"
    assert not state.executed_path(toy.out, ALONE).exists()
    toy.write(ALONE, "x = 2")
    assert toy.statuses(only=("00", "03")) == {FIRST: "up-to-date", ALONE: "done"}
    assert not kernels_of(toy)


@posix_only
def test_29_orphans_of_a_killed_run_are_ended(toy):
    """Also one that does not notice by itself that its runner is gone."""
    environment = os.environ | {processes.MARK: processes.mark_of(toy.out, "old")}
    code = "import time; time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as orphan:
        wait_until(lambda: kernels_of(toy))
        toy.run(only=("03",))
        orphan.wait(10)
        assert not kernels_of(toy)


def test_29_half_run_notebook_is_never_taken_for_done(toy):
    """Killed after the new results were written, before run.json knew of them."""
    toy.run(only=("03",))
    before = toy.run_json()
    toy.run(only=("03",), values=(("03.n", "9"),))
    (toy.out / "run.json").write_text(json.dumps(before))
    assert toy.statuses(only=("03",)) == {ALONE: "done"}
    assert json.loads((toy.out / ALONE / "metrics.json").read_text())["n"] == 3


def test_29_run_json_that_is_cut_means_all_runs_again(toy):
    toy.run(only=("03",))
    text = (toy.out / "run.json").read_text()
    (toy.out / "run.json").write_text(text[: len(text) // 2])
    assert toy.statuses(only=("03",)) == {ALONE: "done"}


# Row 30: Ctrl-C.


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_30_once_ends_kernels_and_keeps_what_there_is(toy, number):
    toy.write(FIRST, "print('so far')", long_cell(toy, FIRST))
    process = toy.start(only=("00", "03"), jobs=1)
    wait_until(lambda: begun(toy, FIRST))
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert not kernels_of(toy)
    entries = toy.run_json()["notebooks"]
    assert entries[FIRST]["status"] == "failed"
    assert "ended before it finished" in entries[FIRST]["error"]
    assert entries[ALONE]["status"] == "skipped"
    assert "so far" in state.executed_path(toy.out, FIRST).read_text("utf-8")
    with lock.run_lock(state.work_folder(toy.out) / "lock"):
        pass


@posix_only
def test_30_twice_ends_at_once(toy):
    toy.write(ALONE, long_cell(toy, ALONE))
    process = toy.start(only=("03",))
    wait_until(lambda: begun(toy, ALONE))
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 130
    assert not kernels_of(toy)
    toy.write(ALONE, "x = 1")
    assert toy.statuses(only=("03",)) == {ALONE: "done"}


# Row 31: two runs on one folder.


def test_31_second_run_refuses_and_names_the_first(toy):
    toy.write(ALONE, long_cell(toy, ALONE))
    process = toy.start(only=("03",))
    try:
        wait_until(lambda: begun(toy, ALONE))
        with pytest.raises(RunLockedError) as caught:
            toy.run()
        told = str(caught.value)
        assert f"process {process.pid}" in told and "since 20" in told
        assert kernels_of(toy), "the first goes on"
    finally:
        toy_street.kill(process)
    # Killed: its lock is gone with it, though its note still lies there.
    assert str(process.pid) in (state.work_folder(toy.out) / "lock").read_text()
    toy.write(ALONE, "x = 1")
    assert toy.statuses(only=("03",)) == {ALONE: "done"}


# Row 32: the disk.


def test_32_too_little_space_is_told_before_anything_runs(toy, monkeypatch):
    monkeypatch.setattr(atomic, "free_bytes", lambda folder: 3_000_000)
    with pytest.raises(DiskError, match="4,000,000 bytes are needed") as caught:
        toy.run()
    assert "3,000,000" in str(caught.value) and not toy.out.exists()


def test_32_disk_that_fills_up_leaves_earlier_results_intact(toy, monkeypatch):
    import errno

    toy.run(only=("00",))
    before = snapshot(toy.out / FIRST)

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskError, match=r"disk is full; [\d,]+ bytes") as caught:
        toy.run(force=True)
    assert toy.out.as_posix() in str(caught.value) and not kernels_of(toy)
    monkeypatch.undo()
    assert snapshot(toy.out / FIRST) == before
    assert toy.statuses(only=("00",)) == {FIRST: "up-to-date"}


@posix_only
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_32_folder_that_is_read_only_is_refused(toy):
    toy.out.mkdir(mode=0o500)
    with pytest.raises(DiskError, match="cannot be written"):
        toy.run()


def test_32_out_that_is_a_file_is_refused(toy):
    toy.out.write_text("x")
    with pytest.raises(DiskError, match="--out is a file"):
        toy.run()
    assert toy.out.read_text() == "x"


# Rows 33 to 36: what decides whether something runs again.


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    toy = Toy(tmp_path_factory.mktemp("walked") / "toy")
    toy.run(only=("00", "01"))
    return toy


@pytest.fixture
def done(walked, tmp_path):
    """A copy of a street whose first two notebooks are done."""
    shutil.copytree(walked.root, tmp_path / "toy")
    copy = Toy.at(tmp_path / "toy")
    copy.write_profile()  # the copy's own data
    return copy


@pytest.mark.parametrize("how", ["flipped", "cut", "gone", "added", "manifest"])
def test_33_corrupted_artefact_is_made_again(done, how):
    path = done.out / SECOND / "metrics.json"
    right = path.read_bytes()
    if how == "flipped":
        path.write_bytes(bytes([right[0] ^ 1]) + right[1:])
    elif how == "cut":
        path.write_bytes(right[:-1])
    elif how == "gone":
        path.unlink()
    elif how == "added":
        (done.out / SECOND / "splits.csv").write_text("from elsewhere")
        (done.out / SECOND / "manifest.json").unlink()
    else:
        (done.out / SECOND / "manifest.json").write_text("{")
    statuses = done.statuses(only=("00", "01"))
    assert statuses == {FIRST: "up-to-date", SECOND: "done"}
    assert path.read_bytes() == right


def test_33_results_from_another_seed_are_made_again(done):
    """A student ran the notebook in JupyterLab with another seed, into this folder."""
    from helpers.storage import manifests

    (done.out / SECOND / "metrics.json").write_text('{"n": 3, "seed": 99}')
    manifests.write_manifest(done.out / SECOND)
    assert done.statuses(only=("01",)) == {SECOND: "done"}
    assert json.loads((done.out / SECOND / "metrics.json").read_text())["seed"] == 7


def test_34_edited_notebook_runs_again_with_what_depends_on_it(done):
    done.write(FIRST, "x = 2")
    # The second reads what the first wrote, and that has not changed.
    statuses = done.statuses(only=("00", "01"))
    assert statuses == {FIRST: "done", SECOND: "up-to-date"}
    done.write(FIRST, f"Path(out, {FIRST!r}, 'more.txt').write_text('new')")
    assert done.statuses(only=("00", "01")) == {FIRST: "done", SECOND: "done"}


def test_34_edited_helper_runs_again_what_imports_it(done, monkeypatch):
    right = freshness.helper_hashes

    def edited(code, root):
        found = right(code, root)
        return found | ({"helpers.new": "edited"} if "y = 5" in code else {})

    done.write(SECOND, "y = 5")
    done.run(only=("00", "01"))
    monkeypatch.setattr(freshness, "helper_hashes", edited)
    statuses = done.statuses(only=("00", "01"))
    assert statuses == {FIRST: "up-to-date", SECOND: "done"}


def test_34_edited_data_runs_again(done):
    (done.data / "note.txt").write_text("other data")
    assert done.statuses(only=("00",)) == {FIRST: "done"}


def test_35_content_decides_and_not_the_clock(done):
    for path in [*done.notebooks.iterdir(), *done.out.rglob("*"), done.data]:
        os.utime(path, (0, 0))
    statuses = done.statuses(only=("00", "01"))
    assert statuses == {FIRST: "up-to-date", SECOND: "up-to-date"}
    path = done.out / SECOND / "metrics.json"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"3", b"4"))  # the size stays
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert done.statuses(only=("01",)) == {SECOND: "done"}


def test_36_moved_run_folder_is_resumed_and_its_report_opens(done, tmp_path):
    from helpers.series import ledger
    from helpers.show import report

    moved = tmp_path / "another place" / "ünder"
    shutil.copytree(done.out, moved)
    shutil.rmtree(done.out)
    # The data lies elsewhere as well.
    data = tmp_path / "data of another machine"
    done.data.rename(data)
    asked = {"out": str(moved), "data": str(data), "only": ("00", "01")}
    statuses = done.statuses(**asked)
    assert statuses == {FIRST: "up-to-date", SECOND: "up-to-date"}
    index = report.write_site(moved, list(ledger.rows(done.street)))
    text = index.read_text("utf-8")
    assert str(done.out) not in text and f"pages/{FIRST}.html" in text
