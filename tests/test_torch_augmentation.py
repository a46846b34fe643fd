"""Augmentation: what moves, what stays, and that masks go with their pictures."""

import dataclasses

import pytest

from helpers.base.errors import ParameterError
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.frameworks import torch

NONE = Augmentation(False, False, 1.0, 0.0, 0.0, 0.0, 0.0)


def alone(**changed):
    """Return an augmentation that does one thing."""
    return dataclasses.replace(NONE, **changed)


def batch(n=64, side=12):
    rng = torch.Generator().manual_seed(1)
    return torch.rand(n, 3, side, side, generator=rng) * 255


def views(x):
    """Return the eight mirrored and turned views of pictures."""
    return [
        one.flip(axes)
        for one in (x, x.transpose(-1, -2))
        for axes in ((), (-1,), (-2,), (-1, -2))
    ]


def seeded(augment, *given):
    torch.manual_seed(7)
    return augment(*given)


def test_none_changes_nothing():
    x, m = batch(), batch()[:, :1]
    found = NONE(x, m)
    assert found[0] is x and found[1] is m
    assert NONE(x) == (x, None)


@pytest.mark.parametrize(
    ("changed", "allowed"),
    [
        ({"flips": True}, [0, 1, 2, 3]),
        ({"turns": True}, [0, 4]),
        ({"flips": True, "turns": True}, [*range(8)]),
    ],
)
def test_flips_and_turns_are_exact_views_and_all_of_them_come(changed, allowed):
    x = batch()
    found, _ = seeded(alone(**changed), x)
    near = torch.stack(
        [(found - view).abs().amax((1, 2, 3)) < 0.01 for view in views(x)]
    )
    assert (near.sum(0) == 1).all()
    assert near.any(1).nonzero().flatten().tolist() == allowed


def test_masks_move_with_their_pictures():
    square = torch.zeros(64, 1, 24, 24)
    square[:, :, 3:14, 6:12] = 1
    moving = Augmentation(brightness=0, contrast=0, channel=0)
    pixels, masks = seeded(moving, square.repeat(1, 3, 1, 1) * 255, square)
    torch.testing.assert_close(pixels[:, :1] / 255, masks)
    sizes = masks.sum((1, 2, 3)) / 66
    assert sizes.min() < 0.8 and sizes.max() > 1.2  # 1 / 1.25**2 to 1.25**2, drawn
    assert ((0.6 < sizes) & (sizes < 1.65)).all()
    assert masks.min() >= 0 and masks.max() <= 1


def test_scale_keeps_the_middle_and_shift_moves_by_at_most_its_share():
    x = torch.zeros(200, 1, 41, 41).expand(-1, 3, -1, -1).clone()
    x[:, :, 20, 20] = 255
    scaled, _ = seeded(alone(scale=1.25), x)
    assert (scaled.flatten(1).argmax(1) % (41 * 41) == 20 * 41 + 20).all()
    moved, _ = seeded(alone(shift=0.2), x)
    places = moved[:, 0].flatten(1).argmax(1)
    steps = torch.stack([places // 41, places % 41]) - 20
    assert steps.abs().max() == 4  # .2 of half a side of 41 px
    assert len(steps.unique(dim=1).T) > 40


def test_what_comes_in_at_the_border_is_the_picture_mirrored():
    x = torch.full((32, 3, 16, 16), 90.0)
    found, _ = seeded(Augmentation(brightness=0, contrast=0, channel=0), x)
    torch.testing.assert_close(found, x)


def test_brightness_contrast_and_channels_are_the_factors_they_say():
    x = 100 + batch() / 10  # far from 0 and 255, where it would be cut
    mean = x.mean((1, 2, 3))

    def spread(pictures):
        return pictures.std((1, 2, 3))

    brighter, _ = seeded(alone(brightness=0.15), x)
    factor = brighter.mean((1, 2, 3)) / mean
    assert factor.min() > 0.86 and factor.max() < 1.162 and factor.std() > 0.05
    torch.testing.assert_close(spread(brighter), spread(x))
    steeper, _ = seeded(alone(contrast=0.15), x)
    torch.testing.assert_close(steeper.mean((1, 2, 3)), mean)
    factor = spread(steeper) / spread(x)
    assert factor.min() > 0.86 and factor.max() < 1.162 and factor.std() > 0.05
    tinted, _ = seeded(alone(channel=0.06), x)
    factor = tinted / x
    assert factor.min() > 0.941 and factor.max() < 1.062
    torch.testing.assert_close(factor.amax((2, 3)), factor.amin((2, 3)))
    assert factor[:, :, 0, 0].std(1).min() > 0  # each channel its own


def test_results_stay_pictures_and_the_given_ones_stay_as_they_are():
    x = batch()
    before = x.clone()
    found, _ = seeded(Augmentation(brightness=1, contrast=1, channel=1), x)
    assert found.min() == 0 and found.max() == 255
    seeded(alone(brightness=1), x)
    torch.testing.assert_close(x, before, rtol=0, atol=0)


def test_the_global_generator_decides():
    x = batch(8)
    one, again = seeded(Augmentation(), x)[0], seeded(Augmentation(), x)[0]
    torch.testing.assert_close(one, again, rtol=0, atol=0)
    assert not torch.equal(one, Augmentation()(x)[0])


@pytest.mark.parametrize(
    "changed",
    [{"scale": 0.5}, {"scale": float("nan")}, {"shift": -0.1}, {"channel": 2}],
)
def test_what_is_out_of_range_is_refused(changed):
    with pytest.raises(ParameterError, match="from 1 to 4"):
        Augmentation(**changed)
