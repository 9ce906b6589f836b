"""An amendment of the small county's notice, made from its own text."""

from canbao.policy import Pack, load_pack, load_pack_texts

LESS_FROM_20_NOVEMBER = """\
document:
  title: 关于提高低保资助的通知（试验）
  place: 濉溪县
  place_code: 340621
  issuer: 濉溪县
  extends: suixi-2022
  holds_from: 2021-11-20
  clause: 全文
subsidies+:
  - category: 低保对象
    subsidy: {yuan: 300, payer: 同级财政}
    pays_yuan: 20
    clause: 一
"""


def amended(text: str = LESS_FROM_20_NOVEMBER) -> Pack:
    """Who pays from 20 November on and is on the list of 低保 pays 20 instead of 40."""
    parent = load_pack("suixi-2022")
    return load_pack_texts(
        {"amendment.yaml": text, **{f"suixi-2022/{name}": file for name, file in parent.texts.items()}},
        key="suixi-2022",
    )
