"""The registry of pretrained weights, and fetching them from a local server."""

import hashlib
import re
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpers.base.errors import ArtefactDamagedError, DataMissingError, ParameterError
from helpers.data import weights, weights_registry
from helpers.data.addresses import check_address
from helpers.data.http import Limits
from helpers.data.weights_registry import WEIGHTS, WeightFile, Weights
from helpers.storage import manifests

FILES = {"/config.json": b"{}", "/model.safetensors": bytes(range(256)) * 400}
QUICK = Limits(connect_s=1, read_s=1, total_s=5)


@contextmanager
def hub(cut=()):
    """Serve FILES; those in `cut` end in the middle the first time."""
    asked = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked[self.path] += 1
            content = FILES.get(self.path)
            start = int((re.findall(r"\d+", self.headers.get("Range", "0")))[0])
            status = 404 if content is None else 206 if start else 200
            content = content or b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) - start))
            self.send_header("ETag", '"v1"')
            total = len(content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.end_headers()
            if self.path in cut and not start:
                self.wfile.write(content[: total // 2])
                self.close_connection = True
            else:
                self.wfile.write(content[start:])

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield {"hub.example": ("127.0.0.1", served.server_port)}, asked
        served.shutdown()


@pytest.fixture
def small(monkeypatch):
    """Put one small model in the place of the registry."""
    files = tuple(
        WeightFile(name.strip("/"), f"http://hub.example{name}") for name in FILES
    )
    model = Weights("small", "transformers", files, 0.1, "CC0")
    monkeypatch.setattr(weights, "WAIT_S", 0.01)
    _use(monkeypatch, model)
    return model


def _use(monkeypatch, model):
    for module in (weights, weights_registry):
        monkeypatch.setattr(module, "WEIGHTS", {model.name: model})


def test_registry_names_every_model_of_the_full_profile():
    frameworks = Counter(model.framework for model in WEIGHTS.values())
    assert frameworks == {"transformers": 6, "keras": 5, "torchvision": 1}
    for name, model in WEIGHTS.items():
        assert re.fullmatch(r"[\w.-]+", name)
        assert model.licence and model.size_mb > 0
        for file in model.files:
            assert check_address(file.address) == file.address
            assert file.address.startswith("https://")
            assert file.md5 == "" or re.fullmatch(r"[0-9a-f]{32}", file.md5)
            assert file.address.endswith(file.name)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="keras-vgg16"):
        weights_registry.choose(["keras-vgg"])
    assert [model.name for model in weights_registry.choose()] == list(WEIGHTS)
    chosen = weights_registry.choose(["keras-vgg19", "keras-vgg16"])
    assert [model.name for model in chosen] == ["keras-vgg19", "keras-vgg16"]


def test_weights_are_fetched_once_with_a_manifest(tmp_path, small):
    with hub() as (resolve, asked):
        assert weights.cached_weights(tmp_path) == {"small": False}
        first = weights.fetch_weights(tmp_path, (), resolve, QUICK)
        second = weights.fetch_weights(tmp_path, ["small"], resolve, QUICK)
    assert (first, second) == ({"small": "fetched"}, {"small": "already there"})
    assert set(asked.values()) == {1}
    assert weights.cached_weights(tmp_path) == {"small": True}
    manifest = manifests.read_manifest(tmp_path / "small")
    content = FILES["/model.safetensors"]
    digest = hashlib.sha256(content).hexdigest()
    assert manifest["files"]["model.safetensors"] == digest
    assert (tmp_path / "small" / "model.safetensors").read_bytes() == content
    assert {path.name for path in (tmp_path / "small").iterdir()} == {
        *("config.json", "model.safetensors", "manifest.json")
    }


def test_a_file_cut_short_is_continued(tmp_path, small):
    with hub(cut=["/model.safetensors"]) as (resolve, asked):
        weights.fetch_weights(tmp_path, (), resolve, QUICK)
    assert asked["/model.safetensors"] == 2
    path = tmp_path / "small" / "model.safetensors"
    assert path.read_bytes() == FILES["/model.safetensors"]


def test_a_damaged_or_missing_file_is_fetched_again_alone(tmp_path, small):
    with hub() as (resolve, asked):
        weights.fetch_weights(tmp_path, (), resolve, QUICK)
        (tmp_path / "small" / "model.safetensors").write_bytes(b"rotten")
        again = weights.fetch_weights(tmp_path, (), resolve, QUICK)
        assert (again["small"], asked["/config.json"]) == ("fetched", 1)
        (tmp_path / "small" / "manifest.json").write_text("{")
        assert weights.cached_weights(tmp_path) == {"small": False}
        weights.fetch_weights(tmp_path, (), resolve, QUICK)
    assert weights.cached_weights(tmp_path) == {"small": True}


def test_a_file_that_is_not_there_is_said_with_its_address(
    tmp_path, small, monkeypatch
):
    gone = WeightFile("gone.bin", "http://hub.example/gone.bin")
    _use(monkeypatch, replace(small, files=(*small.files, gone)))
    with hub() as (resolve, asked):
        with pytest.raises(DataMissingError, match="gone.bin was not got: 404"):
            weights.fetch_weights(tmp_path, (), resolve, QUICK)
        assert weights.cached_weights(tmp_path) == {"small": False}
        with pytest.raises(DataMissingError):
            weights.fetch_weights(tmp_path, (), resolve, QUICK)
    assert asked["/model.safetensors"] == 1  # what was finished stays


def test_a_wrong_md5_is_refused(tmp_path, small, monkeypatch):
    good = hashlib.md5(FILES["/config.json"]).hexdigest()
    file = replace(small.files[0], md5=good)
    _use(monkeypatch, replace(small, files=(file,)))
    with hub() as (resolve, _):
        weights.fetch_weights(tmp_path / "good", (), resolve, QUICK)
        _use(monkeypatch, replace(small, files=(replace(file, md5="0" * 32),)))
        with pytest.raises(ArtefactDamagedError, match="MD5"):
            weights.fetch_weights(tmp_path / "bad", (), resolve, QUICK)
    assert list((tmp_path / "bad" / "small").iterdir()) == []
