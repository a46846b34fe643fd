"""Losses: against torch's own, and against sums done by hand."""

import math

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.torch_models import losses
from helpers.torch_models.answers import Answers
from helpers.torch_models.frameworks import functional, torch

Y = np.array([0, 0, 0, 0, 0, 0, 1, 1])  # a third label has no picture


def drawn(n=6, n_labels=3):
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(n, n_labels, generator=rng) * 2
    return logits, torch.arange(n) % n_labels


def test_cross_entropy_is_torchs():
    logits, codes = drawn()
    found = losses.label_loss("cross_entropy", Y, 3)(logits, codes)
    torch.testing.assert_close(found, functional.cross_entropy(logits, codes))


def test_weights_make_every_label_weigh_the_same():
    logits, codes = drawn()
    weights = torch.tensor([8 / (2 * 6), 8 / (2 * 2), 1.0])
    each = -functional.log_softmax(logits, 1)[torch.arange(6), codes]
    found = losses.label_loss("weighted", Y, 3)(logits, codes)
    torch.testing.assert_close(found, (weights[codes] * each).mean())
    # Torch's own mean divides by the batch's weights: a batch of one label would not
    # notice them at all.
    one = torch.ones(6, dtype=torch.long)
    plain = functional.cross_entropy(logits, one)
    found = losses.label_loss("weighted", Y, 3)(logits, one)
    torch.testing.assert_close(found, 2 * plain)


def test_the_focal_loss_of_known_probabilities():
    p = torch.tensor([[0.9, 0.1], [0.25, 0.75]])
    found = losses.label_loss("focal", np.array([0, 1]), 2)(
        p.log(), torch.tensor([0, 0])
    )
    by_hand = -(0.1**2 * math.log(0.9) + 0.75**2 * math.log(0.25)) / 2
    assert found.item() == pytest.approx(by_hand, rel=1e-5)


def test_logit_adjustment_adds_the_log_of_each_share():
    logits, codes = drawn()
    shares = torch.tensor([6, 2, 0.5]) / 8.5  # no picture counts as half a one
    found = losses.label_loss("logit_adjusted", Y, 3)(logits, codes)
    by_hand = functional.cross_entropy(logits + shares.log(), codes)
    torch.testing.assert_close(found, by_hand)


def test_logit_adjustment_of_equal_labels_changes_nothing():
    logits, codes = drawn()
    found = losses.label_loss("logit_adjusted", np.arange(9) % 3, 3)(logits, codes)
    torch.testing.assert_close(found, functional.cross_entropy(logits, codes))


def test_mask_losses_by_hand():
    # One picture of 1 x 2 pixels: probabilities .8 and .5, truth 1 and .25.
    p, share = torch.tensor([0.8, 0.5]).view(1, 1, 1, 2), torch.tensor([1, 0.25])
    logits, share = torch.logit(p), share.view(1, 1, 1, 2)
    pixels = -(math.log(0.8) + math.log(0.5)) / 2
    dice = (2 * (0.8 + 0.125) + 1) / (1.3 + 1.25 + 1)
    for method, expected in {
        "cross_entropy": pixels,
        "dice_cross_entropy": pixels + 1 - dice,
    }.items():
        found = losses.mask_loss(method)(logits, share)
        assert found.item() == pytest.approx(expected, rel=1e-5)


def test_dice_counts_a_small_lesion_as_much_as_a_large_one():
    share = torch.zeros(2, 1, 8, 8)
    share[0, :, :1, :1], share[1] = 1, 1
    loss = losses.mask_loss("dice_cross_entropy")
    right = torch.where(share > 0, 9.0, -9.0)
    missed_small, missed_large = right.clone(), right.clone()
    missed_small[0], missed_large[1] = -9, -9
    less = loss(missed_small, share) - losses.mask_loss("cross_entropy")(
        missed_small, share
    )
    more = loss(missed_large, share) - losses.mask_loss("cross_entropy")(
        missed_large, share
    )
    # (1 - 1 / 2) / 2 for the missed pixel, (1 - 1 / 65) / 2 for the missed picture.
    assert less.item() == pytest.approx(0.25, abs=0.01)
    assert more.item() == pytest.approx(0.492, abs=0.01)


def test_an_empty_mask_has_a_gradient():
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    losses.mask_loss("dice_cross_entropy")(logits, torch.zeros(1, 1, 4, 4)).backward()
    assert (logits.grad > 0).all()


def test_both_losses_are_added_and_the_auxiliary_head_counts_half():
    logits, codes = drawn()
    masks, extra = torch.randn(6, 1, 4, 4), torch.randn(6, 1, 4, 4)
    share = torch.rand(6, 1, 4, 4)
    label = losses.label_loss("cross_entropy", Y, 3)
    mask = losses.mask_loss("dice_cross_entropy")
    answers = Answers(masks, logits, extra)
    found = losses.joint(label, mask, label_weight=0.3)(answers, codes, share)
    expected = (
        mask(masks, share) + 0.5 * mask(extra, share) + 0.3 * label(logits, codes)
    )
    torch.testing.assert_close(found, expected)
    alone = losses.joint(label)(answers._replace(masks=None), codes, None)
    torch.testing.assert_close(alone, label(logits, codes))
    alone = losses.joint(mask=mask)(Answers(masks, None), None, share)
    torch.testing.assert_close(alone, mask(masks, share))


def test_half_precision_answers_are_summed_in_float32():
    logits, codes = drawn()
    for method in ("cross_entropy", "weighted", "focal", "logit_adjusted"):
        loss = losses.label_loss(method, Y, 3)
        assert loss(logits.bfloat16(), codes).dtype == torch.float32
    share = torch.rand(2, 1, 4, 4)
    found = losses.mask_loss("dice_cross_entropy")(share.bfloat16(), share)
    assert found.dtype == torch.float32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.label_loss("none", Y, 3), "no label loss is called 'none'"),
        (lambda: losses.mask_loss("dice"), "no mask loss is called 'dice'"),
        (lambda: losses.label_loss("focal", Y, 1), "outside the table of 1"),
        (lambda: losses.label_loss("focal", Y[:0], 3), "row of whole numbers"),
        (lambda: losses.joint(), "trains nothing"),
        (lambda: losses.joint(print, label_weight=0.0), "label_weight 0.0"),
        (lambda: losses.joint(print, label_weight=math.nan), "label_weight nan"),
    ],
)
def test_what_makes_no_loss_is_refused(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
