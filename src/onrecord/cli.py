"""The command line: thin commands over the runtime.  Heavy imports happen inside the commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from onrecord.commands.accounts import Json, user
from onrecord.commands.records import count_of, day_of, filters_of, question_of, records, speaker_of, with_id
from onrecord.commands.shown import (
    in_marks,
    print_json,
    progress,
    readable_answer,
    readable_check,
    say,
    say_status,
    shortened,
)
from onrecord.errors import InputError, OnRecordError

if TYPE_CHECKING:
    from onrecord.runtime import Runtime
    from onrecord.types import Quote

__all__ = ["app", "main"]

app = typer.Typer(
    name="onrecord",
    help="Question answering over a newsroom's articles: every answer cited, every quotation verbatim.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(user, name="user")

Index = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index folder [ONRECORD_INDEX].")]
Speaker = Annotated[str | None, typer.Option(metavar="NAME", help="Only passages in which NAME speaks.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this day or later (2022-06-17).")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this day or earlier.")]
Today = Annotated[str | None, typer.Option(metavar="DATE", help="The day that the question is asked on.")]
Articles = Annotated[list[str] | None, typer.Option("--article", metavar="ID", help="Only these articles.")]
Batch = Annotated[Path | None, typer.Option(metavar="FILE", help="JSON Lines, one object a line.")]


@app.command()
def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL...", help="Files, folders, and addresses of pages, feeds and sitemaps."),
    ],
    index: Index = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles that were not given.")] = False,
    as_json: Json = False,
) -> None:
    """Read articles and publish an index of them."""
    with _runtime(index=index) as runtime, progress() as told:
        report = runtime.ingest(paths, prune=prune, progress=told)
    articles = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "removed")}
    rejected = [{"file": r.file, "line": r.line, "reason": r.reason} for r in report.rejected]
    for one in report.rejected:
        line = f", line {one.line}" if one.line else ""
        say(f"rejected {one.file}{line}: {one.reason}", error=True)
    if prune and rejected:
        say("nothing was removed, because files were rejected; mend them and ingest again", error=True)
    if as_json:
        articles["rejected"] = len(rejected)
        fields = ("passages", "embedded", "quotes", "seconds")
        print_json(
            {"generation": report.generation, "articles": articles}
            | {name: getattr(report, name) for name in fields}
            | {"rejected": rejected}
        )
        return
    done = ", ".join(f"{count} {name}" for name, count in articles.items() if count) or "nothing new"
    say(
        f"{report.generation}: {done}; {report.passages} passages ({report.embedded} embedded), "
        f"{report.quotes} quotes, {report.seconds:.1f} s"
    )


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Words to look for.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    speaker: Speaker = None,
    since: Since = None,
    until: Until = None,
    today: Today = None,
    article: Articles = None,
    batch: Batch = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Find the passages nearest to a query."""
    from onrecord.jsonable import hits_json

    options = {"speaker": speaker, "since": since, "until": until, "today": today, "article": article or []}
    with _runtime(index=index) as runtime:
        for record in records("query", query, batch, options):
            filters = filters_of(record)
            day = day_of(record, "today")
            hits = runtime.search(record["query"], k=count_of(record.get("k", k)), filters=filters, today=day)
            found = hits_json(record["query"], hits)
            if as_json or batch:
                print_json(with_id(record, found))
            else:
                for one in found["hits"]:
                    say(
                        f"{one['rank']:>2}. {one['article']} [{one['start']}:{one['end']}]\n    {shortened(one['text'])}"
                    )


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What to ask.")] = None,
    speaker: Speaker = None,
    since: Since = None,
    until: Until = None,
    today: Today = None,
    article: Articles = None,
    after: Annotated[
        list[str] | None, typer.Option(metavar="QUESTION", help="What was asked before, the first one first.")
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Answer in the articles' own words only.")] = False,
    stream: Annotated[bool, typer.Option("--stream", help="Print one JSON event a line.")] = False,
    batch: Batch = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Answer a question with cited passages."""
    from onrecord.jsonable import answer_json, event_json
    from onrecord.types import Answer

    options: dict[str, Any] = {"speaker": speaker, "since": since, "until": until, "today": today}
    options |= {"article": article or [], "history": [{"question": one} for one in after or []]}
    with _runtime(index=index) as runtime:
        for record in records("question", question, batch, options):
            phrased = not (no_model or record.get("no_model", False))
            with closing(runtime.ask(question_of(record), phrased=phrased)) as events:  # type: ignore[type-var]
                for event in events:
                    if stream:
                        print_json(with_id(record, event_json(event)))
                    elif isinstance(event, Answer):
                        if as_json or batch:
                            print_json(with_id(record, answer_json(event)))
                        else:
                            say(readable_answer(event))


@app.command(name="check")
def check_quote(
    quote: Annotated[str | None, typer.Argument(help="The quotation, without its marks.")] = None,
    speaker: Annotated[str | None, typer.Option(metavar="NAME", help="Who is said to have said it.")] = None,
    batch: Batch = None,
    draft: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Every quotation of a draft: .txt, .md, .html, .docx.")
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Where nothing matches, list what was said on the subject.")
    ] = False,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Compare a quotation with what was printed: verbatim, altered, cut, said by somebody else, not found."""
    from onrecord.jsonable import check_json
    from onrecord.types import QuoteClaim

    if draft is not None and (quote is not None or batch is not None or speaker is not None):
        raise InputError("--draft goes alone", hint="the draft says who spoke; leave the other arguments out")
    with _runtime(index=index) as runtime:
        if draft is not None:
            for number, one in enumerate(runtime.check_draft(draft, str(draft), nearest=nearest), start=1):
                if as_json:
                    print_json(check_json(one))
                else:
                    said = one.claim.speaker or "speaker not named"
                    words = in_marks(one.claim.text, one.claim.spans)
                    say(f"{number}. {words} ({said})\n{readable_check(check_json(one))}\n")
            return
        for record in records("quote", quote, batch, {"speaker": speaker}):
            claim = QuoteClaim(record["quote"], speaker_of(record))
            found = check_json(runtime.check(claim, nearest=nearest))
            if as_json or batch:
                print_json(with_id(record, found))
            else:
                say(readable_check(found))


@app.command(name="article")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID")], index: Index = None, as_json: Json = False
) -> None:
    """Print an article: the text that every offset counts in."""
    from onrecord.jsonable import article_json

    with _runtime(index=index) as runtime:
        found = runtime.article(article_id)
    if as_json:
        print_json(article_json(found))
    else:
        say(found.text)


@app.command()
def quotes(
    speaker: Annotated[str | None, typer.Option(metavar="NAME", help="Only what NAME said.")] = None,
    article: Annotated[str | None, typer.Option(metavar="ID", help="Only this article.")] = None,
    about: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The nearest to a subject, in meaning or words.")
    ] = None,
    since: Since = None,
    until: Until = None,
    most: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many, with --about.")] = 20,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """List who said what, word for word or reported."""
    from onrecord.jsonable import quote_json

    filters = filters_of({"speaker": speaker, "since": since, "until": until, "article": article})
    with _runtime(index=index) as runtime:
        if about is not None:
            found: Iterable[Quote] = runtime.quotes_about(about, most=most, filters=filters)
        else:
            days = {"since": filters.since, "until": filters.until}
            found = runtime.quotes(speaker=speaker, article=article, **days)
        for quote in found:
            if as_json:
                print_json(quote_json(quote))
            else:
                name = quote.speaker.name if quote.speaker else "(speaker unknown)"
                say(f"{name}, {'direct' if quote.direct else 'reported'}: {shortened(quote.text)}")


@app.command()
def speakers(
    merge: Annotated[tuple[str, str] | None, typer.Option(metavar="NAME OTHER", help="NAME is OTHER.")] = None,
    split: Annotated[tuple[str, str] | None, typer.Option(metavar="NAME OTHER", help="NAME is not OTHER.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last merge or split back.")] = False,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """List who is quoted and how often; merge or split names by hand."""
    from onrecord.types import SpeakerDecision

    if sum(map(bool, (merge, split, undo))) > 1:
        raise InputError("--merge, --split and --undo exclude each other", hint="give one at a time")
    with _runtime(index=index) as runtime:
        if merge:
            runtime.decide(SpeakerDecision("merge", *merge))
        elif split:
            runtime.decide(SpeakerDecision("split", *split))
        elif undo:
            last = runtime.undo_decision()
            say(f"undone: {last.kind} {last.name!r} and {last.other!r}", error=True)
        for one in runtime.speakers():
            fields = {"name": one.name, "aliases": list(one.aliases), "direct": one.direct}
            if as_json:
                print_json(fields | {"reported": one.reported, "articles": one.articles})
            else:
                also = f" (also {', '.join(one.aliases)})" if one.aliases else ""
                say(f"{one.direct:>5} direct {one.reported:>5} reported  {one.name}{also}")


@app.command()
def withdraw(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let it stand as printed again.")] = False,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Never find or cite an article again, from this moment on."""
    with _runtime(index=index) as runtime:
        if undo:
            runtime.restore(article_id)
        else:
            runtime.withdraw(article_id, note=note)
        say_status(runtime.article(article_id), as_json=as_json)


@app.command()
def correct(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="What was corrected.")],
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Say what was corrected wherever an article is cited."""
    with _runtime(index=index) as runtime:
        runtime.correct(article_id, note=note)
        say_status(runtime.article(article_id), as_json=as_json)


@app.command()
def verify(index: Index = None, as_json: Json = False) -> None:
    """Check that everything published is whole."""
    with _runtime(index=index) as runtime:
        manifest = runtime.manifest()
    if as_json:
        print_json({"whole": True, "generation": manifest.generation, "counts": manifest.counts})
    else:
        counts = ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
        say(f"{manifest.generation} is whole: {counts}, {len(manifest.files)} files")


@app.command()
def rollback(index: Index = None, as_json: Json = False) -> None:
    """Publish the generation before the current one again."""
    with _runtime(index=index) as runtime:
        manifest = runtime.rollback()
    if as_json:
        print_json({"generation": manifest.generation, "counts": manifest.counts})
    else:
        say(f"{manifest.generation} is published again")


@app.command()
def doctor(index: Index = None, as_json: Json = False) -> None:
    """Check this machine and this installation; each line says ok or what to do."""
    from onrecord.doctor import examine

    with _runtime(index=index) as runtime:
        found = examine(runtime)
    if as_json:
        print_json({"ok": all(one.ok for one in found), "checks": [one.as_dict() for one in found]})
    else:
        for one in found:
            say(f"{'ok ' if one.ok else 'NO '} {one.name}: {one.detail}" + ("" if one.ok else f" -> {one.advice}"))
    if not all(one.ok for one in found):
        raise typer.Exit(3)


@app.command()
def evaluate(
    name: Annotated[str | None, typer.Argument(metavar="SUITE", help="Which suite; --list prints them.")] = None,
    list_suites: Annotated[bool, typer.Option("--list", help="Print the suites.")] = False,
    cache: Annotated[Path, typer.Option(metavar="DIR", help="Where vectors and indexes are kept.")] = Path(
        ".evaluation"
    ),
    limit: Annotated[int | None, typer.Option(min=1, help="The most questions of a set.")] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Leave out what runs the language model.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Embed no passage; use the vectors that are kept.")
    ] = False,
    only: Annotated[str, typer.Option(metavar="SET", help="Only the sets whose name holds this.")] = "",
    as_json: Json = False,
) -> None:
    """Measure on benchmark data, which ONRECORD_BENCH_DATA names."""
    from onrecord.evaluation.suite import Options
    from onrecord.evaluation.suites import SUITES, suite

    if list_suites:
        for one, about in SUITES.items():
            if as_json:
                print_json({"suite": one, "about": about})
            else:
                say(f"{one:<12} {about}")
        return
    if name is None:
        raise InputError("no suite was named", hint="`onrecord evaluate --list` prints them")
    figures = suite(name)(Options(cache, limit, model=not no_model, partial=partial, only=only))
    if as_json:
        print_json({"suite": name, "figures": figures})
    else:
        say(json.dumps(figures, indent=1, ensure_ascii=False))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port [7860].")] = None,
    index: Index = None,
) -> None:
    """Open the chat in a browser; an empty index is filled from the corpus first."""
    from onrecord.serve import run

    with _runtime(index=index, host=host, port=port) as runtime, progress() as told:
        run(runtime, progress=told, say=lambda text: say(text, error=True))


def main(argv: list[str] | None = None) -> NoReturn:
    """Run a command; every error is one line on stderr, and JSON on stdout with ``--json``."""
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        # A terminal or a file name may not be UTF-8; a character that cannot be shown is no fault.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(arguments, prog_name="onrecord", standalone_mode=False) or 0
    except OnRecordError as error:
        code = _failed(arguments, error.code, error.message, error.hint, error.exit_code)
    except typer.TyperException as error:
        code = _failed(arguments, "bad_usage", error.format_message(), "see `onrecord --help`", 2)
    except (KeyboardInterrupt, typer.Abort):
        code = _failed(arguments, "interrupted", "interrupted", "what was published before is whole", 130)
    except BrokenPipeError:
        # The reader of a pipe left; nothing more can be said to it.
        sys.stderr.close()
        code = 1
    except Exception as error:  # the last place before a traceback would reach a user
        reason = f"{type(error).__name__}: {error}"
        code = _failed(arguments, "internal", reason, "this is a fault of onrecord; please report it", 1)
    sys.exit(code)


def _failed(arguments: list[str], code: str, message: str, hint: str, exit_code: int) -> int:
    line = " ".join(f"{message}; {hint}".split())
    say(f"onrecord: {line}", error=True)
    if "--json" in arguments:
        print_json({"error": {"code": code, "message": message, "hint": hint}})
    return exit_code


@contextmanager
def _runtime(**options: object) -> Iterator[Runtime]:
    from onrecord.runtime import Runtime
    from onrecord.settings import load_settings

    with closing(Runtime(load_settings(**options))) as runtime:
        yield runtime


if __name__ == "__main__":
    main()
