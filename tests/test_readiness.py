"""What a run lacks is told before it begins."""

from helpers.base.errors import DataMissingError
from helpers.data import keras_weights
from helpers.series import readiness


def test_weights_that_are_not_there_are_told_before_anything_runs(tmp_path):
    runs = ["04_embeddings", "05_clustering"]
    values = {
        "04_embeddings": {"encoder_names": ["dinov2_base", "mobilenet_v2@random"]},
        "05_clustering": {"encoder": "dinov2_base", "seed": 1},
    }
    (problem,) = readiness.missing_weights(runs, values, tmp_path)
    assert isinstance(problem, DataMissingError)
    assert "model.safetensors" in str(problem) and "fetch weights" in str(problem)
    values["04_embeddings"]["encoder_names"] = ["dinov3"]
    values["05_clustering"]["encoder"] = "colour_texture"
    (problem,) = readiness.missing_weights(runs, values, tmp_path)
    assert "there is no encoder 'dinov3'" in str(problem)
    assert readiness.missing_weights(["05_clustering"], values, tmp_path) == []


def test_weights_of_keras_backbones_are_asked_for_too(tmp_path):
    runs = ["08_transfer_learning"]
    given = {"backbones": ["vgg16", "mobilenetv2"], "keras_weights": "imagenet"}
    values = {"08_transfer_learning": given}
    problems = readiness.missing_weights(runs, values, tmp_path)
    assert [type(one) for one in problems] == [DataMissingError] * 2
    assert "vgg16" in str(problems[0]) and "fetch weights" in str(problems[0])
    given["keras_weights"] = "none"
    assert readiness.missing_weights(runs, values, tmp_path) == []
    given["backbones"] = ["resnet50v3"]
    (problem,) = readiness.missing_weights(runs, values, tmp_path)
    assert "unknown backbone 'resnet50v3'" in str(problem)
    assert "resnet50v2" in str(problem)


def test_a_backbones_file_that_is_there_is_enough(tmp_path):
    given = {"backbones": ["mobilenetv2"], "keras_weights": "imagenet"}
    (tmp_path / "weights").mkdir()
    path = keras_weights.weights_file("mobilenetv2", "imagenet", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert readiness.missing_weights(["08"], {"08": given}, tmp_path) == []
