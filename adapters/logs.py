"""How log lines are written: ids and facts to the error stream, never words.

Whatever is logged passes through here, libraries' lines included. Keys that could
hold what a person wrote, or who they are, are dropped; of an error only its type and
where it happened are told, since its message may quote what it choked on.
"""

import logging
import sys
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

DROPPED = frozenset(
    {
        "address",
        "answer",
        "asked",
        "body",
        "cookie",
        "email",
        "given",
        "label",
        "link",
        "mail",
        "name",
        "names",
        "password",
        "payload",
        "phone",
        "proposal",
        "question",
        "reply",
        "said",
        "secret",
        "shown",
        "subject",
        "summary",
        "text",
        "token",
        "typed",
        "url",
        "utterance",
        "value",
        "values",
        "words",
    }
)
"""Keys that could hold words, names or secrets; also as the last part of a key."""
LONGEST = 200
DEEPEST = 5


def configure(kind: str, stream: TextIO | None = None) -> None:
    """Send all log lines to the error stream.

    Args:
        kind: "json" for one JSON object a line, anything else for plain lines.
        stream: Another place than the error stream.

    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        without_words,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written = _renderer(kind, stream)
    structlog.configure(
        processors=[*shared, written],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    lines = logging.StreamHandler(stream)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_bare, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                written,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(logging.WARNING)


def _renderer(kind: str, stream: TextIO) -> Processor:
    if kind == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=stream.isatty())


def without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop what could hold words; shorten what is left; tell errors by type."""
    error = _error(event.pop("exc_info", None))
    event.pop("stack_info", None)
    kept = {
        key: _plain(value)
        for key, value in event.items()
        if key.startswith("_") or key.lower().rpartition("_")[2] not in DROPPED
    }
    if error:
        kept["exception"] = told(error)
    return kept


def told(error: BaseException) -> str:
    """An error's type and where it was raised, then likewise what caused it."""
    chain: list[str] = []
    at: BaseException | None = error
    while at is not None and len(chain) < DEEPEST:
        chain.append(f"{type(at).__qualname__}{_where(at.__traceback__)}")
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return " from ".join(chain)


def _where(trace: TracebackType | None) -> str:
    frames: list[str] = []
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        frames.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f" at {' > '.join(frames[-DEEPEST:])}" if frames else ""


def _error(found: object) -> BaseException | None:
    match found:
        case BaseException():
            return found
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value[:LONGEST]
    if value is None or isinstance(value, bool | int | float | logging.LogRecord):
        return value
    return type(value).__name__


def _bare(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A library's line without what it put into it, which may be anything."""
    record = event["_record"]
    lines = str(record.msg).splitlines() or [""]
    event["event"], event["logger"] = lines[0], record.name
    return event
