"""A folder of small pictures to predict, and models that need no framework.

Run as a program it saves a small model of a framework and predicts with it, by the
command line: ``python tests/small_predict.py keras|torch FOLDER``.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.images import inputs
from helpers.storage import model_folders

LABELS = ["dark", "light"]
SIZE_PX = 32
PREPARATION = {
    "size_px": SIZE_PX,
    "fit": "squash",
    "inputs": ["rgb"],
    "inputs_version": inputs.VERSION,
}


def picture(height=60, width=80, level=40, seed=0):
    """Return light skin with a lesion of a level in its upper left quarter."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(200, 220, (height, width, 3), dtype=np.uint8)
    rgb[height // 8 : height // 2, width // 8 : width // 2] = level
    return rgb


def write(path, rgb=None, **options):
    """Write a picture file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture() if rgb is None else rgb).save(path, **options)
    return path


def pictures(folder):
    """Write five pictures in two folders, a damaged one and a text."""
    write(folder / "b.png", picture(60, 80, 90))
    write(folder / "a.jpg", picture(50, 40, 10), quality=95)
    write(folder / "sub" / "a.png", picture(90, 30, 40))
    write(folder / "sub" / "deep er" / "ä,1.PNG", picture(64, 64, 0))
    sideways = Image.Exif()
    sideways[0x0112] = 6
    rgb = np.rot90(picture(48, 96, 10))  # upright it is 96 wide
    write(folder / "turned.jpg", rgb, exif=sideways, quality=95)
    whole = (folder / "a.jpg").read_bytes()
    (folder / "sub" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("not a picture")
    write(folder / ".hidden.png")
    return folder


def model(folder, labels=LABELS, preparation=None, framework="pytorch"):
    """Save a model's folder whose weights are a few bytes, for a room of a test."""
    folder.mkdir(parents=True)
    weights = folder / "model.bin"
    weights.write_bytes(b"numbers")
    facts = {"framework": framework, "architecture": {}, "labels": list(labels)}
    facts |= {"split": "s", "metrics": {}, "preparation": preparation or PREPARATION}
    model_folders.write_facts(folder, facts, weights)
    return folder


def _keras(folder):
    from helpers.keras_models import multi_input, saved_models

    small = {"filters": (4, 6), "dense": 8, "seed": 5, "normalise": True}
    made = multi_input.multi_input_cnn(("rgb", "otsu"), SIZE_PX, 2, **small)
    how = PREPARATION | {"fit": "crop", "inputs": ["rgb", "otsu"]}
    saved_models.save(folder, made, LABELS, how, "s", {})


def _torch(folder):
    from helpers.torch_models import architectures, saved_models

    small = {"widths": (4, 8), "depths": (1, 1), "seed": 3}
    made = architectures.make("unet_small", labels=LABELS, masks=True, **small)
    saved_models.save(folder, made, PREPARATION, "s", {})


if __name__ == "__main__":
    framework, folder = sys.argv[1], Path(sys.argv[2])
    {"keras": _keras, "torch": _torch}[framework](folder / "model")
    from helpers.series import cli

    options = {name: str(folder / name) for name in ("model", "images", "out")}
    words = [word for name, path in options.items() for word in (f"--{name}", path)]
    code = cli.main(["predict", *words, *sys.argv[3:]])
    others = {"keras": "torch", "torch": "tensorflow"}
    assert others[framework] not in sys.modules, "both frameworks in one process"
    sys.exit(code)
