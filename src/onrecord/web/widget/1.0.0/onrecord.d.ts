/** The types of `<onrecord-chat>`: attributes are in docs/widget.md, what a script can do is here. */

/** One thing that an answer says; `citations` are numbers of the answer's `citations`. */
export interface Statement {
  text: string;
  kind: "generated" | "quoted" | "reported" | "extract";
  speaker: string | null;
  citations: number[];
}

/** An article by its id, headline and address. */
export interface Named {
  article: string;
  title: string;
  url: string | null;
}

/** A slice of an article; offsets count code points of its text, the end is exclusive. */
export interface Place extends Named {
  published: string | null;
  outlet: string | null;
  start: number;
  end: number;
  text: string;
  note: string | null;
}

/** Where a statement stands. */
export interface Citation extends Place {
  number: number;
}

/** An answer; `refused` where the articles hold none, then `nearest` names the nearest. */
export interface Answer {
  question: string;
  understood: string | null;
  refused: boolean;
  mode: "model" | "extractive";
  generation: string;
  statements: Statement[];
  span: { text: string; citation: number } | null;
  citations: Citation[];
  nearest: Named[];
}

/** Every text that the widget shows, by its name; names are in docs/widget.md. */
export type Strings = Record<string, string>;

/** What is told with the events; all of them bubble and cross the shadow root. */
export interface OnRecordEvents {
  "onrecord-open": CustomEvent<null>;
  "onrecord-close": CustomEvent<null>;
  "onrecord-question": CustomEvent<{ question: string }>;
  "onrecord-answer": CustomEvent<Answer>;
  /** Cancelable: cancel it, and the widget shows nothing itself. */
  "onrecord-citation": CustomEvent<{ citation: Place; here: boolean }>;
  "onrecord-feedback": CustomEvent<{ rating: "helpful" | "unhelpful"; reasons: string[] }>;
  "onrecord-error": CustomEvent<{ code: string; message: string }>;
}

/** The element. */
export interface OnRecordChat extends HTMLElement {
  /** Texts that take the place of the widget's own. */
  strings: Partial<Strings>;
  readonly isOpen: boolean;
  /** Open the panel, with a question in its box if one is given. */
  open(options?: { question?: string }): Promise<void>;
  close(): void;
  /** Open the panel and ask; ends when the answer has ended, in whichever way. */
  ask(question: string): Promise<void>;
  /** Forget the conversation. */
  clear(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "onrecord-chat": OnRecordChat;
  }
  interface HTMLElementEventMap extends OnRecordEvents {}
}
