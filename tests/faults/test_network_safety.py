"""Rows 19 to 22 of the fault table: answers and addresses that mean harm."""

import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from small_web import (
    HOST,
    QUICK,
    fetch_with_faults,
    raw_server,
    reason_of,
    table_of,
)

from helpers.data import download
from helpers.data.http import Client


def test_19_redirects_are_followed_within_bounds(tmp_path):
    faults = ["redirect", "redirect_loop", "redirect_file"]
    result = fetch_with_faults(tmp_path, faults)
    assert list(result["fate"]) == ["downloaded", "failed", "failed"]
    assert list(result["reason"][1:]) == ["redirect_loop", "redirect_refused"]


def test_19_redirects_into_a_private_network_are_refused(tmp_path):
    result = fetch_with_faults(tmp_path, ["redirect_private", "redirect_loopback"])
    assert set(result["reason"]) == {"private_address"}


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_19_a_public_name_that_leads_to_a_private_place_is_refused(
    tmp_path, monkeypatch, ip
):
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    entry = (family, socket.SOCK_STREAM, 6, "", (ip, 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    monkeypatch.setenv("no_proxy", "*")
    assert reason_of("http://rebind.example/x.jpg", tmp_path) == "private_address"


def test_19_what_is_judged_is_what_is_connected(tmp_path, monkeypatch):
    """The name is asked once; a second answer could not be another one."""
    asked, connected = [], []

    def look_up(host, port, *_args, **_options):
        asked.append(host)
        ip = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def connect(_self, place):
        connected.append(place)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setenv("no_proxy", "*")
    assert reason_of("http://rebind.example/x.jpg", tmp_path) == "refused"
    assert (asked, connected) == (["rebind.example"], [("8.8.8.8", 80)])


def test_19_a_configured_proxy_is_used_but_not_for_private_addresses(
    tmp_path, monkeypatch
):
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        client = Client(QUICK.limits)
        assert client.fetch("http://any.example/x.jpg", tmp_path / ".p").n_bytes == 2
        client.close()
        assert reason_of("http://10.0.0.1/x.jpg", tmp_path) == "private_address"
        proxy.shutdown()
    assert asked == ["http://any.example/x.jpg"]


def test_20_bodies_without_end_are_cut_at_the_limit(tmp_path):
    result = fetch_with_faults(tmp_path, ["endless", "too_large", "gzip_bomb"])
    assert list(result["reason"]) == ["too_large", "too_large", "encoding"]
    assert set(result["n_tries"]) == {1}
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".download.csv"]


def test_20_what_is_no_whole_picture_is_not_kept(tmp_path):
    result = fetch_with_faults(tmp_path, ["html", "truncated", "zero"])
    assert list(result["reason"]) == ["not_a_picture", "truncated", "empty"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".download.csv"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "self-signed.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj"
    names = ["/CN=other.example", "-addext", "subjectAltName=DNS:other.example"]
    try:
        subprocess.run(
            [*command.split(), *names, "-keyout", str(path), "-out", f"{path}.crt"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    return path


def tls_reason(tmp_path, certificate, host):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.crt", certificate)

    def answer(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n")

    with raw_server(answer) as found:
        place = found[HOST]
        return reason_of(f"https://{host}/x.jpg", tmp_path, {host: place})


def test_21_a_certificate_that_nobody_signed_is_refused(
    tmp_path, certificate, monkeypatch
):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    assert tls_reason(tmp_path, certificate, "other.example") == "certificate"


def test_21_a_configured_bundle_is_used_and_the_name_still_checked(
    tmp_path, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", f"{certificate}.crt")
    assert tls_reason(tmp_path, certificate, "other.example") == "404"
    assert tls_reason(tmp_path, certificate, HOST) == "certificate"


def test_22_addresses_that_must_not_be_fetched_are_recorded(tmp_path):
    urls = [
        "http://user:secret@pictures-a.example/x.jpg",
        "javascript:alert(1)",
        "http://pictüres.example/x.jpg",
        "file:///etc/hosts",
        "http://127.0.0.1/x.jpg",
    ]
    result = download.fetch_all(table_of(urls), tmp_path / "out", QUICK, {})
    assert list(result["reason"]) == ["bad_address"] * 4 + ["private_address"]
    assert set(result["n_tries"]) == {0}
    assert "secret" not in result.to_csv()
    empty = pd.DataFrame({"image_id": ["x"], "url": [" "], "url_alphanum": [None]})
    assert download.fetch_all(empty, tmp_path, QUICK)["reason"][0] == "no_address"
