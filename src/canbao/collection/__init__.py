"""Taking money: orders, their confirmation, receipts and their stock, the cash drawer, remittances, refunds.

Says what a gateway must do (`gateway.py`) and knows none of them.
"""
