"""axe-core on a page: every violation, said in a way that a person can mend."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from tests.node import node_modules

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, within: str | None = None) -> list[str]:
    """Run axe-core on ``page`` as it is shown (or on what the selector ``within`` names); none: an empty list.

    The script is evaluated by the browser's own protocol, so that the page's CSP does not keep it out.
    """
    page.evaluate((node_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8") + ";undefined")
    found: dict[str, Any] = page.evaluate(
        "([within, tags]) => axe.run(within ?? document, {runOnly: {type: 'tag', values: tags}})", [within, TAGS]
    )
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
