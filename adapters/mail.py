"""Mail: sign-in links, and word that something waits; never a case's words.

Mail lies about in inboxes, on phones and in backups, so what it says is that there is
something to see, and where. Names of servers' users, addresses and what a server
answered are kept out of errors, which are logged.
"""

import datetime as dt
import hashlib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from adapters.settings import LOOPBACK, is_email
from bot.decision import About
from bot.ports import Clock, Delivery, DeliveryError

PATIENCE = 15.0
"""Seconds for one mail; less than a courier allows a channel."""
STANDING = (
    "This mail was sent by Headnote, your school's policy adviser. It says nothing of "
    "what was asked; please do not reply to it."
)
_FOR_GOOD = range(500, 600)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Mailer:
    """Sends mail through one server.

    Args:
        url: `smtps://user:password@host:465`, or `smtp://…:587`, which then has to
            offer STARTTLS unless it is on this machine.
        sender: The address that mail comes from.
        clock: What mail is dated by.
        tls: What to check the server's certificate by, if not the system's store.

    """

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        clock: Clock = _now,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._secure else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender
        self._clock = clock
        self._tls = tls

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self._sender.rpartition("@")[2]

    async def send_link(self, email: str, link: str) -> None:
        """Send somebody their sign-in link.

        Raises:
            DeliveryError: The server did not take it.

        """
        await self.send(
            email,
            "Your link to sign in to Headnote",
            f"Open this link to sign in. It works once, for 15 minutes:\n\n{link}\n\n"
            "If you did not ask for it, somebody typed your address by mistake: there "
            "is nothing that you need to do.",
            make_msgid(domain=self.domain),
        )

    async def send(self, to: str, subject: str, text: str, message_id: str) -> None:
        """Send one mail.

        Raises:
            DeliveryError: The server did not take it, or that is not known.

        """
        if not is_email(to):
            raise DeliveryError("not an e-mail address", retryable=False)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = to
        mail["Subject"] = " ".join(subject.split())
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "out of office" back
        mail.set_content(f"{text}\n\n-- \n{STANDING}\n")
        try:
            async with self._server() as server:
                await server.send_message(mail)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _undelivered(error) from None  # its words may hold the address

    async def reachable(self) -> None:
        """Go as far as signing in to the server, and send nothing.

        Raises:
            DeliveryError: That failed.

        """
        try:
            async with self._server() as server:
                await server.noop()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _undelivered(error) from None

    def _server(self) -> aiosmtplib.SMTP:
        own = self._host in LOOPBACK
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            local_hostname=self.domain,
            timeout=PATIENCE,
            use_tls=self._secure,
            start_tls=None if self._secure or own else True,
            tls_context=self._tls,
        )


class MailChannel:
    """The channel of people who are reached by mail."""

    def __init__(self, mailer: Mailer, public_url: str) -> None:
        self._mailer = mailer
        self._url = public_url.rstrip("/")

    async def send(self, delivery: Delivery) -> str:
        """Say that there is something to see, and where.

        Raises:
            DeliveryError: The server did not take it, or that is not known.

        """
        digest = hashlib.sha256(delivery.key.encode()).hexdigest()
        message_id = f"<{digest[:32]}@{self._mailer.domain}>"
        summary = delivery.reply.summary or "There is news for you in Headnote"
        text = f"{summary}.\n\nSee it here:\n{self._url}{_page(delivery.about)}"
        await self._mailer.send(delivery.address.id, summary, text, message_id)
        return message_id


def _page(about: About | None) -> str:
    if about is None:
        return "/"
    return "/inbox" if about.to else "/asked"


def _undelivered(error: Exception) -> DeliveryError:
    """What a mail server's refusal means; only its code is told."""
    match error:
        case aiosmtplib.SMTPResponseException(code=code):
            return DeliveryError(f"SMTP {code}", retryable=code not in _FOR_GOOD)
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused):
            codes = sorted({each.code for each in refused})
            return DeliveryError(
                f"SMTP {', '.join(map(str, codes))}",
                retryable=not set(codes) & set(_FOR_GOOD),
            )
        case ssl.SSLError() | aiosmtplib.SMTPNotSupported():
            return DeliveryError(type(error).__name__, retryable=False)
        case aiosmtplib.SMTPException() if isinstance(error.__cause__, ssl.SSLError):
            return DeliveryError("SSLError", retryable=False)
        case (
            aiosmtplib.SMTPConnectError()
            | aiosmtplib.SMTPServerDisconnected()
            | aiosmtplib.SMTPTimeoutError()
            | OSError()
        ):
            return DeliveryError(type(error).__name__, retryable=True)
        case _:
            return DeliveryError(type(error).__name__, retryable=False)
