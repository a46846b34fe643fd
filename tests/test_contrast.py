import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import color

from helpers.images import contrast, processing

rows, columns = np.mgrid[:60, :80]
DISC = np.hypot(rows - 30, columns - 40) < 12


def painted(skin, lesion, mask=DISC):
    return np.where(mask[..., None], lesion, skin).astype(np.uint8)


def test_the_ring_lies_around_the_lesion_at_the_stated_distances():
    ring = contrast.skin_ring(DISC)
    away = ndimage.distance_transform_edt(~DISC)
    assert not (ring & DISC).any()
    assert ring[(away > 1.2 + 0.1) & (away < 8.4 - 0.1)].all()
    assert not ring[(away < 1.2 - 0.1) | (away > 8.4 + 0.1)].any()


@settings(deadline=None, max_examples=30)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_contrast_of_two_colours_is_their_difference_of_lightness(skin, lesion):
    rgb = painted(skin, lesion)
    wanted = color.rgb2lab(np.array([skin, lesion], np.uint8)[None])[0]
    found = contrast.lesion_contrast(rgb, DISC)
    assert found.shape == ()
    assert found == pytest.approx(wanted[0, 0] - wanted[1, 0], abs=2e-3)
    np.testing.assert_allclose(contrast.median_lab(rgb, DISC), wanted[1], atol=1e-3)


def test_batches_are_measured_one_by_one_and_stains_hardly_count():
    first = painted((210, 160, 140), (120, 70, 60))
    second = painted((110, 80, 70), (60, 40, 40))
    mask = np.stack([DISC, np.roll(DISC, 5, axis=1)])
    rgb = np.stack([first, second])
    found = contrast.lesion_contrast(np.stack([rgb, rgb]), np.stack([mask, mask]))
    assert found.shape == (2, 2)
    for place in range(2):
        one = contrast.lesion_contrast(rgb[place], mask[place])
        assert (found[:, place] == one).all()
    stained = first.copy()
    stained[:, 20] = stained[:, 38] = 0  # two hairs
    assert contrast.lesion_contrast(stained, DISC) == contrast.lesion_contrast(
        first, DISC
    )


def test_where_there_is_no_lesion_or_no_ring_there_is_no_contrast():
    rgb = painted((210, 160, 140), (120, 70, 60))
    for mask in (np.zeros_like(DISC), np.ones_like(DISC)):
        assert not contrast.skin_ring(mask).any()
        assert np.isnan(contrast.lesion_contrast(rgb, mask))
    tiny = contrast.lesion_contrast(rgb[:1, :1], np.ones((1, 1), bool))
    assert np.isnan(tiny)


def test_shapes_and_dtypes_that_do_not_fit_are_refused():
    rgb = painted((210, 160, 140), (120, 70, 60))
    with pytest.raises(ValueError, match="need bool"):
        contrast.skin_ring(DISC.astype(np.uint8))
    with pytest.raises(ValueError, match="mask"):
        contrast.lesion_contrast(rgb, DISC[:-1])
    with pytest.raises(ValueError, match="mask"):
        contrast.median_lab(rgb, DISC.astype(int))
    with pytest.raises(ValueError, match="became"):
        contrast.colour_shift(rgb, rgb[:-1])


def test_colour_shift_leaves_lightness_out():
    grays = np.arange(256, dtype=np.uint8)[:, None, None].repeat(3, axis=2)
    assert contrast.colour_shift(grays, grays[::-1]) < 0.01
    red, blue = (np.zeros((2, 3, 4, 5, 3), np.uint8) for _ in range(2))
    red[..., 0], blue[..., 2] = 255, 255
    lab = color.rgb2lab(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))[0]
    found = contrast.colour_shift(red, blue)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, np.hypot(*(lab[0] - lab[1])[1:]), atol=0.01)


def test_otsu_follows_the_contrast_and_not_the_tone():
    """Dark skin with a lesion that stands out is parted; light skin without is not."""
    rng, hits = np.random.default_rng(0), {}
    for tone in (215, 95):
        for step in (60, 3):
            rgb = (
                painted((tone,) * 3, (tone - step,) * 3)
                + rng.normal(0, 6, DISC.shape)[..., None]
            )
            found = processing.otsu_mask(rgb.clip(0, 255).astype(np.uint8))
            hits[tone, step] = (found & DISC).sum() / (found | DISC).sum()
    assert min(hits[215, 60], hits[95, 60]) > 0.95
    assert max(hits[215, 3], hits[95, 3]) < 0.4
