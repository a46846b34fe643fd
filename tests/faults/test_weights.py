"""Rows 39 to 42 of the faults, for encoders: memory, pickles, other weights, NaN."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import small_weights
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from helpers.base.errors import ArtefactDamagedError, DataMissingError, ParameterError
from helpers.data import weight_folders
from helpers.features import embeddings, encoders, encoding, pretrained
from helpers.storage import manifests

TENSORS = "model.safetensors"


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    root = tmp_path_factory.mktemp("weights")
    names = ("dinov2_small", "resnet50")
    return {name: small_weights.write_weights(root / name, name) for name in names}


@pytest.fixture
def dino(originals, tmp_path):
    """A folder of small DINOv2 weights that a test may spoil."""
    return shutil.copytree(originals["dinov2_small"], tmp_path / "dino")


class Canary:
    """A pickle that leaves a file behind where it is loaded."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def load(folder, name="dinov2_small"):
    """Return an encoder whose network is made: it has encoded a picture."""
    encoder = encoders.get_encoder(f"{name}@{folder}")
    encoder.encode(blank(encoder, 1))
    return encoder


def blank(encoder, n):
    return np.zeros((n, encoder.size_px, encoder.size_px, 3), np.uint8)


def change_tensors(folder, change):
    tensors = change(load_file(folder / TENSORS))
    save_file(tensors, folder / TENSORS, metadata={"format": "pt"})


def change_json(folder, name, **values):
    content = json.loads((folder / name).read_text()) | values
    (folder / name).write_text(json.dumps(content))


def test_39_a_gpu_that_takes_no_network_leaves_the_cpu(dino, monkeypatch):
    to = torch.nn.Module.to

    def full(module, *arguments, **named):
        if arguments == ("cuda",):
            raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2 GiB")
        return to(module, *arguments, **named)

    monkeypatch.setattr(pretrained.devices, "best_device", lambda: "cuda")
    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.warns(UserWarning, match=r"GPU does not .*memory.\): the CPU computes"):
        encoder = load(dino)
    assert encoder.device == "cpu"
    assert np.isfinite(encoder.encode(blank(encoder, 1))).all()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: 9999 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to ..."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED; no memory for its ..."),
    ],
)
def test_39_too_large_a_batch_is_a_memory_error(dino, monkeypatch, error):
    encoder = load(dino)

    def fail(**_):
        raise error

    monkeypatch.setattr(encoder._model, "forward", fail)
    with pytest.raises(MemoryError, match="3 pictures: .*memory") as caught:
        encoder.encode(blank(encoder, 3))
    # Whoever halves the batch must not drag along what filled the memory.
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_39_another_runtime_error_stays_what_it_is(dino, monkeypatch):
    encoder = load(dino)

    def fail(**_):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(encoder._model, "forward", fail)
    with pytest.raises(RuntimeError, match="do not fit"):
        encoder.encode(blank(encoder, 1))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", TENSORS])
def test_40_a_pickle_is_never_loaded(dino, tmp_path, name):
    trace = tmp_path / "trace"
    (dino / TENSORS).unlink()
    (dino / name).write_bytes(pickle.dumps(Canary(trace)))
    said = "do not load" if name == TENSORS else f"lack {TENSORS} .{name} can run code"
    error = ArtefactDamagedError if name == TENSORS else DataMissingError
    with pytest.raises(error, match=said):
        load(dino)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Canary(trace)))  # noqa: S301 - the trap does work
    assert trace.exists()


def test_40_a_pickle_beside_cut_tensors_is_no_way_out(dino, tmp_path):
    trace = tmp_path / "trace"
    (dino / "pytorch_model.bin").write_bytes(pickle.dumps(Canary(trace)))
    whole = (dino / TENSORS).read_bytes()
    (dino / TENSORS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtefactDamagedError, match="do not load.*delete it"):
        load(dino)
    assert not trace.exists()


def test_40_code_that_a_config_names_is_not_run(dino, tmp_path):
    trace = tmp_path / "trace"
    (dino / "evil.py").write_text(
        f"import pathlib; pathlib.Path({str(trace)!r}).touch()"
    )
    change_json(dino, "config.json", auto_map={"AutoModel": "evil.Model"})
    change_json(
        dino, "preprocessor_config.json", auto_map={"AutoImageProcessor": "evil"}
    )
    load(dino)
    assert not trace.exists()


def test_40_attention_that_a_config_names_is_not_fetched(dino):
    """transformers would load it from the hub, where `kernels` is installed."""
    expected = load(dino).encode(blank(load(dino), 1))
    change_json(dino, "config.json", attn_implementation="somebody/attention")
    assert (load(dino).encode(blank(load(dino), 1)) == expected).all()


def test_41_weights_of_another_network(originals, tmp_path):
    with pytest.raises(ParameterError, match="of a 'resnet', not of a 'dinov2'"):
        load(originals["resnet50"])
    # Another size in the folder of the pretrained ones.
    folder = tmp_path / "facebook--dinov2-small"
    shutil.copytree(originals["dinov2_small"], folder)
    said = "hidden_size is 16, not 384; num_hidden_layers is 2, not 12"
    with pytest.raises(ParameterError, match=said):
        encoders.get_encoder("dinov2_small", tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda t: {k: v for k, v in t.items() if "norm1" not in k},
            r"4 missing \(encoder.layer.0.norm1.bias, .*\.\.\.\)",
        ),
        (lambda t: t | {"head.x": torch.zeros(2)}, r"1 not expected \(head.x\)"),
        (
            lambda t: t | {"layernorm.bias": torch.zeros(8)},
            r"1 of another shape \(layernorm.bias \[8\] for \[16\]\)",
        ),
        (lambda t: {}, "43 missing|42 missing|do not load"),
    ],
)
def test_41_tensors_that_do_not_fit_are_named(dino, change, said):
    change_tensors(dino, change)
    with pytest.raises(ArtefactDamagedError, match=said):
        load(dino)


def test_41_the_tensors_of_another_network_under_this_config(originals, dino):
    shutil.copy(originals["resnet50"] / TENSORS, dino / TENSORS)
    with pytest.raises(ArtefactDamagedError, match="missing .* not expected"):
        load(dino)


def test_41_counters_of_training_may_lack(originals, tmp_path):
    folder = shutil.copytree(originals["resnet50"], tmp_path / "r")
    change_tensors(
        folder, lambda t: {k: v for k, v in t.items() if "num_batches" not in k}
    )
    assert load(folder, "resnet50").dimension == 24


def test_41_pretrained_weights_that_are_not_here_are_never_replaced(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    with pytest.raises(DataMissingError) as caught:
        encoders.get_encoder("dinov2_large", folder)
    said = str(caught.value)
    for words in (
        "config.json, preprocessor_config.json, model.safetensors",
        "https://huggingface.co/facebook/dinov2-large/resolve/main/model.safetensors",
        "1217 MB",
        f"`python start.py fetch weights --data {tmp_path.as_posix()}` gets all",
        "(about 2.3 GB)",
        str(folder / "facebook--dinov2-large"),
    ):
        assert words in said


def test_41_without_a_folder_the_plain_command_is_named(tmp_path):
    """The sample's data folder has no weights of its own: those of data/ count."""
    if weight_folders.FETCHED.is_dir():
        pytest.skip("weights were fetched here")
    for folder in (None, tmp_path / "weights"):
        with pytest.raises(DataMissingError, match="`python start.py fetch weights` "):
            encoders.get_encoder("dinov2_large", folder)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", TENSORS])
def test_41_a_folder_that_lacks_a_file(dino, name):
    (dino / name).unlink()
    with pytest.raises(DataMissingError, match=f"lack {name}.*copy them to"):
        load(dino)


def test_33_a_file_that_is_not_the_one_fetched(dino):
    manifests.write_manifest(dino, licence="Apache-2.0")
    load(dino)
    change_tensors(dino, lambda t: t | {"layernorm.bias": torch.ones(16)})
    with pytest.raises(ArtefactDamagedError, match=f"not the one .*{TENSORS}"):
        load(dino)


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00", "[" * 100_000])
@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_33_settings_that_are_no_json(dino, name, text):
    (dino / name).write_text(text)
    with pytest.raises(ArtefactDamagedError, match=name):
        load(dino)


@pytest.mark.parametrize(
    "values",
    [
        {"hidden_size": "many"},
        {"num_attention_heads": 0},
        {"patch_size": None},
        {"quantization_config": {"quant_method": "gptq", "bits": 4}},
    ],
)
def test_33_a_config_that_makes_no_model(dino, values):
    change_json(dino, "config.json", **values)
    with pytest.raises((ArtefactDamagedError, ParameterError)):
        load(dino)


@pytest.mark.parametrize(
    "values",
    [
        {"size": None},
        {"size": {"longest_edge": 9}},
        {"size": {"shortest_edge": 10}},  # less than the crop
        {"size": 10**9, "crop_size": 10**9},
        {"crop_size": -1},
        {"image_mean": [0.5]},
        {"image_mean": [0, 0, float("nan")]},
        {"image_std": [1, 0, 1]},
        {"image_std": "one"},
        {"rescale_factor": 0},
        {"do_resize": False},
    ],
)
def test_33_a_preparation_that_cannot_be_meant(dino, values):
    change_json(dino, "preprocessor_config.json", **values)
    with pytest.raises(ArtefactDamagedError, match="how pictures are prepared"):
        load(dino)


def test_42_weights_that_are_not_finite_stop_the_encoder(dino):
    change_tensors(dino, lambda t: t | {"layernorm.bias": torch.full((16,), torch.nan)})
    runner = encoding.BatchEncoder(load(dino), 4, "float32")
    with pytest.raises(ArtefactDamagedError, match=r"2 vectors .* NaN .*\[a.*b\]"):
        runner.encode(blank(runner.encoder, 2), [Path("a"), Path("b")])


def test_33_weights_that_change_before_they_are_loaded(dino):
    """Their hash, which names the vectors, was taken when the encoder was asked for."""
    encoder = encoders.get_encoder(f"dinov2_small@{dino}")
    change_tensors(dino, lambda t: t | {"layernorm.bias": torch.ones(16)})
    with pytest.raises(ArtefactDamagedError, match=f"changed .*{TENSORS}.*again"):
        encoder.encode(blank(encoder, 1))


def test_41_weights_that_do_not_load_are_not_blamed_on_pictures(dino, tmp_path):
    picture = tmp_path / "a.png"
    Image.new("RGB", (50, 40)).save(picture)
    (dino / TENSORS).write_bytes((dino / TENSORS).read_bytes()[:900])
    with pytest.raises(ArtefactDamagedError, match="do not load") as caught:
        embeddings.embed([picture], f"dinov2_small@{dino}", tmp_path / "s")
    assert "a.png" not in str(caught.value) and "dino" in caught.value.where
