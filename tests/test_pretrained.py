"""Networks as encoders: the same vectors as transformers gives, from checked files."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

import numpy as np
import pytest
import small_weights
import torch
import transformers
from PIL import Image
from skimage import data

from helpers.features import (
    architectures,
    embeddings,
    encoders,
    pretrained,
    pretrained_models,
)
from helpers.features.architectures import ARCHITECTURES
from helpers.storage import hashes

NAMES = tuple(small_weights.PROCESSORS)
_CLASSES = {
    "dinov2_small": transformers.BitImageProcessorPil,
    "resnet50": transformers.ConvNextImageProcessorPil,
    "mobilenet_v2": transformers.MobileNetV2ImageProcessorPil,
}


@pytest.fixture(autouse=True)
def exactly(monkeypatch):
    """Compute in float32, on the CPU, whatever this machine offers."""
    monkeypatch.setattr(pretrained.devices, "best_device", lambda: "cpu")
    monkeypatch.setattr(pretrained, "_precision", lambda *_: torch.float32)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One folder of weights per kind of network."""
    root = tmp_path_factory.mktemp("weights")
    return {name: small_weights.write_weights(root / name, name) for name in NAMES}


def squares(encoder, n=4):
    rng = np.random.default_rng(0)
    shape = (n, encoder.size_px, encoder.size_px, 3)
    return rng.integers(0, 256, shape, dtype=np.uint8)


def cosine(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def plain_vectors(name, folder, batch, patch_mean=False):
    """Encode as transformers' documentation does it: eager, nothing folded."""
    said = json.loads((folder / "preprocessor_config.json").read_text())
    x = (batch / 255 - said["image_mean"]) / said["image_std"]
    x = torch.tensor(x.transpose(0, 3, 1, 2), dtype=torch.float32)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        out = model(x)
    if name.startswith("dinov2"):
        tokens = out.last_hidden_state
        return (tokens[:, 1:].mean(1) if patch_mean else tokens[:, 0]).numpy()
    return out.last_hidden_state.mean((2, 3)).numpy()


@pytest.mark.parametrize("name", NAMES)
def test_vectors_are_those_of_transformers(folders, name):
    encoder = encoders.get_encoder(f"{name}@{folders[name]}")
    batch = squares(encoder)
    expected = plain_vectors(name, folders[name], batch)
    assert encoder.dimension == expected.shape[1]
    X = encoder.encode(batch)
    assert np.abs(X - expected).max() < 1e-4 * np.abs(expected).max()
    assert expected.std(axis=0).max() > 0.01 * np.abs(expected).max()


def test_patch_mean_is_the_mean_of_the_patch_tokens(folders):
    folder = folders["dinov2_small"]
    encoder = encoders.get_encoder(f"dinov2_small+patch_mean@{folder}")
    batch = squares(encoder)
    expected = plain_vectors("dinov2_small", folder, batch, patch_mean=True)
    assert np.allclose(encoder.encode(batch), expected, atol=1e-5)
    assert not np.allclose(expected, plain_vectors("dinov2_small", folder, batch))


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_prepared_as_the_publisher_says(folders, name):
    encoder = encoders.get_encoder(f"{name}@{folders[name]}")
    assert encoder.size_px == small_weights.SIDES[name][1]
    rgb = data.astronaut()[:300, 40:440]
    processor = _CLASSES[name].from_pretrained(folders[name])
    theirs = processor(rgb, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
    said = small_weights.PROCESSORS[name]
    ours = encoder.prepare(rgb) / 255
    ours = (ours - said["image_mean"]) / said["image_std"]
    # Another way to average pixels, the same place and scale: nothing is shifted.
    shifted = np.abs(ours[1:] - theirs[:-1]).mean()
    assert np.abs(ours - theirs).mean() < min(0.15, 0.5 * shifted)


def test_the_sizes_of_the_published_models():
    for name, architecture in ARCHITECTURES.items():
        feed = architectures.read_feed(architecture.processor, name)
        assert feed.preparation[:3] == (224, 256, "crop")
    # As published: a crop of 7/8, whichever way it is written.
    said = small_weights.PROCESSORS["resnet50"] | {"size": 224}
    assert architectures.read_feed(said, "")[0][:2] == (224, 256)
    said["size"] = {"shortest_edge": 224}
    assert architectures.read_feed(said, "")[0][:2] == (224, 256)
    del said["crop_pct"]
    assert architectures.read_feed(said, "")[0][:2] == (224, 224)
    said |= {"do_normalize": False}
    assert architectures.read_feed(said, "").std == (1, 1, 1)
    assert architectures.read_feed(said, "").factor == pytest.approx(1 / 255)
    said |= {"do_rescale": False, "rescale_factor": 1 / 255}
    assert architectures.read_feed(said, "").factor == 1


@pytest.mark.parametrize("name", ["resnet50", "dinov2_small"])
def test_options_change_the_vector_and_the_facts(folders, name):
    rgb = data.astronaut()[:300, 40:440]
    seen = {}
    for option in ("", "+squash", "+pad", "+bgr", "+unnormalised"):
        encoder = encoders.get_encoder(f"{name}{option}@{folders[name]}")
        prepared = encoder.prepare(rgb)
        assert encoder.name == f"{name}{option}@{folders[name].name}"
        X = encoder.encode(prepared[None])
        seen[json.dumps(encoder.facts)] = X / np.linalg.norm(X)
    vectors = np.vstack(list(seen.values()))
    assert len(vectors) == 5
    assert (vectors @ vectors.T)[~np.eye(5, dtype=bool)].max() < 1 - 1e-6


def test_facts_follow_the_weights_and_not_the_folder(folders, tmp_path):
    before = encoders.get_encoder(f"resnet50@{folders['resnet50']}").facts
    digest = hashes.hash_file(folders["resnet50"] / "model.safetensors")
    assert before["weights"] == digest and before["precision"] == "float32"
    moved = small_weights.write_weights(tmp_path / "else" / "where", "resnet50")
    assert encoders.get_encoder(f"resnet50@{moved}").facts == before


def test_random_weights_are_the_same_again_and_leave_the_generators_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one = encoders.get_encoder("mobilenet_v2@random")
    batch = squares(one, 2)
    one.encode(batch)
    assert (torch.get_rng_state() == before).all()
    torch.manual_seed(4)
    other = encoders.get_encoder("mobilenet_v2@random")
    assert (one.encode(batch) == other.encode(batch)).all()
    assert one.facts == other.facts and one.facts["weights"] == "random"
    # The library's own start would let them vanish.
    assert 1 < np.linalg.norm(one.encode(batch), axis=1).min() < 1e4


def test_random_weights_are_the_same_in_whichever_thread():
    one = encoders.get_encoder("mobilenet_v2@random")
    batch = squares(one, 1)
    expected = one.encode(batch)

    def encode_anew(_):
        return encoders.get_encoder("mobilenet_v2@random").encode(batch)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(encode_anew, range(8)))
    assert all((each == expected).all() for each in found)


def test_random_weights_are_those_of_a_version_of_the_library(monkeypatch, folders):
    """Another version may draw others: its vectors must not be mixed with these."""
    texts = ("mobilenet_v2@random", f"resnet50@{folders['resnet50']}")
    before = [encoders.get_encoder(text).facts for text in texts]
    monkeypatch.setattr(metadata, "version", lambda name: "99")
    after = [encoders.get_encoder(text).facts for text in texts]
    assert after[0] != before[0] and after[1] == before[1]


def test_loading_draws_no_random_number_and_asks_no_network(folders, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    before = torch.get_rng_state()
    for name in NAMES:
        encoder = encoders.get_encoder(f"{name}@{folders[name]}")
        encoder.encode(squares(encoder, 1))
    assert (torch.get_rng_state() == before).all()


def test_loading_and_encoding_print_nothing(folders, capfd, recwarn):
    for name in NAMES:
        encoder = encoders.get_encoder(f"{name}@{folders[name]}")
        batch = squares(encoder)
        batch.flags.writeable = False  # as of a memory-mapped file
        encoder.encode(batch)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_the_librarys_own_messages_come_back_afterwards(folders):
    logging = transformers.utils.logging
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    encoder = encoders.get_encoder(f"resnet50@{folders['resnet50']}")
    encoder.encode(squares(encoder, 1))
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_half_precision_compute_in_float32(folders, tmp_path, name):
    model = transformers.AutoModel.from_pretrained(folders[name]).half()
    model.save_pretrained(tmp_path)
    processor = (folders[name] / "preprocessor_config.json").read_bytes()
    (tmp_path / "preprocessor_config.json").write_bytes(processor)
    half = encoders.get_encoder(f"{name}@{tmp_path}")
    full = encoders.get_encoder(f"{name}@{folders[name]}")
    batch = squares(full)
    assert half.encode(batch).dtype == np.float32
    assert cosine(half.encode(batch), full.encode(batch)).min() > 0.999


def test_reduced_precision_keeps_the_vector_and_is_told(monkeypatch):
    full = encoders.get_encoder("dinov2_small@random")
    monkeypatch.setattr(pretrained, "_precision", lambda *_: torch.bfloat16)
    reduced = encoders.get_encoder("dinov2_small@random")
    rgb = [data.astronaut(), data.coffee(), data.rocket()]
    batch = np.stack([full.prepare(picture) for picture in rgb])
    X, Y = full.encode(batch), reduced.encode(batch)
    assert Y.dtype == np.float32 and (X != Y).any()
    assert cosine(X, Y).min() > 0.999
    assert cosine(X - X.mean(0), Y - X.mean(0)).min() > 0.999
    assert reduced.facts == full.facts | {"precision": "bfloat16"}


def test_precision_follows_the_device_and_the_network(monkeypatch):
    monkeypatch.undo()
    for model_type in ("dinov2", "resnet", "mobilenet_v2"):
        assert pretrained._precision("cuda", model_type) == torch.float16
        assert pretrained._precision("mps", model_type) == torch.float32
    for has, expected in (
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx2": True}, torch.float32),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda has=has: has)
        assert pretrained._precision("cpu", "dinov2") == expected
        assert pretrained._precision("cpu", "resnet") == torch.float32


@pytest.mark.parametrize("multiplier", [0.25, 1.0, 1.3, 1.4, 1.37])
@pytest.mark.parametrize("finegrained", [True, False])
def test_the_length_of_mobilenets_vectors_is_known_before_it_is_made(
    multiplier, finegrained
):
    config = transformers.MobileNetV2Config(
        depth_multiplier=multiplier, finegrained_output=finegrained
    )
    with torch.device("meta"):  # shapes only
        model = transformers.MobileNetV2Model(config)
    made = model.conv_1x1.convolution.out_channels
    assert pretrained_models.dimension_of(config) == made


@pytest.mark.parametrize("name", ["mobilenet_v2@random", "resnet50"])
def test_a_complete_store_makes_no_network(folders, tmp_path, monkeypatch, name):
    text = name if "@" in name else f"{name}@{folders[name]}"
    path = tmp_path / "a.png"
    Image.fromarray(data.astronaut()[::4, ::4]).save(path)
    first = embeddings.embed([path], text, tmp_path / "store")

    def never(*_args):
        raise AssertionError("a network was made")

    for function in ("random_model", "load_model"):
        monkeypatch.setattr(pretrained_models, function, never)
    again = embeddings.embed([path], text, tmp_path / "store")
    assert again.n_new == 0 and (again.X == first.X).all()
    with pytest.raises(AssertionError, match="was made"):
        embeddings.embed([path], text, tmp_path / "other store")
