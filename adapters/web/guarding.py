"""What holds for every request: our own host, safe headers, civil error pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.web import pages
from adapters.web.inbound import BadRequestError, TooLongError
from adapters.web.limits import TooOftenError

MOST_BYTES = 512 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PROBES = ("/healthz", "/readyz")
"""Asked by whatever runs the process, by an address of its own."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LASTING = {"Strict-Transport-Security": "max-age=31536000"}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the site is reached, and what follows from that.

    Attributes:
        public_url: As browsers know it, `https://headnote.school.example`; empty for
            the demo, which is at any loopback address.

    """

    public_url: str = ""

    @property
    def demo(self) -> bool:
        """Whether it is the demo: without sign-in, on this machine only."""
        return not self.public_url

    @property
    def secure(self) -> bool:
        """Whether it is reached by TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def headers(self) -> Mapping[str, str]:
        """What every response carries."""
        return HEADERS | LASTING if self.secure else HEADERS

    def serves(self, host: str) -> bool:
        """Whether a request's Host is ours."""
        if self.demo:
            return hostname(f"http://{host}") in LOOPBACK
        return f"{self._scheme}://{host.lower()}" in self._origins

    def ours(self, origin: str, host: str) -> bool:
        """Whether a form's Origin is ours."""
        if self.demo:
            return origin == f"http://{host}"
        return origin in self._origins

    @property
    def _scheme(self) -> str:
        return urlsplit(self.public_url).scheme

    @property
    def _origins(self) -> tuple[str, str]:
        """The site's origin, as it is written and as browsers send it."""
        port = ":443" if self.secure else ":80"
        named = self.public_url.lower()
        return named, named.removesuffix(port)


def hostname(url: str) -> str:
    """A URL's host in lower case, without brackets and port; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def guarded(place: Place) -> Middleware:
    """A middleware: own hosts only, security headers, civil error pages."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path not in PROBES and not place.serves(request.host):
                response: web.StreamResponse = _page(
                    place, 400, "Nothing here", "There is no such site on this machine."
                )
            else:
                response = await handler(request)
        except web.HTTPException as error:
            if error.status < 400:  # noqa: PLR2004
                error.headers.update(place.headers)
                raise
            response = _refused(place, error.status)
        except BadRequestError as error:
            response = _bad(place, error)
        except TooOftenError as error:
            text = "That was a little fast. Wait a moment, then try again."
            response = _page(place, 429, "Please wait", text)
            response.headers["Retry-After"] = str(error.wait)
        except Exception:  # noqa: BLE001 - the boundary: logged, then a civil page
            # The route, not the path: a sign-in link's path is a secret.
            resource = request.match_info.route.resource
            _log.exception("web.failed", route=resource.canonical if resource else "")
            text = "Something broke on our side, and nothing was done."
            response = _page(place, 500, "That did not work", text)
        response.headers.update(place.headers)
        return response

    return guard


def _refused(place: Place, status: int) -> web.StreamResponse:
    if status == 413:  # noqa: PLR2004
        return _too_long(place)
    return _page(place, status, "Nothing here", "The page is at the start.")


def _bad(place: Place, error: BadRequestError) -> web.StreamResponse:
    if isinstance(error, TooLongError):
        return _too_long(place)
    text = f"Nothing was sent: {error}. Open the page again."
    return _page(place, 400, "That did not work", text)


def _too_long(place: Place) -> web.StreamResponse:
    return _page(place, 413, "That was too long", "A few sentences will do, please.")


def _page(place: Place, status: int, title: str, text: str) -> web.Response:
    html = pages.trouble(title, text, demo=place.demo)
    return web.Response(status=status, text=html, content_type="text/html")
