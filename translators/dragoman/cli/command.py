"""The commands and their options, by click."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import UnknownDialect
from ..registry import get
from ..translate import translate_stream
from .convert import Converter, Options, Tally
from .files import DAMAGED, Input, Output, same_file

_KINDS = ("dropped", "changed", "invented")


@click.group()
@click.version_option(__version__, prog_name="dragoman")
def dragoman() -> None:
    """Translate between LLM API dialects, and see exactly what was lost."""


@dragoman.command()
@click.argument(
    "source_file",
    metavar="[INPUT]",
    default="-",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
@click.option(
    "--from",
    "source",
    metavar="DIALECT",
    help="Dialect of the input. Default: what each exchange says, or what a body looks like.",
)
@click.option("--to", "target", metavar="DIALECT", required=True, help="Dialect of the output.")
@click.option("-o", "--output", metavar="FILE", help="Where the result goes; .gz compresses. Default: stdout.")
@click.option("--losses", metavar="FILE", help="Write every loss as a line of JSON.")
@click.option("--loss-values", is_flag=True, help="Write the values lost too. They may be large, or secret.")
@click.option(
    "--kind",
    type=click.Choice(["auto", "request", "response", "error", "stream", "exchange"]),
    default="auto",
    show_default=True,
    help="What the input holds; stream: the raw bytes of one stream.",
)
@click.option(
    "--on-loss",
    type=click.Choice(["report", "ignore", "raise"]),
    default="report",
    show_default=True,
    help="raise: what cannot be converted without loss fails.",
)
@click.option("--path", metavar="PATH", help="Request target of bare requests, where the dialect keeps things there.")
@click.option("--validate", is_flag=True, help="Check every document against its dialect's schema first.")
def convert(
    source_file: str,
    source: str | None,
    target: str,
    output: str | None,
    losses: str | None,
    loss_values: bool,
    kind: Any,
    on_loss: Any,
    path: str | None,
    validate: bool,
) -> None:
    """Convert a log, a document or a stream into another dialect.

    INPUT is JSON, JSON lines (plain or gzip) or the raw text of a stream; `-` or nothing is stdin. A line is
    a whole exchange (an object with dialect, request, response, stream_body, status, request_path, as far as
    known), a line of a batch file, or a bare request, response or error body.

    One line comes out for one line in, in order. A line that fails comes out as {"error": ...}, is named on
    stderr with its file, line and place, and does not stop the run.

    The exit status is 0 if all went well, 1 if something failed, 2 for wrong usage.
    """
    for option, dialect in (("--from", source), ("--to", target)):
        if dialect is not None:
            _check_dialect(option, dialect)
    for option, file in (("--output", output), ("--losses", losses)):
        if file == "":
            raise click.BadParameter("is empty", param_hint=option)
    if loss_values and losses is None:
        raise click.UsageError("--loss-values needs --losses, the file that they go to")
    if losses is not None and same_file(output, losses):
        raise click.BadParameter("is the output file too", param_hint="--losses")
    if losses is not None and same_file("/dev/fd/0" if source_file == "-" else source_file, losses):
        raise click.BadParameter("is the input file, which the losses would replace", param_hint="--losses")
    options = Options(target, source, kind, on_loss, path, validate, loss_values)
    name = "stdin" if source_file == "-" else source_file
    _leave_on_signals()
    messages = _Messages()
    with _writing():
        tally = _run(source_file, name, output, losses, options, messages)
    for line in _summary(tally, on_loss):
        messages.say(line)
    sys.exit(1 if tally.failed or messages.lost else 0)


@dragoman.command()
@click.argument("dialect", metavar="DIALECT")
@click.argument("document", metavar="DOCUMENT")
def schema(dialect: str, document: str) -> None:
    """Print the JSON Schema of a document.

    DIALECT is a dialect, a flavour (which has its dialect's schema), or `canonical` for the form that all
    dialects are read into. DOCUMENT is request, response, error or event (the data of one event of a stream);
    canonical has request and response.
    """
    from ..wire import models, names, schemas  # here, for it imports pydantic, and `convert` need not wait for that

    try:
        known = models(dialect)
        if "+" in dialect:
            get(dialect)
    except UnknownDialect as unknown:
        hint = "" if unknown.suggestions else f"; there are {', '.join(names())}"
        raise click.BadParameter(f"{unknown}{hint}", param_hint="DIALECT") from None
    name = dialect.partition("+")[0]
    if document not in known:
        near = get_close_matches(document, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
        raise click.BadParameter(f"{name} has no document {document[:80]!r}; {hint}", param_hint="DOCUMENT")
    with _writing():
        click.echo(schemas.text(name, document), nl=False)


class _Messages:
    """Where messages go: stderr. They never cost the output, which is worth more.

    lost: one found no room, as on a full disk. A reader who has gone has read enough, and lost nothing.
    """

    def __init__(self) -> None:
        self.lost = False

    def say(self, text: str) -> None:
        """One line."""
        try:
            click.echo(_printable(text), err=True)
        except OSError as error:
            self.lost = self.lost or error.errno != errno.EPIPE
            # Neither what is still buffered nor what follows must fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@contextmanager
def _writing() -> Iterator[None]:
    """A full disk or a reader that has gone ends the command with status 1. An error that names no file is stdout's."""
    try:
        yield
        if sys.stdout is not None:  # it was closed before we began
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered must not fail again when Python exits.
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _stop(f"{error.filename or 'stdout'}: {error.strerror or type(error).__name__}")


def _run(
    source_file: str, name: str, output: str | None, losses: str | None, options: Options, messages: _Messages
) -> Tally:
    with ExitStack() as stack:
        source = stack.enter_context(closing(Input(source_file)))
        out = Output(output)
        stack.callback(out.discard)
        lost = None
        if losses is not None:
            lost = Output(losses)
            stack.callback(lost.discard)

        def say(line: int, at: str, message: str) -> None:
            place = f"{at}: " if at else ""
            messages.say(f"{name}:{line}: {place}{message}")

        converter = Converter(options, name, out.file, lost.file if lost is not None else None, say)
        _convert(source, converter, options)
        outputs = [out] if lost is None else [out, lost]
        for file in outputs:
            file.finish()
        for file in outputs:
            file.commit()
        return converter.tally


def _convert(source: Input, converter: Converter, options: Options) -> None:
    try:
        form = "stream" if options.kind == "stream" else source.form()
        if (encoding := source.encoding()) is not None:
            # Its lines do not end where they seem to: one message says more than one for each.
            converter.fail(1, f"the input is {encoding}, which JSON is not: iconv -f {encoding} -t UTF-8")
        elif options.kind == "auto" and options.source is not None and get(options.source).listed and source.listed():
            converter.listed(source.whole())
        elif form == "stream":
            converter.stream(source.chunks())
        elif form == "document":
            converter.record(1, source.whole())
        else:
            for number, line in source.lines():
                converter.record(number, line)
    except DAMAGED as error:
        converter.fail(source.line + 1, f"the compressed input is damaged ({type(error).__name__})")


def _check_dialect(option: str, dialect: str) -> None:
    try:
        translate_stream(dialect, dialect)
    except UnknownDialect as unknown:
        raise click.BadParameter(str(unknown), param_hint=option) from None


def _leave_on_signals() -> None:
    """Turn the signals that ask to end into SystemExit, so that temporary files go."""

    def leave(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Not where they are ignored: nohup does so with SIGHUP, a shell with SIGINT of what runs in the background.
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, leave)


def _summary(tally: Tally, on_loss: str) -> Iterator[str]:
    count = f"{tally.lines} record{'' if tally.lines == 1 else 's'}"
    yield f"{count}: {tally.lines - tally.failed} converted, {tally.failed} failed"
    if tally.pathless:
        bare = f"{tally.pathless} bare request{'' if tally.pathless == 1 else 's'}"
        yield f"{bare}: model and stream flag stand in the path, which only a whole exchange has"
    for dialect, n in sorted(tally.tied.items()):
        yield f"{n} request{'' if n == 1 else 's'} taken for {dialect} may be of another dialect: say --from"
    if on_loss == "ignore":
        yield "losses not counted"
        return
    if not tally.losses:
        yield "no losses"
        return
    loudest = sorted(tally.losses.items(), key=lambda row: (_KINDS.index(row[0][0]), -row[1], row[0][1]))
    rows = [("loss", "code", "count"), *((kind, code, f"{n:,}") for (kind, code), n in loudest)]
    rows.append(("", "all", f"{tally.losses.total():,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        yield f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:>{widths[2]}}"


def _printable(text: str) -> str:
    """One line for a terminal: keys of a document may hold control characters, and be long."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:1000])
    return shown if len(text) <= 1000 else shown + " ..."


def _stop(message: str) -> NoReturn:
    _Messages().say(f"dragoman: {message}")
    sys.exit(1)
