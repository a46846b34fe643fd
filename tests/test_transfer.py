"""Transfer models, their two stages, and P3's baseline CNN."""

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.keras_models import backbones, baseline, training, transfer
from helpers.keras_models.frameworks import keras
from tests.small_keras_weights import random_backbone, write_published

N, SIZE, LABELS = 24, 32, 3
HEAD = 1280 * 256 + 256 + 256 * 256 + 256 + 256 * LABELS + LABELS
"""P3's head on MobileNetV2's 1,280 features."""


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, LABELS, N)
    tint = np.eye(LABELS)[y][:, None, None] * 100
    rgb = np.clip(rng.normal(80, 30, (N, SIZE, SIZE, 3)) + tint, 0, 255)
    return {"rgb": rgb.astype("uint8")}, y


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "m.h5"
    return str(write_published(path, random_backbone("mobilenetv2")))


def compiled(model, learning_rate=1e-3):
    optimizer = keras.optimizers.Adam(learning_rate)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    return model


def train(model, data, epochs=2):
    settings = dict(epochs=epochs, batch_size=8, folder=None, seed=5)
    return training.fit(compiled(model), *data, data, **settings)


def both_stages(data, weights):
    model = transfer.transfer_model("mobilenetv2", SIZE, LABELS, weights, seed=3)
    seen = transfer.features(model, data[0])
    transfer.standardise(model, seen)
    train(transfer.head_of(model), (seen, data[1]))
    transfer.unfreeze(model, 0.2)
    train(model, data, epochs=1)
    return model


def test_given_weights_are_in_the_model_and_the_head_is_p3s(data, weights):
    model = transfer.transfer_model("mobilenetv2", SIZE, LABELS, weights)
    own = random_backbone("mobilenetv2").get_weights()
    for ours, given in zip(transfer.backbone_of(model).get_weights(), own, strict=True):
        np.testing.assert_array_equal(ours, given)
    names = [layer.name for layer in transfer.head_of(model).layers[1:]]
    assert names == ["flat", "dense_1", "dropout_1", "dense_2", "dropout_2", "label"]
    assert transfer.trainable_parameters(model) == HEAD
    total = backbones.find("mobilenetv2").n_parameters + HEAD
    assert transfer.total_parameters(model) == total
    before = model.get_weights()
    transfer.standardise(model, transfer.features(model, data[0]))  # nothing to do
    assert all(map(np.array_equal, before, model.get_weights()))


def test_features_are_the_backbones_mean_of_its_own_preprocessing(data):
    model = transfer.transfer_model("vgg16", SIZE, LABELS, "none")
    found = transfer.features(model, data[0], batch_size=10)["features"]
    pixels = keras.applications.vgg16.preprocess_input(data[0]["rgb"].astype("f4"))
    maps = transfer.backbone_of(model)(pixels).numpy()
    assert found.shape == (N, 512) and found.dtype == np.float32
    np.testing.assert_allclose(found, maps.mean(axis=(1, 2)), rtol=1e-4, atol=1e-5)


def test_head_on_features_is_the_model_on_pictures(data):
    model = transfer.transfer_model("mobilenetv2", SIZE, LABELS, "none")
    seen = transfer.features(model, data[0])
    transfer.standardise(model, seen)
    head = transfer.head_of(model)
    train(head, (seen, data[1]))
    whole = training.predict(model, data[0])
    np.testing.assert_allclose(training.predict(head, seen), whole, atol=1e-5)


def test_standardised_features_have_mean_0_and_deviation_1(data):
    model = transfer.transfer_model("mobilenetv2", SIZE, LABELS, "none")
    seen = transfer.features(model, data[0])
    transfer.standardise(model, seen)
    layer = model.get_layer(baseline.STANDARDISED)
    found = layer(seen["features"]).numpy()
    varied = seen["features"].std(axis=0) > 1e-16
    assert 0 < seen["features"].max() < 1e-6  # why it is needed
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    assert varied.sum() > 500
    np.testing.assert_allclose(found.std(axis=0)[varied], 1, atol=0.02)


def test_fine_tuning_leaves_batch_normalization_and_frozen_layers(data, weights):
    model = transfer.transfer_model("mobilenetv2", SIZE, LABELS, weights)
    backbone = transfer.backbone_of(model)
    n = transfer.unfreeze(model, 0.5)
    learning = [one for one in backbone.layers if one.trainable and one.weights]
    assert n == len(learning) == 26  # of 52 convolutions
    before = {one.name: one.get_weights() for one in backbone.layers}
    train(model, data, epochs=1)
    for layer in backbone.layers:
        same = all(map(np.array_equal, before[layer.name], layer.get_weights()))
        assert same or layer in learning, layer.name
        if isinstance(layer, keras.layers.BatchNormalization):
            assert same
    assert not np.array_equal(before["Conv_1"][0], learning[-1].get_weights()[0])


def test_unfreeze_by_share_and_by_layer(weights):
    model = transfer.transfer_model("vgg16", SIZE, LABELS, "none")
    frozen = transfer.trainable_parameters(model)
    assert transfer.unfreeze(model, from_layer="block5_conv2") == 2
    two = 2 * (3 * 3 * 512 * 512 + 512)
    assert transfer.trainable_parameters(model) == frozen + two
    assert transfer.unfreeze(model, 0.1) == 2  # of 13, rounded up
    assert transfer.trainable_parameters(model) == frozen + two
    assert transfer.unfreeze(model) == 13
    assert transfer.unfreeze(model, 0.0) == 0
    assert transfer.trainable_parameters(model) == frozen
    for wrong in (dict(share=1.1), dict(share=-1.0), dict(from_layer="block6")):
        with pytest.raises(ParameterError, match="name no part of vgg16"):
            transfer.unfreeze(model, **wrong)


def test_same_seed_same_weights_bit_for_bit(data):
    first, second = both_stages(data, "none"), both_stages(data, "none")
    assert all(map(np.array_equal, first.get_weights(), second.get_weights()))


def test_small_pictures_are_enlarged_for_inception():
    model = transfer.transfer_model("inceptionv3", 32, LABELS, "none", augment=[])
    assert model.input["rgb"].shape == (None, 32, 32, 3)
    assert transfer.backbone_of(model).input_shape == (None, 75, 75, 3)


@pytest.mark.parametrize("name", ["vgg16", "mobilenetv2"])
def test_saved_model_loads_without_our_code_and_answers_the_same(data, name, tmp_path):
    model = transfer.transfer_model(name, SIZE, LABELS, "none")
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras", safe_mode=True)
    modules = {type(one).__module__.partition(".")[0] for one in loaded.layers}
    assert modules == {"keras"}
    answers = training.predict(model, data[0])
    np.testing.assert_array_equal(training.predict(loaded, data[0]), answers)


def test_baseline_cnn_is_as_published():
    model = baseline.baseline_cnn(256, 114)
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    start = ["Rescaling", "RandomFlip", "RandomContrast"]
    start += ["RandomTranslation", "RandomRotation"]
    end = ["GlobalAveragePooling2D", "Flatten"] + ["Dense", "Dropout"] * 2 + ["Dense"]
    assert kinds == start + ["Conv2D", "MaxPooling2D"] * 4 + end
    sizes = [3, 32, 64, 128, 256]
    n = sum(9 * a * b + b for a, b in zip(sizes, sizes[1:], strict=False))
    n += 2 * (256 * 256 + 256) + 256 * 114 + 114
    assert transfer.trainable_parameters(model) == n
    assert model.get_layer("dropout_1").rate == 0.25


def test_augmentation_is_on_in_training_alone(data):
    rgb, augmented = baseline.augmented_input(SIZE, None)
    model = keras.Model(rgb, augmented)
    pictures = data[0]["rgb"]
    plain = model(pictures, training=False).numpy()
    np.testing.assert_allclose(plain, pictures / 255, atol=1e-6)
    changed = model(pictures, training=True).numpy()
    assert np.abs(changed - plain).mean() > 0.05
    assert changed.min() >= -1e-6 and changed.max() <= 1 + 1e-6
    assert len(baseline.baseline_cnn(SIZE, 3, (4,), augment=[]).layers) == 11


def test_baseline_cnn_learns_the_tint(data):
    model = baseline.baseline_cnn(SIZE, LABELS, (8, 8), 16, augment=[], seed=1)
    train(compiled(model, 1e-2), data, epochs=20)
    assert (training.predict(model, data[0]).argmax(axis=1) == data[1]).mean() > 0.9
