// Server-sent events from the bytes of a body.  EventSource cannot post, and asks again by itself.

import { bare } from "./dom";

export interface Frame {
  event: string;
  data: string;
}

const MOST = 4_000_000; // characters of one event

/** Gives whole events, however the bytes were cut; what a stream ends in the middle of is no event. */
export class EventParser {
  #decoder = new TextDecoder();
  #line = "";
  #afterReturn = false;
  #event = "";
  #data: string[] = [];
  #size = 0;

  push(bytes: Uint8Array): Frame[] {
    let text = this.#decoder.decode(bytes, STREAM);
    if (!text) return [];
    // A line feed that a cut parted from its carriage return ends no second line.
    if (this.#afterReturn && text[0] === "\n") text = text.slice(1);
    this.#afterReturn = text.endsWith("\r");
    if ((this.#size += text.length) > MOST) throw new RangeError("an event is too long");
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop()!;
    const frames: Frame[] = [];
    for (const line of lines) {
      if (line) this.#field(line);
      else this.#end(frames);
    }
    return frames;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }

  #end(frames: Frame[]): void {
    if (this.#data.length) frames.push({ event: this.#event || "message", data: this.#data.join("\n") });
    this.#event = "";
    this.#data = [];
    this.#size = this.#line.length;
  }
}

// Without a prototype, where a page may have put anything.
const STREAM: TextDecodeOptions = bare({ stream: true });
