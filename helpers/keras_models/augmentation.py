"""Augmentation that costs next to nothing: mirror images, quarter turns, shifts."""

from typing import Any

from helpers.base.errors import ParameterError
from helpers.keras_models import baseline
from helpers.keras_models.frameworks import keras, tf


@keras.saving.register_keras_serializable(package="dermatology_street")
class TurnsAndShifts(keras.layers.Layer):
    """Mirrors, turns by quarters and shifts square pictures, at random, in training.

    No pixel is interpolated: on a CPU several times cheaper than Keras' rotation and
    translation, which resample every picture each, and nothing gets blurred. Skin has
    no upper side; for pictures that have one, use Keras' own layers.

    Parameters
    ----------
    shift : float, optional
        Largest shift along each axis, as a share of the side, 0 to .5. What comes in at
        the border is mirrored.
    **config
        As for `keras.layers.Layer`.

    Raises
    ------
    ParameterError
        If `shift` is not from 0 to .5.
    """

    def __init__(self, shift: float = 0.1, **config) -> None:
        super().__init__(**config)
        if not 0 <= shift <= 0.5:
            raise ParameterError(
                f"a shift of {shift} leaves no picture", "shift", "give 0 to 0.5"
            )
        self.shift = shift
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, pictures, training: bool = False):
        """Return pictures of shape (n, side, side, channels) changed, if training."""
        if not training:
            return pictures
        n, side = tf.shape(pictures)[0], pictures.shape[1]
        rows, columns = self._places(n, side), self._places(n, side)
        i = tf.broadcast_to(rows[:, :, None], (n, side, side))
        j = tf.broadcast_to(columns[:, None, :], (n, side, side))
        turned = keras.random.uniform((n, 1, 1), seed=self.seed_generator) < 0.5
        # One look-up for all changes: each for itself would copy every picture.
        places = tf.where(turned[..., None], tf.stack([j, i], -1), tf.stack([i, j], -1))
        return tf.gather_nd(pictures, places, batch_dims=1)

    def _places(self, n, side: int):
        """Return which row (or column) of each picture comes where."""
        most = min(int(side * self.shift), side - 1)
        start = keras.random.randint(
            (n, 1), -most, most + 1, seed=self.seed_generator, dtype="int32"
        )
        last = side - 1
        places = last - tf.abs(last - tf.abs(tf.range(side)[None] + start))
        mirrored = keras.random.uniform((n, 1), seed=self.seed_generator) < 0.5
        return tf.where(mirrored, last - places, places)

    def compute_output_shape(self, input_shape):
        """Return the shape, which stays."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same layer again."""
        return {**super().get_config(), "shift": self.shift}


def layers_of(name: str) -> list[keras.layers.Layer]:
    """Return new augmentation layers by name, for pictures from 0 to 1.

    Parameters
    ----------
    name : {"turns", "published", "none"}
        Mirrors, quarter turns and shifts; Keras' flip, contrast, translation and
        rotation, as the published projects took them; nothing.

    Returns
    -------
    list of keras.layers.Layer

    Raises
    ------
    ParameterError
        If there is no such name.
    """
    made = {
        "turns": lambda: [TurnsAndShifts(name="turns_and_shifts")],
        "published": baseline.default_augmentation,
        "none": list,
    }
    if name not in made:
        raise ParameterError(
            f"no augmentation is called {name!r}",
            where="augmentation",
            way_out=f"choose from: {', '.join(made)}",
        )
    return made[name]()
