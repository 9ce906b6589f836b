-- Orders are made by the application; payments, receipts, remittances and refunds come into being in the functions.
REVOKE UPDATE ON collection_order, collection_orderline FROM canbao_app;
GRANT SELECT, INSERT ON collection_order, collection_orderline TO canbao_app;
GRANT UPDATE (pay_url, state) ON collection_order TO canbao_app;
GRANT SELECT ON collection_payment, collection_settledline, collection_receipt, collection_receiptline, collection_voiding, collection_handover, collection_loss,
                collection_remittance, collection_refund, collection_refundrequest, collection_placing TO canbao_app;
GRANT UPDATE (prints) ON collection_receipt TO canbao_app;
GRANT UPDATE (state, reviewed_by, approved_by) ON collection_refund TO canbao_app;
GRANT SELECT, INSERT ON collection_receiptbook TO canbao_app;
SELECT access_guard('collection_order', 'household_id');
SELECT access_guard('collection_payment', 'household_id');
SELECT access_guard('collection_receipt', 'household_id');
SELECT access_guard('collection_refund', 'household_id');
SELECT access_guard('collection_remittance', '');

-- Who handed stationery to whom is for the staff of that county and of those above it.
DO $$
DECLARE
    told text;
BEGIN
    FOREACH told IN ARRAY ARRAY['collection_handover', 'collection_loss'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', told);
        EXECUTE format('DROP POLICY IF EXISTS staff_of_the_county ON %I', told);
        EXECUTE format('CREATE POLICY staff_of_the_county ON %I USING ((SELECT scope_household()) IS NULL
                           AND left((SELECT scope_first()), 6) <= county AND (SELECT scope_after()) > county)', told);
    END LOOP;
END $$;

-- Lines show with what they are lines of.
DO $$
DECLARE
    guarded record;
BEGIN
    FOR guarded IN SELECT * FROM (VALUES ('collection_orderline', 'collection_order', 'order_id'),
                                         ('collection_settledline', 'collection_payment', 'payment_id'),
                                         ('collection_receiptline', 'collection_receipt', 'receipt_id'),
                                         ('collection_voiding', 'collection_receipt', 'receipt_id'),
                                         ('collection_refundrequest', 'enrolment_enrolment', 'enrolment_id'),
                                         ('collection_placing', 'collection_payment', 'payment_id')) AS g(line, whole, link)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded.line);
        EXECUTE format('DROP POLICY IF EXISTS with_its_whole ON %I', guarded.line);
        EXECUTE format('CREATE POLICY with_its_whole ON %I USING (EXISTS (SELECT FROM %I w WHERE w.id = %I.%I))',
                       guarded.line, guarded.whole, guarded.line, guarded.link);
    END LOOP;
END $$;

-- What staff think of a family's money is between them, until something becomes of it.
DROP POLICY IF EXISTS among_staff ON collection_placing;
CREATE POLICY among_staff ON collection_placing AS RESTRICTIVE USING ((SELECT scope_household()) IS NULL);

-- A line asks for a bill of its order's own household, and for nobody else's.
DROP POLICY IF EXISTS with_its_whole ON collection_orderline;
CREATE POLICY with_its_whole ON collection_orderline USING (EXISTS (SELECT FROM collection_order w WHERE w.id = order_id))
    WITH CHECK (EXISTS (SELECT FROM collection_order w JOIN enrolment_bill b ON b.id = bill_id AND b.household_id = w.household_id
                                                                           AND b.campaign_id = w.campaign_id
                         WHERE w.id = order_id AND b.due_fen = fen));
-- An order lies where its household lies: it decides in whose drawer and in which county's books the money will be.
DROP POLICY IF EXISTS of_its_household ON collection_order;
CREATE POLICY of_its_household ON collection_order AS RESTRICTIVE FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM register_household h WHERE h.id = household_id AND h.county = collection_order.county
                           AND h.division = collection_order.division AND h.unit_id = collection_order.unit_id));

-- Stationery is handed out by the county.
DROP TRIGGER IF EXISTS county_work ON collection_receiptbook;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON collection_receiptbook FOR EACH ROW EXECUTE FUNCTION access_county_work('county');

-- Money and paper are written once. What becomes of a payment is known a moment after it is noted, and when its cash was
-- handed in; a remittance is confirmed; a refund goes its way; a receipt can be voided and printed again.
SELECT access_append_only('collection_order', 'pay_url', 'state', 'division', 'unit_id');
SELECT access_append_only('collection_orderline');
SELECT access_append_only('collection_payment', 'outcome', 'settled_fen', 'people', 'remittance_id', 'division', 'order_id', 'household_id', 'unit_id');
-- What money was for is known when it comes. Of money in suspense it is found out later, once.
CREATE OR REPLACE FUNCTION collection_found_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome NOT IN ('unknown_order', 'amount_differs', 'window_closed') OR NEW.outcome <> 'surplus' THEN
        RAISE EXCEPTION 'payment % is for what it was for', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS found_out ON collection_payment;
CREATE TRIGGER found_out BEFORE UPDATE ON collection_payment FOR EACH ROW
    WHEN ((NEW.order_id, NEW.household_id, NEW.unit_id) IS DISTINCT FROM (OLD.order_id, OLD.household_id, OLD.unit_id))
    EXECUTE FUNCTION collection_found_out();
SELECT access_append_only('collection_placing', 'state', 'decided_by', 'decided_at', 'dropped_why');
SELECT access_append_only('collection_refundrequest', 'is_agreed', 'answered_by', 'answered_at', 'refused_why');
SELECT access_append_only('collection_remittance', 'confirmed_by', 'confirmed_at', 'rejected_by', 'rejected_at', 'reject_reason', 'division');
SELECT access_append_only('collection_refund', 'state', 'reviewed_by', 'approved_by', 'paid_on', 'division');
SELECT access_append_only('collection_receiptbook', 'next_number', 'last_number', 'span', 'unit_id', 'office', 'state', 'since');
-- A book loses its unused end, when that is handed to another holder, and nothing else of its numbers. One that was used stays where
-- it was used, and what is lost stays lost.
CREATE OR REPLACE FUNCTION collection_book_shrinks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_number > OLD.last_number OR NEW.last_number < OLD.next_number - 1
       OR NEW.span <> public.collection_numbers(NEW.series, NEW.first_number, NEW.last_number) THEN
        RAISE EXCEPTION 'book % keeps its numbers', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.unit_id, NEW.office, NEW.state) IS DISTINCT FROM (OLD.unit_id, OLD.office, OLD.state)
       AND (OLD.next_number > OLD.first_number OR OLD.state = 'lost') THEN
        RAISE EXCEPTION 'book % stays with whoever used it, or lost', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS book_shrinks ON collection_receiptbook;
CREATE TRIGGER book_shrinks BEFORE UPDATE ON collection_receiptbook FOR EACH ROW
    WHEN ((NEW.last_number, NEW.span, NEW.unit_id, NEW.office, NEW.state) IS DISTINCT FROM (OLD.last_number, OLD.span, OLD.unit_id, OLD.office, OLD.state))
    EXECUTE FUNCTION collection_book_shrinks();
SELECT access_append_only('collection_receipt', 'state', 'void_reason', 'voided_by', 'voided_at', 'prints', 'division');
SELECT access_append_only('collection_receiptline', 'is_void');
SELECT access_append_only('collection_handover', 'is_received', 'answered_by', 'answered_at');
SELECT access_append_only('collection_loss');
SELECT access_append_only('collection_voiding', 'is_agreed', 'answered_by', 'answered_at');
-- A void receipt has a voiding to which its second person agreed (voiding_two_people), whoever writes it.
CREATE OR REPLACE FUNCTION collection_void_is_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.collection_voiding v WHERE v.receipt_id = NEW.id AND v.is_agreed AND v.answered_by = NEW.voided_by) THEN
        RAISE EXCEPTION 'nobody else agreed to void receipt %', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS void_is_agreed ON collection_receipt;
CREATE TRIGGER void_is_agreed BEFORE INSERT OR UPDATE OF state ON collection_receipt FOR EACH ROW
    WHEN (NEW.state = 'void') EXECUTE FUNCTION collection_void_is_agreed();
DROP TRIGGER IF EXISTS append_only ON collection_settledline;
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON collection_settledline FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A line that settles a bill goes with it for ever; one that was only tried (somebody is enrolled elsewhere) does not stay.
CREATE OR REPLACE FUNCTION collection_keep_settled_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.enrolment_bill b WHERE b.id = OLD.bill_id AND b.state = 'settled') THEN
        RAISE EXCEPTION 'bill % was settled by this payment; a difference is a further version', OLD.bill_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER IF EXISTS keep_settled ON collection_settledline;
CREATE TRIGGER keep_settled BEFORE DELETE ON collection_settledline FOR EACH ROW EXECUTE FUNCTION collection_keep_settled_line();

-- What has happened to a row does not unhappen, whoever says so: states go forward, and what is signed stays signed.
CREATE OR REPLACE FUNCTION collection_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    road text[] := CASE TG_TABLE_NAME WHEN 'collection_refund' THEN ARRAY['due', 'approved', 'sent', 'paid']
                                      WHEN 'collection_placing' THEN ARRAY['proposed', to_jsonb(NEW)->>'state']  -- one of two ends
                                      ELSE ARRAY['valid', 'void'] END;
    was jsonb := to_jsonb(OLD);
    now jsonb := to_jsonb(NEW);
    field text;
BEGIN
    FOREACH field IN ARRAY TG_ARGV LOOP
        IF nullif(was->>field, '') IS NOT NULL AND was->field <> now->field THEN
            RAISE EXCEPTION '% of % % is said and stays said', field, TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    IF was ? 'state' AND (array_position(road, now->>'state') >= array_position(road, was->>'state')) IS NOT TRUE THEN
        RAISE EXCEPTION '% % goes from % to % and not back', TG_TABLE_NAME, OLD.id, was->>'state', now->>'state' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (now->>'prints')::integer NOT IN ((was->>'prints')::integer, (was->>'prints')::integer + 1) THEN
        RAISE EXCEPTION 'prints of receipt % are counted one by one', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS only_forward ON collection_refund;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_refund FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('reviewed_by', 'approved_by', 'paid_on');
DROP TRIGGER IF EXISTS only_forward ON collection_receipt;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_receipt FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('void_reason', 'voided_by', 'voided_at');
DROP TRIGGER IF EXISTS only_forward ON collection_handover;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_handover FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('is_received', 'answered_by', 'answered_at');
DROP TRIGGER IF EXISTS only_forward ON collection_refundrequest;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_refundrequest FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('is_agreed', 'answered_by', 'answered_at', 'refused_why');
DROP TRIGGER IF EXISTS only_forward ON collection_voiding;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_voiding FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('is_agreed', 'answered_by', 'answered_at');
DROP TRIGGER IF EXISTS only_forward ON collection_remittance;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_remittance FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('confirmed_by', 'confirmed_at', 'rejected_by', 'rejected_at', 'reject_reason');
DROP TRIGGER IF EXISTS only_forward ON collection_placing;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_placing FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('decided_by', 'decided_at', 'dropped_why');
-- Cash that was handed in comes back into the drawer by being rejected, and in no other way.
DROP TRIGGER IF EXISTS only_forward ON collection_payment;
CREATE OR REPLACE FUNCTION collection_stays_handed_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.collection_remittance r WHERE r.id = OLD.remittance_id AND r.rejected_at IS NOT NULL) THEN
        RAISE EXCEPTION 'remittance_id of collection_payment % is said and stays said', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS stays_handed_in ON collection_payment;
CREATE TRIGGER stays_handed_in BEFORE UPDATE OF remittance_id ON collection_payment FOR EACH ROW
    WHEN (OLD.remittance_id IS NOT NULL AND NEW.remittance_id IS DISTINCT FROM OLD.remittance_id) EXECUTE FUNCTION collection_stays_handed_in();

-- Who reviews a refund signs with their own name; whose money it is does not review it.
CREATE OR REPLACE FUNCTION collection_sign_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'canbao_app' THEN
        IF scope_household() IS NOT NULL THEN
            RAISE EXCEPTION '% cannot review a refund', scope_actor() USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NEW.reviewed_by IS DISTINCT FROM OLD.reviewed_by THEN
            PERFORM scope_must_be('staff:' || NEW.reviewed_by);
        END IF;
        IF NEW.approved_by IS DISTINCT FROM OLD.approved_by THEN
            PERFORM scope_must_be('staff:' || NEW.approved_by);
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS sign_refund ON collection_refund;
CREATE TRIGGER sign_refund BEFORE UPDATE ON collection_refund FOR EACH ROW EXECUTE FUNCTION collection_sign_refund();
DROP TRIGGER IF EXISTS keep_receipt ON collection_receipt;
DROP FUNCTION IF EXISTS collection_keep_receipt();

-- With the check code and the number, anybody may ask whether a receipt is real: no personal data come back.
DROP FUNCTION IF EXISTS collection_verify(integer, bigint, text);
CREATE FUNCTION collection_verify(in_series integer, in_number bigint, in_check_code text)
RETURNS TABLE (state text, total_fen bigint, people bigint, issued_on date, unit text, returned_fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN r.takes_back_from_id IS NOT NULL THEN 'voucher'
                WHEN EXISTS (SELECT FROM collection_voiding v WHERE v.receipt_id = r.id AND v.is_agreed IS NULL) THEN 'waits'
                ELSE r.state END,
           r.total_fen, (SELECT count(*) FROM collection_receiptline l WHERE l.receipt_id = r.id), r.issued_on, u.name::text,
           (SELECT coalesce(-sum(v.total_fen), 0)::bigint FROM collection_receipt v WHERE v.takes_back_from_id = r.id)
      FROM collection_receipt r JOIN divisions_collectingunit u ON u.id = r.unit_id
     WHERE r.series = in_series AND r.number = in_number AND r.check_code = upper(in_check_code)
     UNION ALL  -- of a lost number there is no check code, and whoever has the paper must hear that it is none
    SELECT 'lost', 0, 0, (l.reported_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(u.name, d.name)::text, 0
      FROM collection_receiptbook b JOIN collection_loss l ON l.book_id = b.id
      LEFT JOIN divisions_collectingunit u ON u.id = l.unit_id LEFT JOIN divisions_division d ON d.code = l.office
     WHERE b.state = 'lost' AND b.series = in_series AND in_number BETWEEN b.first_number AND b.last_number
     LIMIT 1
$$;

-- Where a row is seen follows its household; of a remittance, its unit, when that stands in another village by now.
SELECT register_may_follow('collection_order');
SELECT register_may_follow('collection_payment');
SELECT register_may_follow('collection_refund');
SELECT register_may_follow('collection_receipt');
DROP TRIGGER IF EXISTS order_keeps_unit ON collection_order;
CREATE TRIGGER order_keeps_unit BEFORE UPDATE ON collection_order FOR EACH ROW
    WHEN (NEW.unit_id IS DISTINCT FROM OLD.unit_id) EXECUTE FUNCTION register_follows_household();
CREATE OR REPLACE FUNCTION collection_follows_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.division <> (SELECT u.division FROM public.divisions_collectingunit u WHERE u.id = NEW.unit_id) THEN
        RAISE EXCEPTION 'remittance % lies where its unit lies', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS follows_unit ON collection_remittance;
CREATE TRIGGER follows_unit BEFORE UPDATE ON collection_remittance FOR EACH ROW
    WHEN (NEW.division IS DISTINCT FROM OLD.division) EXECUTE FUNCTION collection_follows_unit();

-- A unit with cash in its drawer collects on, by whoever it is closed. The row is locked by whoever closes it (FOR UPDATE) and by whoever
-- takes cash (FOR KEY SHARE, 20_confirm.sql): one waits for the other, and then sees what it did. As the owner, who sees every payment.
CREATE OR REPLACE FUNCTION collection_drawer_is_empty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    fen bigint;
BEGIN
    SELECT sum(p.amount_fen) INTO fen FROM collection_payment p WHERE p.unit_id = NEW.id AND p.channel = 'cash' AND p.remittance_id IS NULL;
    IF fen > 0 THEN
        PERFORM refuse('cash_in_old_drawer', jsonb_build_object('unit', NEW.name, 'fen', fen));
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION collection_drawer_is_empty() FROM PUBLIC;
DROP TRIGGER IF EXISTS drawer_is_empty ON divisions_collectingunit;
CREATE CONSTRAINT TRIGGER drawer_is_empty AFTER UPDATE ON divisions_collectingunit DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.until IS NOT NULL AND OLD.until IS NULL) EXECUTE FUNCTION collection_drawer_is_empty();

-- What others say of our money, and what does not agree, is work for the whole county and written once; who works a mismatch off signs.
GRANT SELECT, INSERT ON collection_statement, collection_mismatch TO canbao_app;
REVOKE UPDATE ON collection_statement, collection_mismatch FROM canbao_app;
GRANT UPDATE (note, worked_by, worked_at, gone_with_id) ON collection_mismatch TO canbao_app;
SELECT access_append_only('collection_statement');
SELECT access_append_only('collection_mismatch', 'note', 'worked_by', 'worked_at', 'gone_with_id');
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['collection_statement', 'collection_mismatch'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('DROP POLICY IF EXISTS of_the_county ON %I', guarded);
        EXECUTE format('CREATE POLICY of_the_county ON %I USING (rpad(county, 12, ''0'') >= (SELECT scope_first())
                        AND rpad(county, 12, ''0'') < (SELECT scope_after()) AND (SELECT scope_household()) IS NULL)', guarded);
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION collection_sign_mismatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'canbao_app' AND NEW.worked_by IS DISTINCT FROM OLD.worked_by THEN
        PERFORM scope_must_be(NEW.worked_by);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS sign_mismatch ON collection_mismatch;
CREATE TRIGGER sign_mismatch BEFORE UPDATE ON collection_mismatch FOR EACH ROW EXECUTE FUNCTION collection_sign_mismatch();
DROP TRIGGER IF EXISTS only_forward ON collection_mismatch;
CREATE TRIGGER only_forward BEFORE UPDATE ON collection_mismatch FOR EACH ROW
    EXECUTE FUNCTION collection_only_forward('note', 'worked_by', 'worked_at', 'gone_with_id');
