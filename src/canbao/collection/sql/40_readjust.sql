-- A person's category changed after they had paid: bills have new versions, and money and subsidies follow.
--
--     collection_readjust(campaign, '[{"resident", "assessment"}, …]', on, at, actor, reason of the refunds)
--
-- For each resident whose latest bill, once it is locked, still rests on another answer: an open bill is superseded;
-- what is still owed becomes an open version, what was paid too much a settled negative one with a refund owed to that
-- person and a voucher that takes back from their receipt (one for each payment that it came with), there where they
-- paid. Who has paid all and whose amount nobody knows now keeps what they have. Subsidies of people who are enrolled
-- are undone and posted anew. Nothing is overwritten.
--
-- Locks in the order of 20_confirm.sql: bills by id, accounts of funds, receipt books by id, other accounts.

DROP FUNCTION IF EXISTS collection_readjust(bigint, jsonb, date, text);
DROP FUNCTION IF EXISTS collection_readjust(bigint, jsonb, date, timestamptz, text);
CREATE OR REPLACE FUNCTION collection_readjust(in_campaign bigint, changes jsonb, in_on date, at timestamptz, actor text, reason text DEFAULT 'readjusted')
RETURNS TABLE (resident_id bigint, bill_id bigint, difference_fen bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked jsonb;  -- those of the changes that are still to be made
    made bigint[];
    last bigint[];  -- of each resident's new bills the last: subsidies are undone and posted once a person
    entries ledger_entry[];
BEGIN
    PERFORM enrolment_check_county(in_campaign);
    PERFORM scope_must_be(actor);
    PERFORM 1 FROM enrolment_bill b JOIN jsonb_to_recordset(changes) AS c(resident bigint) ON c.resident = b.resident_id
      WHERE b.campaign_id = in_campaign ORDER BY b.id FOR UPDATE OF b;
    SELECT jsonb_agg(jsonb_build_object('resident', c.resident, 'assessment', c.assessment, 'pays_fen', now.pays_fen)) INTO asked
      FROM (SELECT DISTINCT resident, assessment FROM jsonb_to_recordset(changes) AS c(resident bigint, assessment bigint)) c
      JOIN enrolment_billassessment now ON now.id = c.assessment AND now.campaign_id = in_campaign AND NOT now.refused
      JOIN LATERAL (SELECT b.assessment_id, b.state FROM enrolment_bill b
                     WHERE b.campaign_id = in_campaign AND b.resident_id = c.resident ORDER BY b.version DESC LIMIT 1) latest ON true
      JOIN enrolment_billassessment was ON was.id = latest.assessment_id
     WHERE enrolment_money_differs(now.pays_fen, now.shares, was.pays_fen, was.shares)
       AND (now.pays_fen IS NOT NULL OR latest.state = 'open');
    IF asked IS NULL THEN
        RETURN;
    END IF;
    UPDATE enrolment_bill b SET state = 'superseded' FROM jsonb_to_recordset(asked) AS c(resident bigint)
     WHERE b.campaign_id = in_campaign AND b.resident_id = c.resident AND b.state = 'open';

    WITH so_far AS (
        SELECT b.resident_id, max(b.version) AS version, count(*) FILTER (WHERE b.state = 'settled') AS settled,
               coalesce(sum(b.due_fen) FILTER (WHERE b.state = 'settled'), 0) AS paid_fen
          FROM enrolment_bill b JOIN jsonb_to_recordset(asked) AS c(resident bigint) ON c.resident = b.resident_id
         WHERE b.campaign_id = in_campaign GROUP BY b.resident_id
    ), wanted AS (
        SELECT s.*, c.assessment, c.pays_fen - s.paid_fen AS difference_fen,
               c.pays_fen < s.paid_fen OR (s.settled > 0 AND c.pays_fen = s.paid_fen) AS owes_nothing
          FROM so_far s JOIN jsonb_to_recordset(asked) AS c(resident bigint, assessment bigint, pays_fen bigint) ON c.resident = s.resident_id
    ), sources AS (  -- payments that a person's money came with, and what of it has not gone back yet
        SELECT w.resident_id, p.id AS payment_id, p.channel, l.id AS line, r.household_id, r.division, r.unit_id, -w.difference_fen AS back_fen,
               l.fen - coalesce((SELECT sum(f.amount_fen) FROM collection_refund f JOIN enrolment_bill b ON b.id = f.bill_id AND b.due_fen < 0
                                  WHERE f.payment_id = p.id AND f.resident_id = w.resident_id), 0) AS left_fen
          FROM wanted w JOIN collection_receiptline l ON l.resident_id = w.resident_id
          JOIN collection_receipt r ON r.id = l.receipt_id AND r.takes_back_from_id IS NULL AND r.state = 'valid' AND r.campaign_id = in_campaign
          JOIN collection_payment p ON p.id = r.payment_id
         WHERE w.difference_fen < 0
    ), parts AS (  -- the latest payment first; none gives back more than it brought
        SELECT s.resident_id, s.payment_id, s.channel, s.household_id, s.division, s.unit_id, least(s.left_fen, s.back_fen - s.before_fen) AS fen,
               row_number() OVER (PARTITION BY s.resident_id ORDER BY s.line DESC) AS nth
          FROM (SELECT *, sum(left_fen) OVER (PARTITION BY resident_id ORDER BY line DESC) - left_fen AS before_fen
                  FROM sources WHERE left_fen > 0) s
         WHERE s.before_fen < s.back_fen
    ), added AS (
        INSERT INTO enrolment_bill (county, campaign_id, resident_id, version, household_id, division, unit_id, assessment_id, due_fen, state, settled_at)
        SELECT r.county, in_campaign, r.id, w.version + coalesce(p.nth, 1), coalesce(p.household_id, r.household_id),
               coalesce(p.division, r.division), coalesce(p.unit_id, h.unit_id), w.assessment,
               coalesce(-p.fen, w.difference_fen), CASE WHEN w.owes_nothing THEN 'settled' ELSE 'open' END, CASE WHEN w.owes_nothing THEN at END
          FROM wanted w LEFT JOIN parts p ON p.resident_id = w.resident_id
          JOIN register_resident r ON r.id = w.resident_id JOIN register_household h ON h.id = r.household_id
        RETURNING *
    ), owed_back AS (
        INSERT INTO collection_refund (id, county, campaign_id, resident_id, household_id, division, unit_id, payment_id, bill_id, channel, reason, amount_fen, state, due_on)
        SELECT ledger_id('refund', b.id::text), b.county, b.campaign_id, b.resident_id, b.household_id, b.division, b.unit_id,
               p.payment_id, b.id, p.channel, collection_readjust.reason, p.fen, 'due', in_on
          FROM added b JOIN wanted w ON w.resident_id = b.resident_id
          JOIN parts p ON p.resident_id = b.resident_id AND p.nth = b.version - w.version
    )
    SELECT array_agg(a.id), array_agg(a.id) FILTER (WHERE a.version = a.latest) INTO made, last
      FROM (SELECT id, version, max(version) OVER (PARTITION BY resident_id) AS latest FROM added) a;

    IF EXISTS (SELECT FROM jsonb_to_recordset(asked) AS c(resident bigint, pays_fen bigint)
                WHERE c.pays_fen < (SELECT sum(b.due_fen) FROM enrolment_bill b
                                     WHERE b.campaign_id = in_campaign AND b.resident_id = c.resident AND b.state = 'settled'))
       OR (SELECT coalesce(sum(-b.due_fen), 0) FROM enrolment_bill b WHERE b.id = ANY (made) AND b.due_fen < 0)
          <> (SELECT coalesce(sum(f.amount_fen), 0) FROM collection_refund f WHERE f.bill_id = ANY (made)) THEN
        RAISE EXCEPTION 'a person is owed money that no payment covers' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM ledger_account(w.county, 'fund', w.payer) FROM (  -- before the books, as whoever confirms does
        SELECT DISTINCT b.county, s.share->>'payer' AS payer
          FROM enrolment_bill b JOIN enrolment_billassessment g ON g.id = b.assessment_id
          CROSS JOIN LATERAL jsonb_array_elements(g.shares) AS s(share)
         WHERE b.id = ANY (last) AND (s.share->>'fen')::bigint > 0 ORDER BY 1, 2) w;
    PERFORM collection_voucher(made, actor, in_on, at);

    UPDATE enrolment_enrolment e SET paid_fen = e.paid_fen + b.due_fen
      FROM (SELECT resident_id, sum(due_fen) AS due_fen FROM enrolment_bill WHERE id = ANY (made) AND due_fen < 0 GROUP BY resident_id) b
     WHERE e.campaign_id = in_campaign AND e.resident_id = b.resident_id AND e.ended_on IS NULL;

    PERFORM ledger_undo(array_agg(t.id), array_agg('bill:' || b.id), 'subsidy_readjusted', in_on)  -- what funds owed until now
       FROM enrolment_bill b JOIN ledger_transfer t ON t.resident_id = b.resident_id AND t.campaign_id = b.campaign_id
      WHERE b.id = ANY (last) AND t.reason IN ('subsidy', 'subsidy_readjusted') AND t.undoes_id IS NULL
        AND NOT EXISTS (SELECT FROM ledger_transfer undone WHERE undone.undoes_id = t.id);

    SELECT array_agg(e) INTO entries FROM (
        SELECT ROW(ledger_id('readjusted', b.id::text), b.county, b.campaign_id, b.division, b.household_id, b.resident_id,
                   ledger_account(b.county, 'contributions', b.unit_id::text), ledger_account(b.county, 'refunds_due', b.county),
                   -b.due_fen, 'readjusted', 'bill:' || b.id, in_on)::ledger_entry AS e
          FROM enrolment_bill b WHERE b.id = ANY (made) AND b.due_fen < 0
        UNION ALL  -- what funds owe for them from now on
        SELECT ROW(ledger_id('subsidy', b.id::text, s.nth::text), b.county, b.campaign_id, b.division, b.household_id, b.resident_id,
                   ledger_account(b.county, 'fund', s.share->>'payer'), ledger_account(b.county, 'subsidies', b.county),
                   (s.share->>'fen')::bigint, 'subsidy_readjusted', 'bill:' || b.id, in_on)::ledger_entry
          FROM enrolment_bill b JOIN enrolment_billassessment g ON g.id = b.assessment_id
          CROSS JOIN LATERAL jsonb_array_elements(g.shares) WITH ORDINALITY AS s(share, nth)
         WHERE b.id = ANY (last) AND (s.share->>'fen')::bigint > 0
           AND EXISTS (SELECT FROM enrolment_enrolment e WHERE e.campaign_id = b.campaign_id AND e.resident_id = b.resident_id AND e.ended_on IS NULL)
    ) all_entries;
    PERFORM ledger_post(entries);

    RETURN QUERY SELECT b.resident_id, b.id, b.due_fen FROM enrolment_bill b WHERE b.id = ANY (made) ORDER BY b.id;
END $$;

-- Everything that was paid for somebody goes back, because there is nobody for whom it was paid, or cover never begins: what they owe
-- now is nothing, by an answer that says so and why. Whoever calls it ends the enrolment.
CREATE OR REPLACE FUNCTION collection_give_all_back(in_campaign bigint, in_resident bigint, reason text, in_on date, at timestamptz, actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    nothing bigint;
BEGIN
    PERFORM enrolment_check_county(in_campaign);
    INSERT INTO enrolment_billassessment (campaign_id, pack_digest, facts_key, facts, answer, individual_fen, pays_fen, government_fen, shares, refused)
    SELECT in_campaign, c.pack_digest, reason || ' ' || was.id, jsonb_build_object('on', in_on, 'all_back', reason),
           was.answer || '{"individual": "0.00", "pays": "0.00", "government": "0.00", "shares": []}', 0, 0, 0, '[]', false
      FROM enrolment_bill b JOIN enrolment_billassessment was ON was.id = b.assessment_id JOIN enrolment_campaign c ON c.id = b.campaign_id
     WHERE b.campaign_id = in_campaign AND b.resident_id = in_resident ORDER BY b.version DESC LIMIT 1
    ON CONFLICT (campaign_id, facts_key) DO UPDATE SET facts_key = excluded.facts_key  -- so that it is returned
    RETURNING id INTO STRICT nothing;
    PERFORM collection_readjust(in_campaign, jsonb_build_array(jsonb_build_object('resident', in_resident, 'assessment', nothing)), in_on, at, actor, reason);
END $$;

-- A refund voucher for each negative bill: a receipt with the next electronic number of the unit that names the
-- receipt it takes back from, so that money, people, roster and receipts go on agreeing.
CREATE OR REPLACE FUNCTION collection_voucher(bills bigint[], actor text, in_on date, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted integer;
    issued integer;
    short bigint;
BEGIN
    SELECT count(*) INTO wanted FROM enrolment_bill WHERE id = ANY (bills) AND due_fen < 0;
    PERFORM 1 FROM collection_receiptbook WHERE kind = 'electronic' AND next_number <= last_number
        AND unit_id IN (SELECT unit_id FROM enrolment_bill WHERE id = ANY (bills) AND due_fen < 0) ORDER BY id FOR UPDATE;
    WITH needs AS (
        SELECT b.*, f.payment_id, row_number() OVER (PARTITION BY b.unit_id ORDER BY b.id) - 1 AS nth
          FROM enrolment_bill b JOIN collection_refund f ON f.bill_id = b.id WHERE b.id = ANY (bills) AND b.due_fen < 0
    ), books AS (
        SELECT b.*, b.last_number - b.next_number + 1 AS unused,
               sum(b.last_number - b.next_number + 1) OVER (PARTITION BY b.unit_id ORDER BY b.since, b.span) - (b.last_number - b.next_number + 1) AS before
          FROM collection_receiptbook b
         WHERE b.kind = 'electronic' AND b.next_number <= b.last_number AND b.unit_id IN (SELECT unit_id FROM needs)
    ), given AS (
        SELECT n.*, b.id AS book, b.series, b.next_number + (n.nth - b.before) AS number
          FROM needs n JOIN books b ON b.unit_id = n.unit_id AND n.nth >= b.before AND n.nth < b.before + b.unused
    ), counted AS (
        UPDATE collection_receiptbook b SET next_number = b.next_number + g.used
          FROM (SELECT book, count(*) AS used FROM given GROUP BY book) g WHERE b.id = g.book
    ), vouchers AS (
        INSERT INTO collection_receipt (county, campaign_id, book_id, series, number, unit_id, household_id, division, payment_id,
               takes_back_from_id, total_fen, issued_on, issued_at, issued_by, check_code, state, void_reason, prints)
        SELECT g.county, g.campaign_id, g.book, g.series, g.number, g.unit_id, g.household_id, g.division, g.payment_id,
               r.id, g.due_fen, in_on, at, actor, upper(substr(translate(gen_random_uuid()::text, '-', ''), 1, 10)), 'valid', '', 0
          FROM given g JOIN collection_receipt r ON r.payment_id = g.payment_id AND r.takes_back_from_id IS NULL AND r.state = 'valid'
        RETURNING id, county, series, number
    ), lines AS (
        INSERT INTO collection_receiptline (county, receipt_id, bill_id, resident_id, fen, is_void)
        SELECT v.county, v.id, g.id, g.resident_id, g.due_fen, false
          FROM vouchers v JOIN given g ON g.series = v.series AND g.number = v.number
    ) SELECT count(*) INTO issued FROM vouchers;
    IF issued < wanted THEN
        SELECT b.unit_id INTO short FROM enrolment_bill b WHERE b.id = ANY (bills) AND b.due_fen < 0
           AND NOT EXISTS (SELECT FROM collection_receiptline l WHERE l.bill_id = b.id) ORDER BY b.id LIMIT 1;
        PERFORM refuse('no_receipts_left', jsonb_build_object('unit', (SELECT name FROM divisions_collectingunit WHERE id = short)));
    END IF;
END $$;

-- A refund has reached its person. Of what no gateway brought, a person whose scope it lies in says so; what came through a gateway goes
-- back through it, and that it has arrived is never said by hand. False: somebody had said so before.
DROP FUNCTION IF EXISTS collection_refund_paid(uuid, date);
CREATE FUNCTION collection_refund_paid(in_id uuid, in_on date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    back collection_refund%ROWTYPE;
    source bigint;
BEGIN
    SELECT * INTO STRICT back FROM collection_refund WHERE id = in_id FOR UPDATE;
    IF scope_first() IS NULL OR back.division < scope_first() OR back.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division', '{}');
    END IF;
    IF back.state = 'paid' THEN
        RETURN false;
    END IF;
    IF back.state NOT IN ('approved', 'sent') THEN
        PERFORM refuse('refund_not_approved', '{}');
    END IF;
    IF NOT collection_by_hand(back.channel) AND (back.state <> 'sent' OR scope_actor() LIKE 'staff:%') THEN
        PERFORM refuse('refund_goes_back_by_channel', jsonb_build_object('channel', back.channel));
    END IF;
    source := CASE WHEN collection_by_hand(back.channel) THEN ledger_account(back.county, 'treasury', back.county)
                   ELSE ledger_account(back.county, 'gateway', back.channel) END;
    UPDATE collection_refund SET state = 'paid', paid_on = in_on WHERE id = in_id;
    PERFORM ledger_post(ARRAY[ROW(ledger_id('refund paid', in_id::text), back.county, back.campaign_id, back.division, back.household_id, back.resident_id,
        ledger_account(back.county, 'refunds_due', back.county), source, back.amount_fen, 'refund', 'refund:' || in_id, in_on)::ledger_entry]);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION collection_voucher(bigint[], text, date, timestamptz) FROM PUBLIC;
