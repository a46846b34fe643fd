"""Weights that a run lacks are told before it begins."""

from helpers.base.errors import DataMissingError, ParameterError
from helpers.data import keras_weights, torch_weights
from helpers.series import weight_checks


def test_weights_that_are_not_there_are_told_before_anything_runs(tmp_path):
    runs = ["04_embeddings", "05_clustering"]
    values = {
        "04_embeddings": {"encoder_names": ["dinov2_base", "mobilenet_v2@random"]},
        "05_clustering": {"encoder": "dinov2_base", "seed": 1},
    }
    (problem,) = weight_checks.missing_weights(runs, values, tmp_path)
    assert isinstance(problem, DataMissingError)
    assert "model.safetensors" in str(problem) and "fetch weights" in str(problem)
    values["04_embeddings"]["encoder_names"] = ["dinov3"]
    values["05_clustering"]["encoder"] = "colour_texture"
    (problem,) = weight_checks.missing_weights(runs, values, tmp_path)
    assert "there is no encoder 'dinov3'" in str(problem)
    assert weight_checks.missing_weights(["05_clustering"], values, tmp_path) == []


def test_weights_of_keras_backbones_are_asked_for_too(tmp_path):
    runs = ["08_transfer_learning"]
    given = {"backbones": ["vgg16", "mobilenetv2"], "keras_weights": "imagenet"}
    values = {"08_transfer_learning": given}
    problems = weight_checks.missing_weights(runs, values, tmp_path)
    assert [type(one) for one in problems] == [DataMissingError] * 2
    assert "vgg16" in str(problems[0]) and "fetch weights" in str(problems[0])
    given["keras_weights"] = "none"
    assert weight_checks.missing_weights(runs, values, tmp_path) == []
    given["backbones"] = ["resnet50v3"]
    (problem,) = weight_checks.missing_weights(runs, values, tmp_path)
    assert "unknown backbone 'resnet50v3'" in str(problem)
    assert "resnet50v2" in str(problem)


def test_a_backbones_file_that_is_there_is_enough(tmp_path):
    given = {"backbones": ["mobilenetv2"], "keras_weights": "imagenet"}
    (tmp_path / "weights").mkdir()
    path = keras_weights.weights_file("mobilenetv2", "imagenet", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert weight_checks.missing_weights(["08"], {"08": given}, tmp_path) == []


NETWORKS = {
    "09_ham10000_classification": "resnet50",
    "10_ham10000_segmentation": "deeplabv3_resnet50",
}


def asked(weights, networks=NETWORKS):
    return {
        name: {"architecture": network, "torch_weights": weights, "seed": 1}
        for name, network in networks.items()
    }


def test_weights_of_pytorch_networks_are_asked_for_too(tmp_path):
    (tmp_path / "weights").mkdir()
    values = asked("pretrained")
    problems = weight_checks.missing_weights([*values], values, tmp_path)
    assert [type(one) for one in problems] == [DataMissingError] * 2
    assert "microsoft--resnet-50" in str(problems[0])
    assert "torchvision-deeplabv3-resnet50" in str(problems[1])
    for problem in problems:
        assert "fetch weights" in str(problem) and str(tmp_path) in str(problem)
    one = weight_checks.missing_weights([*values][:1], values, tmp_path)
    assert [str(problem) for problem in one] == [str(problems[0])]
    assert weight_checks.missing_weights([*values], asked("none"), tmp_path) == []


def test_a_missing_network_is_told_once(tmp_path):
    values = asked("pretrained", dict.fromkeys(NETWORKS, "resnet50"))
    assert len(weight_checks.missing_weights([*values], values, tmp_path)) == 1
    values = asked("none", dict.fromkeys(NETWORKS, "resnet51"))
    (problem,) = weight_checks.missing_weights([*values], values, tmp_path)
    assert "'resnet51'" in str(problem) and "resnet50" in str(problem)


def test_the_network_of_the_published_setting_is_asked_for_as_well(tmp_path):
    (tmp_path / "weights").mkdir()
    values = asked("pretrained", {"09": "resnet50"})
    values["09"]["published_architecture"] = "resnet18"
    problems = weight_checks.missing_weights(["09"], values, tmp_path)
    assert ["resnet-50" in str(one) for one in problems] == [True, False]
    assert "microsoft--resnet-18" in str(problems[1])


def test_networks_without_published_weights_cannot_be_pretrained(tmp_path):
    values = asked("pretrained", {"09": "resnet_small"})
    (problem,) = weight_checks.missing_weights(["09"], values, tmp_path)
    assert isinstance(problem, ParameterError) and "resnet18" in str(problem)


def test_a_networks_file_that_is_there_is_enough(tmp_path):
    (tmp_path / "weights").mkdir()
    name = "deeplabv3_resnet50"
    folder = tmp_path / "weights"
    path = torch_weights.weights_file(name, "pretrained", folder)
    assert path.is_relative_to(folder)
    path.parent.mkdir()
    path.write_bytes(b"x")
    for weights in ("pretrained", str(path), str(path.parent)):
        values = asked(weights, {"10": name})
        assert weight_checks.missing_weights(["10"], values, tmp_path) == []


def test_notebooks_without_such_parameters_ask_for_nothing(tmp_path):
    values = {"09": {"architecture": "resnet50"}, "10": {"torch_weights": "pretrained"}}
    assert weight_checks.missing_weights(["09", "10", "11"], values, tmp_path) == []
