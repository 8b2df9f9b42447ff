// The page for sites that ban scripts: it tells the page around it what happens, and does what that page asks.

import { bare } from "./dom";

const chat = document.querySelector("onrecord-chat")!;
// The server writes it here, and only where it is on its list of origins.
const around = document.documentElement.dataset.parent;
const NAMES = ["open", "close", "question", "answer", "citation", "feedback", "error"];

if (around) {
  for (const name of NAMES) {
    const event = `onrecord-${name}`;
    chat.addEventListener(event, (told) => parent.postMessage(bare({ event, detail: (told as CustomEvent).detail }), around));
  }
  addEventListener("message", async ({ origin, source, data }) => {
    if (origin !== around || source !== parent) return;
    await customElements.whenDefined("onrecord-chat");
    if (data?.ask) chat.ask(`${data.ask}`);
    if (data?.clear) chat.clear();
  });
}
