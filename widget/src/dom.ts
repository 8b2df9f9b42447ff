// Elements from names and texts.  Nothing here, or anywhere in the widget, reads markup.

type Given = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;
export type Child = Node | string | null | undefined | false;

/** Take the prototype away, so that whatever a page has put on Object.prototype is not read as an option of ours. */
export const bare = <const T extends object>(options: T): T => Object.setPrototypeOf(options, null);

/** Make an element: functions become listeners, `true` an empty attribute, strings text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value != null && value !== false) made.setAttribute(name, value === true ? "" : `${value}`);
  }
  made.append(...children.filter((child) => child != null && child !== false && child !== "") as (Node | string)[]);
  return made;
}

/** A picture of 24 by 24, drawn in lines of the text's colour; a reader never needs it to understand. */
export function icon(path: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Add a sheet to a shadow root; a constructed sheet needs no word in the page's CSP. */
export function dress(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** Tell the page; gives whether nobody cancelled it. */
export const tell = (host: HTMLElement, name: string, detail: unknown, cancelable = false): boolean =>
  host.dispatchEvent(
    new CustomEvent(`onrecord-${name}`, bare({ detail, cancelable, bubbles: true, composed: true })),
  );
