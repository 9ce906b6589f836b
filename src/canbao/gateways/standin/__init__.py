"""A payment channel for trying and testing: its own process, its own keys, the real protocol (WeChat Pay v3).

`server` is the process, `client` what collection plugs in, `spawn` starts one beside a program, `control` pays by
hand. It can be told to lose callbacks, double them, hold them back and take other amounts than were asked for.
No money moves here; a program in production refuses to start with it.
"""
