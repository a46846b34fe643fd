"""Pictures changed at random in training, each with its mask, a batch at a time."""

import math
from dataclasses import dataclass

from helpers.base.errors import ParameterError
from helpers.torch_models.frameworks import functional, torch


@dataclass(frozen=True)
class Augmentation:
    """Mirrors, turns, scales, shifts and tints square pictures; masks move with them.

    One affine map does all that moves pixels, in one pass over picture and mask. What
    comes in at the border is mirrored. Skin has no upper side, so every quarter turn is
    as good a picture. Colours change little: in dermoscopy they are a finding.

    Parameters
    ----------
    flips : bool, optional
        Mirror each axis, in half of the pictures.
    turns : bool, optional
        Exchange the axes, in half of the pictures; with `flips`, all quarter turns.
    scale : float, optional
        Largest factor of the size, from 1; the smallest is its inverse.
    shift : float, optional
        Largest shift along each axis, in half sides: 0 to 1.
    brightness, contrast, channel : float, optional
        Largest change of the picture's mean, of the distance from it, and of each
        colour channel, as the logarithm of a factor: 0 to 1. Results stay in 0 to 255.

    Raises
    ------
    ParameterError
        If a number is outside of these ranges.
    """

    flips: bool = True
    turns: bool = True
    scale: float = 1.25
    shift: float = 0.1
    brightness: float = 0.15
    contrast: float = 0.15
    channel: float = 0.06

    def __post_init__(self) -> None:
        shares = (self.shift, self.brightness, self.contrast, self.channel)
        if not (1 <= self.scale <= 4 and all(0 <= one <= 1 for one in shares)):
            raise ParameterError(
                f"scale must be from 1 to 4, all else from 0 to 1: {self}",
                where="augmentation",
                way_out="give numbers in these ranges",
            )

    def __call__(
        self, pixels: torch.Tensor, masks: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Change a batch, by torch's global generator of the CPU.

        Parameters
        ----------
        pixels : torch.Tensor, float32, shape (n, 3, s, s)
            RGB, 0 to 255, on any device.
        masks : torch.Tensor, float32, shape (n, 1, s, s), optional
            Share of lesion, 0 to 1.

        Returns
        -------
        tuple of (Tensor, Tensor or None)
            As given, changed.
        """
        # Drawn beside the device: the same numbers everywhere, and few small kernels.
        drawn = torch.rand(len(pixels), 11)
        if self.flips or self.turns or self.scale > 1 or self.shift:
            theta = self._maps(drawn).to(pixels.device)
            shape = list(pixels.shape)
            grid = functional.affine_grid(theta, shape, align_corners=False)
            pixels = _sample(pixels, grid)
            masks = None if masks is None else _sample(masks, grid)
        if self.brightness or self.contrast or self.channel:
            pixels = self._tint(pixels, drawn[:, 6:].to(pixels.device))
        return pixels, masks

    def _maps(self, drawn: torch.Tensor) -> torch.Tensor:
        """Return for each picture the map from its new places to the old: (n, 2, 3)."""
        signs = torch.where(drawn[:, :2] < 0.5 * self.flips, -1.0, 1.0)
        size = torch.exp(_around_0(drawn[:, 2:3]) * math.log(self.scale))
        places = torch.diag_embed(signs / size)
        turned = drawn[:, 3] < 0.5 * self.turns
        places = torch.where(turned[:, None, None], places.flip(1), places)
        return torch.cat([places, _around_0(drawn[:, 4:6, None]) * self.shift], 2)

    def _tint(self, pixels: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """Change mean, contrast and channels in one multiplication and one addition."""
        around = _around_0(drawn)[:, :, None, None]
        brightness = torch.exp(around[:, :1] * self.brightness)
        contrast = torch.exp(around[:, 1:2] * self.contrast)
        channel = torch.exp(around[:, 2:] * self.channel)
        mean = pixels.mean((1, 2, 3), keepdim=True)
        shift = mean * (brightness - contrast) * channel
        # Not addcmul: every large new tensor costs the CPU as much as its numbers do.
        return (pixels * (contrast * channel)).add_(shift).clamp_(0, 255)


def _sample(x: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    return functional.grid_sample(
        x, grid, padding_mode="reflection", align_corners=False
    )


def _around_0(drawn: torch.Tensor) -> torch.Tensor:
    return 2 * drawn - 1
