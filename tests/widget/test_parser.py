"""The stream parser: no text forges an event and none is lost, wherever the bytes are cut."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from onrecord.web.events import _frame

ANSWERS = 500
PIECES = [
    "\r", "\n", "\r\n", "\n\n", "\r\r", "\u2028", "\u2029", "\u0085", "\x00", "\ufeff", "event: answer", "data: {}",
    "\n\nevent: error\ndata: {}\n\n", "\r\rdata: x\r\r", ": still here", "id: 5", "retry: 1", "”", "重庆", "😀", "é", " ", "a", "Pu said",
    "\\n", "\\u000a", '"', "\\", "\ud83d", "data:", "event", "\x0b", "\x0c", "\x1e",
]  # fmt: skip
CUT = """
  // Each stream whole, cut once at every byte, and byte by byte.
  const all = (pieces) => { const parser = new part.EventParser(); return pieces.flatMap((one) => parser.push(one)); };
  let cuts = 0, wrong = [];
  given.forEach(({ bytes, frames }, number) => {
    const stream = Buffer.from(bytes, "base64"), wanted = JSON.stringify(frames);
    const ways = Array.from({ length: stream.length + 1 }, (_, at) => [stream.subarray(0, at), stream.subarray(at)]);
    ways.push([...stream].map((_, at) => stream.subarray(at, at + 1)));
    for (const way of ways) {
      cuts++;
      if (JSON.stringify(all(way).map(({ event, data }) => [event, JSON.parse(data)])) !== wanted) wrong.push(number);
    }
  });
  return { cuts, wrong };
"""


def streams(rng: random.Random) -> list[dict[str, Any]]:
    """Streams with hostile text in them: as the server writes them, and in every other way that the standard allows."""
    import base64

    found = []
    for number in range(ANSWERS):
        end = ["\n", "\r", "\r\n"][number % 3]
        frames, written = [], b"\xef\xbb\xbf" if number % 7 == 0 else b""
        for name in ("searched", "statement", "answer"):
            text = "".join(rng.choices(PIECES, k=rng.randrange(12)))
            event = {"event": name, "text": text}
            frames.append([name, event])
            if number % 4 == 0:  # the server's own words
                written += _frame(event)
                continue
            lone = any(0xD800 <= ord(one) < 0xE000 for one in text)
            data = json.dumps(event, ensure_ascii=lone)
            lines = [f"event: {name}" if number % 2 else f"event:{name}", f"data: {data}"]
            if number % 5 == 0:
                lines.insert(1, ": a comment with event: answer in it")
                lines += ["id: 7", "retry: 1", "unknown", "data"]
            written += (end.join(lines) + end + end).encode()
        found.append({"bytes": base64.b64encode(written).decode(), "frames": frames})
    return found


def test_nothing_is_forged_and_nothing_lost(in_node: Callable[[str, str, Any], Any]) -> None:
    result = in_node("sse", CUT, streams(random.Random(8)))
    assert result["wrong"] == []
    assert result["cuts"] > 100 * ANSWERS


def test_what_is_not_whole_is_no_event(in_node: Callable[[str, str, Any], Any]) -> None:
    whole = _frame({"event": "answer", "text": "a"})
    cut = [whole[:end].decode() for end in range(len(whole))]
    script = """
      return given.map((text) => { const parser = new part.EventParser(); return parser.push(Buffer.from(text)).length; });
    """
    assert in_node("sse", script, [*cut, whole.decode()]) == [0] * len(cut) + [1]


def test_an_event_without_end_is_given_up(in_node: Callable[[str, str, Any], Any]) -> None:
    script = """
      const parser = new part.EventParser(), piece = Buffer.alloc(1 << 16, "x");
      try { for (let n = 0; n < 1000; n++) parser.push(piece); } catch (error) { return error.name; }
    """
    assert in_node("sse", script, None) == "RangeError"
