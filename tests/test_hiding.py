"""What is hidden is gone, and nothing else."""

import numpy as np
import pytest

from helpers.images import hiding


def test_box_has_its_margin_and_ends_at_the_frame():
    mask = np.zeros((20, 30), bool)
    mask[5, 10], mask[7, 12] = True, True
    box = hiding.box_around(mask, 0.1)
    expected = np.zeros_like(mask)
    expected[3:10, 8:15] = True
    np.testing.assert_array_equal(box, expected)
    mask[0, 29] = True
    assert hiding.box_around(mask, 0.1)[0, 29]
    assert not hiding.box_around(np.zeros((4, 4), bool)).any()


def test_hidden_pixels_have_the_mean_of_the_skin_and_others_stay():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (2, 8, 8, 3), np.uint8)
    before, hidden = pixels.copy(), rng.random((2, 8, 8)) < 0.3
    found = hiding.hide(pixels, hidden, ~hidden)
    np.testing.assert_array_equal(pixels, before)
    for k in range(2):
        np.testing.assert_array_equal(found[k][~hidden[k]], pixels[k][~hidden[k]])
        mean = pixels[k][~hidden[k]].mean(axis=0).astype(np.uint8)
        assert (found[k][hidden[k]] == mean).all()


def test_no_skin_at_all_is_black_and_lengths_must_agree():
    pixels, all_of_it = np.full((1, 4, 4, 3), 9, np.uint8), np.ones((1, 4, 4), bool)
    assert not hiding.hide(pixels, all_of_it, ~all_of_it).any()
    with pytest.raises(ValueError):
        hiding.hide(pixels, all_of_it, np.ones((2, 4, 4), bool))
