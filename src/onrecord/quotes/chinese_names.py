"""Whom a Chinese source names: a title before the name, a surname before the title, or a body."""

from __future__ import annotations

import re

from onrecord.quotes.names import Named

__all__ = ["is_chinese_name", "named_in_chinese"]

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_TITLE = (
    "教授|主任|部长|总统|主席|总理|书记|市长|省长|县长|区长|镇长|局长|院长|校长|所长|总经理|董事长|发言人|负责人|研究员|博士|先生|女士"
    "|记者|分析师|经济学家|秘书长|大使|司长|处长|会长|理事长|创始人|首席执行官|老师|医生|律师|经理|总裁|委员|代表|村民|居民|市民|馆长"
    "|首相|外长|议员|院士|专家|学者|科学家|工程师|设计师|导演|演员|教练|队长|队员|总监|厅长|科长|站长|厂长|农民|学生|同学|国务卿"
)
_TITLE_THEN_NAME = re.compile(rf"^(.*(?:{_TITLE}))([\u4e00-\u9fff]{{2,4}}|[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)+)$")
_NAME_THEN_TITLE = re.compile(rf"^([\u4e00-\u9fff]{{1,4}})({_TITLE})$")
_FOREIGN = re.compile(r"([\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)+)$")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤蒲温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹"
    "申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
)
_COMPOUND = frozenset({"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"})
_BODY_ENDS = (
    "部",
    "局",
    "院",
    "厅",
    "委",
    "会",
    "司",
    "社",
    "报",
    "台",
    "方",
    "组",
    "队",
    "处",
    "所",
    "国",
    "省",
    "市",
    "县",
    "府",
    "人",
    "者",
    "们",
    "家",
)


def is_chinese_name(phrase: str) -> bool:
    """Whether the phrase is in Chinese characters."""
    return bool(_CJK.search(phrase))


def named_in_chinese(phrase: str) -> Named:
    """Return what the phrase names.

    ``重庆大学教授蒲勇健`` -> bare ``蒲勇健``, role ``重庆大学教授``; ``外交部`` -> itself, no person
    """
    if (match := _TITLE_THEN_NAME.match(phrase)) is not None and _is_name(match[2]):
        return Named(match[2], match[2], match[1], person=True, title="")
    if (match := _NAME_THEN_TITLE.match(phrase)) is not None and (match[1] in _SURNAMES or _is_name(match[1])):
        return Named(phrase, match[1], match[2], person=True, title=match[2])
    if (match := _FOREIGN.search(phrase)) is not None:
        return Named(match[1], match[1], phrase[: match.start()] or None, person=True, title="")
    return Named(phrase, phrase, None, person=_is_name(phrase), title="")


def _is_name(text: str) -> bool:
    if "·" in text:
        return True
    if text[:2] in _COMPOUND:
        return len(text) in (3, 4)
    return len(text) in (2, 3) and text[0] in _SURNAMES and not text.endswith(_BODY_ENDS)
