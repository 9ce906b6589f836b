-- A transfer is never touched again; not by the application, and not by the owner in passing either.
SELECT access_append_only('ledger_transfer');
SELECT access_append_only('ledger_account');
