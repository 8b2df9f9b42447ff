// What the two parts know of each other.

/** The chat part, as the launcher uses it. */
export interface Panel {
  /** Show it, with a question in its box; `quietly` leaves the focus where it is. */
  show(question: string, quietly: boolean): void;
  hide(): void;
  ask(question: string): Promise<void>;
  clear(): void;
  /** Stop what runs, because the element left the page. */
  stop(): void;
}

/** What the launcher gives to the chat part. */
export interface Place {
  host: HTMLElement & { strings: Partial<Record<string, string>> };
  root: ShadowRoot;
  /** The server's address, without a slash at its end. */
  server: string;
  close: () => void;
}
