-- Money in suspense is worked off by two people (decision 0023): one has found out what it was for and says so, another confirms.
-- What is placed goes the way of all money (collection_settle): it settles bills, enrols from the day on which it was paid, uses a
-- receipt number. The rest, or all of it, is owed back to whoever paid, and those two have reviewed it.
--
-- Locks in the order of 20_confirm.sql: bills by id, the payment, the opinion about it, then as whoever settles.

-- False: this was said before, by the same words.
CREATE OR REPLACE FUNCTION collection_propose_placing(in_id uuid, in_payment uuid, in_bills bigint[], in_why text, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    money collection_payment%ROWTYPE;
    known collection_placing%ROWTYPE;
    fen bigint;
    homes bigint;
BEGIN
    PERFORM scope_must_be(in_actor);
    SELECT * INTO STRICT money FROM collection_payment WHERE id = in_payment FOR UPDATE;
    PERFORM collection_see_suspense(money);
    SELECT * INTO known FROM collection_placing WHERE id = in_id;
    IF FOUND THEN
        IF (known.payment_id, known.bills, known.why) IS DISTINCT FROM (in_payment, in_bills, btrim(in_why)::varchar) THEN
            RAISE EXCEPTION 'placing % exists with other content', in_id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN false;
    END IF;
    IF money.outcome NOT IN ('unknown_order', 'amount_differs', 'window_closed') THEN
        PERFORM refuse('not_in_suspense', jsonb_build_object('reference', money.reference));
    END IF;
    IF EXISTS (SELECT FROM collection_placing WHERE payment_id = in_payment AND state = 'proposed') THEN
        PERFORM refuse('placing_waits', jsonb_build_object('reference', money.reference));
    END IF;
    IF btrim(coalesce(in_why, '')) = '' THEN
        PERFORM refuse('placing_without_reason');
    END IF;
    SELECT coalesce(sum(due_fen), 0), count(DISTINCT household_id) INTO fen, homes FROM enrolment_bill
     WHERE id = ANY (in_bills) AND state = 'open' AND due_fen > 0 AND county = money.county;
    IF homes <> least(cardinality(in_bills), 1) THEN
        RAISE EXCEPTION 'money is placed onto open bills of one household' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF fen > money.amount_fen THEN
        PERFORM refuse('placed_more_than_arrived', jsonb_build_object('place', fen, 'amount', money.amount_fen));
    END IF;
    INSERT INTO collection_placing (id, county, payment_id, bills, place_fen, back_fen, why, state, made_by, made_at, dropped_why)
    VALUES (in_id, money.county, in_payment, in_bills, fen, money.amount_fen - fen, btrim(in_why), 'proposed', in_actor, in_at, '');
    RETURN true;
END $$;

-- `in_order` is an order for just the bills that were named, as of the moment at which the money was paid; null: nothing is placed.
-- False: somebody had confirmed it before.
CREATE OR REPLACE FUNCTION collection_place(in_id uuid, in_order uuid, in_actor text, in_on date, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    money collection_payment%ROWTYPE;
    said collection_placing%ROWTYPE;
    was_campaign bigint;
    lies_in bigint;
BEGIN
    PERFORM scope_must_be(in_actor);
    PERFORM collection_lock(ARRAY[in_order]);
    SELECT p.* INTO STRICT money FROM collection_payment p WHERE p.id = (SELECT payment_id FROM collection_placing WHERE id = in_id) FOR UPDATE;
    PERFORM collection_see_suspense(money);
    SELECT * INTO STRICT said FROM collection_placing WHERE id = in_id FOR UPDATE;
    IF said.state = 'done' THEN
        RETURN false;
    END IF;
    IF said.state = 'dropped' THEN
        PERFORM refuse('placing_decided', jsonb_build_object('state', said.state));
    END IF;
    IF said.made_by = in_actor THEN
        PERFORM refuse('same_person');
    END IF;
    SELECT o.campaign_id INTO was_campaign FROM collection_order o WHERE o.id = money.order_id;
    lies_in := ledger_account(money.county, 'suspense', money.county);
    IF cardinality(said.bills) > 0 THEN
        IF (SELECT array_agg(l.bill_id ORDER BY l.bill_id) FROM collection_orderline l WHERE l.order_id = in_order) IS DISTINCT FROM said.bills
           OR (SELECT total_fen FROM collection_order WHERE id = in_order) IS DISTINCT FROM said.place_fen THEN
            RAISE EXCEPTION 'order % does not ask for what was said', in_order USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        -- back to where it lay, and from there as if it had come for this order: every campaign's books stay right by themselves
        PERFORM ledger_undo(ARRAY[ledger_id('suspense', money.id::text)], ARRAY['placing:' || in_id], 'placed', in_on);
        UPDATE collection_payment p SET outcome = 'surplus', order_id = in_order, household_id = h.id, division = h.division,
               unit_id = CASE p.channel WHEN 'cash' THEN p.unit_id ELSE h.unit_id END
          FROM collection_order o JOIN register_household h ON h.id = o.household_id WHERE p.id = money.id AND o.id = in_order;
        PERFORM collection_settle(ARRAY[money.id], in_actor, in_at, in_on);
        SELECT * INTO money FROM collection_payment WHERE id = money.id;
        lies_in := collection_till(money.county, money.channel, money.unit_id);
    ELSE
        UPDATE collection_payment SET outcome = 'surplus' WHERE id = money.id;
    END IF;
    IF said.back_fen > 0 THEN
        PERFORM ledger_post(ARRAY[ROW(ledger_id('given_back', in_id::text), money.county, o.campaign_id, money.division, money.household_id, NULL,
                lies_in, ledger_account(money.county, 'refunds_due', money.county), said.back_fen, 'given_back', 'placing:' || in_id, in_on)::ledger_entry])
           FROM (SELECT (SELECT campaign_id FROM collection_order WHERE id = money.order_id) AS campaign_id) o;
        INSERT INTO collection_refund (id, county, campaign_id, household_id, division, unit_id, payment_id, channel, reason, amount_fen, state, due_on, reviewed_by, approved_by)
        SELECT ledger_id('unplaced', money.id::text), money.county, (SELECT campaign_id FROM collection_order WHERE id = money.order_id), money.household_id,
               money.division, money.unit_id, money.id, money.channel, 'unplaced', said.back_fen, 'approved', money.paid_on,
               substr(said.made_by, length('staff:') + 1), substr(in_actor, length('staff:') + 1);
    END IF;
    UPDATE collection_placing SET state = 'done', decided_by = in_actor, decided_at = in_at WHERE id = in_id;
    -- the day's money has reached the treasury under the campaign that it was for then
    IF (SELECT campaign_id FROM collection_order WHERE id = money.order_id) IS DISTINCT FROM was_campaign
       AND EXISTS (SELECT FROM ledger_transfer t WHERE t.county = money.county AND t.reason = 'settled' AND t.source = money.channel || ':' || money.paid_on) THEN
        PERFORM collection_gateway_settled(money.county, money.channel, money.paid_on,
            ARRAY(SELECT p.reference::text FROM collection_payment p WHERE p.county = money.county AND p.channel = money.channel AND p.paid_on = money.paid_on));
    END IF;
    RETURN true;
END $$;

-- Not so: whoever checks says why, or whoever proposed it takes it back. False: it was dropped before.
CREATE OR REPLACE FUNCTION collection_drop_placing(in_id uuid, in_why text, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    money collection_payment%ROWTYPE;
    said collection_placing%ROWTYPE;
BEGIN
    PERFORM scope_must_be(in_actor);
    SELECT p.* INTO STRICT money FROM collection_payment p WHERE p.id = (SELECT payment_id FROM collection_placing WHERE id = in_id) FOR UPDATE;
    PERFORM collection_see_suspense(money);
    SELECT * INTO STRICT said FROM collection_placing WHERE id = in_id FOR UPDATE;
    IF said.state = 'dropped' THEN
        RETURN false;
    END IF;
    IF said.state = 'done' THEN
        PERFORM refuse('placing_decided', jsonb_build_object('state', said.state));
    END IF;
    IF btrim(coalesce(in_why, '')) = '' THEN
        PERFORM refuse('placing_without_reason');
    END IF;
    UPDATE collection_placing SET state = 'dropped', decided_by = in_actor, decided_at = in_at, dropped_why = btrim(in_why) WHERE id = in_id;
    RETURN true;
END $$;

-- What became of money that a payer tells of with everything that their telephone shows: the channel's whole number, the sum and the
-- day. Whoever knows all three learns where it went, in any village of the county, and nothing of whose it is.
CREATE OR REPLACE FUNCTION collection_find_money(in_reference text, in_fen bigint, in_on date)
RETURNS TABLE (channel varchar, outcome varchar, settled_fen bigint, back_fen bigint, returned_fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.channel, p.outcome, p.settled_fen, coalesce(sum(f.amount_fen), 0)::bigint,
           coalesce(sum(f.amount_fen) FILTER (WHERE f.state = 'paid'), 0)::bigint
      FROM collection_payment p LEFT JOIN collection_refund f ON f.payment_id = p.id
     WHERE p.reference = in_reference AND p.amount_fen = in_fen AND p.paid_on = in_on
       AND p.county = left(scope_first(), 6) AND scope_household() IS NULL
     GROUP BY p.id ORDER BY p.channel
$$;

CREATE OR REPLACE FUNCTION collection_see_suspense(money collection_payment) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF scope_first() IS NULL OR money.division < scope_first() OR money.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division');
    END IF;
END $$;
REVOKE ALL ON FUNCTION collection_see_suspense(collection_payment), collection_find_money(text, bigint, date), collection_propose_placing(uuid, uuid, bigint[], text, text, timestamptz),
    collection_place(uuid, uuid, text, date, timestamptz), collection_drop_placing(uuid, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collection_find_money(text, bigint, date), collection_propose_placing(uuid, uuid, bigint[], text, text, timestamptz),
    collection_place(uuid, uuid, text, date, timestamptz), collection_drop_placing(uuid, text, text, timestamptz) TO canbao_app;
