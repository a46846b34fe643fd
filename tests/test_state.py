import json
import os
import socket

import psutil
import pytest

from helpers.base.errors import RunLockedError
from helpers.data import locks
from helpers.series import lock, state
from helpers.series.state import Record
from helpers.storage import manifests

RECORD = Record("done", 1.5, 0.5, "k" * 64, "m" * 64)


def finish(out, name, page=True):
    """Leave what a finished notebook leaves; return the hash of its manifest."""
    (out / name).mkdir(parents=True)
    (out / name / "metrics.json").write_text("{}")
    manifests.write_manifest(out / name)
    for path in (state.executed_path(out, name), state.page_path(out, name)):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return state.manifest_hash(out, name)


def test_records_come_back(tmp_path):
    failed = Record("failed", 2.0, error="code cell 3 of 5: x\nKeyError: 'x'")
    records = {"00_a": RECORD, "01_b": failed}
    state.write_records(tmp_path, {"profile": "sample", "seed": 1}, records)
    assert state.read_records(tmp_path) == records
    content = json.loads((tmp_path / "run.json").read_text())
    assert content["schema"] == 1 and content["profile"] == "sample"
    kinds = ("status", "seconds", "kernel_seconds", "hash", "error")
    assert set(kinds) <= set(content["notebooks"]["00_a"])


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"schema": 1}', '{"schema": 9, "notebooks": {}}', "null"]
    + ['{"schema": 1, "notebooks": {"a": {}}}', '{"schema": 1, "notebooks": [1]}'],
)
def test_run_json_that_is_cut_or_strange_means_nothing_is_known(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    assert state.read_records(tmp_path) == {}


def test_whole_needs_every_file_as_it_was(tmp_path):
    manifest = finish(tmp_path, "00_a")
    assert state.has_finished(tmp_path, "00_a")
    assert state.is_whole(tmp_path, "00_a", manifest)
    assert not state.is_whole(tmp_path, "00_a", "")
    assert not state.is_whole(tmp_path, "00_a", "of another run")
    (tmp_path / "00_a" / "metrics.json").write_text("[]")
    assert not state.is_whole(tmp_path, "00_a", manifest)


@pytest.mark.parametrize("lost", [state.executed_path, state.page_path])
def test_whole_needs_notebook_and_page(tmp_path, lost):
    manifest = finish(tmp_path, "00_a")
    lost(tmp_path, "00_a").unlink()
    assert not state.is_whole(tmp_path, "00_a", manifest)


def test_damaged_manifest_is_not_finished(tmp_path):
    finish(tmp_path, "00_a")
    (tmp_path / "00_a" / "manifest.json").write_text("{")
    assert not state.has_finished(tmp_path, "00_a")
    assert not state.is_whole(tmp_path, "00_a", state.manifest_hash(tmp_path, "00_a"))
    assert state.manifest_hash(tmp_path, "01_b") == ""


def test_lock_is_held_once_and_names_its_holder(tmp_path):
    path = state.work_folder(tmp_path) / "lock"
    with lock.run_lock(path):
        note = json.loads(path.read_text())
        assert note["pid"] == os.getpid() and note["host"] == socket.gethostname()
        with pytest.raises(RunLockedError, match=f"process {os.getpid()}") as caught:
            with lock.run_lock(path):
                pass
        assert note["since"] in str(caught.value)
    with lock.run_lock(path):
        pass
    assert path.read_text() == ""


def test_lock_is_given_back_by_an_error(tmp_path):
    with pytest.raises(KeyError), lock.run_lock(tmp_path / "lock"):
        raise KeyError
    with lock.run_lock(tmp_path / "lock"):
        pass


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, True),
        ({"create_time": 1.0}, False),
        ({"pid": 2**22 + 1}, False),
        ({"host": "another"}, True),
        ({"pid": "x"}, False),
    ],
)
def test_without_locks_of_the_system_the_note_decides(
    tmp_path, monkeypatch, change, refused
):
    monkeypatch.setattr(locks, "try_lock", lambda handle: None)
    me = psutil.Process()
    note = {"pid": me.pid, "create_time": me.create_time()}
    note |= {"host": socket.gethostname(), "since": "now"} | change
    (tmp_path / "lock").write_text(json.dumps(note))
    if refused:
        with pytest.raises(RunLockedError, match="delete"):
            with lock.run_lock(tmp_path / "lock"):
                pass
    else:
        with lock.run_lock(tmp_path / "lock"):
            pass
