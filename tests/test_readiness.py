"""What a run lacks is told before it begins."""

from helpers.base.errors import DataMissingError
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
