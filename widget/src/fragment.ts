// Links into a publisher's page.

import { bare } from "./dom";

/** An address that may be a link: http or https, without a name or a password in it; null otherwise. */
export function safeAddress(address: string | null): URL | null {
  try {
    const url = new URL(address ?? "");
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

/** The link to a slice of the article behind `url`; to the page alone where the slice cannot be told from another. */
export function linkTo(url: URL, text: string, start: number, end: number): string {
  let found = "";
  try {
    found = textFragment(text, start, end);
  } catch {
    // half a surrogate pair, which no address can hold
  }
  return found ? `${url.href.replace(/#.*/, "")}${url.hash || "#"}:~:text=${found}` : url.href;
}

/**
 * The text directive for a slice, or "" where what it would say also stands elsewhere in the text.
 *
 * Offsets count code points.  A short slice is written out; of a long one the first and the last words are, as many as
 * it takes.  Browsers look for the first place that fits, without regard to case, and no term may cross a paragraph.
 */
export function textFragment(text: string, start: number, end: number): string {
  const points = Array.from(text);
  const before = points.slice(0, start).join("").toLowerCase();
  const slice = points.slice(start, end).join("").replace(/\s+$/, "");
  const whole = before + slice.toLowerCase() + points.slice(end).join("").toLowerCase();
  const paragraphs = slice.split(/\n+/).filter(Boolean);
  const [first, last] = [paragraphs[0], paragraphs.at(-1)];
  if (!first || !last) return "";
  const only = (term: string) => whole.split(term.toLowerCase()).length === 2;
  if (paragraphs.length === 1 && words(slice).length <= 12) return only(slice) ? encoded(slice) : "";
  const rest = last.length - (words(last).at(-1)?.[1] ?? 0); // what follows the last word: a full stop, a quotation mark
  for (let count = 4; count <= 16; count += 2) {
    const head = cut(first, words(first).slice(0, count));
    const tail = cut(last, words(last).slice(-count));
    const at = whole.indexOf(tail.toLowerCase(), before.length + head.length);
    if (only(head) && at + tail.length + rest === before.length + slice.length) return `${encoded(head)},${encoded(tail)}`;
  }
  return "";
}

type Word = [from: number, to: number];

function words(text: string): Word[] {
  const segments = new Intl.Segmenter(undefined, bare({ granularity: "word" } as const)).segment(text);
  return Array.from(segments)
    .filter((one) => one.isWordLike)
    .map((one) => [one.index, one.index + one.segment.length]);
}

const cut = (text: string, found: Word[]): string =>
  found.length ? text.slice(found[0]![0], found.at(-1)![1]) : text;

// What parts the terms of a directive must not be a part of one.
const encoded = (term: string): string =>
  encodeURIComponent(term.replace(/\s+/g, " ")).replace(/-/g, "%2D");
