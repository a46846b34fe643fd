"""TensorFlow and Keras, imported quietly and set to give the same numbers every time.

The one module that imports them: ``from helpers.keras_models.frameworks import keras``.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep file descriptor 2 silent: TensorFlow writes there whatever its log level.

    What was written is shown after all if the block fails: it says why.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a program without a standard error has nothing to keep silent
        yield
        return
    with tempfile.TemporaryFile() as written:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(written.fileno(), 2)
        try:
            yield
        except BaseException:
            written.seek(0)
            os.write(kept, written.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


os.environ["KERAS_BACKEND"] = "tensorflow"
# Not setdefault: the runner's kernels have 2, at which oneDNN writes into the notebook
# that the processor has no AVX-512.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
with _quiet():
    import tensorflow as tf
    import keras  # isort: skip - it must find TensorFlow's settings made

    for _gpu in tf.config.list_physical_devices("GPU"):
        # By default TensorFlow takes the whole card, and PyTorch finds none.
        tf.config.experimental.set_memory_growth(_gpu, True)
    tf.config.experimental.enable_op_determinism()
    # A ~/.keras/keras.json may say otherwise; every module here counts on these.
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    tf.constant(0.0).numpy()  # the first operation looks for devices, and talks of it

# "Triggered tf.function retracing": several small models are no fault.
tf.get_logger().setLevel(logging.ERROR)

__all__ = ["keras", "tf"]
