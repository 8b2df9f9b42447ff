"""Question answering over a newsroom's articles: every answer cited, every quotation verbatim.

::

    from onrecord import Question, Runtime, load_settings

    runtime = Runtime(load_settings(index="index"))
    *_, answer = runtime.ask(Question("What does Pu say about auto manufacturing?"))

Everything public is imported when it is first asked for, so that ``import onrecord`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onrecord.errors import OnRecordError
    from onrecord.runtime import Runtime
    from onrecord.settings import Settings, load_settings
    from onrecord.types import (
        Answer,
        Article,
        Citation,
        Filters,
        Passage,
        Question,
        Quote,
        Searched,
        Speaker,
        Statement,
        StatementPiece,
        Turn,
    )

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Filters",
    "OnRecordError",
    "Passage",
    "Question",
    "Quote",
    "Runtime",
    "Searched",
    "Settings",
    "Speaker",
    "Statement",
    "StatementPiece",
    "Turn",
    "load_settings",
]

_HOME = {"OnRecordError": "errors", "Runtime": "runtime", "Settings": "settings", "load_settings": "settings"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'onrecord' has no attribute {name!r}")
    return getattr(importlib.import_module(f"onrecord.{_HOME.get(name, 'types')}"), name)
