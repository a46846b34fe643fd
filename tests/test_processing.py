"""Processings: known answers against OpenCV and scikit-image, any batch shape, pure."""

import cv2
import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage import exposure, filters

from helpers.images import colour, contrast, hair, processing

ALL = [
    processing.equalise,
    processing.equalise_channels,
    processing.clahe,
    processing.gray,
    processing.otsu,
    processing.stretch,
    processing.heat_map,
    hair.remove_hair,
]
KEEP_ONE_COLOUR = [
    processing.equalise,
    processing.equalise_channels,
    processing.stretch,
    hair.remove_hair,
]
every = pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)


def skin_with_lesion(size=96, skin=(214, 160, 140), lesion=(120, 70, 60), seed=0):
    """Noisy skin under uneven light with a dark disc; the picture and the disc."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size] / size - 0.5
    disc = np.hypot(rows, columns) < 0.22
    rgb = np.where(disc[..., None], lesion, skin) + 20 * columns[..., None]
    return np.clip(rgb + rng.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8), disc


def with_hairs(rgb, n_hairs=9, seed=1):
    """The picture with dark lines across it, and where they are."""
    rng, drawn = np.random.default_rng(seed), rgb.copy()
    size = len(rgb)
    for _ in range(n_hairs):
        ends = rng.integers(0, size, (2, 2))
        ends[0, 0], ends[1, 0] = 0, size - 1
        cv2.line(drawn, *map(tuple, ends.tolist()), (40, 30, 28), 2, cv2.LINE_AA)
    return drawn, np.abs(drawn.astype(int) - rgb).max(axis=2) > 40


@every
@settings(deadline=None, max_examples=25)
@given(
    hnp.arrays(
        np.uint8,
        st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 9)] * 2, st.just(3)),
    )
)
def test_batch_shape_does_not_matter_and_nothing_is_changed(function, rgb):
    before = rgb.copy()
    done = function(rgb)
    assert done.shape == rgb.shape and done.dtype == np.uint8
    assert not np.shares_memory(done, rgb)
    np.testing.assert_array_equal(rgb, before)
    for place in np.ndindex(rgb.shape[:2]):
        np.testing.assert_array_equal(function(rgb[place]), done[place])
    np.testing.assert_array_equal(
        function(rgb.swapaxes(2, 3))[0, 0], function(rgb[0, 0].swapaxes(0, 1).copy())
    )


@every
def test_no_pictures_make_no_pictures_and_others_are_refused(function):
    assert function(np.zeros((0, 4, 5, 3), np.uint8)).shape == (0, 4, 5, 3)
    for bad in (np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))):
        with pytest.raises(ValueError, match="need uint8"):
            function(bad)
    with pytest.raises(ValueError, match="need uint8"):
        function(np.zeros((2, 0, 4, 3), np.uint8))


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None, max_examples=50)
def test_a_picture_of_one_colour(rgb, height, width):
    flat = np.full((height, width, 3), rgb, np.uint8)
    for function in KEEP_ONE_COLOUR:
        if function is not processing.stretch or len(set(rgb)) == 1:
            np.testing.assert_allclose(function(flat), flat, atol=1)
    assert processing.otsu_threshold(flat) == -1
    assert not processing.otsu_mask(flat).any() and not processing.otsu(flat).any()
    for function in (processing.clahe, processing.heat_map, processing.gray):
        assert len(np.unique(function(flat).reshape(-1, 3), axis=0)) == 1


def test_equalise_spreads_lightness_as_opencv_and_scikit_image_do():
    rgb, _ = skin_with_lesion()
    levels = np.rint(2.55 * colour.rgb_to_lab(rgb)[..., 0]).astype(np.uint8)
    wanted = 100 * exposure.equalize_hist(levels, nbins=256)
    # Where all colours exist, in the middle of the range, nothing but rounding differs.
    inside = (wanted > 30) & (wanted < 75)
    found = colour.rgb_to_lab(processing.equalise(rgb))[..., 0]
    assert inside.mean() > 0.3
    assert np.abs(found - wanted)[inside].mean() < 1
    share = np.histogram(found, bins=10, range=(0, 100))[0] / found.size
    assert share.min() > 0.06 and share.max() < 0.14


def test_equalise_keeps_colours_and_the_channel_by_channel_way_does_not():
    rgb, _ = skin_with_lesion()
    kept = contrast.colour_shift(rgb, processing.equalise(rgb))
    lost = contrast.colour_shift(rgb, processing.equalise_channels(rgb))
    assert kept < 5 < 15 < lost
    wanted = [cv2.equalizeHist(np.ascontiguousarray(rgb[..., c])) for c in range(3)]
    np.testing.assert_array_equal(
        processing.equalise_channels(rgb), np.stack(wanted, axis=2)
    )


def test_clahe_is_opencvs_on_lightness():
    rgb, _ = skin_with_lesion(256)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)  # the text-books' way, in 8 bits
    lab[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    plain = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    gaps = np.abs(processing.clahe(rgb).astype(int) - plain)
    assert gaps.mean() < 2 and np.quantile(gaps, 0.99) <= 8
    sharp = processing.clahe(rgb, clip_limit=6.0, n_tiles=4)
    assert sharp.std() > processing.clahe(rgb).std() > rgb.std()
    for bad in ({"clip_limit": 0}, {"n_tiles": 0}):
        with pytest.raises(ValueError, match="no CLAHE"):
            processing.clahe(rgb, **bad)


def test_clahe_of_one_tile_without_a_limit_is_equalise():
    rgb, _ = skin_with_lesion()
    one = processing.clahe(rgb, clip_limit=1e6, n_tiles=1).astype(int)
    assert np.abs(one - processing.equalise(rgb)).max() <= 3


@given(hnp.arrays(np.uint8, (4, 5, 3)))
@settings(deadline=None)
def test_gray_is_bt_601_in_three_equal_channels(rgb):
    done = processing.gray(rgb)
    assert (done[..., :1] == done).all()
    np.testing.assert_allclose(done[..., 0], rgb @ [0.299, 0.587, 0.114], atol=0.51)


@given(hnp.arrays(np.uint8, (7, 6), elements=st.integers(0, 255)))
@settings(deadline=None)
def test_otsu_parts_as_well_as_scikit_image(luma):
    rgb = np.stack([luma] * 3, axis=2)
    ours = int(processing.otsu_threshold(rgb))
    if luma.min() == luma.max():
        assert ours == -1
        return

    def between(threshold):
        dark = luma <= threshold
        gap = luma[dark].mean() - luma[~dark].mean()
        return dark.mean() * (1 - dark.mean()) * gap**2

    assert between(ours) == pytest.approx(between(filters.threshold_otsu(luma)))
    np.testing.assert_array_equal(processing.otsu_mask(rgb), luma <= ours)


def test_otsu_finds_the_darker_disc_and_blackens_the_rest():
    rgb, disc = skin_with_lesion()
    np.testing.assert_array_equal(processing.otsu_mask(rgb), disc)
    np.testing.assert_array_equal(processing.otsu(rgb), rgb * disc[..., None])
    both = np.stack([rgb, 255 - rgb])
    assert processing.otsu_threshold(both).shape == (2,)
    assert processing.otsu_threshold(both).dtype == np.int64
    assert processing.otsu_mask(both).dtype == bool
    np.testing.assert_array_equal(processing.otsu_mask(both)[1], ~disc)


def test_stretch_is_scikit_images_between_two_percentiles():
    rgb, _ = skin_with_lesion()
    ends = np.percentile(rgb, (1, 99), method="inverted_cdf")
    wanted = exposure.rescale_intensity(rgb, (ends[0], ends[1]), (0, 255))
    done = processing.stretch(rgb)
    assert np.abs(done.astype(int) - wanted).max() <= 1
    np.testing.assert_array_equal(np.percentile(done, (1, 99)), (0, 255))


@given(hnp.arrays(np.uint8, (6, 6, 3)))
@settings(deadline=None)
def test_stretch_keeps_the_order_of_all_values_and_so_the_hue(rgb):
    done = processing.stretch(rgb).ravel()[np.argsort(rgb, axis=None, kind="stable")]
    assert (np.diff(done.astype(int)) >= 0).all()


def test_heat_map_is_inferno_and_its_lightness_always_rises():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    heat = processing.heat_map(ramp)[:, 0]
    inferno = 255 * mpl.colormaps["inferno"](np.arange(256))[:, :3]
    assert np.abs(heat - inferno).max() <= 1
    lightness = colour.rgb_to_lab(heat)[:, 0]
    assert np.diff(lightness).min() > -0.3  # a level of rounding
    assert lightness[0] < 1 and lightness[-1] > 95


def test_hair_is_found_and_painted_over():
    clean, disc = skin_with_lesion(192)
    hairy, drawn = with_hairs(clean)
    found = hair.hair_mask(hairy)
    assert found.dtype == bool and found.shape == disc.shape
    on_skin = drawn & ~disc
    assert found[on_skin].mean() > 0.9 and found[~drawn].mean() < 0.06
    mended = hair.remove_hair(hairy)
    before, after = (
        np.abs(one.astype(int) - clean)[on_skin].mean() for one in (hairy, mended)
    )
    assert after < 0.15 * before
    far = cv2.dilate(found.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    np.testing.assert_array_equal(mended[far], hairy[far])


def test_a_picture_without_hair_stays_as_it_is():
    clean, _ = skin_with_lesion(192)
    cv2.circle(clean, (30, 30), 3, (90, 50, 40), -1)  # a dot is no hair
    np.testing.assert_array_equal(hair.remove_hair(clean), clean)
    light = cv2.line(clean.copy(), (0, 60), (191, 80), (250, 240, 230), 2)
    assert not hair.hair_mask(light).any()
