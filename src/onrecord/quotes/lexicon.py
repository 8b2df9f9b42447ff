"""Words by what they do to a statement: negate it, hedge it, count, measure, or say nothing of their own."""

from __future__ import annotations

import re

__all__ = [
    "DAYS",
    "EMPTY",
    "HEDGES",
    "HEDGE_PHRASES",
    "NEGATIONS",
    "NICKNAMES",
    "NUMBERS",
    "SAME_HEDGE",
    "SAME_IN_STYLE",
    "SHIFTING",
    "UNITS",
]

EMPTY = frozenset(
    "and but so well then oh uh um er ah now look that yeah the a an 而 但 那 那么 嗯 啊 呃 而且 但是".split()
)
NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot hardly barely scarcely nowhere refuse refuses refused"
    " deny denies denied 不 没 沒 無 无 未 非 莫 勿 别 否".split()
)
HEDGES = frozenset(
    "may might could perhaps maybe possibly probably likely unlikely seem seems seemed appear appears appeared suggest"
    " suggests suggested roughly approximately almost nearly potentially presumably apparently reportedly allegedly"
    " supposedly generally usually often sometimes mostly partly somewhat arguably hopefully around about would should".split()
)
HEDGE_PHRASES = re.compile(
    r"(?<= )(?:(?:i|we) (?:think|believe|guess|suppose|feel|hope|suspect|expect|assume|would say|would argue)"
    r"|i'd (?:say|argue)|(?:sort|kind|some) of|in my (?:view|opinion)|as far as i know|more or less|a (?:little|bit)"
    r"|to some extent|可 能|也 许|或 许|大 概|大 约|左 右|似 乎|好 像|应 该|估 计|恐 怕|据 说|据 称|有 望|预 计"
    r"|我 (?:们 )?(?:认 为|觉 得|想|相 信)|一 定 程 度)(?= )"
)
SAME_HEDGE = {
    "might": "may",
    "could": "may",
    "seemed": "seem",
    "seems": "seem",
    "appears": "appear",
    "appeared": "appear",
}
NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million"
    " millions billion billions trillion trillions dozen dozens half third quarter twice double triple once first second"
    " 零 一 二 两 三 四 五 六 七 八 九 十 百 千 万 亿 半 ½ ¼ ¾ ⅓ ⅔".split()
)
UNITS = frozenset(
    "% ‰ ° $ € £ ¥ percent per cent percentage points point dollar dollars euro euros pound pounds yuan yen rupee rupees ruble"
    " rubles cent cents mile miles km kilometer kilometers kilometre kilometres meter meters metre metres foot feet inch inches"
    " yard yards acre acres hectare hectares ton tons tonne tonnes kg kilo kilos kilogram kilograms gram grams ounce ounces"
    " liter liters litre litres gallon gallons barrel barrels degree degrees celsius fahrenheit second seconds minute minutes"
    " hour hours day days week weeks month months year years decade decades century centuries watt watts kilowatt megawatt"
    " gigawatt mw gw mph kph 元 米 里 吨 克 斤 天 周 月 年 日 时 秒 分 度 亩".split()
)
DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december".split()
)
# What reported speech shifts: persons, tenses, places and days.
SHIFTING = frozenset(
    "i me my mine myself we us our ours ourselves he him his himself she her hers herself they them their theirs themselves"
    " you your yours it its this these that those here there now then today tomorrow yesterday will would can could shall"
    " should may might must is are am was were be been being has have had having do does did s 'm 'll 've 're i'm i'll i've"
    " we're we'll we've he'd she'd they'd we'd i'd it's that's the a an of to in on at for and so as by with who which"
    " 我 你 他 她 它 们 的 了 这 那 将 会".split()
)
SAME_IN_STYLE = {"percent": "%", "per cent": "%", "&": "and", "okay": "ok", "can not": "cannot"} | {
    str(value): word
    for value, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
# Only for a speaker whose surname agrees.
NICKNAMES = dict(
    pair.split("/")
    for pair in """
    joe/joseph mike/michael bill/william will/william bob/robert rob/robert jim/james tom/thomas dan/daniel dave/david
    steve/stephen steven/stephen chris/christopher matt/matthew nick/nicholas tony/anthony ted/edward ed/edward
    rick/richard dick/richard jeff/jeffrey greg/gregory ben/benjamin sam/samuel kate/katherine kathy/katherine
    catherine/katherine liz/elizabeth sue/susan jen/jennifer ron/ronald don/donald ken/kenneth larry/lawrence
    andy/andrew alex/alexander pete/peter phil/philip tim/timothy charlie/charles chuck/charles bernie/bernard
    mitch/mitchell josh/joshua nate/nathan vlad/vladimir debbie/deborah pat/patrick fred/frederick jerry/gerald
    """.split()
)
