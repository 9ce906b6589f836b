"""Payment channels for trying and testing: their own process, their own keys, the real protocols (WeChat Pay, Alipay).

`server` is the process, `client` what collection plugs in, `spawn` starts one beside a program, `control` pays by
hand. It can be told to lose callbacks, double them, hold them back and spoil them, to let our requests hang, and to take
other amounts than were asked for or lie about them. No money moves here; a program in production refuses to start with it.
"""
