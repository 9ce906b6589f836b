-- The one way in for money (decision 6). It takes a set: a callback is a set of one, a bank file a set of thousands.
--
--     collection_confirm('[{"id", "channel", "reference", "order", "amount_fen", "paid_at", "paid_on", "actor", "county"}, …]', at)
--
-- `at` is the instant at which we are told: it stands on payments, receipts and enrolments.
--
-- In one transaction, for each thing the world tells us: the payment is noted, the people are enrolled with their
-- benefit start, a receipt number is used, the ledger is written. What cannot be placed goes to suspense, what was
-- paid twice is owed back to its person. Told twice is told once: the answer is the first one, and nothing moves.
-- Answers come back in the order of the set. No money at all is no payment, and is refused by its reference.
--
-- It believes what it is told of a gateway's money: whoever calls it has checked the signature. Cash it believes only
-- from staff, for orders of their own place, each line signed by whoever is at work.
--
-- Locks, always in this order, so that two calls wait instead of blocking each other: bills by id (and with its bills an
-- order is held too), payments by reference, accounts of funds, receipt books by id, other accounts.

CREATE OR REPLACE FUNCTION collection_lock(order_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM enrolment_bill
      WHERE id IN (SELECT bill_id FROM collection_orderline WHERE order_id = ANY (order_ids)) ORDER BY id FOR UPDATE;
END $$;

-- Use the next receipt numbers for settled payments: in order, without a gap, from the unit's books of the right kind.
-- The counter rows are locked until the transaction ends; a rollback takes the numbers back.
-- `placed_on`: money that lay in suspense until that day has its receipt of that day.
DROP FUNCTION IF EXISTS collection_issue(uuid[], text, timestamptz);
CREATE OR REPLACE FUNCTION collection_issue(payment_ids uuid[], actor text, at timestamptz, placed_on date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted integer;
    issued integer;
    short bigint;
BEGIN
    SELECT count(*) INTO wanted FROM collection_payment WHERE id = ANY (payment_ids) AND settled_fen > 0;
    IF wanted = 0 THEN
        RETURN;
    END IF;
    PERFORM 1 FROM collection_receiptbook b
      WHERE (b.unit_id, b.kind) IN (SELECT p.unit_id, CASE p.channel WHEN 'cash' THEN 'paper' ELSE 'electronic' END
                                      FROM collection_payment p WHERE p.id = ANY (payment_ids) AND p.settled_fen > 0)
        AND b.next_number <= b.last_number
      ORDER BY b.id FOR UPDATE;

    WITH needs AS (
        SELECT p.*, CASE p.channel WHEN 'cash' THEN 'paper' ELSE 'electronic' END AS kind,
               row_number() OVER (PARTITION BY p.unit_id, p.channel = 'cash' ORDER BY p.paid_at, p.id) - 1 AS nth
          FROM collection_payment p WHERE p.id = ANY (payment_ids) AND p.settled_fen > 0
    ), books AS (
        SELECT b.*, b.last_number - b.next_number + 1 AS unused,
               sum(b.last_number - b.next_number + 1) OVER (PARTITION BY b.unit_id, b.kind ORDER BY b.since, b.span) - (b.last_number - b.next_number + 1) AS before
          FROM collection_receiptbook b
         WHERE b.next_number <= b.last_number AND b.unit_id IN (SELECT unit_id FROM needs)
    ), given AS (
        SELECT n.*, b.id AS book, b.series, b.next_number + (n.nth - b.before) AS number
          FROM needs n JOIN books b ON b.unit_id = n.unit_id AND b.kind = n.kind AND n.nth >= b.before AND n.nth < b.before + b.unused
    ), counted AS (
        UPDATE collection_receiptbook b SET next_number = b.next_number + g.used
          FROM (SELECT book, count(*) AS used FROM given GROUP BY book) g WHERE b.id = g.book
    ), receipts AS (
        INSERT INTO collection_receipt (county, campaign_id, book_id, series, number, unit_id, household_id, division, payment_id, order_id,
               total_fen, issued_on, issued_at, issued_by, check_code, state, void_reason, prints)
        SELECT g.county, o.campaign_id, g.book, g.series, g.number, g.unit_id, g.household_id, g.division, g.id, g.order_id,
               g.settled_fen, coalesce(placed_on, g.paid_on), at, actor, upper(substr(translate(gen_random_uuid()::text, '-', ''), 1, 10)), 'valid', '', 0
          FROM given g JOIN collection_order o ON o.id = g.order_id
        RETURNING id, payment_id, order_id, county
    ), lines AS (
        INSERT INTO collection_receiptline (county, receipt_id, bill_id, resident_id, fen, is_void)
        SELECT r.county, r.id, b.id, b.resident_id, l.fen, false
          FROM receipts r JOIN collection_settledline s ON s.payment_id = r.payment_id
          JOIN collection_orderline l ON l.id = s.line_id JOIN enrolment_bill b ON b.id = l.bill_id
    )
    SELECT count(*) INTO issued FROM receipts;

    IF issued < wanted THEN
        SELECT p.unit_id INTO short FROM collection_payment p
         WHERE p.id = ANY (payment_ids) AND p.settled_fen > 0
           AND NOT EXISTS (SELECT FROM collection_receipt r WHERE r.payment_id = p.id) LIMIT 1;
        PERFORM refuse('no_receipts_left', jsonb_build_object('unit', (SELECT name FROM divisions_collectingunit WHERE id = short)));
    END IF;
END $$;

-- Payments whose outcome is still open ('surplus': nothing is known against them) settle what their orders ask for: people are
-- enrolled, receipt numbers used, the ledger written, and what was paid twice is owed back to its person. The one place where
-- this happens: for money that has just arrived (`placed_on` null), and for money that was taken out of suspense on that day, of
-- which its order's part is settled here (35_suspense.sql). The caller holds the bills and the payments.
CREATE OR REPLACE FUNCTION collection_settle(fresh uuid[], who text, at timestamptz, placed_on date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    asked enrolment_ask[];
    accepted bigint[];
    entries ledger_entry[];
BEGIN
    -- Which lines could be settled: the bill is open and asks for just this. Two payments in one set that pay the same
    -- bill: the earlier one counts.
    WITH candidates AS (
        SELECT l.bill_id, l.id AS line_id, p.id AS payment_id, (l.covers->>p.paid_on::text)::date AS covered_from, p.paid_on, l.fen,
               row_number() OVER (PARTITION BY l.bill_id ORDER BY p.paid_at, p.id) AS nth
          FROM collection_payment p
          JOIN collection_orderline l ON l.order_id = p.order_id
          JOIN enrolment_bill b ON b.id = l.bill_id AND b.state = 'open' AND b.due_fen = l.fen
         WHERE p.id = ANY (fresh) AND p.outcome = 'surplus'
    ), kept AS (
        INSERT INTO collection_settledline (county, payment_id, line_id, bill_id)
        SELECT b.county, c.payment_id, c.line_id, c.bill_id FROM candidates c JOIN enrolment_bill b ON b.id = c.bill_id WHERE c.nth = 1
        RETURNING bill_id
    )
    SELECT array_agg(ROW(c.bill_id, c.covered_from, c.paid_on, c.fen, false)::enrolment_ask ORDER BY c.bill_id) INTO asked
      FROM candidates c WHERE c.nth = 1;

    accepted := enrolment_enrol(asked, at);
    DELETE FROM collection_settledline s USING unnest(asked) a WHERE s.bill_id = a.bill_id AND s.payment_id = ANY (fresh) AND a.bill_id <> ALL (accepted);

    UPDATE collection_payment p SET settled_fen = s.fen, people = s.people,
           outcome = CASE WHEN s.fen = p.amount_fen THEN 'settled' ELSE 'partly' END
      FROM (SELECT s.payment_id, sum(l.fen) AS fen, count(DISTINCT b.resident_id) AS people
              FROM collection_settledline s JOIN collection_orderline l ON l.id = s.line_id JOIN enrolment_bill b ON b.id = l.bill_id
             WHERE s.payment_id = ANY (fresh) GROUP BY s.payment_id) s
     WHERE p.id = s.payment_id;

    UPDATE collection_order o SET state = 'paid', division = p.division, unit_id = CASE o.state WHEN 'open' THEN p.unit_id ELSE o.unit_id END FROM collection_payment p
     WHERE p.id = ANY (fresh) AND p.order_id = o.id AND p.outcome IN ('settled', 'partly', 'surplus');

    PERFORM collection_issue(fresh, who, at, placed_on);

    PERFORM ledger_account(w.county, w.kind, w.holder) FROM (  -- whoever needs new accounts makes them in one order
        SELECT DISTINCT p.county, a.kind, a.holder
          FROM collection_payment p CROSS JOIN LATERAL (VALUES
              (CASE p.channel WHEN 'cash' THEN 'drawer' ELSE 'gateway' END, CASE p.channel WHEN 'cash' THEN p.unit_id::text ELSE p.channel END),
              (CASE WHEN p.settled_fen > 0 THEN 'contributions' END, p.unit_id::text),
              (CASE WHEN p.outcome IN ('surplus', 'partly') THEN 'refunds_due' END, p.county),
              (CASE WHEN p.outcome IN ('unknown_order', 'amount_differs', 'window_closed') THEN 'suspense' END, p.county)) AS a(kind, holder)
         WHERE p.id = ANY (fresh) AND a.kind IS NOT NULL AND a.holder IS NOT NULL ORDER BY 1, 2, 3) w;

    -- Money. Every fen of a new payment is one of three: contributed, owed back to a person, or in suspense.
    SELECT array_agg(e) INTO entries FROM (
        SELECT ROW(ledger_id('contribution', p.id::text, l.bill_id::text), p.county, b.campaign_id, b.division, b.household_id, b.resident_id,
                   collection_till(p.county, p.channel, p.unit_id), ledger_account(p.county, 'contributions', b.unit_id::text),
                   l.fen, 'contribution', 'payment:' || p.id, coalesce(placed_on, p.paid_on))::ledger_entry AS e
          FROM collection_settledline s JOIN collection_payment p ON p.id = s.payment_id
          JOIN collection_orderline l ON l.id = s.line_id JOIN enrolment_bill b ON b.id = l.bill_id
         WHERE p.id = ANY (fresh)
        UNION ALL
        SELECT ROW(ledger_id('surplus', p.id::text, l.bill_id::text), p.county, b.campaign_id, b.division, b.household_id, b.resident_id,
                   collection_till(p.county, p.channel, p.unit_id), ledger_account(p.county, 'refunds_due', p.county),
                   l.fen, 'surplus', 'payment:' || p.id, coalesce(placed_on, p.paid_on))::ledger_entry
          FROM collection_payment p JOIN collection_orderline l ON l.order_id = p.order_id JOIN enrolment_bill b ON b.id = l.bill_id
         WHERE p.id = ANY (fresh) AND p.outcome IN ('surplus', 'partly')
           AND NOT EXISTS (SELECT FROM collection_settledline s WHERE s.payment_id = p.id AND s.line_id = l.id)
        UNION ALL
        SELECT ROW(ledger_id('suspense', p.id::text), p.county, o.campaign_id, p.division, p.household_id, NULL,
                   collection_till(p.county, p.channel, p.unit_id), ledger_account(p.county, 'suspense', p.county),
                   p.amount_fen, 'suspense', 'payment:' || p.id, p.paid_on)::ledger_entry
          FROM collection_payment p LEFT JOIN collection_order o ON o.id = p.order_id
         WHERE p.id = ANY (fresh) AND p.outcome IN ('unknown_order', 'amount_differs', 'window_closed')
    ) all_entries;
    IF (SELECT coalesce(sum(e.amount_fen), 0) FROM unnest(entries) e)
       <> (SELECT coalesce(sum(CASE WHEN placed_on IS NULL THEN p.amount_fen ELSE o.total_fen END), 0)
             FROM collection_payment p LEFT JOIN collection_order o ON o.id = p.order_id WHERE p.id = ANY (fresh)) THEN
        RAISE EXCEPTION 'not every fen that arrived has its place' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM ledger_post(entries);

    INSERT INTO collection_refund (id, county, campaign_id, resident_id, household_id, division, unit_id, payment_id, bill_id, channel, reason, amount_fen, state, due_on)
    SELECT ledger_id('refund', p.id::text, l.bill_id::text), p.county, b.campaign_id, b.resident_id, b.household_id, b.division, b.unit_id,
           p.id, b.id, p.channel, CASE b.state WHEN 'superseded' THEN 'bill_changed' ELSE 'duplicate' END, l.fen, 'due', p.paid_on
      FROM collection_payment p JOIN collection_orderline l ON l.order_id = p.order_id JOIN enrolment_bill b ON b.id = l.bill_id
     WHERE p.id = ANY (fresh) AND p.outcome IN ('surplus', 'partly')
       AND NOT EXISTS (SELECT FROM collection_settledline s WHERE s.payment_id = p.id AND s.line_id = l.id);
END $$;

-- Every row here is found by its key, in a set of one as in a set of thousands, so there is nothing to decide anew for each
-- payment: planning a dozen sentences again took most of the time of a single one (5 ms of which 1.4 remain). And a
-- connection keeps its plans: one that was made when the campaign was empty must not read whole tables in the evening.
DROP FUNCTION IF EXISTS collection_confirm(jsonb);
CREATE OR REPLACE FUNCTION collection_confirm(batch jsonb, at timestamptz)
RETURNS TABLE (payment_id uuid, reference text, outcome text, is_new boolean, agrees boolean, settled_fen bigint, receipt_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    who text := (SELECT min(t->>'actor') FROM jsonb_array_elements(batch) t);
    nothing jsonb;
    fresh uuid[];
    -- money for an order that nobody knows: the county's, where there is one; else on the list of the whole installation
    here text := coalesce((SELECT min(county) FROM enrolment_campaign HAVING count(DISTINCT county) = 1), '000000');
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) t WHERE t->>'actor' IS DISTINCT FROM who) THEN
        RAISE EXCEPTION 'a set is signed by one' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM scope_must_be(who);
    IF who NOT LIKE 'staff:%' AND EXISTS (SELECT FROM jsonb_array_elements(batch) t WHERE t->>'channel' = 'cash') THEN
        RAISE EXCEPTION '% cannot take cash', who USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- a bank's file is believed from staff of the whole county
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) t WHERE t->>'channel' IN ('bank', 'pos')) THEN
        IF who NOT LIKE 'staff:%' THEN
            RAISE EXCEPTION '% cannot bring a bank''s file', who USING ERRCODE = 'insufficient_privilege';
        END IF;
        PERFORM scope_must_cover(coalesce(c.county, here)) FROM (
            SELECT DISTINCT coalesce(o.county, t.county) AS county FROM jsonb_to_recordset(batch) AS t(channel text, "order" uuid, county text)
              LEFT JOIN collection_order o ON o.id = t."order" WHERE t.channel IN ('bank', 'pos')) c;
    END IF;
    SELECT jsonb_build_object('reference', t.reference, 'fen', coalesce(t.amount_fen, 0), 'county', coalesce(o.county, t.county, here))
      INTO nothing
      FROM jsonb_to_recordset(batch) AS t(reference text, amount_fen bigint, "order" uuid, county text)
      LEFT JOIN collection_order o ON o.id = t."order" WHERE (t.amount_fen > 0) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('not_money', nothing);
    END IF;
    PERFORM collection_lock((SELECT array_agg((t->>'order')::uuid) FROM jsonb_array_elements(batch) t));
    IF EXISTS (SELECT FROM jsonb_to_recordset(batch) AS t(channel text, "order" uuid) LEFT JOIN collection_order o ON o.id = t."order"
                WHERE t.channel = 'cash' AND (scope_household() IS NOT NULL
                      OR (o.division >= scope_first() AND o.division < scope_after()) IS NOT TRUE)) THEN
        PERFORM refuse('not_your_division');
    END IF;
    -- held until the end, so that it is not closed meanwhile (collection_drawer_is_empty). Whoever merges villages holds units before
    -- bills, so this must not wait for them: two clerks count one drawer one after the other (collection_drawer_takes) by a lock of its own.
    PERFORM 1 FROM divisions_collectingunit u
      WHERE u.id IN (SELECT o.unit_id FROM jsonb_to_recordset(batch) AS t(channel text, "order" uuid) JOIN collection_order o ON o.id = t."order"
                      WHERE t.channel = 'cash') ORDER BY u.id FOR KEY SHARE;
    PERFORM pg_advisory_xact_lock(hashtextextended('drawer|' || w.unit_id, 0)) FROM (
        SELECT DISTINCT o.unit_id FROM jsonb_to_recordset(batch) AS t(channel text, "order" uuid) JOIN collection_order o ON o.id = t."order"
         WHERE t.channel = 'cash' ORDER BY 1) w;
    SELECT jsonb_build_object('unit', u.name) INTO nothing FROM jsonb_to_recordset(batch) AS t(channel text, "order" uuid)
      JOIN collection_order o ON o.id = t."order" JOIN divisions_collectingunit u ON u.id = o.unit_id
     WHERE t.channel = 'cash' AND u.until IS NOT NULL LIMIT 1;
    IF FOUND THEN  -- closed while somebody counted the money: no cash comes into a drawer that was looked into for the last time
        PERFORM refuse('unit_collects_no_more', nothing);
    END IF;
    PERFORM collection_drawer_takes(c.unit_id, c.campaign_id, c.paid_on, coalesce(c.before, 0)) FROM (
        SELECT o.unit_id, o.campaign_id, t.paid_on, nth,
               sum(t.amount_fen) OVER (PARTITION BY o.unit_id, o.campaign_id ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)::bigint AS before
          FROM ROWS FROM (jsonb_to_recordset(batch) AS (channel text, reference text, "order" uuid, amount_fen bigint, paid_on date))
               WITH ORDINALITY AS t(channel, reference, "order", amount_fen, paid_on, nth)
          JOIN collection_order o ON o.id = t."order"
         WHERE t.channel = 'cash'
           AND NOT EXISTS (SELECT FROM collection_payment p WHERE p.channel = 'cash' AND p.reference = t.reference)  -- told before
    ) c;

    -- Every telling becomes a payment, once; of two with the same reference in one set, the first. The outcome is what
    -- can be said before looking at the bills. Money that nobody can place belongs to the county as a whole. Any other is its
    -- household's, and but for cash, which lies in a drawer, its household's unit takes it, as the bills say: an order that was
    -- closed before its village was merged, or made meanwhile, still names the old ones.
    WITH told AS (
        SELECT DISTINCT ON (t.channel, t.reference) t.*
          FROM ROWS FROM (jsonb_to_recordset(batch) AS (id uuid, channel text, reference text, "order" uuid, amount_fen bigint,
                                                        paid_at timestamptz, paid_on date, county text)) WITH ORDINALITY
               AS t(id, channel, reference, "order", amount_fen, paid_at, paid_on, county, nth)
         ORDER BY t.channel, t.reference, t.nth
    ), noted AS (
        INSERT INTO collection_payment (id, county, channel, reference, order_number, order_id, division, household_id, unit_id,
               amount_fen, settled_fen, people, paid_at, paid_on, outcome, noted_at)
        SELECT t.id, coalesce(o.county, t.county, here), t.channel, t.reference, t."order", o.id,
               coalesce(h.division, rpad(coalesce(t.county, here), 12, '0')), o.household_id,
               CASE t.channel WHEN 'cash' THEN o.unit_id ELSE h.unit_id END,
               t.amount_fen, 0, 0, t.paid_at, t.paid_on,
               CASE WHEN o.id IS NULL THEN 'unknown_order'
                    WHEN o.total_fen <> t.amount_fen
                      OR o.total_fen IS DISTINCT FROM (SELECT sum(l.fen) FROM collection_orderline l WHERE l.order_id = o.id) THEN 'amount_differs'
                    WHEN EXISTS (SELECT FROM collection_orderline l WHERE l.order_id = o.id AND l.covers->>t.paid_on::text IS NULL) THEN 'window_closed'
                    ELSE 'surplus' END, at
          FROM told t LEFT JOIN collection_order o ON o.id = t."order" LEFT JOIN register_household h ON h.id = o.household_id
         ORDER BY t.channel, t.reference
            ON CONFLICT DO NOTHING  -- by reference, or by the id that follows from it: either may be found first
        RETURNING id
    ) SELECT array_agg(id) INTO fresh FROM noted;

    PERFORM collection_settle(fresh, who, at, NULL);

    RETURN QUERY
    SELECT p.id, p.reference::text, p.outcome::text,
           p.id = ANY (coalesce(fresh, '{}')) AND row_number() OVER (PARTITION BY p.id ORDER BY t.nth) = 1,
           p.amount_fen = t.amount_fen AND p.order_number = t."order", p.settled_fen, r.id
      FROM ROWS FROM (jsonb_to_recordset(batch) AS (channel text, reference text, "order" uuid, amount_fen bigint)) WITH ORDINALITY
           AS t(channel, reference, "order", amount_fen, nth)
      JOIN collection_payment p ON p.channel = t.channel AND p.reference = t.reference
      LEFT JOIN collection_receipt r ON r.payment_id = p.id AND r.takes_back_from_id IS NULL AND r.state = 'valid'
     ORDER BY t.nth;
END $$;

-- No gateway brought it: it goes back by transfer or by hand, from the treasury.
CREATE OR REPLACE FUNCTION collection_by_hand(channel text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT channel IN ('cash', 'bank', 'pos')
$$;

-- Where money of a channel lies until it reaches the treasury.
DROP FUNCTION IF EXISTS collection_till(text, text, bigint, date);
CREATE OR REPLACE FUNCTION collection_till(county text, channel text, unit bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE channel WHEN 'cash' THEN ledger_account(county, 'drawer', unit::text) ELSE ledger_account(county, 'gateway', channel) END
$$;
REVOKE ALL ON FUNCTION collection_till(text, text, bigint), collection_issue(uuid[], text, timestamptz, date),
    collection_settle(uuid[], text, timestamptz, date), collection_lock(uuid[]) FROM PUBLIC;
