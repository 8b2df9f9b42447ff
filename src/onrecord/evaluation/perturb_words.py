"""Words that the perturbation benchmark changes quotations with.  Written for it alone, not for the checker."""

from __future__ import annotations

__all__ = [
    "ADDED",
    "ANTONYMS",
    "CUES",
    "HEDGES",
    "NEGATIONS",
    "NOT_NAMES",
    "NUMBER_WORDS",
    "PRONOUNS",
    "REPORTED_SHIFTS",
    "SMALL_SWAPS",
    "STOP",
    "SYNONYMS",
    "TITLES",
    "UNITS",
    "ZH_CUES",
    "ZH_HEDGES",
    "ZH_NEGATED",
    "ZH_NEGATIONS",
    "ZH_NUMBERS",
    "ZH_SURNAMES",
    "ZH_SWAPS",
]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> dict[str, str]:
    """Both directions of ``a/b`` entries; the first pair of a word wins."""
    found: dict[str, str] = {}
    for entry in text.split():
        left, _, right = entry.partition("/")
        found.setdefault(left, right)
        found.setdefault(right, left)
    return found


def _one_way(text: str) -> dict[str, str]:
    return dict(entry.split("/", 1) for entry in text.split())


CUES = _words(
    """said says told added adds explained explains wrote writes noted notes argued argues warned warns
    tweeted stated recalled continued insisted"""
)
PRONOUNS = frozenset(_words("""he she they it we you i who this that there"""))

STOP = frozenset(
    _words(
        """about above across actually after again against all almost along already also although always among
    and another any anything are around because been before being below between both but can come comes
    could did does doing don done down during each either else enough even ever every everything few for
    from gets getting give goes going gonna gotta had has have having her here hers herself him himself
    his how however if indeed instead into is its itself just kind know least less let like lot lots
    made make makes making many maybe me mean means might mine more most much must my myself neither
    never nobody none nor not nothing now off often okay once one ones only other others our ours out
    over own perhaps please put quite rather really right said same say saying says seem seems shall she
    should since some someone something sometimes sort still such sure take than that thats the their
    theirs them themselves then there these they thing things think this those though through to
    together too toward towards under until up upon us use used very want wants was way ways well went
    were what whatever when where whether which while who whole whom whose why will with within without
    would yeah yes yet you your yours yourself"""
    )
)

NEGATIONS = frozenset(
    _words(
        """not never no none nobody nothing neither nor without cannot cant dont doesnt didnt isnt arent wasnt
    werent wont wouldnt shouldnt couldnt hasnt havent hadnt aint mustnt neednt hardly barely nowhere"""
    )
)

HEDGES = frozenset(
    _words(
        """may might maybe perhaps probably possibly potentially likely apparently roughly approximately nearly
    almost about around seem seems seemed appear appears appeared suggest suggests think believe guess
    suppose feel hope could would should somewhat fairly presumably allegedly reportedly sometimes often
    usually generally typically mostly largely hopefully arguably unlikely"""
    )
)

NUMBER_WORDS = frozenset(
    _words(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty
    thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half
    twice first second third fourth double triple hundreds thousands millions billions zero once one
    quarter percent"""
    )
)

SMALL_SWAPS = _one_way(
    """will/would can/could is/was are/were has/had we/they they/we i/we he/she she/he and/or our/their
    all/some some/all many/few more/less most/some before/after after/before over/under under/over
    always/often every/some must/can should/may for/against with/without into/from these/those if/when
    because/although this/that my/our his/her"""
)

ADDED = _words("""clearly certainly seriously suddenly secretly officially completely illegally finally deeply""")
ANTONYMS = _pairs(
    """rise/fall rising/falling rose/fell increase/decrease increased/decreased increasing/decreasing
    win/lose winning/losing won/lost good/bad better/worse best/worst strong/weak stronger/weaker
    high/low higher/lower highest/lowest large/small larger/smaller largest/smallest early/late
    earlier/later fast/slow faster/slower open/close opened/closed start/stop started/stopped
    begin/end accept/reject accepted/rejected support/oppose supported/opposed allow/forbid
    public/private legal/illegal safe/dangerous success/failure easy/hard easier/harder
    happy/angry love/hate loved/hated north/south east/west buy/sell bought/sold young/old
    younger/older true/false possible/impossible positive/negative men/women father/mother son/daughter
    brother/sister morning/evening today/yesterday summer/winter country/city children/parents
    friends/enemies friend/enemy democrats/republicans present/absent profit/loss profits/losses
    attack/defend attacked/defended protect/threaten agree/disagree include/exclude hope/fear
    peace/war life/death born/killed health/wealth"""
)

UNITS = _pairs(
    """million/billion percent/points miles/kilometres kilometers/metres dollars/euros pounds/dollars
    days/weeks hours/minutes months/years feet/inches degrees/points tons/pounds week/month year/month
    day/week hour/minute"""
)

REPORTED_SHIFTS = _one_way(
    """he/I she/I his/my they/we their/our them/us would/will was/is were/are had/have might/may
    could/can him/me himself/myself themselves/ourselves"""
)

SYNONYMS = _pairs(
    """big/large begin/start began/started begins/starts people/persons help/aid many/numerous need/require
    needs/requires needed/required show/demonstrate shows/demonstrates showed/demonstrated get/obtain
    important/significant also/additionally buy/purchase bought/purchased enough/sufficient quickly/rapidly
    about/roughly said/stated try/attempt tried/attempted because/since children/kids areas/regions
    area/region problem/difficulty problems/difficulties end/finish ended/finished company/firm
    companies/firms choose/pick chose/picked expected/anticipated allow/permit allowed/permitted
    allows/permits build/construct built/constructed kill/slay find/discover found/discovered keep/retain
    kept/retained ask/request asked/requested job/position jobs/positions workers/employees
    more/additional wants/wishes wanted/wished work/labour officials/authorities country/nation
    countries/nations plan/scheme plans/schemes"""
)

TITLES = frozenset(
    _words(
        """ceo cfo coo cto councilman councilwoman alderman assemblyman assemblywoman president senator sen rep
    governor gov mayor minister secretary professor prof doctor dr mr mrs ms
    sir lord lady judge justice chief director officer captain general colonel sergeant lieutenant
    sheriff coach king queen prince princess pope father sister rev congressman congresswoman chancellor
    ambassador attorney spokesman spokeswoman spokesperson prime former deputy vice chairman chairwoman
    commissioner inspector brig gen lt sgt capt col maj cpl detective superintendent dame premier"""
    )
)

NOT_NAMES = frozenset(
    _words(
        """university education state schools department house press white institute committee commission
    agency association company
    foundation bank court police office ministry council group party union school college hospital news
    times post journal studies research center centre society federal national international american
    british chinese russian european united states new the inc corp service services board league
    republican democrat democratic republicans democrats according in on at but and when while after as
    if for all both one another jr sr monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december north south east west city
    county street google facebook twitter amazon apple microsoft tesla fox cnn bbc reuters airlines air
    force army navy team statement world health organization nations fund act media resort club park
    hotel studios pictures records entertainment airways motors energy partners capital district museum
    library church"""
    )
)

ZH_CUES = ["说道", "表示", "指出", "认为", "强调", "坦言", "透露", "介绍", "称", "说", "道"]
ZH_HEDGES = ("我认为，", "我认为", "我觉得，", "我觉得", "可能会", "可能", "也许", "或许", "大概", "恐怕", "似乎")
ZH_NEGATIONS = ("并不", "没有", "不会", "不能", "不是", "不要", "不可", "不应", "不想", "不得", "未能", "从未", "绝不")
ZH_NEGATED = _one_way("将会/将不会 可以/不可以 能够/不能够 应该/不应该 需要/不需要 希望/不希望 会/不会 是/不是 能/不能")
ZH_NUMBERS = "一二三四五六七八九"
ZH_SWAPS = _pairs(
    """增长/下降 增加/减少 提高/降低 上升/下跌 扩大/缩小 加强/削弱 支持/反对 成功/失败 胜利/失利 开始/结束
    开放/关闭 允许/禁止 国内/国外 安全/危险 重要/次要 积极/消极 稳定/动荡 高兴/难过 喜欢/讨厌 优势/劣势
    最大/最小 最高/最低 很好/很差 更多/更少 合作/竞争 发展/停滞 保护/破坏 历史/未来 今年/去年 今天/昨天
    明年/今年 未来/过去 朋友/对手 男子/女子 父亲/母亲 孩子/老人 城市/农村 机会/风险 挑战/机遇 团结/分裂
    冠军/亚军 进攻/防守 赢得/输掉 赢/输 政府/企业 国家/地区 世界/亚洲 中国/日本 美国/英国 市场/工厂
    经济/文化 技术/艺术 产品/服务 演员/导演 观众/评委 球员/教练 球队/球迷 比赛/训练 电影/音乐 健康/财富
    信心/疑虑 决定/拒绝 继续/停止 尽快/稍后 非常/略微 必须/不妨 全面/部分 优秀/平庸 困难/容易 战争/和平
    感谢/责怪 相信/怀疑 努力/随意 快乐/悲伤 问题/成绩 工作/生活 时间/空间 人民/军队 社会/学校"""
)
ZH_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武"
)
