// A citation into the page itself: find its words there and mark them, without a change to the page's elements.

import { bare } from "./dom";
import type { Named } from "./onrecord";

const NAME = "onrecord";
const STYLE = `::highlight(${NAME}){background-color:var(--onrecord-mark,#fdeea3);color:var(--onrecord-mark-ink,#1d1b18)}`;
const SKIPPED = "script,style,noscript,textarea,select,title,onrecord-chat,[hidden]";
const FOLDED: Record<string, string> = bare({ "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-" });
let sheet: CSSStyleSheet | undefined;

/** Whether an article is the one on this page: by its address, or because the page says which it is. */
export function isHere(cited: Named, said: string | null): boolean {
  const canonical = document.querySelector<HTMLLinkElement>("link[rel=canonical]")?.href;
  const { article, url } = cited;
  return article === said || (url !== null && [said, canonical, location.href].some((one) => one && plain(one) === plain(url)));
}

/** Mark a passage on the page and bring it into view; gives whether its words are there. */
export function mark(passage: string): boolean {
  const range = find(passage);
  if (!range) return false;
  if ("highlights" in CSS) {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    }
    CSS.highlights.set(NAME, new Highlight(range));
  } else {
    getSelection()?.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  range.startContainer.parentElement?.scrollIntoView(bare({ block: "center", behavior: calm ? "auto" : "smooth" }));
  return true;
}

export const unmark = (): void => {
  if ("highlights" in CSS) CSS.highlights.delete(NAME);
};

const plain = (address: string) => address.replace(/^https?:\/\/|[?#].*/g, "").replace(/\/$/, "");

/** Blanks and the shapes of quotation marks differ between a page and what was indexed of it. */
const folded = (text: string): string => Array.from(text, (one) => FOLDED[one] ?? one).join("").replace(/[\s\u00ad\u200b]/g, "");

function find(passage: string): Range | undefined {
  const nodes: { node: Text; from: number }[] = [];
  let whole = "";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    if (node.parentElement?.closest(SKIPPED)) continue;
    nodes.push({ node, from: whole.length });
    whole += folded(node.data);
  }
  // Where something stands between two paragraphs on the page, the longest of them is marked.
  const parts = passage.split(/\n+/).sort((a, b) => b.length - a.length);
  for (const part of [passage, ...parts]) {
    const wanted = folded(part);
    const at = wanted ? whole.indexOf(wanted) : -1;
    if (at < 0) continue;
    const range = document.createRange();
    const first = placeOf(nodes, at);
    const last = placeOf(nodes, at + wanted.length - 1);
    range.setStart(first.node, first.offset);
    range.setEnd(last.node, last.offset + 1);
    return range;
  }
  return undefined;
}

function placeOf(nodes: { node: Text; from: number }[], at: number): { node: Text; offset: number } {
  const { node, from } = nodes.findLast((one) => one.from <= at)!;
  let left = at - from;
  let offset = 0;
  while (!folded(node.data[offset]!) || left--) offset++;
  return { node, offset };
}
