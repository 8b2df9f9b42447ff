"""Every word that a page for readers says by itself, in each language it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import quote, urlencode

from onrecord.errors import OnRecordError
from onrecord.types import Span

__all__ = ["CHINESE", "ENGLISH", "Words", "words_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A language.  A ``{}`` stands for what is named beside it; a pair holds the forms for one and for several."""

    lang: str
    """What ``lang`` attributes say."""
    link_lang: str | None = None
    """What links to our own pages carry, where the reader chose the language."""
    other: tuple[str, str]
    """The other language: what ``?lang=`` takes, and its own name for itself."""
    day: str
    """A day from its ``{year}``, ``{month}`` and ``{number}``."""
    months: tuple[str, ...]
    comma: str
    stop: str
    gap: str
    """What stands between two sentences."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """What is said in place of an error's own sentence, by its code."""

    name: str
    switch: str
    articles: tuple[str, str]
    passages: tuple[str, str]
    quotes: tuple[str, str]
    holds: str
    from_day: str
    to_day: str
    current_to: str
    late: str
    no_day: str
    untitled: str
    ask_box: str
    ask_hint: str
    ask: str
    stop_asking: str
    again: str
    edit: str
    clear: str
    narrow: str
    only_speaker: str
    only_speaker_hint: str
    since: str
    until: str
    own_words: str
    conversation: str
    welcome: tuple[str, str]
    empty_question: str
    long_question: str
    bad_day: str
    bad_order: str
    understood: str
    narrowed: str
    changed_since: str
    searching: str
    checking: str
    found_in: str
    stopped: str
    broken: str
    ended_early: str
    in_article_words: str
    extractive: str
    model: str
    quoted: str
    reported: str
    source: str
    sources: str
    sources_hint: str
    searching_in: str
    searched: str
    also_searched: str
    nothing_found: str
    earlier: str
    back_to_answer: str
    read_in_article: str
    at_publisher: str
    also_ran: str
    refusal: str
    only_searched: str
    nearest: str
    quoted_near: str
    copy: str
    copied: str
    copy_by_hand: str
    save_markdown: str
    save_json: str
    permalink: str
    link_copied: str
    helped: str
    yes: str
    no: str
    what_was_wrong: str
    reasons: Mapping[str, str]
    with_question: str
    send: str
    thanks: str
    not_kept: str
    close: str
    as_page: str
    opening: str
    not_opened: str

    back_to_chat: str
    by: str
    corrected: str
    corrected_on: str
    cited_here: str
    speaker_unknown: str
    legend: str
    faults: Mapping[int, tuple[str, str]]
    """What is said, and what to do next, where a page cannot be given: by the status of the answer."""
    try_again: str
    try_again_in: str
    seconds: tuple[str, str]
    fault_id: str
    busy: str
    cut_off: str
    no_article: str
    no_article_hint: str
    withdrawn: str
    withdrawn_on: str
    withdrawn_hint: str
    no_passage: str
    no_passage_hint: str
    whole_article: str

    speakers: str
    speakers_about: str
    find_speaker: str
    find: str
    nobody: str
    said_by: str
    said_about: str
    also_called: str
    about: str
    show: str
    entries: tuple[str, str]
    times_direct: tuple[str, str]
    times_reported: tuple[str, str]
    nothing_said: str
    not_never: str
    no_speaker: str
    more: str

    def count(self, number: int, noun: tuple[str, str]) -> str:
        """``2, articles`` -> ``2 articles``."""
        return noun[number != 1].format(f"{number:,}")

    def day_of(self, day: date | None) -> str:
        """Write a day, or that it is unknown."""
        if day is None:
            return self.no_day
        return self.day.format(year=day.year, month=self.months[day.month - 1], number=day.day)

    def told(self, error: OnRecordError) -> str:
        """Say what went wrong, as a sentence."""
        if self.errors:
            return self.errors.get(error.code, self.broken)
        said = str(error)
        return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else self.stop)

    def article_address(self, article: str, place: Span | None = None) -> str:
        """The address of an article's page, at a passage."""
        given = {"start": place.start, "end": place.end} if place else {}
        return self._address("article", article, given) + ("#passage" if place else "")

    def speaker_address(self, name: str, **given: object) -> str:
        """The address of what somebody said."""
        return self._address("speaker", name, given)

    def address(self, path: str, **given: object) -> str:
        """The address of a page of ours; what is None is left out."""
        kept = {name: str(value) for name, value in given.items() if value is not None}
        if self.link_lang:
            kept["lang"] = self.link_lang
        return path + ("?" + urlencode(kept, errors="replace") if kept else "")

    def _address(self, kind: str, name: str, given: Mapping[str, object]) -> str:
        return self.address(f"/{kind}/{quote(name, safe='', errors='replace')}", **given)


def words_for(chosen: str | None, accepted: str | None) -> Words:
    """Choose a language: the one that the address names, or the first of those that a browser accepts."""
    if chosen in _SPOKEN:
        return replace(_SPOKEN[chosen], link_lang=chosen)
    for tag in re.split(r"[,;\s]+", accepted or ""):
        if found := _SPOKEN.get(tag.partition("-")[0].lower()):
            return found
    return ENGLISH


ENGLISH = Words(
    lang="en",
    other=("zh", "中文"),
    day="{number} {month} {year}",
    months=tuple("January February March April May June July August September October November December".split()),
    comma=", ",
    stop=".",
    gap=" ",
    name="On Record",
    switch="Read these pages in Chinese",
    articles=("{} article", "{} articles"),
    passages=("{} passage", "{} passages"),
    quotes=("{} quotation or reported statement", "{} quotations and reported statements"),
    holds="{articles} ({when}), {quotes}.",
    from_day="since {}",
    to_day="until {}",
    current_to="Corpus current to {}.",
    late="Nothing newer has come in for {} days: what happened since is not in here.",
    no_day="date unknown",
    untitled="Untitled article",
    ask_box="Your question",
    ask_hint="Ask what the articles say",
    ask="Ask",
    stop_asking="Stop",
    again="Ask again",
    edit="Edit the question",
    clear="New conversation",
    narrow="Only one speaker, only some days",
    only_speaker="Speaker",
    only_speaker_hint="as printed: Pu Yongjian",
    since="From",
    until="To",
    own_words="In the articles’ own words only, no language model",
    conversation="Conversation",
    welcome=(
        "Ask what the articles say, and who said it.",
        "Every statement comes with the passage it rests on.",
    ),
    empty_question="Type a question first.",
    long_question="Your question has {} characters; at most {} can be read. Please shorten it.",
    bad_day="{} is no day; write one like 2026-03-12.",
    bad_order="The first day comes after the last; nothing was printed in between.",
    understood="Understood as: {}",
    narrowed="Only: {}",
    changed_since="The articles have changed since this link was made ({} then, {} now); the answer may differ.",
    searching="Searching the articles…",
    checking="Checking the next statement…",
    found_in="Found {} in {}. Checking what they say…",
    stopped="Stopped. Only what had been checked until then is shown.",
    broken="Something went wrong on our side. Please ask again.",
    ended_early="The answer ended early. Please ask again.",
    in_article_words="In the article’s words:",
    extractive="Quoted from the articles (no language model).",
    model="Phrased by a language model from the cited passages; check the source.",
    quoted="{}, quoted",
    reported="{}, in the reporter’s words",
    source="Source {}: {}",
    sources="Sources",
    sources_hint="Each statement of an answer carries a number. The passage behind it appears here, in its place in"
    " the article.",
    searching_in="Searching in…",
    searched="Searched",
    also_searched="Also searched",
    nothing_found="No passage was found.",
    earlier="Earlier questions",
    back_to_answer="Back to the answer",
    read_in_article="Read it in the article",
    at_publisher="At the publisher’s site",
    also_ran="Also ran in",
    refusal="The articles in this corpus do not answer that.",
    only_searched="It may still have been said or printed elsewhere; only these articles were searched: {}",
    nearest="Nearest articles",
    quoted_near="Quoted in the nearest passages",
    copy="Copy with sources",
    copied="Copied",
    copy_by_hand="Press Ctrl+C to copy",
    save_markdown="Markdown",
    save_json="JSON",
    permalink="Link to this answer",
    link_copied="Link copied",
    helped="Did this help?",
    yes="Yes",
    no="No",
    what_was_wrong="What was wrong?",
    reasons={
        "wrong": "A statement is wrong",
        "wrong_source": "A source does not say that",
        "missing": "Something is missing",
        "not_answered": "It was not answered",
        "unclear": "It is hard to understand",
        "other": "Something else",
    },
    with_question="Send my question, too",
    send="Send",
    thanks="Thank you. Your opinion was kept, and nothing else about you.",
    not_kept="Your opinion could not be kept. Please try again later.",
    close="Close",
    as_page="Open as a page",
    opening="Opening the article…",
    not_opened="The article could not be opened. Try once more, or open it as a page.",
    back_to_chat="Ask the articles",
    by="By {}",
    corrected="Corrected",
    corrected_on="Corrected on {}",
    cited_here="The passage that is cited",
    speaker_unknown="speaker not named",
    legend="Words that are quoted are underlined with a line, statements that the reporter put into other words"
    " with dots; who said them stands beside.",
    faults={
        400: ("This cannot be done here.", "Please go back to the page before, and try it another way."),
        404: ("There is no such page.", "The address may not be whole, or the page may have moved."),
        413: ("That was too much at once.", "Please send less, or shorten the address."),
        429: ("Too many requests at once.", "Please wait a minute, then try again."),
        500: ("Something went wrong on our side.", "Please try again. If it stays so, report the number below."),
        503: ("Not at this moment.", "The articles cannot be read just now. Please try again in a minute."),
    },
    try_again="Try again",
    try_again_in="Please try again in {}.",
    seconds=("{} second", "{} seconds"),
    fault_id="Error {}, request {}",
    busy="Too many people are asking at this moment. Please ask again in a minute.",
    cut_off="The connection was lost. Please ask again.",
    no_article="There is no such article here.",
    no_article_hint="It may have been removed, or the address is not whole.",
    withdrawn="This article was withdrawn.",
    withdrawn_on="This article was withdrawn on {}.",
    withdrawn_hint="It is no longer shown, found or cited. Please do not quote it.",
    no_passage="The article has no such passage.",
    no_passage_hint="The address names a place that lies outside the text, or the text has changed since.",
    whole_article="Read the whole article",
    speakers="Who is quoted",
    speakers_about="Everybody whose words stand in these articles, the most quoted first.",
    find_speaker="Name",
    find="Find",
    nobody="Nobody whose name holds “{}” is quoted in these articles. It may still have been said elsewhere.",
    said_by="What {} said",
    said_about="What {} said about “{}”",
    also_called="Also printed as {}.",
    about="About",
    show="Show",
    entries=("{} entry, newest first", "{} entries, newest first"),
    times_direct=("{} quoted", "{} quoted"),
    times_reported=("{} reported", "{} reported"),
    nothing_said="These articles hold nothing of that.",
    not_never="That does not mean that it was never said: only these articles were searched.",
    no_speaker="Nobody called “{}” is quoted in these articles.",
    more="Show older ones",
)

CHINESE = Words(
    lang="zh-Hans",
    other=("en", "English"),
    day="{year}年{month}月{number}日",
    months=tuple(str(number) for number in range(1, 13)),
    comma="、",
    stop="。",
    gap="",
    errors={
        "model_busy": "正在等候语言模型的问题太多，请一分钟后再问。",
        "busy": "现在正在回答的问题太多，请稍后再问。",
        "closing": "服务器正在停止，请稍后再问。",
        "bad_question": "无法按此条件查找，请检查问题和筛选条件。",
    },
    name="On Record",
    switch="用英文阅读这些页面",
    articles=("{} 篇文章", "{} 篇文章"),
    passages=("{} 个段落", "{} 个段落"),
    quotes=("{} 条引语和转述", "{} 条引语和转述"),
    holds="{articles}（{when}），{quotes}。",
    from_day="{}起",
    to_day="至{}",
    current_to="文章库更新至{}。",
    late="已有 {} 天没有新文章：此后发生的事不在其中。",
    no_day="日期不详",
    untitled="无标题文章",
    ask_box="您的问题",
    ask_hint="问问这些文章说了什么",
    ask="提问",
    stop_asking="停止",
    again="再问一次",
    edit="修改问题",
    clear="新对话",
    narrow="只看某位发言人或某些日期",
    only_speaker="发言人",
    only_speaker_hint="按文中写法：Pu Yongjian",
    since="起始日期",
    until="截止日期",
    own_words="只用文章原话，不用语言模型",
    conversation="对话",
    welcome=("问问这些文章说了什么，是谁说的。", "每句话都附有它所依据的原文段落。"),
    empty_question="请先输入问题。",
    long_question="您的问题有 {} 个字符，最多 {} 个，请缩短。",
    bad_day="{} 不是有效日期，请写成 2026-03-12 的形式。",
    bad_order="起始日期晚于截止日期，其间没有文章。",
    understood="理解为：{}",
    narrowed="仅限：{}",
    changed_since="此链接生成之后文章库已有变化（当时 {}，现在 {}），回答可能不同。",
    searching="正在查找文章……",
    checking="正在核对下一句……",
    found_in="在{1}中找到{0}，正在核对……",
    stopped="已停止。这里只显示此前已核对的内容。",
    broken="我们这边出了问题，请再问一次。",
    ended_early="回答提前结束，请再问一次。",
    in_article_words="文章原话：",
    extractive="引自文章原文（未使用语言模型）。",
    model="由语言模型根据所引段落写成，请核对来源。",
    quoted="{}，原话",
    reported="{}，记者转述",
    source="来源 {}：{}",
    sources="来源",
    sources_hint="回答中的每句话都带有编号，其依据的段落会连同上下文显示在这里。",
    searching_in="正在查找……",
    searched="已查找",
    also_searched="还查找了",
    nothing_found="没有找到相关段落。",
    earlier="之前的问题",
    back_to_answer="回到回答",
    read_in_article="在文章中阅读",
    at_publisher="前往原发布网站",
    also_ran="还刊登于",
    refusal="文章库中的文章没有回答这个问题。",
    only_searched="别处仍可能有人说过或刊登过；这里只查找了：{}",
    nearest="最接近的文章",
    quoted_near="最接近的段落中的发言人",
    copy="连同来源复制",
    copied="已复制",
    copy_by_hand="请按 Ctrl+C 复制",
    save_markdown="Markdown",
    save_json="JSON",
    permalink="此回答的链接",
    link_copied="链接已复制",
    helped="这个回答有帮助吗？",
    yes="有",
    no="没有",
    what_was_wrong="哪里有问题？",
    reasons={
        "wrong": "有句话不对",
        "wrong_source": "来源没有这样说",
        "missing": "缺少内容",
        "not_answered": "没有回答问题",
        "unclear": "难以理解",
        "other": "其他",
    },
    with_question="同时发送我的问题",
    send="发送",
    thanks="谢谢。只保存了您的意见，没有保存您的其他信息。",
    not_kept="您的意见没能保存，请稍后再试。",
    close="关闭",
    as_page="作为网页打开",
    opening="正在打开文章……",
    not_opened="文章没能打开。请再试一次，或作为网页打开。",
    back_to_chat="向文章提问",
    by="{}",
    corrected="已更正",
    corrected_on="{}更正",
    cited_here="所引段落",
    speaker_unknown="未注明发言人",
    legend="原话下有实线，记者转述的话下有点线，发言人写在旁边。",
    faults={
        400: ("这里无法这样做。", "请回到上一页，换一种方式再试。"),
        404: ("没有这个页面。", "地址可能不完整，或者页面已经移走。"),
        413: ("一次发送的内容太多。", "请减少内容，或缩短地址。"),
        429: ("请求过于频繁。", "请等一分钟再试。"),
        500: ("我们这边出了问题。", "请再试一次。如果仍然如此，请报告下面的编号。"),
        503: ("现在暂时无法提供。", "文章现在无法读取，请一分钟后再试。"),
    },
    try_again="再试一次",
    try_again_in="请在 {}后再试。",
    seconds=("{} 秒", "{} 秒"),
    fault_id="错误 {}，请求 {}",
    busy="现在提问的人太多，请一分钟后再问。",
    cut_off="连接中断了，请再问一次。",
    no_article="这里没有这篇文章。",
    no_article_hint="它可能已被移除，或者地址不完整。",
    withdrawn="这篇文章已被撤回。",
    withdrawn_on="这篇文章已于{}被撤回。",
    withdrawn_hint="它不再显示，也不再被查找或引用。请不要引用它。",
    no_passage="文章中没有这个段落。",
    no_passage_hint="地址所指的位置超出了文章，或者文章此后有改动。",
    whole_article="阅读全文",
    speakers="发言人",
    speakers_about="这些文章引用过的所有人，引用最多的在前。",
    find_speaker="姓名",
    find="查找",
    nobody="这些文章没有引用过姓名中含“{}”的人。别处仍可能有。",
    said_by="{}说了什么",
    said_about="{}就“{}”说了什么",
    also_called="文中也写作 {}。",
    about="关于",
    show="显示",
    entries=("{} 条，最新的在前", "{} 条，最新的在前"),
    times_direct=("原话 {} 条", "原话 {} 条"),
    times_reported=("转述 {} 条", "转述 {} 条"),
    nothing_said="这些文章中没有相关的话。",
    not_never="这不表示从未有人说过：这里只查找了这些文章。",
    no_speaker="这些文章没有引用过名为“{}”的人。",
    more="显示更早的",
)

_SPOKEN = {"en": ENGLISH, "zh": CHINESE}
