// What a reader thinks of an answer.  The question is sent only where the reader says so.

import { feedback } from "./api";
import { button, type Context } from "./context";
import { bare, make, tell } from "./dom";

const REASONS = ["wrong", "wrong_source", "missing", "not_answered", "unclear", "other"] as const;

/** Two buttons, and the form that the second one opens. */
export function feedbackForm(context: Context, question: string, generation: string): HTMLElement[] {
  const { host, server, say, announce } = context;
  const boxes = REASONS.map((reason) => make("input", { type: "checkbox", value: reason }));
  const note = make("textarea", { rows: 2, maxlength: 1000, "aria-label": say("note"), placeholder: say("note") });
  const along = make("input", { type: "checkbox" });
  const ticked = (box: HTMLElement, words: string) => make("label", {}, box, make("span", {}, words));

  const give = async (rating: "helpful" | "unhelpful") => {
    const reasons = boxes.filter((box) => box.checked).map((box) => box.value);
    const given: Record<string, unknown> = { rating, reasons: bare([...reasons]) };
    if (generation) given.generation = generation.slice(0, 40);
    if (note.value.trim()) given.note = note.value.trim();
    if (along.checked) given.question = question;
    let words = say("thanks");
    try {
      await feedback(server, given);
      tell(host, "feedback", { rating, reasons });
    } catch {
      words = say("failed");
    }
    const thanks = make("span", { class: "hint", tabindex: -1 }, words);
    helpful.remove();
    unhelpful.replaceWith(thanks);
    form.remove();
    thanks.focus();
    announce(words);
  };
  const form = make(
    "form",
    {
      class: "feedback",
      hidden: true,
      submit: (event: Event) => {
        event.preventDefault();
        give("unhelpful");
      },
    },
    make("fieldset", {}, make("legend", {}, say("why")), ...boxes.map((box, n) => ticked(box, say(REASONS[n]!)))),
    note,
    ticked(along, say("withQuestion")),
    make("button", { class: "plain" }, say("sendFeedback")),
  );
  const helpful = button(say("helpful"), () => give("helpful"));
  const unhelpful = button(say("unhelpful"), () => {
    form.hidden = !form.hidden;
    unhelpful.setAttribute("aria-expanded", `${!form.hidden}`);
    if (form.hidden) return;
    form.scrollIntoView(bare({ block: "nearest" }));
    boxes[0]!.focus();
  });
  unhelpful.setAttribute("aria-expanded", "false");
  return [helpful, unhelpful, form];
}
