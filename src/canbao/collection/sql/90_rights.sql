-- Orders are made by the application; payments, receipts, remittances and refunds come into being in the functions.
-- (collection_confirm believes what it is told of money: whoever calls it has checked the gateway's signature.)
REVOKE UPDATE ON collection_order, collection_orderline FROM canbao_app;
GRANT SELECT, INSERT ON collection_order, collection_orderline TO canbao_app;
GRANT UPDATE (pay_url, state) ON collection_order TO canbao_app;
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

-- A line asks for a bill of its order's own household, and for nobody else's.
DROP POLICY IF EXISTS with_its_whole ON collection_orderline;
CREATE POLICY with_its_whole ON collection_orderline USING (EXISTS (SELECT FROM collection_order w WHERE w.id = order_id))
    WITH CHECK (EXISTS (SELECT FROM collection_order w JOIN enrolment_bill b ON b.id = bill_id AND b.household_id = w.household_id
                         WHERE w.id = order_id AND b.due_fen = fen));

-- Stationery is handed out by the county.
DROP TRIGGER IF EXISTS county_work ON collection_receiptbook;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON collection_receiptbook FOR EACH ROW EXECUTE FUNCTION access_county_work('county');

-- Who reviews a refund signs with their own name.
CREATE OR REPLACE FUNCTION collection_sign_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'canbao_app' AND scope_actor() LIKE 'staff:%'
       AND ((NEW.reviewed_by IS DISTINCT FROM OLD.reviewed_by AND 'staff:' || NEW.reviewed_by IS DISTINCT FROM scope_actor())
         OR (NEW.approved_by IS DISTINCT FROM OLD.approved_by AND 'staff:' || NEW.approved_by IS DISTINCT FROM scope_actor())) THEN
        RAISE EXCEPTION '% cannot sign for somebody else', scope_actor() USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS sign_refund ON collection_refund;
CREATE TRIGGER sign_refund BEFORE UPDATE ON collection_refund FOR EACH ROW EXECUTE FUNCTION collection_sign_refund();

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
