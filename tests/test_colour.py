import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage import color

from helpers.images import colour


@settings(deadline=None)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(3))))
def test_lab_agrees_with_skimage(rgb):
    lab = colour.rgb_to_lab(rgb)
    assert lab.dtype == np.float32
    np.testing.assert_allclose(lab, color.rgb2lab(rgb), atol=1e-3)


@pytest.mark.parametrize(
    "rgb, lab",  # Lindbloom, sRGB under D65
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_lab_of_known_colours(rgb, lab):
    found = colour.rgb_to_lab(np.full((2, 3, 3), rgb, np.uint8))
    assert found.shape == (2, 3, 3)
    np.testing.assert_allclose(found[1, 2], lab, atol=0.02)


def test_lab_refuses_what_is_not_8_bit_rgb():
    for bad in (np.zeros((2, 3)), np.zeros((2, 4), np.uint8), np.uint8(3)):
        with pytest.raises(ValueError, match="need uint8"):
            colour.rgb_to_lab(bad)


def test_ita_of_known_colours():
    lab = np.array([[70, 10, 20], [50, 0, 9], [30, 5, 20], [80, 0, 0], [50, 0, 0]])
    found = colour.individual_typology_angle(lab)
    np.testing.assert_allclose(found, [45, 0, -45, 90, 0])
    assert colour.individual_typology_angle(np.zeros((2, 4, 3))).shape == (2, 4)


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 60))
def test_ita_is_the_published_formula_and_rises_with_lightness(first, second, b):
    ita = colour.individual_typology_angle(np.array([[first, 3, b], [second, -8, b]]))
    published = np.degrees(np.arctan((np.array([first, second]) - 50) / b))
    np.testing.assert_allclose(ita, published, atol=1e-9)
    assert (ita[0] - ita[1]) * (first - second) >= 0


def test_ita_stays_high_for_light_bluish_pixels():
    assert colour.individual_typology_angle(np.array([90.0, 0.0, -5.0])) > 90
    with pytest.raises(ValueError, match="shape"):
        colour.individual_typology_angle(np.zeros((3, 2)))


def test_skin_types_at_their_published_limits():
    limits = np.array([55, 41, 28, 10, -30], float)
    above, at = np.nextafter(limits, 180), limits
    assert colour.skin_type_from_ita(above).tolist() == [1, 2, 3, 4, 5]
    assert colour.skin_type_from_ita(at).tolist() == [2, 3, 4, 5, 6]
    assert colour.skin_type_from_ita([[180, -180]]).tolist() == [[1, 6]]
    assert int(colour.skin_type_from_ita(35.0)) == 3
    assert colour.skin_type_from_ita(above).dtype == np.int64


def test_skin_type_of_nothing_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        colour.skin_type_from_ita([50, np.nan])


def test_mean_intensity_of_one_and_of_many():
    batch = np.zeros((2, 10, 10, 3), np.uint8)
    batch[1, :5] = 200
    batch[1, :, :, 2] = 50
    expected = (100 + 100 + 50) / 3
    assert colour.mean_intensity(batch).tolist() == [0, pytest.approx(expected)]
    assert float(colour.mean_intensity(batch[1])) == pytest.approx(expected)
