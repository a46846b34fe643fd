"""Which addresses may be fetched, and how lost ones are rebuilt."""

import ipaddress

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_web import alphanum

from helpers.base.errors import AddressRefusedError
from helpers.data import rebuilding
from helpers.data.addresses import (
    PrivateAddressError,
    check_address,
    host_of,
    is_public,
)

LABELS = ["lichen-planus", "lichen_ruber", "acne-vulgaris", "pityriasis_rosea"]
ROOT = "https://www.atlas.example/site/pic/"


def known(label: str, number: int) -> str:
    return f"{ROOT}{label[0]}/{label}/{label}{number}.jpg"


@pytest.mark.parametrize(
    ("given_address", "normal"),
    [
        (" http://Example.org ", "http://example.org"),
        ("https://example.org:8443/a?b=1#c", "https://example.org:8443/a?b=1"),
        ("http://xn--bcher-kva.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://8.8.8.8/x.jpg", "http://8.8.8.8/x.jpg"),
        ("http://example.org/@user", "http://example.org/@user"),
    ],
)
def test_good_addresses_come_back_in_normal_form(given_address, normal):
    assert check_address(given_address) == normal


@pytest.mark.parametrize(
    "address",
    [
        *("", "  ", None, float("nan"), 7),
        *("javascript:alert(1)", "file:///etc/hosts", "ftp://example.org/x"),
        *("//example.org/x", "example.org/x", "http:", "http://", "http:///x"),
        *("http://user:secret@example.org/x", "http://user@example.org/"),
        *("http://bücher.example/x", "http://example.org:0/", "http://a:99999/"),
        *("http://exam ple.org/", "http://a.org/\nHost: b", "http://[::1"),
        "http://%61",
        "http://public.org\\@127.0.0.1/",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(AddressRefusedError):
        check_address(address)


def test_a_password_is_not_repeated_in_the_error():
    with pytest.raises(AddressRefusedError) as caught:
        check_address("http://user:secret@example.org/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.0.1", "172.16.5.5", "169.254.169.254"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "100.64.0.1"),
        *("[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:10.0.0.1]"),
        *("[64:ff9b::127.0.0.1]", "[2002:7f00:1::]"),
        *(
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.1",
            "2130706433",
            "0x7f000001",
        ),
    ],
)
def test_private_hosts_are_refused_however_they_are_spelled(host):
    with pytest.raises(PrivateAddressError):
        check_address(f"http://{host}/x.jpg")


def test_a_host_that_the_caller_placed_is_trusted():
    assert check_address("http://127.0.0.1/x", {"127.0.0.1"}) == "http://127.0.0.1/x"


@given(st.ip_addresses())
def test_no_address_outside_the_public_internet_passes(ip):
    if is_public(str(ip)):
        assert ip.is_global and not ip.is_multicast and not ip.is_loopback
        wrapped = getattr(ip, "ipv4_mapped", None)
        assert wrapped is None or wrapped.is_global


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_when_wrapped(ip):
    mapped = ipaddress.IPv6Address(f"::ffff:{ip}")
    assert is_public(str(ip)) == is_public(str(mapped))


def test_host_of():
    assert host_of("http://Example.ORG:80/x") == "example.org"


def patterns() -> rebuilding.Patterns:
    urls = [known(label, number) for label in LABELS for number in (1, 7)]
    return rebuilding.learn_patterns([*urls, "http://b.example/img?imageId=17"])


@given(st.sampled_from(LABELS), st.integers(0, 10**6))
def test_an_address_in_a_known_folder_is_rebuilt(label, number):
    url = known(label, number)
    assert rebuilding.rebuild_address(alphanum(url), patterns()) == [url]


def test_a_number_behind_a_name_is_rebuilt():
    url = "http://b.example/img?imageId=2409"
    assert rebuilding.rebuild_address(alphanum(url), patterns()) == [url]
    # The published table has a "www" that the address has not.
    form = "httpwwwbexampleimgimageId2409.jpg"
    assert rebuilding.rebuild_address(form, patterns()) == [url]


def test_a_new_folder_has_one_candidate_per_separator():
    truth = known("lichen-rosea", 3)
    candidates = rebuilding.rebuild_address(alphanum(truth), patterns())
    assert candidates == [truth, known("lichen_rosea", 3)]


def test_two_folders_that_squeeze_alike_are_ambiguous():
    both = [known("lichen-planus", 1), known("lichen_planus", 1)]
    found = rebuilding.rebuild_address(
        alphanum(both[0]), rebuilding.learn_patterns(both)
    )
    assert found == both


def test_a_slug_that_ends_in_a_digit_keeps_all_readings():
    both = [f"{ROOT}t/type-{end}.jpg" for end in ("2-5", "a7")]
    found = rebuilding.rebuild_address(
        alphanum(f"{ROOT}t/type-2-31.jpg"), rebuilding.learn_patterns(both)
    )
    assert f"{ROOT}t/type-2-31.jpg" in found


@pytest.mark.parametrize("form", ["", None, float("nan"), "httpelsewhere1jpg.jpg", "x"])
def test_what_fits_nothing_has_no_candidate(form):
    assert rebuilding.rebuild_address(form, patterns()) == []


def test_scores_of_hidden_addresses_are_known_answers():
    urls = [known("acne-vulgaris", 1), known("acne-vulgaris", 2), "http://c.org/only9"]
    forms = [alphanum(url) for url in urls]
    one = rebuilding.score_rebuilding(urls, forms)
    assert (one["right"], one["none"], one["rows"]) == (2, 1, 3)
    whole = rebuilding.score_rebuilding(urls, forms, whole_folder=True)
    assert (whole["right"], whole["none"]) == (0, 3)


def test_known_answers_of_the_real_table(real_data):
    table = pd.read_csv(real_data / "fitzpatrick17k" / "fitzpatrick17k.csv")
    full, lost = table[table["url"].notna()], table[table["url"].isna()]
    urls, forms = full["url"].tolist(), full["url_alphanum"].tolist()
    score = rebuilding.score_rebuilding(urls, forms)
    assert score["right"] >= 0.998 * len(urls)
    assert score["wrong"] == 0
    learned = rebuilding.learn_patterns(urls)
    counts = [
        len(rebuilding.rebuild_address(form, learned)) for form in lost["url_alphanum"]
    ]
    assert (len(counts), counts.count(2), counts.count(0)) == (41, 35, 6)
