// One exchange: a question, what was found, what is stated, where it stands.

import { answer as read, ask, Failure, type Searched, type Turn as Exchange } from "./api";
import { away, button, byline, type Context } from "./context";
import { bare, make, tell, type Child } from "./dom";
import { feedbackForm } from "./feedback";
import { safeAddress } from "./fragment";
import type { Answer, Citation, Place, Statement } from "./onrecord";
import { day, type Name } from "./strings";

export class Turn {
  readonly element: HTMLElement;
  answer: Answer | null = null;
  #context: Context;
  #heading: HTMLElement;
  #body = make("div", { class: "answer" });
  #said = make("div", { class: "said" });
  #statements: Statement[] = [];
  #abort = new AbortController();

  constructor(
    context: Context,
    readonly question: string,
    private readonly again: (turn: Turn) => void,
  ) {
    this.#context = context;
    this.#heading = make("h3", { class: "question", part: "question", dir: "auto", tabindex: -1 }, question);
    this.element = make("div", { class: "turn" }, this.#heading, this.#body);
  }

  get exchange(): Exchange | null {
    if (!this.answer || this.answer.refused) return null;
    return { question: this.question, answer: this.answer.statements.map((one) => one.text).join(" ") };
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Ask and show; ends without an error, whatever happens.  With `wider` a refusal is asked once more of all articles. */
  async run(history: Exchange[], article: string | null, wider: boolean): Promise<void> {
    const { host, server, say, announce } = this.#context;
    this.#abort = new AbortController();
    this.answer = null;
    this.#begin(say("searching"));
    announce(say("searching"));
    tell(host, "question", { question: this.question });
    const asked = {
      history,
      signal: this.#abort.signal,
      listener: { searched: (found: Searched) => this.#searched(found), statement: (said: Statement, cited: Citation[]) => this.#stated(said, cited) },
    };
    try {
      let found = await ask(server, this.question, { ...asked, article });
      const widened = found.refused && article !== null && wider;
      if (widened) {
        this.#begin(say("searching"));
        found = await ask(server, this.question, asked);
      }
      this.show(found, widened);
      announce(found.refused ? say("refused") : found.statements.map((one) => one.text).join(" "));
      tell(host, "answer", found);
    } catch (error) {
      this.#fail(error instanceof Failure ? error : new Failure("failed", `${error}`));
    }
  }

  /** Show a whole answer. */
  show(found: Answer, widened = false): void {
    this.answer = found;
    const { say } = this.#context;
    const held = this.#body.contains((this.element.getRootNode() as ShadowRoot).activeElement);
    const { statements } = found;
    // What was stated already stays as it is, and with it the focus and what is selected.
    const same = statements.length === this.#statements.length && statements.every((one, n) => one.text === this.#statements[n]!.text);
    if (!same) {
      this.#statements = statements;
      this.#said.replaceChildren(...statements.map((one) => this.#statement(one, found.citations)));
    }
    this.#body.replaceChildren(
      ...[
        found.understood && found.understood !== this.question ? this.#understood(found.understood) : null,
        widened && !found.refused ? make("p", { class: "hint" }, say("widened")) : null,
        found.refused ? this.#refusal(found) : this.#said,
        found.refused ? null : this.#sources(found),
        found.refused ? null : make("p", { class: "hint" }, say(found.mode === "model" ? "byModel" : "byArticles")),
        this.#actions(found),
      ].filter((one) => one !== null),
    );
    if (held && !same) this.#heading.focus();
  }

  /** Show what was kept of an earlier visit. */
  restore(kept: unknown): void {
    this.show(read(kept));
  }

  #begin(words: string): void {
    this.#statements = [];
    this.#said = make("div", { class: "said" });
    this.#body.replaceChildren(make("p", { class: "hint busy" }, words));
  }

  #searched({ understood, passages }: Searched): void {
    const { say } = this.#context;
    this.#begin(say(passages.length ? "found" : "searching"));
    if (understood && understood !== this.question) this.#body.prepend(this.#understood(understood));
    const articles = passages.filter((one, n) => passages.findIndex((other) => other.article === one.article) === n);
    const shown = articles.slice(0, 3).map((one) => {
      const place = { ...one, url: null, published: null, outlet: null, text: "", note: null };
      return make("li", {}, this.#opener(place, one.title, say("passage", { title: one.title })));
    });
    this.#body.append(make("ul", { class: "found" }, ...shown), this.#said);
  }

  #stated(said: Statement, citations: Citation[]): void {
    this.#body.querySelector(".found")?.remove();
    this.#statements.push(said);
    this.#said.append(this.#statement(said, citations));
  }

  #statement(said: Statement, citations: Citation[]): HTMLElement {
    const { say } = this.#context;
    const cited = citations.filter((one) => said.citations.includes(one.number));
    const by = said.speaker && (said.kind === "quoted" || said.kind === "reported") ? say(said.kind, { speaker: said.speaker }) : "";
    return make(
      said.kind === "quoted" ? "blockquote" : "div",
      { class: "statement", part: "statement", dir: "auto" },
      make("p", {}, said.text, ...cited.flatMap((one) => [" ", this.#citation(one, said.speaker)])),
      by && make("p", { class: "by" }, by),
    );
  }

  #citation(one: Citation, speaker: string | null): HTMLElement {
    const name = this.#context.say("source", { n: one.number, title: one.title });
    const made = this.#opener(one, `${one.number}`, name, speaker);
    made.className = "cite";
    made.setAttribute("part", "citation");
    return made;
  }

  #opener(place: Place, words: string, name: string, speaker: string | null = null): HTMLButtonElement {
    const made = button(words, () => this.#context.open(place, made, speaker), "link");
    if (name !== words) made.setAttribute("aria-label", name);
    return made;
  }

  #understood(words: string): HTMLElement {
    return make("p", { class: "hint", dir: "auto" }, this.#context.say("understood", { question: words }));
  }

  #sources(found: Answer): HTMLElement {
    const { say } = this.#context;
    const articles = new Map<string, Citation[]>();
    for (const one of found.citations) articles.set(one.article, [...(articles.get(one.article) ?? []), one]);
    const items = [...articles.values()].map((cited) => {
      const [first] = cited as [Citation];
      const speaker = (n: number) => found.statements.find((said) => said.citations.includes(n))?.speaker ?? null;
      const chips = cited.map((one) => this.#citation(one, speaker(one.number)));
      const words = make("div", {}, make("b", { dir: "auto" }, first.title), make("small", {}, byline(this.#context, first)));
      return make("li", {}, words, make("div", { class: "chips" }, ...chips));
    });
    return make("section", { class: "sources" }, make("h4", {}, say("sources")), make("ul", {}, ...items));
  }

  #refusal(found: Answer): HTMLElement {
    const { say } = this.#context;
    const items = found.nearest.map((one) => {
      const url = safeAddress(one.url);
      return make("li", { dir: "auto" }, url ? away(url.href, one.title || url.host) : one.title);
    });
    return make(
      "div",
      { class: "refusal", part: "refusal" },
      make("p", {}, say("refused")),
      items.length > 0 && make("p", { class: "hint" }, say("nearest")),
      items.length > 0 && make("ul", {}, ...items),
    );
  }

  #actions(found: Answer | null): HTMLElement {
    const { say, announce } = this.#context;
    const copy = button(say("copy"), async () => {
      const done = await navigator.clipboard?.writeText(this.#plain(found!)).then(() => true, () => false);
      copy.textContent = say(done ? "copied" : "notCopied");
      announce(copy.textContent);
    });
    const again = button(say("again"), () => this.again(this));
    const rating = found && feedbackForm(this.#context, this.question, found.generation);
    return make("div", { class: "actions" }, found && !found.refused && copy, again, ...(rating ?? []));
  }

  #plain(found: Answer): string {
    const { say, language } = this.#context;
    const marks = (one: Statement) => one.citations.map((n) => ` [${n}]`).join("");
    const sources = found.citations.map((one) => {
      const url = safeAddress(one.url)?.href;
      return `[${one.number}] ${[one.title, one.outlet, day(one.published, language) || say("unknownDate"), url].filter(Boolean).join(", ")}`;
    });
    return [this.question, "", ...found.statements.map((one) => one.text + marks(one)), "", ...sources].join("\n");
  }

  #fail(failure: Failure): void {
    const { host, say, announce, full } = this.#context;
    const { code, seconds, message } = failure;
    const known = bare({ stopped: "stopped", broken: "broken", offline: "offline", bad_origin: "offline" } as Record<string, Name>)[code];
    const words = code === "too_many" ? say("tooMany", { n: seconds || 60 }) : known ? say(known) : message || say("failed");
    const rest: Child[] = this.#statements.length ? [this.#said] : [];
    this.#body.querySelectorAll(".busy, .found").forEach((one) => one.remove());
    this.#body.replaceChildren(
      ...(rest as Node[]),
      make("p", { class: "failure", part: "error" }, words, " ", code !== "stopped" && away(full(), say("full"))),
      this.#actions(null),
    );
    announce(words);
    if (code !== "stopped") tell(host, "error", { code, message: words });
  }
}
