"""Rows 29, 32, 33, 37, 38, 39 and 42 of the fault table, where vectors are made."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from memory_kit import run_watched
from PIL import Image

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DiskError,
    ParameterError,
    ProjectError,
)
from helpers.base.paths import ROOT
from helpers.features import embeddings, encoders, shard_jobs

ENCODER = "colour_texture"


class Toy:
    """Encodes a picture as its size in bytes, or does what a test asks."""

    name, dimension, size_px, fit, device = ENCODER, 2, 4, "squash", "cuda"

    def __init__(self):
        self.facts = {"encoder": "toy"}
        self.most, self.tried = 10**9, []
        self.worst = np.float32(0)

    def prepare(self, rgb):
        return np.full((4, 4, 3), rgb[0, 0], np.uint8)

    def encode(self, batch):
        self.tried.append(len(batch))
        if len(batch) > self.most:
            raise MemoryError("CUDA out of memory")
        first = batch[:, 0, 0, :1].astype(np.float32)
        return np.hstack([first, np.where(first == 5, self.worst, 1)])


@pytest.fixture
def toy(monkeypatch):
    encoder = Toy()
    monkeypatch.setattr(encoders, "get_encoder", lambda *_: encoder)
    return encoder


@pytest.fixture
def paths(tmp_path):
    """Write 20 pictures; all pixels of picture k are k."""
    return write_pictures(tmp_path / "pictures", 20)


def write_pictures(folder, n, size_px=8):
    folder.mkdir()
    made = [folder / f"{k:03}.png" for k in range(n)]
    for k, path in enumerate(made):
        Image.fromarray(np.full((size_px, size_px, 3), k, np.uint8)).save(path)
    return made


def headers(store):
    return sorted(store.rglob("shard-*.npy.json"))


def test_39_batches_are_halved_until_they_fit_and_it_is_said(paths, tmp_path, toy):
    toy.most = 3
    with pytest.warns(UserWarning, match="cuda is too small for 16 .* 2 at a time"):
        found = embeddings.embed(paths, ENCODER, tmp_path / "s", batch_size=16)
    assert toy.tried[:4] == [16, 8, 4, 2] and set(toy.tried[4:]) == {2}
    assert found.X[:, 0].tolist() == list(range(20))


def test_39_the_smaller_batch_stays_for_the_shards_that_follow(paths, tmp_path, toy):
    toy.most = 4
    with pytest.warns(UserWarning) as said:
        embeddings.embed(paths, ENCODER, tmp_path / "s", batch_size=8, shard_size=10)
    assert toy.tried.count(8) == 1 and len(said) == 1


def test_39_no_memory_for_one_picture_is_an_error(paths, tmp_path, toy):
    toy.most = 0
    with pytest.raises(ParameterError, match="single picture.*colour_texture on cuda"):
        embeddings.embed(paths, ENCODER, tmp_path / "s", batch_size=4)
    assert toy.tried == [4, 2, 1] and not headers(tmp_path / "s")


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf])
def test_42_a_vector_that_is_not_finite_stops_and_names_its_file(
    paths, tmp_path, toy, worst
):
    toy.worst = np.float32(worst)
    given = {"shard_size": 4, "batch_size": 2}
    with pytest.raises(ArtefactDamagedError, match=r"1 vectors.*005\.png") as error:
        embeddings.embed(paths, ENCODER, tmp_path / "s", **given)
    assert "004.png" not in str(error.value)
    assert len(headers(tmp_path / "s")) == 1  # 0 to 3, finished before
    toy.worst, toy.tried = np.float32(1), []
    found = embeddings.embed(paths, ENCODER, tmp_path / "s", **given)
    assert found.n_new == sum(toy.tried) == 16


def test_42_too_large_for_float16_is_said(paths, tmp_path, toy):
    toy.worst = np.float32(1e6)
    assert embeddings.embed(paths, ENCODER, tmp_path / "s").X[5, 1] == 1e6
    with pytest.raises(ArtefactDamagedError, match=r"005\.png.*float32"):
        embeddings.embed(paths, ENCODER, tmp_path / "s", dtype="float16")


def test_33_a_damaged_shard_is_made_again(paths, tmp_path, toy):
    store = tmp_path / "s"
    first = embeddings.embed(paths, ENCODER, store, shard_size=10)
    array = headers(store)[0].with_suffix("")
    array.write_bytes(array.read_bytes()[:-3] + b"abc")
    toy.tried.clear()
    with pytest.warns(UserWarning, match="1 damaged or foreign"):
        again = embeddings.embed(paths, ENCODER, store, shard_size=10)
    assert again.n_new == sum(toy.tried) == 10
    np.testing.assert_array_equal(first.X, again.X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the same content took the same place
        assert embeddings.embed(paths, ENCODER, store).n_new == 0


def test_33_the_store_of_another_encoder_is_not_used(paths, tmp_path, toy):
    """Somebody renamed the folder of one encoder to that of another."""
    store = tmp_path / "s"
    embeddings.embed(paths, ENCODER, store)
    (folder,) = store.iterdir()
    toy.facts = {"encoder": "other"}
    embeddings.embed(paths[:1], ENCODER, store)
    (other,) = set(store.iterdir()) - {folder}
    for path in folder.iterdir():
        path.rename(other / path.name)
    with pytest.warns(UserWarning, match="foreign.*facts should be"):
        assert embeddings.embed(paths, ENCODER, store).n_new == 19


CHILD = """
    import sys
    from pathlib import Path
    from helpers.features import embeddings

    paths = sorted(Path(sys.argv[1]).iterdir())
    found = embeddings.embed(paths, "colour_texture", Path(sys.argv[2]), shard_size=3,
                             batch_size=2)
    print(len(found.X))
"""


def child(*arguments):
    environment = os.environ | {"HELPERS_QUIET": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(CHILD), *map(str, arguments)]
    return command, environment


def test_29_killed_and_started_again_encodes_nothing_twice(tmp_path):
    paths = write_pictures(tmp_path / "pictures", 250)
    store, whole = tmp_path / "s", tmp_path / "whole"
    command, environment = child(tmp_path / "pictures", store)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    until = time.monotonic() + 60
    while len(headers(store)) < 8 and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()
    n_known = 3 * len(headers(store))
    assert 24 <= n_known < 250
    before = {path: path.read_bytes() for path in headers(store)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = embeddings.embed(paths, ENCODER, store, shard_size=3)
    assert again.n_new == 250 - n_known
    assert {path: path.read_bytes() for path in before} == before
    uninterrupted = embeddings.embed(paths, ENCODER, whole, shard_size=3)
    np.testing.assert_array_equal(again.X, uninterrupted.X)
    assert [path.name for path in headers(store)] == [
        path.name for path in headers(whole)
    ]


def test_29_a_kill_between_the_files_of_a_shard_costs_that_shard(
    paths, tmp_path, toy, monkeypatch
):
    real, n_left = os.replace, 5  # three files of a shard, two of the next

    def replace(*names):
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise KeyboardInterrupt
        real(*names)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=5)
    monkeypatch.setattr(os, "replace", real)
    assert len(headers(tmp_path / "s")) == 1
    found = embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=5)
    assert found.n_new == 15 and found.X[:, 0].tolist() == list(range(20))


def test_30_interrupted_it_ends_soon_and_keeps_what_is_finished(
    paths, tmp_path, toy, monkeypatch
):
    def interrupted(items, description, **_options):
        for number, item in enumerate(items):
            if description == "embedding" and number == 12:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr("helpers.base.progress.track", interrupted)
    with pytest.raises(KeyboardInterrupt):
        embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=5, batch_size=5)
    monkeypatch.undo()
    monkeypatch.setattr(encoders, "get_encoder", lambda *_: toy)
    assert embeddings.embed(paths, ENCODER, tmp_path / "s").n_new == 10


def test_32_a_full_disk_ends_it_with_the_folder(paths, tmp_path, toy, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="full"):
        embeddings.embed(paths, ENCODER, tmp_path / "s")
    monkeypatch.undo()
    assert not headers(tmp_path / "s")


def die(_job):
    os._exit(3)


def lose(job):
    return shard_jobs._Done(len(job.files), {}, job.batch_size)


def test_38_a_worker_that_dies_ends_it_with_a_way_out(paths, tmp_path, monkeypatch):
    monkeypatch.setattr(shard_jobs, "_embed_shard", die)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        with pytest.raises(ProjectError, match="worker process ended.*smaller batch"):
            embeddings.embed(paths, ENCODER, tmp_path / "s", executor=pool)


class AtOnce:
    """An executor that works where it stands, of which tests decide how."""

    def __new__(cls, work):
        from concurrent.futures import Executor, Future

        class _AtOnce(Executor):
            def submit(self, _call, *arguments):
                future = Future()
                try:
                    future.set_result(work(*arguments))
                except Exception as error:
                    future.set_exception(error)
                return future

        return _AtOnce()


def test_38_workers_that_write_elsewhere_are_found_out(paths, tmp_path, toy):
    with pytest.raises(ArtefactMissingError, match="20 vectors did not arrive"):
        embeddings.embed(paths, ENCODER, tmp_path / "s", executor=AtOnce(lose))


def test_41_a_worker_with_another_encoder_is_refused(paths, tmp_path, toy):
    def elsewhere(job):
        toy.facts = {"encoder": "another"}
        return shard_jobs._embed_shard(job)

    with pytest.raises(ArtefactDamagedError, match="worker's encoder is not the one"):
        embeddings.embed(paths, ENCODER, tmp_path / "s", executor=AtOnce(elsewhere))
    assert not headers(tmp_path / "s")


def test_37_memory_does_not_grow_with_the_number_of_pictures(tmp_path):
    """Large pictures, which take 3 MB each decoded: 240 MB if they were kept."""
    folder = tmp_path / "pictures"
    write_pictures(folder, 80, size_px=1000)
    environment = child(folder, tmp_path)[1]
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(folder.iterdir())[:6]:
        (few / path.name).write_bytes(path.read_bytes())
    peaks = []
    for place in (few, folder):
        command, _ = child(place, tmp_path / f"store of {place.name}")
        done, peak = run_watched(command, env=environment)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == len(list(place.iterdir()))
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 100e6


def test_headers_say_what_was_made(paths, tmp_path, toy):
    embeddings.embed(paths, ENCODER, tmp_path / "s")
    (header,) = headers(tmp_path / "s")
    said = json.loads(header.read_text(encoding="utf-8"))
    assert said["facts"]["encoder"] == "toy" and said["shape"] == [20, 2]
    assert Path(header.parent).name.startswith("colour_texture-")
