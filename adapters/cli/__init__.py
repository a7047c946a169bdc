"""The `headnote` command: parsing of its words, and what each command does."""

import argparse
import sys
from collections.abc import Callable, Sequence

from adapters.cli import (
    ask,
    bench,
    calibrate,
    check,
    doctor,
    evaluate,
    link,
    proposals,
    quality,
    setup,
)
from adapters.cli.cases import UnreadableError
from adapters.library import UnknownSchoolError
from adapters.settings import SettingsError
from knowledge import PackError

COMMANDS = (
    ask,
    setup,
    doctor,
    link,
    proposals,
    check,
    evaluate,
    calibrate,
    quality,
    bench,
)
Serve = Callable[[str, int, bool | None], int]


def run(argv: Sequence[str], serve: Serve) -> int:
    """Run one command.

    Args:
        argv: The words after `headnote`.
        serve: Starts the server on a host and port, as the demo or not; returns
            when it stops.

    Returns:
        The exit code: 0 done, 1 something was wrong with content or cases, 2 the
        command's words were off.

    """
    parser = _parser(serve)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except (UnknownSchoolError, UnreadableError) as error:
        print(f"headnote: {error}", file=sys.stderr)
        return 2
    except PackError as error:
        print(error, file=sys.stderr)
        count = len(error.problems)
        print(f"headnote: {count} problem(s) in the content.", file=sys.stderr)
        return 1
    except SettingsError as error:
        print(f"headnote: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _parser(serve: Serve) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headnote",
        description="Answers school staff's questions from their school's policy.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    _add_serve(commands, serve)
    return parser


def _add_serve(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", serve: Serve
) -> None:
    parser = commands.add_parser(
        "serve",
        help="start the server",
        description="Start the server. Without HEADNOTE_PUBLIC_URL it is a demo "
        "without sign-in, on this machine only.",
        epilog="example: headnote serve --host 0.0.0.0 --port 8080",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=8080)
    parser.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        help="whether it is the demo (by default where no public URL is set)",
    )
    parser.set_defaults(run=lambda args: serve(args.host, args.port, args.demo))


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
