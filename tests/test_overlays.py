"""Outlines of masks."""

import numpy as np
import pytest

from helpers.images import overlays


def test_outline_follows_the_mask_and_spares_the_rest():
    rgb = np.full((60, 80, 3), 128, np.uint8)
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:60] = True
    drawn = overlays.outline_mask(rgb, mask)
    changed = (drawn != rgb).any(axis=2)
    assert changed[20, 30:60].all() and changed[20:40, 30].all()
    assert not changed[25:35, 35:55].any() and not changed[:15].any()
    assert (rgb == 128).all(), "the picture that was given must stay as it was"


def test_empty_mask_changes_nothing():
    rgb = np.zeros((9, 9, 3), np.uint8)
    assert (overlays.outline_mask(rgb, np.zeros((9, 9), bool)) == rgb).all()


def test_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        overlays.outline_mask(np.zeros((9, 9, 3), np.uint8), np.zeros((8, 9), bool))
