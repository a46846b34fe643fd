"""The painted pictures: deterministic, of the right form, and true to their facts."""

import itertools

import cv2
import numpy as np
import pytest

from helpers.data.sample.painting import drawing, fields, skin
from helpers.data.sample.painting.clinical import draw_condition_onto
from helpers.data.sample.painting.off_topic import OFF_TOPIC_KINDS

TYPES = range(1, 7)
PAIRS = list(itertools.product(drawing.REGIONS, drawing.CONDITIONS))
SIZES = [(120, 160), (150, 130), (120, 120), (167, 201)]


def lab_of(rgb):
    return cv2.cvtColor(rgb.astype(np.float32), cv2.COLOR_RGB2LAB)


def ita_deg(lab):
    return np.degrees(np.arctan2(lab[..., 0] - 50, lab[..., 2]))


def lesion(seed, dx="mel", skin_type=2, view=0, **size):
    rng = np.random.default_rng(view)
    return drawing.draw_dermoscopy(rng, dx, skin_type, lesion_seed=seed, **size)


@pytest.mark.parametrize("skin_type", TYPES)
def test_skin_lies_in_the_published_range_of_its_type(skin_type):
    low, high = skin.ITA_RANGES_DEG[skin_type]
    for seed in range(6):
        patch = skin.skin_patch(np.random.default_rng(seed), skin_type, 90, 110)
        assert patch.dtype == np.float32 and patch.shape == (90, 110, 3)
        assert patch.min() >= 0 and patch.max() <= 1
        lab = lab_of(patch)
        assert low <= ita_deg(lab.reshape(-1, 3).mean(axis=0)) <= high
        assert low <= ita_deg(lab).mean() <= high


def test_skin_types_are_ordered_from_light_to_dark():
    rng = np.random.default_rng(0)
    means = [skin.skin_patch(rng, t, 64, 64).mean() for t in TYPES]
    assert means == sorted(means, reverse=True)


def test_pigment_multiplies_and_never_paints_over():
    base = skin.skin_patch(np.random.default_rng(1), 5, 40, 40)
    darker = skin.absorb(base, melanin=np.full((40, 40), 0.5, np.float32))
    ratio = darker / base
    assert np.allclose(ratio, ratio[0, 0], atol=1e-4) and (ratio < 1).all()


@pytest.mark.parametrize("dx", drawing.DERMOSCOPY_CLASSES)
def test_dermoscopy_has_form_mask_and_facts(dx):
    for seed in range(8):
        drawn = lesion(seed, dx, seed % 6 + 1, view=seed)
        assert drawn.rgb.shape == (150, 200, 3) and drawn.rgb.dtype == np.uint8
        assert drawn.mask.shape == (150, 200) and drawn.mask.dtype == bool
        assert 0.03 <= drawn.mask.mean() <= 0.60
        low, high = skin.ITA_RANGES_DEG[drawn.skin_type]
        assert low <= drawn.ita_deg <= high
        assert drawn.condition == dx and drawn.region is None


@pytest.mark.parametrize("dx", drawing.DERMOSCOPY_CLASSES)
def test_a_lesion_differs_from_the_skin_around_it(dx):
    far = []
    for seed in range(10):
        drawn = lesion(seed, dx, seed % 6 + 1, view=seed)
        lab = lab_of(drawn.rgb / 255)
        grown = cv2.dilate(drawn.mask.astype(np.uint8), np.ones((5, 5)), iterations=5)
        ring = (grown > 0) & ~drawn.mask
        inside, outside = np.median(lab[drawn.mask], 0), np.median(lab[ring], 0)
        far.append(np.linalg.norm(inside - outside))
    assert np.median(far) > 6 and np.mean(np.array(far) > 3) >= 0.9


def test_equal_seeds_give_equal_pictures_and_others_do_not():
    for make in (
        lambda s: lesion(s, view=s).rgb,
        lambda s: (
            drawing.draw_clinical(
                np.random.default_rng(s), "hand", "ring", 3, 140, 120
            ).rgb
        ),
        lambda s: drawing.draw_off_topic(np.random.default_rng(s), 120, 140).rgb,
    ):
        assert np.array_equal(make(3), make(3))
        assert not np.array_equal(make(3), make(4))


def test_nothing_touches_the_global_random_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - that is what is tested
    lesion(0)
    after = np.random.get_state()[1]  # noqa: NPY002
    assert np.array_equal(before, after)


def signature(drawn):
    lab, mask = lab_of(drawn.rgb / 255), drawn.mask
    contrast = np.median(lab[mask], 0) - np.median(lab[~mask], 0)
    return np.r_[contrast, lab[mask].std(0), 40 * np.sqrt(mask.mean())]


def test_siblings_resemble_each_other_more_than_strangers():
    first = [lesion(s, "nv", view=2 * s) for s in range(16)]
    second = [lesion(s, "nv", view=2 * s + 1) for s in range(16)]
    gaps = np.array(
        [[np.linalg.norm(signature(a) - signature(b)) for b in second] for a in first]
    )
    strangers = gaps[~np.eye(16, dtype=bool)]
    assert np.median(np.diag(gaps)) < 0.5 * np.median(strangers)
    pairs = zip(first, second, strict=True)
    assert not any(np.array_equal(a.rgb, b.rgb) for a, b in pairs)


def test_a_scene_can_be_photographed_twice():
    views = [
        drawing.draw_clinical(
            np.random.default_rng(s), "limb", "plaque_scaly", 2, *size, scene_seed=5
        )
        for s, size in ((0, (200, 260)), (1, (180, 240)))
    ]
    small = [cv2.resize(v.rgb, (13, 10), interpolation=cv2.INTER_AREA) for v in views]
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.8
    assert views[0].ita_deg == views[1].ita_deg
    assert views[1].rgb.shape == (180, 240, 3) and all(v.mask.any() for v in views)


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_every_condition_runs_on_every_region(number):
    region, condition = PAIRS[number]
    height, width = SIZES[number % len(SIZES)]
    rng = np.random.default_rng(number)
    drawn = drawing.draw_clinical(rng, region, condition, number % 6 + 1, height, width)
    assert drawn.rgb.shape == (height, width, 3) and drawn.rgb.dtype == np.uint8
    assert drawn.mask.shape == (height, width) and drawn.mask.dtype == bool
    assert 0 < drawn.mask.mean() < 0.6
    assert (drawn.region, drawn.condition) == (region, condition)


@pytest.mark.parametrize("region", drawing.REGIONS)
def test_a_large_and_a_narrow_picture_can_be_drawn(region):
    for height, width in ((600, 400), (120, 320)):
        rng = np.random.default_rng(7)
        drawn = drawing.draw_clinical(rng, region, "wheals", 4, height, width)
        assert drawn.rgb.shape == (height, width, 3) and drawn.rgb.std() > 10


@pytest.mark.parametrize("condition", drawing.CONDITIONS)
def test_a_condition_changes_the_skin_inside_its_mask_only(condition):
    rgb = skin.skin_patch(np.random.default_rng(2), 3, 200, 200)
    everywhere = np.ones((200, 200), bool)
    everywhere[:, :40] = False
    out, mask = draw_condition_onto(
        np.random.default_rng(3), rgb, everywhere, condition
    )
    change = np.abs(out - rgb).mean(axis=2)
    assert mask.any() and not mask[:, :40].any()
    assert np.allclose(out[:, :40], rgb[:, :40], atol=1e-5)
    assert change[mask].mean() > 3 * change[~mask].mean()
    floor = 0.005 if condition == "alopecia_patch" else 0.02
    assert change[mask].mean() > floor


def layout(rgb):
    small = cv2.resize(rgb, (96, 96), interpolation=cv2.INTER_AREA)
    lab = lab_of(small / 255)
    grey = lab[..., 0]
    edge = np.hypot(
        cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    )
    maps = np.dstack([lab, edge[..., None]])
    return cv2.resize(maps, (6, 6), interpolation=cv2.INTER_AREA).ravel()


def test_regions_can_be_told_apart_by_layout():
    def sample(start, n):
        X, y = [], []
        for k, region in enumerate(drawing.REGIONS):
            for i in range(start, start + n):
                rng = np.random.default_rng([k, i])
                condition = drawing.CONDITIONS[(7 * i + k) % len(drawing.CONDITIONS)]
                drawn = drawing.draw_clinical(
                    rng, region, condition, i % 6 + 1, 160, 160
                )
                X.append(layout(drawn.rgb))
                y.append(k)
        return np.array(X), np.array(y)

    X, y = sample(0, 18)
    X_new, y_new = sample(100, 8)
    spread = X.std(0) + 1e-6
    centroids = np.array([X[y == k].mean(0) for k in range(8)]) / spread
    guess = ((X_new / spread)[:, None] - centroids[None]) ** 2
    assert (guess.sum(-1).argmin(1) == y_new).mean() > 0.4  # chance is 0.125


def test_off_topic_pictures_are_of_every_kind_and_have_no_mask():
    kinds = set()
    for seed in range(40):
        drawn = drawing.draw_off_topic(np.random.default_rng(seed), 120, 160)
        kinds.add(drawn.condition)
        assert drawn.rgb.shape == (120, 160, 3) and drawn.rgb.dtype == np.uint8
        assert not drawn.mask.any() and drawn.region is None and drawn.skin_type == 0
    assert kinds == {f"off_topic:{kind}" for kind in OFF_TOPIC_KINDS}


def test_unknown_names_are_refused_with_the_choices():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="akiec"):
        drawing.draw_dermoscopy(rng, "mole", 2, lesion_seed=0)
    with pytest.raises(ValueError, match="skin_type"):
        drawing.draw_dermoscopy(rng, "nv", 7, lesion_seed=0)
    with pytest.raises(ValueError, match="hand"):
        drawing.draw_clinical(rng, "elbow", "ring", 2, 120, 120)


@pytest.mark.parametrize("cell", [1, 3, 9, 60, 900])
def test_noise_has_its_size_and_scale(cell):
    field = fields.noise(np.random.default_rng(0), 173, 131, cell)
    assert field.shape == (173, 131) and field.dtype == np.float32
    if cell < 60:
        assert abs(field.mean()) < 0.35 and 0.6 < field.std() < 1.4
