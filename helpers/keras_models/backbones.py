"""The published backbones of transfer learning, with what each expects of a picture."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from helpers.data.keras_weights import registered
from helpers.keras_models.frameworks import keras

Kind = Literal["caffe", "tf"]

_IMAGENET_BGR = (103.939, 116.779, 123.68)
"""Mean of ImageNet's blue, green and red: keras.applications, after Caffe's models."""


class Backbone(NamedTuple):
    """A network without its classifier.

    Attributes
    ----------
    name : str
        Key in `BACKBONES`.
    constructor : callable
        Of keras.applications.
    kind : {"caffe", "tf"}
        Its own preprocessing: ``"caffe"`` is BGR from 0 to 255 less ImageNet's mean,
        ``"tf"`` is RGB from -1 to 1.
    min_size_px : int
        The smallest picture it takes.
    n_parameters, n_parameters_top : int
        Numbers in it without and with its published classifier of 1,000 classes: by
        them a file of another backbone is recognised.
    """

    name: str
    constructor: Callable[..., keras.Model]
    kind: Kind
    min_size_px: int
    n_parameters: int
    n_parameters_top: int

    @property
    def registry_name(self) -> str:
        """What ``python start.py fetch weights`` calls it."""
        return registered(self.name).name


_ALL = (
    Backbone("vgg16", keras.applications.VGG16, "caffe", 32, 14_714_688, 138_357_544),
    Backbone("vgg19", keras.applications.VGG19, "caffe", 32, 20_024_384, 143_667_240),
    Backbone(
        "resnet50v2", keras.applications.ResNet50V2, "tf", 32, 23_564_800, 25_613_800
    ),
    Backbone(
        "inceptionv3", keras.applications.InceptionV3, "tf", 75, 21_802_784, 23_851_784
    ),
    Backbone(
        "mobilenetv2", keras.applications.MobileNetV2, "tf", 32, 2_257_984, 3_538_984
    ),
)

BACKBONES = {backbone.name: backbone for backbone in _ALL}
"""By name."""


def find(name: str) -> Backbone:
    """Return a backbone by name.

    Parameters
    ----------
    name : str
        Key of `BACKBONES`.

    Returns
    -------
    Backbone

    Raises
    ------
    ParameterError
        If there is none of that name; the nearest one is suggested.
    """
    return BACKBONES[registered(name).name.removeprefix("keras-")]


def build(name: str, size_px: int) -> keras.Model:
    """Return a backbone with random weights, without classifier and pooling.

    Parameters
    ----------
    name : str
        Key of `BACKBONES`.
    size_px : int
        Side of its square pictures; at least its `min_size_px`.

    Returns
    -------
    keras.Model
        From float32 (n, size_px, size_px, 3) to float32 (n, h, w, d).
    """
    shape = (size_px, size_px, 3)
    backbone = find(name)
    return backbone.constructor(
        include_top=False, weights=None, input_shape=shape, name=name
    )


def preprocess(name: str, unit_rgb: keras.KerasTensor) -> keras.KerasTensor:
    """Turn RGB from 0 to 1 into what a backbone expects.

    Standard layers and operations, so that a saved model holds its own preprocessing
    and loads without any code of ours.

    Parameters
    ----------
    name : str
        Key of `BACKBONES`.
    unit_rgb : keras.KerasTensor, shape (n, h, w, 3)
        float32 from 0 to 1.

    Returns
    -------
    keras.KerasTensor
        Same shape; equal to the backbone's own ``preprocess_input`` of 0 to 255.
    """
    if find(name).kind == "tf":
        return keras.layers.Rescaling(2.0, offset=-1.0, name="preprocessing")(unit_rgb)
    offset = [-mean for mean in _IMAGENET_BGR]
    unit_bgr = keras.ops.flip(unit_rgb, axis=-1)
    return keras.layers.Rescaling(255.0, offset=offset, name="preprocessing")(unit_bgr)
