"""A small network of both answers, its pictures, and a training of it.

Run as a program it trains in a folder, slowly enough to be killed on the way:
``python tests/small_torch.py FOLDER``. With a second word it trains shared between
processes, as ``torch.distributed.run`` starts them, and leaves each one's weights.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from helpers.torch_models import losses, training
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.frameworks import nn, torch

SIZE_PX, N_LABELS = 16, 4
LABELS = tuple("abcd")
SETTINGS = {"epochs": 6, "batch_size": 16, "learning_rate": 0.02, "ema": 0.9}
SETTINGS |= {"precision": "fp32"}
AUGMENT = Augmentation()


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


def train(own=None, folder=None, seed=3, augment=AUGMENT, **other):
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


def weights(model):
    """Return copies of all that a network has learnt and counted."""
    return [one.detach().clone() for one in model.state_dict().values()]


def same(one, other):
    """Tell whether two trainings are equal, bit for bit."""
    pairs = zip(weights(one[0]), weights(other[0]), strict=True)
    alike = all(torch.equal(a, b) for a, b in pairs)
    return alike and one[1].history == other[1].history


@contextmanager
def one_thread():
    """Share no work out: so little takes longer then; and bits depend on it."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def frozen():
    """Return the network with a first layer that does not learn."""
    made = model()
    made.body[0].weight.requires_grad_(False)
    return made


def slowly(history):
    """Say that an epoch is done, and leave time for a kill."""
    print("epochs", len(history["val_loss"]), flush=True)
    time.sleep(0.5)


def train_shared():
    """Train so that shares of a batch add up to it: no draws, no batch statistics."""
    own = model(rate=0.0)
    own.body[1] = nn.Identity()
    return train(own, epochs=2, batch_size=8, augment=None, ema=None)


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = Path(sys.argv[1])
    if len(sys.argv) == 2:
        train(folder=where, on_epoch=slowly)
    else:
        own, done = train_shared()
        arrays = [one.numpy() for one in own.state_dict().values()]
        name = f"{os.environ['RANK']}.npz"
        np.savez(where / name, *arrays, loss=done.history["loss"])
