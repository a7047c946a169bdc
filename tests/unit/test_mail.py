"""Mail against a real SMTP server on this machine, and log lines without words."""

import asyncio
import datetime as dt
import io
import json
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import structlog
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from adapters import logs
from adapters.mail import MailChannel, Mailer
from bot.actions import EscalationId
from bot.decision import About
from bot.escalation import Purpose
from bot.people import Address, HolderId
from bot.ports import Delivery, DeliveryError
from bot.reply import Paragraph, Reply

HEAD = Address("mail", "head@school.example")
WORDS = "Jayden's mum wants to be friends"


def at_noon() -> dt.datetime:
    return dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@dataclass
class Postbox:
    """What a server does with mail: keeps it, or answers as it is told to."""

    answer: str = "250 OK"
    rcpt: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        del server, session, options
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        if self.answer.startswith("250"):
            raw = envelope.content
            assert isinstance(raw, bytes)
            parsed = message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
            self.to += envelope.rcpt_tos
        return self.answer


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@asynccontextmanager
async def listening(postbox: Postbox, **how: Any) -> AsyncIterator[int]:  # noqa: ANN401
    """A server on a free port; `secure` is what it speaks TLS with from the start."""
    secure = how.pop("secure", None)

    def made() -> SMTP:
        return SMTP(postbox, hostname="localhost", **how)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(made, "127.0.0.1", 0, ssl=secure)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
async def server(postbox: Postbox) -> AsyncIterator[str]:
    async with listening(postbox) as port:
        yield f"smtp://127.0.0.1:{port}"


def mailer(url: str) -> Mailer:
    return Mailer(url, "headnote@school.example", clock=at_noon)


def ping(key: str = "esc1:1:raise:head", to: str | None = "head") -> Delivery:
    holder = HolderId(to) if to else None
    return Delivery(
        id=1,
        key=key,
        address=HEAD,
        reply=Reply((Paragraph(WORDS),), "A question for you in Headnote (HN-1)"),
        attempts=1,
        about=About(EscalationId("esc1"), Purpose.RAISE, holder),
    )


async def test_a_link_is_sent_to_whom_it_is_for(server: str, postbox: Postbox) -> None:
    link = "https://headnote.school.example/sign-in/" + "x" * 43
    await mailer(server).send_link("anna@school.example", link)
    (mail,) = postbox.mails

    assert postbox.to == ["anna@school.example"]
    assert mail["From"] == "headnote@school.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert link in mail.get_content().splitlines()


async def test_a_ping_holds_no_word_of_the_case(server: str, postbox: Postbox) -> None:
    channel = MailChannel(mailer(server), "https://headnote.school.example")
    ref = await channel.send(ping())
    (mail,) = postbox.mails

    assert mail["Subject"] == "A question for you in Headnote (HN-1)"
    assert mail["Message-ID"] == ref
    assert "https://headnote.school.example/inbox\n" in mail.get_content()
    assert "Jayden" not in mail.as_string()


@pytest.mark.parametrize(("to", "page"), [("head", "/inbox"), (None, "/asked")])
async def test_a_ping_leads_to_where_it_is_seen(
    server: str, postbox: Postbox, to: str | None, page: str
) -> None:
    channel = MailChannel(mailer(server), "https://headnote.school.example")
    await channel.send(ping(to=to))

    assert f"example{page}\n" in postbox.mails[0].get_content()


async def test_a_repeat_is_known_by_its_id(server: str, postbox: Postbox) -> None:
    channel = MailChannel(mailer(server), "https://headnote.school.example")
    for key in ("one", "one", "two"):
        await channel.send(ping(key))
    ids = [mail["Message-ID"] for mail in postbox.mails]

    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@school.example>")


@pytest.mark.parametrize(
    ("stage", "code", "retryable"),
    [
        ("answer", 451, True),
        ("answer", 554, False),
        ("rcpt", 450, True),
        ("rcpt", 550, False),
    ],
)
async def test_a_refusal_is_tried_again_only_if_that_can_help(
    server: str, postbox: Postbox, stage: str, code: int, retryable: bool
) -> None:
    setattr(postbox, stage, f"{code} <head@school.example> is not wanted")

    with pytest.raises(DeliveryError) as refused:
        await mailer(server).send(HEAD.id, "s", "t", "<1@school.example>")

    assert refused.value.retryable is retryable
    assert str(refused.value) == f"SMTP {code}"
    assert refused.value.__cause__ is None


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(DeliveryError) as refused:
        await mailer("smtp://127.0.0.1:1").send(HEAD.id, "s", "t", "<1@school.example>")

    assert refused.value.retryable


async def test_what_is_no_address_is_not_sent_to(server: str, postbox: Postbox) -> None:
    with pytest.raises(DeliveryError) as refused:
        await mailer(server).send_link("a@b.example\nBcc: c@d.example", "x")

    assert not refused.value.retryable
    assert postbox.mails == []


async def test_a_subject_cannot_break_out_of_its_line(
    server: str, postbox: Postbox
) -> None:
    await mailer(server).send(HEAD.id, "a\r\nBcc: x@y.example", "t", "<1@s.example>")

    assert postbox.mails[0]["Subject"] == "a Bcc: x@y.example"
    assert postbox.to == [HEAD.id]


@pytest.fixture(scope="module")
def certificate(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side of TLS with a certificate of its own, and who trusts it."""
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    named = "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    subprocess.run(
        [*made.split(), *named.split()], cwd=folder, check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, ssl.create_default_context(cafile=str(folder / "cert.pem"))


async def test_mail_is_sent_by_tls(
    postbox: Postbox, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, ours = certificate
    async with listening(postbox, secure=theirs) as port:
        sender = Mailer(f"smtps://127.0.0.1:{port}", "h@school.example", tls=ours)
        await sender.send_link(HEAD.id, "x")

    assert len(postbox.mails) == 1


async def test_a_certificate_that_does_not_check_is_not_tried_again(
    postbox: Postbox, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, _ = certificate
    async with listening(postbox, secure=theirs) as port:
        with pytest.raises(DeliveryError) as refused:
            await mailer(f"smtps://127.0.0.1:{port}").send_link(HEAD.id, "x")

    assert not refused.value.retryable
    assert postbox.mails == []


async def test_elsewhere_mail_goes_out_encrypted(
    postbox: Postbox,
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.mail.LOOPBACK", frozenset())
    theirs, ours = certificate
    async with listening(postbox, tls_context=theirs, require_starttls=True) as port:
        url = f"smtp://127.0.0.1:{port}"
        await Mailer(url, "h@school.example", tls=ours).send_link(HEAD.id, "x")

    assert len(postbox.mails) == 1


async def test_elsewhere_mail_is_not_sent_in_the_open(
    server: str, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.mail.LOOPBACK", frozenset())

    with pytest.raises(DeliveryError) as refused:
        await mailer(server).send_link(HEAD.id, "x")

    assert not refused.value.retryable
    assert postbox.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # there is no TLS in this one
async def test_the_server_is_reached_with_user_and_password(postbox: Postbox) -> None:
    seen: list[object] = []

    def admit(*what: object) -> AuthResult:
        login = what[-1]
        seen.append((getattr(login, "login", b""), getattr(login, "password", b"")))
        first = len(seen) == 1
        return AuthResult(success=first, handled=first)

    how = {"auth_required": True, "auth_require_tls": False, "authenticator": admit}
    async with listening(postbox, **how) as port:
        url = f"smtp://us%40er:p%40ss@127.0.0.1:{port}"
        await mailer(url).reachable()
        with pytest.raises(DeliveryError, match="SMTP 535") as refused:
            await mailer(url).reachable()

    assert seen[0] == (b"us@er", b"p@ss")
    assert not refused.value.retryable


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    kept = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("json", stream)
    yield stream
    structlog.configure(**kept)
    root.handlers, root.level = handlers, level


def test_log_lines_have_facts_and_no_words(lines: io.StringIO) -> None:
    structlog.get_logger().info(
        "question.answered",
        topic="phones",
        score=0.5,
        text=WORDS,
        asker_name="Ann",
        message={"words": WORDS},
        why="x" * 500,
    )
    said = json.loads(lines.getvalue())

    assert said["event"] == "question.answered"
    assert (said["topic"], said["score"]) == ("phones", 0.5)
    assert said["message"] == "dict"
    assert len(said["why"]) == 200
    assert "Jayden" not in lines.getvalue()
    assert "Ann" not in lines.getvalue()


def test_errors_are_told_by_type_and_place_alone(lines: io.StringIO) -> None:
    try:
        try:
            int(WORDS)
        except ValueError as error:
            raise KeyError(WORDS) from error
    except KeyError:
        structlog.get_logger().exception("delivery.round_failed")
        logging.getLogger("asyncio").exception("Task failed\nfuture: %s", WORDS)
    mine, theirs = (json.loads(line) for line in lines.getvalue().splitlines())

    assert mine["exception"].startswith("KeyError at ")
    assert " from ValueError at " in mine["exception"]
    assert (theirs["event"], theirs["logger"]) == ("Task failed", "asyncio")
    assert "Jayden" not in lines.getvalue()


def test_plain_lines_are_for_people(lines: io.StringIO) -> None:
    plain = io.StringIO()
    logs.configure("plain", plain)
    structlog.get_logger().warning("mail.slow", seconds=3, text=WORDS)

    assert lines.getvalue() == ""
    assert "mail.slow" in plain.getvalue()
    assert "seconds=3" in plain.getvalue()
    assert "Jayden" not in plain.getvalue()
