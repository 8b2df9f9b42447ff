// The demonstration: every option of the widget as a field, and the element made anew when one is changed.

import { make } from "./dom";

const form = document.querySelector("form")!;
const log = document.querySelector<HTMLElement>("#events")!;
const code = document.querySelector<HTMLElement>("#code")!;
const story = document.querySelector<HTMLElement>("#inline")!;
const article = document.querySelector<HTMLElement>("article")!.dataset.article!;
const OURS = new Set(["palette", "dir", "texts"]);
const EVENTS = ["open", "close", "question", "answer", "citation", "feedback", "error"] as const;

function show(): void {
  const given = new FormData(form);
  document.querySelectorAll("onrecord-chat").forEach((one) => one.remove());
  const chat = make("onrecord-chat");
  for (const [name, value] of given) {
    if (value === "" || OURS.has(name)) continue;
    chat.setAttribute(name, name === "article" ? article : value === "on" ? "" : `${value}`);
  }
  chat.id = "demo";
  if (given.get("texts")) chat.strings = { title: "Ask the Demo Times", send: "Go", refused: "We have not reported on that." };
  for (const name of EVENTS) {
    chat.addEventListener(`onrecord-${name}`, (event) => {
      log.prepend(make("li", {}, `onrecord-${name} `, make("code", {}, JSON.stringify(event.detail)?.slice(0, 160) ?? "")));
    });
  }
  document.documentElement.dir = given.get("dir") ? "rtl" : "ltr";
  document.documentElement.dataset.palette = `${given.get("palette") ?? ""}`;
  const attributes = [...chat.attributes].filter(({ name }) => name !== "id");
  code.textContent = `<onrecord-chat${attributes.map(({ name, value }) => ` ${name}${value ? `="${value}"` : ""}`).join("")}></onrecord-chat>`;
  (given.get("inline") ? story : document.body).append(chat);
}

form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
