"""WeChat Pay, API v3 (商户平台 APIv3): the messages, and a client that sends them.

`signature`, `resource`, `order`, `refund`, `bill` and `notification` turn values into bytes and bytes into values; they
know no socket, no clock and no Django, so a vector is a test. Each is written for both ends, merchant and platform:
the stand-in speaks with the same words. `client` is the only file that sends.
"""
