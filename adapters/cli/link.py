"""`headnote link`: a sign-in link by hand, for when mail does not get through."""

import argparse
import asyncio
import datetime as dt
import secrets
import sys

from adapters.directory import installed
from adapters.settings import Settings, origin
from bot.persistence.desk import Desk
from bot.persistence.opening import StoreError, open_store
from bot.persistence.register import Person
from knowledge.model import SchoolId

GOOD_FOR = dt.timedelta(minutes=15)
WHILE_RUNNING = (
    "A server on SQLite has the database to itself: stop it for this command, or keep "
    "the database in PostgreSQL."
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "link",
        help="print a one-time sign-in link",
        description="Print a link that signs somebody in, once, within 15 minutes. "
        "Hand it to nobody else.",
        epilog="example: headnote link polymat head@school.example",
    )
    parser.add_argument("school", help="the school's short name")
    parser.add_argument("email", help="their school e-mail address")
    parser.add_argument(
        "--base", metavar="URL", help="where Headnote is; default HEADNOTE_PUBLIC_URL"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    settings = Settings()
    try:
        base = origin(args.base) if args.base else settings.public_url
    except ValueError as error:
        print(f"headnote link: --base: {error}", file=sys.stderr)
        return 2
    if not base:
        print(
            "headnote link: where is Headnote? Set HEADNOTE_PUBLIC_URL or give --base.",
            file=sys.stderr,
        )
        return 2
    who = installed(settings).may_sign_in(args.email, SchoolId(args.school))
    if who is None:
        print(
            "headnote link: that address may not sign in there. Name the person, or "
            "the domain under `staff`, with `headnote setup`.",
            file=sys.stderr,
        )
        return 1
    token = secrets.token_urlsafe(32)
    try:
        asyncio.run(_invite(settings.database, token, who))
    except StoreError as error:
        print(f"headnote link: {error} {WHILE_RUNNING}", file=sys.stderr)
        return 1
    print(f"{base}/sign-in/{token}")
    return 0


async def _invite(database: str, token: str, who: Person) -> None:
    now = dt.datetime.now(dt.UTC)

    def work(desk: Desk) -> None:
        desk.register.invite(token, who, now + GOOD_FOR)
        desk.ledger.note(
            at=now, actor="headnote", action="sign-in.invited", about=who.id
        )

    store = open_store(database)
    try:
        await store.tx(work)
    finally:
        await store.close()
