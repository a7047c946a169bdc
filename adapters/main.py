"""Where everything meets: the entry point, and one aiohttp application."""

import datetime as dt
import sys

import structlog
from aiohttp import web

from adapters import cli
from adapters.library import Library, open_library
from adapters.settings import Settings
from adapters.web.app import MOST_BYTES, Web, guarded
from adapters.web.channel import Threads
from adapters.web.inbound import CHANNEL
from bot.adviser import Adviser
from bot.delivery import Courier
from bot.persistence.memory import MemoryStore
from bot.ports import Clock


def main() -> int:
    """The `headnote` command."""
    return cli.run(sys.argv[1:], serve)


def build_app(library: Library, settings: Settings, clock: Clock) -> web.Application:
    """The application with all its channels."""
    store = MemoryStore()
    threads = Threads()
    courier = Courier(store, {CHANNEL: threads})
    adviser = Adviser(library.schools, store, courier, clock, settings.contacts)
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[guarded])
    app.add_routes(Web(adviser, threads, library.schools).routes())
    return app


def serve(host: str, port: int) -> int:
    """Serve until stopped; returns the exit code."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    app = build_app(open_library(), Settings(), lambda: dt.datetime.now(dt.UTC))
    where = f"[{host}]" if ":" in host else host
    print(f"Headnote is at http://{where}:{port} (stop with Ctrl+C).", flush=True)
    try:
        web.run_app(app, host=host, port=port, print=lambda *_: None, access_log=None)
    except OSError as error:
        print(
            f"headnote: cannot listen on {host}:{port} ({error.strerror}). "
            "Is it already running? Choose another with --port.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
