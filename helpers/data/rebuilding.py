"""Lost addresses rebuilt from what is left of them and from the addresses beside them.

Fitzpatrick17k gives some rows no ``url`` but a ``url_alphanum``: the address without
its punctuation. What was taken out is learned from the rows that have both.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TO_LAST_DIGIT = re.compile(r"(.*\d)?", re.DOTALL)
_DOUBLED = re.compile(
    r"^(?P<root>https?://.+/)(?P<letter>\w)/(?P<slug>[^/]+)/(?P=slug)\d*(?P<end>\.\w+)$"
)


def squeeze(address: str) -> str:
    """Return `address` as the published table squeezes it.

    Parameters
    ----------
    address : str
        Any text.

    Returns
    -------
    str
        Letters and digits only, no scheme, no leading ``www``.

    Examples
    --------
    >>> squeeze("https://www.example.org/a/acne-vulgaris/acne-vulgaris7.jpg")
    'exampleorgaacnevulgarisacnevulgaris7jpg'
    """
    bare = re.sub(r"^https?://(www\.)?", "", address)
    return re.sub(r"[^A-Za-z0-9]", "", bare)


@dataclass(frozen=True)
class Patterns:
    """What known addresses teach about the ones that are lost.

    Attributes
    ----------
    stems : dict of str to set of (str, str)
        Squeezed text before the picture's number -> what stood before and after it.
    ends : tuple of str
        Squeezed endings seen behind the number, as ``"jpg"``; the longest first.
    roots : dict of str to set of (str, str)
        Squeezed beginning -> beginning and ending of addresses that go on as
        ``<letter>/<slug>/<slug><number>``.
    words, separators : frozenset of str, tuple of str
        Words of the slugs in lower case, and what stood between them.
    """

    stems: dict[str, set[tuple[str, str]]]
    ends: tuple[str, ...]
    roots: dict[str, set[tuple[str, str]]]
    words: frozenset[str]
    separators: tuple[str, ...]


def _stem_of(url: str) -> tuple[str, str]:
    """Return what stands before and after the last number of `url`."""
    stop = _TO_LAST_DIGIT.match(url).end() or len(url)
    return url[:stop].rstrip("0123456789"), url[stop:]


def learn_patterns(known_urls: Iterable[str]) -> Patterns:
    """Learn how the hosts of a table write their addresses.

    Parameters
    ----------
    known_urls : iterable of str
        The addresses that the table does have.

    Returns
    -------
    Patterns
        For `rebuild_address`.
    """
    # A folder teaches the same however many of its pictures the table names.
    one_each = {_stem_of(url): url for url in known_urls}
    stems, roots = defaultdict(set), defaultdict(set)
    words, separators = set(), Counter()
    for (before, after), url in one_each.items():
        stems[squeeze(before)].add((before, after))
        if doubled := _DOUBLED.match(url):
            roots[squeeze(doubled["root"])].add((doubled["root"], doubled["end"]))
            words.update(re.split(r"[^A-Za-z0-9]+", doubled["slug"].lower()))
            separators.update(re.findall(r"[^A-Za-z0-9]+", doubled["slug"]))
    ends = {squeeze(after) for choices in stems.values() for _, after in choices}
    return Patterns(
        stems=dict(stems),
        ends=tuple(sorted(ends, key=len, reverse=True)),
        roots=dict(roots),
        words=frozenset(words - {""}),
        separators=tuple(mark for mark, _ in separators.most_common()),
    )


def _bare_forms(url_alphanum: str) -> list[str]:
    """Return what `url_alphanum` can be without ``.jpg``, scheme and ``www``."""
    text = re.sub(r"[^A-Za-z0-9]", "", re.sub(r"\.jpg$", "", url_alphanum))
    forms = [text]
    for opening in ("http", "s", "www"):  # "https" and "httpsite" begin alike
        forms += [
            form.removeprefix(opening) for form in forms if form.startswith(opening)
        ]
    return forms


def _number_splits(form: str, ends: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return every (before, number, end) that `form` can be, longest number first."""
    splits = []
    for end in ends:
        if not form.endswith(end):
            continue
        body = form.removesuffix(end)
        n_digits = len(body) - len(body.rstrip("0123456789"))
        for n in range(n_digits, -1, -1):  # "dowling2" + "7" and "dowling" + "27"
            cut = len(body) - n
            splits.append((body[:cut], body[cut:], end))
    return splits


def _same_folder(form: str, patterns: Patterns) -> set[str]:
    """Return addresses whose folder another row has."""
    return {
        f"{known}{number}{after}"
        for before, number, end in _number_splits(form, patterns.ends)
        for known, after in patterns.stems.get(before, ())
        if squeeze(after) == end
    }


def _segment(text: str, words: frozenset[str]) -> list[list[str]]:
    """Return the ways to cut `text` into known words, the fewest words first."""
    ways: list[list[list[str]]] = [[[]]]
    for stop in range(1, len(text) + 1):
        here = [
            [*way, text[start:stop]]
            for start in range(stop)
            if text[start:stop].lower() in words
            for way in ways[start]
        ]
        ways.append(sorted(here, key=len)[:4])
    return ways[-1]


def _new_folder(form: str, patterns: Patterns) -> set[str]:
    """Return addresses in a folder that no row has, spelled from known words."""
    found = set()
    for root, choices in patterns.roots.items():
        rest = form.removeprefix(root) if form.startswith(root) else ""
        for before, number, end in _number_splits(rest, patterns.ends):
            letter, slug = before[:1], before[1 : 1 + len(before) // 2]
            if not slug or before != letter + slug + slug:
                continue
            spelled = {
                mark.join(way)
                for way in _segment(slug, patterns.words)
                for mark in patterns.separators
            }
            found |= {
                f"{known}{letter}/{spelling}/{spelling}{number}{after}"
                for known, after in choices
                if squeeze(after) == end
                for spelling in spelled
            }
    return found


def rebuild_address(url_alphanum: object, patterns: Patterns) -> list[str]:
    """Return the addresses that `url_alphanum` can have been.

    First a folder that other rows share; only where there is none, a new folder
    spelled from the words and separators of the others, which is seldom certain.

    Parameters
    ----------
    url_alphanum : object
        The address without punctuation; a missing value has no candidates.
    patterns : Patterns
        From `learn_patterns`.

    Returns
    -------
    list of str
        Sorted; one element where the answer is unambiguous.

    Examples
    --------
    >>> known = ["http://a.org/pic/p/lichen-planus/lichen-planus1.jpg"]
    >>> rebuild_address(
    ...     "httpaorgpicplichenplanuslichenplanus12jpg.jpg", learn_patterns(known)
    ... )
    ['http://a.org/pic/p/lichen-planus/lichen-planus12.jpg']
    """
    text = url_alphanum if isinstance(url_alphanum, str) else ""
    for search in (_same_folder, _new_folder):
        found = {url for form in _bare_forms(text) for url in search(form, patterns)}
        if found:
            return sorted(found)
    return []


def score_rebuilding(
    urls: Sequence[str], alphanums: Sequence[str], whole_folder: bool = False
) -> dict[str, int]:
    """Hide known addresses one at a time, rebuild them and count how it went.

    Parameters
    ----------
    urls, alphanums : sequence of str, shape (n,)
        The rows that have both.
    whole_folder : bool, optional
        Hide all rows of the same folder together, as happened to the lost ones.

    Returns
    -------
    dict of str to int
        ``rows``; ``right``, ``wrong``, ``ambiguous`` and ``none`` add up to it;
        ``ambiguous_with_truth`` of the ambiguous hold the true address.
    """
    stems = list(map(_stem_of, urls))
    one_each, n_sharing = dict(zip(stems, urls, strict=True)), Counter(stems)
    everything = learn_patterns(urls)
    # Hiding one row of a folder that keeps others changes nothing that is learned.
    without = {
        stem: learn_patterns(u for s, u in one_each.items() if s != stem)
        for stem in one_each
        if whole_folder or n_sharing[stem] == 1
    }
    outcomes = ("right", "wrong", "ambiguous", "none", "ambiguous_with_truth")
    counts = dict.fromkeys(outcomes, 0)
    rows = zip(urls, alphanums, stems, strict=True)
    if whole_folder:  # every row of a folder then meets the same patterns
        rows = {row[-1]: row for row in rows}.values()
    for url, alphanum, stem in rows:
        n_rows = n_sharing[stem] if whole_folder else 1
        candidates = rebuild_address(alphanum, without.get(stem, everything))
        if len(candidates) == 1:
            counts["right" if candidates[0] == url else "wrong"] += n_rows
        else:
            counts["ambiguous" if candidates else "none"] += n_rows
            counts["ambiguous_with_truth"] += n_rows * (url in candidates)
    return {"rows": len(urls), **counts}
