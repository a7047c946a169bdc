"""Pictures of what people see on Slack, from the blocks that Headnote sends.

They show the layout, not the limits and not the escaping: what draws them is a
look-alike of Slack's client. Once, in any folder:

    npm install slack-blocks-to-jsx@1.1.1 react@18 react-dom@18 esbuild@0.28.2
    node node_modules/esbuild/install.js

Then, with Chromium installed, all of them into a folder, or only those named:

    python -m tests.slack.pictures THAT_FOLDER docs/pictures question emergency preview
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from adapters.library import open_library
from adapters.slack.render import home, is_form, to_blocks, to_modal
from bot import cards
from bot.conversation import Contact, Conversation, Situation
from bot.deciding import decide
from bot.escalation import World
from bot.people import Address
from bot.reply import Reply
from bot.turn import Turn, TurnId, Utterance
from knowledge import School
from tests.conftest import SMALL
from tests.fakes import OAKFIELD, Rig, a_roster

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ASKED = "Jayden's mum has sent me a friend request on Facebook, can I accept it?"
ANSWERED = "Not until it is in writing. Come and see me after school today."

ENTRY = """
import React from "react";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
const logo = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" ' +
  'height="9" fill="#1d4f6e"/><path d="M2 2h1.4v2h2V2H7v5H5.4V5.3h-2V7H2z" ' +
  'fill="#fff"/></svg>');
const nobody = { users: [], channels: [], user_groups: [] };
createRoot(document.getElementById("root")).render(
  <div id="drawn">
    {window.MESSAGES.map((blocks, at) => (
      <Message key={at} blocks={blocks} name="Headnote" logo={logo}
        time={new Date(2026, 2, 2, 12)} showBlockKitDebug={false} theme="light"
        data={nobody} />
    ))}
  </div>
);
"""
# The look-alike leaves out the words of thumbs, which real clients show on hovering.
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="bundle.css">
<style>
body {{ margin: 0; background: #fff }}
#root {{ width: 680px; padding: 8px 12px; box-sizing: border-box }}
</style>
<div id="root"></div><script>window.MESSAGES = {messages}</script>
<script src="bundle.js"></script>"""


def dicts(reply: Reply) -> list[list[dict[str, Any]]]:
    """A reply as messages, or as the modal that it opens."""
    if is_form(reply):
        view = to_modal(reply, callback_id="form", private_metadata="").to_dict()
        return [view["blocks"]]
    return [[block.to_dict() for block in message] for message in to_blocks(reply)]


async def scenes(school: School) -> dict[str, list[list[dict[str, Any]]]]:
    """What is said from a question to the head's reply, and at other times."""
    rig = Rig(school, roster=a_roster())
    for who in ("ann", "hana"):
        await rig.begin(who, f"{who.capitalize()} Example")
    shown: dict[str, Reply] = {}

    def newest(who: str) -> Reply:
        return rig.channel.to(who)[-1].reply

    await rig.act("ann", Utterance("can I use my own phone around pupils"))
    shown["silent"] = newest("ann")
    await rig.act("ann", Utterance(ASKED))
    shown["question"] = newest("ann")
    await rig.press("ann", "Yes")
    await rig.press("ann", "No, only in words")
    shown["answer"] = newest("ann")
    offer = next(each for each in rig.labels("ann") if "Ask the headteacher" in each)
    await rig.press("ann", offer)
    shown["form"] = newest("ann")
    await rig.submit("ann", "See what will be sent", question=ASKED, name="named")
    shown["preview"] = newest("ann")
    await rig.press("ann", rig.labels("ann")[0])
    shown["ping"] = newest("hana")
    await rig.press("hana", "Acknowledge")
    await rig.answer("hana", ANSWERED)
    shown["reply"] = next(
        each.reply
        for each in reversed(rig.channel.to("ann"))
        if "There is a reply" in each.reply.summary
    )
    person = rig.person("ann")
    case = (await rig.store.tx(lambda desk: desk.cases.asked_by(person)))[0]
    world = World(a_roster(), {}, rig.clock())
    waiting = cards.card(case, world, asker=True)
    await rig.press("ann", "That settles it")
    settled = await rig.case(case.id)
    shown["settled"] = cards.card(settled, world, asker=False)
    await rig.store.close()
    shown["emergency"] = emergency(school, rig)
    made = {name: dicts(reply) for name, reply in shown.items()}
    tab = home([("Your open questions", [waiting]), ("Waiting for you", [])])
    return {**made, "home": [tab.to_dict()["blocks"]]}


def emergency(school: School, rig: Rig) -> Reply:
    """What somebody who types of an emergency is told at once."""
    contacts = (
        Contact("Safeguarding lead", "Lena Example", "020 7946 0001"),
        Contact("Deputy", "Sam Example", "020 7946 0002"),
    )
    situation = Situation(Conversation(OAKFIELD), contacts, rig.directory.people)
    turn = Turn(
        id=TurnId("t"),
        person=rig.person("ann"),
        address=Address("test", "ann"),
        activity=Utterance("a girl in my form says she wants to kill herself"),
    )
    return decide(turn, situation, school, rig.clock()).messages[0].reply


def bundle(packages: Path, into: Path) -> None:
    """The look-alike with its styles, in two files."""
    (packages / "entry.jsx").write_text(ENTRY, encoding="utf-8")
    subprocess.run(
        [
            packages / "node_modules/.bin/esbuild",
            "entry.jsx",
            "--bundle",
            "--minify",
            "--jsx=automatic",
            '--define:process.env.NODE_ENV="production"',
            f"--outfile={into.resolve() / 'bundle.js'}",
            "--log-level=error",
        ],
        cwd=packages,
        check=True,
    )


def main(packages: str, folder: str, *names: str) -> None:
    """Draw the scenes, all or those named."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        library = open_library(
            topics=SMALL / "topics", packs=SMALL / "packs", cache=work / "cache"
        )
        drawn = asyncio.run(scenes(library.school(OAKFIELD)))
        bundle(Path(packages), work)
        for name in names or drawn:
            words = json.dumps(drawn[name]).replace("<", "\\u003c")
            page = PAGE.format(messages=words)
            (work / f"{name}.html").write_text(page, encoding="utf-8")
        take(work, Path(folder), names or tuple(drawn))


def take(pages: Path, folder: Path, names: Sequence[str]) -> None:
    """A picture of each page, as wide as a message on a laptop."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(
            viewport={"width": 704, "height": 400}, device_scale_factor=1.5
        )
        for name in names:
            page.goto((pages / f"{name}.html").as_uri())
            page.locator("#drawn").wait_for()
            page.locator("#root").screenshot(path=folder / f"slack-{name}.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
