"""Whether weights of PyTorch networks are there: asked before anything starts."""

import subprocess
import sys

import pytest

from helpers.base import paths
from helpers.base.errors import ParameterError
from helpers.data import torch_weights, weight_folders
from helpers.data.torch_weights import missing_weights
from helpers.data.weights_registry import WEIGHTS

DEEPLAB = "deeplabv3_resnet50"
FILE = "deeplabv3_resnet50_coco-cd0a2569.pth"
HAVING = {name: entry for name, entry in torch_weights.NETWORKS.items() if entry}


def test_every_published_network_is_in_the_registry():
    for entry in HAVING.values():
        framework = "transformers" if entry.model_type else "torchvision"
        assert WEIGHTS[entry.weights].framework == framework


@pytest.mark.parametrize("name", torch_weights.NETWORKS)
def test_random_numbers_need_no_file(name):
    assert missing_weights(name, "none") is None


@pytest.mark.parametrize("name", HAVING)
def test_what_lacks_is_named_with_what_brings_it(name, tmp_path):
    entry = WEIGHTS[HAVING[name].weights]
    data = tmp_path / "data"
    (data / "weights").mkdir(parents=True)
    problem = missing_weights(name, "pretrained", data / "weights")
    assert f"fetch weights --data {paths.shown(data)}" in problem.way_out
    assert str(data / "weights" / entry.name) in problem.way_out
    assert f"about {entry.size_mb:g} MB" in problem.way_out
    for file in entry.files:
        assert file.address in problem.way_out
        path = data / "weights" / entry.name / file.name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert missing_weights(name, "pretrained", data / "weights") is None


def test_without_a_folder_of_weights_the_projects_own_is_meant(tmp_path):
    path = torch_weights.weights_file(DEEPLAB, "pretrained", tmp_path / "none")
    assert path == weight_folders.FETCHED / HAVING[DEEPLAB].weights / FILE
    assert path == torch_weights.weights_file(DEEPLAB, "pretrained")


def test_a_checkpoint_is_a_file_or_a_folder_that_holds_it(tmp_path):
    problem = missing_weights(DEEPLAB, str(tmp_path))
    assert FILE in problem.where and "fetch weights" not in problem.way_out
    (tmp_path / FILE).touch()
    assert missing_weights(DEEPLAB, str(tmp_path)) is None
    assert missing_weights(DEEPLAB, str(tmp_path / FILE)) is None
    assert "own.pth" in missing_weights(DEEPLAB, str(tmp_path / "own.pth")).where
    with pytest.raises(ParameterError, match=r"a file of tensors \(.pth\) alone"):
        missing_weights(DEEPLAB, str(tmp_path / "own.bin"))


def test_a_folder_of_ones_own_says_which_file_lacks(tmp_path):
    for name in weight_folders.FILES[:2]:
        (tmp_path / name).write_text("{}")
    problem = missing_weights("resnet18", str(tmp_path))
    assert problem.what == "the weights lack model.safetensors"


@pytest.mark.parametrize(
    ("name", "weights", "message"),
    [
        ("resnet81", "none", "did you mean resnet18"),
        ("unet_small", "pretrained", "none are published"),
        ("resnet_small", "somewhere", "none are published"),
        ("resnet18", "", "weights cannot be ''"),
        (DEEPLAB, "", "weights cannot be ''"),
    ],
)
def test_what_cannot_be_is_refused(name, weights, message):
    with pytest.raises(ParameterError, match=message):
        missing_weights(name, weights)


def test_asking_imports_no_framework():
    code = "import sys, helpers.data.torch_weights\n"
    code += "assert not {'torch', 'transformers', 'tensorflow'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=paths.ROOT)
