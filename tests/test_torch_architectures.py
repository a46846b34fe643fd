"""The networks by name: sizes, seeds, answers, and what makes none."""

import copy
import json

import numpy as np
import pytest
import torch
from transformers import ResNetConfig, ResNetForImageClassification

from helpers.base.errors import ParameterError
from helpers.data import torch_weights
from helpers.torch_models import architectures
from helpers.torch_models.architectures import make

LABELS = tuple("abcdefg")
TINY = {"widths": (4, 8, 8), "depths": (1, 1, 2)}
SMALL = {
    "resnet_small": {"labels": LABELS, **TINY},
    "unet_small": {"labels": LABELS, "masks": True, **TINY},
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Networks this small are slower on several, most of all beside other work."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


def pixels(n=2, size_px=32, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return 255 * torch.rand(n, 3, size_px, size_px, generator=generator)


def same(one, other):
    a, b = one.state_dict(), other.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_every_name_is_one_that_weights_are_known_of():
    assert tuple(torch_weights.NETWORKS) == architectures.ARCHITECTURES


def test_resnet18_has_the_published_number_of_parameters():
    model = make("resnet18", labels=LABELS, seed=1)
    assert architectures.n_parameters(model) == 11_180_103
    config = ResNetConfig(
        hidden_sizes=[64, 128, 256, 512], depths=[2] * 4, layer_type="basic"
    )
    with torch.device("meta"):
        theirs = ResNetForImageClassification(config).resnet.state_dict()
    assert {k: v.shape for k, v in model.encoder.state_dict().items()} == {
        k: v.shape for k, v in theirs.items()
    }


def test_resnet50_has_the_published_number_of_parameters():
    with torch.device("meta"):
        model = architectures._ALL["resnet50"].build(LABELS)
    assert architectures.n_parameters(model) == 23_508_032 + 7 * 2049


@pytest.mark.parametrize("name", SMALL)
def test_the_seed_decides_and_the_global_numbers_stay(name):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one = make(name, seed=1, **SMALL[name])
    assert torch.equal(torch.rand(3), expected)
    assert same(one, make(name, seed=1, **SMALL[name]))
    assert not same(one, make(name, seed=2, **SMALL[name]))
    assert one.training


@pytest.mark.parametrize("name", SMALL)
def test_words_of_json_make_it_again(name):
    one = make(name, seed=1, dropout=0.5, early_pool=True, **SMALL[name])
    words = json.loads(json.dumps(one.architecture))
    again = make(**words, seed=1)
    assert same(one, again) and again.architecture == one.architecture
    assert again.labels == LABELS and again.has_masks == (name == "unet_small")
    assert again.label_head.dropout.p == 0.5
    assert torch.equal(one.eval()(pixels()).labels, again.eval()(pixels()).labels)


@pytest.mark.parametrize("size_px", [32, 37])
@pytest.mark.parametrize("labels", [(), LABELS])
def test_a_unet_draws_at_the_size_of_its_pictures(size_px, labels):
    model = make("unet_small", labels=labels, masks=True, seed=1, **TINY)
    answers = model(pixels(3, size_px))
    assert answers.masks.shape == (3, 1, size_px, size_px)
    assert answers.extra_masks is None
    assert (answers.labels is None) if not labels else answers.labels.shape == (3, 7)


def test_a_unet_draws_from_every_stage():
    model = make("unet_small", masks=True, seed=1, **TINY).eval()
    given, stages = pixels(1), list(model.encoder.encoder.stages)
    before = model(given).masks
    for k in range(len(stages) - 1):  # what the next stage is given stays as it was
        changed = copy.deepcopy(model)
        block = changed.decoder[len(stages) - 2 - k]
        n_skip = TINY["widths"][k]
        with torch.no_grad():
            block[0].weight[:, -n_skip:] = 0
        assert not torch.allclose(changed(given).masks, before)


def test_a_classifier_averages_normalised_features():
    model = make("resnet_small", labels=LABELS, seed=1, **TINY).eval()
    given = pixels()
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    own = (given.numpy() / 255 - mean.reshape(3, 1, 1)) / std.reshape(3, 1, 1)
    features = model.encoder(torch.tensor(own, dtype=torch.float32)).last_hidden_state
    head = model.label_head.linear
    logits = features.mean((2, 3)) @ head.weight.T + head.bias
    torch.testing.assert_close(model(given).labels, logits, rtol=1e-4, atol=1e-5)
    assert model(given).masks is None and not model.has_masks


@pytest.mark.parametrize(("early_pool", "side"), [(True, 8), (False, 16)])
def test_without_the_early_pooling_features_are_twice_as_fine(early_pool, side):
    model = make("unet_small", masks=True, seed=1, early_pool=early_pool, **TINY)
    seen = model.encoder(pixels(1), output_hidden_states=True).hidden_states[1:]
    assert [one.shape[-1] for one in seen] == [side, side // 2, side // 4]


def test_early_pooling_is_on_for_pictures_of_classes_and_off_for_masks():
    for name, pools in (("resnet_small", True), ("unet_small", False)):
        pooler = make(name, seed=1, **SMALL[name]).encoder.embedder.pooler
        assert isinstance(pooler, torch.nn.MaxPool2d) == pools


def test_masks_are_enlarged_in_full_precision_under_autocast():
    model = make("unet_small", seed=1, **SMALL["unet_small"])
    model = model.eval().to(memory_format=torch.channels_last)
    given = pixels().contiguous(memory_format=torch.channels_last)
    exact = model(given)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(given)
    assert rough.masks.dtype == torch.float32
    torch.testing.assert_close(rough.masks, exact.masks, rtol=0.1, atol=0.1)
    torch.testing.assert_close(rough.labels.float(), exact.labels, rtol=0.1, atol=0.1)


def test_a_unet_learns_a_drawn_lesion():
    model = make("unet_small", labels=("a", "b"), masks=True, seed=1, **TINY)
    given = torch.full((4, 3, 32, 32), 200.0)
    truth = torch.zeros(4, 1, 32, 32)
    for k in range(4):
        rows, columns = slice(4 + 3 * k, 14 + 3 * k), slice(8, 22)
        given[k, :, rows, columns] = 60.0
        truth[k, :, rows, columns] = 1.0
    codes = torch.tensor([0, 0, 1, 1])
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(30):
        answers = model(given)
        loss = torch.nn.functional.cross_entropy(answers.labels, codes)
        loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(
            answers.masks, truth
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = answers.masks > 0
    dice = 2 * (found & (truth > 0)).sum() / (found.sum() + truth.sum())
    assert dice > 0.9


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"name": "resnet81", "labels": LABELS}, "did you mean resnet18"),
        ({"name": "resnet18", "labels": LABELS, "masks": True}, "draws no masks"),
        ({"name": "unet_small", "labels": LABELS}, "must be asked for"),
        ({"name": "resnet18"}, "0 labels"),
        ({"name": "unet_small", "labels": ["a"], "masks": True}, "1 labels"),
        ({"name": "resnet18", "labels": ["a", "a"]}, "repeats"),
        ({"name": "resnet18", "labels": LABELS, "widths": (4, 8)}, "no option widths"),
        ({"name": "unet_small", "masks": True, "depths": (1, 1)}, "no network"),
        ({"name": "unet_small", "masks": True, "widths": "wide"}, "no network"),
        ({"name": "resnet_small", "labels": LABELS, "widths": (8,) * 3 + (0,)}, "no n"),
        ({"name": "resnet_small", "labels": LABELS, "dropout": 1}, "dropout"),
        ({"name": "resnet_small", "labels": LABELS, "dropout": "much"}, "dropout"),
        (
            {"name": "unet_small", "masks": True, "weights": "pretrained"},
            "none are published",
        ),
    ],
)
def test_what_makes_no_network_is_refused(words, message):
    with pytest.raises(ParameterError, match=message):
        make(**words, seed=1)
