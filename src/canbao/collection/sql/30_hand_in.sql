-- Whether a drawer may take cash on a day: where the county says that collecting stops at the limits of the notice (R-41),
-- neither once its oldest cash should have been handed in, nor once it holds the sum that obliges to. The payment that reaches the
-- sum is still taken. `in_before_fen` is cash of the same set. Whoever asks holds the unit, so that what is counted stays so.
CREATE OR REPLACE FUNCTION collection_drawer_takes(in_unit bigint, in_campaign bigint, in_on date, in_before_fen bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    rules enrolment_edition%ROWTYPE;
    fen bigint;
    oldest date;
    last_day date;
    words jsonb;
BEGIN
    SELECT e.* INTO rules FROM enrolment_campaign c JOIN enrolment_edition e ON e.campaign_id = c.id AND e.digest = c.pack_digest
     WHERE c.id = in_campaign AND c.cash_stops;
    IF NOT FOUND OR coalesce(rules.cash_months, rules.cash_days, rules.cash_limit_fen) IS NULL THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(p.amount_fen), 0) + in_before_fen, min(p.paid_on) INTO fen, oldest
      FROM collection_payment p JOIN collection_order o ON o.id = p.order_id
     WHERE p.unit_id = in_unit AND p.channel = 'cash' AND p.remittance_id IS NULL AND o.campaign_id = in_campaign;
    last_day := (oldest + make_interval(months => rules.cash_months, days => rules.cash_days))::date;
    words := jsonb_build_object('unit', (SELECT name FROM divisions_collectingunit WHERE id = in_unit), 'fen', fen, 'clause', rules.cash_clause);
    IF in_on > last_day THEN
        PERFORM refuse('drawer_is_overdue', words || jsonb_build_object('oldest', oldest, 'until', last_day));
    ELSIF fen >= rules.cash_limit_fen THEN
        PERFORM refuse('drawer_is_full', words || jsonb_build_object('limit_fen', rules.cash_limit_fen));
    END IF;
END $$;
REVOKE ALL ON FUNCTION collection_drawer_takes(bigint, bigint, date, bigint) FROM PUBLIC;

-- Cash leaves the drawer: what it contains is fixed here, the certificate's headcount and sum are checked against it.
-- Returns the remittance's id, or null when just this was handed in before; the same id with other content is an error.
-- What was rejected is handed in again as a further version that names it; its certificate and its slip may come back with that, and
-- with nothing else.
-- The headcount is of persons: who paid a difference later is one person, and not two.
DROP FUNCTION IF EXISTS collection_hand_in(uuid, bigint, bigint, text, date, date, integer, bigint, text, date);
DROP FUNCTION IF EXISTS collection_hand_in(uuid, bigint, bigint, text, date, date, integer, bigint, text, date, timestamptz);
CREATE OR REPLACE FUNCTION collection_hand_in(
    in_id uuid, in_campaign bigint, in_unit bigint, in_certificate text, in_from date, in_until date,
    in_people integer, in_amount_fen bigint, in_slip text, in_slip_on date, in_replaces uuid, in_tax_number text, in_papers jsonb,
    in_actor text, in_on date, in_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unit divisions_collectingunit%ROWTYPE;
    in_county text;
    payments uuid[];
    seen_people bigint;
    seen_fen bigint;
    known collection_remittance%ROWTYPE;
    replaced collection_remittance%ROWTYPE;
    earlier uuid[];
BEGIN
    PERFORM scope_must_be(in_actor);
    SELECT * INTO STRICT unit FROM divisions_collectingunit WHERE id = in_unit;
    IF scope_first() IS NULL OR unit.division < scope_first() OR unit.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division', '{}');
    END IF;
    SELECT county INTO STRICT in_county FROM enrolment_campaign WHERE id = in_campaign;
    PERFORM 1 FROM divisions_collectingunit WHERE id = in_unit FOR NO KEY UPDATE;  -- one hand-in at a time for a drawer
    SELECT * INTO known FROM collection_remittance WHERE id = in_id;
    IF FOUND THEN
        IF (known.campaign_id, known.unit_id, known.certificate, known.period_from, known.period_until, known.people, known.amount_fen,
            known.slip, known.slip_on, known.replaces_id)
            IS DISTINCT FROM (in_campaign, in_unit, in_certificate, in_from, in_until, in_people, in_amount_fen,
                              in_slip, in_slip_on, in_replaces) THEN
            RAISE EXCEPTION 'remittance % exists with other content', in_id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;  -- the same intent once more
    END IF;
    IF in_replaces IS NOT NULL THEN
        SELECT r.* INTO replaced FROM collection_remittance r
         WHERE r.id = in_replaces AND r.unit_id = in_unit AND r.campaign_id = in_campaign AND r.rejected_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM collection_remittance n WHERE n.replaces_id = r.id);
        IF NOT FOUND THEN
            PERFORM refuse('not_to_replace', '{}');
        END IF;
    END IF;
    WITH RECURSIVE chain AS (
        SELECT in_replaces AS id UNION ALL
        SELECT r.replaces_id FROM chain c JOIN collection_remittance r ON r.id = c.id WHERE r.replaces_id IS NOT NULL
    ) SELECT coalesce(array_agg(id) FILTER (WHERE id IS NOT NULL), '{}') INTO earlier FROM chain;
    SELECT array_agg(p.id), sum(p.amount_fen) INTO payments, seen_fen
      FROM collection_payment p JOIN collection_order o ON o.id = p.order_id
     WHERE p.unit_id = in_unit AND p.channel = 'cash' AND p.remittance_id IS NULL AND o.campaign_id = in_campaign
       AND p.paid_on BETWEEN in_from AND in_until;
    IF payments IS NULL THEN
        PERFORM refuse('drawer_is_empty', '{}');
    END IF;
    SELECT count(DISTINCT b.resident_id) INTO seen_people
      FROM collection_settledline s JOIN enrolment_bill b ON b.id = s.bill_id WHERE s.payment_id = ANY (payments);
    IF (seen_people, seen_fen) IS DISTINCT FROM (in_people, in_amount_fen) THEN
        PERFORM refuse('remittance_differs', jsonb_build_object('people', in_people, 'fen', in_amount_fen, 'seen_people', seen_people, 'seen_fen', seen_fen));
    END IF;
    IF in_slip_on NOT BETWEEN in_from AND in_on THEN
        PERFORM refuse('slip_day_not_possible', jsonb_build_object('day', in_slip_on, 'first', in_from, 'last', in_on));
    END IF;
    IF EXISTS (SELECT FROM collection_remittance r WHERE r.county = in_county AND r.certificate = in_certificate AND r.id <> ALL (earlier)
                  AND (r.rejected_at IS NULL OR r.unit_id = in_unit)) THEN  -- a slip of the pen of another unit blocks nobody
        PERFORM refuse('certificate_used', jsonb_build_object('certificate', in_certificate));
    END IF;
    IF EXISTS (SELECT FROM collection_remittance r WHERE r.county = in_county AND r.slip = in_slip AND r.id <> ALL (earlier)
                  AND (r.rejected_at IS NULL OR r.unit_id = in_unit)) THEN
        PERFORM refuse('slip_used', jsonb_build_object('slip', in_slip));
    END IF;
    INSERT INTO collection_remittance (id, county, campaign_id, unit_id, division, certificate, period_from, period_until, people, amount_fen,
                                       slip, slip_on, version, replaces_id, tax_number, papers, made_by, made_at, made_on, reject_reason)
    VALUES (in_id, in_county, in_campaign, in_unit, unit.division, in_certificate, in_from, in_until, in_people, in_amount_fen,
            in_slip, in_slip_on, coalesce(replaced.version, 0) + 1, in_replaces, in_tax_number, in_papers, in_actor, in_at, in_on, '')
    ON CONFLICT DO NOTHING;  -- waits for another village that is using the certificate or the slip just now
    IF NOT FOUND AND EXISTS (SELECT FROM collection_remittance r WHERE r.county = in_county AND r.certificate = in_certificate AND r.rejected_at IS NULL) THEN
        PERFORM refuse('certificate_used', jsonb_build_object('certificate', in_certificate));
    ELSIF NOT EXISTS (SELECT FROM collection_remittance WHERE id = in_id) THEN
        PERFORM refuse('slip_used', jsonb_build_object('slip', in_slip));
    END IF;
    UPDATE collection_payment SET remittance_id = in_id WHERE id = ANY (payments);
    PERFORM ledger_post(ARRAY[ROW(ledger_id('handed_in', in_id::text), in_county, in_campaign, unit.division, NULL, NULL,
        ledger_account(in_county, 'in_transit', in_unit::text), ledger_account(in_county, 'drawer', in_unit::text),
        in_amount_fen, 'handed_in', 'remittance:' || in_id, in_on)::ledger_entry]);
    RETURN in_id;
END $$;

-- A second person has seen it arrive in the treasury. False: somebody had said so before.
DROP FUNCTION IF EXISTS collection_confirm_remittance(uuid, text, date);
CREATE OR REPLACE FUNCTION collection_confirm_remittance(in_id uuid, in_actor text, in_on date, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    handed collection_remittance%ROWTYPE;
BEGIN
    PERFORM scope_must_be(in_actor);
    SELECT * INTO STRICT handed FROM collection_remittance WHERE id = in_id FOR UPDATE;
    IF scope_first() IS NULL OR handed.division < scope_first() OR handed.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division', '{}');
    END IF;
    IF handed.made_by = in_actor THEN
        PERFORM refuse('same_person', '{}');
    END IF;
    IF handed.confirmed_by IS NOT NULL THEN
        RETURN false;
    END IF;
    IF handed.rejected_by IS NOT NULL THEN
        PERFORM refuse('remittance_rejected', jsonb_build_object('certificate', handed.certificate));
    END IF;
    UPDATE collection_remittance SET confirmed_by = in_actor, confirmed_at = in_at WHERE id = in_id;
    PERFORM ledger_post(ARRAY[ROW(ledger_id('remitted', in_id::text), handed.county, handed.campaign_id, handed.division, NULL, NULL,
        ledger_account(handed.county, 'treasury', handed.county), ledger_account(handed.county, 'in_transit', handed.unit_id::text),
        handed.amount_fen, 'remitted', 'remittance:' || in_id, in_on)::ledger_entry]);
    RETURN true;
END $$;

-- A second person says no, and why: what was handed in is undone, the cash lies in the drawer again, as old as it is. False: somebody
-- had said so before. Locks the unit and then the remittance: whoever takes cash or hands in counts the drawer before or after.
CREATE OR REPLACE FUNCTION collection_reject_remittance(in_id uuid, in_reason text, in_actor text, in_on date, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    handed collection_remittance%ROWTYPE;
    posted uuid := ledger_id('handed_in', in_id::text);
BEGIN
    PERFORM scope_must_be(in_actor);
    PERFORM 1 FROM divisions_collectingunit WHERE id = (SELECT unit_id FROM collection_remittance WHERE id = in_id) FOR NO KEY UPDATE;
    SELECT * INTO STRICT handed FROM collection_remittance WHERE id = in_id FOR UPDATE;
    IF scope_first() IS NULL OR handed.division < scope_first() OR handed.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division', '{}');
    END IF;
    IF handed.made_by = in_actor THEN
        PERFORM refuse('same_person', '{}');
    END IF;
    IF handed.confirmed_by IS NOT NULL THEN
        PERFORM refuse('remittance_confirmed', jsonb_build_object('certificate', handed.certificate));
    END IF;
    IF in_reason = '' THEN
        PERFORM refuse('rejected_without_reason', '{}');
    END IF;
    IF handed.rejected_by IS NOT NULL THEN
        RETURN false;
    END IF;
    UPDATE collection_remittance SET rejected_by = in_actor, rejected_at = in_at, reject_reason = in_reason WHERE id = in_id;
    UPDATE collection_payment SET remittance_id = NULL WHERE remittance_id = in_id;
    PERFORM ledger_undo(ARRAY[posted], ARRAY['remittance:' || in_id], 'hand_in_rejected', in_on);
    RETURN true;
END $$;

-- A gateway has moved the money of a day to the treasury: what arrived that day for this county, less what was paid
-- back through it, by campaign; money that belongs to no known order belongs to no campaign. `in_references` are all
-- lines of the gateway's bill; those of other counties are theirs.
--
-- On a day with more refunds than arrivals the treasury makes up the difference. Said again, only what changed is
-- posted: a bill may grow until the day is closed. A bill that lacks something we have noted of that day moves nothing:
-- that is somebody's work, and not money that flows back. Work for the whole county, one at a time for a day.
CREATE OR REPLACE FUNCTION collection_gateway_settled(in_county text, in_channel text, in_day date, in_references text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gateway bigint;
    treasury bigint;
    day_source text := in_channel || ':' || in_day;
    entries ledger_entry[];
BEGIN
    PERFORM scope_must_cover(in_county);
    PERFORM pg_advisory_xact_lock(hashtextextended(in_county || '|' || day_source, 0));
    IF EXISTS (SELECT FROM collection_payment p WHERE p.county = in_county AND p.channel = in_channel AND p.paid_on = in_day
                  AND (p.reference = ANY (in_references)) IS NOT TRUE) THEN
        RETURN 0;
    END IF;
    gateway := ledger_account(in_county, 'gateway', in_channel);
    treasury := ledger_account(in_county, 'treasury', in_county);
    WITH moves AS (
        SELECT o.campaign_id, p.amount_fen AS fen, 0 AS moved
          FROM collection_payment p LEFT JOIN collection_order o ON o.id = p.order_id
         WHERE p.county = in_county AND p.channel = in_channel AND p.paid_on = in_day
        UNION ALL
        SELECT f.campaign_id, -f.amount_fen, 0 FROM collection_refund f
         WHERE f.county = in_county AND f.channel = in_channel AND f.state = 'paid' AND f.paid_on = in_day
           AND NOT collection_by_hand(f.channel)  -- those went back from the treasury
        UNION ALL  -- what was posted for this day before
        SELECT t.campaign_id, CASE WHEN t.debit_id = treasury THEN -t.amount_fen ELSE t.amount_fen END, 1 FROM ledger_transfer t
         WHERE gateway IN (t.debit_id, t.credit_id) AND t.reason = 'settled' AND t.source = day_source
    ), changes AS (
        SELECT campaign_id, sum(fen)::bigint AS fen, sum(moved) AS times FROM moves GROUP BY campaign_id HAVING sum(fen) <> 0
    )
    SELECT array_agg(ROW(ledger_id('settled', in_county, day_source, coalesce(c.campaign_id::text, ''), c.times::text),
                         in_county, c.campaign_id, rpad(in_county, 12, '0'), NULL, NULL,
                         CASE WHEN c.fen > 0 THEN treasury ELSE gateway END, CASE WHEN c.fen > 0 THEN gateway ELSE treasury END,
                         abs(c.fen), 'settled', day_source, in_day)::ledger_entry)
      INTO entries FROM changes c;
    RETURN ledger_post(entries);
END $$;
