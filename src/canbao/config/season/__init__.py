"""A whole season of the sample county, played on the command line: from rosters to money in the treasury.

Everything goes through the same doors as in earnest: files through the roster import, cash through the clerks' desk,
phones through a gateway that is a process of its own and calls back over HTTP.
"""
