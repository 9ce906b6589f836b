"""How fast, against what: each measure sets the program beside the least that could do the same on the same machine in
the same run, and prints the ratio. A bare time says nothing on somebody else's machine.

    python -m bench              all measures, one JSON object a line
    python -m bench bills        one of them
    SCALE=0.01 python -m bench   a hundredth of the people: to see that it runs, not to learn anything
"""
