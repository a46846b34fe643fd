"""In what precision a network computes, and what accelerate is told of it."""

import contextlib
from typing import Literal, get_args

from helpers.base.errors import ParameterError
from helpers.torch_models.frameworks import accelerate, torch

Precision = Literal["auto", "fp32", "bf16", "fp16"]
"""Of products within autocast; weights, sums and losses are always float32."""

Chosen = Literal["fp32", "bf16", "fp16"]
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def choose(precision: Precision, device: str) -> Chosen:
    """Return the precision that is used on a device.

    Parameters
    ----------
    precision : {"auto", "fp32", "bf16", "fp16"}
        ``"auto"``: bfloat16 where the device multiplies it in hardware (newer GPUs, and
        CPUs with AMX: two to three times as quick as float32), else float16 on a GPU
        of CUDA, else float32.
    device : {"cpu", "cuda", "mps"}
        Where it computes.

    Returns
    -------
    {"fp32", "bf16", "fp16"}

    Raises
    ------
    ParameterError
        If there is no such precision, or it is float16 and not on CUDA.
    """
    if precision not in get_args(Precision):
        raise ParameterError(
            f"no precision is called {precision!r}",
            where="precision",
            way_out=f"choose from: {', '.join(get_args(Precision))}",
        )
    if precision == "fp16" and device != "cuda":
        raise ParameterError(
            f"float16 needs a GPU of CUDA, this is: {device}",
            where="precision",
            way_out='give "auto"',
        )
    if precision != "auto":
        return precision
    if device == "cuda":
        quick = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if quick else "fp16"
    # Not in every torch: without it no CPU is known to have AMX.
    has = getattr(torch.cpu, "get_capabilities", dict)() if device == "cpu" else {}
    return "bf16" if has.get("amx_bf16") else "fp32"


def autocast(chosen: Chosen, device: str) -> contextlib.AbstractContextManager:
    """Return the context in which a network computes.

    Parameters
    ----------
    chosen : {"fp32", "bf16", "fp16"}
        From `choose`.
    device : {"cpu", "cuda", "mps"}
        Where it computes.

    Returns
    -------
    context manager
    """
    if chosen == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(device, _DTYPES[chosen])


def accelerator(chosen: Chosen) -> accelerate.Accelerator:
    """Return what knows the processes and devices of this training.

    Parameters
    ----------
    chosen : {"fp32", "bf16", "fp16"}
        From `choose`.

    Returns
    -------
    accelerate.Accelerator
        Of one process, or of as many as ``accelerate launch`` has started.
    """
    # accelerate keeps one precision for the whole process, and refuses another one: a
    # notebook may train a network in each. Devices and processes it does keep.
    accelerate.state.AcceleratorState._reset_state()
    mixed = "no" if chosen == "fp32" else chosen
    return accelerate.Accelerator(mixed_precision=mixed)
