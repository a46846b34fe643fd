"""Networks saved with what they mean; files that are something else are refused."""

import json
import os
import pickle

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    ParameterError,
)
from helpers.storage import model_folders
from helpers.torch_models import architectures, forward, saved_models
from helpers.torch_models.frameworks import torch

LABELS = ["bkl", "mel", "nv"]
FACTS = {
    "preparation": {"size_px": 32, "fit": "squash", "inputs": ["rgb"]},
    "split": "abc",
    "metrics": {"dice": 0.9},
}
SMALL = {"widths": (4, 8), "depths": (1, 1), "seed": 3}
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)


def network(name="unet_small", labels=LABELS, **other):
    masks = name == "unet_small"
    return architectures.make(name, labels=labels, masks=masks, **{**SMALL, **other})


@pytest.fixture
def folder(tmp_path):
    saved_models.save(tmp_path / "m", network(), **FACTS)
    return tmp_path / "m"


@pytest.mark.parametrize(
    ("name", "labels", "table"),
    [
        ("resnet_small", LABELS, LABELS),
        ("unet_small", (), ["lesion"]),
        ("unet_small", LABELS, LABELS),
    ],
)
def test_a_network_comes_back_with_its_facts_and_answers(tmp_path, name, labels, table):
    own = network(name, labels)
    # As after a training on a GPU: in another order in memory, statistics of its own.
    own.to(memory_format=torch.channels_last).train()
    own(torch.rand(4, 3, 32, 32) * 255)
    saved_models.save(tmp_path / "m", own, **FACTS)
    state = torch.random.get_rng_state()
    loaded, facts = saved_models.load(tmp_path / "m", table)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert facts["framework"] == "pytorch" and facts["labels"] == table
    assert facts["architecture"] == own.architecture == loaded.architecture
    assert {key: facts[key] for key in FACTS} == FACTS
    assert not loaded.training and own.training
    for ours, theirs in zip(
        forward.predict(own, PIXELS), forward.predict(loaded, PIXELS), strict=True
    ):
        assert (ours is None) == (theirs is None)
        np.testing.assert_array_equal(ours, theirs)
    names = {path.name for path in (tmp_path / "m").iterdir()}
    assert names == {saved_models.FILE, model_folders.NAME}


def test_a_loaded_network_learns_and_its_file_stays(folder):
    before = (folder / saved_models.FILE).read_bytes()
    model, _ = saved_models.load(folder)
    answers = model.train()(torch.rand(2, 3, 32, 32) * 255)
    (answers.masks.mean() + answers.labels.mean()).backward()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    first = next(model.parameters()).detach().clone()
    optimizer.step()
    assert not torch.equal(first, next(model.parameters()))
    del model, optimizer
    assert (folder / saved_models.FILE).read_bytes() == before


def test_another_label_table_is_refused(folder):
    with pytest.raises(ParameterError, match="another order"):
        saved_models.load(folder, LABELS[::-1])
    with pytest.raises(ParameterError, match="'akiec'"):
        saved_models.load(folder, [*LABELS[:2], "akiec"])


def test_missing_and_damaged_files_are_refused(folder):
    path = folder / saved_models.FILE
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    with pytest.raises(ArtefactDamagedError, match="its bytes"):
        saved_models.load(folder)
    path.unlink()
    with pytest.raises(ArtefactMissingError):
        saved_models.load(folder)


def sealed(folder, name=saved_models.FILE, **changed):
    """Let the folder's facts fit whatever its file holds: the work of a stranger."""
    facts = json.loads((folder / model_folders.NAME).read_text("utf-8"))
    own = {key: facts[key] for key in model_folders.FACTS} | changed
    model_folders.write_facts(folder, own, folder / name)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"framework": "keras"}, "of framework 'keras'"),
        ({"labels": ["a", "b", "c"]}, r"answers \['bkl', 'mel', 'nv'\], not \['a'"),
        ({"architecture": "unet"}, "no architecture: 'unet'"),
        ({"architecture": {"name": "vgg"}}, "cannot be built"),
        ({"architecture": {"name": "unet_small", "weights": "x.pth"}}, "no architect"),
        ({"architecture": {"labels": LABELS}}, "cannot be built"),
    ],
)
def test_facts_that_do_not_describe_the_network_are_refused(folder, changed, message):
    sealed(folder, **changed)
    with pytest.raises(ArtefactDamagedError, match=message):
        saved_models.load(folder)


def test_numbers_of_another_architecture_are_refused_by_name(folder, tmp_path):
    wider = network().architecture | {"widths": [4, 12]}
    sealed(folder, architecture=wider)
    with pytest.raises(ArtefactDamagedError) as told:
        saved_models.load(folder)
    assert "is torch.float32 (8,), not torch.float32 (12,)" in str(told.value)
    assert "more" in str(told.value)
    saved_models.save(tmp_path / "other", network("resnet_small"), **FACTS)
    content = (tmp_path / "other" / saved_models.FILE).read_bytes()
    (folder / saved_models.FILE).write_bytes(content)
    sealed(folder, architecture=network().architecture)
    with pytest.raises(ArtefactDamagedError, match=r"decoder.* is missing"):
        saved_models.load(folder)


def test_numbers_beyond_or_of_another_kind_are_refused(folder):
    path = folder / saved_models.FILE
    state = load_file(path)
    save_file({**state, "spare": torch.zeros(2)}, path)
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match="spare is unknown"):
        saved_models.load(folder)
    save_file({name: one.half() for name, one in state.items()}, path)
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match="torch.float16"):
        saved_models.load(folder)


class Canary:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_pickles_are_refused_unread(folder, tmp_path):
    path, canary = folder / saved_models.FILE, tmp_path / "sung"
    for write in (
        lambda: path.write_bytes(pickle.dumps(Canary(canary))),
        lambda: torch.save({"x": Canary(canary)}, path),
    ):
        write()
        sealed(folder)
        with pytest.raises(ArtefactDamagedError, match="no safetensors file"):
            saved_models.load(folder)
    path.unlink()
    torch.save({"x": Canary(canary)}, folder / "model.pt")
    sealed(folder, "model.pt")
    with pytest.raises(ArtefactDamagedError, match="'model.pt'"):
        saved_models.load(folder)
    assert not canary.exists()
