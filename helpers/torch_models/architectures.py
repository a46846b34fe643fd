"""The networks by name: made from words of JSON, with weights and with a seed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from helpers.base.errors import ParameterError
from helpers.data import torch_weights
from helpers.storage import model_folders
from helpers.torch_models import networks, pretrained_weights
from helpers.torch_models.deeplab import DeepLabV3
from helpers.torch_models.deeplab_mobile import DeepLabV3Plus
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.networks import BASIC, BOTTLENECK, Classifier, Network
from helpers.torch_models.unet import UNet


def _resnet_small(
    labels: Sequence[str],
    *,
    widths: Sequence[int] = (32, 64, 128, 256),
    depths: Sequence[int] = (2, 2, 2, 2),
    early_pool: bool = True,
    dropout: float = 0.2,
) -> Network:
    stem = {"stem_width": widths[0], "early_pool": early_pool}
    encoder = networks.resnet(widths, depths, BASIC, **stem)
    return Classifier(labels, encoder, widths[-1], dropout)


def _resnet18(labels: Sequence[str], *, dropout: float = 0.2) -> Network:
    encoder = networks.resnet((64, 128, 256, 512), (2, 2, 2, 2), BASIC)
    return Classifier(labels, encoder, 512, dropout)


def _resnet50(labels: Sequence[str], *, dropout: float = 0.2) -> Network:
    encoder = networks.resnet((256, 512, 1024, 2048), (3, 4, 6, 3), BOTTLENECK)
    return Classifier(labels, encoder, 2048, dropout)


def _unet_small(
    labels: Sequence[str],
    *,
    widths: Sequence[int] = (32, 64, 128, 256),
    depths: Sequence[int] = (2, 2, 2, 2),
    early_pool: bool = False,
    dropout: float = 0.2,
) -> Network:
    return UNet(labels, widths, depths, early_pool, dropout)


def _deeplabv3(labels: Sequence[str], *, dropout: float = 0.2) -> Network:
    return DeepLabV3(labels, dropout)


def _deeplabv3plus(labels: Sequence[str], *, dropout: float = 0.2) -> Network:
    return DeepLabV3Plus(labels, dropout)


class _Entry(NamedTuple):
    """How a network is built, and whether it draws masks."""

    build: Callable[..., Network]
    masks: bool


_ALL = {
    "resnet_small": _Entry(_resnet_small, False),
    "resnet18": _Entry(_resnet18, False),
    "resnet50": _Entry(_resnet50, False),
    "unet_small": _Entry(_unet_small, True),
    "deeplabv3_resnet50": _Entry(_deeplabv3, True),
    "deeplabv3plus_mobilenetv2": _Entry(_deeplabv3plus, True),
}
ARCHITECTURES = tuple(_ALL)
"""Names of the networks; those with weights are in `helpers.data.torch_weights`."""


def make(
    name: str,
    *,
    labels: Sequence[str] = (),
    masks: bool = False,
    seed: int,
    weights: str = torch_weights.NONE,
    weights_folder: Path | None = None,
    **options: Any,
) -> Network:
    """Return a network that is ready to be trained, on the CPU.

    Parameters
    ----------
    name : str
        One of `ARCHITECTURES`. The ResNets are classifiers; the U-Net and the two
        DeepLabs draw masks, and with `labels` do both from one encoder.
    labels : sequence of str, optional
        What the label head distinguishes, in order; at least two where there are any.
    masks : bool, optional
        Whether masks are wanted; a U-Net or DeepLab must be asked for them.
    seed : int
        Of the random numbers that stand where no weights are loaded; the global
        generators stay as they were.
    weights : str, optional
        ``"none"``, ``"pretrained"`` or the path of weights in the same form: see
        `helpers.data.torch_weights.missing_weights`.
    weights_folder : Path, optional
        Where fetched weights lie; ``data/weights`` if None, or if it is not there.
    **options
        ``dropout`` of the label head (0.2). For resnet_small and unet_small also
        ``widths`` and ``depths`` (channels and blocks of each stage, (32, 64, 128, 256)
        and (2, 2, 2, 2)), and ``early_pool``: whether the stem pools (as published,
        which is resnet_small's default and not unet_small's).

    Returns
    -------
    Network
        In training mode. Float32 (n, 3, s, s) from 0 to 255 becomes `Answers`.

    Raises
    ------
    ParameterError
        If the name, an option or the label table will not do, or the weights are not
        of this network.
    DataMissingError, ArtefactDamagedError
        As `pretrained_weights.load`.

    Examples
    --------
    >>> net = make("unet_small", masks=True, seed=1, widths=(4, 8), depths=(1, 1))
    >>> n_parameters(net), net.has_masks, net.labels
    (2441, True, ())
    """
    torch_weights.check_name(name)
    _check_answers(name, labels, masks)
    _check_options(name, options)
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay his
        torch.default_generator.manual_seed(seed)
        model = _ALL[name].build(labels, **options)
    pretrained_weights.load(model, name, weights, weights_folder)
    told = {key: _plain(value) for key, value in options.items()}
    model.architecture = {"name": name, "labels": [*labels], "masks": masks, **told}
    return model


def n_parameters(model: nn.Module) -> int:
    """Return how many numbers a network learns; batch statistics are not among them.

    Parameters
    ----------
    model : torch.nn.Module
        Any.

    Returns
    -------
    int
    """
    return sum(one.numel() for one in model.parameters())


def _check_answers(name: str, labels: Sequence[str], masks: bool) -> None:
    """Refuse answers that the network does not give."""
    if labels:
        model_folders.check_label_table(labels)
    can = _ALL[name].masks
    if masks != can:
        what = "draws masks: they must be asked for" if can else "draws no masks"
        others = [each for each, entry in _ALL.items() if entry.masks == masks]
        way_out = f"set masks to {can}, or take {' or '.join(others)}"
        raise ParameterError(f"{name} {what}", "masks", way_out)
    if len(labels) == 1 or not (labels or can):
        raise ParameterError(
            f"{name} cannot distinguish {len(labels)} labels",
            where="labels",
            way_out="give at least two labels",
        )


def _check_options(name: str, options: dict[str, Any]) -> None:
    """Refuse options that the network has not, or that make none."""
    known = _ALL[name].build.__kwdefaults__
    if unknown := sorted(options.keys() - known.keys()):
        raise ParameterError(
            f"{name} has no option {', '.join(unknown)}",
            where="options",
            way_out=f"it has {', '.join(known)}",
        )
    given = known | options
    dropout = given["dropout"]
    if not isinstance(dropout, int | float) or not 0 <= dropout < 1:
        way_out = "take a share of the features, 0 or more and below 1"
        raise ParameterError(f"dropout cannot be {dropout!r}", "dropout", way_out)
    if "widths" not in given:
        return
    widths, depths = given["widths"], given["depths"]
    if not (_counts(widths) and _counts(depths) and len(widths) == len(depths) > 1):
        raise ParameterError(
            f"widths {widths!r} and depths {depths!r} make no network",
            where="widths, depths",
            way_out="give two or more stages, each with a width and a depth above 0",
        )


def _counts(values: Any) -> bool:
    """Say whether something is a list of whole numbers above 0."""
    if not isinstance(values, list | tuple):
        return False
    return all(type(value) is int and value > 0 for value in values)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
