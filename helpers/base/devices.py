"""The device a network computes on, chosen and named without importing torch."""

import sys
from typing import Literal

Device = Literal["cuda", "mps", "cpu"]

_SAYS_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "status_alloc_failed",  # cuBLAS, cuDNN
)


def best_device() -> Device:
    """Return the quickest device that torch finds here.

    Returns
    -------
    {"cuda", "mps", "cpu"}
        ``"cpu"`` where torch is not imported: what does not use it needs no GPU.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def describe(device: str) -> str:
    """Return a device as people should read it.

    Parameters
    ----------
    device : {"cuda", "mps", "cpu"}
        For example an encoder's `device`.

    Returns
    -------
    str
        For example ``"CPU, 2 threads"`` or ``"GPU (NVIDIA H200, 139 GiB)"``.
    """
    torch = sys.modules.get("torch")
    if device == "mps":
        return "GPU (Apple Metal)"
    if device == "cuda":
        found = torch.cuda.get_device_properties(torch.cuda.current_device())
        return f"GPU ({found.name}, {found.total_memory / 2**30:.0f} GiB)"
    if torch is None:
        return "CPU"
    n_threads = torch.get_num_threads()
    return f"CPU, {n_threads} thread{'s' if n_threads > 1 else ''}"


def is_out_of_memory(error: BaseException) -> bool:
    """Tell a lack of memory, on the device or beside it, from other faults of torch.

    Parameters
    ----------
    error : BaseException
        What was raised. Only CUDA's has a class of its own: words decide.

    Returns
    -------
    bool
    """
    if not isinstance(error, RuntimeError):
        return isinstance(error, MemoryError)
    return any(words in str(error).lower() for words in _SAYS_MEMORY)
