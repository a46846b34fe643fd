"""KerasTuner's chief and workers: real processes on this machine."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from helpers.base.errors import (
    ArtefactDamagedError,
    DataMissingError,
    ParameterError,
    TrainingError,
)
from helpers.keras_models import training, tuning, tuning_jobs, tuning_workers
from tests.test_tuning import make_data, make_model, search, settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


@pytest.fixture
def job(tmp_path):
    return tuning_jobs.write_job(
        tmp_path / "s", make_model(), *make_data(), settings(n_trials=4)
    )


def as_worker(monkeypatch, port="1", name="worker-0"):
    values = (name, "127.0.0.1", port)
    for variable, value in zip(tuning.ENVIRONMENT, values, strict=True):
        monkeypatch.setenv(variable, value)


def children():
    """Return the processes below this one that belong to a search."""
    below = psutil.Process().children(recursive=True)
    return [one for one in below if "tuning_workers" in " ".join(one.cmdline())]


@pytest.mark.filterwarnings("error:.*ended early")
def test_two_workers_find_what_one_process_finds(tmp_path, monkeypatch):
    alone = search(tmp_path / "alone", n_trials=4)
    own = []
    fit = training.fit
    monkeypatch.setattr(training, "fit", lambda *a, **k: own.append(1) or fit(*a, **k))
    found = tuning_workers.search_with_workers(
        make_model(), *make_data(), tmp_path / "s", settings(n_trials=4)
    )
    assert not own  # the workers did all of it
    assert found.trials.equals(alone.trials)
    assert not children()


def test_what_lost_workers_left_is_done_here(tmp_path, monkeypatch):
    start = tuning_workers._start

    def broken(job, log, name, port):
        process = start(job, log, name, port)
        if name != "chief":
            process.kill()
        return process

    monkeypatch.setattr(tuning_workers, "_start", broken)
    with pytest.warns(UserWarning, match="worker-0 ended early"):
        found = tuning_workers.search_with_workers(
            make_model(), *make_data(), tmp_path / "s", settings(), n_workers=1
        )
    assert len(found.trials) == 3 and not children()


def test_chief_that_ends_ends_the_search(tmp_path, monkeypatch):
    start = tuning_workers._start

    def broken(job, log, name, port):
        return start(job if name != "chief" else job / "no", log, name, port)

    monkeypatch.setattr(tuning_workers, "_start", broken)
    with pytest.raises(TrainingError, match="chief of the search ended: there is no j"):
        tuning_workers.search_with_workers(
            make_model(), *make_data(), tmp_path / "s", settings(), n_workers=1
        )
    assert not children()


def test_worker_without_chief_gives_up_with_the_address(job, monkeypatch):
    as_worker(monkeypatch)
    monkeypatch.setattr(tuning_workers, "ANSWER_S", 0.5)
    with pytest.raises(TrainingError, match="does not answer.*127.0.0.1:1"):
        tuning_workers.work(job)


def test_processes_end_with_the_one_that_started_them(job, tmp_path):
    code = f"""
import sys; from pathlib import Path; from helpers.keras_models import tuning_workers
one = tuning_workers._start(Path({str(job)!r}), Path({str(tmp_path / "log")!r}),
                            "chief", tuning_workers._free_port())
print(one.pid, flush=True); sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "HELPERS_QUIET": "1"},
    )
    try:
        chief = psutil.Process(int(parent.stdout.readline()))
        assert chief.is_running()
    finally:
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()
    until = time.monotonic() + 60  # it may still be importing TensorFlow
    while chief.is_running() and chief.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_job_holds_model_data_and_settings(job):
    assert tuning_jobs.read_settings(job) == settings(n_trials=4)
    task = tuning_jobs.read_task(job)  # refused, were it another search than written
    assert set(task.arrays) == {"features"} and len(task.y) == 60


def test_changed_or_missing_job_is_refused(job, monkeypatch, capsys):
    model = job / "model.keras"
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtefactDamagedError, match="model was changed"):
        tuning_jobs.read_task(job)
    (job / "job.json").write_text("[]")
    with pytest.raises(ArtefactDamagedError, match="job is not used"):
        tuning_jobs.read_settings(job)
    with pytest.raises(DataMissingError, match="there is no job"):
        tuning_jobs.read_settings(job / "no")
    as_worker(monkeypatch)
    assert tuning_workers.main([str(job / "no")]) == 1
    assert "there is no job" in capsys.readouterr().out


def test_no_worker_and_no_address_are_refused(job, tmp_path, monkeypatch):
    with pytest.raises(ParameterError, match="0 workers"):
        tuning_workers.search_with_workers(
            make_model(), *make_data(), tmp_path / "s", settings(), n_workers=0
        )
    monkeypatch.delenv("KERASTUNER_ORACLE_IP", raising=False)
    with pytest.raises(ParameterError, match="KERASTUNER_ORACLE_IP"):
        tuning_workers.work(job)


def test_search_here_asks_no_chief_whatever_the_environment_says(tmp_path, monkeypatch):
    as_worker(monkeypatch)
    assert len(search(tmp_path / "s", n_trials=1).trials) == 1
    assert os.environ["KERASTUNER_ORACLE_PORT"] == "1"
