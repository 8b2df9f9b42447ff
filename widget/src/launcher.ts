// The launcher: all that a page loads before somebody opens the chat.

import { bare, dress, icon, make, tell } from "./dom";
import css from "./launcher.css";
import type { OnRecordChat } from "./onrecord";
import type { Panel, Place } from "./panel";

const HERE = import.meta.url;
// By its full version, so that a launcher never meets the chat part of another release.
const CHAT = new URL(`../${VERSION}/chat.js`, HERE).href;
const LABELS: Record<string, string> = { en: "Ask our articles", zh: "向我们的报道提问" };
const FAILED: Record<string, string> = { en: "The chat did not load. Open it on its own page", zh: "聊天未能加载，请在单独页面打开" };

class Chat extends HTMLElement implements OnRecordChat {
  static observedAttributes = ["label", "lang"];
  strings: Partial<Record<string, string>> = {};
  #root = this.attachShadow(bare({ mode: "open" }) as ShadowRootInit);
  #words = make("span");
  #button = make(
    "button",
    { type: "button", class: "launcher", part: "launcher", "aria-expanded": "false", click: () => this.open() },
    icon("M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12h5"),
    this.#words,
  );
  // A landmark, so that whoever jumps from one to the next finds the launcher.
  #region = make("section", {}, this.#button);
  #loading: Promise<Panel> | undefined;
  #panel: Panel | undefined;
  #back: HTMLElement | undefined;

  constructor() {
    super();
    dress(this.#root, css);
    this.#root.append(this.#region);
  }

  connectedCallback(): void {
    this.#name();
    if (this.hasAttribute("open")) this.#open("", true);
  }

  disconnectedCallback(): void {
    // An element that is only moved is back by then.
    queueMicrotask(() => this.isConnected || this.#panel?.stop());
  }

  attributeChangedCallback(): void {
    this.#name();
  }

  get isOpen(): boolean {
    return this.#region.hidden;
  }

  open(options?: { question?: string }): Promise<void> {
    return this.#open(options?.question);
  }

  async #open(question = "", quietly = false): Promise<void> {
    if (!this.isOpen) {
      this.#back = focused();
      this.#button.setAttribute("aria-busy", "true");
      try {
        this.#panel = await (this.#loading ??= load(this.#place()));
      } catch (error) {
        this.#fail(error);
        return;
      } finally {
        this.#button.removeAttribute("aria-busy");
      }
      if (!this.isOpen) {
        this.#button.setAttribute("aria-controls", "panel");
        this.#shown(true);
        this.#panel.show(question || this.getAttribute("question") || "", quietly);
        tell(this, "open", null);
        return;
      }
    }
    if (question) this.#panel?.show(question, quietly);
  }

  close(): void {
    if (!this.isOpen) return;
    this.#panel?.hide();
    this.#shown(false);
    const back = this.#back?.isConnected && this.#back !== this ? this.#back : this.#button;
    back.focus();
    tell(this, "close", null);
  }

  async ask(question: string): Promise<void> {
    await this.open();
    await this.#panel?.ask(question);
  }

  clear(): void {
    this.#panel?.clear();
  }

  #shown(open: boolean): void {
    this.#region.hidden = open;
    this.#button.setAttribute("aria-expanded", `${open}`);
  }

  #name(): void {
    const label = this.getAttribute("label") || LABELS[language(this)]!;
    this.#words.textContent = label;
    this.#region.setAttribute("aria-label", label);
  }

  #place(): Place {
    const given = this.getAttribute("src");
    const server = given ? new URL(given, document.baseURI) : new URL("/", HERE);
    return { host: this, root: this.#root, server: server.href.replace(/[?#].*|\/+$/g, ""), close: () => this.close() };
  }

  #fail(error: unknown): void {
    this.#loading = undefined;
    tell(this, "error", { code: "not_loaded", message: `${error}` });
    this.#root.querySelector("a")?.remove();
    const href = `${this.#place().server}/`;
    this.#region.append(make("a", { href, target: "_blank", rel: "noopener", class: "failed" }, FAILED[language(this)]!));
  }
}

function language(host: HTMLElement): string {
  const named = host.closest<HTMLElement>("[lang]")?.lang ?? "";
  return /^zh\b/i.test(named) ? "zh" : "en";
}

function focused(): HTMLElement | undefined {
  const active = document.activeElement;
  return active instanceof HTMLElement && active !== document.body ? active : undefined;
}

/** Load the chat part, whose hash is published with the launcher's own: what is pinned by SRI pins both. */
async function load(place: Place): Promise<Panel> {
  const link = make("link", { rel: "modulepreload", href: CHAT, integrity: CHAT_INTEGRITY, crossorigin: "" });
  if (link.relList.supports("modulepreload")) {
    await new Promise((done, failed) => {
      link.onload = done;
      link.onerror = () => failed(new Error(`${CHAT} could not be loaded`));
      document.head.append(link);
    }).finally(() => link.remove());
  }
  const part: { start: (place: Place) => Panel } = await import(CHAT);
  return part.start(place);
}

/** The short form: `<script type="module" src=".../onrecord.js" data-onrecord data-lang="zh">`. */
function mount(): void {
  for (const script of document.querySelectorAll<HTMLScriptElement>("script[data-onrecord]")) {
    if (script.src !== HERE) continue;
    const made = document.createElement("onrecord-chat");
    for (const [name, value] of Object.entries(script.dataset)) {
      if (name !== "onrecord") made.setAttribute(name, value!);
    }
    document.body.append(made);
  }
}

if (!customElements.get("onrecord-chat")) {
  customElements.define("onrecord-chat", Chat);
  mount();
}
