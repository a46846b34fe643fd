"""A small model with dropout and augmentation, its pictures, and a training of it.

Run as a program it trains in a folder, slowly enough to be killed on the way:
``python tests/small_keras.py FOLDER``.
"""

import sys
import time
from pathlib import Path

import numpy as np

from helpers.keras_models import training
from helpers.keras_models.frameworks import keras

SIZE_PX, N_LABELS = 16, 4
EPOCHS = 8


def pictures(n, seed):
    """Return inputs and codes: each label has a colour, under noise."""
    rng = np.random.default_rng(seed)
    colours = np.random.default_rng(0).integers(40, 216, (N_LABELS, 1, 1, 3))
    y = np.arange(n) % N_LABELS
    noise = rng.normal(0, 30, (n, SIZE_PX, SIZE_PX, 3))
    return {"rgb": np.clip(colours[y] + noise, 0, 255).astype(np.uint8)}, y


def model(learning_rate=0.01, rate=0.25, optimizer=keras.optimizers.Adam):
    """Return a compiled model with batch normalisation, its weights by a seed."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    rgb = keras.Input((SIZE_PX, SIZE_PX, 3), dtype="uint8", name="rgb")
    x = layers.RandomFlip("horizontal")(layers.Rescaling(1 / 255)(rgb))
    x = layers.Conv2D(6, 3, activation="relu")(layers.RandomContrast(0.2)(x))
    x = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x))
    x = layers.Dense(N_LABELS, activation="softmax")(layers.Dropout(rate)(x))
    made = keras.Model({"rgb": rgb}, x)
    loss = "sparse_categorical_crossentropy"
    made.compile(optimizer(learning_rate), loss, metrics=["accuracy"])
    return made


def train(own=None, folder=None, **other):
    """Train on 40 pictures and judge on 12; return the model and `Trained`."""
    own = own or model()
    settings = {"epochs": EPOCHS, "batch_size": 16, "seed": 3, **other}
    X, y = pictures(40, 1)
    done = training.fit(own, X, y, pictures(12, 2), folder=folder, **settings)
    return own, done


def slowly(history):
    """Say that an epoch is done, and leave time for a kill."""
    print("epochs", len(history["val_loss"]), flush=True)
    time.sleep(0.5)


if __name__ == "__main__":
    train(folder=Path(sys.argv[1]), on_epoch=slowly)
