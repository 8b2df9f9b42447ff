// The chat part, loaded when somebody opens the panel for the first time.

import { status, type Turn as Exchange } from "./api";
import css from "./chat.css";
import { away, button, type Context } from "./context";
import { bare, dress, icon, make } from "./dom";
import { unmark } from "./here";
import type { Panel, Place } from "./panel";
import { Source } from "./source";
import { day, texts } from "./strings";
import { Turn } from "./turn";

const SMALL = "(max-width: 640px), (max-height: 480px)";
const TOUCH = "(pointer: coarse)";
const LENGTH = 500;
const KEPT = 10;

export function start(place: Place): Panel {
  dress(place.root, css);
  return new Chat(place);
}

class Chat implements Panel {
  readonly element: HTMLElement;
  #place: Place;
  #inline: boolean;
  #context: Context;
  #turns: Turn[] = [];
  #running: Turn | undefined;
  #title: HTMLElement;
  #log: HTMLElement;
  #intro = make("div", { class: "intro" });
  #talk: HTMLElement;
  #box: HTMLTextAreaElement;
  #send: HTMLButtonElement;
  #full: HTMLAnchorElement;
  #status = make("p", { class: "status", role: "status" });
  #source: Source;
  #probed = false;
  #small = matchMedia(SMALL);

  constructor(place: Place) {
    this.#place = place;
    const { host, server } = place;
    this.#inline = host.hasAttribute("inline");
    const language = host.closest<HTMLElement>("[lang]")?.lang ?? "";
    const say = texts(language, place.host.strings);
    this.#context = {
      host,
      server,
      language: /^zh\b/i.test(language) ? "zh" : "en",
      say,
      announce: (text) => (this.#status.textContent = text),
      open: (one, from, speaker) => this.#open(one, from, speaker),
      full: () => this.#address(),
    };
    this.#title = make("h2", { id: "title", tabindex: -1 }, say("title"));
    this.#log = make("div", { class: "log", role: "log", "aria-live": "off", "aria-label": say("conversation"), tabindex: 0 }, this.#intro);
    this.#box = make("textarea", {
      id: "question",
      rows: 1,
      maxlength: LENGTH,
      placeholder: say("placeholder"),
      "aria-label": say("question"),
      enterkeyhint: "send",
      dir: "auto",
      keydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.#send = make("button", { class: "send", part: "send" }, say("send"));
    const form = make("form", { class: "ask", part: "form", submit: (event: Event) => this.#submit(event) }, this.#box, this.#send);
    this.#full = away(this.#address(), say("full"));
    this.#talk = make("div", { class: "talk" }, this.#log, form, make("p", { class: "foot" }, this.#full));
    this.#source = new Source(this.#context, () => (this.#talk.hidden = false), () => this.#covers(), () => place.close());
    this.element = this.#frame();
    place.root.append(this.element);
    this.#introduce();
    this.#restore();
  }

  show(question: string, quietly: boolean): void {
    if (question) this.#box.value = question.slice(0, LENGTH);
    if (this.element instanceof HTMLDialogElement) this.#showDialog(this.element);
    else this.element.hidden = false;
    this.#full.href = this.#address();
    this.#probe();
    if (quietly) return;
    // On a touch screen the box would call the keyboard over half of the panel.
    const first = matchMedia(TOUCH).matches ? this.#title : this.#box;
    (this.#source.isOpen ? this.#source.element.querySelector("button")! : first).focus(bare({ preventScroll: this.#inline }));
  }

  hide(): void {
    if (this.element instanceof HTMLDialogElement) this.element.close();
    else this.element.hidden = true;
    unmark();
  }

  async ask(question: string): Promise<void> {
    const words = question.trim().slice(0, LENGTH);
    if (!words || this.#running) return;
    const turn = new Turn(this.#context, words, (again) => this.#run(again));
    this.#turns.push(turn);
    this.#intro.hidden = true;
    this.#log.append(turn.element);
    await this.#run(turn);
  }

  clear(): void {
    this.#running?.stop();
    this.#turns.forEach((turn) => turn.element.remove());
    this.#turns = [];
    this.#intro.hidden = false;
    this.#source.close();
    this.#full.href = this.#address();
    this.#keep();
  }

  stop(): void {
    this.#running?.stop();
  }

  #frame(): HTMLElement {
    const { say } = this.#context;
    const press = (name: "clear" | "close", path: string, pressed: () => void) => {
      const made = button("", pressed, "icon");
      made.append(icon(path));
      made.title = say(name);
      made.setAttribute("aria-label", say(name));
      return made;
    };
    const head = make(
      "header",
      {},
      this.#title,
      press("clear", "M4 20h4L19 9l-4-4L4 16zM13 7l4 4M14 20h6", () => (this.clear(), this.#box.focus())),
      press("close", "M6 6l12 12M18 6L6 18", () => this.#place.close()),
    );
    const given = {
      id: "panel",
      class: "panel",
      part: "panel",
      "aria-labelledby": "title",
      keydown: (event: KeyboardEvent) => this.#escape(event),
      cancel: (event: Event) => (event.preventDefault(), this.#back()),
      close: () => !(this.element as HTMLDialogElement).open && this.#place.close(),
    };
    const parts = [head, this.#talk, this.#source.element, this.#status];
    if (this.#inline) return make("section", given, ...parts);
    const dialog = make("dialog", given, ...parts);
    this.#small.addEventListener("change", () => {
      if (!dialog.open) return;
      dialog.close();
      this.#showDialog(dialog);
    });
    return dialog;
  }

  #showDialog(dialog: HTMLDialogElement): void {
    if (dialog.open) return;
    // On a small screen it covers the page, which then takes no focus; elsewhere both can be used.
    if (this.#small.matches) dialog.showModal();
    else dialog.show();
  }

  #covers(): boolean {
    return !this.#inline && this.#small.matches;
  }

  #introduce(): void {
    const { say, host } = this.#context;
    const suggested = (host.getAttribute("suggestions") ?? "").split("|").map((one) => one.trim()).filter(Boolean);
    this.#intro.append(
      make("p", {}, say("intro")),
      make("p", { class: "hint" }),
      ...suggested.slice(0, 5).map((one) => button(one, () => this.ask(one), "plain")),
    );
  }

  /** Say how fresh the articles are, or that nobody answers; the first request that a page sees of the chat. */
  async #probe(): Promise<void> {
    if (this.#probed) return;
    this.#probed = true;
    const { say, server, language } = this.#context;
    const line = this.#intro.querySelector(".hint, .failure")!;
    try {
      const { articles, newest } = await status(server);
      const counted = say(articles === 1 ? "article" : "articles", { n: articles.toLocaleString(language) });
      const newestDay = day(newest, language);
      line.textContent = newestDay ? say("newest", { articles: counted, day: newestDay }) : counted;
      line.className = "hint";
    } catch {
      this.#probed = false;
      line.className = "failure";
      line.replaceChildren(say("offline"), " ", away(this.#address(), say("full")));
      this.#context.announce(say("offline"));
    }
  }

  async #run(turn: Turn): Promise<void> {
    if (this.#running) return;
    const { host, say } = this.#context;
    const before = this.#turns.slice(0, this.#turns.indexOf(turn));
    const history = before.map((one) => one.exchange).filter((one): one is Exchange => one !== null);
    this.#running = turn;
    this.#send.textContent = say("stop");
    this.#box.value = "";
    this.#full.href = this.#address();
    this.#log.scrollTop = turn.element.offsetTop;
    if (matchMedia(TOUCH).matches) this.#box.blur();
    try {
      await turn.run(history, host.getAttribute("article"), host.getAttribute("scope") !== "story");
    } finally {
      this.#running = undefined;
      this.#send.textContent = say("send");
      this.#keep();
    }
  }

  #open(one: Parameters<Context["open"]>[0], from: HTMLElement, speaker: string | null): void {
    if (this.#source.open(one, from, speaker)) this.#talk.hidden = true;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#running) this.#running.stop();
    else this.ask(this.#box.value);
  }

  #key(event: KeyboardEvent): void {
    // While characters are composed, Enter chooses among them; Safari tells so by the key code alone.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.#running) this.ask(this.#box.value);
  }

  #escape(event: KeyboardEvent): void {
    event.stopPropagation(); // the page's own shortcuts are not meant
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    this.#back();
  }

  #back(): void {
    if (this.#source.isOpen) this.#source.close();
    else this.#place.close();
  }

  #address(): string {
    const asked = this.#turns.at(-1)?.question ?? this.#box?.value ?? "";
    return `${this.#context.server}/${asked ? `?q=${encodeURIComponent(asked)}` : ""}`;
  }

  // --- what is kept for a session, where the page wants it

  get #slot(): string {
    return `onrecord ${this.#context.server} ${this.#context.host.id}`;
  }

  #keep(): void {
    if (this.#context.host.getAttribute("remember") !== "session") return;
    const kept = this.#turns.filter((turn) => turn.answer).slice(-KEPT);
    try {
      sessionStorage.setItem(this.#slot, JSON.stringify(kept.map(({ question, answer }) => ({ question, answer }))));
    } catch {
      // no room, or the browser keeps nothing
    }
  }

  #restore(): void {
    if (this.#context.host.getAttribute("remember") !== "session") return;
    try {
      for (const one of JSON.parse(sessionStorage.getItem(this.#slot) ?? "[]") as { question: string; answer: unknown }[]) {
        const turn = new Turn(this.#context, String(one.question).slice(0, LENGTH), (again) => this.#run(again));
        turn.restore(one.answer);
        this.#turns.push(turn);
        this.#log.append(turn.element);
        this.#intro.hidden = true;
      }
    } catch {
      // what was kept is not ours
    }
  }
}
