"""Masks in the size of their pictures: known shapes, in both directions."""

import numpy as np
import pytest

from helpers.data import masks
from helpers.evaluate import segmentation
from helpers.images import mask_sizes


def ellipse(height, width):
    """Return a mask off the centre that is the same in relative coordinates."""
    y, x = np.mgrid[:height, :width]
    y, x = (y + 0.5) / height, (x + 0.5) / width
    return ((x - 0.4) / 0.25) ** 2 + ((y - 0.55) / 0.3) ** 2 < 1


@pytest.mark.parametrize("size", [(64, 64), (150, 200), (33, 90), (40, 20), (450, 600)])
def test_a_mask_comes_back_from_a_square(size):
    square = masks.share(ellipse(*size), 64) / 255
    found = mask_sizes.at_size(square.astype(np.float16), *size)
    assert found.dtype == bool and found.shape == size
    assert segmentation.iou(ellipse(*size), found) > 0.97


def test_the_outline_is_smooth_and_not_shifted():
    square = masks.share(ellipse(600, 600), 32) / 255
    found = mask_sizes.at_size(square, 600, 600)
    stairs = np.kron(square > 0.5, np.ones((19, 19), bool))
    true = ellipse(608, 608)
    assert segmentation.iou(ellipse(600, 600), found) > segmentation.iou(true, stairs)
    centres = [np.argwhere(one).mean(0) for one in (found, ellipse(600, 600))]
    assert np.abs(centres[0] - centres[1]).max() < 1


def test_half_is_no_lesion_and_one_pixel_is_enough():
    assert not mask_sizes.at_size(np.full((4, 4), 0.5), 8, 8).any()
    assert mask_sizes.at_size(np.ones((1, 1)), 3, 2).all()
    assert mask_sizes.at_size(np.ones((9, 9)), 1, 1).tolist() == [[True]]
