"""A county of invented people, to try and to show the system with. Nobody here exists.

Every identity number begins with 99, a place prefix that was never issued, every telephone with 000, every village is
called 示例. The same seed gives the same people on every machine and in every version: chance comes from whole-number
arithmetic (`draws`), not from a library's generator.
"""
