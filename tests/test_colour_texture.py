"""The encoder without weights: what it sees, and what it must not mind."""

import cv2
import numpy as np
import pytest
from skimage import data

from helpers.base.errors import ParameterError
from helpers.features import colour_texture
from helpers.features.colour_texture import ColourTexture

ENCODER = ColourTexture()


def encode(*pictures):
    return ENCODER.encode(np.stack([ENCODER.prepare(rgb) for rgb in pictures]))


def jpeg(rgb, quality):
    packed = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(packed[1], 1)[..., ::-1])


def test_vectors_have_length_one_and_the_weights_sum_to_one():
    X = encode(data.astronaut(), data.coffee(), data.rocket())
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-6)
    assert sum(colour_texture.WEIGHTS.values()) == pytest.approx(1)
    assert X.shape[1] == ENCODER.dimension == 336


def test_copies_are_nearer_than_other_pictures():
    picture = data.astronaut()
    altered = {
        "re-encoded": jpeg(picture, 40),
        "smaller": cv2.resize(picture, None, fx=0.5, fy=0.5),
        "cropped": picture[20:-30, 25:-15],
        "brighter": cv2.convertScaleAbs(picture, alpha=1.15, beta=5),
    }
    X = encode(picture, data.coffee(), data.rocket(), *altered.values())
    others, copies = X[1:3] @ X[0], X[3:] @ X[0]
    assert copies.min() > 0.9 and others.max() < 0.75


def test_the_aspect_ratio_is_kept():
    circle = np.full((200, 600, 3), 255, np.uint8)
    cv2.circle(circle, (300, 100), 60, (120, 60, 40), -1)
    square = ENCODER.prepare(circle)
    dark = (square[..., 0] < 190).nonzero()
    height, width = np.ptp(dark[0]), np.ptp(dark[1])
    assert abs(height - width) <= 1 and height == pytest.approx(0.6 * 128, abs=2)


def test_a_mirrored_picture_differs_in_layout_only():
    one, other = encode(data.astronaut(), data.astronaut()[:, ::-1])
    ends = np.cumsum([108, 128, 64, 16, 20])
    assert one[ends[1] : ends[3]] == pytest.approx(other[ends[1] : ends[3]], abs=2e-3)
    assert one[: ends[0]] @ other[: ends[0]] < 0.2 * (one[: ends[0]] ** 2).sum()


def test_layout_does_not_mind_a_brighter_exposure():
    rng = np.random.default_rng(0)
    lab = rng.uniform(0, 60, (128, 128, 3)).astype(np.float32)
    layouts = [colour_texture._layout(lab + shift) for shift in (0, 15)]
    assert np.allclose(*layouts, atol=1e-4)


def test_gradients_point_where_the_light_is():
    ramp = np.tile(np.linspace(0, 100, 128, dtype=np.float32), (128, 1))
    for turn, expected_bin in ((ramp, 0), (ramp.T, 2), (ramp[:, ::-1], 4)):
        votes = colour_texture._gradients(np.ascontiguousarray(turn)).reshape(16, 8)
        assert (votes.argmax(axis=1) == expected_bin).all()


def test_uniform_patterns_known_answer():
    bins = colour_texture._UNIFORM
    # 0, 1, ... 8 neighbours together, and the rest: 1 + 7 * 8 + 1 of 256 are uniform.
    assert np.bincount(bins).tolist() == [1, 8, 8, 8, 8, 8, 8, 8, 1, 198]
    assert bins[0b00000101] == 9 and bins[0b10000001] == 2


def test_texture_of_a_flat_field_is_one_pattern():
    flat = colour_texture._texture(np.full((128, 128), 40.0, np.float32)) ** 2
    assert flat.reshape(2, 10).tolist() == [
        [0] * 8 + [126**2, 0],
        [0] * 8 + [122**2, 0],
    ]


def test_colours_outside_the_range_are_counted_at_its_edge():
    far = np.array([[-100.0, 100.0]], np.float32)
    votes = colour_texture._colours(far, far).reshape(8, 8)
    assert votes[0, 0] == votes[7, 7] == 1 and votes.sum() == 2


def test_a_batch_of_another_shape_or_type_is_refused():
    good = np.zeros((1, 128, 128, 3), np.uint8)
    for bad in (good[:, :64], good[0], good.astype(np.float32)):
        with pytest.raises(ParameterError, match="is not what colour_texture encodes"):
            ENCODER.encode(bad)
