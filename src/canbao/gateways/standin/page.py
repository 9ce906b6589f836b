"""The page at which one pays by hand: for a phone, one button, and nobody can take it for the real thing."""

from html import escape
from string import Template
from urllib.parse import quote, urlsplit

from canbao.gateways.standin.book import Order
from canbao.kernel.days import CHINA
from canbao.kernel.fen import yuan

RETURN_TO = "redirect_url"  # as the platform's own H5 page calls it
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# no script and nothing from elsewhere; form-action is left open because paying leads back to the merchant
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

_PAGE = Template(
    """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>模拟支付渠道 · $title</title>
<style>
:root { color-scheme: light; --ink: #1d2b28; --soft: #5b6b67; --line: #dfe6e3; --go: #0b7a53; --stripe: #f4b942 }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: #eef3f1; color: var(--ink);
       font: 18px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
.banner { padding: .7rem 1rem; text-align: center; font-weight: 700; letter-spacing: .06em; color: #3b2a00;
          background: repeating-linear-gradient(-45deg, var(--stripe) 0 18px, #ffd983 18px 36px) }
main { max-width: 27rem; margin: 1.4rem auto; padding: 0 1rem }
.card { background: #fff; border: 1px solid var(--line); border-radius: 18px; padding: 1.8rem 1.4rem 1.5rem;
        box-shadow: 0 10px 30px rgb(20 60 50 / .08) }
.what { margin: 0; text-align: center; text-wrap: balance; color: var(--soft) }
.sum { margin: .3rem 0 1.4rem; text-align: center; font-size: 3.1rem; line-height: 1.1; font-weight: 700;
       font-variant-numeric: tabular-nums }
.sum small { font-size: 1.6rem; font-weight: 600; margin-right: .2rem }
dl { margin: 0 0 1.6rem; border-top: 1px solid var(--line) }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .65rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--soft); white-space: nowrap } dd { margin: 0; text-align: right; overflow-wrap: anywhere }
.number { font: .8rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
button, .button { display: block; width: 100%; padding: 1rem; border: 0; border-radius: 14px; background: var(--go);
       color: #fff; font: inherit; font-size: 1.3rem; font-weight: 700; text-align: center; text-decoration: none }
button:active { filter: brightness(.9) }
button:focus-visible, .button:focus-visible { outline: 4px solid var(--stripe); outline-offset: 2px }
.state { margin: 0 0 .8rem; text-align: center; font-size: 1.4rem; font-weight: 700 }
.paid { color: var(--go) } .shut { color: #9a3412 }
.note { margin: 1.1rem .4rem; color: var(--soft); font-size: .95rem; text-align: center; text-wrap: balance }
</style></head>
<body><div class="banner">模拟支付渠道 · 非真实支付</div>
<main><div class="card">$head
<p class="what">$what</p><p class="sum"><small>¥</small>$sum</p>
<dl><div><dt>收款方</dt><dd>城乡居民医保（样例）</dd></div>
<div><dt>商户订单号</dt><dd class="number">$number</dd></div>$more</dl>
$action</div>
<p class="note">此页仅供试用与测试，不会扣款。<br>A stand-in for trying and testing: no money moves.</p></main></body></html>
"""
)


def pay_page(order: Order, *, return_to: str, too_late: bool) -> str:
    """One order: to be paid, paid, or no longer payable. `return_to` has been checked, or is ""."""
    wish, more = order.wish, ""
    back = f'<a class="button" href="{escape(return_to)}">返回缴费页面</a>' if return_to else ""
    if order.is_paid and order.paid_at:
        head, action = '<p class="state paid">✓ 支付成功</p>', back
        more = _row("支付时间", f"{order.paid_at.astimezone(CHINA):%Y-%m-%d %H:%M}") + _row(
            "渠道流水号", order.reference, "number"
        )
    elif order.is_closed or too_late:
        head, action = '<p class="state shut">订单已关闭或已过期</p>', back
    else:
        query = f"?{RETURN_TO}={quote(return_to, safe='')}" if return_to else ""
        head = ""
        action = f'<form method="post" action="/pay/{order.token}{query}"><button>确认支付 ¥{yuan(wish.amount_fen)}</button></form>'
    return _PAGE.substitute(
        title=escape(wish.description),
        what=escape(wish.description),
        sum=yuan(order.arrived_fen or wish.amount_fen),
        number=wish.order.hex,
        head=head,
        more=more,
        action=action,
    )


def safe_return(order: Order, address: str) -> str:
    """`address` when it leads back to the merchant of this order, else "": the page must not lead just anywhere."""
    try:
        there, merchant = urlsplit(address), urlsplit(order.wish.notify_url)
        same_port = there.port == merchant.port
    except ValueError:
        return ""
    same_host = there.hostname == merchant.hostname or {there.hostname, merchant.hostname} <= _LOOPBACK
    has_only_plain = address.isascii() and address.isprintable()
    return address if there.scheme == merchant.scheme and same_host and same_port and has_only_plain else ""


def _row(name: str, value: str, kind: str = "") -> str:
    return f'<div><dt>{name}</dt><dd class="{kind}">{escape(value)}</dd></div>'
