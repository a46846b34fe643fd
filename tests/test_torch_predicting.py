"""A saved network answers for pictures as it did when it was trained."""

import numpy as np
import pytest

from helpers.base.errors import ArtefactDamagedError, ParameterError
from helpers.torch_models import architectures, forward, predicting, saved_models

HOW = {"size_px": 32, "fit": "squash", "inputs": ["rgb"]}
PIXELS = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
SMALL = {"widths": (4, 8), "depths": (1, 1), "seed": 3}


def test_it_answers_with_labels_and_masks(tmp_path):
    own = architectures.make("unet_small", labels=["a", "b"], masks=True, **SMALL)
    saved_models.save(tmp_path / "m", own, HOW, "s", {})
    answer, device = predicting.load(tmp_path / "m")
    y_prob, masks = answer({"rgb": PIXELS})
    wanted = forward.predict(own, PIXELS)
    np.testing.assert_array_equal(y_prob, wanted.y_prob)
    np.testing.assert_array_equal(masks, wanted.masks)
    assert "PU" in device
    small, _ = predicting.load(tmp_path / "m", batch_size=2)
    np.testing.assert_allclose(small({"rgb": PIXELS})[0], y_prob, atol=1e-2)


def test_other_inputs_are_refused(tmp_path):
    own = architectures.make("resnet_small", labels=["a", "b"], **SMALL)
    saved_models.save(tmp_path / "m", own, HOW | {"inputs": ["gray"]}, "s", {})
    with pytest.raises(ArtefactDamagedError, match=r"take rgb, not \['gray'\]"):
        predicting.load(tmp_path / "m")


def test_the_batch_size_asked_for_is_kept(tmp_path, monkeypatch):
    own = architectures.make("resnet_small", labels=["a", "b"], **SMALL)
    saved_models.save(tmp_path / "m", own, HOW, "s", {})
    asked = []

    def full(model, pixels, batch_size):
        asked.append(batch_size)
        raise ParameterError("memory does not suffice")

    monkeypatch.setattr(forward, "predict", full)
    with pytest.raises(ParameterError, match="memory"):
        predicting.load(tmp_path / "m", batch_size=3)[0]({"rgb": PIXELS})
    assert asked == [3]
