"""A small network of both answers, its pictures, and a training of it.

Run as a program it trains in a folder, slowly enough to be killed on the way:
``python tests/small_torch.py FOLDER``.
"""

import sys
import time
from pathlib import Path

import numpy as np

from helpers.torch_models import losses, training
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.frameworks import nn, torch

SIZE_PX, N_LABELS = 16, 4
LABELS = tuple("abcd")
SETTINGS = {"epochs": 6, "batch_size": 16, "learning_rate": 0.02, "ema": 0.9}


class Small(nn.Module):
    """Two convolutions, dropout, and a head for each kind of answer."""

    def __init__(self, labels=LABELS, has_masks=True, rate=0.25, extra=False):
        super().__init__()
        self.labels, self.has_masks = tuple(labels), has_masks
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.ReLU(),
            nn.Dropout(rate),
        )
        self.mask = nn.Conv2d(8, 1, 1) if has_masks else None
        self.extra = nn.Conv2d(8, 1, 1) if extra else None
        self.label = nn.Linear(8, len(labels)) if labels else None

    def forward(self, pixels):
        features = self.body(pixels / 127.5 - 1)
        masks = self.mask(features) if self.has_masks else None
        extra = self.extra(features) if self.extra and self.training else None
        labels = self.label(features.mean((2, 3))) if self.labels else None
        return Answers(masks, labels, extra)


def model(**options):
    """Return a network, its weights by a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return Small(**options)


def pictures(n, seed):
    """Return pictures: each label has a colour, under noise, on a square of its own."""
    rng = np.random.default_rng(seed)
    colours = np.random.default_rng(0).integers(40, 216, (N_LABELS, 1, 1, 3))
    y = np.arange(n) % N_LABELS
    pixels = rng.normal(200, 20, (n, SIZE_PX, SIZE_PX, 3))
    masks = np.zeros((n, SIZE_PX, SIZE_PX), np.uint8)
    for i, (top, left) in enumerate(rng.integers(0, 8, (n, 2))):
        place = np.s_[i, top : top + 8, left : left + 8]
        masks[place] = 255
        pixels[place] = colours[y[i]] + rng.normal(0, 20, (8, 8, 3))
    return Learnable(np.clip(pixels, 0, 255).astype(np.uint8), y, masks)


def loss(method="cross_entropy"):
    """Return the loss of both answers."""
    label = losses.label_loss(method, pictures(40, 1).y, N_LABELS)
    return losses.joint(label, losses.mask_loss("dice_cross_entropy"))


def train(own=None, folder=None, seed=3, augment=Augmentation(), **other):
    """Train on 40 pictures and judge on 12; return the network and `Trained`."""
    own = own or model()
    named = {name: other.pop(name) for name in ("on_epoch",) if name in other}
    given = {"loss": loss(), "train": pictures(40, 1), "validation": pictures(12, 2)}
    given |= {name: other.pop(name) for name in [*given] if name in other}
    settings = training.Settings(**SETTINGS | other)
    done = training.fit(
        own, settings=settings, seed=seed, folder=folder, augment=augment,
        **given, **named,
    )  # fmt: skip
    return own, done


def slowly(history):
    """Say that an epoch is done, and leave time for a kill."""
    print("epochs", len(history["val_loss"]), flush=True)
    time.sleep(0.5)


if __name__ == "__main__":
    train(folder=Path(sys.argv[1]), on_epoch=slowly)
