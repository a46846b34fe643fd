"""Networks as encoders: pictures in, the vectors before a network's head out."""

import contextlib
import threading
import warnings
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.base import devices
from helpers.base.paths import shown
from helpers.data import weight_folders
from helpers.features import architectures, preparation, pretrained_models
from helpers.features.architectures import ARCHITECTURES
from helpers.features.encoders import Wanted
from helpers.storage import hashes

_MAKING = threading.Lock()
"""One model at a time: the random numbers and the logging belong to the process."""


class Network:
    """A network without its head: a picture becomes what the head would see.

    DINOv2 [1]_: the class token after the last layer norm, or the mean of the patch
    tokens. ResNet-50 [2]_ and MobileNetV2 [3]_: the last feature map averaged over the
    picture, 2048 and 1280 numbers.

    Pixels become floats on the device. Batch normalisation is folded into the
    convolutions, which keep the channels last. CUDA computes in float16 where autocast
    holds that safe. A CPU that multiplies bfloat16 in hardware does so for DINOv2 only:
    three times as fast, and vectors less their mean keep a cosine of .9999 with those
    of float32. For the (random) convolutional networks that is .92 to .998: float32.

    The model is made when the first picture is encoded, which for a complete store is
    never. A GPU gets it at once: should it not take it, the facts must say so.

    Parameters
    ----------
    wanted : encoders.Wanted
        Model, options, weights.
    weights_folder : Path, optional
        Where fetched weights lie.

    References
    ----------
    .. [1] Oquab et al. (2024). DINOv2: learning robust visual features without
       supervision. TMLR.
    .. [2] He, Zhang, Ren & Sun (2016). Deep residual learning for image recognition.
       CVPR.
    .. [3] Sandler et al. (2018). MobileNetV2: inverted residuals and linear
       bottlenecks. CVPR.
    """

    def __init__(self, wanted: Wanted, weights_folder: Path | None = None) -> None:
        self._architecture = architecture = ARCHITECTURES[wanted.model]
        self.name = wanted.name
        self._folder, weights = None, "random"
        if wanted.weights == "random":
            self._config = pretrained_models.random_config(architecture)
            feed = architectures.read_feed(architecture.processor, wanted.model)
        else:
            self._folder = opened = weight_folders.open_folder(
                wanted.weights, architecture, weights_folder
            )
            self._config = pretrained_models.read_config(
                opened, architecture, exactly=not wanted.weights
            )
            place = shown(opened.path / weight_folders.PROCESSOR)
            feed = architectures.read_feed(opened.processor, place)
            weights = opened.sha256
        feed = feed._replace(preparation=feed.preparation.changed(wanted.options))
        self._feed = feed.unnormalised() if "unnormalised" in wanted.options else feed
        self.size_px, self.fit = feed.preparation.size_px, feed.preparation.fit
        self._patch_mean = "patch_mean" in wanted.options
        self.dimension = pretrained_models.dimension_of(self._config)
        self.device = devices.best_device()
        if self.device != "cpu":
            self._model, self.device = _place(self._model, self.device)
        self._precision = _precision(self.device, architecture.model_type)
        mean, std = torch.tensor(self._feed.mean), torch.tensor(self._feed.std)
        self._scale = (self._feed.factor / std).to(self.device)
        self._shift = (-mean / std).to(self.device)
        self.facts: dict[str, Any] = {
            "encoder": wanted.plain,
            "weights": weights,
            "preparation": self._feed.facts(),
            "precision": str(self._precision).removeprefix("torch."),
            "code": _code(weights),
        }

    @cached_property
    def _model(self) -> torch.nn.Module:
        """The network, on the CPU; made at the first use."""
        with _MAKING:
            if self._folder is None:
                model = pretrained_models.random_model(self._architecture)
            else:
                model = pretrained_models.load_model(
                    self._folder, self._architecture, self._config
                )
            model = pretrained_models.folded(model)
            return model.to(memory_format=torch.channels_last)

    def prepare(self, rgb: np.ndarray) -> np.ndarray:
        """Bring a picture to size: short side to length, then the central square.

        Parameters
        ----------
        rgb : ndarray of uint8, shape (height, width, 3)
            Any picture.

        Returns
        -------
        ndarray of uint8, shape (size_px, size_px, 3)
            The colours are normalised later, on the device.
        """
        return self._feed.preparation.apply(rgb)

    def encode(self, batch: np.ndarray) -> np.ndarray:
        """Encode prepared pictures.

        Parameters
        ----------
        batch : ndarray of uint8, shape (n, size_px, size_px, 3)
            RGB pictures from `prepare`.

        Returns
        -------
        ndarray of float32, shape (n, dimension)

        Raises
        ------
        ParameterError
            If the batch has another shape or dtype.
        MemoryError
            If the device has too little memory for so many at a time.
        ArtefactDamagedError
            If the weights are cut, or not those that config.json describes.
        """
        preparation.check_batch(batch, self.name, self.size_px)
        if not len(batch):
            return np.empty((0, self.dimension), dtype=np.float32)
        too_much = None
        try:
            X = self._forward(batch)
        except RuntimeError as error:
            if not devices.is_out_of_memory(error):
                raise
            # Raised below, where the error no longer holds what lies on the device.
            too_much = str(error).splitlines()[0]
        if too_much is not None:
            raise MemoryError(f"{self.device}, {len(batch)} pictures: {too_much}")
        return X

    def _forward(self, batch: np.ndarray) -> np.ndarray:
        model = self._model
        with torch.inference_mode():
            # The pictures come with channels last already: permute moves no number.
            pixels = torch.tensor(batch).to(self.device).float()
            x = (pixels * self._scale + self._shift).permute(0, 3, 1, 2)
            with self._reduced():
                out = model(pixel_values=x)
            return self._vectors(out).float().cpu().numpy()

    def _vectors(self, out: Any) -> torch.Tensor:
        if self._patch_mean:
            return out.last_hidden_state[:, 1:].mean(dim=1)
        return out.pooler_output.flatten(1)

    def _reduced(self) -> contextlib.AbstractContextManager:
        """Return what computes in the chosen precision."""
        if self._precision == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device, self._precision)


def _place(model: torch.nn.Module, gpu: str) -> tuple[torch.nn.Module, str]:
    """Bring the model to the GPU; leave it to the CPU, said so, where that fails."""
    try:
        return model.to(gpu), gpu
    except RuntimeError as error:  # busy, or full of somebody else's work
        said = str(error).splitlines()[0]
        text = f"the GPU does not take the network ({said}): the CPU computes"
        warnings.warn(text, stacklevel=3)
        return model.to("cpu"), "cpu"


def _code(weights: str) -> str:
    """Return the hash of what computes; random weights are the library's, too."""
    code = preparation.code_hash(
        __file__, pretrained_models.__file__, architectures.__file__
    )
    if weights != "random":
        return code
    return hashes.hash_json([code, torch.__version__, metadata.version("transformers")])


def _precision(device: str, model_type: str) -> torch.dtype:
    """Return the precision of the products; `Network` says why."""
    if device == "cuda":
        return torch.float16
    # Not in every torch: without it no CPU is known to have them.
    has = getattr(torch.cpu, "get_capabilities", dict)() if device == "cpu" else {}
    quick = has.get("amx_bf16") or has.get("avx512_bf16")
    return torch.bfloat16 if quick and model_type == "dinov2" else torch.float32
