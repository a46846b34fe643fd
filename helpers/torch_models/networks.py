"""What the networks share: normalisation, encoders, label head; and the classifier."""

from collections.abc import Sequence
from typing import Any

from helpers.torch_models.answers import Answers
from helpers.torch_models.frameworks import nn, torch, transformers

# Mean and standard deviation of ImageNet's pixels, as ResNet's publishers took them.
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
FROM_MINUS_ONE = ((0.5,) * 3, (0.5,) * 3)
"""What TensorFlow's MobileNetV2 takes: pixels from -1 to 1."""

BASIC, BOTTLENECK = "basic", "bottleneck"


class Network(nn.Module):
    """A network that normalises its pictures itself and knows how it was made.

    Parameters
    ----------
    labels : sequence of str
        Of the label head, in order; empty where there is none.
    has_masks : bool
        Whether it answers with masks.
    normalisation : pair of three floats each, optional
        Mean and standard deviation of the pixels, in shares of 255.

    Attributes
    ----------
    labels : tuple of str
        As given.
    has_masks : bool
        As given.
    architecture : dict
        Words of JSON: ``architectures.make(**architecture, seed=...)`` makes the same
        network again, with new numbers in it.
    mean, std : torch.Tensor, float32, shape (1, 3, 1, 1)
        Buffers, in units of 0 to 255.
    """

    def __init__(
        self,
        labels: Sequence[str],
        has_masks: bool,
        normalisation: tuple[Sequence[float], Sequence[float]] = IMAGENET,
    ) -> None:
        super().__init__()
        self.labels, self.has_masks = tuple(labels), has_masks
        self.architecture: dict[str, Any] = {}
        for name, values in zip(("mean", "std"), normalisation, strict=True):
            self.register_buffer(name, 255 * torch.tensor(values).reshape(1, 3, 1, 1))

    def normalised(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return pixels as the encoder takes them.

        Parameters
        ----------
        pixels : torch.Tensor, float32, shape (n, 3, s, s)
            RGB from 0 to 255.

        Returns
        -------
        torch.Tensor
            Same shape.
        """
        return (pixels - self.mean) / self.std


class LabelHead(nn.Module):
    """The mean over the picture, dropout, and a linear layer.

    Parameters
    ----------
    n_channels, n_labels : int
        Of the feature maps it is given, and of its answers.
    dropout : float
        Share of the features that are dropped in training.
    """

    def __init__(self, n_channels: int, n_labels: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(n_channels, n_labels)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (n, n_labels) of features (n, n_channels, h, w)."""
        return self.linear(self.dropout(features.mean((2, 3))))


class Classifier(Network):
    """A ResNet [1]_ with a label head.

    Parameters
    ----------
    labels : sequence of str
        Its labels.
    encoder : torch.nn.Module
        From `resnet`.
    n_channels : int
        Of the encoder's last feature map.
    dropout : float
        Of the label head.

    References
    ----------
    .. [1] He, Zhang, Ren & Sun (2016). Deep residual learning for image recognition.
       CVPR.
    """

    def __init__(
        self, labels: Sequence[str], encoder: nn.Module, n_channels: int, dropout: float
    ) -> None:
        super().__init__(labels, has_masks=False)
        self.encoder = encoder
        self.label_head = LabelHead(n_channels, len(labels), dropout)

    def forward(self, pixels: torch.Tensor) -> Answers:
        """Return label logits of pixels (n, 3, s, s) from 0 to 255."""
        features = self.encoder(self.normalised(pixels)).last_hidden_state
        return Answers(None, self.label_head(features))


def resnet(
    widths: Sequence[int],
    depths: Sequence[int],
    layer_type: str,
    *,
    stem_width: int = 64,
    early_pool: bool = True,
) -> nn.Module:
    """Return transformers' ResNet with random weights, without its last pooling.

    Parameters
    ----------
    widths, depths : sequence of int
        Channels and blocks of each stage.
    layer_type : {"basic", "bottleneck"}
        Kind of its blocks.
    stem_width : int, optional
        Channels of the 7x7 convolution with stride 2 that comes first.
    early_pool : bool, optional
        Whether a 3x3 max pooling with stride 2 follows it, as published. Small pictures
        keep more detail without.

    Returns
    -------
    torch.nn.Module
        From (n, 3, h, w) to ``last_hidden_state`` and, if asked, ``hidden_states``: the
        stem's and every stage's features.
    """
    config = transformers.ResNetConfig(
        embedding_size=stem_width,
        hidden_sizes=list(widths),
        depths=list(depths),
        layer_type=layer_type,
    )
    encoder = transformers.ResNetModel(config)
    encoder.pooler = nn.Identity()  # the heads average by themselves
    if not early_pool:
        encoder.embedder.pooler = nn.Identity()
    return encoder


def enlarged(logits: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Return logits enlarged to the height and width of `like`.

    Parameters
    ----------
    logits : torch.Tensor, shape (n, c, h, w)
        Of a smaller grid.
    like : torch.Tensor, shape (n, ..., height, width)
        The pictures.

    Returns
    -------
    torch.Tensor, float32, shape (n, c, height, width)
        Bilinear. In float32 under autocast, too: in bfloat16, neighbours along an edge
        would become equal.
    """
    size = like.shape[-2:]
    return nn.functional.interpolate(logits.float(), size=size, mode="bilinear")
