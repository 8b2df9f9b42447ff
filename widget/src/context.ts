// What the views of the chat part share.

import { make } from "./dom";
import type { Place } from "./onrecord";
import { day, type Say } from "./strings";

export interface Context {
  host: HTMLElement;
  server: string;
  language: string;
  say: Say;
  /** Say something to screen readers, once. */
  announce(text: string): void;
  /** Open a passage; `from` is what was pressed, and gets the focus back. */
  open(place: Place, from: HTMLElement, speaker: string | null): void;
  /** The address of the full chat, with the question asked last. */
  full(): string;
}

/** Who published something and when; "date unknown" where nobody said. */
export const byline = ({ say, language }: Context, place: Place): string =>
  [place.outlet, day(place.published, language) || say("unknownDate")].filter(Boolean).join(" · ");

/** A link that leaves the page. */
export const away = (href: string, words: string, part?: string): HTMLAnchorElement =>
  make("a", { href, target: "_blank", rel: "noopener noreferrer", part }, words);

/** A button of words. */
export const button = (words: string, press: (event: Event) => void, kind = "plain"): HTMLButtonElement =>
  make("button", { type: "button", class: kind, click: press }, words);
