"""DermNet's 23 classes, apart from its loader: knowing them needs no pandas."""

import re

CLASSES = (
    "Acne and Rosacea Photos",
    "Actinic Keratosis Basal Cell Carcinoma and other Malignant Lesions",
    "Atopic Dermatitis Photos",
    "Bullous Disease Photos",
    "Cellulitis Impetigo and other Bacterial Infections",
    "Eczema Photos",
    "Exanthems and Drug Eruptions",
    "Hair Loss Photos Alopecia and other Hair Diseases",
    "Herpes HPV and other STDs Photos",
    "Light Diseases and Disorders of Pigmentation",
    "Lupus and other Connective Tissue diseases",
    "Melanoma Skin Cancer Nevi and Moles",
    "Nail Fungus and other Nail Disease",
    "Poison Ivy Photos and other Contact Dermatitis",
    "Psoriasis pictures Lichen Planus and related diseases",
    "Scabies Lyme Disease and other Infestations and Bites",
    "Seborrheic Keratoses and other Benign Tumors",
    "Systemic Disease",
    "Tinea Ringworm Candidiasis and other Fungal Infections",
    "Urticaria Hives",
    "Vascular Tumors",
    "Vasculitis Photos",
    "Warts Molluscum and other Viral Infections",
)
"""The 23 class folders, spelled as on Kaggle."""


def plain_name(name: str) -> str:
    """Return a class name without what its spellings differ in.

    Parameters
    ----------
    name : str
        As on Kaggle (``"Eczema Photos"``) or on dermnet.com (``"Eczema"``).

    Returns
    -------
    str
        Lower-case words, without punctuation, "photos" and "pictures".

    Examples
    --------
    >>> plain_name("Psoriasis pictures Lichen Planus and related diseases")
    'psoriasis lichen planus and related diseases'
    """
    words = re.findall(r"\w+", name.lower())
    return " ".join(word for word in words if word not in {"photos", "pictures"})
