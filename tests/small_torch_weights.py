"""Weights of PyTorch networks in the published forms, with random numbers in them."""

import json

import torch

from helpers.torch_models import architectures
from helpers.torch_models.deeplab import DeepLabV3

SHAPE = {"widths": (8, 16, 32, 64), "depths": (1, 2, 2, 2)}
"""Of a DeepLabV3 that is made in no time; `make` has none but the published."""


def randomise(module, seed=1):
    """Give every number a random value, batch statistics included."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if value.is_floating_point() and name not in ("mean", "std"):
                one = torch.rand(value.shape, generator=generator)
                norm = value.ndim == 1
                value.copy_(
                    one + 0.5 if norm else (one - 0.5) * value[0].numel() ** -0.5
                )
    return module


def encoder(name, seed=1):
    """Return a network's encoder with random numbers in it."""
    masks = name.startswith("deeplab")
    labels = () if masks else ("a", "b")
    model = architectures.make(name, labels=labels, masks=masks, seed=0)
    return randomise(model.encoder, seed)


def write_folder(folder, name, seed=1):
    """Write a folder as transformers writes that of a classifier; return its encoder.

    Tensors are prefixed, and the published classifier is among them.
    """
    own = encoder(name, seed)
    own.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": 28}))
    prefixed = {f"{own.base_model_prefix}.{k}": v for k, v in own.state_dict().items()}
    write_tensors(folder, prefixed | {"classifier.1.weight": torch.ones(3, 4)})
    return own


def write_tensors(folder, tensors):
    """Replace the tensors of a folder."""
    from safetensors.torch import save_file

    save_file(
        {k: v.contiguous() for k, v in tensors.items()}, folder / "model.safetensors"
    )


def torchvision_state(
    depths=SHAPE["depths"], widths=SHAPE["widths"], n_masks=21, seed=1
):
    """Return random tensors named and shaped as torchvision's DeepLabV3.

    Written after torchvision's own code (models/resnet.py, segmentation/deeplabv3.py),
    not after our network.
    """
    shapes = {"backbone.conv1.weight": (64, 3, 7, 7)} | _norm("backbone.bn1", 64)
    n_in = 64
    for k, (n_out, depth) in enumerate(zip(widths, depths, strict=True), 1):
        n = n_out // 4
        for j in range(depth):
            at = f"backbone.layer{k}.{j}"
            kernels = [(n, n_in, 1, 1), (n, n, 3, 3), (n_out, n, 1, 1)]
            for i, kernel in enumerate(kernels, 1):
                shapes[f"{at}.conv{i}.weight"] = kernel
                shapes |= _norm(f"{at}.bn{i}", kernel[0])
            if j == 0:
                shapes[f"{at}.downsample.0.weight"] = (n_out, n_in, 1, 1)
                shapes |= _norm(f"{at}.downsample.1", n_out)
            n_in = n_out
    for i, side in enumerate((1, 3, 3, 3)):
        shapes[f"classifier.0.convs.{i}.0.weight"] = (256, n_in, side, side)
        shapes |= _norm(f"classifier.0.convs.{i}.1", 256)
    shapes["classifier.0.convs.4.1.weight"] = (256, n_in, 1, 1)
    shapes |= _norm("classifier.0.convs.4.2", 256)
    shapes["classifier.0.project.0.weight"] = (256, 5 * 256, 1, 1)
    shapes |= _norm("classifier.0.project.1", 256)
    for head, n, n_out in (
        ("classifier", 256, 256),
        ("aux_classifier", widths[2], widths[2] // 4),
    ):
        first = 1 if head == "classifier" else 0
        shapes[f"{head}.{first}.weight"] = (n_out, n, 3, 3)
        shapes |= _norm(f"{head}.{first + 1}", n_out)
        shapes[f"{head}.4.weight"] = (n_masks, n_out, 1, 1)
        shapes[f"{head}.4.bias"] = (n_masks,)
    return _filled(shapes, seed)


def small_deeplab(labels=(), n_masks=1):
    """Return a DeepLabV3 that `torchvision_state` fits."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return DeepLabV3(labels, 0.2, **SHAPE, n_masks=n_masks)


def _norm(at, n):
    names = ("weight", "bias", "running_mean", "running_var")
    return {f"{at}.{name}": (n,) for name in names} | {f"{at}.num_batches_tracked": ()}


def _filled(shapes, seed):
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            tensors[name] = torch.tensor(7)
            continue
        one = torch.rand(shape, generator=generator)
        n = max(1, one[0].numel()) if len(shape) > 1 else 1
        tensors[name] = 2 * (one - 0.5) * (3 / n) ** 0.5 if n > 1 else one + 0.5
    return tensors
