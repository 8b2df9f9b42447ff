"""Take out of a page what its reader does not see.

Looked at are attributes, elements, inline styles, the style sheets inside of the page with their cascade, and
class names that mean hidden everywhere.  Style sheets outside of the page are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree

from onrecord.errors import FileError

__all__ = ["remove_hidden"]

_UNSEEN_TAGS = frozenset(
    """script style template noscript iframe object embed svg math canvas audio video select option textarea
    datalist rp""".split()
)
_HIDING_CLASSES = frozenset(
    """sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only u-visually-hidden
    element-invisible assistive-text offscreen off-screen hidden d-none is-hidden""".split()
)
# "hidden md:block" is hidden on a telephone alone.
_SHOWN_WIDE = re.compile(r"\w+:(?:block|flex|grid|table|contents|inline\S*)|d-\w+-(?:block|flex|grid|table|inline\S*)")
# The patterns that a hostile page could make slow are linear: what is not closed ends with the text.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_AT_RULE = re.compile(r"@([\w-]{1,40}+)([^{};]{0,500}+)(?:;|\{((?:[^{}]*+\{[^{}]*+\})*+[^{}]*+)\})")
_NAMES = re.compile(r"([.#])([\w-]+)")
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|em|rem|ex|ch|pt|vw|vh|vmin|vmax|cm|mm|in|%)?")
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)(?:[,/\s]+([\d.]+%?))?\s*\)")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "cm": 38.0, "mm": 3.8, "in": 96.0}
_OFF_THE_PAGE = -400
_MOST_SELECTORS = 5_000
_LONGEST_SELECTOR = 500
_MOST_ATTRIBUTES = 1_000
_WHITE = (255, 255, 255)
_NEAR = 24

_Priority = tuple[bool, tuple[int, ...], int]


@dataclass(slots=True)
class _Style:
    """What the rules say of one element: the value that wins for each property."""

    won: dict[str, tuple[_Priority, str]] = field(default_factory=dict)

    def set(self, name: str, value: str, priority: _Priority) -> None:
        if name not in self.won or priority >= self.won[name][0]:
            self.won[name] = (priority, value)

    def get(self, name: str) -> str:
        return self.won[name][1] if name in self.won else ""


def remove_hidden(root: Any) -> None:
    """Take the elements and the text out of a page that are not shown.

    Raises FileError where an element or the style sheets are made to exhaust the reader.
    """
    linked = any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link"))
    styles = _styles(root)
    doomed = []
    ink: dict[Any, bool] = {}
    for element in root.iter():
        above = ink.get(element.getparent(), False)
        if above:
            element.tail = None
        if _is_hidden(element, styles.get(element) or _EMPTY):
            doomed.append(element)
            continue
        ink[element] = _in_unseen_ink(element, styles, linked=linked, above=above)
        if ink[element]:
            element.text = None
    for element in doomed:
        element.drop_tree()


_EMPTY = _Style()


def _is_hidden(element: Any, style: _Style) -> bool:
    tag = element.tag
    if len(element.attrib) > _MOST_ATTRIBUTES:
        raise FileError(f"an element with more than {_MOST_ATTRIBUTES:,} attributes", hint="check the file")
    if tag in _UNSEEN_TAGS or element.get("hidden") is not None:
        return True
    if tag in {"html", "body"}:
        # A page that hides itself whole shows itself by a script.
        return False
    if tag == "dialog" and element.get("open") is None:
        return True
    parent = element.getparent()
    if parent is not None and parent.tag == "details" and parent.get("open") is None:
        return bool(tag != "summary")
    classes = (element.get("class") or "").split()
    if not _HIDING_CLASSES.isdisjoint(classes) and not any(_SHOWN_WIDE.fullmatch(name) for name in classes):
        return True
    return bool(style.won) and _hides(style)


def _hides(style: _Style) -> bool:
    get = style.get
    if get("display").startswith("none") or get("visibility") in {"hidden", "collapse"}:
        return True
    if get("content-visibility") == "hidden" or (get("opacity") and (_number(get("opacity")) or 0) <= 0.05):
        return True
    for name in ("font-size", "font"):
        if (size := _first_length(get(name), name)) is not None and size <= 1:
            return True
    moved = [
        _pixels(get(name)) for name in ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
    ]
    if any(by is not None and by <= _OFF_THE_PAGE for by in moved):
        return True
    if re.match(r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)", get("clip")):
        return True
    if re.match(
        r"inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0|polygon\(\s*0(?:px)?\s+0(?:px)?\s*,\s*0(?:px)?\s+0", get("clip-path")
    ):
        return True
    if _transformed_away(get("transform")):
        return True
    cut = get("overflow").startswith(("hidden", "clip"))
    sizes = [_pixels(get(name)) for name in ("height", "max-height", "width", "max-width")]
    return cut and any(size is not None and size <= 1 for size in sizes)


def _transformed_away(value: str) -> bool:
    if re.search(r"scale[xy]?\(\s*0(?:\.0+)?\s*[,)]", value):
        return True
    moved = re.search(r"translate(?:x|y|3d)?\(([^)]*)\)", value)
    return moved is not None and any((_pixels(part) or 0) <= _OFF_THE_PAGE for part in moved.group(1).split(","))


def _in_unseen_ink(element: Any, styles: dict[Any, _Style], *, linked: bool, above: bool) -> bool:
    """Whether the text of an element has the colour of what it stands on, or none."""
    style = styles.get(element)
    if style is None or not (style.get("color") or style.get("background") or style.get("background-color")):
        return above
    colour = next((ink for one in (element, *element.iterancestors()) if (ink := _colour_of(one, styles))), "")
    if not colour:
        return above
    if colour == "transparent" or (_rgb(colour) or (0, 0, 0, 1.0))[3] <= 0.05:
        return True
    ground = next((paint for one in (element, *element.iterancestors()) if (paint := _ground_of(one, styles))), "")
    if not ground:
        # White is what a page is painted with, unless a style sheet that is not here says otherwise.
        if linked and not _is_inline(element, "color"):
            return False
        ground = "#ffffff"
    return _are_alike(colour, ground)


def _colour_of(element: Any, styles: dict[Any, _Style]) -> str:
    style = styles.get(element)
    value = style.get("color") if style else ""
    return "" if value in {"inherit", "currentcolor"} else value


def _ground_of(element: Any, styles: dict[Any, _Style]) -> str:
    style = styles.get(element)
    if style is None:
        return ""
    for name in ("background", "background-color"):
        value = style.get(name)
        if value and value not in {"transparent", "none", "inherit", "initial", "unset"}:
            return value
    return ""


def _is_inline(element: Any, name: str) -> bool:
    return name in (element.get("style") or "").lower() or element.tag == "font"


def _are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = _rgb(one), _rgb(other)
    if first is None or second is None:
        return False
    return all(abs(a - b) <= _NEAR for a, b in zip(first[:3], second[:3], strict=True))


def _rgb(value: str) -> tuple[int, int, int, float] | None:
    value = {"white": "#ffffff", "black": "#000000"}.get(value, value)
    if _HEX.fullmatch(value):
        digits = value[1:] if len(value) > 5 else "".join(2 * digit for digit in value[1:])
        parts = [int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)]
        return parts[0], parts[1], parts[2], parts[3] / 255 if len(parts) > 3 else 1.0
    if match := _RGB.fullmatch(value):
        red, green, blue, alpha = match.groups()
        opaque = 1.0 if alpha is None else float(alpha.rstrip("%")) / (100 if alpha.endswith("%") else 1)
        return int(red), int(green), int(blue), opaque
    return None


def _styles(root: Any) -> dict[Any, _Style]:
    styles: dict[Any, _Style] = {}
    sheets = [element.text or "" for element in root.iter("style") if "print" not in (element.get("media") or "")]
    if any(sheets):
        _apply_sheets(root, "\n".join(sheets), styles)
    for element in root.iter():
        given = element.get("style")
        if given:
            for name, value, important in _declarations(given):
                styles.setdefault(element, _Style()).set(name, value, (important, (1,), 0))
        for name, attribute in (("color", "color" if element.tag == "font" else None), ("background", "bgcolor")):
            if attribute and (value := element.get(attribute)):
                styles.setdefault(element, _Style()).set(name, value.strip().lower(), (False, (0,), 0))
    return styles


def _apply_sheets(root: Any, css: str, styles: dict[Any, _Style]) -> None:
    names = {f".{name}" for element in root.iter() for name in (element.get("class") or "").split()}
    names |= {f"#{element.get('id')}" for element in root.iter() if element.get("id")}
    translator = HTMLTranslator()
    tried = 0
    for order, (selectors, body) in enumerate(_rules(css)):
        declarations = list(_declarations(body))
        if not declarations:
            continue
        for selector in selectors.split(","):
            # Most rules of a page's style sheet are about other pages.
            wanted = {kind + name for kind, name in _NAMES.findall(selector)}
            if len(selector) > _LONGEST_SELECTOR or (":not" not in selector and not wanted <= names):
                continue
            tried += 1
            if tried > _MOST_SELECTORS:
                raise FileError(f"more than {_MOST_SELECTORS:,} style rules apply", hint="check the file")
            for element, specificity in _matched(root, selector, translator):
                style = styles.setdefault(element, _Style())
                for name, value, important in declarations:
                    style.set(name, value, (important, (0, *specificity), order))


def _matched(root: Any, selector: str, translator: HTMLTranslator) -> Iterator[tuple[Any, tuple[int, int, int]]]:
    try:
        (parsed,) = parse(selector)
        if parsed.pseudo_element is not None:
            return
        path = translator.selector_to_xpath(parsed, translate_pseudo_elements=False)
        found = root.xpath(path)
    except (SelectorError, ValueError, etree.XPathError):
        # Not a selector, or one of a kind that no page of text needs to be understood.
        return
    for element in found:
        yield element, parsed.specificity()


def _rules(css: str) -> Iterator[tuple[str, str]]:
    css = _AT_RULE.sub(_unwrapped, _COMMENT.sub(" ", css).lower())
    for rule in css.split("}"):
        selectors, brace, body = rule.rpartition("{")
        if brace:
            yield selectors.rpartition("{")[2].strip(), body


def _unwrapped(match: re.Match[str]) -> str:
    name, condition, body = match.groups()
    return body or "" if name == "media" and condition.strip() in {"all", "screen", "only screen"} else ""


_PROPERTIES = frozenset(
    """display visibility opacity content-visibility font font-size left top right bottom text-indent margin-left
    margin-top clip clip-path transform overflow height max-height width max-width color background
    background-color""".split()
)


def _declarations(body: str) -> Iterator[tuple[str, str, bool]]:
    for declaration in _COMMENT.sub(" ", body).lower().split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in _PROPERTIES and value:
            bare = value.replace("!important", "").strip()
            yield name, bare, bare != value.strip()


def _number(value: str) -> float | None:
    try:
        return float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        return None


def _first_length(value: str, name: str) -> float | None:
    if name == "font":
        match = re.search(r"(?:^|\s)(0|[\d.]+(?:px|em|rem|pt))\s*(?:/|\s)", value)
        return _pixels(match.group(1)) if match else None
    return _pixels(value)


def _pixels(value: str) -> float | None:
    match = _LENGTH.match(value)
    if match is None:
        return None
    number, unit = float(match.group(1)), match.group(2)
    if unit is None:
        # A length without a unit is 0 or nothing.
        return number if number == 0 else None
    if unit in {"%", "vw", "vh", "vmin", "vmax"}:
        return number * 10
    return number * _PIXELS[unit]
