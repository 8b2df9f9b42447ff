"""Words that mean the opposite of each other, for a statement that turns what it cites around."""

from __future__ import annotations

from collections.abc import Collection

from onrecord.text.tokens import stem

__all__ = ["opposite_in"]

_PREFIXES = ("un", "in", "im", "dis", "non", "il", "ir")
_PAIRS = """
increase/decrease rise/fall grow/shrink gain/lose win/lose more/less more/fewer high/low higher/lower
before/after first/last support/oppose accept/reject accept/refuse agree/disagree approve/reject
allow/ban allow/prohibit permit/prohibit guilty/innocent begin/end start/stop start/finish open/close
arrive/leave include/exclude including/excluding with/without success/failure succeed/fail
positive/negative strong/weak strengthen/weaken improve/worsen up/down buy/sell all/none always/never
young/old younger/older early/late earlier/later large/small big/small major/minor public/private
legal/illegal likely/unlikely able/unable happy/unhappy love/hate like/dislike easy/difficult
safe/dangerous near/far above/below over/under male/female man/woman men/women son/daughter
brother/sister mother/father husband/wife boy/girl praise/criticize praise/condemn deny/admit
deny/confirm true/false alive/dead live/die import/export north/south east/west northern/southern
eastern/western hire/fire join/leave ahead/behind optimistic/pessimistic expand/reduce expand/contract
raise/lower raise/cut add/remove recover/decline surge/plunge soar/plummet best/worst better/worse
most/least forget/remember come/go enter/exit inside/outside internal/external majority/minority
maximum/minimum defeat/victory attack/defend peace/war friend/enemy encourage/discourage encourage/deter
continue/cease continue/stop maintain/abandon keep/drop significant/insignificant significant/slight
rapid/slow quickly/slowly fast/slow hot/cold wet/dry rich/poor expensive/cheap heavy/light long/short
longer/shorter profit/loss asset/liability outperform/underperform exceed/miss hard/soft absent/present
willing/reluctant reveal/conceal reveal/hide release/withhold release/detain free/arrest acquit/convict
innocent/convicted invite/exclude borrow/lend give/take send/receive teach/learn question/answer
ask/answer ask/tell push/pull build/destroy create/destroy protect/harm help/hinder help/harm
doubt/believe trust/doubt temporary/permanent old/new modern/ancient domestic/foreign local/national
local/international single/married full/empty visible/invisible known/unknown possible/impossible
welcome/reject cause/prevent promote/hinder promote/demote
"""


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.split():
        one, other = map(stem, pair.split("/"))
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {root: frozenset(opposites) for root, opposites in found.items()}


_OPPOSITES = _table()


def opposite_in(root: str, stems: Collection[str]) -> str | None:
    """The stem among ``stems`` that means the opposite of ``root``, if there is one.

    ``fall`` in ``{"price", "rise"}`` -> ``rise``
    """
    for other in stems:
        if other in _OPPOSITES.get(root, ()) or any(root == p + other or other == p + root for p in _PREFIXES):
            return other
    return None
