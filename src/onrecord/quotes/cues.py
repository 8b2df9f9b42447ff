"""Words that attribute: verbs of saying and thinking, with the complements that they take.  Data only."""

from __future__ import annotations

from typing import NamedTuple

from onrecord.quotes.grammar import word_set

__all__ = [
    "CUES",
    "MEDIUM",
    "PHRASAL",
    "PHRASAL_FORMS",
    "RECIPIENT_VERBS",
    "ZH_CUES",
    "ZH_CUES_BEFORE_A_PAUSE",
    "ZH_NOT_CUES",
    "Cue",
]


class Cue(NamedTuple):
    """A form of a verb: ``said`` -> lemma ``say``, form ``past``, complement ``clause``."""

    lemma: str
    form: str
    complement: str


# Verbs that report with or without "that": "she said it rained".
_CLAUSE = """
    say tell think believe claim insist argue suggest hope fear feel predict admit acknowledge concede know
    estimate allege assert contend maintain reckon stress assume guess figure bet promise vow imply worry
    conclude reply swear reiterate mean show find write note state add
"""
# Verbs that report with "that", "how", "whether", a colon or a quotation.
_THAT = """
    announce report explain tweet declare continue warn recall respond answer repeat
    observe point caution complain confirm emphasize emphasise indicate joke lament mention quip remark
    remind reveal agree convince boast brag inform advise clarify comment counter cry disclose elaborate
    exclaim muse opine proclaim protest reason recount retort shout shrug sigh signal speculate stipulate
    submit testify theorize underscore underline volunteer wonder yell forecast expect decide recognize
    recognise realize realise understand learn discover hint signal text email post blog begin plead pray
    laugh whisper mutter murmur scream marvel gush grumble snap interject offer relate reflect ask inquire
    posit postulate affirm attest avow certify certify demonstrate read object interpret
"""
# Verbs whose object is what was said: "called it a mistake", "urged them to leave".
_OBJECT = """
    call describe criticize criticise praise urge accuse deny dismiss condemn denounce blame blast reject
    pledge demand propose defend hail question compare deride decry mock characterize characterise label
    portray tout slam cite endorse oppose support propose favor favour threaten recommend
"""
_IRREGULAR = {
    "say": ("says", "said", "said", "saying"),
    "tell": ("tells", "told", "told", "telling"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "feel": ("feels", "felt", "felt", "feeling"),
    "know": ("knows", "knew", "known", "knowing"),
    "mean": ("means", "meant", "meant", "meaning"),
    "show": ("shows", "showed", "shown", "showing"),
    "find": ("finds", "found", "found", "finding"),
    "swear": ("swears", "swore", "sworn", "swearing"),
    "bet": ("bets", "bet", "bet", "betting"),
    "write": ("writes", "wrote", "written", "writing"),
    "understand": ("understands", "understood", "understood", "understanding"),
    "read": ("reads", "read", "read", "reading"),
    "begin": ("begins", "began", "begun", "beginning"),
    "admit": ("admits", "admitted", "admitted", "admitting"),
    "submit": ("submits", "submitted", "submitted", "submitting"),
    "quip": ("quips", "quipped", "quipped", "quipping"),
    "brag": ("brags", "bragged", "bragged", "bragging"),
    "snap": ("snaps", "snapped", "snapped", "snapping"),
    "slam": ("slams", "slammed", "slammed", "slamming"),
    "blog": ("blogs", "blogged", "blogged", "blogging"),
    "forecast": ("forecasts", "forecast", "forecast", "forecasting"),
    "label": ("labels", "labeled", "labeled", "labeling"),
    "reveal": ("reveals", "revealed", "revealed", "revealing"),
    "signal": ("signals", "signaled", "signaled", "signaling"),
    "answer": ("answers", "answered", "answered", "answering"),
    "offer": ("offers", "offered", "offered", "offering"),
    "infer": ("infers", "inferred", "inferred", "inferring"),
}


def _forms(lemma: str) -> tuple[str, str, str, str]:
    """``deny`` -> ``("denies", "denied", "denied", "denying")``."""
    if lemma in _IRREGULAR:
        return _IRREGULAR[lemma]
    if lemma[-1] == "y" and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies", lemma[:-1] + "ied", lemma[:-1] + "ied", lemma + "ing"
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
    if lemma.endswith("ee"):
        return third, lemma + "d", lemma + "d", lemma + "ing"
    stem = lemma.removesuffix("e")
    return third, stem + "ed", stem + "ed", stem + "ing"


def _lexicon() -> dict[str, Cue]:
    cues: dict[str, Cue] = {}
    for lemmas, complement in ((_OBJECT, "object"), (_THAT, "that"), (_CLAUSE, "clause")):
        for lemma in lemmas.split():
            third, past, participle, ing = _forms(lemma)
            cues[lemma] = Cue(lemma, "base", complement)
            cues[third] = Cue(lemma, "third", complement)
            cues[participle] = Cue(lemma, "past", complement)
            cues[past] = Cue(lemma, "past", complement)
            cues[ing] = Cue(lemma, "ing", complement)
    return cues


CUES = _lexicon()

# "told reporters that ...": an addressee stands between the verb and what was said.
RECIPIENT_VERBS = frozenset(
    {"tell", "remind", "inform", "convince", "warn", "advise", "assure", "ask", "text", "email"}
)

# Verbs of more than one word; the first is the one that is inflected.
PHRASAL = {
    "go": (("on", "to", "say"), ("on", "to", "add"), ("on",), ("so", "far", "as", "to", "say"), ("further",)),
    "put": (("it",),),
    "fire": (("back",),),
    "shoot": (("back",),),
    "chime": (("in",),),
    "make": (("clear",), ("it", "clear"), ("the", "case"), ("the", "point")),
    "be": (("quoted", "as", "saying"),),
}
PHRASAL_FORMS = {
    "went": "go", "goes": "go", "go": "go", "put": "put", "puts": "put", "fired": "fire", "fires": "fire",
    "shot": "shoot", "chimed": "chime", "chimes": "chime", "made": "make", "makes": "make", "was": "be",
    "is": "be",
}  # fmt: skip

# "said in a statement": where it was said is no part of what was said.
MEDIUM = word_set("""
    statement interview speech email e-mail tweet letter post briefing conference call message news memo
    note report remarks release op-ed column video appearance debate rally testimony hearing article
    blog essay phone telephone address study survey book podcast broadcast editorial
    """)

# Chinese cues: verbs that report wherever they stand.
ZH_CUES = word_set(
    """
    接受采访时表示 接受采访时说 补充说 强调说 解释说 介绍说 告诉记者 对记者说 说道 表示 指出 认为 强调 介绍
    透露 称 说 坦言 直言 回应 解释 补充 写道 呼吁 宣布 建议 相信 预计 提到 谈到 分析 告诉 坚称 声称 批评 警告
    承认 否认 希望 感叹 问道 問道 說 說道 稱 認為 強調 介紹 坦承 直指 重申
    """
)
# Those that are nouns or take objects as often: only before a comma, a colon or a mark.
ZH_CUES_BEFORE_A_PAUSE = word_set(
    """
    介绍 回应 解释 补充 建议 相信 预计 提到 谈到 分析 批评 警告 承认 否认 希望 告诉 宣布 呼吁 介紹 感叹 强调
    強調
    """
)
# Words that hold a cue's characters and are none.
ZH_NOT_CUES = word_set(
    """
    小说 說明 说明 据说 说法 来说 传说 听说 说服 说起 学说 说到 名称 称为 被称 号称 简称 称号 称作 职称 对称
    称赞 称之 人称 统称 俗称 可以说 应该说 或者说 就是说 不用说 被认为 俗话说 常说 称呼 說法 來說 小說
    稱為 通称
    切地说 确地说 单地说 格地说 般地说 体地说 句话说 老实说
    宣称 话说 再说 说不 说是 自称
    """
)
