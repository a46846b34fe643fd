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
