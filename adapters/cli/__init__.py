"""The `headnote` command: parsing of its words, and what each command does."""

import argparse
import sys
from collections.abc import Callable, Sequence

from adapters.cli import ask, bench, calibrate, check, evaluate, quality
from adapters.cli.cases import UnreadableError
from adapters.library import UnknownSchoolError
from knowledge import PackError

Serve = Callable[[str, int], int]


def run(argv: Sequence[str], serve: Serve) -> int:
    """Run one command.

    Args:
        argv: The words after `headnote`.
        serve: Starts the server on a host and port; returns when it stops.

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
    for module in (ask, check, evaluate, calibrate, quality, bench):
        module.add(commands)
    _add_serve(commands, serve)
    return parser


def _add_serve(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", serve: Serve
) -> None:
    parser = commands.add_parser(
        "serve",
        help="start the web page",
        description="Start the web page on this machine.",
        epilog="example: headnote serve --port 8080",
    )
    parser.add_argument("--host", default="127.0.0.1", choices=("127.0.0.1", "::1"))
    parser.add_argument("--port", type=_port, default=8080)
    parser.set_defaults(run=lambda args: serve(args.host, args.port))


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
