"""Answers to pictures: eight views, batches that fit, and what is refused."""

import numpy as np
import pytest
import small_torch
from small_torch import pictures

from helpers.base.errors import ParameterError
from helpers.torch_models.answers import Answers
from helpers.torch_models.forward import predict
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.precision import choose

PIXELS = pictures(11, 5).pixels


def predicted(model, pixels=PIXELS, **options):
    return predict(model, pixels, **{"precision": "fp32"} | options)


def raw(model, pixels):
    """Return answers without anything that `predict` adds."""
    x = torch.tensor(np.array(pixels)).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        answers = model.eval()(x)
    return answers.labels.log_softmax(1).numpy(), answers.masks.sigmoid()[:, 0].numpy()


def test_one_view_is_the_network_itself_whatever_the_batch():
    model = small_torch.model()
    labels, masks = raw(model, PIXELS)
    for size in (None, 1, 4, 500):
        found = predicted(model, batch_size=size)
        np.testing.assert_allclose(found.y_prob, np.exp(labels), rtol=1e-4)
        np.testing.assert_allclose(found.masks, masks, atol=1e-3)
    assert found.y_prob.dtype == np.float32 and found.masks.dtype == np.float16


def test_eight_views_are_averaged_and_masks_turned_back():
    model = small_torch.model()
    logs, masks = [], []
    for turned in (False, True):
        for axes in ((), (1,), (2,), (1, 2)):
            seen = PIXELS.transpose(0, 2, 1, 3) if turned else PIXELS
            label, mask = raw(model, np.flip(seen, axes))
            mask = np.flip(mask, axes)
            logs.append(label)
            masks.append(mask.transpose(0, 2, 1) if turned else mask)
    found = predicted(model, views=8, batch_size=4)
    product = np.exp(np.mean(logs, axis=0))
    np.testing.assert_allclose(
        found.y_prob, product / product.sum(1, keepdims=True), rtol=1e-4
    )
    np.testing.assert_allclose(found.masks, np.mean(masks, axis=0), atol=1e-3)
    assert np.abs(masks[0] - masks[5]).max() > 0.01  # the views do differ


def test_with_eight_views_a_turned_picture_has_a_turned_answer():
    model = small_torch.model()
    found = predicted(model, views=8)
    turned = predicted(model, np.rot90(PIXELS, axes=(1, 2)), views=8)
    np.testing.assert_allclose(turned.y_prob, found.y_prob, rtol=1e-4)
    np.testing.assert_allclose(
        turned.masks, np.rot90(found.masks, axes=(1, 2)), atol=1e-3
    )


def test_a_model_without_an_answer_has_none():
    only_labels = predicted(small_torch.model(has_masks=False), views=8)
    assert only_labels.masks is None and only_labels.y_prob.shape == (11, 4)
    only_masks = predicted(small_torch.model(labels=()), views=8)
    assert only_masks.y_prob is None and only_masks.masks.shape == (11, 16, 16)


def test_the_model_is_left_as_it_was():
    model = small_torch.model().train()
    before = [one.clone() for one in model.state_dict().values()]
    predicted(model)
    assert model.training and model.body[1].training
    after = model.state_dict().values()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


class Narrow(nn.Module):
    """A network that says "out of memory" of more pictures than it likes."""

    labels, has_masks = ("a", "b"), False

    def __init__(self, most):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.most, self.sizes = most, []

    def forward(self, pixels):
        self.sizes.append(len(pixels))
        if len(pixels) > self.most:
            raise RuntimeError("CUDA out of memory. Tried to allocate 3 GiB")
        mean = pixels.mean((1, 2, 3)) * self.weight / 255
        return Answers(None, torch.stack([mean, -mean], 1))


def test_where_memory_ends_batches_are_halved_and_no_picture_is_lost():
    pixels = pictures(100, 6).pixels
    model = Narrow(20)
    found = predicted(model, pixels)
    assert model.sizes == [64, 32, 16, 16, 16, 16, 16, 16, 4]
    np.testing.assert_array_equal(found.y_prob, predicted(Narrow(999), pixels).y_prob)


@pytest.mark.parametrize(("most", "size"), [(0, None), (3, 8)])
def test_where_nothing_helps_the_batch_size_is_named(most, size):
    with pytest.raises(ParameterError, match="memory does not suffice .*batch_size"):
        predicted(Narrow(most), batch_size=size)


def test_another_fault_is_passed_on():
    model = small_torch.model()
    model.mask = nn.Conv2d(5, 1, 1)
    with pytest.raises(RuntimeError, match="channels"):
        predicted(model)


@pytest.mark.parametrize(
    ("pixels", "options", "message"),
    [
        (PIXELS, {"views": 4}, "4 views"),
        (PIXELS, {"batch_size": 0}, "a batch of 0"),
        (PIXELS, {"precision": "int8"}, "no precision is called 'int8'"),
        (PIXELS[:0], {}, "one at least"),
        (PIXELS[:, :9], {}, r"not uint8 of shape \(11, 9, 16, 3\)"),
        (PIXELS / 255, {}, "not float64"),
        (PIXELS[..., 0], {}, "pictures are uint8"),
    ],
)
def test_what_are_no_pictures_or_options_is_refused(pixels, options, message):
    with pytest.raises(ParameterError, match=message):
        predicted(small_torch.model(), pixels, **options)


def test_the_precision_follows_the_device(monkeypatch):
    able = {"amx_bf16": True}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert choose("auto", "cpu") == "bf16" and choose("fp32", "cpu") == "fp32"
    able["amx_bf16"] = False
    assert choose("auto", "cpu") == choose("auto", "mps") == "fp32"
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert choose("auto", "cpu") == "fp32"
    for able, chosen in ((True, "bf16"), (False, "fp16")):
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda able=able, **_: able
        )
        assert choose("auto", "cuda") == chosen
    with pytest.raises(ParameterError, match="needs a GPU of CUDA"):
        choose("fp16", "cpu")


def test_bfloat16_answers_nearly_the_same():
    model = small_torch.model()
    exact, quick = predicted(model), predicted(model, precision="bf16")
    assert np.abs(exact.y_prob - quick.y_prob).max() < 0.02
    assert quick.y_prob.dtype == np.float32
    assert not np.array_equal(exact.y_prob, quick.y_prob)
