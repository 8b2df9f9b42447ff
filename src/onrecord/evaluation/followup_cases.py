"""Conversations with a last question that leans on what was said before, written for this suite.

Each is (questions before, answers before, the follow-up, words that its self-contained form must hold, words that it
must not hold).  The last group leans on nothing and has to stay as it is.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CASES", "SPEAKERS", "Case"]

SPEAKERS = {
    "Maria Keller": ["Keller"],
    "James Moore": ["Moore"],
    "Pu Yongjian": ["Pu"],
    "Angela Ruiz": ["Ruiz", "President Ruiz"],
    "the ministry": [],
    "王毅": [],
    "李晓明": [],
}


class Case(NamedTuple):
    """One conversation; ``wanted`` and ``unwanted`` are words, folded to their stems where they are compared."""

    before: tuple[str, ...]
    text: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()
    answer: str = ""


GATES = ("What does Keller say about the harbour gates?",)
COPPER = ("What did James Moore say about copper prices in 2021?",)
CARS = ("What does Pu say about auto manufacturing?",)
MUSEUM = ("When was the Maritime Museum founded?",)
WALL = ("How tall is the harbour wall?",)
STRIKE = ("Why did the dockers strike?",)
FLOOD = ("How many people were killed in the flood in Oststadt?",)
WANG = ("王毅对中美关系说了什么？",)
LI = ("李晓明对汽车制造有什么看法？",)
RAIL = ("成渝高铁什么时候通车？",)

TOPICS = (
    Case(GATES, "And about exports?", ("Keller", "exports"), ("gates",)),
    Case(GATES, "What about the ferry?", ("Keller", "ferry"), ("gates",)),
    Case(GATES, "How about the budget of the port?", ("Keller", "budget", "port"), ("gates",)),
    Case(CARS, "And on smart manufacturing?", ("Pu", "smart", "manufacturing"), ("auto",)),
    Case(CARS, "and regarding batteries", ("Pu", "batteries"), ("auto",)),
    Case(COPPER, "And nickel?", ("Moore", "nickel"), ("copper",)),
    Case((*GATES, "And about the ferry?"), "And about the bridge?", ("Keller", "bridge"), ("gates", "ferry")),
    Case(WALL, "And the lighthouse?", ("tall", "lighthouse")),
    Case(MUSEUM, "And the Opera House?", ("founded", "Opera", "House")),
)
PEOPLE = (
    Case(GATES, "And Moore?", ("Moore", "gates"), ("Keller",)),
    Case(GATES, "What about James Moore?", ("Moore", "gates"), ("Keller",)),
    Case(CARS, "And President Ruiz?", ("Ruiz", "auto"), ("Pu",)),
    Case(COPPER, "And what does Keller say?", ("Keller", "copper")),
)
PRONOUNS = (
    Case(GATES, "What did she say about the wall?", ("Keller", "wall"), ("gates", "she")),
    Case(GATES, "What did she say then?", ("Keller", "gates")),
    Case(GATES, "When did she say that?", ("Keller", "gates")),
    Case(COPPER, "What does he think about nickel?", ("Moore", "nickel"), ("copper", "he")),
    Case(COPPER, "Has his view changed?", ("Moore", "view", "copper")),
    Case(GATES, "Who else commented on them?", ("gates",)),
    Case(GATES, "How old are they?", ("gates",)),
    Case(GATES, "Does Moore agree with her?", ("Moore", "Keller", "gates")),
    Case(CARS, "Is he an economist?", ("Pu", "economist")),
    Case(CARS, "Where is it growing?", ("auto", "manufacturing", "growing")),
    Case(MUSEUM, "Who runs it?", ("Maritime", "Museum", "runs")),
    Case(MUSEUM, "Where is it?", ("Maritime", "Museum")),
    Case(MUSEUM, "How many visitors went there last year?", ("Maritime", "Museum", "visitors")),
    Case(WALL, "When was it built?", ("wall", "built")),
    Case(WALL, "Who paid for it?", ("wall", "paid")),
    Case(FLOOD, "What caused it?", ("flood", "Oststadt", "caused")),
    Case(("Who is Angela Ruiz?",), "When was she elected?", ("Ruiz", "elected")),
    Case(
        ("Who leads the port?",), "What did she say about wages?", ("Keller", "wages"), answer="Maria Keller leads it."
    ),
    Case(("Who is Boris Tadic?",), "What did he study?", ("Boris", "Tadic", "study")),
    Case(("What did Moore and Keller say about the port?",), "Do they agree?", ("Moore", "Keller", "port", "agree")),
    Case((*GATES, "What does she say about the wall?"), "And about the ferry?", ("Keller", "ferry"), ("gates", "wall")),
    Case((*GATES, "How old are they?"), "Who will pay for them?", ("gates", "pay")),
)
TIMES = (
    Case(COPPER, "And in 2019?", ("Moore", "copper", "2019"), ("2021",)),
    Case(GATES, "And last year?", ("Keller", "gates", "last", "year")),
    Case(FLOOD, "And in May 2020?", ("killed", "flood", "May", "2020")),
    Case(CARS, "What about before the pandemic?", ("Pu", "auto", "pandemic")),
)
BARE = (
    Case(GATES, "Why?", ("Keller", "gates", "why")),
    Case(STRIKE, "Since when?", ("dockers", "strike", "when")),
    Case(STRIKE, "Who said that?", ("dockers", "strike", "who")),
    Case(GATES, "Tell me more.", ("Keller", "gates")),
    Case(GATES, "What else?", ("Keller", "gates")),
    Case(STRIKE, "How long?", ("dockers", "strike", "long")),
    Case((*GATES, "Why?"), "And Moore?", ("Moore", "gates"), ("Keller",)),
)
CHINESE = (
    Case(WANG, "那出口呢？", ("王毅", "出口"), ("中美",)),
    Case(WANG, "关于台湾呢？", ("王毅", "台湾"), ("中美",)),
    Case(WANG, "他还说了什么？", ("王毅",), ("他",)),
    Case(WANG, "为什么？", ("王毅", "中美关系", "为什么")),
    Case(WANG, "李晓明呢？", ("李晓明", "中美关系"), ("王毅",)),
    Case(LI, "他对电池有什么看法？", ("李晓明", "电池"), ("汽车制造", "他")),
    Case(LI, "去年呢？", ("李晓明", "汽车制造", "去年")),
    Case(LI, "什么时候说的？", ("李晓明", "汽车制造", "什么时候")),
    Case(RAIL, "它有多长？", ("成渝高铁", "多长"), ("它",)),
    Case(RAIL, "票价是多少？", ("成渝高铁", "票价")),
    Case((*WANG, "那出口呢？"), "还有呢？", ("王毅", "出口")),
)
WHOLE = (
    Case(GATES, "What does Moore say about copper?", ("Moore", "copper"), ("Keller", "gates")),
    Case(GATES, "Is it true that the smelter in Norway closed?", ("smelter", "Norway"), ("Keller", "gates")),
    Case(GATES, "How many people live in Oststadt?", ("people", "Oststadt"), ("Keller", "gates")),
    Case(GATES, "Did Moore say that he will resign?", ("Moore", "he", "resign"), ("Keller", "gates")),
    Case(CARS, "Is there a plan for the airport in Basel?", ("plan", "airport", "Basel"), ("Pu", "auto")),
    Case(WANG, "上海的房价是多少？", ("上海", "房价"), ("王毅", "中美")),
)
CASES = {
    "another topic": TOPICS,
    "another speaker": PEOPLE,
    "pronouns": PRONOUNS,
    "another time": TIMES,
    "bare questions": BARE,
    "Chinese": CHINESE,
    "whole already": WHOLE,
}
