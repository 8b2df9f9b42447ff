"""Function words and other closed classes of English, as sets.  Data only."""

from __future__ import annotations

__all__ = [
    "AUXILIARIES",
    "BARE_PLURALS",
    "BE",
    "CONJUNCTIONS",
    "DAYS",
    "DETERMINERS",
    "OPENERS",
    "PREPOSITIONS",
    "PRONOUNS",
    "RECIPIENTS",
    "STOPS",
    "VERBS",
    "word_set",
]


def word_set(words: str) -> frozenset[str]:
    """Split a list of words: ``"he she"`` -> ``{"he", "she"}``."""
    return frozenset(words.split())


PRONOUNS = word_set("he she they i we you it who which")
AUXILIARIES = word_set("""
    has have had having will would can could may might must should shall do does did is are was were be
    been being 'd 'll 've hasn't haven't hadn't won't wouldn't can't couldn't doesn't don't didn't isn't
    wasn't he'd she'd not never also later then once now still previously already ever even just only
    both all often always again first further soon well repeatedly recently earlier initially largely
    long simply rather yet nonetheless nevertheless instead thus therefore subsequently sometimes too
    reportedly
    """)
BE = word_set("is are was were be been being isn't wasn't aren't weren't get got")
DAYS = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december yesterday today tonight tomorrow morning afternoon
    evening night week month year jan feb mar apr aug sept sep oct nov dec mondays noon midday late
    early last earlier this next later
    """)
PREPOSITIONS = word_set("""
    of for from at in with on to by near behind about against among under over between inside outside
    within across around into through toward towards as like per including without via off following
    during despite after before since amid upon beyond beside besides
    """)
DETERMINERS = word_set("""
    the a an his her their its our my your some many most several two three four five six seven eight
    nine ten one another other any every each no few all both these those this that such more fewer
    dozens hundreds thousands nearly almost
    """)
STOPS = word_set("""
    that because while when whenever if but although though after before until unless whereas where how
    what why than nor yet or whether so since once and then as
    """)
VERBS = word_set("""
    is are was were am be been has have had do does did will would can could may might must should shall
    made make makes took take takes went go goes got gave give gives came come comes left put set let
    became become won lost ran run runs led lead began seemed seems seem appeared appears asked asking
    held kept met spoke speaks stood wants want wanted isn't aren't wasn't weren't hasn't haven't hadn't
    won't wouldn't can't couldn't doesn't don't didn't
    """)
OPENERS = word_set("that how whether what why if")
CONJUNCTIONS = word_set("and but or then")
RECIPIENTS = word_set("""
    him her them me us you reporters supporters voters journalists lawmakers people members audience
    crowd everyone viewers listeners investors donors delegates officials police
    """)
BARE_PLURALS = word_set("""
    police people many some most others few all several both everyone everybody somebody someone one men
    women none half critics another nobody anyone
    """)
