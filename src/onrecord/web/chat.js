// Listeners of the chat page.  They sit on the document, since Gradio replaces what is inside it.
(() => {
  "use strict";
  let activeId = null;
  let activeIsOld = false;
  let lastChip = null;
  let opener = null;

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const wide = matchMedia("(min-width: 900px)");
  const says = (what) => document.querySelector(`.onr-says-${what}`)?.textContent ?? "";
  const named = (element, prefix) =>
    [...element.classList].find((each) => each.startsWith(prefix))?.slice(prefix.length);

  function element(tag, kind, text = "") {
    const made = document.createElement(tag);
    made.className = kind;
    made.textContent = text;
    return made;
  }

  // Says something to a screen reader, once.
  function announce(text) {
    let status = document.getElementById("onr-status");
    if (!status) {
      status = element("div", "onr-hidden");
      status.id = "onr-status";
      status.setAttribute("role", "status");
      document.body.append(status);
    }
    status.textContent = text;
  }

  // --- citations and their sources

  function activate(card) {
    document.querySelectorAll(".onr-card.onr-active").forEach((each) => each.classList.remove("onr-active"));
    card.classList.add("onr-active");
    activeId = card.id;
    activeIsOld = Boolean(card.closest(".onr-earlier"));
    for (let fold = card.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  function show(target) {
    target.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "center" });
    target.focus({ preventScroll: true });
  }

  function toSource(chip) {
    const card = document.getElementById(`onr-${named(chip, "onr-to-")}`);
    lastChip = chip;
    if (!card) return;
    activate(card);
    if (wide.matches) card.scrollIntoView({ block: "center" });
  }

  function toAnswer(link) {
    const anchor = document.getElementById(link.hash.slice(1));
    const cited = document.querySelector(`.onr-chip.onr-to-${(activeId ?? "").slice("onr-".length)}`);
    const chip = lastChip && lastChip.isConnected ? lastChip : cited;
    if (chip) show(chip);
    else if (anchor) anchor.scrollIntoView();
  }

  // --- an article beside the chat: a column on a wide screen, all of a small one

  function sheet() {
    let dialog = document.getElementById("onr-article");
    if (dialog) return dialog;
    dialog = document.createElement("dialog");
    dialog.id = "onr-article";
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("close", () => opener?.isConnected && show(opener));
    document.body.append(dialog);
    return dialog;
  }

  async function openArticle(link) {
    const dialog = sheet();
    opener = link;
    const bar = element("div", "onr-bar");
    const page = element("a", "", says("as-page"));
    page.href = link.href;
    page.target = "_blank";
    const close = element("button", "onr-close", says("close"));
    close.type = "button";
    bar.append(close, page);
    const body = element("div", "onr-body onr-article", says("opening"));
    dialog.replaceChildren(bar, body);
    dialog.setAttribute("aria-label", link.title || link.textContent);
    if (!dialog.open) wide.matches ? dialog.show() : dialog.showModal();
    close.focus();
    const content = await fetched(link.href);
    body.replaceChildren(...(content ?? [element("p", "", says("not-opened"))]));
    body.querySelector("h1")?.setAttribute("tabindex", "-1");
    const passage = body.querySelector("#passage");
    passage?.scrollIntoView({ block: "center" });
    (passage ?? body.querySelector("h1"))?.focus({ preventScroll: true });
  }

  // Our own server rendered and cleaned it; the parser runs nothing, and the page's policy would not let it.
  async function fetched(address) {
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = parsed.querySelector("main");
      return main && [...main.childNodes].map((node) => document.importNode(node, true));
    } catch {
      return null;
    }
  }

  // --- taking an answer away

  function heldText(button) {
    const held = button.parentElement.querySelector(".onr-held");
    return Array.from(held.childNodes, (node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("");
  }

  function relabel(button, text) {
    const label = button.textContent;
    button.textContent = text;
    announce(text);
    setTimeout(() => (button.textContent = label), 3000);
  }

  async function copy(button, text, said) {
    try {
      await navigator.clipboard.writeText(text);
      relabel(button, said);
    } catch {
      // No clipboard on plain http: leave the text selected instead.
      const held = button.parentElement.querySelector(".onr-held") ?? element("div", "onr-held");
      if (!held.isConnected) button.parentElement.append(held);
      held.textContent = text;
      held.hidden = false;
      getSelection().selectAllChildren(held);
      relabel(button, says("by-hand"));
    }
  }

  function save(text, type, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // --- what a reader thinks of an answer

  async function judge(box, rating) {
    const held = (kind) => box.querySelector(`.onr-${kind}`).textContent;
    const chosen = [...box.querySelectorAll('.onr-reason[aria-pressed="true"]')];
    const given = { rating, generation: held("generation") };
    if (rating === "unhelpful") {
      given.reasons = chosen.map((each) => named(each, "onr-is-")).filter(Boolean);
      if (chosen.some((each) => each.matches(".onr-with-question"))) given.question = held("meant").slice(0, 500);
    }
    let kept = false;
    try {
      const headers = { "content-type": "application/json" };
      const answer = await fetch("/api/v1/feedback", { method: "POST", headers, body: JSON.stringify(given) });
      kept = answer.ok;
    } catch {
      // Said below.
    }
    const said = says(kept ? "thanks" : "not-kept");
    if (kept) box.replaceChildren(element("span", "onr-thanks", said));
    else box.append(element("span", "onr-not-kept", said));
    announce(said);
  }

  function rate(button) {
    const box = button.closest(".onr-feedback");
    if (button.matches(".onr-is-helpful")) return judge(box, "helpful");
    const reasons = box.querySelector(".onr-reasons");
    reasons.hidden = !reasons.hidden;
    button.setAttribute("aria-expanded", String(!reasons.hidden));
    if (!reasons.hidden) reasons.querySelector("button").focus();
  }

  // --- clicks

  const actions = {
    ".onr-chip": (link) => (toSource(link), openArticle(link)),
    ".onr-open": openArticle,
    ".onr-back a": toAnswer,
    ".onr-close": () => sheet().close(),
    ".onr-copy": (button) => copy(button, heldText(button), says("copied")),
    ".onr-permalink": (link) => copy(link, link.href, says("link-copied")),
    ".onr-markdown": (button) => save(heldText(button), "text/markdown", "on-record.md"),
    ".onr-json": (button) => save(heldText(button), "application/json", "on-record.json"),
    ".onr-rate": rate,
    ".onr-reason": (button) =>
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true")),
    ".onr-send": (button) => judge(button.closest(".onr-feedback"), "unhelpful"),
  };

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const kind = Object.keys(actions).find((each) => event.target.closest(each));
    if (!kind) return;
    event.preventDefault();
    actions[kind](event.target.closest(kind));
  });

  // --- what Gradio leaves undone

  // What Gradio says by itself, in its own language, by the name of what we say.
  const foreign = { "This application is currently busy": "busy", "Connection errored out": "cut-off" };

  // Gradio tells for ten seconds, in a corner, why a question was not taken: tell it at the form, until one is.
  function tell(toast) {
    toast.dataset.told = "";
    const said = toast.textContent.trim();
    const known = Object.keys(foreign).find((each) => said.startsWith(each));
    const told = element("div", "onr-notice", known ? says(foreign[known]) : said);
    told.id = "onr-told";
    told.setAttribute("role", "alert");
    document.getElementById("onr-told")?.remove();
    document.getElementById("onr-form")?.before(told);
    toast.closest('[data-testid="toast-body"]').querySelector('[data-testid="toast-close"]').click();
  }

  // Gradio's sanitiser strips what these attributes say, and its own markup says too much or too little.
  const repairs = {
    "#onr-chat [data-testid][aria-label]": (each) => each.removeAttribute("aria-label"),
    ".onr-chip:not([aria-label])": (each) => each.setAttribute("aria-label", each.title),
    ".onr-reason:not([aria-pressed])": (each) => each.setAttribute("aria-pressed", "false"),
    ".onr-is-unhelpful:not([aria-expanded])": (each) => each.setAttribute("aria-expanded", "false"),
    '#onr-since input:not([type="date"]), #onr-until input:not([type="date"])': (each) => (each.type = "date"),
    '#onr-chat [role="log"]': (each) => {
      if (says("conversation")) each.setAttribute("aria-label", says("conversation"));
    },
    "#onr-settings > button": (each) => {
      const open = each.parentElement.querySelector('[data-testid="accordion-content"]')?.style.display !== "none";
      each.setAttribute("aria-expanded", String(open));
    },
    '[data-testid="toast-text"]:not([data-told])': tell,
    "body:has(#onr-stop) #onr-told": (each) => each.remove(),
    // The sanitiser lets every link open a window of its own; the other language is this page.
    ".onr-nav a[lang][target]": (each) => each.removeAttribute("target"),
    ".onr-masthead[lang]": (each) => {
      if (document.documentElement.lang !== each.lang) document.documentElement.lang = each.lang;
    },
  };

  // How much of the window the masthead takes.
  function measure() {
    const height = `${document.getElementById("onr-header")?.offsetHeight ?? 84}px`;
    const style = document.documentElement.style;
    if (style.getPropertyValue("--masthead") !== height) style.setProperty("--masthead", height);
  }
  addEventListener("resize", measure);

  // A link that carries a question asks it, once the page stands.
  let asked = !new URLSearchParams(location.search).get("q")?.trim();
  function askLinked() {
    const button = document.getElementById("onr-linked");
    if (asked || !button || !document.querySelector(".onr-masthead")) return;
    asked = true;
    button.click();
  }

  function changed() {
    measure();
    askLinked();
    for (const [each, repair] of Object.entries(repairs)) document.querySelectorAll(each).forEach(repair);
    keepPlace();
  }

  // The panel is replaced as a whole while an answer grows: keep the reader's place in it.
  function keepPlace() {
    const card = activeId && document.getElementById(activeId);
    if (!card || card.classList.contains("onr-active")) return;
    if (card.closest(".onr-earlier") && !activeIsOld) {
      // A newer question has folded it away.
      activeId = null;
      return;
    }
    const focusLost = document.activeElement === document.body;
    activate(card);
    if (focusLost) card.focus({ preventScroll: true });
  }
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["style"],
    childList: true,
    subtree: true,
  });
})();
