"""Backbones, and the files their weights come from."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from helpers.base.errors import (
    ArtefactDamagedError,
    DataMissingError,
    ParameterError,
)
from helpers.data import keras_weights
from helpers.keras_models import backbones
from helpers.keras_models.backbone_weights import load_weights
from helpers.keras_models.frameworks import keras
from helpers.storage import manifests
from tests.small_keras_weights import fetched_file, random_backbone, write_published

PREPROCESS = {
    "vgg16": keras.applications.vgg16.preprocess_input,
    "vgg19": keras.applications.vgg19.preprocess_input,
    "resnet50v2": keras.applications.resnet_v2.preprocess_input,
    "inceptionv3": keras.applications.inception_v3.preprocess_input,
    "mobilenetv2": keras.applications.mobilenet_v2.preprocess_input,
}


@pytest.fixture(scope="module")
def mobilenet():
    return random_backbone("mobilenetv2")


@pytest.fixture(scope="module")
def mobilenet_file(mobilenet, tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("weights") / "m.h5", mobilenet)


@pytest.fixture
def untouched():
    model = backbones.build("mobilenetv2", 32)
    before = model.get_weights()
    yield model
    for value, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)


def assert_same_weights(model, other):
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", PREPROCESS)
def test_preprocessing_is_the_backbones_own(name):
    rgb = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3)).astype("uint8")
    pixels = keras.Input((5, 6, 3), dtype="uint8")
    unit = keras.layers.Rescaling(1 / 255)(pixels)
    model = keras.Model(pixels, backbones.preprocess(name, unit))
    own = PREPROCESS[name](rgb.astype("float32"))
    np.testing.assert_allclose(model(rgb).numpy(), own, rtol=0, atol=5e-5)


@pytest.mark.parametrize("name", backbones.BACKBONES)
def test_backbone_has_the_published_number_of_parameters(name):
    known = backbones.find(name)
    assert backbones.build(name, known.min_size_px).count_params() == known.n_parameters
    with pytest.raises(ValueError, match="size"):
        backbones.build(name, known.min_size_px - 1)


def test_every_backbone_is_registered_and_has_a_file():
    assert tuple(backbones.BACKBONES) == keras_weights.BACKBONES
    for name, backbone in backbones.BACKBONES.items():
        assert backbone.registry_name == f"keras-{name}"


def test_unknown_backbone_names_the_nearest():
    with pytest.raises(ParameterError, match="did you mean vgg1"):
        backbones.find("vgg17")


def test_published_file_gives_its_weights(mobilenet, mobilenet_file):
    model = backbones.build("mobilenetv2", 64)
    load_weights(model, "mobilenetv2", str(mobilenet_file))
    assert_same_weights(model, mobilenet)


def test_file_of_keras_3_gives_its_weights(mobilenet, tmp_path):
    mobilenet.save_weights(tmp_path / "m.weights.h5")
    model = backbones.build("mobilenetv2", 64)
    load_weights(model, "mobilenetv2", str(tmp_path / "m.weights.h5"))
    assert_same_weights(model, mobilenet)


def test_layers_that_keras_numbers_belong_together_by_order(tmp_path):
    trained = random_backbone("inceptionv3")
    path = write_published(tmp_path / "i.h5", trained)
    model = backbones.build("inceptionv3", 75)  # conv2d_94 is what was conv2d
    assert trained.layers[1].name != model.layers[1].name
    load_weights(model, "inceptionv3", str(path))
    assert_same_weights(model, trained)


def test_other_names_with_the_same_shapes_are_told(mobilenet, tmp_path):
    path = write_published(tmp_path / "m.h5", mobilenet, names=lambda n: f"mobl_{n}")
    model = backbones.build("mobilenetv2", 32)
    with pytest.warns(UserWarning, match="mobl_Conv1 in the file is Conv1"):
        load_weights(model, "mobilenetv2", str(path))
    assert_same_weights(model, mobilenet)


def test_none_changes_nothing(untouched):
    load_weights(untouched, "mobilenetv2", "none")


@pytest.mark.parametrize("ending", ["h5", "weights.h5"])
def test_file_of_another_backbone_is_refused_with_the_difference(
    untouched, tmp_path, ending
):
    other = backbones.build("vgg16", 32)
    path = tmp_path / f"vgg16.{ending}"
    write_published(path, other) if ending == "h5" else other.save_weights(path)
    with pytest.raises(ParameterError) as caught:
        load_weights(untouched, "mobilenetv2", str(path))
    assert "seems to be of vgg16;" in caught.value.what
    assert "Conv1 [(3, 3, 3, 32)] in mobilenetv2" in caught.value.what
    assert "[(3, 3, 3, 64), (64,)] in the file" in caught.value.what


def test_vgg16_is_no_vgg19(tmp_path):
    path = write_published(tmp_path / "v.h5", backbones.build("vgg16", 32))
    with pytest.raises(ParameterError, match="of vgg16; .*block3_conv4"):
        load_weights(backbones.build("vgg19", 32), "vgg19", str(path))


def test_file_with_classifier_is_named_so(untouched, tmp_path):
    whole = keras.applications.MobileNetV2(weights=None)
    path = write_published(tmp_path / "m.h5", whole)
    with pytest.raises(ParameterError, match="of mobilenetv2 with its classifier"):
        load_weights(untouched, "mobilenetv2", str(path))


def test_missing_weights_name_the_command(untouched, tmp_path):
    (tmp_path / "weights").mkdir()
    with pytest.raises(DataMissingError, match="fetch weights --data"):
        load_weights(untouched, "mobilenetv2", "imagenet", tmp_path)
    with pytest.raises(DataMissingError, match="copy the file to"):
        load_weights(untouched, "mobilenetv2", str(tmp_path / "no.h5"))


def test_cut_file_is_refused(untouched, mobilenet_file, tmp_path):
    cut = tmp_path / "cut.h5"
    cut.write_bytes(mobilenet_file.read_bytes()[:100_000])
    with pytest.raises(ArtefactDamagedError, match="cannot be read"):
        load_weights(untouched, "mobilenetv2", str(cut))


def test_nan_is_refused(untouched, mobilenet, tmp_path):
    path = write_published(tmp_path / "m.h5", mobilenet)
    with h5py.File(path, "r+") as file:
        file["Conv1/Conv1/kernel:0"][0, 0, 0, 0] = np.nan
    with pytest.raises(ArtefactDamagedError, match="NaN"):
        load_weights(untouched, "mobilenetv2", str(path))


def test_link_to_another_file_is_not_followed(
    untouched, mobilenet, mobilenet_file, tmp_path
):
    path = write_published(tmp_path / "m.h5", mobilenet)
    with h5py.File(path, "r+") as file:
        del file["Conv1"]
        file["Conv1"] = h5py.ExternalLink(str(mobilenet_file), "/Conv1")
    with pytest.raises(ArtefactDamagedError, match="'Conv1' is missing, or a link"):
        load_weights(untouched, "mobilenetv2", str(path))


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\x89HDF\r\n\x1a\n"])
def test_file_of_something_else_is_refused(untouched, tmp_path, content):
    path = tmp_path / "m.h5"
    path.write_bytes(content)
    with pytest.raises(ArtefactDamagedError, match="cannot be read"):
        load_weights(untouched, "mobilenetv2", str(path))


def test_hdf5_without_layers_is_refused(untouched, tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(ParameterError, match="no weights file of mobilenetv2"):
        load_weights(untouched, "mobilenetv2", str(tmp_path / "m.h5"))


@pytest.mark.parametrize("name", ["w.pkl", "w.keras", "w.pt"])
def test_other_formats_are_never_opened(untouched, tmp_path, name):
    with pytest.raises(ParameterError, match="never opened"):
        load_weights(untouched, "mobilenetv2", str(tmp_path / name))


def test_fetched_file_is_loaded_and_held_to_its_manifest(mobilenet, tmp_path):
    path = write_published(fetched_file(tmp_path, "mobilenetv2"), mobilenet)
    manifests.write_manifest(path.parent)
    model = backbones.build("mobilenetv2", 32)
    load_weights(model, "mobilenetv2", "imagenet", tmp_path)
    assert_same_weights(model, mobilenet)
    with h5py.File(path, "r+") as file:
        file["Conv1/Conv1/kernel:0"][0, 0, 0, 0] = 5
    with pytest.raises(ArtefactDamagedError, match="not the file that was fetched"):
        load_weights(model, "mobilenetv2", "imagenet", tmp_path)


def test_md5_of_the_publisher_is_checked_for_imagenet_alone(tmp_path):
    model = backbones.build("vgg16", 32)
    write_published(fetched_file(tmp_path, "vgg16"), model)
    with pytest.raises(ArtefactDamagedError, match="MD5"):
        load_weights(model, "vgg16", "imagenet", tmp_path)
    load_weights(model, "vgg16", str(tmp_path / "weights"))  # a folder of one's own


def test_missing_weights_of_many(tmp_path):
    (tmp_path / "weights").mkdir()
    fetched_file(tmp_path, "vgg16").parent.mkdir()
    fetched_file(tmp_path, "vgg16").touch()
    names = ["vgg16", "vgg19", "vgg"]
    problems = keras_weights.missing_weights(names, "imagenet", tmp_path)
    assert [type(one) for one in problems] == [DataMissingError, ParameterError]
    assert "vgg19" in problems[0].what
    assert keras_weights.missing_weights(names[:2], "none", tmp_path) == []
    one_file = str(fetched_file(tmp_path, "vgg16"))
    assert keras_weights.missing_weights(["vgg16"], one_file) == []
    (problem,) = keras_weights.missing_weights(["vgg16", "vgg19"], one_file)
    assert "one file cannot be the weights of 2" in problem.what


def test_asking_for_weights_imports_no_framework():
    code = "import sys, helpers.data.keras_weights as k; k.missing_weights(['vgg16'], "
    code += "'imagenet'); print({'tensorflow', 'keras', 'h5py'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
