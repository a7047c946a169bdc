"""The page over HTTP, as a browser and as a stranger would use it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from adapters.library import Library
from adapters.main import build_app
from adapters.settings import Settings
from tests.fakes import noon

Client = TestClient[Any, Any]


@pytest.fixture
async def client(aiohttp_client: Callable[..., Any], small_library: Library) -> Client:
    made: Client = await aiohttp_client(build_app(small_library, Settings(), noon))
    return made


async def fields(client: Client) -> dict[str, str]:
    html = await (await client.get("/")).text()
    found = re.findall(r'name="(csrf|turn)" value="([^"]+)"', html)
    return dict(found)


async def choose(client: Client) -> None:
    form = await fields(client)
    form["school"] = "oakfield"
    assert (await client.post("/school", data=form)).status == 200


async def ask(client: Client, text: str, **more: str) -> str:
    form = await fields(client) | {"question": text} | more
    return await (await client.post("/ask", data=form)).text()


async def test_a_newcomer_is_asked_for_their_school(client: Client) -> None:
    html = await (await client.get("/")).text()

    assert "Choose your school" in html
    assert "Oakfield School" in html
    assert 'name="question"' not in html


async def test_a_question_gets_its_answer_clause_and_footer(client: Client) -> None:
    await choose(client)
    html = await ask(client, "can I name my school in my bio")

    assert "You are advised not to name the school" in html
    assert "Clause 2.10," in html
    assert "our summary" in html
    assert "due for review by May 2025" in html
    assert 'id="latest"' in html


async def test_a_button_of_the_latest_reply_answers_its_question(
    client: Client,
) -> None:
    await choose(client)
    html = await ask(client, "a mum added me on facebook")
    action = re.findall(r'name="action" value="([^"]+:no)"', html)[0]
    form = await fields(client) | {"action": action}
    html = await (await client.post("/ask", data=form)).text()

    assert "unless the head agrees in writing" in html
    assert ">No</p>" in html or "<p>No</p>" in html


async def test_words_are_never_markup(client: Client) -> None:
    await choose(client)
    html = await ask(client, "<img src=x onerror=alert(1)> & </textarea><script>")

    assert "<img" not in html
    assert "&lt;img src=x" in html


async def test_a_double_click_is_one_question(client: Client) -> None:
    await choose(client)
    form = await fields(client) | {"question": "phone in class"}
    await client.post("/ask", data=form)
    html = await (await client.post("/ask", data=form)).text()

    assert html.count('class="mine"') == 1
    assert html.count('class="theirs"') == 1


async def test_a_question_from_another_site_is_refused(client: Client) -> None:
    await choose(client)
    form = await fields(client) | {"question": "x"}
    response = await client.post(
        "/ask", data=form, headers={"Origin": "https://elsewhere.example"}
    )

    assert response.status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"csrf": "0" * 64},
        {"csrf": ""},
        {"turn": "x"},
        {"action": "1:drop:tables"},
        {"action": "9:none"},
    ],
)
async def test_a_tampered_form_is_refused_civilly(
    client: Client, change: dict[str, str]
) -> None:
    await choose(client)
    form = await fields(client) | {"question": "x"} | change
    response = await client.post("/ask", data=form)

    assert response.status == 400
    assert "call 999" in await response.text()


async def test_a_form_without_a_session_is_refused(client: Client) -> None:
    form = await fields(client) | {"school": "oakfield"}
    client.session.cookie_jar.clear()

    assert (await client.post("/school", data=form)).status == 400


async def test_an_unknown_school_is_refused(client: Client) -> None:
    form = await fields(client) | {"school": "../../etc"}

    assert (await client.post("/school", data=form)).status == 400


async def test_another_host_name_is_refused(client: Client) -> None:
    response = await client.get("/", headers={"Host": "evil.example"})

    assert response.status == 400


async def test_too_large_a_form_is_refused_civilly(client: Client) -> None:
    await choose(client)
    form = await fields(client) | {"question": "x" * 700_000}
    response = await client.post("/ask", data=form)

    assert response.status == 413
    assert "too long" in await response.text()


async def test_twenty_thousand_characters_get_a_reply(client: Client) -> None:
    await choose(client)
    html = await ask(client, "phone in class " * 1400)

    assert "only its first 2,000 characters" in html


async def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = await client.get("/nothing")

    assert response.status == 404
    assert "Headnote" in await response.text()


async def test_nothing_comes_from_another_host_and_the_headers_forbid_it(
    client: Client,
) -> None:
    await choose(client)
    response = await client.get("/")
    html = await response.text()

    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_cookie_is_out_of_reach_of_scripts_and_sites(
    client: Client,
) -> None:
    cookie = (await client.get("/")).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_two_people_do_not_see_each_other(
    aiohttp_client: Callable[..., Any], small_library: Library
) -> None:
    app = build_app(small_library, Settings(), noon)
    first: Client = await aiohttp_client(app)
    await choose(first)
    await ask(first, "a secret about zanzibar")
    first.session.cookie_jar.clear()

    assert "zanzibar" not in await (await first.get("/")).text()
