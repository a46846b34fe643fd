"""The models behind the encoders: their settings, random weights, loaded ones."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch.nn.utils import fuse_conv_bn_eval

from helpers.base.errors import ArtefactDamagedError, ParameterError
from helpers.base.paths import shown
from helpers.data import weight_folders
from helpers.features.architectures import Architecture
from helpers.storage import hashes

with warnings.catch_warnings():  # tqdm.auto's, where ipywidgets is not installed
    warnings.filterwarnings("ignore", "IProgress not found")
    import transformers
    from transformers.utils import logging

Config: TypeAlias = transformers.PreTrainedConfig
RANDOM_SEED = 0
_UNUSED = ("num_batches_tracked", "mask_token")  # in a forward pass


def random_config(architecture: Architecture) -> Config:
    """Return the settings of the published architecture.

    Parameters
    ----------
    architecture : Architecture
        Of which model.

    Returns
    -------
    transformers.PreTrainedConfig
    """
    return transformers.CONFIG_MAPPING[architecture.model_type](**architecture.config)


def read_config(
    folder: weight_folders.WeightFolder, architecture: Architecture, exactly: bool
) -> Config:
    """Read the settings of a checked folder; its weights are not touched.

    Parameters
    ----------
    folder : WeightFolder
        From `weight_folders.open_folder`.
    architecture : Architecture
        Of which model.
    exactly : bool
        Whether config.json must be the published one, not just one of that type.

    Returns
    -------
    transformers.PreTrainedConfig

    Raises
    ------
    ParameterError
        If config.json is not the published model's.
    ArtefactDamagedError
        If its values mean nothing.
    """
    cls = transformers.CONFIG_MAPPING[architecture.model_type]
    try:
        config = cls.from_dict(folder.config)
        config._attn_implementation = None  # it can name code to be fetched
    except Exception as error:  # what the library trips over lies in this file
        raise weight_folders.damaged(folder.path, _does_not_load(error)) from error
    if exactly:
        _compare(config, architecture, folder.path / weight_folders.CONFIG)
    return config


def random_model(architecture: Architecture) -> torch.nn.Module:
    """Return the published architecture untrained, the same every time.

    Parameters
    ----------
    architecture : Architecture
        Of which model.

    Returns
    -------
    torch.nn.Module
        On the CPU, ready to evaluate; the global random numbers are left as they were.
    """
    cls = getattr(transformers, architecture.class_name)
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay his
        torch.default_generator.manual_seed(RANDOM_SEED)
        model = cls(random_config(architecture))
        if architecture.model_type == "mobilenet_v2":
            # Without trained batch statistics its own start lets vectors shrink to
            # 1e-20; that of He et al. (2015, "Delving deep") keeps their size.
            for module in model.modules():
                if isinstance(module, torch.nn.Conv2d):
                    torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return model.eval()


def load_model(
    folder: weight_folders.WeightFolder, architecture: Architecture, config: Config
) -> torch.nn.Module:
    """Load a checked folder: safetensors only, and no hub is asked.

    Parameters
    ----------
    folder : WeightFolder
        From `weight_folders.open_folder`.
    architecture : Architecture
        Of which model.
    config : transformers.PreTrainedConfig
        From `read_config`.

    Returns
    -------
    torch.nn.Module
        On the CPU in float32, ready to evaluate.

    Raises
    ------
    ArtefactDamagedError
        If tensors are cut, missing, too many, of other shapes, or no longer those that
        `folder` was opened with.
    """
    cls = getattr(transformers, architecture.class_name)
    tensors = folder.path / weight_folders.TENSORS
    try:
        with _quiet():
            model, report = cls.from_pretrained(
                folder.path,
                config=config,
                dtype=torch.float32,
                local_files_only=True,
                use_safetensors=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
                output_loading_info=True,
            )
    except MemoryError:
        raise
    except Exception as error:  # what the library trips over lies in these files
        raise weight_folders.damaged(folder.path, _does_not_load(error)) from error
    if differences := _differences(report):
        what = f"the tensors are not those of config.json: {'; '.join(differences)}"
        raise weight_folders.damaged(tensors, what)
    # Their hash names the vectors, and may have been taken long before.
    if hashes.hash_file(tensors) != folder.sha256:
        what, way_out = "the file changed while it was in use", "run it again"
        raise ArtefactDamagedError(what, shown(tensors), way_out)
    return model.eval()


def folded(model: torch.nn.Module) -> torch.nn.Module:
    """Fold each batch normalisation into the convolution before it.

    Parameters
    ----------
    model : torch.nn.Module
        In evaluation mode; changed in place.

    Returns
    -------
    torch.nn.Module
        The same function up to rounding, in less time.
    """
    for layer in model.modules():
        norm = getattr(layer, "normalization", None)
        if isinstance(norm, torch.nn.BatchNorm2d):
            layer.convolution = fuse_conv_bn_eval(layer.convolution, norm)
            layer.normalization = torch.nn.Identity()
    return model


def dimension_of(config: Config) -> int:
    """Return the length of a model's vectors; the model need not be made for it.

    Parameters
    ----------
    config : transformers.PreTrainedConfig
        Of a DINOv2, ResNet or MobileNetV2.

    Returns
    -------
    int
    """
    if config.model_type == "resnet":
        return config.hidden_sizes[-1]
    if config.model_type == "dinov2":
        return config.hidden_size
    # The last layer of Sandler et al. (2018), rounded as transformers does.
    multiplier, step = config.depth_multiplier, config.depth_divisible_by
    if config.finegrained_output and multiplier < 1:
        return 1280
    return max(
        config.min_depth, int(round(1280 * multiplier) + step / 2) // step * step
    )


def _does_not_load(error: Exception) -> str:
    return f"the weights do not load: {type(error).__name__}: {error}"[:300]


def _compare(config: Config, architecture: Architecture, path: Path) -> None:
    """Refuse a config that is not the published model's."""
    differences = [
        f"{key} is {getattr(config, key, None)}, not {value}"
        for key, value in architecture.config.items()
        if getattr(config, key, None) != value
    ]
    if differences:
        raise ParameterError(
            f"not {architecture.weights}: {'; '.join(differences)}",
            where=shown(path),
            way_out="delete the file and fetch the weights again, or name this folder: "
            "NAME@FOLDER",
        )


def _differences(report: dict[str, Any]) -> list[str]:
    """Return what a loading report finds wrong, a line for each kind."""
    missing = {k for k in report["missing_keys"] if not k.endswith(_UNUSED)}
    # The published files hold the head, too.
    extra = {k for k in report["unexpected_keys"] if not k.startswith("classifier.")}
    shapes = {f"{k} {[*a]} for {[*b]}" for k, a, b in report["mismatched_keys"]}
    found = {"missing": missing, "not expected": extra, "of another shape": shapes}
    found["other"] = set(report.get("error_msgs") or ())
    lines = []
    for kind, keys in found.items():
        if keys:
            more = ", ..." if len(keys) > 3 else ""
            lines.append(f"{len(keys)} {kind} ({', '.join(sorted(keys)[:3])}{more})")
    return lines


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's bars and reports out of notebooks, for as long as it loads."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
