"""The command line: thin commands over the runtime.  Heavy imports happen inside the commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from onrecord.errors import FileError, InputError, OnRecordError, QuestionError

if TYPE_CHECKING:
    from onrecord.runtime import Runtime
    from onrecord.storage.accounts import Accounts
    from onrecord.types import Question, Quote, Turn

__all__ = ["app", "main"]

app = typer.Typer(
    name="onrecord",
    help="Question answering over a newsroom's articles: every answer cited, every quotation verbatim.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
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
    with _runtime(index=index) as runtime, _progress() as progress:
        report = runtime.ingest(paths, prune=prune, progress=progress)
    articles = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "removed")}
    rejected = [{"file": r.file, "line": r.line, "reason": r.reason} for r in report.rejected]
    for one in report.rejected:
        line = f", line {one.line}" if one.line else ""
        _say(f"rejected {one.file}{line}: {one.reason}", error=True)
    if prune and rejected:
        _say("nothing was removed, because files were rejected; mend them and ingest again", error=True)
    if as_json:
        articles["rejected"] = len(rejected)
        fields = ("passages", "embedded", "quotes", "seconds")
        _print_json(
            {"generation": report.generation, "articles": articles}
            | {name: getattr(report, name) for name in fields}
            | {"rejected": rejected}
        )
        return
    done = ", ".join(f"{count} {name}" for name, count in articles.items() if count) or "nothing new"
    _say(
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
        for record in _records("query", query, batch, options):
            filters = _filters(record)
            day = _day(record, "today")
            hits = runtime.search(record["query"], k=_count(record.get("k", k)), filters=filters, today=day)
            found = hits_json(record["query"], hits)
            if as_json or batch:
                _print_json(_with_id(record, found))
            else:
                for one in found["hits"]:
                    _say(f"{one['rank']:>2}. {one['article']} [{one['start']}:{one['end']}]\n    {_short(one['text'])}")


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
        for record in _records("question", question, batch, options):
            phrased = not (no_model or record.get("no_model", False))
            with closing(runtime.ask(_question(record), phrased=phrased)) as events:  # type: ignore[type-var]
                for event in events:
                    if stream:
                        _print_json(_with_id(record, event_json(event)))
                    elif isinstance(event, Answer):
                        if as_json or batch:
                            _print_json(_with_id(record, answer_json(event)))
                        else:
                            _say(_readable(event))


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
                    _print_json(check_json(one))
                else:
                    said = one.claim.speaker or "speaker not named"
                    words = _in_marks(one.claim.text, one.claim.spans)
                    _say(f"{number}. {words} ({said})\n{_readable_check(check_json(one))}\n")
            return
        for record in _records("quote", quote, batch, {"speaker": speaker}):
            claim = QuoteClaim(record["quote"], _speaker(record))
            found = check_json(runtime.check(claim, nearest=nearest))
            if as_json or batch:
                _print_json(_with_id(record, found))
            else:
                _say(_readable_check(found))


@app.command(name="article")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID")], index: Index = None, as_json: Json = False
) -> None:
    """Print an article: the text that every offset counts in."""
    from onrecord.jsonable import article_json

    with _runtime(index=index) as runtime:
        found = runtime.article(article_id)
    if as_json:
        _print_json(article_json(found))
    else:
        _say(found.text)


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

    filters = _filters({"speaker": speaker, "since": since, "until": until, "article": article})
    with _runtime(index=index) as runtime:
        if about is not None:
            found: Iterable[Quote] = runtime.quotes_about(about, most=most, filters=filters)
        else:
            days = {"since": filters.since, "until": filters.until}
            found = runtime.quotes(speaker=speaker, article=article, **days)
        for quote in found:
            if as_json:
                _print_json(quote_json(quote))
            else:
                name = quote.speaker.name if quote.speaker else "(speaker unknown)"
                _say(f"{name}, {'direct' if quote.direct else 'reported'}: {_short(quote.text)}")


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
            _say(f"undone: {last.kind} {last.name!r} and {last.other!r}", error=True)
        for one in runtime.speakers():
            fields = {"name": one.name, "aliases": list(one.aliases), "direct": one.direct}
            if as_json:
                _print_json(fields | {"reported": one.reported, "articles": one.articles})
            else:
                also = f" (also {', '.join(one.aliases)})" if one.aliases else ""
                _say(f"{one.direct:>5} direct {one.reported:>5} reported  {one.name}{also}")


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
        _say_status(runtime.article(article_id), as_json=as_json)


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
        _say_status(runtime.article(article_id), as_json=as_json)


user = typer.Typer(help="Who may sign in to a server: accounts, kept apart from the index.", rich_markup_mode=None)
app.add_typer(user, name="user")
Name = Annotated[str, typer.Argument(metavar="NAME")]


@user.command("add")
def add_user(
    name: Name,
    operator: Annotated[bool, typer.Option("--operator", help="May also read metrics; without it: staff.")] = False,
    as_json: Json = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input where that is no terminal."""
    _accounts().add(name, "operator" if operator else "staff", _password())
    _say_accounts(as_json=as_json)


@user.command("list")
def list_users(as_json: Json = False) -> None:
    """List the accounts."""
    _say_accounts(as_json=as_json)


@user.command("password")
def set_password(name: Name, as_json: Json = False) -> None:
    """Give an account another password, which ends its sessions."""
    _accounts().set_password(name, _password())
    _say_accounts(as_json=as_json)


@user.command("remove")
def remove_user(name: Name, as_json: Json = False) -> None:
    """Take an account away, which ends its sessions."""
    _accounts().remove(name)
    _say_accounts(as_json=as_json)


def _accounts() -> Accounts:
    from onrecord.settings import load_settings
    from onrecord.storage.accounts import Accounts

    return Accounts(load_settings().accounts)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _say_accounts(*, as_json: bool) -> None:
    accounts = _accounts().all()
    if as_json:
        _print_json({"accounts": [{"name": one.name, "role": one.role} for one in accounts]})
    else:
        _say("\n".join(f"{one.name}: {one.role}" for one in accounts) or "no accounts yet; see `onrecord user add`")


@app.command()
def verify(index: Index = None, as_json: Json = False) -> None:
    """Check that everything published is whole."""
    with _runtime(index=index) as runtime:
        manifest = runtime.manifest()
    if as_json:
        _print_json({"whole": True, "generation": manifest.generation, "counts": manifest.counts})
    else:
        counts = ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
        _say(f"{manifest.generation} is whole: {counts}, {len(manifest.files)} files")


@app.command()
def rollback(index: Index = None, as_json: Json = False) -> None:
    """Publish the generation before the current one again."""
    with _runtime(index=index) as runtime:
        manifest = runtime.rollback()
    if as_json:
        _print_json({"generation": manifest.generation, "counts": manifest.counts})
    else:
        _say(f"{manifest.generation} is published again")


@app.command()
def doctor(index: Index = None, as_json: Json = False) -> None:
    """Check this machine and this installation; each line says ok or what to do."""
    from onrecord.doctor import examine

    with _runtime(index=index) as runtime:
        found = examine(runtime)
    if as_json:
        _print_json({"ok": all(one.ok for one in found), "checks": [one.as_dict() for one in found]})
    else:
        for one in found:
            _say(f"{'ok ' if one.ok else 'NO '} {one.name}: {one.detail}" + ("" if one.ok else f" -> {one.advice}"))
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
                _print_json({"suite": one, "about": about})
            else:
                _say(f"{one:<12} {about}")
        return
    if name is None:
        raise InputError("no suite was named", hint="`onrecord evaluate --list` prints them")
    figures = suite(name)(Options(cache, limit, model=not no_model, partial=partial, only=only))
    if as_json:
        _print_json({"suite": name, "figures": figures})
    else:
        _say(json.dumps(figures, indent=1, ensure_ascii=False))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port [7860].")] = None,
    index: Index = None,
) -> None:
    """Open the chat in a browser; an empty index is filled from the corpus first."""
    from onrecord.serve import run

    with _runtime(index=index, host=host, port=port) as runtime, _progress() as progress:
        run(runtime, progress=progress, say=lambda text: _say(text, error=True))


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
    _say(f"onrecord: {line}", error=True)
    if "--json" in arguments:
        _print_json({"error": {"code": code, "message": message, "hint": hint}})
    return exit_code


@contextmanager
def _runtime(**options: object) -> Iterator[Runtime]:
    from onrecord.runtime import Runtime
    from onrecord.settings import load_settings

    with closing(Runtime(load_settings(**options))) as runtime:
        yield runtime


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar with a time estimate on a terminal; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress


def _records(key: str, text: str | None, batch: Path | None, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if (text is None) == (batch is None):
        raise InputError(f"give either a {key} or --batch FILE", hint=f'for example: onrecord {_command(key)} "..."')
    if batch is None:
        yield {key: text, **options}
        return
    try:
        # Not splitlines(), which would also cut at a line separator inside a string.
        lines = batch.read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        raise FileError(f"{batch} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise FileError(f"{batch} cannot be read: {error.strerror}", hint="check the path") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield options | _record(key, line, f"{batch}, line {number}")


def _record(key: str, line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise FileError(f"{where} is not JSON", hint="one object a line") from None
    if not isinstance(record, dict) or not isinstance(record.get(key), str):
        raise FileError(f"{where} has no {key} that is a string", hint=f'write {{"id": 1, "{key}": "..."}}')
    return record


def _command(key: str) -> str:
    return {"question": "ask", "query": "search", "quote": "check"}[key]


def _with_id(record: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    return {"id": record["id"], **value} if "id" in record else value


def _question(record: dict[str, Any]) -> Question:
    from onrecord.types import Question

    return Question(record["question"], _filters(record), _day(record, "today"), _history(record))


def _history(record: dict[str, Any]) -> tuple[Turn, ...]:
    from onrecord.types import Turn

    turns = record.get("history") or []
    if not isinstance(turns, list) or not all(isinstance(one, dict) for one in turns):
        raise QuestionError("history is not a list of turns", hint='write [{"question": "...", "answer": "..."}]')
    parts = [(one.get("question"), one.get("answer") or "") for one in turns]
    if not all(isinstance(question, str) and isinstance(answer, str) for question, answer in parts):
        raise QuestionError("a turn of the history is no text", hint='write [{"question": "...", "answer": "..."}]')
    return tuple(Turn(question, answer) for question, answer in parts)


def _filters(record: dict[str, Any]) -> Any:
    from onrecord.types import Filters

    articles = record.get("article") or []
    speaker = _speaker(record)
    if isinstance(articles, str):
        articles = [articles]
    if not isinstance(articles, list) or not all(isinstance(one, str) for one in articles):
        raise QuestionError("article is not a list of ids", hint='write ["id"]')
    filters = Filters(speaker, _day(record, "since"), _day(record, "until"), tuple(articles))
    if filters.since and filters.until and filters.since > filters.until:
        raise QuestionError(f"since {filters.since} is after until {filters.until}", hint="swap the two")
    return filters


def _speaker(record: dict[str, Any]) -> str | None:
    speaker = record.get("speaker")
    if speaker is None or (isinstance(speaker, str) and speaker.strip()):
        return speaker
    raise QuestionError("the speaker is not a name", hint="leave it out or give a name")


def _day(record: dict[str, Any], key: str) -> date | None:
    value = record.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise QuestionError(f"{key} is not a date: {value!r}", hint="write it like 2022-06-17") from None


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise QuestionError(f"k is not a number from 1 to 1000: {value!r}", hint="leave it out for 10")
    return value


def _readable(answer: Any) -> str:
    from onrecord.generation.prompts import REFUSAL

    lines = [f"(understood as: {answer.understood})"] if answer.understood else []
    if answer.refused:
        nearest = [f"  - {article.title}" for article in answer.nearest]
        return "\n".join([*lines, REFUSAL, *(["The nearest articles:", *nearest] if nearest else [])])
    for statement in answer.statements:
        marks = "".join(f"[{number}]" for number in statement.citations)
        name = f"{statement.speaker}: " if statement.kind == "quoted" and statement.speaker else ""
        lines.append(f"{name}{statement.text} {marks}\n")
    for citation in answer.citations:
        article = citation.article
        where = f"{article.outlet or article.id}, {article.published or 'date unknown'}"
        if article.status.state == "corrected":
            where += f"; corrected {article.status.changed}: {article.status.note}"
        lines.append(f"[{citation.number}] {article.title} ({where}) {citation.start}:{citation.end}")
    return "\n".join(lines)


_VERDICTS = {
    "verbatim": "Printed word for word.",
    "altered": "Printed with other words.",
    "truncated": "Printed, but words are missing here.",
    "spliced": "Put together from words that were printed apart.",
    "paraphrase": "Said in other words in print.",
    "other_speaker": "Printed, but as somebody else's words.",
    "not_found": "Not found in this corpus, which does not mean that it was never said.",
}


def _readable_check(found: dict[str, Any]) -> str:
    lines = [_VERDICTS[found["verdict"]] + (f" ({', '.join(found['flags'])})" if found["flags"] else "")]
    groups: dict[int, list[dict[str, Any]]] = {}
    for match in found["matches"]:
        groups.setdefault(match["group"], []).append(match)
    for group in groups.values():
        lines.append(f"  {_in_marks(group[0]['text'], group[0]['spans'])}")
        for match in group:
            speaker = match["speaker"] or "speaker not named"
            where = f"{match['title']} ({match['article']}, {match['published'] or 'date unknown'})"
            lines.append(f"    {speaker}; {where}")
    if found.get("nearest"):
        lines.append("Said on the subject:")
    for quote in found.get("nearest", ()):
        name = quote["speaker"]["name"] if quote["speaker"] else "speaker not named"
        words = _in_marks(quote["text"], quote["spans"]) if quote["direct"] else f"(reported) {quote['text']}"
        lines.append(f"  {words}\n    {name} ({quote['article']})")
    return "\n".join(lines)


def _in_marks(text: str, spans: Sequence[Sequence[int]]) -> str:
    """Put marks around each part of a quotation alone, since only the parts stand in print like this."""
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts.append(f"“{text[at : at + end - start]}”")
        at += end - start + 1
    return " ".join(parts)


def _say_status(article: Any, *, as_json: bool) -> None:
    status = article.status
    if as_json:
        day = status.changed and status.changed.isoformat()
        _print_json({"article": article.id, "status": status.state, "note": status.note, "changed": day})
    else:
        _say(f"{article.id}: {status.state}" + (f" ({status.note})" if status.note else ""))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


if __name__ == "__main__":
    main()
