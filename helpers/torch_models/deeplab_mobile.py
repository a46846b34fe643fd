"""DeepLabV3+ on MobileNetV2: the segmenter for machines without a GPU."""

from collections.abc import Sequence

from helpers.torch_models.answers import Answers
from helpers.torch_models.deeplab import ASPP, convolution
from helpers.torch_models.frameworks import functional, nn, torch, transformers
from helpers.torch_models.networks import (
    FROM_MINUS_ONE,
    LabelHead,
    Network,
    enlarged,
)

_STRIDE = 16
_N_FEATURES, _N_EDGES = 320, 24
_EDGES = 1
"""The last layer with a quarter of the picture's side: where the edges still are."""

_WIDTH, _EDGE_WIDTH = 256, 48


class DeepLabV3Plus(Network):
    """DeepLabV3+ [1]_ on transformers' MobileNetV2 [2]_ with output stride 16.

    ASPP without dilated branches, as published for MobileNetV2; its features are
    enlarged to a quarter of the side, joined with the encoder's early ones and refined
    by two separable convolutions. The encoder's last 1x1 convolution is left out.

    Parameters
    ----------
    labels : sequence of str
        Of a label head on the encoder; empty for none.
    dropout : float
        Of the label head.

    References
    ----------
    .. [1] Chen, Zhu, Papandreou, Schroff & Adam (2018). Encoder-decoder with atrous
       separable convolution for semantic image segmentation. ECCV.
    .. [2] Sandler et al. (2018). MobileNetV2: inverted residuals and linear
       bottlenecks. CVPR.
    """

    def __init__(self, labels: Sequence[str], dropout: float) -> None:
        super().__init__(labels, has_masks=True, normalisation=FROM_MINUS_ONE)
        self.encoder = _mobilenet()
        self.aspp = ASPP(_N_FEATURES, (), dropout=0.1)
        self.edges = nn.Sequential(*convolution(_N_EDGES, _EDGE_WIDTH, 1))
        self.decoder = nn.Sequential(
            *_separable(_WIDTH + _EDGE_WIDTH, _WIDTH), *_separable(_WIDTH, _WIDTH)
        )
        self.mask_head = nn.Conv2d(_WIDTH, 1, 1)
        self.label_head = (
            LabelHead(_N_FEATURES, len(labels), dropout) if labels else None
        )

    def forward(self, pixels: torch.Tensor) -> Answers:
        """Return the answers to pixels (n, 3, s, s) from 0 to 255."""
        seen = self.encoder(self.normalised(pixels), output_hidden_states=True)
        early, features = seen.hidden_states[_EDGES], seen.last_hidden_state
        context = functional.interpolate(
            self.aspp(features), size=early.shape[-2:], mode="bilinear"
        )
        drawn = self.decoder(torch.cat([context, self.edges(early)], dim=1))
        masks = enlarged(self.mask_head(drawn), pixels)
        return Answers(masks, self.label_head(features) if self.labels else None)


def _mobilenet() -> nn.Module:
    """Return the encoder with random weights."""
    config = transformers.MobileNetV2Config(output_stride=_STRIDE)
    encoder = transformers.MobileNetV2Model(config, add_pooling_layer=False)
    encoder.conv_1x1 = nn.Identity()
    for module in encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            # TensorFlow's .997 is the share that is kept, PyTorch's the share that is
            # new: as transformers has it, evaluation would know the last batch alone.
            module.momentum = 0.1
        if isinstance(module, nn.Conv2d):
            # Its own start lets features shrink to nothing; that of He et al. (2015,
            # "Delving deep") keeps their size.
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return encoder


def _separable(n_in: int, n_out: int) -> list[nn.Module]:
    """Return a 3x3 convolution of each channel by itself, then a 1x1 of all."""
    return [
        *convolution(n_in, n_in, 3, padding=1, groups=n_in),
        *convolution(n_in, n_out, 1),
    ]
