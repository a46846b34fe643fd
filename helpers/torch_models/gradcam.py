"""Where a classifier looks: which places speak for the label that it names."""

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_codes, check_lengths
from helpers.torch_models.frameworks import functional, nn, torch

_BATCH = 32


def grad_cam(model: nn.Module, pixels: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return Grad-CAM maps of pictures [1]_.

    The encoder's last feature maps are added up, each weighted by how much the label's
    logit rises with it on average; what speaks against the label is cut off.

    Parameters
    ----------
    model : torch.nn.Module
        With an ``encoder`` and a ``label_head``: from `architectures.make`. It is left
        on its device, ready to evaluate.
    pixels : ndarray of uint8, shape (n, s, s, 3)
        RGB.
    codes : ndarray of int, shape (n,)
        The label that each map is for, as a position in the label table.

    Returns
    -------
    ndarray of float16, shape (n, s, s)
        In [0, 1]: each map divided by its largest value; 0 where nothing speaks for
        the label.

    Raises
    ------
    ParameterError
        If the model has no label head, or a code is not in its table.

    References
    ----------
    .. [1] Selvaraju et al. (2017). Grad-CAM: visual explanations from deep networks via
       gradient-based localization. ICCV.
    """
    head = getattr(model, "label_head", None)
    if head is None or not hasattr(model, "encoder"):
        raise ParameterError(
            "the model has no encoder with a label head to look into",
            where=type(model).__name__,
            way_out="give a classifier, or a segmenter that names labels, too",
        )
    codes = check_codes(codes, len(model.labels), "codes")
    check_lengths(len(pixels), codes=len(codes))
    device = next(model.parameters()).device
    model.eval()
    maps = []
    for start in range(0, len(pixels), _BATCH):
        rows = slice(start, start + _BATCH)
        x = torch.from_numpy(np.ascontiguousarray(pixels[rows])).to(device)
        asked = torch.from_numpy(codes[rows]).to(device)
        maps.append(_of_batch(model, x.permute(0, 3, 1, 2).float(), asked))
    return np.concatenate(maps)


def _of_batch(model: nn.Module, x: torch.Tensor, codes: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        features = model.encoder(model.normalised(x)).last_hidden_state
    features.requires_grad_(True)
    logits = model.label_head(features).gather(1, codes[:, None])
    # Pictures do not mix after this: the sum's gradient is each picture's own.
    (slopes,) = torch.autograd.grad(logits.sum(), features)
    weights = slopes.mean((2, 3), keepdim=True)
    maps = functional.relu((weights * features.detach()).sum(1, keepdim=True))
    maps = functional.interpolate(maps, size=x.shape[-2:], mode="bilinear")[:, 0]
    top = maps.amax((1, 2), keepdim=True)
    return (maps / top.clamp_min(1e-12)).half().cpu().numpy()
