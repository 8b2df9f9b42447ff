// Listeners of the chat page.  They sit on the document, since Gradio replaces what is inside it.
(() => {
  "use strict";
  let activeId = null;
  let activeIsOld = false;
  let lastChip = null;

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const target = (link) => document.getElementById(link.hash.slice(1));

  function activate(card) {
    document.querySelectorAll(".onr-card.onr-active").forEach((each) => each.classList.remove("onr-active"));
    card.classList.add("onr-active");
    activeId = card.id;
    activeIsOld = Boolean(card.closest(".onr-earlier"));
    for (let fold = card.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  function show(element) {
    element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "center" });
    element.focus({ preventScroll: true });
  }

  function toSource(chip) {
    const card = target(chip);
    if (!card) return;
    lastChip = chip;
    activate(card);
    show(card);
  }

  function toAnswer(link) {
    const anchor = target(link);
    const cited = document.querySelector(`.onr-chip[href="#${activeId}"]`);
    const chip = lastChip && lastChip.isConnected ? lastChip : cited;
    if (chip) show(chip);
    else if (anchor) anchor.scrollIntoView();
  }

  function plainText(element) {
    return Array.from(element.childNodes, (node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("");
  }

  async function copy(button) {
    const text = plainText(button.parentElement.querySelector(".onr-copied"));
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // No clipboard on plain http: leave the text selected instead.
      const shown = button.parentElement.querySelector(".onr-copied");
      shown.hidden = false;
      getSelection().selectAllChildren(shown);
      button.textContent = "Press Ctrl+C to copy";
    }
    setTimeout(() => (button.textContent = label), 3000);
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest(".onr-chip, .onr-back a, .onr-copy");
    if (!link) return;
    event.preventDefault();
    if (link.matches(".onr-chip")) toSource(link);
    else if (link.matches(".onr-copy")) copy(link);
    else toAnswer(link);
  });

  function changed() {
    // Gradio names each message by its markup, which some screen readers would read out.
    for (const each of document.querySelectorAll("#onr-chat [data-testid][aria-label]")) {
      each.removeAttribute("aria-label");
    }
    // Gradio's sanitiser strips aria-label; a title alone would be a description, not the name.
    for (const chip of document.querySelectorAll(".onr-chip:not([aria-label])")) {
      chip.setAttribute("aria-label", chip.title);
    }
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
  new MutationObserver(changed).observe(document.documentElement, { childList: true, subtree: true });
})();
