"""A browser without scripts: keeps cookies, follows redirects, fills in forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from aiohttp import DummyCookieJar
from aiohttp.test_utils import BaseTestServer, TestClient


@dataclass
class Pressed:
    """A button: its words, and what pressing it adds to its form."""

    label: str
    name: str
    value: str


@dataclass
class OnPage:
    """A form as a browser sees it: controls inside it or associated by id."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Pressed] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects the forms of a page, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[OnPage] = []
        self.text: list[str] = []
        self.orphans: list[tuple[str, Pressed]] = []
        self._named: dict[str, OnPage] = {}
        self._inside: OnPage | None = None
        self._button: tuple[str, Pressed] | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._inside = OnPage(given["action"])
                self.forms.append(self._inside)
                self._named[given.get("id", "")] = self._inside
            case "button":
                pressed = Pressed("", given.get("name", ""), given.get("value", ""))
                self._button = (given.get("form", ""), pressed)
            case "input" if self._inside:
                self._inside.fields[given["name"]] = given.get("value", "")
            case "textarea" if self._inside:
                self._area = given["name"]
                self._inside.fields[self._area] = ""
            case "select" if self._inside:
                self._select = given["name"]
            case "option" if self._inside and self._select:
                if "selected" in given or self._select not in self._inside.fields:
                    self._inside.fields[self._select] = given["value"]
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._inside = None
            case "button" if self._button:
                owner, pressed = self._button
                if owner:
                    self.orphans.append((owner, pressed))
                elif self._inside:
                    self._inside.buttons.append(pressed)
                self._button = None
            case "textarea":
                self._area = ""
            case "select":
                self._select = ""
            case _:
                pass

    def handle_data(self, data: str) -> None:
        if self._button:
            self._button[1].label += data
        if self._area and self._inside:
            self._inside.fields[self._area] += data.removeprefix("\n")
        else:
            self.text.append(data)

    def done(self) -> None:
        for owner, pressed in self.orphans:
            self._named[owner].buttons.append(pressed)


class Surfer:
    """One browser, and the page that it shows."""

    def __init__(self, server: BaseTestServer, base: str = "") -> None:
        self._client: TestClient[Any, Any] = TestClient(
            server, cookie_jar=DummyCookieJar()
        )
        self._base = base
        self.cookies: dict[str, str] = {}
        self.page = ""
        self.path = ""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.set_cookies: list[str] = []

    async def get(self, path: str, **headers: str) -> str:
        """Open a page."""
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, data: dict[str, str], **headers: str) -> str:
        """Send a form, and follow where it leads."""
        return await self._ask("POST", path, data, headers)

    async def raw(self, path: str, body: bytes, kind: str) -> int:
        """Post a body of any kind."""
        headers = self._headers({"Content-Type": kind})
        response = await self._client.post(path, data=body, headers=headers)
        self.page = await response.text()
        return response.status

    async def once(self, path: str, data: dict[str, str]) -> str:
        """Post a form without following; returns the cookie that is set."""
        response = await self._client.post(
            path, data=data, headers=self._headers({}), allow_redirects=False
        )
        return response.headers["Set-Cookie"]

    async def close(self) -> None:
        await self._client.close()

    @property
    def text(self) -> str:
        """The page's words, without markup."""
        return " ".join(" ".join(self._read().text).split())

    @property
    def labels(self) -> list[str]:
        """The words on all buttons."""
        return [b.label for form in self._read().forms for b in form.buttons]

    def form(self, label: str) -> tuple[OnPage, Pressed]:
        """The last button with these words, and its form."""
        for form in reversed(self._read().forms):
            for button in reversed(form.buttons):
                if button.label == label:
                    return form, button
        raise AssertionError(f"no button {label!r} among {self.labels}")

    async def press(self, label: str, **filled: str) -> str:
        """Press a button, its form filled in; names are the bot's own."""
        form, button = self.form(label)
        data = dict(form.fields)
        for name, value in filled.items():
            known = f"f.{name}" if f"f.{name}" in data else name
            assert known in data, f"no field {name} in {sorted(data)}"
            data[known] = value
        if button.name:
            data[button.name] = button.value
        return await self.post(form.action, data)

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.page)
        reader.done()
        return reader

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        if not self.cookies:
            sent = {}
        if self._base:
            sent |= {"Host": urlsplit(self._base).netloc, "Origin": self._base}
        return sent | {name.replace("_", "-"): value for name, value in more.items()}

    async def _ask(
        self, method: str, path: str, data: dict[str, str] | None, more: dict[str, str]
    ) -> str:
        while True:
            response = await self._client.request(
                method,
                path,
                data=data,
                headers=self._headers(more),
                allow_redirects=False,
            )
            self.set_cookies = response.headers.getall("Set-Cookie", [])
            for name, morsel in response.cookies.items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
            if response.status not in (302, 303):
                break
            path = urljoin(path, response.headers["Location"]).partition("#")[0]
            method, data = "GET", None
        self.path, self.status = path, response.status
        self.headers = dict(response.headers)
        self.page = await response.text()
        return self.page
