// The server's API.  Whatever comes is read by name and type, so that neither a hostile server nor a page that has
// changed Object.prototype can put anything else into the widget than texts and numbers.

import { bare } from "./dom";
import type { Answer, Citation, Named, Place, Statement } from "./onrecord";
import { EventParser, type Frame } from "./sse";

export type Json = unknown;

export interface Searched {
  understood: string | null;
  passages: { article: string; title: string; start: number; end: number }[];
}

/** What a stream tells, in its order; a second `searched` takes back what was stated after the first. */
export interface Listener {
  searched(found: Searched): void;
  statement(said: Statement, citations: Citation[]): void;
}

export interface Passage extends Place {
  before: string;
  after: string;
}

export interface Turn {
  question: string;
  answer: string;
}

/** Why there is no answer; `code` is the server's, or `offline`, `broken` or `stopped`. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    message = "",
    readonly seconds = 0,
  ) {
    super(message);
  }
}

const SILENCE = 45_000; // milliseconds; the server is never silent for more than 15 seconds
const CLOSING = 10_000; // how long a server may take to end a stream after its last event
const BODY_BYTES = 12_000; // of the 16 KiB that the server takes

// Kept from before scripts of the page may change it.
const send: typeof fetch = fetch.bind(globalThis);

const own = (value: Json, name: string): Json =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : null;
const word = (value: Json, name: string): string | null => {
  const found = own(value, name);
  return typeof found === "string" ? found : null;
};
const text = (value: Json, name: string): string => word(value, name) ?? "";
const number = (value: Json, name: string): number => {
  const found = own(value, name);
  return typeof found === "number" ? found : 0;
};
const list = <T>(value: Json, name: string, read: (one: Json) => T): T[] => {
  const found = own(value, name);
  return Array.isArray(found) ? found.slice(0, 200).map((one) => read(one)) : [];
};

const named = (value: Json): Named => ({
  article: text(value, "article"),
  title: text(value, "title"),
  url: word(value, "url"),
});
const place = (value: Json): Place => ({
  ...named(value),
  published: word(value, "published"),
  outlet: word(value, "outlet"),
  start: number(value, "start"),
  end: number(value, "end"),
  text: text(value, "text"),
  note: word(value, "note"),
});
const citation = (value: Json): Citation => ({ ...place(value), number: number(value, "number") });
const statement = (value: Json): Statement => ({
  text: text(value, "text"),
  kind: (["quoted", "reported", "extract"] as const).find((kind) => kind === own(value, "kind")) ?? "generated",
  speaker: word(value, "speaker"),
  citations: list(value, "citations", Number),
});

/** Read an answer, from the server or from what was kept. */
export const answer = (value: Json): Answer => {
  const span = own(value, "answer_span") ?? own(value, "span");
  return {
    question: text(value, "question"),
    understood: word(value, "understood"),
    refused: own(value, "refused") === true,
    mode: own(value, "mode") === "model" ? "model" : "extractive",
    generation: text(value, "generation"),
    statements: list(value, "statements", statement),
    span: span ? { text: text(span, "text"), citation: number(span, "citation") } : null,
    citations: list(value, "citations", citation),
    nearest: list(value, "nearest", named),
  };
};

interface Asked {
  history: Turn[];
  article?: string | null;
  signal: AbortSignal;
  listener: Listener;
}

/** Ask once and give the answer; raises Failure.  Nothing here ever sends a question a second time. */
export function ask(server: string, question: string, asked: Asked): Promise<Answer> {
  return new Promise((answered, failed) => {
    const ended = (end: Answer | Failure) => (end instanceof Failure ? failed(end) : answered(end));
    const body = written(question, asked.history, asked.article);
    listen(`${server}/api/v1/ask`, body, asked, ended)
      .then(() => ended(new Failure("broken")))
      .catch((error) => ended(asked.signal.aborted ? new Failure("stopped") : error instanceof Failure ? error : new Failure("broken")));
  });
}

/** Read a stream until the server closes it, or takes too long to; `ended` hears of its last event at once. */
async function listen(url: string, body: string, { signal, listener }: Asked, ended: (end: Answer | Failure) => void): Promise<void> {
  const watch = new AbortController();
  signal.addEventListener("abort", () => watch.abort());
  let timer = 0;
  const wait = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => watch.abort(), milliseconds);
  };
  try {
    wait(SILENCE);
    const response = await call(url, body, "text/event-stream", watch.signal);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return ended(answer(await response.json()));
    const parser = new EventParser();
    let end: Answer | Failure | undefined;
    for await (const bytes of pieces(response)) {
      if (end) continue;
      wait(SILENCE);
      for (const frame of parser.push(bytes)) {
        end = handled(frame, listener);
        if (!end) continue;
        ended(end);
        wait(CLOSING);
        break;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Tell the listener of an event; gives what ends the stream. */
function handled({ event, data }: Frame, listener: Listener): Answer | Failure | undefined {
  const value: Json = JSON.parse(data);
  if (event === "answer") return answer(value);
  if (event === "error") return failure(value);
  if (event === "searched") listener.searched(searched(value));
  if (event === "statement") listener.statement(statement(own(value, "statement")), list(value, "citations", citation));
  return undefined;
}

/** What is served at this moment: how many articles, and the day of the newest. */
export async function status(server: string): Promise<{ articles: number; newest: string | null }> {
  const value = await got(`${server}/api/v1/status`);
  return { articles: number(value, "articles"), newest: word(value, "newest") };
}

export async function passage(server: string, at: { article: string; start: number; end: number }): Promise<Passage> {
  const value = await got(`${article(server, at.article)}/passage?start=${at.start}&end=${at.end}`);
  const context = own(value, "context");
  return { ...place(value), before: text(context, "before"), after: text(context, "after") };
}

/** The text that an article's offsets count in. */
export async function articleText(server: string, id: string): Promise<string> {
  return text(await got(article(server, id)), "text");
}

export async function feedback(server: string, given: Record<string, Json>): Promise<void> {
  await call(`${server}/api/v1/feedback`, JSON.stringify(bare(given)), "application/json");
}

const article = (server: string, id: string) => `${server}/api/v1/articles/${encodeURIComponent(id)}`;

const searched = (value: Json): Searched => ({
  understood: word(value, "understood"),
  passages: list(value, "passages", (one) => ({
    article: text(one, "article"),
    title: text(one, "title"),
    start: number(one, "start"),
    end: number(one, "end"),
  })),
});

const failure = (value: Json, seconds = 0): Failure => {
  const error = own(value, "error");
  return new Failure(text(error, "code"), [text(error, "message"), text(error, "hint")].filter(Boolean).join("; "), seconds);
};

async function got(url: string): Promise<Json> {
  const response = await call(url, null, "application/json", AbortSignal.timeout(20_000));
  try {
    return await response.json();
  } catch {
    throw new Failure("broken");
  }
}

async function call(url: string, body: string | null, accept: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  const headers: Record<string, string> = body ? { accept, "content-type": "application/json" } : { accept };
  try {
    response = await send(
      url,
      bare({
        method: body ? "POST" : "GET",
        headers: bare(headers),
        body,
        signal: signal ?? null,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
      } satisfies RequestInit),
    );
  } catch {
    throw new Failure("offline");
  }
  if (response.ok) return response;
  const value: Json = await response.json().catch(() => null);
  const told = failure(value, Number(response.headers.get("retry-after")) || 0);
  throw told.code ? told : new Failure(response.status === 429 ? "too_many" : "failed");
}

/** The bytes of a body as they come; all at once where a script of the page has taken the stream away. */
async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body && !response.body.locked ? response.body.getReader() : null;
  if (!reader) {
    yield new TextEncoder().encode(await response.text());
    return;
  }
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}

/** The body of a question: as much of the conversation, from its end, as the server takes. */
function written(question: string, history: Turn[], article?: string | null): string {
  let turns = history.slice(-10).map((turn) => bare({ question: turn.question, answer: turn.answer.slice(0, 1000) }));
  for (;;) {
    // A page may have given arrays and objects a toJSON of its own.
    const asked = bare({ question, history: bare([...turns]), article: bare(article ? [article] : []) });
    const body = JSON.stringify(asked);
    if (!turns.length || new TextEncoder().encode(body).length < BODY_BYTES) return body;
    turns = turns.slice(1);
  }
}
