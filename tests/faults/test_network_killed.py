"""Row 23 of the fault table: a download that was ended in the middle."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import pytest
from small_web import (
    HOST,
    QUICK,
    content,
    image_id,
    make_web,
    picture,
)

from helpers.base.errors import DiskError, RunLockedError
from helpers.data import download, locks
from helpers.data.sample.web import server

CHILD = """
    import json, sys
    from pathlib import Path
    import pandas as pd
    from helpers.data import download

    table, out, places = sys.argv[1:]
    download.fetch_all(
        pd.read_csv(table),
        Path(out),
        download.Settings(spacing_s=0.03),
        {host: tuple(place) for host, place in json.loads(places).items()},
    )
"""


def test_23_killed_and_started_again_fetches_nothing_twice(tmp_path):
    n_rows = 40
    data, table = make_web(tmp_path / "web", [""] * n_rows)
    table.to_csv(tmp_path / "table.csv", index=False)
    web, _, _ = server.read_web(data)
    out = tmp_path / "out"
    with server.run_web(web) as port:
        resolve = {HOST: ("127.0.0.1", port)}
        arguments = [str(tmp_path / "table.csv"), str(out), json.dumps(resolve)]
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(CHILD), *arguments],
            stdout=subprocess.DEVNULL,
            env=os.environ | {"HELPERS_QUIET": "1"},
        )
        until = time.monotonic() + 30
        while len(list(out.glob("0*.jpg"))) < 5 and time.monotonic() < until:
            time.sleep(0.01)
        child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        child.wait()
        finished = {path.stem for path in out.glob("0*.jpg")}
        assert 5 <= len(finished) < n_rows
        asked = dict(web.asked)
        result = download.fetch_all(table, out, QUICK, resolve)
    fates = result.set_index("image_id")["fate"]
    assert set(fates[list(finished)]) == {"already_there"}
    assert set(fates.drop(list(finished))) == {"downloaded"}
    for number in range(n_rows):
        assert content(tmp_path, number) == picture(number)
        if image_id(number) in finished:
            assert web.asked[table["url"][number]] == asked[table["url"][number]] == 1
    assert not list(out.glob("*.partial*"))


def test_23_a_partial_file_of_an_earlier_run_is_continued(tmp_path):
    data, table = make_web(tmp_path / "web", ["short_body"])
    web, _, _ = server.read_web(data)
    with server.run_web(web) as port:
        resolve = {HOST: ("127.0.0.1", port)}
        once = replace(QUICK, n_tries=1)
        first = download.fetch_all(table, tmp_path / "out", once, resolve)
        second = download.fetch_all(table, tmp_path / "out", once, resolve)
    assert (first["reason"][0], second["fate"][0]) == ("truncated", "downloaded")
    assert second["resumed"][0]
    assert content(tmp_path, 0) == picture(0)


def test_23_an_interrupted_run_ends_soon_and_keeps_what_is_finished(
    tmp_path, monkeypatch
):
    data, table = make_web(tmp_path / "web", [""] * 30)

    def interrupted(items, *_args, **_options):
        for number, item in enumerate(items):
            if number == 5:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr("helpers.base.progress.track", interrupted)
    slow = replace(QUICK, spacing_s=0.2)
    begun = time.monotonic()
    with server.serve_sample(data) as resolve:
        with pytest.raises(KeyboardInterrupt):
            download.fetch_all(table, tmp_path / "out", slow, resolve)
    assert time.monotonic() - begun < 4  # all of it would take 6 s
    assert 5 <= len(list((tmp_path / "out").glob("0*.jpg"))) < 30


def test_32_a_full_disk_ends_the_download_with_its_name(tmp_path, monkeypatch):
    data, table = make_web(tmp_path / "web", [""] * 3)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with server.serve_sample(data) as resolve:
        with pytest.raises(DiskError, match="full"):
            download.fetch_all(table, tmp_path / "out", QUICK, resolve)


@pytest.mark.parametrize("note", ["", "{", "[]", '{"address": "http://x/"}'])
def test_23_a_note_cut_by_a_kill_means_begin_again(tmp_path, note):
    data, table = make_web(tmp_path / "web", [""])
    out = tmp_path / "out"
    out.mkdir()
    partial = out / f".{image_id(0)}.partial"
    partial.write_bytes(b"bytes of nobody knows what")
    partial.with_name(partial.name + ".json").write_text(note)
    with server.serve_sample(data) as resolve:
        result = download.fetch_all(table, out, QUICK, resolve)
    assert (result["fate"][0], result["resumed"][0]) == ("downloaded", False)
    assert content(tmp_path, 0) == picture(0)


def test_31_second_download_into_one_folder_refuses(tmp_path):
    """Two profiles, or `fetch` beside a run: both would write the same files."""
    data, table = make_web(tmp_path / "web", [""])
    with locks.only_one(data, "download"), server.serve_sample(data) as resolve:
        with pytest.raises(RunLockedError, match="another download is at work"):
            download.fetch_all(table, data, QUICK, resolve)
    with server.serve_sample(data) as resolve:
        assert set(download.fetch_all(table, data, QUICK, resolve)["fate"]) == {
            "downloaded"
        }
