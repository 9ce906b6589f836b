"""Names for invented people: surnames by how common they are, given names by sex and by the age of the bearer.

The lists and weights are ours, made from general knowledge of what is common; they are not anybody's register. A few
names have characters that old software loses (𠮷 䶮 㛃), which is why they are here.
"""

import polars as pl

from canbao.config.sample.draws import Draws, spread

_SURNAMES = {
    "王": 72, "李": 70, "张": 70, "刘": 54, "陈": 40, "杨": 30, "赵": 24, "周": 22, "吴": 22, "徐": 18, "孙": 18,
    "马": 16, "朱": 16, "胡": 14, "郭": 13, "高": 12, "何": 11, "梁": 10, "任": 9, "丁": 9, "黄": 14,
    "宋": 10, "郑": 9, "谢": 8, "韩": 9, "唐": 7, "冯": 7, "董": 7, "程": 7, "曹": 7, "袁": 6, "邓": 5, "许": 7,
    "傅": 4, "沈": 5, "曾": 4, "彭": 4, "吕": 5, "苏": 4, "卢": 4, "蒋": 5, "蔡": 5, "贾": 4, "魏": 5, "薛": 4,
    "叶": 4, "阎": 2, "余": 4, "潘": 4, "杜": 5, "戴": 3, "夏": 4, "钟": 3, "汪": 6, "田": 4, "姜": 3, "范": 3,
    "方": 4, "石": 3, "姚": 4, "谭": 2, "廖": 2, "邹": 2, "熊": 2, "金": 3, "陆": 3, "郝": 2, "孔": 3, "白": 2,
    "崔": 3, "康": 2, "毛": 2, "邱": 2, "秦": 3, "江": 3, "史": 2, "顾": 2, "侯": 2, "邵": 3, "孟": 3, "龙": 1,
    "万": 2, "段": 2, "雷": 1, "钱": 2, "汤": 2, "尹": 2, "黎": 1, "易": 1, "常": 2, "武": 2, "乔": 2, "贺": 1,
    "单": 1, "解": 1, "仇": 1, "欧阳": 1, "上官": 1, "司马": 1, "诸葛": 1, "尉迟": 1,
}  # fmt: skip
SURNAMES = spread(_SURNAMES)

# Given names: a line for men, then women, of three generations (born before 1965, before 1990, later), all of a
# length; twice the character, twice as likely. First character, second character, and what every village has
# several of, so that a name alone never finds a person.
_FIRST = [
    "建国文永德玉长振家世克明学成大传广金怀正",
    "建志伟晓海小永文国春新玉红立军少利卫保庆",
    "子浩宇梓俊一天明嘉文思家瑞博昊泽沐奕景皓",
    "秀桂玉兰淑凤素翠金美月爱春巧红玉秀桂彩云",
    "晓丽小红春海秀玉艳文素爱雪立冬翠美永桂燕",
    "梓欣雨子思佳诗雅一可若语梦紫嘉静婉依沐晨",
]
_SECOND = [
    "国华民军山海林明平福才贵田祥友义亮生付法",
    "军伟强勇涛杰波峰辉刚飞鹏亮超斌明成龙玉磊",
    "轩宇豪涵然睿阳辰博泽宸航浩晨杰洋铭琪凯毅",
    "英兰珍芳荣梅侠云华枝芝莲玲香凤琴霞真菊平",
    "丽娟红艳霞敏芳侠玲燕娜梅英云静华琴萍莉平",
    "涵怡萱彤琪瑶妍婷悦欣蕊雯菲洁娅桐宁然诺琳",
]
_VERY_COMMON = [
    ["建国", "长海", "玉山"],
    ["伟", "军", "强"],
    ["浩", "宇", "子轩"],
    ["秀英", "桂英", "秀兰"],
    ["丽", "敏", "静"],
    ["欣怡", "梓涵", "雨涵"],
]
RARE = ["𠮷", "䶮", "㛃", "玥䶮", "𠮷安", "㛃冉"]

RARE_SHARE = 0.0012
VERY_COMMON_SHARE = 0.05
ONE_CHARACTER_SHARE = 0.14


def surname(draws: Draws, row: pl.Expr, use: str) -> pl.Expr:
    return draws.one_of(row, use, SURNAMES)


def given_name(draws: Draws, row: pl.Expr, sex: pl.Expr, birth_year: pl.Expr) -> pl.Expr:
    """One or two characters as were usual for that sex in that year."""
    line = (
        pl.when(birth_year < 1965).then(0).when(birth_year < 1990).then(1).otherwise(2)
        + pl.when(sex == "男").then(0).otherwise(3)
    )  # fmt: skip
    second = draws.one_of_line(row, "second character", _SECOND, line)
    return (
        pl.when(draws.happens(row, "rare name", RARE_SHARE))
        .then(draws.one_of(row, "which rare", RARE))
        .when(draws.happens(row, "name is very common", VERY_COMMON_SHARE))
        .then(draws.one_of_line(row, "very common name", _VERY_COMMON, line))
        .when(draws.happens(row, "name is one character", ONE_CHARACTER_SHARE))
        .then(second)
        .otherwise(draws.one_of_line(row, "first character", _FIRST, line) + second)
    )
