"""Alipay's open platform (支付宝开放平台), in public-key mode: the messages, and a client that sends them.

Built as `wechat` is: `signature`, `trade`, `refund`, `bill` and `notification` turn values into bytes and bytes into
values, for both ends; `client` is the only file that sends. Why public keys and no kit: docs/decisions/0020.
"""
