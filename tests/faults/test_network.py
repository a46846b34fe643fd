"""Rows 15 to 18 of the fault table: a network that does everything but work."""

import socket
import time
from dataclasses import replace

import pytest
from small_web import (
    HOST,
    QUICK,
    content,
    fetch_with_faults,
    make_web,
    picture,
    raw_server,
    reason_of,
    table_of,
)

from helpers.data import download
from helpers.data.http import Client, FetchError, Limits
from helpers.data.sample.web import server
from helpers.data.sample.web.answers import with_comment


def test_15_missing_pictures_are_final_and_recorded_by_reason(tmp_path):
    result = fetch_with_faults(tmp_path, ["404", "410", "403"])
    assert list(result["reason"]) == ["404", "410", "403"]
    assert set(result["n_tries"]) == {1}
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".download.csv"]


def test_16_errors_that_pass_are_waited_for(tmp_path):
    result = fetch_with_faults(tmp_path, ["429", "503_once", "500_once"])
    assert set(result["fate"]) == {"downloaded"}
    assert set(result["n_tries"]) == {2}
    assert result.loc["429", "seconds"] >= 1  # Retry-After: 1


def test_16_errors_that_stay_are_recorded_after_bounded_tries(tmp_path):
    result = fetch_with_faults(tmp_path, ["429_always", "500", "503"])
    assert list(result["reason"]) == ["429", "5xx", "5xx"]
    assert set(result["n_tries"]) == {QUICK.n_tries}
    assert list(result["status"]) == [429, 500, 503]


def test_16_a_server_that_asks_for_too_long_a_wait_is_not_asked_again(tmp_path):
    result = fetch_with_faults(tmp_path, ["429"], replace(QUICK, max_wait_s=0.5))
    assert list(result["reason"]) == ["429"]
    assert list(result["n_tries"]) == [1]


def test_17_refused_connections_end_quickly_and_do_not_slow_the_other(tmp_path):
    begun = time.monotonic()
    result = fetch_with_faults(tmp_path, [""] * 10, dead=60)
    assert time.monotonic() - begun < 10
    assert set(result.loc[[""], "fate"]) == {"downloaded"}
    dead = result.loc["dead"]
    assert set(dead["reason"]) == {"refused", "host_down"}
    down = dead[dead["reason"] == "host_down"]
    assert len(down) >= 50
    assert set(down["n_tries"]) == {0}
    assert down["detail"].str.startswith("refused: ").all()


def test_17_name_service_failure_is_recorded(tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    monkeypatch.setenv("no_proxy", "*")
    table = table_of([f"http://gone.example/{number}.jpg" for number in range(200)])
    result = download.fetch_all(table, tmp_path / "out", QUICK)
    counts = download.summarise(result)["failed"]
    assert set(counts) == {"dns", "host_down"}
    assert counts["host_down"] > 180


def test_17_silence_is_bounded(tmp_path):
    begun = time.monotonic()
    settings = replace(QUICK, n_tries=2)
    result = fetch_with_faults(tmp_path, ["timeout", "stall", "slow"], settings)
    assert list(result["reason"]) == ["timeout", "stalled", "stalled"]
    assert list(result["n_tries"]) == [2, 2, 1]  # the total limit is for the file
    assert time.monotonic() - begun < 2 * (QUICK.limits.total_s + 1) + 2


def test_17_a_connection_that_never_stands_is_bounded(tmp_path):
    with socket.socket() as listening:  # a full backlog: connecting is not answered
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        place = listening.getsockname()
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(place)
        begun = time.monotonic()
        limits = replace(QUICK.limits, connect_s=0.3, read_s=0.3)
        reason = reason_of(f"http://{HOST}/x.jpg", tmp_path, {HOST: place}, limits)
        assert reason == "timeout"
        assert time.monotonic() - begun < 2
        for filler in fillers:
            filler.close()


def test_17_headers_that_drip_are_cut(tmp_path):
    def drip(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            connection.sendall(b"X")
            time.sleep(0.05)

    begun = time.monotonic()
    with raw_server(drip) as resolve:
        limits = replace(QUICK.limits, total_s=0.5)
        reason = reason_of(f"http://{HOST}/x.jpg", tmp_path, resolve, limits)
        assert reason == "timeout"
        assert time.monotonic() - begun < 2


def test_17_a_connection_reset_is_recorded(tmp_path):
    with raw_server(lambda connection: connection.recv(4096)) as resolve:
        assert reason_of(f"http://{HOST}/x.jpg", tmp_path, resolve) == "reset"


def test_18_a_body_cut_short_is_resumed(tmp_path):
    data, table = make_web(tmp_path / "web", ["short_body"])
    web, _, _ = server.read_web(data)
    with server.run_web(web) as port:
        resolve = {HOST: ("127.0.0.1", port)}
        result = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert list(result["resumed"]) == [True]
    assert web.ranges == [f"bytes={len(picture(0)) // 2}-"]
    assert content(tmp_path, 0) == picture(0)


def test_18_without_range_the_file_is_begun_again(tmp_path):
    result = fetch_with_faults(tmp_path, ["no_range"])
    assert list(result["resumed"]) == [False]
    assert content(tmp_path, 0) == picture(0)


def test_18_a_file_that_changed_is_never_mixed(tmp_path):
    result = fetch_with_faults(tmp_path, ["changed"])
    assert list(result["fate"]) == ["downloaded"]
    assert content(tmp_path, 0) == with_comment(picture(0), b"another version")


@pytest.mark.parametrize(
    "lie",
    [
        b'Content-Range: bytes 0-9/20\r\nETag: "v1"\r\n',
        b'Content-Range: bytes 10-19/20\r\nETag: "v2"\r\n',
        b'ETag: "v1"\r\n',
    ],
)
def test_18_a_range_that_was_not_asked_for_is_not_appended(tmp_path, lie):
    def answer(connection):
        asked = connection.recv(4096)
        if b"Range: bytes=10-" in asked:
            head = b"HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n" + lie
            connection.sendall(head + b"\r\n" + b"B" * 10)
        else:
            head = b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\nETag: "v1"\r\n\r\n'
            n_bytes = 10 if not begun else 20
            begun.append(True)
            connection.sendall(head + b"A" * n_bytes)

    begun: list[bool] = []
    partial = tmp_path / ".x.partial"
    with raw_server(answer) as resolve:
        client = Client(QUICK.limits, resolve)
        with pytest.raises(FetchError, match="cut short"):
            client.fetch(f"http://{HOST}/x.jpg", partial)
        assert client.fetch(f"http://{HOST}/x.jpg", partial).n_bytes == 20
        client.close()
    assert partial.read_bytes() == b"A" * 20


def test_18_bytes_of_another_address_are_not_continued(tmp_path):
    data, _ = make_web(tmp_path / "web", ["", ""])
    partial = tmp_path / ".x.partial"
    with server.serve_sample(data) as resolve:
        client = Client(QUICK.limits, resolve)
        client.fetch(f"http://{HOST}/pic/p/lichen-planus/lichen-planus0.jpg", partial)
        again = client.fetch(
            f"http://{HOST}/pic/p/lichen-planus/lichen-planus1.jpg", partial
        )
        client.close()
    assert not again.resumed
    assert partial.read_bytes() == picture(1)


def test_limits_have_the_documented_defaults():
    assert Limits().max_redirects == 5
    assert Limits().max_bytes == 20 * 2**20
