"""Folders of weights in the published form, so small that they take no time."""

import json

import torch
import transformers

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
PROCESSORS = {  # the three forms that the publishers use, with other sizes
    "dinov2_small": IMAGENET
    | {"size": {"shortest_edge": 32}, "crop_size": {"height": 28, "width": 28}}
    | {"do_center_crop": True, "rescale_factor": 0.00392156862745098},
    "resnet50": IMAGENET | {"size": 28, "crop_pct": 0.875},
    "mobilenet_v2": {
        "size": {"shortest_edge": 36},
        "crop_size": {"height": 32, "width": 32},
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    },
}
SIDES = {"dinov2_small": (32, 28), "resnet50": (32, 28), "mobilenet_v2": (36, 32)}
"""Short side and crop that the processors above mean."""


def small_model(name):
    """Return a small model of an encoder's type, with the head the publisher keeps."""
    if name.startswith("dinov2"):
        config = transformers.Dinov2Config(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=42
        )
        return transformers.Dinov2Model(config)
    if name == "resnet50":
        config = transformers.ResNetConfig(
            embedding_size=8, hidden_sizes=[16, 24], depths=[1, 2]
        )
        return transformers.ResNetForImageClassification(config)
    config = transformers.MobileNetV2Config(depth_multiplier=0.25)
    return transformers.MobileNetV2ForImageClassification(config)


def write_weights(folder, name, **processor):
    """Save a small model with trained-looking batch statistics; return the folder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = small_model(name)
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                torch.nn.init.normal_(module.running_mean, 0, 0.1)
                torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
                torch.nn.init.normal_(module.bias, 0, 0.1)
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    model.save_pretrained(folder)
    settings = json.dumps(PROCESSORS[name] | processor)
    (folder / "preprocessor_config.json").write_text(settings)
    return folder
