"""What this machine offers: cores, memory, GPU, and the code's version."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from helpers.base import paths

_CGROUPS, _OWN_CGROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
KERNEL_BYTES = 1_200_000_000
"""Memory that one kernel with its libraries is reckoned to take."""


def count_cores() -> int:
    """Return how many cores this process may use.

    Returns
    -------
    int
        At least 1; not those that a class-room server keeps from it.
    """
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def memory_bytes() -> int:
    """Return how much memory this process and its kernels may use together.

    Returns
    -------
    int
        The machine's, or the container's limit where that is less.
    """
    found = [psutil.virtual_memory().total]
    for path in _memory_limits():
        try:
            found.append(int(path.read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(found)


def _memory_limits() -> Iterator[Path]:
    """Yield the files that may limit memory: of this process's cgroup and all above.

    A container sees its own cgroup as the root, a class-room server's user does not.
    """
    lines = _OWN_CGROUPS.read_text().splitlines() if _OWN_CGROUPS.is_file() else []
    for line in lines:
        _, controllers, own = line.split(":", 2)  # man 7 cgroups
        if controllers == "":
            root, name = _CGROUPS, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = _CGROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        folder = root / own.lstrip("/")
        for one in (folder, *folder.parents):
            if one.is_relative_to(root):
                yield one / name


def default_jobs() -> int:
    """Return how many notebooks run at a time unless told otherwise.

    Returns
    -------
    int
        One per core, at most two, and one where memory is short.
    """
    return max(1, min(2, count_cores(), memory_bytes() // KERNEL_BYTES))


def gpu_names() -> list[str]:
    """Return the NVIDIA GPUs that the driver knows.

    Returns
    -------
    list of str
        Empty where there is none, or no driver.
    """
    return _lines("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")


def git_commit() -> str | None:
    """Return the commit the code stands on.

    Returns
    -------
    str or None
        40 hexadecimal digits; None outside a git checkout.
    """
    lines = _lines("git", "-C", str(paths.ROOT), "rev-parse", "HEAD")
    return lines[0] if lines else None


def _lines(program: str, *words: str) -> list[str]:
    """Return what a program prints; nothing where it is missing or fails."""
    found = shutil.which(program)
    if found is None:
        return []
    try:
        done = subprocess.run(
            [found, *words], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]
