"""The downloader against a real web server on this machine."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from small_web import HOST, QUICK, address, alphanum, image_id, make_web, picture

from helpers.base.errors import (
    TableError,
    UnsafePathError,
)
from helpers.data import download, fates
from helpers.data.fetch_errors import FetchError, retry_after_s
from helpers.data.hosts import Host
from helpers.data.http import Client, Limits
from helpers.data.sample.web import server


def by_fault(faults, fates_table):
    return fates_table.iloc[: len(faults)].assign(fault=faults).set_index("fault")


def test_every_row_has_a_fate_and_every_picture_its_name(tmp_path):
    data, table = make_web(tmp_path / "web", ["", "404", ""])
    with server.serve_sample(data) as resolve:
        result = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert tuple(result.columns) == fates.COLUMNS
    assert list(result["image_id"]) == list(table["image_id"])
    assert list(result["fate"]) == ["downloaded", "failed", "downloaded"]
    first = result.iloc[0]
    assert (first["width_px"], first["height_px"], first["status"]) == (96, 64, 200)
    saved = (tmp_path / "out" / first["path"]).read_bytes()
    assert saved == picture(0)
    assert first["path"] == f"{image_id(0)}.jpg"
    assert (first["n_bytes"], first["n_tries"]) == (len(saved), 1)


def test_summary_adds_up(tmp_path):
    data, table = make_web(tmp_path / "web", ["", "404", "404", "html"])
    out = tmp_path / "out"
    with server.serve_sample(data) as resolve:
        download.fetch_all(table.iloc[:1], out, QUICK, resolve)
        counts = download.summarise(download.fetch_all(table, out, QUICK, resolve))
    assert counts == {
        "rows": 4,
        "attempted": 3,
        "downloaded": 0,
        "already_there": 1,
        "failed": {"404": 2, "not_a_picture": 1},
    }


def test_a_second_run_asks_for_nothing_that_is_there(tmp_path):
    data, table = make_web(tmp_path / "web", [""] * 5)
    web, hosts, _ = server.read_web(data)
    with server.run_web(web) as port:
        resolve = {HOST: ("127.0.0.1", port)}
        first = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
        second = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert sum(web.asked.values()) == 5
    assert set(second["fate"]) == {"already_there"}
    for column in ("sha256", "n_bytes", "width_px", "height_px", "path"):
        assert list(second[column]) == list(first[column])


def test_a_finished_file_that_rotted_is_fetched_again(tmp_path):
    data, table = make_web(tmp_path / "web", [""])
    with server.serve_sample(data) as resolve:
        download.fetch_all(table, tmp_path / "out", QUICK, resolve)
        path = tmp_path / "out" / f"{image_id(0)}.jpg"
        path.write_bytes(picture(0)[:2000])
        again = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert list(again["fate"]) == ["downloaded"]
    assert path.read_bytes() == picture(0)


def test_a_finished_file_without_record_is_decoded_and_kept(tmp_path):
    data, table = make_web(tmp_path / "web", [""])
    with server.serve_sample(data) as resolve:
        download.fetch_all(table, tmp_path / "out", QUICK, resolve)
        (tmp_path / "out" / fates.RECORDS).write_text("damaged,\x00record")
        again = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert list(again["fate"]) == ["already_there"]
    assert list(again["width_px"]) == [96]


def test_a_missing_url_is_rebuilt_and_said_so(tmp_path):
    data, table = make_web(tmp_path / "web", ["", ""])
    table.loc[1, "url"] = ""
    lost = pd.DataFrame(
        {
            "image_id": [image_id(8), image_id(9)],
            "url": [None, ""],
            "url_alphanum": ["httpnowhereknown1jpg.jpg", None],
        }
    )
    with server.serve_sample(data) as resolve:
        result = download.fetch_all(
            pd.concat([table, lost]), tmp_path / "out", QUICK, resolve
        )
    assert list(result["fate"]) == ["downloaded", "downloaded", "failed", "failed"]
    assert list(result["url_rebuilt"]) == [False, True, False, False]
    assert result.loc[1, "url"] == address(1)
    assert set(result["reason"][2:]) == {"no_address"}


def test_an_ambiguous_address_is_reported_not_tried(tmp_path):
    urls = [address(0), address(0).replace("-", "_"), ""]
    table = pd.DataFrame(
        {
            "image_id": [image_id(number) for number in range(3)],
            "url": urls,
            "url_alphanum": alphanum(address(5)),
        }
    )
    data, _ = make_web(tmp_path / "web", ["", "404"])
    with server.serve_sample(data) as resolve:
        result = download.fetch_all(
            table, tmp_path / "out", QUICK, {**resolve, "pictures_a.example": ("", 0)}
        )
    assert result.loc[2, "reason"] == "ambiguous_address"
    assert result.loc[2, "n_tries"] == 0


@pytest.mark.parametrize("bad", ["../x", "a/b", "/etc/x", "..", "a\\b", "C:x", ""])
def test_an_id_that_is_no_file_name_is_refused_before_anything(tmp_path, bad):
    table = pd.DataFrame(
        {"image_id": ["ok", bad], "url": address(0), "url_alphanum": ""}
    )
    if bad == "":
        table.loc[1, "image_id"] = "a\x00"
    with pytest.raises(UnsafePathError):
        download.fetch_all(table, tmp_path / "out", QUICK, {})
    assert not (tmp_path / "out").exists()


def test_ids_that_share_a_file_are_refused(tmp_path):
    table = pd.DataFrame({"image_id": ["a", "A"], "url": "", "url_alphanum": ""})
    with pytest.raises(TableError, match="repeats"):
        download.fetch_all(table, tmp_path, QUICK, {})
    with pytest.raises(TableError, match="lacks url"):
        download.fetch_all(table[["image_id"]], tmp_path, QUICK, {})


def test_an_empty_table_has_an_empty_result(tmp_path):
    table = pd.DataFrame({"image_id": [], "url": [], "url_alphanum": []})
    result = download.fetch_all(table, tmp_path / "out", QUICK, {})
    assert len(result) == 0 and tuple(result.columns) == fates.COLUMNS
    assert download.summarise(result)["rows"] == 0


def test_requests_to_one_host_are_few_and_spaced(tmp_path):
    data, table = make_web(tmp_path / "web", [""] * 8)
    settings = replace(QUICK, per_host=2, spacing_s=0.05)
    with server.serve_sample(data) as resolve:
        result = download.fetch_all(table, tmp_path / "out", settings, resolve)
    # Eight starts, seven gaps: the last row cannot have ended before that.
    ends = result["seconds"].sum()
    assert set(result["fate"]) == {"downloaded"}
    assert ends >= 7 * 0.05 * 0.9


def test_a_pause_holds_all_requests_of_the_host(monkeypatch):
    now = SimpleNamespace(value=100.0)
    waits = []
    stop = SimpleNamespace(wait=waits.append)
    monkeypatch.setattr("time.monotonic", lambda: now.value)
    host = Host(spacing_s=1.0, down_after=3)
    host.wait_turn(stop)
    host.wait_turn(stop)
    host.pause(10)
    host.wait_turn(stop)
    assert waits == [0.0, 1.0, 10.0]


def test_a_host_is_down_after_failures_in_a_row_only():
    dead = FetchError("refused", "", "", retry=True, host_level=True)
    host = Host(0, down_after=3)
    for error in (dead, dead, None, dead, dead, FetchError("404", "", "", 404)):
        host.record(error)
    assert host.down is None
    for _ in range(3):
        host.record(dead)
    assert host.down is dead
    busy = Host(0, down_after=3)
    for _ in range(29):
        busy.record(FetchError("429", "", "", 429, retry=True))
    assert busy.down is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("7", 7, 7),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 1e9, 1e10),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(text, low, high):
    response = SimpleNamespace(headers={"Retry-After": text})
    assert low <= retry_after_s(response) <= high


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9999"])
def test_a_retry_after_that_cannot_be_read_is_none(text):
    assert retry_after_s(SimpleNamespace(headers={"Retry-After": text})) is None


def test_client_names_itself_and_checks_certificates(monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    client = Client(Limits())
    headers = client._session.headers
    assert "dermatology-street" in headers["User-Agent"]
    assert headers["Accept-Encoding"] == "identity"
    assert client._session.verify is True
    client.close()
