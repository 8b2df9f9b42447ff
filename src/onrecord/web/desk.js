// The desk without this script does everything but sort, filter and print; nothing here makes markup from text.
"use strict";

(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // A file that is too large is not sent at all.
  const file = one("input[type=file][data-most]");
  file?.addEventListener("change", () => {
    const large = file.files[0] && file.files[0].size > Number(file.dataset.most);
    file.setCustomValidity(large ? "This file is larger than 5 MB. Check it in parts." : "");
    file.reportValidity();
  });
  file?.form.addEventListener("submit", () => {
    const button = one("button", file.form);
    button.textContent = "Checking …";
  });

  const table = one("table.draft");
  if (table) {
    const rows = all("tbody", table);
    const shown = one("[data-shown]");
    const words = one("input[data-words]");
    const boxes = all("input[data-verdict]");

    const filter = () => {
      const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.verdict));
      const sought = words.value.trim().toLowerCase();
      for (const row of rows) {
        row.hidden = !wanted.has(row.dataset.verdict) || !row.dataset.words.includes(sought);
      }
      const left = rows.filter((row) => !row.hidden).length;
      shown.textContent = left === rows.length ? "" : `${left} of ${rows.length} quotations are shown.`;
    };

    const value = (row, key) => (key === "words" || key === "speaker" ? row.dataset[key] : Number(row.dataset[key]));
    const sort = (head) => {
      const key = head.dataset.sort;
      const down = head.getAttribute("aria-sort") === "ascending";
      all("[aria-sort]", table).forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
      const sorted = [...rows].sort(
        (a, b) =>
          (down ? -1 : 1) * order(value(a, key), value(b, key)) || Number(a.dataset.number) - Number(b.dataset.number),
      );
      table.append(...sorted);
      shown.textContent = `Sorted by ${head.textContent.toLowerCase()}, ${down ? "last" : "first"} first.`;
    };

    for (const head of all("th[data-sort]", table)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(head));
      head.replaceChildren(button);
    }
    boxes.forEach((box) => box.addEventListener("change", filter));
    words.addEventListener("input", filter);
    one("fieldset.filters").hidden = false;

    const print = one("[data-print]");
    print.hidden = false;
    print.addEventListener("click", () => window.print());

    // Browsers cut long data: addresses; a blob may have any size.
    for (const link of all("a[download][href^='data:']")) {
      const [head, coded] = link.getAttribute("href").split(",", 2);
      const bytes = Uint8Array.from(atob(coded), (each) => each.charCodeAt(0));
      const media = head.slice("data:".length).split(";")[0];
      link.href = URL.createObjectURL(new Blob([bytes], { type: media }));
    }
  }

  // While the index is being checked, ask for its state until it is known.
  const look = async () => {
    const part = one("#verification[data-state=running]");
    if (!part) return;
    const answer = await fetch("/staff/review", { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("verification");
    if (!answer.ok || !fresh) return;
    if (fresh.dataset.state === "running") {
      setTimeout(look, 1500);
    } else {
      part.replaceWith(fresh);
    }
  };
  setTimeout(look, 700);
})();
