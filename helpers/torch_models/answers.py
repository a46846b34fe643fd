"""What every network of this room answers, and what it learns from."""

from typing import NamedTuple

import numpy as np

from helpers.torch_models.frameworks import torch


class Answers(NamedTuple):
    """A network's answers to a batch of n pictures of s x s pixels, as logits.

    Attributes
    ----------
    masks : torch.Tensor, shape (n, 1, s, s), or None
        Lesion (above 0) or skin, for every pixel; None for a network without masks.
    labels : torch.Tensor, shape (n, n_labels), or None
        None for a network without label head.
    extra_masks : torch.Tensor, shape (n, 1, s, s), or None
        Those of DeepLab's auxiliary head: in training mode only, for the loss.
    """

    masks: torch.Tensor | None
    labels: torch.Tensor | None
    extra_masks: torch.Tensor | None = None


class Learnable(NamedTuple):
    """Pictures with what is known of them; all arrays in one order.

    Attributes
    ----------
    pixels : numpy.ndarray, uint8, shape (n, s, s, 3)
        RGB; may be memory-mapped.
    y : numpy.ndarray, int64, shape (n,), or None
        Code of each picture's label, from 0.
    masks : numpy.ndarray, uint8, shape (n, s, s), or None
        Share of lesion in each pixel, 0 to 255.
    """

    pixels: np.ndarray
    y: np.ndarray | None
    masks: np.ndarray | None
