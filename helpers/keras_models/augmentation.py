"""Augmentation that costs next to nothing: mirror images, quarter turns, shifts."""

from typing import Any

from helpers.base.errors import ParameterError
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
        Largest shift, as a share of the side, 0 to .5; one for the whole batch. What
        comes in at the border is mirrored.
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
        x = pictures
        for change in (
            lambda x: tf.reverse(x, [2]),
            lambda x: tf.reverse(x, [1]),
            lambda x: tf.transpose(x, (0, 2, 1, 3)),
        ):
            x = tf.where(self._toss(x), change(x), x)
        return self._shifted(x)

    def _toss(self, x):
        """Toss a coin for each picture."""
        shape = (tf.shape(x)[0], 1, 1, 1)
        return keras.random.uniform(shape, seed=self.seed_generator) < 0.5

    def _shifted(self, x):
        side = x.shape[1]
        most = min(int(side * self.shift), side - 1)
        padding = ((0, 0), (most, most), (most, most), (0, 0))
        start = keras.random.randint((2,), 0, 2 * most + 1, seed=self.seed_generator)
        begin = tf.concat([[0], start, [0]], axis=0)
        return tf.slice(tf.pad(x, padding, "REFLECT"), begin, tf.shape(x))

    def compute_output_shape(self, input_shape):
        """Return the shape, which stays."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same layer again."""
        return {**super().get_config(), "shift": self.shift}
