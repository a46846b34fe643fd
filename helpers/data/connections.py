"""Connections that reach the public internet only, checked where they connect.

Looking a name up, judging the answer and then connecting by name would leave a gap: the
second look-up may answer otherwise. Here the IP that was judged is the one connected.
"""

import logging
import os
import socket
import ssl
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from threading import Timer

import requests
import requests.adapters
import requests.utils
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from helpers.data.addresses import PrivateAddressError, host_of, is_public

Resolve = Mapping[str, tuple[str, int]]
"""Host in lower case -> (IP, port) to connect to instead, as ``curl --resolve``."""

USER_AGENT = "dermatology-street/0.1 (teaching notebooks; polite downloader) " + (
    requests.utils.default_user_agent()
)


def _private(host: str) -> PrivateAddressError:
    return PrivateAddressError(
        "the host's name leads to this machine or a private network",
        where=host,
        way_out="correct the address in the table",
    )


class _Guarded:
    """Mixed into urllib3's connections: public peers only, headers bounded in time."""

    resolve: Resolve = {}
    limit_s = 120.0

    def _new_conn(self) -> socket.socket:
        try:
            sock = self._connect()
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{self.host} did not answer") from error
        except OSError as error:
            raise NewConnectionError(self, f"no connection: {error}") from error
        for option in self.socket_options or ():
            sock.setsockopt(*option)
        return sock

    def _connect(self) -> socket.socket:
        given = self.resolve.get(self.host.lower())
        if given is not None:
            return socket.create_connection(given, timeout=self.timeout)
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        public = [entry for entry in found if is_public(entry[4][0])]
        if not public:
            raise _private(self.host)
        last_error: OSError | None = None
        for family, kind, protocol, _, place in public:
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError as error:  # a system without IPv6
                last_error = error
                continue
            try:
                sock.settimeout(self.timeout)
                sock.connect(place)
                if not is_public(sock.getpeername()[0]):
                    raise _private(self.host)
                return sock
            except OSError as error:
                sock.close()
                last_error = error
            except PrivateAddressError:
                sock.close()
                raise
        raise last_error

    def getresponse(self):  # noqa: ANN201 - urllib3's own
        """Wait for the answer, but no longer than a body may take."""
        # The socket's time-out begins anew with every byte; one that sends a header a
        # byte at a time would hold the worker for hours.
        sock, cut = self.sock, []

        def hang_up() -> None:
            """End the wait from another thread."""
            cut.append(True)
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                pass

        timer = Timer(self.limit_s, hang_up)
        timer.daemon = True
        timer.start()
        slow = ReadTimeoutError(None, self.host, "headers too slow")
        try:
            response = super().getresponse()
        except Exception as error:
            if cut:
                raise slow from error
            raise
        finally:
            timer.cancel()
        if cut:  # half a header reads like a whole one that ends here
            response.close()
            raise slow
        return response


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, resolve: Resolve, limit_s: float, n_connections: int) -> None:
        own = {"resolve": dict(resolve), "limit_s": limit_s}
        plain = type("GuardedHTTP", (_Guarded, HTTPConnection), own)
        secure = type("GuardedHTTPS", (_Guarded, HTTPSConnection), own)
        self._pools = {
            "http": type("HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type(
                "HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}
            ),
        }
        super().__init__(pool_maxsize=n_connections)

    def init_poolmanager(self, *args: object, **options: object) -> None:
        """Make the pools whose connections check their peer."""
        # Proxies have managers of their own: there the peer is the configured proxy.
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools


def open_session(
    resolve: Resolve, limit_s: float, n_connections: int
) -> requests.Session:
    """Return a session whose direct connections reach public hosts only.

    Certificates are always checked. A configured bundle (``REQUESTS_CA_BUNDLE``) is
    used; no setting turns the check off. No cookies, no passwords from ``.netrc``.

    Parameters
    ----------
    resolve : mapping of str to (str, int)
        Hosts to connect to at a given place; only there this machine is allowed.
    limit_s : float
        Seconds for an answer's headers, however the bytes come.
    n_connections : int
        Connections kept open per host.

    Returns
    -------
    requests.Session
        For `proxies_for` and requests without redirects.
    """
    # What it would log on standard error (odd headers), the table of fates says.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    session = requests.Session()
    session.trust_env = False  # it would read .netrc and send what it finds
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    session.verify = bundle or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Identity: what is counted is what is stored, and no gzip bomb unpacks.
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    adapter = _Adapter(resolve, limit_s, n_connections)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def proxies_for(address: str, resolve: Resolve) -> dict[str, str]:
    """Return the configured proxies for `address`, none for a host in `resolve`.

    Parameters
    ----------
    address : str
        A checked address.
    resolve : mapping of str to (str, int)
        Hosts that are connected to directly.

    Returns
    -------
    dict of str to str
        As requests takes it.
    """
    if host_of(address) in resolve:
        return {}
    return requests.utils.get_environ_proxies(address)


def is_certificate_error(error: BaseException) -> bool:
    """Tell whether `error` says that a certificate is wrong.

    Parameters
    ----------
    error : BaseException
        From the chain of a failed request.

    Returns
    -------
    bool
        False for other trouble with TLS.
    """
    return isinstance(error, ssl.SSLCertVerificationError)
