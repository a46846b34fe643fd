"""What a network is trained to make small, for labels, for masks, and for both."""

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_codes
from helpers.torch_models.answers import Answers
from helpers.torch_models.frameworks import functional, torch

LabelLoss = Literal["cross_entropy", "weighted", "focal", "logit_adjusted"]
"""Every picture alike; every label alike; hard pictures more; every label as likely."""

MaskLoss = Literal["cross_entropy", "dice_cross_entropy"]
"""Every pixel alike; and every lesion alike, however small."""

Tensor: TypeAlias = torch.Tensor
PartLoss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
Loss: TypeAlias = Callable[[Answers, Tensor | None, Tensor | None], Tensor]

FOCUS = 2.0
"""The focal loss's gamma, as Lin et al. chose it."""

_EXTRA_WEIGHT = 0.5  # of the auxiliary head, as in torchvision's reference training


def label_loss(method: LabelLoss, y_train: np.ndarray, n_labels: int) -> PartLoss:
    """Return a loss for one label per picture.

    Parameters
    ----------
    method : {"cross_entropy", "weighted", "focal", "logit_adjusted"}
        Cross-entropy; the same with ``n / (labels there x n_label)`` as the weight of
        each picture; the same times ``(1 - p)**2``, p being the probability of the true
        label [1]_; the same of logits to which ``log prior`` was added, so that the
        network learns to answer as if all labels were equally frequent [2]_.
    y_train : ndarray of int, shape (n,)
        Codes of the training pictures: weights and priors are theirs.
    n_labels : int
        Labels in the table.

    Returns
    -------
    callable
        (logits (n, n_labels), codes (n,)) -> mean over the pictures, float32.

    Raises
    ------
    ParameterError
        If there is no such method, no picture, or a code is not in the table.

    Notes
    -----
    A label without a training picture weighs 1, and has the prior of half a picture:
    its logarithm would be endless.

    References
    ----------
    .. [1] Lin et al. (2017). Focal loss for dense object detection. ICCV.
    .. [2] Menon et al. (2021). Long-tail learning via logit adjustment. ICLR.
    """
    _check(method, LabelLoss, "label loss")
    counts = np.bincount(check_codes(y_train, n_labels, "y_train"), minlength=n_labels)
    if method == "weighted":
        mean = len(y_train) / np.count_nonzero(counts)
        return _weighted(np.where(counts, mean / np.maximum(counts, 1), 1.0))
    if method == "logit_adjusted":
        shares = np.maximum(counts, 0.5)
        return _adjusted(np.log(shares / shares.sum()))
    return _focal if method == "focal" else _cross_entropy


def mask_loss(method: MaskLoss) -> PartLoss:
    """Return a loss for one mask per picture.

    Parameters
    ----------
    method : {"cross_entropy", "dice_cross_entropy"}
        Mean cross-entropy of the pixels; the same plus 1 less the Dice coefficient of
        the probabilities, which is taken picture by picture with 1 added to numerator
        and denominator (an empty mask then has a gradient, too).

    Returns
    -------
    callable
        (logits, share of lesion from 0 to 1, both (n, 1, s, s)) -> mean over the
        pictures, float32.

    Raises
    ------
    ParameterError
        If there is no such method.
    """
    _check(method, MaskLoss, "mask loss")
    return _pixels if method == "cross_entropy" else _dice_and_pixels


def joint(
    label: PartLoss | None = None,
    mask: PartLoss | None = None,
    label_weight: float = 1.0,
) -> Loss:
    """Return the loss of a network's answers: of labels, of masks, or of both.

    Parameters
    ----------
    label : callable, optional
        From `label_loss`.
    mask : callable, optional
        From `mask_loss`. Masks of DeepLab's auxiliary head count half.
    label_weight : float, optional
        Weight of the label's loss beside the mask's, above 0.

    Returns
    -------
    callable
        (Answers, codes or None, share of lesion or None) -> float32, of no dimension.

    Raises
    ------
    ParameterError
        If both are missing, or the weight is not above 0.
    """
    if (label is None and mask is None) or not label_weight > 0:
        raise ParameterError(
            f"a loss of nothing (label_weight {label_weight}) trains nothing",
            where="label, mask, label_weight",
            way_out="give label, mask or both, and a weight above 0",
        )

    def loss(answers: Answers, y: Tensor | None, masks: Tensor | None) -> Tensor:
        """Add up what there is."""
        parts = []
        if mask is not None:
            parts.append(mask(answers.masks, masks))
            if answers.extra_masks is not None:
                parts.append(_EXTRA_WEIGHT * mask(answers.extra_masks, masks))
        if label is not None:
            parts.append(label_weight * label(answers.labels, y))
        return sum(parts[1:], parts[0])

    return loss


def _check(method: str, known: object, kind: str) -> None:
    if method not in get_args(known):
        raise ParameterError(
            f"no {kind} is called {method!r}",
            where="method",
            way_out=f"choose from: {', '.join(get_args(known))}",
        )


def _cross_entropy(logits: Tensor, codes: Tensor) -> Tensor:
    return functional.cross_entropy(logits.float(), codes)


def _focal(logits: Tensor, codes: Tensor) -> Tensor:
    each = functional.cross_entropy(logits.float(), codes, reduction="none")
    return ((1 - torch.exp(-each)) ** FOCUS * each).mean()


def _weighted(weights: np.ndarray) -> PartLoss:
    table = torch.tensor(weights, dtype=torch.float32)

    def loss(logits: Tensor, codes: Tensor) -> Tensor:
        """Mean over the pictures; torch's own divides by the weights of the batch."""
        own = table.to(logits.device)
        each = functional.cross_entropy(
            logits.float(), codes, weight=own, reduction="none"
        )
        return each.mean()

    return loss


def _adjusted(log_prior: np.ndarray) -> PartLoss:
    table = torch.tensor(log_prior, dtype=torch.float32)

    def loss(logits: Tensor, codes: Tensor) -> Tensor:
        """Cross-entropy of shifted logits; at prediction nothing is shifted."""
        shifted = logits.float() + table.to(logits.device)
        return functional.cross_entropy(shifted, codes)

    return loss


def _pixels(logits: Tensor, share: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits.float(), share)


def _dice_and_pixels(logits: Tensor, share: Tensor) -> Tensor:
    logits = logits.float()
    probability, axes = logits.sigmoid(), (1, 2, 3)
    both = (probability * share).sum(axes)
    each = probability.sum(axes) + share.sum(axes)
    dice = (2 * both + 1) / (each + 1)
    return _pixels(logits, share) + (1 - dice).mean()
