"""`headnote serve` as a process: where it may be served, and how it stops."""

import asyncio
import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from tests.conftest import SMALL

ASKERS = 16
MOST_ASKED = 25
"""Below what one person may ask in a minute."""
ENOUGH = 100


def environment(folder: Path, **more: str) -> dict[str, str]:
    plain = {n: v for n, v in os.environ.items() if not n.startswith("HEADNOTE_")}
    return plain | {
        "HEADNOTE_CONTENT": str(SMALL),
        "HEADNOTE_CACHE": str(folder / "cache"),
        "HEADNOTE_DATA": str(folder / "data"),
        **more,
    }


def refused(folder: Path, *words: str, **more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "adapters.main", "serve", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(folder, **more),
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104
def test_the_demo_refuses_any_address_but_this_machine_s(
    tmp_path: Path, host: str
) -> None:
    code, told = refused(tmp_path, "--host", host)

    assert code == 2
    assert "this machine only" in told


def test_the_demo_refuses_other_addresses_even_when_asked_for(tmp_path: Path) -> None:
    url = "https://headnote.school.example"
    words = ("--demo", "--host", "0.0.0.0")  # noqa: S104
    code, told = refused(tmp_path, *words, HEADNOTE_PUBLIC_URL=url)

    assert code == 2
    assert "this machine only" in told


def test_without_the_demo_a_public_url_is_needed(tmp_path: Path) -> None:
    code, told = refused(tmp_path, "--no-demo")

    assert code == 2
    assert "HEADNOTE_PUBLIC_URL" in told


def test_the_demo_keeps_away_from_a_real_database(tmp_path: Path) -> None:
    url = "postgresql://user:secret@db.example/headnote"
    code, told = refused(tmp_path, HEADNOTE_DATABASE=url)

    assert code == 2
    assert "HEADNOTE_DATABASE" in told
    assert "secret" not in told


def test_a_broken_file_of_people_is_told_by_line(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text("oakfield:\n  nonsense: 1\n", encoding="utf-8")
    code, told = refused(
        tmp_path,
        HEADNOTE_SETTINGS=str(people),
        HEADNOTE_PUBLIC_URL="https://headnote.school.example",
    )

    assert code == 1
    assert "people.yaml:2" in told


@contextmanager
def serving(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A demo that listens, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.main", "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    )
    try:
        assert process.stdout is not None
        assert f"at http://127.0.0.1:{port}" in process.stdout.readline()
        yield process, port
    finally:
        process.kill()
        process.communicate()


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    found = connection.getresponse().status
    connection.close()
    return found


def test_it_stops_in_good_order_when_told_to(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, port):
        pages = [status(port, path) for path in ("/", "/healthz", "/readyz")]
        process.send_signal(signal.SIGTERM)
        _, wrong = process.communicate(timeout=30)

    assert pages == [200, 200, 200]
    assert process.returncode == 0
    assert "Traceback" not in wrong
    assert (tmp_path / "data" / "headnote-demo.db").exists()
    assert not (tmp_path / "data" / "headnote-demo.db-wal").exists()


async def test_told_to_stop_under_load_it_keeps_all_that_it_answered(
    tmp_path: Path,
) -> None:
    answered: list[str] = []
    enough = asyncio.Event()
    with serving(tmp_path) as (process, port):
        asking = [
            asyncio.create_task(ask_on(port, answered, enough)) for _ in range(ASKERS)
        ]
        await asyncio.wait_for(enough.wait(), 30)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*asking)
        await asyncio.to_thread(process.communicate, timeout=30)

    with sqlite3.connect(tmp_path / "data" / "headnote-demo.db") as database:
        (kept,) = database.execute("SELECT count(*) FROM question").fetchone()
        (told,) = database.execute(
            "SELECT count(*) FROM message WHERE key LIKE 'reply:%' AND status='sent'"
        ).fetchone()
    database.close()
    assert process.returncode == 0
    assert kept == told
    # Of each asker at most one was kept whose answer no longer reached them.
    assert len(answered) <= kept <= len(answered) + ASKERS


async def ask_on(port: int, answered: list[str], enough: asyncio.Event) -> None:
    """Ask one question after the other, until nobody listens any more."""
    address = f"http://127.0.0.1:{port}"
    jar = aiohttp.CookieJar(unsafe=True)  # a cookie of an address without a name
    try:
        async with aiohttp.ClientSession(address, cookie_jar=jar) as session:
            async with session.get("/") as page:
                form = hidden(await page.text()) | {"school": "oakfield"}
            async with session.post("/school", data=form) as page:
                form = hidden(await page.text())
            for number in range(MOST_ASKED):
                asked = {
                    "csrf": form["csrf"],
                    "turn": f"{number:020}",
                    "question": "phone in class",
                }
                async with session.post(
                    "/ask", data=asked, allow_redirects=False
                ) as done:
                    if done.status != HTTPStatus.SEE_OTHER:
                        return
                answered.append(asked["turn"])
                if len(answered) >= ENOUGH:
                    enough.set()
    except aiohttp.ClientError:
        return


def hidden(page: str) -> dict[str, str]:
    """The fields of a page's forms that nobody sees."""
    return dict(re.findall(r'name="(csrf|turn)" value="([^"]+)"', page))


def test_a_second_one_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        code, told = refused(tmp_path, "--port", "0")

    assert code == 1
    assert "Another Headnote uses" in told


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, told = refused(tmp_path, "--port", str(taken.getsockname()[1]))

    assert code == 1
    assert "cannot listen on 127.0.0.1" in told
