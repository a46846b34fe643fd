import json
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import toy_street
from toy_street import ALONE, FIRST, SECOND, THIRD, Toy

from helpers.base.errors import ProjectError
from helpers.series import (
    display,
    execution,
    kernels,
    machine,
    parameters,
    planning,
    processes,
    state,
)
from helpers.series.state import Record

ALL = [FIRST, SECOND, THIRD, ALONE]


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A street that was walked once; tests leave it as it is."""
    toy = Toy(tmp_path_factory.mktemp("walked"))
    toy.write_profile(f"{{{SECOND}: {{n: 4}}}}")
    toy.write(FIRST, "print('hello')", "os.environ['HELPERS_RUN'], os.getcwd()")
    summary = toy.run(values=(("03.n", "5"),))
    return toy, summary


def test_everything_is_done_and_written_down(walked):
    toy, summary = walked
    assert summary.exit_code == 0 and not summary.interrupted
    assert {name: r.status for name, r in summary.records.items()} == dict.fromkeys(
        ALL, "done"
    )
    content = toy.run_json()
    assert content["profile"] == "sample" and content["seed"] == 7
    assert content["data"] == toy.data.as_posix() and content["device"]
    assert list(content["notebooks"]) == ALL
    for entry in content["notebooks"].values():
        assert entry["seconds"] > entry["kernel_seconds"] > 0 and entry["hash"]
    assert (toy.out / "index.html").is_file()


def test_values_of_profile_and_command_line_arrive(walked):
    toy, _ = walked
    metrics = {
        name: json.loads((toy.out / name / "metrics.json").read_text()) for name in ALL
    }
    assert metrics[FIRST] == {"n": 3, "seed": 7}
    assert metrics[SECOND]["n"] == 4 and metrics[ALONE]["n"] == 5


def test_kernel_works_in_the_root_with_the_mark_of_the_run(walked):
    from helpers.base.paths import ROOT

    toy, _ = walked
    node = nbformat.read(state.executed_path(toy.out, FIRST), as_version=4)
    text = "".join(str(cell.get("outputs", "")) for cell in node.cells)
    assert "hello" in text and str(ROOT) in text
    assert processes.mark_of(toy.out) in text


def test_pages_link_the_street(walked):
    toy, _ = walked
    page = state.page_path(toy.out, SECOND).read_text("utf-8")
    assert f"{FIRST}.html" in page and f"{THIRD}.html" in page


def test_second_run_does_nothing(walked):
    toy, summary = walked
    again = toy.run(values=(("03.n", "5"),))
    assert {r.status for r in again.records.values()} == {"up-to-date"}
    # Loose, for a busy machine: 0.2 s alone, of which hashing is the most.
    assert again.seconds < 2
    assert toy.run_json()["notebooks"][FIRST]["seconds"] == pytest.approx(
        summary.records[FIRST].seconds
    )


def test_only_from_and_force_choose(tmp_path):
    toy = Toy(tmp_path)
    with pytest.raises(ProjectError, match=f"--only {FIRST} {SECOND}"):
        toy.run(only=("01",))
    assert toy.statuses(only=("00", "01")) == {FIRST: "done", SECOND: "done"}
    assert toy.statuses(start="02") == {THIRD: "done", ALONE: "done"}
    forced = toy.statuses(only=("01",), force=True)
    assert forced == {SECOND: "done"}
    # What the forced one wrote is the same, so the next is up to date all the same.
    assert set(toy.statuses().values()) == {"up-to-date"}
    assert list(toy.run_json()["notebooks"]) == ALL


def test_longest_way_first_with_one_job(tmp_path, capsys):
    toy = Toy(tmp_path)
    toy.run(jobs=1)
    told = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert told == [FIRST, SECOND, THIRD, ALONE]


def test_executor_is_handed_plain_tasks(tmp_path):
    import pickle

    handed = []

    class Recorder(ThreadPoolExecutor):
        def submit(self, function, task):
            function, task = pickle.loads(pickle.dumps((function, task)))  # noqa: S301
            handed.append(task.name)
            return super().submit(function, task)

    from helpers.series import runner
    from helpers.series.request import Request

    toy = Toy(tmp_path)
    request = Request(out=str(toy.out), only=("03",), jobs=1)
    assert runner.run(request, toy.street, Recorder).exit_code == 0
    assert handed == [ALONE]


def test_notebook_that_does_not_finish_its_folder_has_failed(tmp_path):
    toy = Toy(tmp_path)
    path = toy.notebooks / f"{ALONE}.ipynb"
    node = nbformat.read(path, as_version=4)
    node.cells.pop()
    nbformat.write(node, path)
    record = toy.run(only=("03",)).records[ALONE]
    assert record.status == "failed" and "run.finish" in record.error


def test_error_names_the_line_of_the_cell():
    trace = kernels.Trace(
        fate="raised",
        cell=3,
        n_cells=7,
        source="a = 1\nb = a / 0",
        error_name="ZeroDivisionError",
        error_value="division by zero\nand more",
        traceback="\x1b[36mCell\x1b[39m In[3], line 2\n----> 2 b = a / 0",
    )
    trace.traceback = "Cell In[3], line 2\n----> 2 b = a / 0"
    assert execution.error_of(trace) == (
        "code cell 3 of 7: b = a / 0\nZeroDivisionError: division by zero"
    )
    assert execution.error_of(kernels.Trace()) == ""


@pytest.mark.parametrize(
    ("code", "word"),
    [(-9, "memory"), (-11, "SIGSEGV"), (3, "exit code 3"), (None, "nobody knows")],
)
def test_death_of_a_kernel_has_a_likely_cause(code, word):
    trace = kernels.Trace(fate="died", cell=1, n_cells=2, source="x", exit_code=code)
    assert word in execution.error_of(trace)


def test_kernel_that_never_came_up_is_told():
    trace = kernels.Trace(fate="died", error_value="no kernel")
    assert "did not start: no kernel" in execution.error_of(trace)


def test_share_done_counts_cells(monkeypatch):
    assert execution.share_done("00_x") == 0
    monkeypatch.setitem(execution.RUNNING, "00_x", kernels.Trace(cell=3, n_cells=4))
    assert execution.share_done("00_x") == 0.5


def test_display_tells_a_failure_in_three_lines(tmp_path, capsys):
    shown = display.Display(tmp_path, 2)
    shown.tick({"00_a": 0.5})
    shown.settle("00_a", Record("failed", 1, 1, error="code cell 2 of 3: x\nE: y"))
    shown.settle("01_b", Record("skipped", error="needs 00_a, which failed"))
    shown.close()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[1/2] 00_a FAILED in code cell 2 of 3: x"
    assert lines[1].strip() == "E: y"
    assert "notebooks/00_a.ipynb" in lines[2] and "pages/00_a.html" in lines[2]
    assert lines[3:] == ["[2/2] 01_b skipped: needs 00_a, which failed"]


def test_machine_counts_and_shares_its_cores(monkeypatch):
    assert machine.count_cores() >= 1 and machine.memory_bytes() > 10**8
    assert 1 <= machine.default_jobs() <= 2
    monkeypatch.setattr(machine, "memory_bytes", lambda: 2 * 10**9)
    assert machine.default_jobs() == 1
    monkeypatch.setattr(machine, "count_cores", lambda: 8)
    environment = processes.kernel_environment("mark", 2)
    assert environment["OMP_NUM_THREADS"] == "4"
    assert environment["HELPERS_RUN"] == "mark" and environment["HELPERS_QUIET"] == "1"


def test_machine_without_programs_says_nothing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert machine.gpu_names() == [] and machine.git_commit() is None
    monkeypatch.undo()
    assert machine._lines("git", "no-such-command") == []


def test_end_marked_ends_just_those_with_the_mark(tmp_path):
    import os
    import subprocess
    import sys

    code = "import time; time.sleep(60)"
    marks = [processes.mark_of(tmp_path, "1"), processes.mark_of(tmp_path / "b", "1")]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=os.environ | {processes.MARK: mark}
        )
        for mark in marks
    ]
    try:
        # Linux shows the environment of the new program only after its start.
        toy_street.wait_until(
            lambda: processes._mark(processes.psutil.Process(children[0].pid))
        )
        assert processes.end_marked(processes.mark_of(tmp_path)) == [children[0].pid]
        assert children[1].poll() is None
    finally:
        for child in children:
            child.kill()
            child.wait()


def test_a_default_that_is_typed_is_the_same_run():
    declared = {"k": parameters.Parameter("k", "int", 1)}
    assert planning._said_otherwise({"k": 1}, declared) == {}
    assert planning._said_otherwise({"k": 2}, declared) == {"k": 2}
    assert planning._said_otherwise({"k": True}, declared) == {"k": True}
