"""Who is here, what they may see, and the record of what they saw and changed.

Staff and their roles; the scope of a request, enforced again by the database; personal numbers sealed and found
again; the chained record. Knows nothing of residents or money: everyone above asks here.
"""
