"""DeepLabV3 on ResNet-50, tensor for tensor torchvision's, on transformers' ResNet.

Where torchvision's checkpoint has its tensors (stage k from 0, block j, layer i):

==================================  ===============================================
torchvision                         here
==================================  ===============================================
backbone.conv1                      encoder.embedder.embedder.convolution
backbone.bn1                        encoder.embedder.embedder.normalization
backbone.layer{k+1}.j.conv{i+1}     encoder.encoder.stages.k.layers.j.layer.i
                                    .convolution
backbone.layer{k+1}.j.bn{i+1}       the same, .normalization
backbone.layer{k+1}.j.downsample.0  encoder.encoder.stages.k.layers.j.shortcut
                                    .convolution
backbone.layer{k+1}.j.downsample.1  the same, .normalization
classifier.*, aux_classifier.*      the same: ASPP and heads are named as there
==================================  ===============================================
"""

import re
from collections.abc import Sequence

from helpers.torch_models.answers import Answers
from helpers.torch_models.frameworks import functional, nn, torch
from helpers.torch_models.networks import (
    BOTTLENECK,
    LabelHead,
    Network,
    enlarged,
    resnet,
)

_RATES = (12, 24, 36)
_ASPP_WIDTH = 256
_KINDS = {"conv": "convolution", "bn": "normalization"}
_BLOCK = re.compile(r"backbone\.layer(\d+)\.(\d+)\.(conv|bn|downsample\.)(\d+)\.(\w+)")
_STEM = re.compile(r"backbone\.(conv|bn)1\.(\w+)")


class DeepLabV3(Network):
    """DeepLabV3 [1]_ with output stride 8 and torchvision's auxiliary head.

    The last two stages of the ResNet are dilated instead of made smaller; atrous
    spatial pyramid pooling (rates 12, 24, 36) looks around; a label head can be
    attached to the encoder. In training the auxiliary head draws masks from the third
    stage, for the loss alone.

    Parameters
    ----------
    labels : sequence of str
        Of a label head on the last stage; empty for none.
    dropout : float
        Of the label head.
    widths, depths : sequence of int, optional
        Of the ResNet; four stages. The default is ResNet-50.
    n_masks : int, optional
        Masks for each picture; 21 in torchvision's checkpoint.

    References
    ----------
    .. [1] Chen, Papandreou, Schroff & Adam (2017). Rethinking atrous convolution for
       semantic image segmentation. arXiv:1706.05587.
    """

    def __init__(
        self,
        labels: Sequence[str],
        dropout: float,
        widths: Sequence[int] = (256, 512, 1024, 2048),
        depths: Sequence[int] = (3, 4, 6, 3),
        n_masks: int = 1,
    ) -> None:
        super().__init__(labels, has_masks=True)
        self.encoder = resnet(widths, depths, BOTTLENECK)
        _dilate(self.encoder)
        width = _ASPP_WIDTH
        self.classifier = nn.Sequential(
            ASPP(widths[-1], _RATES, dropout=0.5),
            *convolution(width, width, 3, padding=1),
            nn.Conv2d(width, n_masks, 1),
        )
        quarter = widths[-2] // 4
        self.aux_classifier = nn.Sequential(
            *convolution(widths[-2], quarter, 3, padding=1),
            nn.Dropout(0.1),
            nn.Conv2d(quarter, n_masks, 1),
        )
        self.label_head = (
            LabelHead(widths[-1], len(labels), dropout) if labels else None
        )

    def forward(self, pixels: torch.Tensor) -> Answers:
        """Return the answers to pixels (n, 3, s, s) from 0 to 255."""
        seen = self.encoder(self.normalised(pixels), output_hidden_states=True)
        before, features = seen.hidden_states[-2:]
        masks = enlarged(self.classifier(features), pixels)
        labels = self.label_head(features) if self.labels else None
        if not self.training:
            return Answers(masks, labels)
        return Answers(masks, labels, enlarged(self.aux_classifier(before), pixels))


class ASPP(nn.Module):
    """Atrous spatial pyramid pooling: the same features seen at several distances.

    Parameters
    ----------
    n_in : int
        Channels of the features.
    rates : sequence of int
        Dilation of each 3x3 convolution; a 1x1 convolution and the mean over the
        picture are always there.
    dropout : float
        Of the 256 channels that come out.
    """

    def __init__(self, n_in: int, rates: Sequence[int], dropout: float) -> None:
        super().__init__()
        width = _ASPP_WIDTH
        branches = [nn.Sequential(*convolution(n_in, width, 1))]
        for rate in rates:
            layers = convolution(n_in, width, 3, padding=rate, dilation=rate)
            branches.append(nn.Sequential(*layers))
        pooled = nn.Conv2d(n_in, width, 1, bias=False), _VectorNorm(width), nn.ReLU()
        branches.append(nn.Sequential(nn.AdaptiveAvgPool2d(1), *pooled))
        self.convs = nn.ModuleList(branches)
        joined = convolution(len(branches) * width, width, 1)
        self.project = nn.Sequential(*joined, nn.Dropout(dropout))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (n, 256, h, w) for features (n, n_in, h, w)."""
        *near, pooled = (branch(features) for branch in self.convs)
        pooled = pooled.expand(-1, -1, *features.shape[-2:])
        return self.project(torch.cat([*near, pooled], dim=1))


class _VectorNorm(nn.BatchNorm2d):
    """Batch normalisation of one value a channel and picture.

    A batch of a single picture has no variance; PyTorch stops there, and the last batch
    of an epoch can be one. It is normalised as in evaluation.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Normalise; a single value a channel by what is known from before."""
        if not self.training or input.numel() > self.num_features:
            return super().forward(input)
        known = self.running_mean, self.running_var, self.weight, self.bias
        return functional.batch_norm(input, *known, eps=self.eps)


def convolution(n_in: int, n_out: int, size: int, **options: int) -> list[nn.Module]:
    """Return a convolution without bias, batch normalisation and ReLU.

    Parameters
    ----------
    n_in, n_out, size : int
        Channels before and after; side of the kernel.
    **options : int
        Of ``torch.nn.Conv2d``.

    Returns
    -------
    list of torch.nn.Module
    """
    layer = nn.Conv2d(n_in, n_out, size, bias=False, **options)
    return [layer, nn.BatchNorm2d(n_out), nn.ReLU()]


def name_here(name: str) -> str:
    """Return what a tensor of torchvision's checkpoint is called in `DeepLabV3`.

    Parameters
    ----------
    name : str
        As in the checkpoint.

    Returns
    -------
    str
        As in the module's table; names that are in no such place stay as they are.

    Examples
    --------
    >>> name_here("backbone.layer3.0.bn2.weight")
    'encoder.encoder.stages.2.layers.0.layer.1.normalization.weight'
    """
    if found := _STEM.fullmatch(name):
        kind, end = found.groups()
        return f"encoder.embedder.embedder.{_KINDS[kind]}.{end}"
    if not (found := _BLOCK.fullmatch(name)):
        return name
    stage, block, kind, number, end = found.groups()
    place = f"encoder.encoder.stages.{int(stage) - 1}.layers.{block}"
    if kind == "downsample.":
        kind = list(_KINDS.values())[int(number) % 2]
        return f"{place}.shortcut.{kind}.{end}"
    return f"{place}.layer.{int(number) - 1}.{_KINDS[kind]}.{end}"


def _dilate(encoder: nn.Module) -> None:
    """Let the last two stages keep their size, as torchvision does it.

    A stage that would halve the picture doubles the distance between the pixels that
    its 3x3 convolutions take; its first block still has the distance from before.
    """
    distance = 1
    for stage in encoder.encoder.stages[-2:]:
        for k, block in enumerate(stage.layers):
            middle = block.layer[1].convolution
            rate = distance if k == 0 else 2 * distance
            middle.stride = (1, 1)
            middle.dilation = middle.padding = (rate, rate)
        stage.layers[0].shortcut.convolution.stride = (1, 1)
        distance *= 2
