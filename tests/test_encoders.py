"""The encoder interface: every encoder by name, with the same manners."""

import subprocess
import sys

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.features import encoders


@pytest.fixture(params=encoders.names())
def encoder(request):
    return encoders.get_encoder(request.param)


def pictures(encoder, n=5):
    rng = np.random.default_rng(0)
    sizes = rng.integers(60, 400, (n, 2))
    raw = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    return np.stack([encoder.prepare(rgb) for rgb in raw])


def test_colour_texture_is_there():
    assert "colour_texture" in encoders.names()


def test_names_and_dimensions(encoder):
    assert encoder.name in encoders.names()
    batch = pictures(encoder)
    side = encoder.size_px
    assert batch.shape == (5, side, side, 3) and batch.dtype == np.uint8
    X = encoder.encode(batch)
    assert X.shape == (5, encoder.dimension) and X.dtype == np.float32
    assert np.isfinite(X).all()


def test_a_picture_has_one_vector_whatever_the_batch(encoder):
    batch = pictures(encoder)
    apart = np.vstack([encoder.encode(batch[k : k + 1]) for k in range(len(batch))])
    assert np.allclose(encoder.encode(batch), apart, atol=1e-5)
    assert encoder.encode(batch[:0]).shape == (0, encoder.dimension)


def test_an_unknown_encoder_is_refused_with_the_known_ones():
    with pytest.raises(ParameterError, match="no encoder 'resnet'.*colour_texture"):
        encoders.get_encoder("resnet")


def test_the_interface_imports_no_encoder():
    code = (
        "import sys, helpers.features.encoders\n"
        "print([m for m in ('cv2', 'torch', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
