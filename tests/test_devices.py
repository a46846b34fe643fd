"""Devices: chosen and named, with torch and without."""

import sys
from types import SimpleNamespace

import pytest

from helpers.base import devices


def torch_with(cuda=False, mps=False):
    found = SimpleNamespace(name="NVIDIA H200", total_memory=139 * 2**30)
    return SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: cuda,
            current_device=lambda: 0,
            get_device_properties=lambda _: found,
        ),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
        get_num_threads=lambda: 4,
    )


@pytest.mark.parametrize(
    ("torch", "device", "said"),
    [
        (None, "cpu", "CPU"),
        (torch_with(), "cpu", "CPU, 4 threads"),
        (torch_with(mps=True), "mps", "GPU (Apple Metal)"),
        (torch_with(cuda=True, mps=True), "cuda", "GPU (NVIDIA H200, 139 GiB)"),
    ],
)
def test_the_quickest_device_is_chosen_and_named(monkeypatch, torch, device, said):
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert devices.best_device() == device
    assert devices.describe(device) == said


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling"), True),
        (MemoryError(), True),
        (RuntimeError("expected 3 channels"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_a_lack_of_memory_is_told_from_other_faults(error, is_memory):
    assert devices.is_out_of_memory(error) is is_memory
