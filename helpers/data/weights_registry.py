"""Pretrained weights that the `full` profile uses: files, addresses, sizes, licences.

Addresses are the ones that
the publishers' own documentation or loading code states (Hugging Face's ``resolve``
form, the file names in keras.applications, torchvision's table); none could be reached
where this was written, so the sizes are approximate and the first fetch is the proof.
Where loading code publishes an MD5 it is checked; otherwise the first fetch records a
SHA-256, which shows later damage but cannot show that the first fetch was genuine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from helpers.base.errors import ParameterError

_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_KERAS_FILE = "weights_tf_dim_ordering_tf_kernels"


@dataclass(frozen=True)
class WeightFile:
    """One file: its `name` in the folder, `address`, and published `md5` or ""."""

    name: str
    address: str
    md5: str = ""


@dataclass(frozen=True)
class Weights:
    """One pretrained model.

    Attributes
    ----------
    name : str
        Folder name, and what `fetch weights` calls it.
    framework : str
        ``transformers`` (the folder loads with ``from_pretrained``), ``keras`` or
        ``torchvision``.
    files : tuple of WeightFile
        All that loading needs.
    size_mb : float
        About; megabytes of 10**6 bytes.
    licence : str
        As the publisher states it.
    """

    name: str
    framework: str
    files: tuple[WeightFile, ...]
    size_mb: float
    licence: str


def _transformers(repository: str, size_mb: float, licence: str) -> Weights:
    # Safetensors only: the repositories also hold pickles, which run code when loaded.
    names = ("config.json", "preprocessor_config.json", "model.safetensors")
    base = f"https://huggingface.co/{repository}/resolve/main"
    files = tuple(WeightFile(name, f"{base}/{name}") for name in names)
    name = repository.replace("/", "--")
    return Weights(name, "transformers", files, size_mb, licence)


def _keras(
    name: str, folder: str, file: str, md5: str, size_mb: float, licence: str
) -> Weights:
    files = (WeightFile(file, f"{_KERAS}/{folder}/{file}", md5),)
    return Weights(name, "keras", files, size_mb, licence)


_ALL = (
    _transformers("facebook/dinov2-small", 88, "Apache-2.0"),
    _transformers("facebook/dinov2-base", 346, "Apache-2.0"),
    _transformers("facebook/dinov2-large", 1217, "Apache-2.0"),
    _transformers("microsoft/resnet-18", 47, "Apache-2.0"),
    _transformers("microsoft/resnet-50", 102, "Apache-2.0"),
    _transformers("google/mobilenet_v2_1.0_224", 14, "other (see the model's page)"),
    _keras(
        "keras-vgg16",
        "vgg16",
        f"vgg16_{_KERAS_FILE}_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
        59,
        "CC-BY-4.0 (Oxford VGG)",
    ),
    _keras(
        "keras-vgg19",
        "vgg19",
        f"vgg19_{_KERAS_FILE}_notop.h5",
        "253f8cb515780f3b799900260a226db6",
        80,
        "CC-BY-4.0 (Oxford VGG)",
    ),
    _keras(
        "keras-resnet50v2",
        "resnet",
        f"resnet50v2_{_KERAS_FILE}_notop.h5",
        "fac2f116257151a9d068a22e544a4917",
        95,
        "Apache-2.0 (keras.applications)",
    ),
    _keras(
        "keras-inceptionv3",
        "inception_v3",
        f"inception_v3_{_KERAS_FILE}_notop.h5",
        "bcbd6486424b2319ff4ef7d526e38f63",
        88,
        "Apache-2.0 (keras.applications)",
    ),
    _keras(
        "keras-mobilenetv2",
        "mobilenet_v2",
        f"mobilenet_v2_{_KERAS_FILE}_1.0_224_no_top.h5",
        "",  # keras.applications states none
        9,
        "Apache-2.0 (keras.applications)",
    ),
    Weights(
        "torchvision-deeplabv3-resnet50",
        "torchvision",
        (
            # A pickle: to be read with torch's weights_only loader and nothing else.
            WeightFile(
                "deeplabv3_resnet50_coco-cd0a2569.pth",
                "https://download.pytorch.org/models/deeplabv3_resnet50_coco-cd0a2569.pth",
            ),
        ),
        168,
        "BSD-3-Clause (torchvision); COCO annotations CC-BY-4.0",
    ),
)

WEIGHTS = {weights.name: weights for weights in _ALL}
"""By name."""


def choose(names: Sequence[str] = ()) -> list[Weights]:
    """Return the weights that `names` names; all where there are none.

    Parameters
    ----------
    names : sequence of str, optional
        Keys of `WEIGHTS`.

    Returns
    -------
    list of Weights
        In the given order.

    Raises
    ------
    ParameterError
        If a name is unknown; the nearest one is suggested.
    """
    for name in names:
        if name not in WEIGHTS:
            near = get_close_matches(name, WEIGHTS, 3, 0.3) or list(WEIGHTS)
            way_out = f"did you mean {' or '.join(near)}?"
            raise ParameterError(f"unknown weights {name!r}", "weights", way_out)
    return [WEIGHTS[name] for name in names or WEIGHTS]
