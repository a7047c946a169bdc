"""Workspaces that install Headnote by themselves, several at once; and schools."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, DummyCookieJar
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from adapters.library import Library
from adapters.slack.app import Placed, SlackSettings, wrong
from adapters.slack.installations import (
    Installation,
    KeyUnfitError,
    ManyWorkspaces,
)
from adapters.slack.installing import COOKIE
from bot.people import Roster
from bot.persistence.opening import open_store
from knowledge import School
from knowledge.model import SchoolId
from tests.fakes import OAKFIELD, FakeClock, a_roster
from tests.slack.envelope import Envelope
from tests.slack.reading import buttons, words
from tests.slack.rig import SlackRig, on_slack

ASKED = "a mum wants to be friends on facebook"
TOKEN = "xoxb-secret"  # noqa: S105 - of no workspace
PUBLIC = "https://headnote.school.example"


def several(key: str = "") -> dict[str, str]:
    return {
        "client_id": "1.2",
        "client_secret": "client-secret",
        "key": key or Fernet.generate_key().decode(),
        "public_url": PUBLIC,
    }


@pytest.fixture
async def rig(oakfield: School) -> AsyncIterator[SlackRig]:
    placed = tuple(Placed(school=OAKFIELD, team=team) for team in ("T1", "T2"))
    async with SlackRig(oakfield, placed=placed, settings=several()) as made:
        yield made


class Browser:
    """An administrator's browser, which keeps no cookie but the one it was given."""

    def __init__(self, rig: SlackRig) -> None:
        self._rig = rig
        self.cookie = ""

    async def begin(self) -> str:
        """Begin; where the browser is sent."""
        async with self._client() as http:
            url = f"{self._rig.origin}/slack/install"
            async with http.get(url, allow_redirects=False) as answered:
                self.cookie = answered.cookies[COOKIE].value
                return answered.headers["Location"]

    async def finish(self, team: str, location: str) -> tuple[int, str]:
        """Agree on Slack's page, and come back."""
        return await self.back(self._rig.double.administrator(team).consents(location))

    async def back(self, url: str) -> tuple[int, str]:
        own = f"{self._rig.origin}{url.removeprefix(PUBLIC)}"
        cookies = {"Cookie": f"{COOKIE}={self.cookie}"}
        async with self._client() as http, http.get(own, headers=cookies) as answered:
            return answered.status, await answered.text()

    async def installs(self, team: str) -> tuple[int, str]:
        return await self.finish(team, await self.begin())

    def _client(self) -> ClientSession:
        return ClientSession(cookie_jar=DummyCookieJar())


async def test_a_workspace_installs_and_is_answered(rig: SlackRig) -> None:
    status, said = await Browser(rig).installs("T1")
    ann = rig.staff("ann")

    (answer,) = await rig.says(ann, ASKED)

    assert (status, said) == (200, "Headnote is installed. You can close this page.\n")
    assert words(answer).startswith("It depends")


async def test_two_workspaces_have_a_token_each(rig: SlackRig) -> None:
    await Browser(rig).installs("T1")
    await Browser(rig).installs("T2")
    ann, ben = rig.staff("ann"), rig.staff("ben", team="T2")

    await rig.says(ann, ASKED)
    await rig.says(ben, ASKED)

    posts = rig.double.api.called("chat.postMessage")
    assert len(rig.seen(ann)) == len(rig.seen(ben)) == 1
    assert len({call.token for call in posts}) == 2


async def test_what_is_asked_of_a_workspace_is_what_is_needed(rig: SlackRig) -> None:
    location = await Browser(rig).begin()

    asked = parse_qs(urlsplit(location).query)

    assert location.startswith("https://slack.com/oauth/v2/authorize?")
    assert asked["redirect_uri"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert set(asked["scope"][0].split(",")) <= rig.double.scopes


async def test_the_cookie_is_kept_from_scripts_and_from_plain_http(
    rig: SlackRig,
) -> None:
    async with ClientSession() as http:
        url = f"{rig.origin}/slack/install"
        async with http.get(url, allow_redirects=False) as answered:
            cookie = answered.headers["Set-Cookie"]

    for wanted in ("HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600"):
        assert wanted in cookie


async def test_a_state_is_good_once(rig: SlackRig) -> None:
    browser = Browser(rig)
    location = await browser.begin()
    await browser.finish("T1", location)

    status, said = await browser.finish("T1", location)

    assert status == 401
    assert "used before" in said


async def test_a_state_expires(rig: SlackRig) -> None:
    browser = Browser(rig)
    location = await browser.begin()
    rig.clock.on(minutes=11)

    status, _ = await browser.finish("T1", location)

    assert status == 401


async def test_a_state_is_of_no_use_in_another_browser(rig: SlackRig) -> None:
    location, eve = await Browser(rig).begin(), Browser(rig)
    await eve.begin()

    status, _ = await eve.finish("T1", location)

    assert status == 401


async def test_a_made_up_state_is_refused(rig: SlackRig) -> None:
    eve = Browser(rig)
    eve.cookie = "made-up"

    status, _ = await eve.back("/slack/oauth_redirect?code=1&state=made-up")

    assert status == 401


@pytest.mark.parametrize("query", ["", "?state=", "?state=%3Cb%3E&code=1"])
async def test_a_page_without_a_state_echoes_nothing(rig: SlackRig, query: str) -> None:
    status, said = await Browser(rig).back(f"/slack/oauth_redirect{query}")

    assert status == 401
    assert "<" not in said


async def test_who_gives_no_permission_is_told_so(rig: SlackRig) -> None:
    browser = Browser(rig)
    state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]

    query = f"?error=access_denied&state={state}"
    status, said = await browser.back(f"/slack/oauth_redirect{query}")

    assert status == 400
    assert "gave no permission" in said


async def test_a_code_that_slack_refuses_installs_nothing(rig: SlackRig) -> None:
    browser = Browser(rig)
    state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]

    status, _ = await browser.back(f"/slack/oauth_redirect?code=bad&state={state}")

    assert status == 502
    assert await rig.store.tx(lambda desk: desk.installs.get("T1")) is None


async def test_a_workspace_without_a_school_is_turned_away(rig: SlackRig) -> None:
    status, said = await Browser(rig).installs("T9")

    assert status == 403
    assert "No school" in said
    assert await rig.store.tx(lambda desk: desk.installs.get("T9")) is None
    assert len(rig.double.api.called("auth.revoke")) == 1


async def test_a_school_that_may_be_anywhere_lets_no_stranger_in(
    oakfield: School,
) -> None:
    anywhere = (Placed(school=OAKFIELD),)
    async with SlackRig(oakfield, placed=anywhere, settings=several()) as rig:
        status, _ = await Browser(rig).installs("T1")

    assert status == 403


@pytest.mark.parametrize("how", ["uninstalls", "revokes"])
async def test_a_workspace_that_leaves_is_forgotten_and_its_messages_die_loudly(
    rig: SlackRig, how: str
) -> None:
    await Browser(rig).installs("T1")
    ann = rig.staff("ann")
    rig.double.api.limit("chat.postMessage")
    await rig.says(ann, ASKED)
    rig.clock.on(seconds=30)
    left: Envelope = getattr(rig.double.administrator(), how)()

    with capture_logs() as logs:
        answered = await rig.send(left)

    assert answered.status == 200
    assert await rig.store.tx(lambda desk: desk.installs.get("T1")) is None
    assert await rig.store.tx(lambda desk: desk.outbox.waiting()) == 0
    assert "delivery.given_up" in [line["event"] for line in logs]


async def test_a_late_word_of_leaving_does_not_end_a_new_installation(
    rig: SlackRig,
) -> None:
    await Browser(rig).installs("T1")
    left = rig.double.administrator().uninstalls()
    rig.clock.on(minutes=1)
    await Browser(rig).installs("T1")

    await rig.send(left)

    assert await rig.store.tx(lambda desk: desk.installs.get("T1")) is not None


async def test_only_a_users_token_revoked_changes_nothing(rig: SlackRig) -> None:
    await Browser(rig).installs("T1")

    told = {"type": "tokens_revoked", "tokens": {"oauth": ["UANN"]}}
    await rig.send(rig.double.event(told))

    assert await rig.store.tx(lambda desk: desk.installs.get("T1")) is not None


async def test_tokens_are_not_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "headnote.db"
    store = open_store(f"sqlite:///{file}")
    clock = FakeClock()
    many = ManyWorkspaces(store, Fernet.generate_key().decode(), clock)
    await many.keep(Installation(team="T1", token=TOKEN))
    await many.begin("the-state", clock())
    found = await many.find("T1")
    await store.close()

    with sqlite3.connect(file) as raw:
        dump = "\n".join(raw.iterdump())
    assert found
    assert found.token == TOKEN
    assert TOKEN not in dump + repr(found)
    assert "the-state" not in dump


async def test_a_key_is_changed_without_installing_anew() -> None:
    store, clock = open_store("sqlite://"), FakeClock()
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    await ManyWorkspaces(store, old, clock).keep(Installation(team="T1", token=TOKEN))

    with capture_logs() as logs:
        lost = await ManyWorkspaces(store, new, clock).find("T1")
    both = await ManyWorkspaces(store, f"{new},{old}", clock).find("T1")
    await store.close()

    assert lost is None
    assert [line["event"] for line in logs] == ["slack.key_does_not_fit"]
    assert both


async def test_a_key_that_is_none_says_how_to_make_one() -> None:
    store = open_store("sqlite://")

    with pytest.raises(KeyUnfitError, match="generate_key"):
        ManyWorkspaces(store, "password", FakeClock())
    await store.close()


async def test_another_replica_learns_of_a_change_within_a_minute() -> None:
    store, clock = open_store("sqlite://"), FakeClock()
    key = Fernet.generate_key().decode()
    one, other = (ManyWorkspaces(store, key, clock) for _ in range(2))
    await one.keep(Installation(team="T1", token=TOKEN))
    await other.find("T1")
    await one.drop("T1", clock())
    clock.on(seconds=61)

    found = await other.find("T1")
    await store.close()

    assert found is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ""),
        ({"bot_token": "xoxb-1", "signing_secret": "s"}, ""),
        ({"bot_token": "xoxb-1", "app_token": "xapp-1"}, ""),
        ({**several(), "signing_secret": "s"}, ""),
        ({"signing_secret": "s"}, "_BOT_TOKEN"),
        ({"bot_token": "xoxb-1"}, "_SIGNING_SECRET"),
        ({"bot_token": "oops", "signing_secret": "s"}, "begins with xoxb-"),
        ({"bot_token": "xoxb-1", "app_token": "xoxb-1"}, "begins with xapp-"),
        ({**several(), "bot_token": "xoxb-1", "signing_secret": "s"}, "one workspace"),
        ({**several(), "public_url": "", "signing_secret": "s"}, "_PUBLIC_URL"),
        ({**several(), "key": " "[1:], "signing_secret": "s"}, "_KEY"),
    ],
)
def test_settings_that_do_not_go_together_are_told(
    given: dict[str, str], told: str
) -> None:
    said = " ".join(wrong(SlackSettings(**given)))

    assert bool(said) == bool(told)
    assert told in said
    assert "oops" not in said


def test_settings_do_not_show_their_secrets() -> None:
    shown = repr(SlackSettings(**several("the-key"), bot_token=TOKEN))

    assert "the-key" not in shown
    assert "xoxb" not in shown
    assert "client-secret" not in shown


POLYMAT = Placed(school=SchoolId("polymat"), team="T1")
AYLESFORD = Placed(school=SchoolId("aylesford"), team="T1")


def both(
    library: Library,
    first: Placed = POLYMAT,
    second: Placed = AYLESFORD,
    roster: Roster | None = None,
) -> SlackRig:
    """Two schools in one workspace."""
    placed = (first, second)
    schools = [library.school(each.school) for each in placed]
    return SlackRig(*schools, placed=placed, roster=roster)


def offered(rig: SlackRig, who: str) -> list[str]:
    message = rig.seen(rig.staff(who))[0]
    text = words(message)
    if "Whose policy" in text:
        return [button.label for button in buttons(message)]
    return [name for name in ("Polymat", "Aylesford") if name.lower() in text.lower()]


GROUPS = (
    replace(POLYMAT, user_group="S1"),
    replace(AYLESFORD, user_group="S2"),
)
QUESTION = "may I accept a friend request from a parent?"


async def test_where_schools_share_a_workspace_the_person_chooses_once(
    library: Library,
) -> None:
    async with both(library) as rig:
        ann = rig.staff("ann")
        await rig.says(ann, QUESTION)
        schools = offered(rig, "ann")
        await rig.presses(ann, schools[1])

        (answer,) = await rig.says(ann, QUESTION)

        assert len(schools) == 2
        assert "Whose policy" not in words(answer)


async def test_a_channel_tells_the_school(library: Library) -> None:
    async with both(library, replace(POLYMAT, channels=("C7",))) as rig:
        ann = rig.staff("ann")
        rig.double.channel("C7", ann.id)

        await rig.send(ann.mention(QUESTION, "C7"))

        assert "Whose policy" not in words(rig.seen(ann)[0])


async def test_a_user_group_tells_the_school_and_is_read_once(
    library: Library,
) -> None:
    async with both(library, *GROUPS) as rig:
        ann, ben = rig.staff("ann"), rig.staff("ben")
        rig.double.group("S1", ann.id)
        rig.double.group("S2", ben.id)

        for who in (ann, ben, ann):
            await rig.says(who, QUESTION)
        first, second = words(rig.seen(ann)[0]), words(rig.seen(ben)[0])

        assert "Whose policy" not in first + second
        assert first.splitlines()[-3:] != second.splitlines()[-3:]
        assert len(rig.double.api.called("usergroups.users.list")) == 2


async def test_a_group_that_cannot_be_read_leaves_the_choice(library: Library) -> None:
    async with both(library, *GROUPS) as rig:
        ann = rig.staff("ann")

        await rig.says(ann, QUESTION)

        assert len(offered(rig, "ann")) == 2


async def test_who_holds_a_role_is_of_that_school(library: Library) -> None:
    roster = on_slack(a_roster(AYLESFORD.school))
    async with both(library, roster=roster) as rig:
        hana = rig.staff("hana")

        await rig.says(hana, QUESTION)

        assert "Whose policy" not in words(rig.seen(hana)[0])
