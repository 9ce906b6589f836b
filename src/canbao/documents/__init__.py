"""Papers in and out: departments' spreadsheets, the same sheets sent back with what is wrong, receipts, reports.

Nothing here knows what a roster or a receipt means to the county; it reads cells and sets type. What comes from
outside is opened in a child process with limits (`child`), because one small file can take all memory or abort.
"""
