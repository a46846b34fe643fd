"""What goes wrong with a request, said in one word of a short vocabulary."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3 import exceptions as trouble

from helpers.base.errors import ProjectError
from helpers.data import connections

_TRY_AGAIN = {429, 500, 502, 503, 504}
_OWN_NAME = {403, 404, 410, 429}


class FetchError(ProjectError):
    """A file was not got.

    Parameters
    ----------
    reason : str
        One word of the fixed vocabulary of `helpers.data.download`.
    what, where : str
        As for every `ProjectError`.
    status : int, optional
        HTTP status, where there was an answer.
    retry : bool, optional
        Whether trying again can help.
    retry_after_s : float, optional
        How long the server asks to wait.
    host_level : bool, optional
        Whether no connection came about: then the other rows of the host fail alike.
    """

    def __init__(
        self,
        reason: str,
        what: str,
        where: str,
        status: int | None = None,
        retry: bool = False,
        retry_after_s: float | None = None,
        host_level: bool = False,
    ) -> None:
        super().__init__(what, where=where)
        self.reason, self.status, self.retry = reason, status, retry
        self.retry_after_s, self.host_level = retry_after_s, host_level


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what caused it, through the wrappings of two libraries."""
    seen: set[int] = set()
    queue = [error]
    while queue:
        current = queue.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            inner = (getattr(current, "reason", None), *current.args)
            queue += [*inner, current.__cause__, current.__context__]


def translate(error: Exception, where: str, in_body: bool) -> FetchError:
    """Say in one word of the vocabulary what a library's exception means.

    Parameters
    ----------
    error : Exception
        From requests, urllib3 or the system.
    where : str
        The address.
    in_body : bool
        Whether the answer's headers had come.

    Returns
    -------
    FetchError
        To be raised from `error`.
    """
    chain = list(_chain(error))

    def has(*kinds: type) -> bool:
        """Tell whether one of the causes is of these kinds."""
        return any(isinstance(link, kinds) for link in chain)

    what = str(chain[-1] if len(chain) > 1 else error)[:200]
    if any(map(connections.is_certificate_error, chain)):
        return FetchError("certificate", f"the certificate is wrong: {what}", where)
    if has(requests.exceptions.ProxyError, trouble.ProxyError):
        return FetchError("proxy", what, where, retry=True, host_level=True)
    if has(trouble.NameResolutionError):
        return FetchError("dns", what, where, retry=True, host_level=True)
    if has(ConnectionRefusedError):
        return FetchError("refused", what, where, retry=True, host_level=True)
    if has(trouble.NewConnectionError):
        return FetchError("unreachable", what, where, retry=True, host_level=True)
    if has(trouble.ConnectTimeoutError):
        what = "no connection in time"
        return FetchError("timeout", what, where, retry=True, host_level=True)
    if has(trouble.ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError):
        reason = "stalled" if in_body else "timeout"
        return FetchError(reason, "the server went silent", where, retry=True)
    if has(trouble.IncompleteRead):
        return FetchError("truncated", "the body was cut short", where, retry=True)
    if has(requests.exceptions.SSLError, trouble.SSLError):
        return FetchError("tls", what, where, retry=True)
    if has(trouble.LocationParseError, requests.exceptions.InvalidURL):
        return FetchError("bad_address", what, where)
    return FetchError("reset", what, where, retry=True)


def retry_after_s(response: requests.Response) -> float | None:
    """Return how long a server asks to wait, given as a number or as a date.

    Parameters
    ----------
    response : requests.Response
        Its ``Retry-After`` header is read.

    Returns
    -------
    float or None
        Seconds from now, not negative; None where nothing readable is asked.
    """
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def by_status(response: requests.Response, where: str) -> FetchError:
    """Say what an HTTP status other than success means.

    Parameters
    ----------
    response : requests.Response
        The answer.
    where : str
        The address.

    Returns
    -------
    FetchError
        With ``retry`` for 429, 500, 502, 503 and 504.
    """
    status = response.status_code
    if status in _OWN_NAME:
        reason = str(status)
    else:
        reason = {4: "4xx", 5: "5xx"}.get(status // 100, "bad_status")
    return FetchError(
        reason,
        f"the server answered {status}",
        where,
        status=status,
        retry=status in _TRY_AGAIN,
        retry_after_s=retry_after_s(response),
    )
