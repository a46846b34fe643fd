"""Addresses from a table, checked before anything is opened; lost ones rebuilt.

A table of addresses is input from outside: a row may name a file, another machine of
the class room's network, or a password. `check_address` says which may be fetched.
"""

import ipaddress
import re
import socket
from collections.abc import Collection

import urllib3.util
from urllib3.exceptions import LocationParseError

from helpers.base.errors import AddressRefusedError

SCHEMES = ("http", "https")
_LAST_BITS_ARE_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "::/96")))
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215


class PrivateAddressError(AddressRefusedError):
    """The address belongs to this machine or to a private network."""


def is_public(ip: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Parameters
    ----------
    ip : str
        IPv4 or IPv6, as digits.

    Returns
    -------
    bool
        False for loopback, private, link-local, multicast and reserved ones, also
        where such an IPv4 address is wrapped in an IPv6 one.

    Raises
    ------
    ValueError
        If `ip` is no IP address.

    Examples
    --------
    >>> is_public("192.168.1.1"), is_public("::ffff:127.0.0.1"), is_public("8.8.8.8")
    (False, False, True)
    """
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address.is_site_local or address in _LOCAL_NAT64:
            return False
        if any(address in network for network in _LAST_BITS_ARE_IPV4):
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return address.is_global and not address.is_multicast


def _refuse(what: str, address: str, kind: type = AddressRefusedError) -> Exception:
    # An address with a password must not end up in a log.
    shown = re.sub(r"//[^/@\s]*@", "//***@", address[:300])
    return kind(what, where=shown, way_out="correct the address in the table")


def _literal_ip(host: str) -> str | None:
    """Return the IP that `host` spells, also in the odd ways that systems accept."""
    bare = host.strip("[]")
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        pass
    try:  # 127.1, 0x7f000001, 2130706433: what inet_aton reads, connect() opens
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None


def host_of(address: str) -> str:
    """Return the host of a checked address in lower case.

    Parameters
    ----------
    address : str
        As `check_address` returns it.

    Returns
    -------
    str
        Host without port.
    """
    return (urllib3.util.parse_url(address).host or "").lower()


def _parse(text: str) -> urllib3.util.Url:
    try:
        return urllib3.util.parse_url(text)
    except LocationParseError as error:
        raise _refuse("the address cannot be read", text) from error


def check_address(address: object, trusted: Collection[str] = ()) -> str:
    """Return `address` in normal form if it may be fetched.

    The name is not looked up here: the connection itself checks which IP it reaches
    (see `helpers.data.http`), so nothing can change in between.

    Parameters
    ----------
    address : object
        What the table says; a missing value is refused like an empty text.
    trusted : collection of str, optional
        Hosts whose IP the caller has given: not asked whether they are public.

    Returns
    -------
    str
        ``http`` or ``https`` address with its host in lower case.

    Raises
    ------
    AddressRefusedError
        Empty, another scheme, credentials, no host, a host that is not ASCII, control
        characters, a port that is none.
    PrivateAddressError
        The host is an IP address, or ``localhost``, that is not public.

    Examples
    --------
    >>> check_address("HTTP://Example.ORG/a b.jpg")
    'http://example.org/a%20b.jpg'
    """
    text = address.strip() if isinstance(address, str) else ""
    if not text:
        raise _refuse("the address is empty", "")
    if any(ord(character) < 32 or character in "\x7f\\" for character in text):
        # Libraries disagree on where the host ends when a backslash comes before it.
        raise _refuse("the address holds a control character or backslash", repr(text))
    if text.partition(":")[0].lower() not in SCHEMES:
        raise _refuse("only http and https are fetched", text)
    authority = re.split(r"[/?#]", text.partition("//")[2])[0]
    if "@" in authority:
        raise _refuse("an address with a user name or password is not fetched", text)
    if not authority.isascii():
        raise _refuse("the host is not plain ASCII; write its xn-- form", text)
    parsed = _parse(text)
    host = (parsed.host or "").lower()
    if not host or parsed.port == 0 or "%" in authority or " " in host:
        raise _refuse("the address names no host", text)
    if host not in trusted:
        ip = _literal_ip(host)
        local_name = host.rstrip(".").split(".")[-1] == "localhost"
        if local_name or (ip is not None and not is_public(ip)):
            raise _refuse(
                "the address leads to this machine or a private network",
                text,
                PrivateAddressError,
            )
    return parsed._replace(fragment=None).url
