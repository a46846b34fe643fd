"""The encoder interface: every encoder by name, with the same manners."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from skimage import data

from helpers.base.errors import ParameterError
from helpers.base.paths import ROOT
from helpers.features import encoders
from helpers.series import freshness

TEXTS = (
    "colour_texture",
    "colour_texture+bgr+pad",
    "mobilenet_v2@random",
    "dinov2_small+patch_mean+squash@random",
)


@pytest.fixture(scope="module", params=TEXTS)
def encoder(request):
    return encoders.get_encoder(request.param)


def pictures(encoder, n=5):
    rng = np.random.default_rng(0)
    sizes = rng.integers(60, 400, (n, 2))
    raw = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    return np.stack([encoder.prepare(rgb) for rgb in raw])


def test_the_encoders_of_the_series_are_there():
    networks = ["dinov2_base", "dinov2_large", "dinov2_small"]
    assert encoders.names() == [
        "colour_texture", *networks, "mobilenet_v2", "resnet50"
    ]  # fmt: skip


def test_names_dimensions_and_devices(encoder):
    assert encoder.name in TEXTS and encoder.device in ("cpu", "cuda", "mps")
    batch = pictures(encoder)
    side = encoder.size_px
    assert batch.shape == (5, side, side, 3) and batch.dtype == np.uint8
    X = encoder.encode(batch)
    assert X.shape == (5, encoder.dimension) and X.dtype == np.float32
    assert np.isfinite(X).all() and np.ptp(X, axis=0).any()


def test_a_picture_has_one_vector_whatever_the_batch(encoder):
    batch = pictures(encoder)
    together = encoder.encode(batch)
    apart = np.vstack([encoder.encode(batch[k : k + 1]) for k in range(len(batch))])
    reduced = encoder.facts["precision"] != "float32"
    atol = np.abs(together).max() * (2e-2 if reduced else 1e-5)
    assert np.allclose(together, apart, atol=atol)
    assert encoder.encode(batch[:0]).shape == (0, encoder.dimension)


def test_a_batch_of_another_shape_or_type_is_refused(encoder):
    good = pictures(encoder, 1)
    for bad in (good[:, 1:], good[0], good.astype(np.float32)):
        with pytest.raises(ParameterError, match="is not what .* encodes"):
            encoder.encode(bad)


def test_facts_are_words_of_json_and_hold_no_place(encoder):
    facts = encoder.facts
    assert json.loads(json.dumps(facts)) == facts
    assert set(facts) == {"encoder", "weights", "preparation", "precision", "code"}
    assert facts["weights"] == ("random" if "@" in encoder.name else "none")
    assert facts["preparation"]["fit"] == encoder.fit
    assert str(ROOT) not in json.dumps(facts)


def test_whatever_changes_a_vector_stands_in_the_facts():
    options = ["", "+squash", "+pad", "+bgr", "+bgr+pad"]
    made = [encoders.get_encoder(f"colour_texture{option}") for option in options]
    said = {json.dumps(encoder.facts["preparation"]) for encoder in made}
    assert len(said) == len(made)
    rgb = data.coffee()
    vectors = [encoder.encode(encoder.prepare(rgb)[None])[0] for encoder in made]
    for i in range(len(made)):
        for j in range(i):
            assert np.abs(vectors[i] - vectors[j]).max() > 1e-3


def ring_in(encoder):
    """Return the height and width of a round spot after an encoder prepared it."""
    circle = np.full((200, 300, 3), 255, np.uint8)
    cv2.circle(circle, (150, 100), 60, (120, 60, 40), -1)
    dark = (encoder.prepare(circle).min(axis=2) < 160).nonzero()
    return np.ptp(dark[0]), np.ptp(dark[1])


@pytest.mark.parametrize(
    ("option", "diameter"), [("", 120 / 200), ("+pad", 120 / 300), ("+squash", None)]
)
def test_a_spot_stays_round_unless_squashed(option, diameter):
    encoder = encoders.get_encoder(f"colour_texture{option}")
    height, width = ring_in(encoder)
    if diameter is None:
        assert width / height == pytest.approx(2 / 3, abs=0.03)
    else:
        assert abs(height - width) <= 1
        assert height == pytest.approx(diameter * encoder.size_px, abs=2)


def test_bgr_swaps_red_and_blue():
    rgb = data.astronaut()
    right, swapped = (
        encoders.get_encoder(text).prepare(rgb)
        for text in ("colour_texture", "colour_texture+bgr")
    )
    assert (right == swapped[..., ::-1]).all() and (right != swapped).any()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resnet", "no encoder 'resnet'.*did you mean resnet50.*colour_texture"),
        ("", "no encoder ''"),
        ("resnet50+patch_mean", "no option 'patch_mean'.*bgr, pad, squash, unnorm"),
        ("colour_texture+unnormalised", "no option 'unnormalised'"),
        ("dinov2_small+", "no option ''"),
        ("dinov2_small+squash+pad", "contradict"),
        ("dinov2_small+bgr+bgr", "repeat"),
        ("colour_texture@random", "cannot have.*write colour_texture"),
        ("resnet50@", "cannot have"),
    ],
)
def test_what_is_no_encoder_is_refused(text, said):
    for function in (encoders.get_encoder, encoders.slug):
        with pytest.raises(ParameterError, match=said):
            function(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colour_texture", "colour_texture"),
        ("dinov2_base@pretrained", "dinov2_base"),
        ("dinov2_base+squash+bgr@random", "dinov2_base-bgr-squash-random"),
        ("resnet50@/a/b+c@d/my weights/", "resnet50-my-weights"),
        (r"resnet50@C:\models\fine.tuned", "resnet50-fine.tuned"),
    ],
)
def test_slugs_are_safe_as_file_names(text, expected):
    assert encoders.slug(text) == expected


def test_the_interface_imports_no_encoder():
    code = (
        "import sys, helpers.features.encoders\n"
        "print([m for m in ('cv2', 'torch', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_changed_encoder_is_noticed_behind_the_interface():
    found = freshness.helper_hashes("from helpers.features import encoders")
    behind = {"colour_texture", "preparation", "pretrained", "pretrained_models"}
    assert {f"helpers.features.{name}" for name in behind} <= set(found)
