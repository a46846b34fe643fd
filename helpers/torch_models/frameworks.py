"""PyTorch, transformers and accelerate, imported quietly: ``import`` them from here.

The one module of this room that imports them:
``from helpers.torch_models.frameworks import accelerate, nn, torch, transformers``.
No environment variable is set and no hub is asked: networks are built from their
settings, and weights are read from files that are here (`pretrained_weights`).
"""

import warnings

import torch
from torch import nn
from torch.nn import functional

with warnings.catch_warnings():  # tqdm.auto's, where ipywidgets is not installed
    warnings.filterwarnings("ignore", "IProgress not found")
    import accelerate
    import transformers

__all__ = ["accelerate", "functional", "nn", "torch", "transformers"]
