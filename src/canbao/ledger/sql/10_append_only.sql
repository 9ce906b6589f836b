-- A transfer is never touched again; not by the application, and not by the owner in passing either. By its place it is seen and
-- counted, so that follows its household when a village becomes part of another (decision 0016), and only there.
SELECT access_append_only('ledger_transfer', 'division');
SELECT register_may_follow('ledger_transfer');
SELECT access_append_only('ledger_account');
