"""Where everything meets: the entry point, and one aiohttp application."""

import asyncio
import datetime as dt
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from random import Random, SystemRandom

from aiohttp import web

from adapters import cli, logs, on_slack
from adapters.directory import Directory, demo_directory, read_directory
from adapters.library import Library, content_folders, open_library
from adapters.mail import MailChannel, Mailer
from adapters.settings import LOOPBACK, Settings
from adapters.slack.app import Placed, SlackSettings
from adapters.slack.app import build as build_slack
from adapters.slack.app import wrong as wrong_about_slack
from adapters.web.app import Web
from adapters.web.guarding import MOST_BYTES, Place, guarded
from adapters.web.health import Health
from adapters.web.inbound import CHANNEL
from adapters.web.sessions import Sessions
from adapters.web.site import Links, Members, Site
from bot.actions import EscalationId
from bot.adviser import Adviser
from bot.delivery import Courier, Pace
from bot.persistence.opening import StoreError, open_store
from bot.persistence.store import Store
from bot.ports import Channel, Clock, NewId
from bot.timers import Retention, Timers

PACE = Pace()
PULLED = frozenset({CHANNEL})
STOPPING = 20.0
"""Seconds that turns in hand have to be finished."""
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and digits that are not taken for one another when read out."""


def main() -> int:
    """The `headnote` command."""
    return cli.run(sys.argv[1:], serve)


def new_reference() -> EscalationId:
    """An escalation's id, short enough to be read out; it opens nothing."""
    return EscalationId("".join(secrets.choice(READABLE) for _ in range(8)))


def build_app(
    library: Library,
    settings: Settings,
    directory: Members,
    store: Store,
    clock: Clock,
    *,
    demo: bool,
    mailer: Links | None = None,
    channels: Mapping[str, Channel] | None = None,
    slack: SlackSettings | None = None,
    placed: Sequence[Placed] = (),
    new_id: NewId = new_reference,
    random: Random | None = None,
    pace: Pace = PACE,
) -> web.Application:
    """The application with all its channels; it closes the store when it ends.

    Args:
        library: Every school's knowledge.
        settings: The installation's.
        directory: Who there is, and who may sign in.
        store: Opened with the web as a channel that is pulled.
        clock: The time.
        demo: Without sign-in; to be served on a loopback address only.
        mailer: Sends sign-in links; None where no e-mail is set up.
        channels: By name, where the outbox is delivered; none of them in the demo.
        slack: What is set about Slack; None for none of it.
        placed: Where the schools are on Slack.
        new_id: Ids for escalations.
        random: Spreads retries.
        pace: How the outbox is drained.

    """
    ways = {} if demo else dict(channels or {})
    courier = Courier(
        store,
        ways,
        directory,
        clock=clock,
        owner=secrets.token_hex(8),
        random=random or SystemRandom(),
        pace=pace,
    )
    adviser = Adviser(
        library.schools,
        store,
        directory,
        clock=clock,
        new_id=new_id,
        wake=courier.wake,
        keep_words=settings.keep_words_days > 0,
    )
    timers = Timers(
        store, directory, clock=clock, wake=courier.wake, retention=_kept(settings)
    )
    place = Place("" if demo else settings.public_url)
    site = Site(
        adviser=adviser,
        store=store,
        members=directory,
        packs={name: school.pack for name, school in library.schools.items()},
        clock=clock,
        place=place,
        sessions=Sessions(store, clock, place),
        links=mailer,
    )
    there = None
    if slack and slack.wanted and not demo:
        there = build_slack(
            slack,
            store=store,
            adviser=adviser,
            placed=placed,
            directory=directory,
            clock=clock,
            wake=courier.wake,
        )
        ways["slack"] = there.channel
    pages, health = Web(site), Health(store, loaded=bool(library.schools))
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[guarded(place)])
    app.add_routes([*pages.routes(), *health.routes()])
    if there:
        app.add_routes(there.routes())
    app.on_shutdown.append(health.stop)

    async def running(_: web.Application) -> AsyncIterator[None]:
        stop = asyncio.Event()
        loops = [asyncio.create_task(each.run(stop)) for each in (courier, timers)]
        if there:
            loops.append(asyncio.create_task(there.start(stop)))
        yield
        await pages.finish()
        if there:
            await there.finish()
        stop.set()
        courier.wake()
        await asyncio.gather(*loops)
        if there:
            await there.close()
        await store.close()

    app.cleanup_ctx.append(running)
    return app


def _kept(settings: Settings) -> Retention:
    """Without words kept, a conversation still lasts from one turn to the next."""
    return Retention(
        words=dt.timedelta(days=max(1, settings.keep_words_days)),
        settled=dt.timedelta(days=settings.keep_settled_days),
    )


def serve(host: str, port: int, demo: bool | None) -> int:  # noqa: FBT001 - as typed
    """Serve until stopped.

    Args:
        host: The address to listen on.
        port: The port to listen on.
        demo: Whether it is the demo; None: if no public URL is set.

    Returns:
        The exit code: 0 stopped, 1 something could not be opened, 2 it cannot be
        served like that.

    Raises:
        SettingsError: Settings are off.
        PackError: The content or the file of people has problems.

    """
    settings = Settings()
    logs.configure(settings.log)
    demo = not settings.public_url if demo is None else demo
    wrong = _wrong(host, settings, demo=demo)
    if wrong:
        return _say(wrong, 2)
    for each in wrong_about_slack(on_slack.settings_of(settings)):
        return _say(each, 1)
    mailer = None
    if settings.smtp and not demo:
        mailer = Mailer(settings.smtp.get_secret_value(), settings.mail_from)
    library = open_library()
    directory = _directory(settings, demo=demo)
    try:
        store = open_store(_database(settings, demo=demo), pulled=PULLED)
    except StoreError as error:
        return _say(str(error), 1)
    app = build_app(
        library,
        settings,
        directory,
        store,
        lambda: dt.datetime.now(dt.UTC),
        demo=demo,
        mailer=mailer,
        channels={"mail": MailChannel(mailer, settings.public_url)} if mailer else {},
        slack=on_slack.settings_of(settings),
        placed=on_slack.placed(library.schools, directory),
    )
    return _run(app, host, port, settings.public_url if not demo else "")


def _wrong(host: str, settings: Settings, *, demo: bool) -> str | None:
    """Why it cannot be served like that; None if it can."""
    if demo and host not in LOOPBACK:
        return (
            "the demo has no sign-in, so it is served on this machine only. Use --host "
            "127.0.0.1, or set HEADNOTE_PUBLIC_URL to where staff will reach it."
        )
    if demo and not settings.stands_alone:
        return (
            "the demo keeps to a file of its own. Unset HEADNOTE_DATABASE, or set "
            "HEADNOTE_PUBLIC_URL to where staff will reach Headnote."
        )
    if not demo and not settings.public_url:
        return (
            "without the demo staff sign in, and links have to lead somewhere. Set "
            "HEADNOTE_PUBLIC_URL, as https://headnote.school.example."
        )
    return None


def _directory(settings: Settings, *, demo: bool) -> Directory:
    if demo:
        return demo_directory(content_folders()[1])
    if settings.settings is None:
        return Directory()
    return read_directory(settings.settings, mail=settings.smtp is not None)


def _database(settings: Settings, *, demo: bool) -> str:
    """The database's URL; the demo has a file of its own beside the real one."""
    scheme, _, named = settings.database.partition(":///")
    if not demo or not named or named == ":memory:":
        return settings.database
    file = Path(named)
    return f"{scheme}:///{file.with_name(f'{file.stem}-demo{file.suffix}').as_posix()}"


def _run(app: web.Application, host: str, port: int, public_url: str) -> int:
    where = f"[{host}]" if ":" in host else host
    url = public_url or f"http://{where}:{port}"
    listening = "" if not public_url else f", listening on {where}:{port}"
    demo = "" if public_url else "The demo of "
    ready = f"{demo}Headnote is at {url}{listening} (stop with Ctrl+C)."
    try:
        web.run_app(
            app,
            host=host,
            port=port,
            print=lambda *_: print(ready, flush=True),  # called once it listens
            access_log=None,
            shutdown_timeout=STOPPING,
        )
    except OSError as error:
        return _say(
            f"cannot listen on {host}:{port} ({error.strerror}). "
            "Is it already running? Choose another with --port.",
            1,
        )
    return 0


def _say(text: str, code: int) -> int:
    print(f"headnote: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
