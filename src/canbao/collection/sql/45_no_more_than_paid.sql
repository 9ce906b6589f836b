-- No more goes back than was paid, whoever owes it: a payment gives back what settled nothing, and of what settled somebody's bills no
-- more than these came to. Whoever owes something of a payment waits for another who does so, and then counts what that one wrote.
CREATE OR REPLACE FUNCTION collection_no_more_than_paid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    paid collection_payment%ROWTYPE;
BEGIN
    SELECT * INTO paid FROM collection_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    IF NEW.reason IN ('duplicate', 'bill_changed', 'unplaced') THEN
        IF paid.settled_fen + (SELECT sum(f.amount_fen) FROM collection_refund f
                                WHERE f.payment_id = NEW.payment_id AND f.reason IN ('duplicate', 'bill_changed', 'unplaced')) > paid.amount_fen THEN
            RAISE EXCEPTION 'payment % gives back more than was paid', NEW.payment_id USING ERRCODE = 'check_violation';
        END IF;
    ELSIF (SELECT sum(f.amount_fen) FROM collection_refund f
            WHERE f.payment_id = NEW.payment_id AND f.resident_id = NEW.resident_id AND f.reason NOT IN ('duplicate', 'bill_changed', 'unplaced'))
        > (SELECT coalesce(sum(b.due_fen), 0) FROM collection_settledline s JOIN enrolment_bill b ON b.id = s.bill_id
            WHERE s.payment_id = NEW.payment_id AND b.resident_id = NEW.resident_id) THEN
        RAISE EXCEPTION 'payment % gives back more to a person than was paid for them', NEW.payment_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION collection_no_more_than_paid() FROM PUBLIC;
DROP TRIGGER IF EXISTS no_more_than_paid ON collection_refund;
CREATE TRIGGER no_more_than_paid AFTER INSERT ON collection_refund FOR EACH ROW EXECUTE FUNCTION collection_no_more_than_paid();
