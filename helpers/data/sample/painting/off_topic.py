"""Pictures that show no skin at all, as crawled data sets hold them."""

import cv2
import numpy as np

from helpers.data.sample.painting.cells import lattice_points
from helpers.data.sample.painting.fields import blur, fractal_noise, noise, smoothstep
from helpers.data.sample.painting.layers import blend
from helpers.data.sample.painting.strokes import draw_discs


def draw_off_topic(
    rng: np.random.Generator, height_px: int, width_px: int
) -> tuple[np.ndarray, str]:
    """Draw a picture without skin.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    rgb : ndarray of uint8, shape (height_px, width_px, 3)
        sRGB.
    kind : str
        One of `OFF_TOPIC_KINDS`.
    """
    kind = str(rng.choice(OFF_TOPIC_KINDS))
    rgb = _DRAWINGS[kind](rng, height_px, width_px)
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8), kind


def draw_histology(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw a haematoxylin-eosin slide: pink fibres, purple nuclei, an epidermis."""
    unit = max(h, w) / 300
    y, x = np.mgrid[:h, :w].astype(np.float32)
    wave = noise(rng, h, w, 60 * unit) * 10 * unit
    top = h * rng.uniform(0.1, 0.3) + wave
    skin = top + (28 + 12 * np.sin(x / (14 * unit)) + 0.5 * wave) * unit
    fibres = np.sin(y / (3.2 * unit) + 2.4 * fractal_noise(rng, h, w, 40 * unit, 3))
    eosin = 0.42 + 0.14 * fibres + 0.1 * fractal_noise(rng, h, w, 30 * unit, 2)
    layer = smoothstep(-3, 3, y - top) * smoothstep(3, -3, y - skin)
    tissue = smoothstep(-3, 3, y - top)
    haema = 0.45 * layer + 0.05
    sparse = lattice_points(rng, h, w, 15 * unit, 1.0)
    dense = lattice_points(rng, h, w, 6.5 * unit, 0.5)
    col, row = np.clip(dense.astype(int), 0, (w - 1, h - 1)).T
    dense = dense[layer[row, col] > 0.5]
    points = np.vstack([sparse, dense])
    sizes = rng.uniform(1.4, 2.6, len(points)) * unit
    nuclei = draw_discs((h, w), points, sizes, 0.9 * unit)
    haema = (haema + 0.85 * nuclei) * tissue
    eosin = np.clip(eosin, 0.05, 1) * tissue
    stain = haema[..., None] * np.float32([0.95, 1.25, 0.45])
    stain = stain + eosin[..., None] * np.float32([0.12, 0.95, 0.45])
    return np.float32([0.97, 0.96, 0.97]) * np.exp(-stain)


def draw_document(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw a photographed page: heading, lines of words, a stamp-like label."""
    paper = np.float32([0.95, 0.94, 0.90]) * np.float32(rng.uniform(0.85, 1.0))
    ink = np.zeros((h, w), np.uint8)
    pitch = max(5.0, h / rng.uniform(18, 30))
    margin = 0.09 * w
    for k, y in enumerate(np.arange(2 * pitch, h - 1.5 * pitch, pitch)):
        if k % 7 == 6:
            continue
        x, end = margin, w - margin * rng.uniform(1, 1.6)
        thick = pitch * (0.24 if k else 0.42)
        while x < end:
            word = min(rng.uniform(0.8, 4.0) * pitch, end - x)
            for letter in np.arange(x, x + word, pitch * 0.42):
                tall = thick * rng.uniform(0.75, 1.5)
                p0 = int(letter), int(y - tall)
                p1 = int(letter + pitch * 0.24), int(y + thick)
                cv2.rectangle(ink, p0, p1, int(rng.integers(110, 255)), -1)
            x += word + pitch * 0.5
    ink = blur(ink.astype(np.float32) / 255, 0.6)
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), rng.normal(0, 2.5), 0.96)
    ink = cv2.warpAffine(ink, turn, (w, h))
    light = 1 + 0.07 * noise(rng, h, w, max(h, w))
    tone = np.float32([0.13, 0.13, 0.17])
    return blend(np.broadcast_to(paper, (h, w, 3)), ink * 0.85, tone) * light[..., None]


def draw_radiograph(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw an X-ray-like chest: ribs, spine, heart, dark lungs; no colour."""
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    x = x + np.float32(rng.normal(0, 0.05))
    body = smoothstep(1.05, 0.75, np.abs(x) + 0.12 * y * y)
    grey = 0.55 * body
    for side in (-1, 1):
        lung = np.hypot((x - side * 0.38) / 0.31, (y + 0.02) / 0.68)
        grey -= 0.36 * smoothstep(1.1, 0.75, lung)
    ribs = np.sin(17 * (y + 0.42 * x * x) + rng.uniform(0, 6.3))
    grey += 0.09 * smoothstep(0.2, 0.9, ribs) * smoothstep(0.9, 0.7, np.abs(x)) * body
    spine = np.exp(-0.5 * (x / 0.08) ** 2) * (0.85 + 0.15 * np.sin(34 * y))
    heart = np.hypot((x - 0.12) / 0.26, (y - 0.28) / 0.3)
    grey += 0.22 * spine * body + 0.3 * smoothstep(1.15, 0.6, heart)
    collar = np.abs(y + 0.72 + 0.12 * np.abs(x) - 0.1 * x * x)
    grey += 0.18 * smoothstep(0.05, 0.01, collar) * smoothstep(0.85, 0.7, np.abs(x))
    grey += 0.18 * smoothstep(0.5, 0.75, y - 0.25 * np.abs(x))
    grey = blur(grey.astype(np.float32), 0.006 * max(h, w))
    grey += noise(rng, h, w, 1) * 0.012 + 0.02 * fractal_noise(rng, h, w, 12, 2)
    return np.repeat(np.clip(grey, 0.02, 1)[..., None], 3, axis=2)


def draw_landscape(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw hills under a cloudy sky."""
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, w, dtype=np.float32)[None, :]
    sky = np.float32([0.38, 0.60, 0.86]) + np.float32([0.42, 0.26, 0.08]) * y[..., None]
    rgb = np.broadcast_to(sky, (h, w, 3)).astype(np.float32)
    clouds = smoothstep(0.1, 1.6, fractal_noise(rng, h, w, max(h, w) / 4, 4))
    rgb = blend(rgb, clouds * (1 - y) * 0.9, np.ones(3))
    far, near = np.float32([0.50, 0.60, 0.66]), np.float32([0.16, 0.33, 0.13])
    for k in range(4):
        line = 0.45 + 0.13 * k
        for wave in (2.0, 5.0, 11.0):
            size = 0.09 / wave * (4 - 0.5 * k)
            line = line + size * np.sin(wave * x * 3.1 + rng.uniform(0, 6.28)) * 0.35
        cover = smoothstep(-0.004, 0.004, y - line)
        tone = far + (near - far) * (k / 3)
        leaf = 1 + (0.03 + 0.07 * k) * fractal_noise(rng, h, w, 4 + 4 * k, 3)
        rgb = blend(rgb, cover, tone * leaf[..., None])
    return rgb


def draw_chart(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw a slide with axes and bars or curves."""
    canvas = np.full((h, w, 3), 250, np.uint8)
    x0, y0 = int(0.14 * w), int(0.85 * h)
    tones = [(66, 114, 176), (221, 132, 82), (85, 168, 104), (196, 78, 82)]
    for k in range(1, 5):
        level = int(y0 - k * 0.17 * h)
        cv2.line(canvas, (x0, level), (int(0.93 * w), level), (215, 215, 215), 1)
    thick = max(1, round(max(h, w) / 220))
    if rng.random() < 0.5:
        n = int(rng.integers(4, 9))
        step = 0.78 * w / n
        for k, value in enumerate(rng.uniform(0.1, 0.7, n)):
            p0 = int(x0 + (k + 0.2) * step), int(y0 - value * h)
            p1 = int(x0 + (k + 0.85) * step), y0
            cv2.rectangle(canvas, p0, p1, tones[k % 4], -1)
    else:
        for tone in tones[: rng.integers(2, 5)]:
            values = np.cumsum(rng.normal(0.04, 0.12, 12)) + rng.uniform(0.1, 0.4)
            xs = np.linspace(x0, 0.93 * w, 12)
            ys = y0 - np.clip(values, 0, 0.72) * h
            points = np.stack([xs, ys], axis=1).astype(np.int32)
            cv2.polylines(canvas, [points], False, tone, 2 * thick, cv2.LINE_AA)
    cv2.line(canvas, (x0, int(0.1 * h)), (x0, y0), (60, 60, 60), thick)
    cv2.line(canvas, (x0, y0), (int(0.93 * w), y0), (60, 60, 60), thick)
    title = int(0.2 * w), int(0.07 * h), int(rng.uniform(0.3, 0.6) * w)
    cv2.rectangle(
        canvas, title[:2], (title[0] + title[2], int(0.1 * h)), (90, 90, 90), -1
    )
    return canvas.astype(np.float32) / 255


def draw_product(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """Draw a tube or bottle of ointment on a table, lit from one side."""
    y, x = np.mgrid[:h, :w].astype(np.float32)
    unit = min(h, w)
    u = (x - w / 2) / unit + np.float32(rng.normal(0, 0.04))
    v = (y - h / 2) / unit
    wall = (
        np.float32([0.80, 0.82, 0.84])
        * (1 - 0.25 * smoothstep(-0.5, 0.5, v))[..., None]
    )
    table = smoothstep(0.29, 0.31, v)
    rgb = blend(wall, table, np.float32([0.60, 0.52, 0.45]))
    fallen = np.exp(-(((u - 0.1) / 0.3) ** 2) - ((v - 0.36) / 0.035) ** 2)
    rgb = rgb * (1 - 0.5 * fallen)[..., None]
    half = rng.uniform(0.11, 0.19)
    round_ = np.sqrt(np.clip(1 - (u / half) ** 2, 0, 1))
    light = 0.55 + 0.45 * round_ + 0.25 * np.exp(-(((u + 0.45 * half) / 0.03) ** 2))
    edge = 1.2 / unit
    body = smoothstep(edge, -edge, np.abs(u) - half)
    body = body * smoothstep(edge, -edge, np.abs(v - 0.08) - 0.28)
    white = np.float32([0.95, 0.95, 0.93])
    tone = np.float32(rng.uniform(0.1, 0.8, 3))
    rgb = blend(rgb, body, white * light[..., None])
    label = body * (np.abs(v - 0.08) < rng.uniform(0.1, 0.2))
    rgb = blend(rgb, label * 0.95, tone * light[..., None])
    text = label * (np.sin(v * 150) > 0.35) * (np.abs(u) < 0.65 * half)
    words = rng.random((64, 64)) > 0.22  # gaps between words, line by line
    line, column = (v * (150 / 6.283) + 32.25).astype(int), (u * 45 + 32).astype(int)
    text = text * words[line % 64, column % 64]
    rgb = blend(rgb, blur(text.astype(np.float32), 0.5) * 0.8, white)
    cap = smoothstep(edge, -edge, np.abs(u) - 0.62 * half)
    cap = cap * smoothstep(edge, -edge, np.abs(v + 0.27) - 0.07)
    return blend(rgb, cap, tone * 0.8 * light[..., None])


_DRAWINGS = {
    "chart": draw_chart,
    "document": draw_document,
    "histology": draw_histology,
    "landscape": draw_landscape,
    "product": draw_product,
    "radiograph": draw_radiograph,
}
OFF_TOPIC_KINDS = tuple(_DRAWINGS)
