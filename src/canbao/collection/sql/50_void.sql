-- A receipt is spoiled (torn, misprinted, another number on the paper). Its clerk asks to void it (collection_ask_void); somebody
-- else looks at the paper and answers (collection_answer_void). Agreed: it is voided with the reason, keeps its number for ever, and
-- the next number of the unit's own stock stands for the same money. Nothing else moves: payment, enrolment, bills and ledger are as
-- they were. What a voucher takes back from stands like the voucher itself.

CREATE OR REPLACE FUNCTION collection_full_number(series integer, number bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lpad(series::text, 4, '0') || '-' || lpad(number::text, 8, '0') $$;

-- Locks the bills by id (money that goes back for one of them waits, and so does this), then the receipt. Says no where it stands.
CREATE OR REPLACE FUNCTION collection_lock_receipt(in_id bigint) RETURNS collection_receipt LANGUAGE plpgsql AS $$
DECLARE
    found collection_receipt%ROWTYPE;
BEGIN
    PERFORM 1 FROM enrolment_bill WHERE id IN (SELECT bill_id FROM collection_receiptline WHERE receipt_id = in_id)
      ORDER BY id FOR KEY SHARE;
    SELECT * INTO STRICT found FROM collection_receipt WHERE id = in_id FOR NO KEY UPDATE;
    IF scope_first() IS NULL OR found.division < scope_first() OR found.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division');
    END IF;
    RETURN found;
END $$;
CREATE OR REPLACE FUNCTION collection_no_voucher(in_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    voucher text;
BEGIN
    SELECT collection_full_number(series, number) INTO voucher FROM collection_receipt WHERE takes_back_from_id = in_id ORDER BY id LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('receipt_has_voucher', jsonb_build_object('voucher', voucher));
    END IF;
END $$;
REVOKE ALL ON FUNCTION collection_lock_receipt(bigint), collection_no_voucher(bigint) FROM PUBLIC;

-- True: asked now. False: this very asking is there already.
DROP FUNCTION IF EXISTS collection_void(bigint, text, text, date, timestamptz);
CREATE OR REPLACE FUNCTION collection_ask_void(in_id uuid, in_receipt bigint, in_reason text, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old collection_receipt%ROWTYPE;
    known collection_voiding%ROWTYPE;
    named jsonb;
BEGIN
    PERFORM scope_must_be(in_actor);
    old := collection_lock_receipt(in_receipt);
    SELECT * INTO known FROM collection_voiding WHERE id = in_id;
    IF FOUND THEN
        IF (known.receipt_id, known.reason, known.asked_by) IS DISTINCT FROM (in_receipt, btrim(in_reason), in_actor) THEN
            PERFORM refuse('voiding_taken');
        END IF;
        RETURN false;
    END IF;
    named := jsonb_build_object('number', collection_full_number(old.series, old.number));
    IF old.state = 'void' THEN
        PERFORM refuse('receipt_is_void', named || (SELECT jsonb_build_object('instead', collection_full_number(r.series, r.number))
                                                      FROM collection_receipt r WHERE r.replaces_id = in_receipt));
    END IF;
    IF EXISTS (SELECT FROM collection_voiding WHERE receipt_id = in_receipt AND is_agreed IS NULL) THEN
        PERFORM refuse('receipt_waits_for_void', named);
    END IF;
    IF old.takes_back_from_id IS NOT NULL THEN
        PERFORM refuse('voucher_stands');
    END IF;
    PERFORM collection_no_voucher(in_receipt);
    IF btrim(coalesce(in_reason, '')) = '' THEN
        PERFORM refuse('void_without_reason');
    END IF;
    IF length(btrim(in_reason)) > 100 THEN
        PERFORM refuse('void_reason_too_long', jsonb_build_object('length', length(btrim(in_reason))));
    END IF;
    INSERT INTO collection_voiding (id, county, receipt_id, reason, asked_by, asked_at)
    VALUES (in_id, old.county, in_receipt, btrim(in_reason), in_actor, in_at);
    RETURN true;
END $$;

-- Returns the id of the receipt that counts from now on, and whether the answer is new: the same answer again is the same.
-- Locks the bills by id and the receipt, then the unit's books by id.
CREATE OR REPLACE FUNCTION collection_answer_void(in_id uuid, in_agrees boolean, in_actor text, in_on date, in_at timestamptz)
RETURNS TABLE (counts bigint, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked collection_voiding%ROWTYPE;
    old collection_receipt%ROWTYPE;
    book collection_receiptbook%ROWTYPE;
    made bigint;
BEGIN
    PERFORM scope_must_be(in_actor);
    old := collection_lock_receipt((SELECT receipt_id FROM collection_voiding WHERE id = in_id));
    SELECT * INTO STRICT asked FROM collection_voiding WHERE id = in_id;  -- whoever writes it holds the receipt
    IF asked.asked_by = in_actor THEN
        PERFORM refuse('same_person');
    END IF;
    IF asked.is_agreed <> in_agrees THEN
        PERFORM refuse('voiding_answered', jsonb_build_object('answer', CASE WHEN asked.is_agreed THEN '同意作废' ELSE '不同意作废' END));
    END IF;
    IF asked.is_agreed IS NOT NULL THEN
        RETURN QUERY SELECT coalesce((SELECT r.id FROM collection_receipt r WHERE r.replaces_id = old.id AND in_agrees), old.id), false;
        RETURN;
    END IF;
    IF in_agrees THEN
        PERFORM collection_no_voucher(old.id);
    END IF;
    UPDATE collection_voiding SET is_agreed = in_agrees, answered_by = in_actor, answered_at = in_at WHERE id = in_id;
    IF NOT in_agrees THEN
        RETURN QUERY SELECT old.id, true;
        RETURN;
    END IF;
    PERFORM 1 FROM collection_receiptbook b JOIN collection_receiptbook its ON its.id = old.book_id
      WHERE b.unit_id = old.unit_id AND b.kind = its.kind AND b.next_number <= b.last_number ORDER BY b.id FOR UPDATE OF b;
    SELECT b.* INTO book FROM collection_receiptbook b JOIN collection_receiptbook its ON its.id = old.book_id
     WHERE b.unit_id = old.unit_id AND b.kind = its.kind AND b.next_number <= b.last_number ORDER BY b.since, b.span LIMIT 1;
    IF NOT FOUND THEN
        PERFORM refuse('no_receipts_left', jsonb_build_object('unit', (SELECT name FROM divisions_collectingunit WHERE id = old.unit_id)));
    END IF;
    UPDATE collection_receiptbook SET next_number = next_number + 1 WHERE id = book.id;
    UPDATE collection_receiptline SET is_void = true WHERE receipt_id = old.id;
    UPDATE collection_receipt SET state = 'void', void_reason = asked.reason, voided_by = in_actor, voided_at = in_at WHERE id = old.id;
    INSERT INTO collection_receipt (county, campaign_id, book_id, series, number, unit_id, household_id, division, payment_id, order_id,
           replaces_id, total_fen, issued_on, issued_at, issued_by, check_code, state, void_reason, prints)
    VALUES (old.county, old.campaign_id, book.id, book.series, book.next_number, old.unit_id, old.household_id, old.division, old.payment_id, old.order_id,
            old.id, old.total_fen, in_on, in_at, asked.asked_by, upper(substr(translate(gen_random_uuid()::text, '-', ''), 1, 10)), 'valid', '', 0)
    RETURNING id INTO made;
    INSERT INTO collection_receiptline (county, receipt_id, bill_id, resident_id, fen, is_void)
    SELECT l.county, made, l.bill_id, l.resident_id, l.fen, false FROM collection_receiptline l WHERE l.receipt_id = old.id;
    RETURN QUERY SELECT made, true;
END $$;
