"""The full profile's code path in PyTorch: published weights, and two steps per model.

No tensor of these networks depends on the pictures' size, so the steps are made at a
sixth of it; the published size is walked through without numbers.
"""

import numpy as np
import pandas as pd
import pytest
import torch
from small_torch_weights import torchvision_state

from helpers.data import mask_tasks, tasks
from helpers.images import decode
from helpers.series import weight_checks
from helpers.series.profiles import load_profile
from helpers.storage import hashes
from helpers.torch_models import architectures, experiments, losses, training
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.deeplab import name_here

FULL = load_profile("full").notebooks
NAMING, DRAWING = "09_ham10000_classification", "10_ham10000_segmentation"
CLASSIFIER, SEGMENTER = FULL[NAMING]["architecture"], FULL[DRAWING]["architecture"]
FULL_PX, SIZE_PX = FULL[NAMING]["size_px"], 64
LABELS = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
PARTS = ["train"] * 4 + ["validation"] * 2 + ["test"] * 2
TWO_STEPS = training.Settings(1, 2, FULL[DRAWING]["learning_rate"], ema=0.99)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


@pytest.fixture(scope="module")
def task(sample_data, tmp_path_factory):
    """Eight pictures of the sample, with masks, under the published 7 labels."""
    folder = sample_data / "ham10000"
    rows = []
    for path in sorted((folder / "images").glob("*.jpg"))[: len(PARTS)]:
        width_px, height_px = decode.measure(path)[:2]
        mask = f"masks/{path.stem}_segmentation.png"
        rows.append((f"images/{path.name}", mask, height_px, width_px))
    columns = ["path", "mask_path", "height_px", "width_px"]
    table = pd.DataFrame(rows, columns=columns).assign(part=PARTS)
    table["label"] = [LABELS[n % 7] for n in range(len(table))]
    table["sha256"] = [hashes.hash_file(folder / path) for path in table["path"]]
    store = tmp_path_factory.mktemp("inputs")
    args = table, folder.joinpath, ["rgb"], SIZE_PX, store, "squash"
    made, _ = tasks.make_task(*args)
    return mask_tasks.make_mask_task(made, folder.joinpath, store, SIZE_PX)[0]


def publish_folder(weights, name):
    """Write weights as transformers publishes them; return those of the encoder."""
    folder = weights / f"microsoft--resnet-{name.removeprefix('resnet')}"
    encoder = architectures.make(name, labels=LABELS, seed=9).encoder
    encoder.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text("{}")
    return {f"encoder.{key}": one for key, one in encoder.state_dict().items()}


def publish_checkpoint(path):
    """Write weights as torchvision publishes them; return them under our names."""
    wide = {"depths": (3, 4, 6, 3), "widths": (256, 512, 1024, 2048)}
    theirs = torchvision_state(**wide)
    own = architectures.make(SEGMENTER, masks=True, seed=9).state_dict()
    # Random numbers a network can learn from; outputs stay those of 21 classes.
    for key, one in theirs.items():
        if own[name_here(key)].shape == one.shape:
            theirs[key] = own[name_here(key)]
    torch.save(theirs, path)
    return {name_here(key): one for key, one in theirs.items()}


def check_loaded(model, published, n_others=0):
    """Check that a model has the published numbers but for some tensors."""
    own = model.state_dict()
    others = [key for key, one in published.items() if not torch.equal(own[key], one)]
    assert len(others) == n_others and all(".4." in key for key in others)


def learn(model, task, loss):
    before = {key: one.clone() for key, one in model.state_dict().items()}
    how = {"seed": 1, "augment": Augmentation(), "asked": ("test",)}
    with pytest.warns(UserWarning, match="no training picture is labelled"):
        done = experiments.run(model, task, TWO_STEPS, loss, **how)
    assert len(done.trained.history["loss"]) == 1
    assert np.isfinite([*done.trained.history.values()]).all()
    after = model.state_dict()
    unmoved = [key for key, one in before.items() if torch.equal(one, after[key].cpu())]
    assert set(unmoved) == {"mean", "std"}  # everything learns, heads and encoder
    return done


def check_labels(answers):
    y_prob = answers["test"].y_prob
    assert y_prob.shape == (2, len(LABELS))
    np.testing.assert_allclose(y_prob.sum(axis=1), 1, atol=1e-4)


def test_the_profile_says_what_was_published():
    for name in (NAMING, DRAWING):
        assert (FULL[name]["size_px"], FULL[name]["torch_weights"]) == (
            384,
            "pretrained",
        )
    assert (CLASSIFIER, SEGMENTER) == ("resnet50", "deeplabv3_resnet50")
    # It is called ResNet-50 there, but has the parameters of a ResNet-18.
    assert FULL[NAMING]["published_architecture"] == "resnet18"
    assert FULL[DRAWING]["mask_loss"] == "cross_entropy"


@pytest.mark.parametrize("name", [CLASSIFIER, SEGMENTER])
@pytest.mark.parametrize("training", [True, False])
def test_the_published_size_gives_answers_of_the_right_shape(name, training):
    masks = name == SEGMENTER
    with torch.device("meta"):  # shapes without numbers: no time, no memory
        model = architectures.make(name, labels=LABELS, masks=masks, seed=1)
        pixels = torch.empty(2, 3, FULL_PX, FULL_PX)
        answers = model.train(training)(pixels)
    assert answers.labels.shape == (2, len(LABELS))
    shape = (2, 1, FULL_PX, FULL_PX)
    assert (answers.masks is not None) == masks
    assert not masks or answers.masks.shape == shape
    assert (answers.extra_masks is not None) == (masks and training)
    assert not (masks and training) or answers.extra_masks.shape == shape


def test_the_classifier_learns_from_published_weights(task, tmp_path):
    published = publish_folder(tmp_path / "weights", CLASSIFIER)
    asked = {NAMING: FULL[NAMING] | {"published_architecture": CLASSIFIER}}
    assert weight_checks.missing_weights([NAMING], asked, tmp_path) == []
    model = architectures.make(
        CLASSIFIER,
        labels=LABELS,
        seed=1,
        weights="pretrained",
        weights_folder=tmp_path / "weights",
    )
    check_loaded(model, published)
    y = task.take("train")[1]
    loss = losses.joint(losses.label_loss("logit_adjusted", y, len(LABELS)))
    done = learn(model, task.task, loss)
    check_labels(done.answers)
    assert done.answers["test"].masks is None


def test_the_segmenter_learns_both_tasks_from_published_weights(task, tmp_path):
    path = tmp_path / "deeplabv3_resnet50_coco.pth"
    published = publish_checkpoint(path)
    model = architectures.make(
        SEGMENTER, labels=LABELS, masks=True, seed=1, weights=str(path)
    )
    check_loaded(model, published, n_others=4)  # two outputs of 21 classes
    y = task.take("train")[1]
    label = losses.label_loss("cross_entropy", y, len(LABELS))
    loss = losses.joint(label, losses.mask_loss(FULL[DRAWING]["mask_loss"]))
    done = learn(model, task, loss)
    check_labels(done.answers)
    masks = done.answers["test"].masks
    assert masks.shape == (2, SIZE_PX, SIZE_PX) and masks.dtype == np.float16
    assert ((masks >= 0) & (masks <= 1)).all()
    assert 0 <= done.trained.history["val_dice"][0] <= 1
