"""The twelve labels of the Fitzpatrick17k-like data set, in 9 and in 3 partitions."""

from dataclasses import dataclass

from helpers.data.sample.planting.shots import Profile


@dataclass(frozen=True)
class Label:
    """One of the twelve labels.

    Parameters
    ----------
    profile : Profile
        How its pictures are spread.
    nine, three : str
        Its partitions, as published.
    slugs : tuple of str
        Folders of its pictures on the first host.
    """

    profile: Profile
    nine: str
    three: str
    slugs: tuple[str, ...]


def _label(name, n, nine, three, slugs, regions, conditions) -> Label:
    return Label(Profile(name, n, regions, conditions), nine, three, slugs)


_REST = "non-neoplastic"
LABELS = (
    _label(
        "psoriasis",
        50,
        "inflammatory",
        _REST,
        ("psoriasis", "psoriasis-scalp", "psoriasis-nail"),
        {"limb": 4, "trunk": 2, "scalp": 2, "nail": 1},
        {"plaque_scaly": 1},
    ),
    _label(
        "acne vulgaris",
        37,
        "inflammatory",
        _REST,
        ("acne-vulgaris", "acne_conglobata"),
        {"face": 5, "trunk": 2},
        {"papules_red": 1},
    ),
    _label(
        "eczema",
        38,
        "inflammatory",
        _REST,
        ("eczema-hand", "eczema_foot"),
        {"hand": 4, "foot": 2, "limb": 2},
        {"lichenified": 3, "vesicles": 1},
    ),
    _label(
        "vitiligo",
        33,
        "inflammatory",
        _REST,
        ("vitiligo",),
        {"face": 2, "hand": 3, "limb": 2, "trunk": 1},
        {"macules_pale": 1},
    ),
    _label(
        "epidermolysis bullosa",
        26,
        "genodermatoses",
        _REST,
        ("epidermolysis-bullosa", "epidermolysis_bullosa_dystrophica"),
        {"foot": 3, "hand": 3, "limb": 2},
        {"bullae": 4, "ulcer": 1},
    ),
    _label(
        "pyogenic granuloma",
        24,
        "benign dermal",
        "benign",
        ("pyogenic-granuloma",),
        {"face": 2, "hand": 2, "mouth": 2},
        {"vascular_red": 1},
    ),
    _label(
        "seborrheic keratosis",
        26,
        "benign epidermal",
        "benign",
        ("seborrheic-keratosis",),
        {"trunk": 4, "face": 2, "scalp": 1},
        {"keratosis_stuck_on": 1},
    ),
    _label(
        "congenital nevus",
        24,
        "benign melanocyte",
        "benign",
        ("congenital_nevus",),
        {"trunk": 3, "limb": 2, "face": 1},
        {"macules_brown": 2, "nodule_pigmented": 1},
    ),
    _label(
        "melanoma",
        26,
        "malignant melanoma",
        "malignant",
        ("melanoma", "lentigo-maligna"),
        {"limb": 3, "trunk": 2, "foot": 1, "face": 1},
        {"nodule_pigmented": 1},
    ),
    _label(
        "basal cell carcinoma",
        31,
        "malignant epidermal",
        "malignant",
        ("basal-cell-carcinoma", "basal_cell_carcinoma"),
        {"face": 5, "scalp": 1, "trunk": 1},
        {"nodule_pearly": 4, "ulcer": 1},
    ),
    _label(
        "kaposi sarcoma",
        20,
        "malignant dermal",
        "malignant",
        ("kaposi_sarcoma",),
        {"foot": 4, "limb": 3, "mouth": 1},
        {"purpura": 4, "nodule_pigmented": 1},
    ),
    _label(
        "mycosis fungoides",
        22,
        "malignant cutaneous lymphoma",
        "malignant",
        ("mycosis-fungoides",),
        {"trunk": 5, "limb": 2},
        {"plaque_scaly": 2, "ring": 1},
    ),
)
LABEL_OF = {label.profile.label: label for label in LABELS}
