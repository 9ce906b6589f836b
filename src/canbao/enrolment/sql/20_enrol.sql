-- Enrol the people of some bills. The caller has locked the bills and knows from when each person is covered.
--
-- A person who is already enrolled for the same benefit period, here or in any other county of the installation, is
-- left out: what comes back are the bills that were accepted, and the caller decides what happens to the others' money.
-- A later bill of somebody enrolled (an extra) adds to what they have paid.

DO $$ BEGIN
    IF to_regtype('enrolment_ask') IS NULL THEN
        CREATE TYPE enrolment_ask AS (bill_id bigint, covered_from date, paid_on date, paid_fen bigint, by_office boolean);
    END IF;
END $$;

-- Whether two answers divide the money in two ways. The clause is no money: an amendment may cite the same rule elsewhere.
CREATE OR REPLACE FUNCTION enrolment_money_differs(one_pays bigint, one_shares jsonb, other_pays bigint, other_shares jsonb)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT one_pays IS DISTINCT FROM other_pays
        OR (one_shares IS DISTINCT FROM other_shares
            AND (SELECT jsonb_agg(s - 'clause') FROM jsonb_array_elements(one_shares) s)
                IS DISTINCT FROM (SELECT jsonb_agg(s - 'clause') FROM jsonb_array_elements(other_shares) s))
$$;

CREATE OR REPLACE FUNCTION enrolment_enrol(asked enrolment_ask[], at timestamptz) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    accepted bigint[];
    later bigint[];
    extras bigint[];
    subsidies ledger_entry[];
BEGIN
    -- Later bills of people who are enrolled. Most sets have none, and then nobody looks through the enrolments: a plan
    -- that was made when there were few would read all of them, for every payment.
    SELECT array_agg(b.id) INTO later FROM unnest(asked) a JOIN enrolment_bill b ON b.id = a.bill_id
     WHERE b.version > 1 AND b.state = 'open';
    IF later IS NOT NULL THEN
        UPDATE enrolment_enrolment e SET paid_fen = e.paid_fen + a.paid_fen
          FROM unnest(asked) a JOIN enrolment_bill b ON b.id = a.bill_id
         WHERE b.id = ANY (later)
           AND e.campaign_id = b.campaign_id AND e.resident_id = b.resident_id AND e.ended_on IS NULL;
        SELECT array_agg(b.id) INTO extras
          FROM enrolment_bill b
          JOIN enrolment_enrolment e ON e.campaign_id = b.campaign_id AND e.resident_id = b.resident_id AND e.ended_on IS NULL
         WHERE b.id = ANY (later);
    END IF;

    WITH enrolled AS (
        INSERT INTO enrolment_enrolment (county, campaign_id, resident_id, person_token, household_id, division, unit_id, bill_id,
               benefit_from, benefit_until, covered_from, covered_until, paid_on, paid_fen, by_office, enrolled_at, ended_why)
        SELECT b.county, b.campaign_id, b.resident_id, r.person_token, b.household_id, b.division, b.unit_id, b.id,
               c.benefit_from, c.benefit_until, a.covered_from, c.benefit_until, a.paid_on, a.paid_fen, a.by_office, at, ''
          FROM unnest(asked) a
          JOIN enrolment_bill b ON b.id = a.bill_id AND b.state = 'open'
          JOIN enrolment_campaign c ON c.id = b.campaign_id
          JOIN register_resident r ON r.id = b.resident_id
         WHERE b.id <> ALL (coalesce(extras, '{}'))
         ORDER BY r.person_token  -- two counties that enrol the same two people at once wait instead of blocking each other
            ON CONFLICT (person_token, benefit_from) WHERE ended_on IS NULL DO NOTHING
        RETURNING bill_id
    ) SELECT array_agg(bill_id) INTO accepted FROM enrolled;

    -- What each fund owes for the newly enrolled, named by person. New accounts are made in one order, whoever asks.
    PERFORM ledger_account(w.county, 'fund', w.payer) FROM (
        SELECT DISTINCT b.county, s.share->>'payer' AS payer
          FROM enrolment_bill b JOIN enrolment_billassessment g ON g.id = b.assessment_id
          CROSS JOIN LATERAL jsonb_array_elements(g.shares) AS s(share)
         WHERE b.id = ANY (accepted) AND (s.share->>'fen')::bigint > 0 ORDER BY 1, 2) w;
    SELECT array_agg(ROW(ledger_id('subsidy', b.id::text, s.nth::text), b.county, b.campaign_id, b.division, b.household_id, b.resident_id,
                         ledger_account(b.county, 'fund', s.share->>'payer'), ledger_account(b.county, 'subsidies', b.county),
                         (s.share->>'fen')::bigint, 'subsidy', 'bill:' || b.id,
                         -- whom the office enrols brings no money of an earlier day: the books of that day may be closed
                         CASE WHEN a.by_office THEN (at AT TIME ZONE 'Asia/Shanghai')::date ELSE a.paid_on END)::ledger_entry)
      INTO subsidies
      FROM enrolment_bill b
      JOIN unnest(asked) a ON a.bill_id = b.id
      JOIN enrolment_billassessment g ON g.id = b.assessment_id
      CROSS JOIN LATERAL jsonb_array_elements(g.shares) WITH ORDINALITY AS s(share, nth)
     WHERE b.id = ANY (accepted) AND (s.share->>'fen')::bigint > 0;
    PERFORM ledger_post(subsidies);

    accepted := coalesce(accepted, '{}') || coalesce(extras, '{}');
    UPDATE enrolment_bill SET state = 'settled', settled_at = at WHERE id = ANY (accepted);
    RETURN accepted;
END $$;
REVOKE ALL ON FUNCTION enrolment_enrol(enrolment_ask[], timestamptz) FROM PUBLIC;

-- Enrol by the office everyone whose bill is nothing (fully subsidised), as a set. `starts` says for each bill from when its
-- person is covered: {"<bill id>": "2022-01-01"}. A bill that was replaced meanwhile is open no more, and nobody who died or
-- moved away is enrolled, whatever it says. Returns how many.
CREATE OR REPLACE FUNCTION enrolment_enrol_free(in_campaign bigint, starts jsonb, paid_on date, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked enrolment_ask[];
BEGIN
    PERFORM enrolment_check_county(in_campaign);
    PERFORM 1 FROM enrolment_bill b WHERE b.campaign_id = in_campaign AND b.state = 'open' AND b.due_fen = 0 ORDER BY b.id FOR UPDATE;
    SELECT array_agg(ROW(b.id, (starts->>b.id::text)::date, enrolment_enrol_free.paid_on, 0, true)::enrolment_ask)
      INTO asked FROM enrolment_bill b JOIN register_resident r ON r.id = b.resident_id AND r.died_on IS NULL AND r.moved_on IS NULL
     WHERE b.campaign_id = in_campaign AND b.state = 'open' AND b.due_fen = 0 AND starts ? b.id::text;
    RETURN coalesce(array_length(enrolment_enrol(asked, at), 1), 0);
END $$;

CREATE OR REPLACE FUNCTION enrolment_check_county(in_campaign bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM scope_must_cover((SELECT county FROM enrolment_campaign WHERE id = in_campaign));
END $$;
