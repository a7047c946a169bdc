"""The double refuses what Slack refuses, and delivers as Slack delivers."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, ServerDisconnectedError, web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.slack.double import SlackDouble
from tests.slack.elements import Json
from tests.slack.reading import live, words
from tests.slack.staff import Staff
from tests.slack.world import Message

GUESSED = "xoxb-guessed"
WORDS = {"type": "mrkdwn", "text": "Yes &amp; no"}
SECTION: Json = {"type": "section", "text": WORDS}
ASK: Json = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "headnote:1",
            "text": {"type": "plain_text", "text": "Ask the head"},
            "value": "1:draft:ask-head",
        }
    ],
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Ask the head"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Your question"},
            "element": {"type": "plain_text_input", "action_id": "it"},
        }
    ],
}


@dataclass
class Clock:
    """The real time, which Bolt checks signatures by, until it is moved on."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackDouble]:
    async with SlackDouble(clock=clock) as double:
        yield double


@pytest.fixture
async def client(slack: SlackDouble) -> AsyncIterator[AsyncWebClient]:
    async with ClientSession() as session:
        yield AsyncWebClient(
            token=slack.bot_token(),
            base_url=slack.base_url,
            session=session,
            retry_handlers=[],
        )


@pytest.fixture
def ann(slack: SlackDouble) -> Staff:
    return slack.staff("UANN", name="Ann Example", email="ann@oakfield.example")


async def refused(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def posted(client: AsyncWebClient, ann: Staff, **more: object) -> Message:
    told = await client.chat_postMessage(channel=ann.direct, text="Yes", **more)  # type: ignore[arg-type]
    found = ann.workspace.find(ann.direct, told["ts"])
    assert found
    return found


async def test_a_message_is_shown_as_it_is_now(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    message = await posted(client, ann, blocks=[SECTION, ASK])
    await client.chat_update(
        channel=ann.direct, ts=message.ts, text="Settled", blocks=[SECTION]
    )
    (now,) = slack.shown(ann.direct)

    assert (now.text, words(now), now.edits) == ("Settled", "Yes & no", 1)
    assert slack.buttons(now) == []


async def test_bad_blocks_are_refused_with_pointers(
    client: AsyncWebClient, ann: Staff
) -> None:
    empty = {"type": "section", "text": {"type": "mrkdwn", "text": ""}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ann.direct, text="x", blocks=[empty])

    assert caught.value.response["error"] == "invalid_blocks"
    assert "/blocks/0/text/text" in caught.value.response["errors"][0]


async def test_a_method_or_a_token_that_is_not_known_is_refused(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    stranger = AsyncWebClient(token=GUESSED, base_url=slack.base_url)
    nobody = AsyncWebClient(base_url=slack.base_url)

    assert await refused(client.api_call("chat.shout")) == "unknown_method"
    assert await refused(stranger.auth_test()) == "invalid_auth"
    assert await refused(nobody.auth_test()) == "not_authed"


async def test_a_call_beyond_the_scopes_is_refused(
    slack: SlackDouble, ann: Staff, client: AsyncWebClient
) -> None:
    slack.scopes = frozenset({"users:read"})
    meek = AsyncWebClient(token=slack.bot_token(), base_url=slack.base_url)
    in_a_channel = client.conversations_history(channel=slack.channel("C1"))
    person = await meek.users_info(user=ann.id)

    assert await refused(meek.conversations_open(users=ann.id)) == "missing_scope"
    assert await refused(in_a_channel) == "missing_scope"
    assert person["user"]["profile"] == {
        "real_name": "Ann Example",
        "display_name": "Ann Example",
    }


async def test_the_app_cannot_write_where_it_is_not_a_member(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    public = slack.channel("C2", "UANN", bot=False)
    hidden = slack.channel("C3", "UANN", bot=False, private=True)

    said = [
        await refused(client.chat_postMessage(channel=public, text="x")),
        await refused(client.chat_postMessage(channel=hidden, text="x")),
        await refused(client.chat_postMessage(channel="C9", text="x")),
    ]

    assert said == ["not_in_channel", "channel_not_found", "channel_not_found"]


async def test_only_one_person_sees_an_ephemeral_message(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    channel = slack.channel("C1", "UANN")
    told = await client.chat_postEphemeral(channel=channel, user="UANN", text="Psst")
    outsider = client.chat_postEphemeral(channel=channel, user="UBEN", text="Psst")
    late = client.chat_update(channel=channel, ts=told["message_ts"], text="x")

    assert [m.text for m in slack.shown(channel, to="UANN")] == ["Psst"]
    assert slack.shown(channel, to="UBEN") == []
    assert await refused(outsider) == "user_not_in_channel"
    assert await refused(late) == "message_not_found"


async def test_a_lost_answer_leaves_a_message_that_metadata_finds(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    about = {"event_type": "headnote_message", "event_payload": {"key": "reply:1"}}
    slack.api.lose("chat.postMessage")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ann.direct, text="x", metadata=about)
    found = await client.conversations_history(
        channel=ann.direct, include_all_metadata=True
    )
    without = await client.conversations_history(channel=ann.direct)

    assert caught.value.response.status_code == 504
    assert [message["metadata"] for message in found["messages"]] == [about]
    assert "metadata" not in without["messages"][0]
    assert slack.api.calls[0].outcome == "lost"


async def test_an_answer_may_be_lost_with_the_connection(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    slack.api.lose("chat.postMessage", hang_up=True)
    with pytest.raises(ServerDisconnectedError):
        await client.chat_postMessage(channel=ann.direct, text="x")

    assert [message.text for message in slack.shown(ann.direct)] == ["x"]


async def test_replies_in_a_thread_are_not_in_the_history(
    client: AsyncWebClient, ann: Staff
) -> None:
    asked = ann.dm("May I?")
    await posted(client, ann, thread_ts=asked.ts)
    history = await client.conversations_history(channel=ann.direct)
    thread = await client.conversations_replies(channel=ann.direct, ts=asked.ts)

    assert [message["text"] for message in history["messages"]] == ["May I?"]
    assert [message["text"] for message in thread["messages"]] == ["May I?", "Yes"]


async def test_too_many_calls_are_told_when_to_come_back(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    slack.api.limit("chat.postMessage", retry_after=7)
    slack.api.fail("chat.postMessage", 503)
    post = client.chat_postMessage
    with pytest.raises(SlackApiError) as first:
        await post(channel=ann.direct, text="x")
    with pytest.raises(SlackApiError) as second:
        await post(channel=ann.direct, text="x")
    await post(channel=ann.direct, text="x")

    assert first.value.response.status_code == 429
    assert first.value.response.headers["Retry-After"] == "7"
    assert second.value.response.status_code == 503
    assert len(slack.shown(ann.direct)) == 1


async def test_a_call_can_be_held_back(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    gate = slack.api.hold("chat.postMessage")
    sending = asyncio.create_task(posted(client, ann))
    await slack.until(lambda: bool(slack.api.calls))
    before = slack.shown(ann.direct)
    gate.set()
    await sending

    assert (before, len(slack.shown(ann.direct))) == ([], 1)


async def test_waiting_in_vain_says_what_was_called(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    slack.delivering.patience = 0.01
    await client.auth_test()

    with pytest.raises(AssertionError, match=r"chat.update.*auth.test: ok"):
        await slack.wait_for("chat.update")


async def test_a_trigger_opens_one_modal_and_soon(
    client: AsyncWebClient, ann: Staff, slack: SlackDouble, clock: Clock
) -> None:
    trigger = ann.shortcut().payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=MODAL)
    again = await refused(client.views_open(trigger_id=trigger, view=MODAL))
    never = await refused(client.views_open(trigger_id="1.2.3", view=MODAL))
    late = ann.shortcut().payload["trigger_id"]
    clock.now += 3.5
    too_late = await refused(client.views_open(trigger_id=late, view=MODAL))

    assert again == "exchanged_trigger_id"
    assert (never, too_late) == ("invalid_trigger_id", "expired_trigger_id")
    modal = slack.modal(ann.id)
    assert modal
    assert modal["callback_id"] == "form"


async def test_a_modal_is_refused_as_slack_would(
    client: AsyncWebClient, ann: Staff
) -> None:
    title = {"type": "plain_text", "text": "A title that is far too long"}
    view = {**MODAL, "title": title}
    del view["submit"]
    trigger = ann.shortcut().payload["trigger_id"]
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger, view=view)
    said = caught.value.response["response_metadata"]["messages"]

    assert caught.value.response["error"] == "invalid_arguments"
    assert [each.split("json-pointer:")[1] for each in said] == [
        "/view/title/text]",
        "/view/submit]",
    ]


async def test_a_modal_is_updated_unless_it_changed_meanwhile(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    trigger = ann.shortcut().payload["trigger_id"]
    opened = await client.views_open(trigger_id=trigger, view=MODAL)
    name, first = opened["view"]["id"], opened["view"]["hash"]
    done = {**MODAL, "callback_id": "done"}
    await client.views_update(view_id=name, hash=first, view=done)
    stale = client.views_update(view_id=name, hash=first, view=MODAL)

    assert await refused(stale) == "hash_conflict"
    modal = slack.modal(ann.id)
    assert modal
    assert modal["callback_id"] == "done"


async def test_prompts_of_an_agent_take_no_thread(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    prompts = [{"title": "Photos", "message": "May I post a photo?"}]
    threaded = client.assistant_threads_setSuggestedPrompts(
        channel_id=ann.direct, thread_ts=ann.dm("hello").ts, prompts=prompts
    )
    error = await refused(threaded)
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=ann.direct, prompts=prompts
    )

    assert "thread_ts" in error
    assert slack.workspace().prompts == {ann.direct: prompts}


async def test_a_status_stays_until_the_answer(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    asked, statuses = ann.dm("May I?"), slack.workspace().statuses
    await client.assistant_threads_setStatus(
        channel_id=ann.direct, thread_ts=asked.ts, status="is reading the policy"
    )
    before = dict(statuses)
    await posted(client, ann, thread_ts=asked.ts)

    assert before == {(ann.direct, asked.ts): "is reading the policy"}
    assert statuses == {}


async def test_the_home_is_published_for_somebody(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    home = {"type": "home", "blocks": [SECTION]}
    await client.views_publish(user_id=ann.id, view=home)
    modal = await refused(client.views_publish(user_id=ann.id, view=MODAL))
    shown = slack.home(ann.id)

    assert modal == "invalid_arguments"
    assert shown
    assert words(shown) == "Yes & no"
    assert "view" in ann.opens().payload["event"]


async def test_a_user_group_lists_its_members(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    slack.group("S1", "UANN", "UBEN")
    told = await client.usergroups_users_list(usergroup="S1")

    assert told["users"] == ["UANN", "UBEN"]
    unknown = client.usergroups_users_list(usergroup="S2")
    assert await refused(unknown) == "no_such_subteam"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_an_installation_is_fetched_once_with_its_code(
    slack: SlackDouble,
) -> None:
    page = AuthorizeUrlGenerator(
        client_id=slack.world.client_id,
        scopes=["chat:write"],
        redirect_uri="http://127.0.0.1/slack/oauth_redirect",
    ).generate("state-1")
    back = slack.administrator("T2").consents(page)
    code = back.split("code=")[1].split("&")[0]
    anybody = AsyncWebClient(base_url=slack.base_url)

    async def fetched(secret: str) -> Json:
        told = await anybody.oauth_v2_access(
            client_id=slack.world.client_id,
            client_secret=secret,
            code=code,
            redirect_uri="http://127.0.0.1/slack/oauth_redirect",
        )
        return dict(told.data) if isinstance(told.data, dict) else {}

    wrong = await refused(fetched(GUESSED))
    installed = await fetched(slack.world.client_secret)
    again = await refused(fetched(slack.world.client_secret))
    whose = await AsyncWebClient(
        token=installed["access_token"], base_url=slack.base_url
    ).auth_test()

    assert back.endswith("state=state-1")
    assert (wrong, again) == ("bad_client_secret", "code_already_used")
    assert (whose["team_id"], whose["user_id"]) == ("T2", "UBOT2")


async def test_tokens_are_dead_once_the_app_is_taken_out(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    other = AsyncWebClient(token=slack.bot_token("T2"), base_url=slack.base_url)
    told = slack.administrator().uninstalls()
    await other.auth_revoke()

    assert told.payload["event"]["type"] == "app_uninstalled"
    assert await refused(client.auth_test()) == "account_inactive"
    assert await refused(other.auth_test()) == "token_revoked"


async def test_a_response_url_is_good_for_five_answers(
    slack: SlackDouble, ann: Staff
) -> None:
    told = ann.command("May I?", channel="C7")
    hook = AsyncWebhookClient(told.payload["response_url"])
    answers = [await hook.send(text=f"{number}") for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert len(slack.shown("C7", to=ann.id)) == 5
    assert slack.shown("C7") == []


async def test_markup_that_would_come_alive_is_found(
    client: AsyncWebClient, ann: Staff
) -> None:
    call = {"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> hi"}}
    safe = {"type": "section", "text": {"type": "plain_text", "text": "<!channel> hi"}}
    link = {"type": "rich_text_section", "elements": [{"type": "link", "url": "u"}]}
    rich = {"type": "rich_text", "elements": [link]}
    loud = await posted(client, ann, blocks=[call, rich])
    quiet = await posted(client, ann, blocks=[safe])

    assert (live(loud), live(quiet)) == (["<!channel>", "link"], [])
    assert words(quiet) == "<!channel> hi"


class App:
    """A small app on the real Bolt, to be told of things."""

    def __init__(self, client: AsyncWebClient, secret: str) -> None:
        self.heard: list[Json] = []
        self.bolt = AsyncApp(client=client, signing_secret=secret)
        self.bolt.event("message")(self._hear)
        self.bolt.event("app_mention")(self._hear)
        self.bolt.event("app_home_opened")(self._hear)
        self.bolt.action("headnote:1")(self._clicked)
        self.bolt.view("form")(self._submitted)
        self.bolt.command("/headnote")(self._command)
        self.bolt.shortcut("check_message")(self._clicked)

    async def _hear(self, event: Json) -> None:
        self.heard.append(event)

    async def _clicked(self, ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self.heard.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def _submitted(self, ack: AsyncAck, view: Json) -> None:
        said = view["state"]["values"]["words"]["it"]["value"]
        if said == "?":
            await ack(response_action="errors", errors={"words": "Say more."})
        else:
            await ack()
        self.heard.append(view)

    async def _command(
        self, ack: AsyncAck, body: Json, context: AsyncBoltContext
    ) -> None:
        del context
        await ack(text=f"You asked: {body['text']}")


@pytest.fixture
async def app(slack: SlackDouble, client: AsyncWebClient) -> AsyncIterator[App]:
    app = App(client, slack.delivering.signing_secret)
    runner = web.AppRunner(app.bolt.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.tell(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield app
    await runner.cleanup()


async def test_signed_deliveries_are_taken_and_forged_ones_are_not(
    slack: SlackDouble, app: App, ann: Staff, clock: Clock
) -> None:
    good = await slack.send(ann.dm("<May> I & you?"), retry=1)
    forged = await slack.send(ann.dm("x"), secret=GUESSED)
    old = await slack.send(ann.dm("x"), at=clock.now - 301)
    await slack.until(lambda: bool(app.heard))

    assert [each.status for each in (good, forged, old)] == [200, 401, 401]
    assert [each["text"] for each in app.heard] == ["&lt;May&gt; I &amp; you?"]
    assert good.seconds < 3


async def test_a_click_opens_a_modal_that_is_filled_in_and_sent(
    slack: SlackDouble, app: App, ann: Staff, client: AsyncWebClient
) -> None:
    message = await posted(client, ann, blocks=[SECTION, ASK])
    await slack.send(ann.click(message, "Ask the head"))
    await slack.wait_for("views.open")
    modal = slack.modal(ann.id)
    assert modal
    refusal = await slack.send(ann.submit(modal, {"Your question": "?"}))
    still = slack.modal(ann.id)
    await slack.send(ann.submit(modal, {"words": "May I?"}))

    assert refusal.json["response_action"] == "errors"
    assert still is modal
    assert slack.modal(ann.id) is None
    assert app.heard[0]["actions"][0]["value"] == "1:draft:ask-head"


async def test_a_person_cannot_press_or_send_what_slack_does_not_let_them(
    client: AsyncWebClient, ann: Staff
) -> None:
    message = await posted(client, ann, blocks=[SECTION, ASK])
    trigger = ann.shortcut().payload["trigger_id"]
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]

    with pytest.raises(AssertionError, match="no button 'Resolve'"):
        ann.click(message, "Resolve")
    with pytest.raises(AssertionError, match="has to be filled in"):
        ann.submit(view, {})
    with pytest.raises(AssertionError, match="takes 3000 characters"):
        ann.submit(view, {"words": "x" * 3001})
    with pytest.raises(AssertionError, match="no \\['other'\\]"):
        ann.submit(view, {"words": "x", "other": "y"})


async def test_a_command_is_answered_to_whoever_typed_it(
    slack: SlackDouble, app: App, ann: Staff
) -> None:
    del app
    await slack.send(ann.command("may I?", channel="C5"))

    assert [m.text for m in slack.shown("C5", to=ann.id)] == ["You asked: may I?"]
    assert slack.shown("C5") == []


async def test_a_shortcut_is_taken_on_a_message(
    slack: SlackDouble, app: App, ann: Staff
) -> None:
    ben = slack.staff("UBEN")
    slack.channel("C1", ann.id, ben.id)
    ben.mention("a parent wrote to me")
    (message,) = slack.shown("C1", everybody=True)
    await slack.send(ann.check(message))
    await slack.wait_for("views.open")

    assert app.heard[0]["message"]["text"].endswith("a parent wrote to me")
    assert app.heard[0]["user"]["id"] == "UANN"


async def test_edits_and_deletions_are_told_of(
    slack: SlackDouble, app: App, ann: Staff
) -> None:
    told = ann.dm("May I?")
    edited, deleted = ann.changes(told.ts, "May we?"), ann.deletes(told.ts)
    for each in (told, edited, deleted, told.with_event("Ev-again")):
        await slack.send(each)
    await slack.until(lambda: len(app.heard) == 4)

    kinds = [event.get("subtype") for event in app.heard]
    assert sorted(kinds, key=str) == [None, None, "message_changed", "message_deleted"]
    assert slack.shown(ann.direct, everybody=True) == []


async def test_a_socket_takes_deliveries_and_answers(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    app = App(client, "")
    handler = AsyncSocketModeHandler(app.bolt, slack.app_token())
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.sockets.opened == 1)
    heard = await slack.send(ann.mention("May I?"))
    await slack.send(ann.command("may I?", channel="C5"))
    await slack.until(lambda: bool(app.heard))
    await slack.sockets.refresh()
    await slack.until(lambda: slack.sockets.opened == 2)
    again = await slack.send(ann.dm("May I?"))
    await handler.close_async()  # type: ignore[no-untyped-call]

    assert (heard.status, again.status) == (200, 200)
    assert [m.text for m in slack.shown("C5", to=ann.id)] == ["You asked: may I?"]


async def test_a_broken_socket_is_opened_anew(
    slack: SlackDouble, client: AsyncWebClient, ann: Staff
) -> None:
    app = App(client, "")
    handler = AsyncSocketModeHandler(app.bolt, slack.app_token(), ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.sockets.opened == 1)
    slack.sockets.abort()
    await slack.until(lambda: slack.sockets.opened == 2)
    answered = await slack.send(ann.dm("May I?"))
    await handler.close_async()  # type: ignore[no-untyped-call]

    assert answered.status == 200


async def test_a_socket_needs_an_app_token(slack: SlackDouble) -> None:
    client = AsyncWebClient(base_url=slack.base_url)
    bot = client.apps_connections_open(app_token=slack.bot_token())

    assert await refused(bot) == "not_allowed_token_type"
