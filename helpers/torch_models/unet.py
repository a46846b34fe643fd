"""A small U-Net: a ResNet that sees, and a decoder that draws the lesion's mask."""

from collections.abc import Sequence

from helpers.torch_models.answers import Answers
from helpers.torch_models.frameworks import functional, nn, torch
from helpers.torch_models.networks import BASIC, LabelHead, Network, enlarged, resnet


class UNet(Network):
    """A U-Net [1]_ whose contracting path is a ResNet of basic blocks.

    From the last stage upwards, features are enlarged, joined with those of the stage
    before, and pass two 3x3 convolutions. The first stage works on half the picture's
    side; the logits are enlarged from there.

    Parameters
    ----------
    labels : sequence of str
        Of a label head on the last stage; empty for none.
    widths, depths : sequence of int
        Channels and blocks of each stage; at least two.
    early_pool : bool
        Whether the ResNet's stem pools: the first stage then has a quarter of the side.
    dropout : float
        Of the label head.

    References
    ----------
    .. [1] Ronneberger, Fischer & Brox (2015). U-Net: convolutional networks for
       biomedical image segmentation. MICCAI.
    """

    def __init__(
        self,
        labels: Sequence[str],
        widths: Sequence[int],
        depths: Sequence[int],
        early_pool: bool,
        dropout: float,
    ) -> None:
        super().__init__(labels, has_masks=True)
        stem = {"stem_width": widths[0], "early_pool": early_pool}
        self.encoder = resnet(widths, depths, BASIC, **stem)
        upwards = list(widths)[::-1]
        steps = zip(upwards[:-1], upwards[1:], strict=True)
        self.decoder = nn.ModuleList(_block(low + high, high) for low, high in steps)
        self.mask_head = nn.Conv2d(widths[0], 1, 1)
        self.label_head = (
            LabelHead(widths[-1], len(labels), dropout) if labels else None
        )

    def forward(self, pixels: torch.Tensor) -> Answers:
        """Return the answers to pixels (n, 3, s, s) from 0 to 255."""
        seen = self.encoder(self.normalised(pixels), output_hidden_states=True)
        *skips, features = seen.hidden_states[1:]  # the first is the stem's
        drawn = features
        for block, skip in zip(self.decoder, reversed(skips), strict=True):
            drawn = functional.interpolate(drawn, size=skip.shape[-2:])
            drawn = block(torch.cat([drawn, skip], dim=1))
        masks = enlarged(self.mask_head(drawn), pixels)
        return Answers(masks, self.label_head(features) if self.labels else None)


def _block(n_in: int, n_out: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each with batch normalisation and ReLU."""
    layers: list[nn.Module] = []
    for n in (n_in, n_out):
        layers += [nn.Conv2d(n, n_out, 3, padding=1, bias=False)]
        layers += [nn.BatchNorm2d(n_out), nn.ReLU()]
    return nn.Sequential(*layers)
