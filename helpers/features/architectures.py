"""The networks behind the encoders: what sets each apart, and how it is fed."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from helpers.base.errors import ArtefactDamagedError
from helpers.features.preparation import Preparation

_MOST_PX = 4096


@dataclass(frozen=True)
class Architecture:
    """One network.

    Attributes
    ----------
    weights : str
        Its pretrained weights in `helpers.data.weights_registry`.
    model_type : str
        What its config.json says.
    class_name : str
        In transformers.
    config : dict
        What sets the published model apart from the class's defaults, or is vital.
    processor : dict
        As in the publisher's preprocessor_config.json.
    """

    weights: str
    model_type: str
    class_name: str
    config: dict[str, Any]
    processor: dict[str, Any]


# Mean and standard deviation of ImageNet's pixels: with 256 and 224 px the evaluation
# of ResNet (He et al. 2016) and of DINOv2 (Oquab et al. 2024, its own repository).
_IMAGENET = {
    "size": {"shortest_edge": 256},
    "crop_size": {"height": 224, "width": 224},
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}
# TensorFlow's MobileNetV2 (Sandler et al. 2018) takes pixels from -1 to 1; the values
# are the defaults of transformers' MobileNetV2ImageProcessor.
_FROM_MINUS_ONE = _IMAGENET | {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def _dinov2(size: str, width: int, n_layers: int, n_heads: int) -> Architecture:
    """Return a DINOv2 of a size [Oquab et al. 2024, table 17]; trained at 518 px."""
    config = {
        "hidden_size": width,
        "num_hidden_layers": n_layers,
        "num_attention_heads": n_heads,
        "patch_size": 14,
        "image_size": 518,
    }
    name = f"facebook--dinov2-{size}"
    return Architecture(name, "dinov2", "Dinov2Model", config, _IMAGENET)


ARCHITECTURES = {
    "dinov2_small": _dinov2("small", 384, 12, 6),
    "dinov2_base": _dinov2("base", 768, 12, 12),
    "dinov2_large": _dinov2("large", 1024, 24, 16),
    "resnet50": Architecture(
        "microsoft--resnet-50",
        "resnet",
        "ResNetModel",
        {
            "hidden_sizes": [256, 512, 1024, 2048],
            "depths": [3, 4, 6, 3],
            "layer_type": "bottleneck",
        },
        _IMAGENET,
    ),
    "mobilenet_v2": Architecture(
        "google--mobilenet_v2_1.0_224",
        "mobilenet_v2",
        "MobileNetV2Model",
        {"depth_multiplier": 1.0},
        _FROM_MINUS_ONE,
    ),
}
"""By the encoder's name."""


class Feed(NamedTuple):
    """A network's input: squares, and pixels as ``(factor * value - mean) / std``."""

    preparation: Preparation
    factor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def unnormalised(self) -> "Feed":
        """Return the same with pixels from 0 to 1 as they are."""
        return self._replace(mean=(0.0,) * 3, std=(1.0,) * 3)

    def facts(self) -> dict[str, Any]:
        """Return it in words of JSON."""
        numbers = {"factor": self.factor, "mean": [*self.mean], "std": [*self.std]}
        return self.preparation.facts() | numbers


def read_feed(processor: dict[str, Any], where: str) -> Feed:
    """Read what a preprocessor_config.json says.

    Parameters
    ----------
    processor : dict
        ``size`` (short side, or the square itself), ``crop_size`` or ``crop_pct`` (the
        centre that is kept), ``image_mean``, ``image_std``, ``rescale_factor`` and
        the ``do_...`` that switch them off (not the resizing, without which pictures
        of many sizes make no batch).
    where : str
        For errors.

    Returns
    -------
    Feed
        The aspect ratio is kept: the fit is "crop".

    Raises
    ------
    ArtefactDamagedError
        If a value is missing or cannot be meant.
    """
    try:
        if not processor.get("do_resize", True):
            raise ValueError("do_resize is off")
        short_px = size_px = _side(processor["size"])
        if "crop_size" in processor and processor.get("do_center_crop", True):
            size_px = _side(processor["crop_size"])
        elif processor.get("crop_pct"):  # ConvNeXT's way, with which ResNet comes
            short_px = int(size_px / processor["crop_pct"])
        normalised = processor.get("do_normalize", True)
        mean = _three(processor["image_mean"]) if normalised else (0.0,) * 3
        std = _three(processor["image_std"]) if normalised else (1.0,) * 3
        rescaled = processor.get("do_rescale", True)
        factor = float(processor.get("rescale_factor", 1 / 255)) if rescaled else 1.0
        sound = 1 <= size_px <= short_px <= _MOST_PX and min(std) > 0 < factor < 2
        if not sound:
            raise ValueError("a size, deviation or factor is out of range")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise ArtefactDamagedError(
            f"it does not say how pictures are prepared ({error!r})",
            where=where,
            way_out="delete the file and bring it anew, or correct what it says",
        ) from error
    return Feed(Preparation(size_px, short_px), factor, mean, std)


def _side(size: int | dict[str, int]) -> int:
    """Return the short side that a processor's size means."""
    if not isinstance(size, dict):
        return int(size)
    if "shortest_edge" in size:
        return int(size["shortest_edge"])
    return min(int(size["height"]), int(size["width"]))


def _three(values: list[float]) -> tuple[float, ...]:
    red, green, blue = (float(value) for value in values)
    if not all(math.isfinite(value) for value in (red, green, blue)):
        raise ValueError(f"{values} are not three finite numbers")
    return red, green, blue
