"""P2's network: its size by formula, shared and own branches, inputs kept aligned."""

import numpy as np
import pytest
import small_task
from small_task import SIZE_PX

from helpers.base.errors import ParameterError
from helpers.keras_models import augmentation, multi_input, saved_models, training
from helpers.keras_models.frameworks import keras

NAMES = ["rgb", "gray", "otsu"]
N_LABELS = 3
SIZES = {"filters": (4, 6), "dense": 8, "dropout": 0.5}


def build(names=NAMES, **other):
    return multi_input.multi_input_cnn(names, SIZE_PX, N_LABELS, **SIZES | other)


def pictures(n, names=NAMES):
    rng = np.random.default_rng(1)
    shape = (n, SIZE_PX, SIZE_PX, 3)
    return {name: rng.integers(0, 256, shape).astype(np.uint8) for name in names}


def head_size(n_features):
    """Dense, batch normalisation (four numbers a unit), softmax."""
    dense = SIZES["dense"]
    return (n_features + 1) * dense + 4 * dense + (dense + 1) * N_LABELS


# Size


@pytest.mark.parametrize("n_inputs", [1, 3])
@pytest.mark.parametrize("branches", ["shared", "own"])
@pytest.mark.parametrize(("normalise", "flatten"), [(False, True), (True, False)])
def test_parameters_are_those_of_the_formula(n_inputs, branches, normalise, flatten):
    names = NAMES[:n_inputs]
    made = build(names, branches=branches, normalise=normalise, flatten=flatten)
    n_before, convolutions = 3, 0
    for n in SIZES["filters"]:  # a bias, or the four numbers of batch normalisation
        convolutions += 9 * n_before * n + (4 * n if normalise else n)
        n_before = n
    if branches == "own":
        convolutions *= n_inputs
    side = SIZE_PX // 2 ** len(SIZES["filters"]) if flatten else 1
    n_features = n_inputs * side**2 * n_before
    assert made.count_params() == convolutions + head_size(n_features)
    assert made.output_shape == (None, N_LABELS)
    assert set(made.input) == set(names)


def test_the_published_network_has_no_normalisation_before_its_head():
    kinds = [type(layer).__name__ for layer in build(["rgb"], augment=[]).layers]
    assert kinds == [
        *["InputLayer", "Rescaling", "Rescaling"],
        *["Conv2D", "MaxPooling2D", "ReLU"] * 2,
        *["Flatten", "Activation"],
        *["Dense", "BatchNormalization", "Dropout", "Dense"],
    ]


# Branches


@pytest.mark.parametrize(("branches", "alike"), [("shared", True), ("own", False)])
def test_shared_branches_see_every_input_alike(branches, alike):
    made = build(["rgb", "gray"], branches=branches, normalise=True)
    X = pictures(5, ["rgb", "gray"])
    swapped = {"rgb": X["gray"], "gray": X["rgb"]}
    one = multi_input.features(made, X)["features"]
    other = multi_input.features(made, swapped)["features"]
    half = one.shape[1] // 2
    expected = np.hstack([one[:, half:], one[:, :half]])
    assert np.allclose(other, expected, atol=1e-5) == alike
    assert not np.allclose(one, expected, atol=1e-2)


def test_the_order_of_names_is_the_order_of_features():
    X = pictures(3, ["rgb", "gray"])
    made = build(["rgb", "gray"], branches="own")
    before = multi_input.features(made, X)["features"]
    after = multi_input.features(made, {**X, "gray": 255 - X["gray"]})["features"]
    half = before.shape[1] // 2
    np.testing.assert_array_equal(before[:, :half], after[:, :half])
    assert not np.array_equal(before[:, half:], after[:, half:])


def test_the_answer_to_a_picture_depends_on_it_alone():
    made, X = build(normalise=True), pictures(7)
    whole = training.predict(made, X)
    by_two = training.predict(made, X, batch_size=2)
    np.testing.assert_allclose(whole, by_two, atol=1e-6)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)


def test_the_first_weights_are_those_of_the_seed():
    def first(seed):
        return np.concatenate([one.ravel() for one in build(seed=seed).get_weights()])

    np.testing.assert_array_equal(first(1), first(1))
    assert not np.array_equal(first(1), first(2))


# A head of its own


def test_a_new_head_takes_the_features_and_answers_as_the_network_does():
    made, X = build(), pictures(4)
    seen = multi_input.features(made, X)
    n_features = seen["features"].shape[1]
    head = multi_input.new_head(n_features, N_LABELS, dense=8, dropout=0.5, seed=1)
    assert head.count_params() == head_size(n_features)
    assert not np.allclose(training.predict(head, seen), training.predict(made, X))
    head.set_weights(made.get_weights()[-len(head.weights) :])
    np.testing.assert_allclose(
        training.predict(head, seen), training.predict(made, X), atol=1e-6
    )


# Augmentation


def versions(made, X):
    """Return what the first convolution of each input is given in training."""
    first = [one for one in made.layers if isinstance(one, keras.layers.Conv2D)]
    ends = [one.input for one in first if one.input.shape[-1] == 3]
    given = keras.Model(made.input, ends)(X, training=True)
    return [one.numpy() for one in given]


@pytest.mark.parametrize("way", ["turns", "published", None])
def test_the_inputs_of_a_picture_are_augmented_alike(way):
    layers = None if way is None else augmentation.layers_of(way)
    made = build(["rgb", "gray"], branches="own", augment=layers)
    rgb = pictures(12)["rgb"]
    one, negative = versions(made, {"rgb": rgb, "gray": 255 - rgb})
    plain = rgb / 127.5 - 1
    changed = np.abs(one - plain).max(axis=(1, 2, 3)) > 0.1
    assert changed.sum() >= 6  # of 12: mirroring both ways leaves a quarter
    np.testing.assert_allclose(one, -negative, atol=1e-4)
    assert np.abs(one).max() <= 1 + 1e-5


def test_no_augmentation_leaves_pictures_from_minus_one_to_one():
    made, X = build(["rgb", "gray"], branches="own", augment=[]), pictures(3)
    one, other = versions(made, {name: X[name] for name in ("rgb", "gray")})
    np.testing.assert_allclose(one, X["rgb"] / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(other, X["gray"] / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize("branches", ["shared", "own"])
def test_a_network_is_saved_and_loaded(branches, tmp_path):
    made, X = build(branches=branches, normalise=True), pictures(3)
    saved_models.save(tmp_path / "m", made, list("abc"), {}, "split", {})
    loaded, _ = saved_models.load(tmp_path / "m", list("abc"))
    np.testing.assert_array_equal(
        training.predict(loaded, X), training.predict(made, X)
    )


# What makes no network


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["grey"], "did you mean gray"),
        (["rgb", "rgb"], "more than once: rgb"),
        ([], "at least one input"),
    ],
)
def test_names_that_are_no_inputs_are_refused(names, message):
    with pytest.raises(ParameterError, match=message):
        build(names)


@pytest.mark.parametrize(
    "wrong", [{"filters": ()}, {"filters": (4, 0)}, {"filters": (4,) * 5}]
)
def test_filters_that_make_no_network_are_refused(wrong):
    with pytest.raises(ParameterError, match="make no network"):
        build(**wrong)


def test_the_smallest_picture_leaves_one_pixel():
    made = build(["rgb"], filters=(4,) * 4)  # 16 px, halved four times
    assert made.count_params() == (9 * 3 + 1) * 4 + 3 * (9 * 4 + 1) * 4 + head_size(4)


def test_one_label_and_unknown_branches_are_refused():
    with pytest.raises(ParameterError, match="1 labels make no network"):
        multi_input.multi_input_cnn(["rgb"], SIZE_PX, 1)
    with pytest.raises(ParameterError, match="'both'"):
        build(branches="both")


def test_an_input_that_the_pictures_lack_is_named():
    X = small_task.task().arrays
    with pytest.raises(ParameterError, match="'otsu'"):
        multi_input.features(build(), X)
