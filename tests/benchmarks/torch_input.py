"""PyTorch's input and steps: against decoding every epoch, and against no input."""

import tempfile
from copy import deepcopy
from pathlib import Path
from time import perf_counter
from unittest import mock

import numpy as np
from PIL import Image

from helpers.base import devices
from helpers.images import batches as decoding
from helpers.images import prepared
from helpers.storage import hashes
from helpers.torch_models import architectures, batches, losses, precision, training
from helpers.torch_models.answers import Learnable
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.frameworks import nn, torch

N_PICTURES, BATCH_SIZE, SIZE_PX, N_LABELS, N_TURNS = 512, 32, 128, 7, 5
RATE = 1e-3


def measure() -> list[dict]:
    """Return a row for the input alone, and two for training with it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_photo(Path(folder, f"{i}.jpg"), i) for i in range(N_PICTURES)]
        contents = hashes.hash_files(paths)
        store = Path(folder, "store")
        with mock.patch.object(prepared, "IN_MEMORY_BYTES", 0):  # mapped from disk
            made = prepared.prepare(paths, contents, ["rgb"], SIZE_PX, store, "squash")
        assert isinstance(made.arrays["rgb"], np.memmap)
        assert len(made.kept) == N_PICTURES
        y = np.arange(N_PICTURES) % N_LABELS
        data = Learnable(made.arrays["rgb"], y, None)
        rows = [_input_alone(paths, data), *_training(data)]
        del made, data  # Windows removes no folder with a mapped file
    return rows


def _input_alone(paths: list[Path], data: Learnable) -> dict:
    """Compare an epoch of batches with decoding its pictures again."""
    cpu = torch.device("cpu")
    ours, plain = [], []
    for epoch in range(N_TURNS):  # in turn: other work on the machine meets both
        orders = batches.orders(len(paths), BATCH_SIZE, 1, epoch)
        start = perf_counter()
        found = [batch.pixels for batch in batches.load(data, orders, cpu)]
        ours.append(perf_counter() - start)
        start = perf_counter()
        again = [_decoded(paths, order) for order in orders]
        plain.append(perf_counter() - start)
        pairs = zip(found, again, strict=True)
        assert all(torch.equal(quick, slow) for quick, slow in pairs)
    return {
        "step": f"input of an epoch, {SIZE_PX} px",
        "n": len(paths),
        "seconds": min(ours),
        "plain_seconds": min(plain),
        "limit_seconds": None,
        "goal": ">= 5 x decoding every epoch",
        "same_answer": True,
    }


def _decoded(paths: list[Path], positions: np.ndarray) -> torch.Tensor:
    """Make a batch from its files, with all threads."""
    some = [paths[position] for position in positions]
    pictures = decoding.decode_all(some, SIZE_PX, "squash").pictures
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()


def _training(data: Learnable) -> list[dict]:
    """Compare epochs of training with as many steps on one batch that lies ready."""
    n = len(data.pixels)
    model, few = (
        _model(),
        Learnable(data.pixels[:BATCH_SIZE], data.y[:BATCH_SIZE], None),
    )
    _check_step(deepcopy(model), few)
    n_steps = len(batches.orders(n, BATCH_SIZE, 1, 0))
    kinds = {
        "pictures as they are": {},
        "changed pictures, clipped, averaged": {
            "augment": Augmentation(),
            "clip_norm": 1.0,
            "ema": 0.99,
        },
    }
    bare: list[float] = []
    ours: dict[str, list[float]] = {kind: [] for kind in kinds}
    _bare(model, few, n_steps)  # the first pass chooses kernels
    for _ in range(N_TURNS):
        bare.append(_bare(model, few, n_steps))
        for kind, how in kinds.items():
            ours[kind].append(n / _fit(model, data, few, **how).pictures_per_second)
    return [
        {
            "step": f"training epoch, batches of {BATCH_SIZE}, {kind}",
            "n": n,
            "seconds": min(seconds),
            "plain_seconds": None,
            "limit_seconds": min(bare) * n / (n_steps * BATCH_SIZE),
            "goal": ">= 85 % of the bare model on a fixed batch",
            "same_answer": True,
        }
        for kind, seconds in ours.items()
    ]


def _check_step(model: nn.Module, data: Learnable) -> None:
    """Check that both ways move the weights alike."""
    other, order = deepcopy(model), batches.orders(len(data.pixels), len(data.y), 1, 0)
    _fit(model, data, data, precision="fp32")
    shuffled = Learnable(data.pixels[order[0]], data.y[order[0]], None)
    _bare(other, shuffled, 1, "fp32")
    ends = model.state_dict()
    for name, value in other.state_dict().items():
        # Adam's first step has the length of the rate whatever the gradient: where that
        # is next to nothing, a GPU's order of summing decides the sign.
        near = torch.isclose(value.float(), ends[name].float(), atol=RATE / 10)
        assert near.float().mean() > 0.99, name


def _fit(
    model: nn.Module,
    data: Learnable,
    validation: Learnable,
    augment: Augmentation | None = None,
    **settings: object,
) -> training.Trained:
    """Train for an epoch with what the room has."""
    given = {"clip_norm": None, "schedule": "constant"} | settings
    chosen = training.Settings(1, BATCH_SIZE, RATE, **given)
    given = {"seed": 1, "folder": None, "augment": augment}
    return training.fit(model, data, validation, _loss(), chosen, **given)


def _bare(
    model: nn.Module, data: Learnable, n_steps: int, wanted: str = "auto"
) -> float:
    """Make steps on one batch that lies ready on the device; return the seconds."""
    device = torch.device(devices.best_device())
    chosen = precision.choose(wanted, device.type)
    model.to(device, memory_format=torch.channels_last).train()
    (batch,) = batches.load(data, [slice(None)], device)
    kernels = [one for one in model.parameters() if one.ndim > 1]
    others = [one for one in model.parameters() if one.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": 0.05}, {"params": others}]
    optimizer = torch.optim.AdamW(groups, RATE, weight_decay=0.0, fused=True)
    loss, start = _loss(), perf_counter()
    for _ in range(n_steps):
        with precision.autocast(chosen, device.type):
            answers = model(batch.pixels)
        found = loss(answers, batch.y, None)
        found.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert np.isfinite(found.item())  # waits for a GPU
    return perf_counter() - start


def _loss() -> losses.Loss:
    return losses.joint(losses.label_loss("cross_entropy", np.arange(7), N_LABELS))


def _model() -> nn.Module:
    """Return the small ResNet; without dropout, for both ways to compute the same."""
    labels = [f"label {i}" for i in range(N_LABELS)]
    return architectures.make("resnet_small", labels=labels, seed=1, dropout=0.0)


def _photo(path: Path, seed: int) -> Path:
    """Write a picture of HAM10000's size with some grain."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(60, 220, (12, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(blobs).resize((600, 450), Image.BICUBIC)
    grain = rng.integers(-8, 9, (450, 600, 1))
    pixels = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path
