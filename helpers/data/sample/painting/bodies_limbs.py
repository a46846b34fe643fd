"""Hand, foot and limb, modelled from capsules."""

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame, bump, capsule, join
from helpers.data.sample.painting.bodies_nails import Nail
from helpers.data.sample.painting.bodies_parts import Figure
from helpers.data.sample.painting.strokes import bend

# Bases of the fingers index to little, their lengths and splay (degrees), in units of
# the palm's width: proportions of an adult hand (Garrett 1971, rounded).
FINGER_BASES = ((-0.36, 0.34), (-0.12, 0.42), (0.12, 0.40), (0.34, 0.28))
FINGER_LENGTHS = (0.74, 0.84, 0.78, 0.60)
FINGER_SPLAY_DEG = (9.0, 2.0, -4.0, -13.0)
FINGER_RADII = (0.122, 0.128, 0.120, 0.104)
# Tips of the toes, big to little, and their radii, in units of the foot's width.
TOE_TIPS = ((-0.30, 1.06), (-0.06, 1.05), (0.12, 0.97), (0.28, 0.86), (0.42, 0.71))
TOE_BASES = ((-0.25, 0.62), (-0.06, 0.66), (0.10, 0.62), (0.24, 0.53), (0.36, 0.41))
TOE_RADII = (0.165, 0.105, 0.098, 0.092, 0.09)


def model_hand(rng: np.random.Generator, height_px: int, width_px: int) -> Figure:
    """Model a hand, back or palm up, with creases and (on the back) nails.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws side, pose, crop and scale.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Figure
        Form, creases and nails.
    """
    palmar = rng.random() < 0.4
    short = min(height_px, width_px)
    zoom = rng.uniform(0.40, 0.62)
    centre = (rng.normal(0, 0.12) - 0.05, 0.28 + rng.normal(0, 0.16))
    turn = np.radians(rng.normal(0, 22)) + (width_px > 1.25 * height_px) * rng.choice(
        [-1.2, 1.2]
    )
    frame = Frame(
        height_px, width_px, short * zoom, turn, centre, bool(rng.integers(2))
    )
    x, y = frame.grid()
    solid = capsule(x, y, (-0.24, -0.32), (-0.26, 0.28), 0.24, 0.22)
    solid = join(solid, capsule(x, y, (0.20, -0.34), (0.24, 0.22), 0.24, 0.20), 0.25)
    solid = join(solid, capsule(x, y, (0, -0.45), (0, 0.28), 0.30, 0.26), 0.2)
    solid = join(solid, capsule(x, y, (0, -0.5), (0.02, -2.2), 0.29, 0.36), 0.3)
    solid = (solid[0], np.minimum(solid[1], 0.24 + 0.25 * solid[1]))
    figure = Figure(frame, *solid, backdrop="blue")
    figure.smooth(0.05)
    splay = rng.uniform(0.3, 1.8)
    for k in range(4):
        _add_finger(rng, figure, k, splay, palmar)
    thumb = np.array([(-0.30, -0.30), (-0.58, -0.02), (-0.72, 0.30)])
    thumb[1:] += rng.normal(0, 0.03, (2, 2))
    _add_digit(rng, figure, thumb, (0.20, 0.145, 0.112), palmar, 0.14)
    _add_palm_lines(rng, figure, palmar)
    return figure


def _add_finger(
    rng: np.random.Generator, figure: Figure, k: int, splay: float, palmar: bool
) -> None:
    """Add finger `k` (0 is the index), slightly bent."""
    base = np.array(FINGER_BASES[k])
    angle = np.radians(90 + FINGER_SPLAY_DEG[k] * splay + rng.normal(0, 2))
    bow = np.radians(rng.normal(0, 5))
    length, radius = FINGER_LENGTHS[k], FINGER_RADII[k]
    middle = base + 0.5 * length * np.array([np.cos(angle), np.sin(angle)])
    tip = middle + 0.5 * length * np.array([np.cos(angle + bow), np.sin(angle + bow)])
    path = np.array([base, middle, tip])
    _add_digit(rng, figure, path, (radius * 1.08, radius, radius * 0.82), palmar, 0.05)


def _add_digit(
    rng: np.random.Generator,
    figure: Figure,
    path: np.ndarray,
    radii: tuple,
    palmar: bool,
    web: float,
) -> None:
    """Add a finger, thumb or toe: two bones, joint creases, reddish tip, nail."""
    x, y = figure.xy
    first = capsule(x, y, path[0], path[1], radii[0], radii[1])
    second = capsule(x, y, path[1], path[2], radii[1], radii[2])
    digit = join(first, second, 0.03)
    own = digit[0] > figure.depth
    figure.unite(digit, web)
    figure.blood += 0.16 * bump(x, y, *path[2], radii[2] * 1.2, radii[2] * 1.2) * own
    along = (path[2] - path[1]) / np.hypot(*(path[2] - path[1]))
    across = np.array([-along[1], along[0]])
    knuckles = [(path[1], radii[1]), (path[1] * 0.42 + path[2] * 0.58, radii[2] * 1.05)]
    for centre, radius in knuckles:
        shifts = (-0.045, 0.0, 0.045) if not palmar else (-0.02, 0.02)
        for shift in shifts:
            middle = centre + along * (shift + rng.normal(0, 0.006))
            half = across * radius * rng.uniform(0.55, 0.85)
            path_ = bend(middle - half, middle + half, rng.normal(0.0, 0.02))
            figure.crease(path_, 0.012, 0.26 if palmar else 0.2)
        if not palmar:
            figure.melanin += 0.10 * bump(x, y, *centre, radius * 0.6, radius * 0.6)
    if not palmar:
        length = radii[2] * 1.75
        figure.nails.append(
            Nail(path[2] - along * radii[2] * 0.28, along, radii[2] * 1.3, length)
        )


def _add_palm_lines(rng: np.random.Generator, figure: Figure, palmar: bool) -> None:
    """Add the lines of the palm, or knuckles and tendons on the back."""
    x, y = figure.xy
    if palmar:
        lines = [
            ((-0.44, 0.10), (-0.12, -0.62), -0.17),
            ((-0.44, 0.10), (0.30, -0.14), 0.07),
            ((0.42, 0.10), (-0.18, 0.34), 0.10),
            ((-0.26, -0.72), (0.26, -0.72), -0.02),
        ]
        for start, end, bow in lines:
            path = bend(start, end, bow + rng.normal(0, 0.015))
            figure.crease(path, 0.017, 0.32)
        figure.melanin -= 0.10
        figure.blood += 0.14 * bump(x, y, -0.3, -0.3, 0.2, 0.25)
        figure.blood += 0.14 * bump(x, y, 0.3, -0.25, 0.16, 0.3)
        return
    for base, tendon in zip(FINGER_BASES, (-0.1, -0.04, 0.03, 0.1), strict=True):
        figure.height += 0.035 * bump(x, y, base[0], base[1] - 0.06, 0.07, 0.07)
        figure.blood += 0.14 * bump(x, y, base[0], base[1] - 0.06, 0.08, 0.07)
        figure.melanin += 0.08 * bump(x, y, base[0], base[1] - 0.06, 0.08, 0.06)
        ridge = bend((tendon, -0.5), (base[0], base[1] - 0.1), 0.0)
        figure.ridge(ridge, 0.03, 0.018)


def model_foot(rng: np.random.Generator, height_px: int, width_px: int) -> Figure:
    """Model a foot from above with toenails, or from below with its pale sole.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws side, view, crop and scale.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Figure
        Form, creases and nails.
    """
    sole = rng.random() < 0.35
    scale = min(height_px, width_px) * rng.uniform(0.42, 0.62)
    turn = np.radians(rng.normal(0, 15)) + np.pi * (rng.random() < 0.4)
    turn += (width_px > 1.25 * height_px) * np.pi / 2
    centre = (rng.normal(0, 0.08), 0.25 + rng.normal(0, 0.16))
    frame = Frame(height_px, width_px, scale, turn, centre, bool(rng.integers(2)))
    x, y = frame.grid()
    solid = capsule(x, y, (0.05, -0.95), (0.03, -0.1), 0.33, 0.33)
    solid = join(solid, capsule(x, y, (-0.14, 0.32), (0.16, 0.24), 0.30, 0.27), 0.5)
    if not sole:
        leg = capsule(x, y, (0.04, -0.85), (0.03, -2.6), 0.36, 0.42)
        solid = join(solid, (leg[0], leg[1] * 1.5), 0.3)
    flat = 0.5 if sole else 0.75
    figure = Figure(frame, solid[0], solid[1] * np.float32(flat), backdrop="green")
    figure.smooth(0.13)
    for tip, base, radius in zip(TOE_TIPS, TOE_BASES, TOE_RADII, strict=True):
        base, tip = np.array(base), np.array(tip) + rng.normal(0, 0.012, 2)
        if sole:
            base = base * 0.8 + tip * 0.2  # from below only the pads are seen
        middle = (base + tip) / 2
        radii = (radius * 0.95, radius * 0.9, radius)
        path = np.array([base, middle, tip])
        _add_digit(rng, figure, path, radii, sole, 0.02 if sole else 0.05)
    if sole:
        _finish_sole(rng, figure)
    else:
        for start, base in zip(np.linspace(-0.12, 0.16, 5), TOE_BASES, strict=True):
            figure.ridge(bend((start, -0.45), base, 0.0), 0.028, 0.016)
    return figure


def _finish_sole(rng: np.random.Generator, figure: Figure) -> None:
    """Make a sole: paler, red at ball and heel, hollow arch, transverse creases."""
    x, y = figure.xy
    figure.melanin -= 0.16
    figure.blood += 0.3 * bump(x, y, -0.2, 0.35, 0.2, 0.16)
    figure.blood += 0.25 * bump(x, y, 0.25, 0.2, 0.15, 0.2)
    figure.blood += 0.3 * bump(x, y, 0.05, -0.95, 0.24, 0.24)
    figure.height -= 0.07 * bump(x, y, -0.18, -0.35, 0.16, 0.35)
    for level in rng.uniform(-0.75, 0.15, 6):
        start = (-0.2 + rng.normal(0, 0.05), level)
        end = (0.2 + rng.normal(0, 0.05), level + rng.normal(0, 0.08))
        figure.crease(bend(start, end, rng.normal(0, 0.04)), 0.012, 0.16)


def model_limb(rng: np.random.Generator, height_px: int, width_px: int) -> Figure:
    """Model an arm or a leg that crosses the picture, bent at elbow or knee.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws joint, bend, crop and direction.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Figure
        Form and creases.
    """
    scale = min(height_px, width_px) * rng.uniform(0.55, 0.8)
    turn = np.radians(rng.normal(0, 20)) + (width_px > height_px) * np.pi / 2
    centre = (rng.normal(0, 0.12), rng.uniform(-0.7, 0.7))
    frame = Frame(height_px, width_px, scale, turn, centre, bool(rng.integers(2)))
    x, y = frame.grid()
    angle = np.radians(rng.uniform(2, 30))
    far = (3.0 * np.sin(angle), -3.0 * np.cos(angle))
    upper = capsule(x, y, (0, 3.0), (0, 0.0), 0.62, 0.44)
    calf = capsule(x, y, (0, 0), far, 0.46, 0.30)
    belly = capsule(
        x, y, (0.15 * far[0], 0.15 * far[1]), (0.4 * far[0], 0.4 * far[1]), 0.46, 0.44
    )
    solid = join(upper, join(calf, belly, 0.2), 0.25)
    figure = Figure(frame, solid[0], solid[1] * np.float32(0.85), backdrop="black")
    figure.smooth(0.06)
    if rng.random() < 0.5:  # knee or point of the elbow: a knob with rough folds
        figure.height += 0.10 * bump(x, y, 0, 0.02, 0.2, 0.22)
        figure.melanin += 0.16 * bump(x, y, 0, 0.0, 0.2, 0.2)
        figure.blood += 0.12 * bump(x, y, 0, 0.0, 0.25, 0.22)
        levels, strength, width = rng.uniform(-0.2, 0.22, 6), 0.12, 0.17
    else:  # the bend: two or three deep flexion creases
        levels, strength, width = rng.uniform(-0.09, 0.09, 2), 0.24, 0.3
    for level in levels:
        half = width * rng.uniform(0.5, 1.0)
        start, end = (-half, level + rng.normal(0, 0.03)), (half, level)
        figure.crease(bend(start, end, rng.normal(0.03, 0.03)), 0.015, strength)
    figure.hairs = int(rng.choice([0, 60, 160], p=[0.5, 0.3, 0.2]))
    return figure
