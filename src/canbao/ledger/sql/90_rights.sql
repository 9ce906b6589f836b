-- Reading only. Writing goes through functions of the owner.
GRANT SELECT ON ledger_account, ledger_transfer, ledger_balance TO canbao_app;
SELECT access_guard('ledger_transfer', 'household_id');
