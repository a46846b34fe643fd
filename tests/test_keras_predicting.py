"""A saved Keras model answers for pictures, in batches that fit into memory."""

import numpy as np
import pytest
import small_keras

from helpers.base.errors import ParameterError
from helpers.keras_models import forward, predicting, saved_models, training
from helpers.keras_models.frameworks import tf

LABELS = ["acne", "eczema", "naevus", "psoriasis"]
X = small_keras.pictures(12, 2)[0]
MODEL = small_keras.model()


@pytest.fixture
def folder(tmp_path):
    saved_models.save(tmp_path / "m", MODEL, LABELS, {}, "split", {})
    return tmp_path / "m"


def limited(monkeypatch, most, error):
    """Let memory end above a number of pictures; return the numbers that were tried."""
    whole, tried = forward.predict, []

    def predict(model, arrays, size):
        tried.append(size)
        if size > most:
            raise error
        return whole(model, arrays, size)

    monkeypatch.setattr(forward, "predict", predict)
    return tried


def test_it_answers_as_the_model_that_was_trained(folder):
    answer, device = predicting.load(folder)
    y_prob, masks = answer({**X, "another": X["rgb"]})
    np.testing.assert_array_equal(y_prob, training.predict(MODEL, X))
    assert masks is None and "PU" in device


@pytest.mark.parametrize(
    "error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM")]
)
def test_batches_are_halved_where_memory_ends_and_stay_so(folder, monkeypatch, error):
    answer, _ = predicting.load(folder)
    tried = limited(monkeypatch, 5, error)
    y_prob, _ = answer(X)
    np.testing.assert_allclose(y_prob, training.predict(MODEL, X), atol=1e-6)
    first = tried[0]
    assert tried == [first >> k for k in range(len(tried))] and tried[-1] == 4
    answer(X)
    assert tried[-2:] == [4, 4]


@pytest.mark.parametrize("size", [None, 3])
def test_where_nothing_can_be_halved_it_is_told(folder, monkeypatch, size):
    answer, _ = predicting.load(folder, size)
    tried = limited(monkeypatch, 0, MemoryError())
    with pytest.raises(ParameterError, match=f"suffice for {size or 1} pictures"):
        answer(X)
    assert tried == [3] if size else tried[-1] == 1
