"""The addresses of the Fitzpatrick17k-like rows, and which of them misbehave.

What each fault does is told by the local web server, ``server.py`` beside this file.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from helpers.base.seeds import generator_for
from helpers.data.sample.planting.labels_fitzpatrick17k import LABEL_OF

HOST_A, HOST_B = "pictures-a.example", "atlas-b.example"
DEAD_HOST = "gone-c.example"
_ROOT_A = f"http://{HOST_A}/site/images/clinical-pic"
_SHARE_B = 0.24  # as in the real table

FAULTS = {
    "404": 5,
    "410": 1,
    "403": 2,
    "500": 2,
    "503": 2,
    "500_once": 1,
    "503_once": 1,
    "429": 2,
    "429_always": 2,
    "timeout": 1,
    "stall": 1,
    "slow": 1,
    "redirect": 2,
    "redirect_loop": 1,
    "redirect_private": 1,
    "redirect_loopback": 1,
    "redirect_file": 1,
    "html": 2,
    "truncated": 2,
    "zero": 1,
    "short_body": 1,
    "no_range": 1,
    "changed": 1,
    "too_large": 1,
    "endless": 1,
    "gzip_bomb": 1,
}
"""Fault -> how many addresses have it; one lost address answers 404 besides."""

_AMBIGUOUS = "basal cell carcinoma"  # the label whose folder is spelled in two ways
_N_DEAD, _N_LOST, _N_LOST_B, _N_AMBIGUOUS, _N_NOWHERE = 10, 8, 2, 2, 2
_UNUSABLE = (
    "javascript:alert(1)",
    f"http://user:secret@{HOST_A}/x.jpg",
    f"ftp://{HOST_A}/pub/picture7.jpg",
)


def plan_addresses(
    md5: Sequence[str], labels: Sequence[str], seed: int
) -> tuple[list[str], list[str], dict]:
    """Give every row an address, lose some, and spread the faults.

    Parameters
    ----------
    md5, labels : sequence of str, shape (n,)
        The rows.
    seed : int
        The sample's seed.

    Returns
    -------
    urls : list of str
        ``""`` where lost.
    url_alphanum : list of str
        The address without punctuation, as the published table has it.
    web : dict
        What ``web.json`` holds: hosts, dead_hosts, hidden, faults.
    """
    rng = generator_for(seed, "fitzpatrick17k", "web")
    roles = _deal_roles(rng, labels)
    urls = _write_addresses(rng, roles, labels)
    lost = [role.startswith("lost") for role in roles]
    shown = ["" if gone else url for gone, url in zip(lost, urls, strict=True)]
    hidden = {
        u: m for u, m, role in zip(urls, md5, roles, strict=True) if "served" in role
    }
    usable = [u for u, r in zip(urls, roles, strict=True) if r in ("a", "b")]
    kinds = [kind for kind, n in FAULTS.items() for _ in range(n)]
    chosen = rng.choice(len(usable), len(kinds), replace=False)
    faults = {usable[k]: kind for k, kind in zip(chosen, kinds, strict=True)}
    faults[next(iter(hidden))] = "404"
    web = {
        "schema": 1,
        "hosts": [HOST_A, HOST_B],
        "dead_hosts": [DEAD_HOST],
        "hidden": hidden,
        "faults": faults,
    }
    return shown, [squeeze(url) for url in urls], web


def squeeze(url: str) -> str:
    """Return an address as ``url_alphanum`` has it.

    Parameters
    ----------
    url : str
        The address.

    Returns
    -------
    str
        Letters and digits, and ``.jpg`` behind them.

    Examples
    --------
    >>> squeeze("http://atlas-b.example/img?imageId=17")
    'httpatlasbexampleimgimageId17.jpg'
    """
    return re.sub("[^A-Za-z0-9]", "", url) + ".jpg"


def _deal_roles(rng: np.random.Generator, labels: Sequence[str]) -> list[str]:
    """Say of every row where it lies and whether its address is lost."""
    roles = ["b" if rng.random() < _SHARE_B else "a" for _ in labels]
    order = [int(k) for k in rng.permutation(len(labels))]
    ambiguous = [k for k in order if labels[k] == _AMBIGUOUS]
    others = iter([k for k in order if labels[k] != _AMBIGUOUS])
    for k in ambiguous:
        roles[k] = "a"  # both spellings of its folder shall be seen
    for k in ambiguous[:_N_AMBIGUOUS]:
        roles[k] = "lost ambiguous"
    amounts = {
        "lost a, served": _N_LOST,
        "lost b, served": _N_LOST_B,
        "lost nowhere": _N_NOWHERE,
        "dead": _N_DEAD,
        "unusable": len(_UNUSABLE),
    }
    for role, n in amounts.items():
        for _ in range(n):
            roles[next(others)] = role
    return roles


def _write_addresses(
    rng: np.random.Generator, roles: Sequence[str], labels: Sequence[str]
) -> list[str]:
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    image_ids = iter(rng.permutation(9000) + 1000)
    unusable = iter(_UNUSABLE)
    urls = []
    for role, label in zip(roles, labels, strict=True):
        slugs = LABEL_OF[label].slugs
        slug = slugs[int(rng.integers(len(slugs)))]
        n = next(numbers[squeeze(slug)])  # two spellings never share a number
        if role in ("b", "lost b, served"):
            urls.append(f"http://{HOST_B}/img?imageId={next(image_ids)}")
        elif role == "dead":
            urls.append(f"http://{DEAD_HOST}/{slug}/{n}.jpg")
        elif role == "unusable":
            urls.append(next(unusable))
        elif role == "lost nowhere":
            urls.append(f"http://{HOST_A}/archive/1998/slide{next(image_ids)}.jpg")
        else:
            urls.append(f"{_ROOT_A}/{slug[0]}/{slug}/{slug}{n}.jpg")
    return urls
