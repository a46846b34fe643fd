"""Grad-CAM of PyTorch networks against a case computed by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.torch_models import architectures, gradcam
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.networks import LabelHead


class Hand(nn.Module):
    """Two feature maps: where red is, and where green is; two labels."""

    labels = ("red", "green")

    def __init__(self):
        super().__init__()
        self.label_head = LabelHead(2, 2, 0.5)
        with torch.no_grad():
            self.label_head.linear.weight.copy_(torch.tensor([[3.0, -1.0], [-2.0, 5]]))

    def normalised(self, x):
        return x / 255

    def encoder(self, x):
        return SimpleNamespace(last_hidden_state=x[:, :2].clone())


@pytest.fixture
def picture():
    pixels = np.zeros((1, 4, 4, 3), np.uint8)
    pixels[0, :2, :, 0] = 255  # red above
    pixels[0, 3, :, 1] = 255  # a line of green below
    return pixels


@pytest.mark.parametrize(("code", "rows"), [(0, [1, 1, 0, 0]), (1, [0, 0, 0, 1])])
def test_the_map_of_a_linear_head_is_the_weighted_sum_of_features(picture, code, rows):
    """CAM itself: 3 red - 1 green, or 5 green - 2 red, cut at 0, over its maximum."""
    found = gradcam.grad_cam(Hand(), picture, np.array([code]))
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found[0], np.repeat(rows, 4).reshape(4, 4))


def test_pictures_do_not_mix_and_nothing_stays_nothing(picture):
    several = np.concatenate([picture, np.zeros_like(picture), picture])
    found = gradcam.grad_cam(Hand(), several, np.array([0, 0, 1]))
    alone = gradcam.grad_cam(Hand(), picture, np.array([1]))
    np.testing.assert_array_equal(found[2], alone[0])
    assert not found[1].any()


def test_a_network_of_the_house_and_what_it_leaves_alone():
    small = {"widths": (4, 8), "depths": (1, 1)}
    model = architectures.make("resnet_small", labels=["a", "b"], seed=1, **small)
    before = {name: one.clone() for name, one in model.state_dict().items()}
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    found = gradcam.grad_cam(model, pixels, np.array([0, 1, 0]))
    assert found.shape == (3, 32, 32) and found.min() >= 0 and found.max() <= 1
    assert all(torch.equal(one, before[n]) for n, one in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())


def test_what_cannot_be_looked_into_is_refused(picture):
    with pytest.raises(ParameterError, match="no encoder with a label head"):
        gradcam.grad_cam(nn.Linear(1, 1), picture, np.array([0]))
    with pytest.raises(ParameterError):
        gradcam.grad_cam(Hand(), picture, np.array([2]))
