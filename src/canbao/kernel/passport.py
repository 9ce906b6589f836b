"""Passports of other states: what a number can be, whose it is, and what it is not.

A passport's number says nothing of its bearer and has no check of its own that is printed for the eye. It has at most nine letters and
digits (ICAO 9303, part 4), at least one of them a digit, and it is one number only together with the state that issued the passport:
two states use the same numbers. So both are kept, the state by its code in front, filled up as on the passport's
last line: `VNM` and `C1234567` are `VNMC1234567`, Germany is `D<<`. What is kept is shorter than the number of any card.

Chinese citizens are registered by their identity card, residents of Hong Kong, Macao and Taiwan by their residence permit.

No sentence here repeats a number. The order of refusals: `IssuerMissing`, `ChinesePassport`, `IssuerUnknown`, `NumberOfCard`,
`NoPassportNumber`.
"""

import re

from canbao.kernel.identity import Identity, IdentityRefusal, Kind, normalised, parse_identity

# Codes of states and organisations as passports bear them (ICAO 9303, part 3, section 5): ISO 3166, and those beside it.
_CHINESE = frozenset({"CHN", "HKG", "MAC", "TWN"})
_CODES = """
ABW AFG AGO AIA ALB AND ARE ARG ARM ASM ATG AUS AUT AZE BDI BEL BEN BFA BGD BGR BHR BHS BIH BLR BLZ BMU BOL BRA BRB
BRN BTN BWA CAF CAN CHE CHL CIV CMR COD COG COK COL COM CPV CRI CUB CYM CYP CZE D DJI DMA DNK DOM DZA ECU EGY ERI ESP
EST ETH FIN FJI FRA FRO FSM GAB GBD GBN GBO GBP GBR GBS GEO GHA GIB GIN GMB GNB GNQ GRC GRD GRL GTM GUM GUY HND HRV
HTI HUN IDN IND IRL IRN IRQ ISL ISR ITA JAM JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO
LTU LUX LVA MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MUS MWI MYS NAM NCL NER NGA NIC NIU
NLD NOR NPL NRU NZL OMN PAK PAN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT RKS ROU RUS RWA SAU SDN SEN SGP SHN
SLB SLE SLV SMR SOM SRB SSD STP SUR SVK SVN SWE SWZ SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TZA
UGA UKR URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
EUE UNA UNK UNO XOM XXA XXB XXC XXX
"""
ISSUERS = frozenset(_CODES.split())
FEWEST, MOST = 5, 9
_NUMBER = re.compile(rf"(?=.*[0-9])[0-9A-Z]{{{FEWEST},{MOST}}}")
_KEPT = re.compile(rf"[A-Z][A-Z<]{{2}}[0-9A-Z]{{{FEWEST},{MOST}}}")
_CARD_LENGTHS = (15, 18)


class PassportRefusal(IdentityRefusal):
    remedy_template = "请对照护照的资料页核对后更正。"


class IssuerMissing(PassportRefusal):
    code = "passport-issuer-missing"
    says_template = "没有填写护照的签发国代码。"
    remedy_template = "请照护照资料页填写三个字母，例如越南 VNM；德国只有一个字母 D。"


class ChinesePassport(PassportRefusal):
    code = "passport-chinese"
    says_template = "中国公民不用护照登记。"
    remedy_template = "请用居民身份证登记；港澳台居民用居住证登记。"


class IssuerUnknown(PassportRefusal):
    code = "passport-issuer"
    says_template = "没有“{issuer}”这一签发国代码。"
    remedy_template = "请照护照资料页填写三个字母，例如越南 VNM；德国只有一个字母 D。"


class NumberOfCard(PassportRefusal):
    """As long as the number of an identity card, a residence permit or a permanent residence card."""

    code = "passport-is-card"
    says_template = "填的号码有{length}位，是身份证、居住证或永久居留证的号码，不是护照号码。"
    remedy_template = "有这些证件的，用这些证件登记；没有的，照护照资料页填写护照号码。"


class NoPassportNumber(PassportRefusal):
    code = "passport-number"
    says_template = "护照号码应为{fewest}到{most}位字母和数字，其中有数字。"


def parse_passport(text: str, *, issuer: str) -> Identity:
    """The number of a passport as people type it, and the code of the state that issued it. It says neither birthday nor sex.

    Refusals and their order: see the module.
    """
    state, _ = normalised(issuer)
    if not state:
        raise IssuerMissing
    if state in _CHINESE:
        raise ChinesePassport
    if state not in ISSUERS:
        raise IssuerUnknown(issuer=state[:3])
    plain, corrections = normalised(text)
    if len(plain) in _CARD_LENGTHS:
        raise NumberOfCard(length=len(plain))
    if not _NUMBER.fullmatch(plain):
        raise NoPassportNumber(fewest=FEWEST, most=MOST)
    return Identity(_kept(state, plain), Kind.PASSPORT, None, None, None, corrections=corrections)


def passports_like(text: str) -> list[Identity]:
    """What a number that somebody has without its state can be: one of each state; none where it is no passport's number."""
    plain, _ = normalised(text)
    if not _NUMBER.fullmatch(plain):
        return []
    return [Identity(_kept(state, plain), Kind.PASSPORT, None, None, None) for state in sorted(ISSUERS)]


def identity_of_kept(number: str) -> Identity:
    """A number that was let in, read again: of whatever place, and passports too. Raises as `parse_identity` does."""
    if _KEPT.fullmatch(number):
        return Identity(number, Kind.PASSPORT, None, None, None)
    return parse_identity(number, allow_synthetic=True)


def _kept(state: str, plain: str) -> str:
    return state.ljust(3, "<") + plain
