"""What decides a training, as one hash: another hash, another training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.base import seeds
from helpers.storage import hashes
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.losses import Loss

_N_TRIED = 16


def key_of(
    model: nn.Module,
    data: Sequence[Learnable],
    loss: Loss,
    settings: Mapping[str, Any],
) -> str:
    """Return the hash of a model as it is now, its data, loss and settings.

    Parameters
    ----------
    model : torch.nn.Module
        Its layers, its weights and which of them learn count.
    data : sequence of Learnable
        All that it learns from and is judged on; every byte counts.
    loss : callable
        From `losses.joint`. Functions have no name that would say what they compute:
        its value on answers that are always the same stands for it.
    settings : mapping
        In words of JSON.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    facts = {
        "settings": dict(settings),
        "layers": str(model),
        "learning": [one.requires_grad for one in model.parameters()],
        "weights": [_hash(one.cpu().numpy()) for one in model.state_dict().values()],
        "loss": _value(loss, model, data[0]),
        "data": [[None if a is None else _hash(a) for a in part] for part in data],
        "versions": [torch.__version__],
    }
    return hashes.hash_json(facts)


def _value(loss: Loss, model: nn.Module, data: Learnable) -> str:
    """Return the loss of drawn answers to the first pictures, every bit of it."""
    rng = seeds.generator_for(0, "answers of no network")
    masks = labels = y = shares = None
    if data.y is not None:
        y = torch.from_numpy(data.y[:_N_TRIED])
        labels = _normal(rng, len(y), len(model.labels))
    if data.masks is not None:
        shares = torch.from_numpy(np.array(data.masks[:_N_TRIED]))[:, None] / 255
        masks = _normal(rng, *shares.shape)
    return float(loss(Answers(masks, labels, masks), y, shares)).hex()


def _normal(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))


def _hash(array: np.ndarray) -> list:
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return [str(array.dtype), list(array.shape), hashes.hash_bytes(content.data)]
