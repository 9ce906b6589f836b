-- A receipt is spoiled (torn, misprinted, another number on the paper): it is voided with a reason, keeps its number for
-- ever, and the next number of the unit's own stock stands for the same money. Nothing else moves: payment, enrolment,
-- bills and ledger are as they were. Returns the id of the one that stands in its place, and whether it is new: asking
-- again gives the same. What a voucher takes back from stands like the voucher itself.
--
-- Locks the bills by id (money that goes back for one of them waits, and so does this), the receipt, the unit's books by id.
CREATE OR REPLACE FUNCTION collection_void(in_id bigint, in_reason text, in_actor text, in_on date, in_at timestamptz)
RETURNS TABLE (instead bigint, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old collection_receipt%ROWTYPE;
    book collection_receiptbook%ROWTYPE;
    made bigint;
    voucher text;
BEGIN
    PERFORM scope_must_be(in_actor);
    PERFORM 1 FROM enrolment_bill WHERE id IN (SELECT bill_id FROM collection_receiptline WHERE receipt_id = in_id)
      ORDER BY id FOR KEY SHARE;
    SELECT * INTO STRICT old FROM collection_receipt WHERE id = in_id FOR NO KEY UPDATE;
    IF scope_first() IS NULL OR old.division < scope_first() OR old.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division');
    END IF;
    IF old.state = 'void' THEN
        RETURN QUERY SELECT r.id, false FROM collection_receipt r WHERE r.replaces_id = in_id;
        RETURN;
    END IF;
    IF old.takes_back_from_id IS NOT NULL THEN
        PERFORM refuse('voucher_stands');
    END IF;
    SELECT lpad(series::text, 4, '0') || '-' || lpad(number::text, 8, '0') INTO voucher
      FROM collection_receipt WHERE takes_back_from_id = in_id ORDER BY id LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('receipt_has_voucher', jsonb_build_object('voucher', voucher));
    END IF;
    IF btrim(coalesce(in_reason, '')) = '' THEN
        PERFORM refuse('void_without_reason');
    END IF;
    IF length(btrim(in_reason)) > 100 THEN
        PERFORM refuse('void_reason_too_long', jsonb_build_object('length', length(btrim(in_reason))));
    END IF;
    PERFORM 1 FROM collection_receiptbook b JOIN collection_receiptbook its ON its.id = old.book_id
      WHERE b.unit_id = old.unit_id AND b.kind = its.kind AND b.next_number <= b.last_number ORDER BY b.id FOR UPDATE OF b;
    SELECT b.* INTO book FROM collection_receiptbook b JOIN collection_receiptbook its ON its.id = old.book_id
     WHERE b.unit_id = old.unit_id AND b.kind = its.kind AND b.next_number <= b.last_number ORDER BY b.id LIMIT 1;
    IF NOT FOUND THEN
        PERFORM refuse('no_receipts_left', jsonb_build_object('unit', (SELECT name FROM divisions_collectingunit WHERE id = old.unit_id)));
    END IF;
    UPDATE collection_receiptbook SET next_number = next_number + 1 WHERE id = book.id;
    UPDATE collection_receiptline SET is_void = true WHERE receipt_id = in_id;
    UPDATE collection_receipt SET state = 'void', void_reason = btrim(in_reason), voided_by = in_actor, voided_at = in_at WHERE id = in_id;
    INSERT INTO collection_receipt (county, campaign_id, book_id, series, number, unit_id, household_id, division, payment_id, order_id,
           replaces_id, total_fen, issued_on, issued_at, issued_by, check_code, state, void_reason, prints)
    VALUES (old.county, old.campaign_id, book.id, book.series, book.next_number, old.unit_id, old.household_id, old.division, old.payment_id, old.order_id,
            in_id, old.total_fen, in_on, in_at, in_actor, upper(substr(translate(gen_random_uuid()::text, '-', ''), 1, 10)), 'valid', '', 0)
    RETURNING id INTO made;
    INSERT INTO collection_receiptline (county, receipt_id, bill_id, resident_id, fen, is_void)
    SELECT l.county, made, l.bill_id, l.resident_id, l.fen, false FROM collection_receiptline l WHERE l.receipt_id = in_id;
    RETURN QUERY SELECT made, true;
END $$;
