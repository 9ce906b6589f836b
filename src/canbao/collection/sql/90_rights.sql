-- Orders are made by the application; payments, receipts, remittances and refunds come into being in the functions.
GRANT SELECT, INSERT, UPDATE ON collection_order, collection_orderline TO canbao_app;
GRANT SELECT ON collection_payment, collection_settledline, collection_receipt, collection_receiptline, collection_remittance, collection_refund TO canbao_app;
GRANT UPDATE (prints) ON collection_receipt TO canbao_app;
GRANT UPDATE (state, reviewed_by, approved_by) ON collection_refund TO canbao_app;
GRANT SELECT, INSERT ON collection_receiptbook TO canbao_app;
SELECT access_guard('collection_order', 'household_id');
SELECT access_guard('collection_payment', 'household_id');
SELECT access_guard('collection_receipt', 'household_id');
SELECT access_guard('collection_refund', 'household_id');
SELECT access_guard('collection_remittance', '');

-- Lines show with what they are lines of.
DO $$
DECLARE
    guarded record;
BEGIN
    FOR guarded IN SELECT * FROM (VALUES ('collection_orderline', 'collection_order', 'order_id'),
                                         ('collection_settledline', 'collection_payment', 'payment_id'),
                                         ('collection_receiptline', 'collection_receipt', 'receipt_id')) AS g(line, whole, link)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded.line);
        EXECUTE format('DROP POLICY IF EXISTS with_its_whole ON %I', guarded.line);
        EXECUTE format('CREATE POLICY with_its_whole ON %I USING (EXISTS (SELECT FROM %I w WHERE w.id = %I.%I))',
                       guarded.line, guarded.whole, guarded.line, guarded.link);
    END LOOP;
END $$;

-- A receipt once issued keeps its number, its people and its sum; it can be voided, and it can be printed again.
CREATE OR REPLACE FUNCTION collection_keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.county, NEW.series, NEW.number, NEW.unit_id, NEW.household_id, NEW.payment_id, NEW.total_fen, NEW.issued_on, NEW.check_code)
        IS DISTINCT FROM (OLD.county, OLD.series, OLD.number, OLD.unit_id, OLD.household_id, OLD.payment_id, OLD.total_fen, OLD.issued_on, OLD.check_code) THEN
        RAISE EXCEPTION 'receipt %-% is issued and is kept as it is', OLD.series, OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS keep_receipt ON collection_receipt;
CREATE TRIGGER keep_receipt BEFORE UPDATE OR DELETE ON collection_receipt FOR EACH ROW EXECUTE FUNCTION collection_keep_receipt();

-- With the check code and the number, anybody may ask whether a receipt is real: no personal data come back.
CREATE OR REPLACE FUNCTION collection_verify(in_series integer, in_number bigint, in_check_code text)
RETURNS TABLE (is_real boolean, state text, total_fen bigint, people bigint, issued_on date, unit text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT true, r.state::text, r.total_fen, (SELECT count(*) FROM collection_receiptline l WHERE l.receipt_id = r.id), r.issued_on, u.name::text
      FROM collection_receipt r JOIN divisions_collectingunit u ON u.id = r.unit_id
     WHERE r.series = in_series AND r.number = in_number AND r.check_code = upper(in_check_code)
$$;
