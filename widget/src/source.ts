// The passage behind a citation, in the panel: what stands around it, whose article it is, and the way there.

import { articleText, passage, type Passage } from "./api";
import { away, button, byline, type Context } from "./context";
import { bare, make, tell } from "./dom";
import { linkTo, safeAddress } from "./fragment";
import { isHere, mark } from "./here";
import type { Place } from "./onrecord";

export class Source {
  readonly element: HTMLElement;
  #context: Context;
  #back: HTMLButtonElement;
  #article = make("article");
  #from: HTMLElement | undefined;
  #turn = 0;

  /** `closed` hears when it closes; `covers` says whether the panel covers the page, `leave` closes the panel. */
  constructor(
    context: Context,
    private readonly closed: () => void,
    private readonly covers: () => boolean,
    private readonly leave: () => void,
  ) {
    this.#context = context;
    this.#back = button(context.say("back"), () => this.close());
    this.element = make("section", { class: "source", part: "source", hidden: true }, this.#back, this.#article);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Show a passage, unless the page takes the event for itself; gives whether it is shown. */
  open(place: Place, from: HTMLElement, speaker: string | null): boolean {
    const { host, server, say } = this.#context;
    const here = isHere(place, host.getAttribute("article"));
    if (!tell(host, "citation", { citation: place, here }, true)) return false;
    this.#from = from;
    this.element.hidden = false;
    const turn = ++this.#turn;
    this.#render({ ...place, before: "", after: "" }, speaker, here);
    this.#back.focus();
    passage(server, place)
      .then((whole) => {
        if (turn !== this.#turn) return;
        this.#render(whole, speaker, here || isHere(whole, host.getAttribute("article")));
        this.#link(whole, turn);
        if (here && !this.covers()) this.#mark(whole);
      })
      .catch(() => turn === this.#turn && this.#article.append(make("p", { class: "failure" }, say("gone"))));
    return true;
  }

  close(): void {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.#turn++;
    this.closed();
    this.#from?.focus();
  }

  #render(whole: Passage, speaker: string | null, here: boolean): void {
    const { say } = this.#context;
    const url = safeAddress(whole.url);
    const heading = make("h3", { dir: "auto" }, whole.title);
    const quoted = whole.text
      ? make("blockquote", { dir: "auto" }, whole.before, make("mark", { part: "mark" }, whole.text), whole.after)
      : make("p", { class: "hint" }, say("loading"));
    const show = here && button(say("here"), () => this.#show(whole), "plain");
    this.#article.replaceChildren(
      ...[
        heading,
        make("p", { class: "hint" }, byline(this.#context, whole)),
        speaker && make("p", { class: "hint" }, say("speaker", { speaker })),
        whole.note && make("p", { class: "note", dir: "auto" }, say("corrected", { note: whole.note })),
        quoted,
        make("p", { class: "ways" }, show, url && !here && away(url.href, say("read"), "read")),
      ].filter((one) => one instanceof Node),
    );
    this.#article.querySelector("mark")?.scrollIntoView(bare({ block: "nearest" }));
  }

  /** Let the link lead to the words themselves, once the article's text has said that they are unmistakable. */
  #link(whole: Passage, turn: number): void {
    const url = safeAddress(whole.url);
    const link = this.#article.querySelector<HTMLAnchorElement>(".ways a");
    if (!url || !link) return;
    articleText(this.#context.server, whole.article)
      .then((text) => {
        if (turn === this.#turn) link.href = linkTo(url, text, whole.start, whole.end);
      })
      .catch(() => undefined); // the plain link stays
  }

  #show(whole: Passage): void {
    if (this.covers()) this.leave();
    this.#mark(whole);
  }

  #mark(whole: Passage): void {
    const { say, announce } = this.#context;
    announce(say(mark(whole.text) ? "marked" : "notHere"));
  }
}
