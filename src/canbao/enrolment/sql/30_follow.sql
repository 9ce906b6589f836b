-- What somebody still owes goes with them to another household or village: the open bill is superseded and a further version
-- asks for the same, there. An order for the old one asks for nothing more of them: money that arrives for it all the same
-- is owed back (20_confirm.sql). What was paid stays where it was paid, and so does the enrolment; a difference that somebody
-- owes or will owe to it is paid where they live by then (enrolment_paid_elsewhere). What nobody collects any more, because a later
-- campaign was opened, stays where it is. Where the household itself lies
-- in another village by now (decision 0016), the open bill only follows it: an order for it is still good.
--
-- Whose row is merged into another one's, or withdrawn as a mistake, owes nothing any more: the open bill is superseded and nothing asks
-- instead. When that is taken back, the same is asked again.
--
-- By the database, so that no way to the register leaves it out. Locks the bills of whoever moves, by id.
CREATE OR REPLACE FUNCTION enrolment_bills_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    movers bigint[];
    at_home bigint[];
    apart bigint[];  -- who was merged or withdrawn and is not any more
BEGIN
    SELECT array_agg(b.id) FILTER (WHERE (b.household_id, b.same_as_id, b.withdrawn) IS DISTINCT FROM (w.household_id, w.same_as_id, w.withdrawn)),
           array_agg(b.id) FILTER (WHERE (b.household_id, b.same_as_id, b.withdrawn) IS NOT DISTINCT FROM (w.household_id, w.same_as_id, w.withdrawn)),
           array_agg(b.id) FILTER (WHERE (w.same_as_id IS NOT NULL OR w.withdrawn) AND b.same_as_id IS NULL AND NOT b.withdrawn)
      INTO movers, at_home, apart FROM becomes b JOIN was w ON w.id = b.id
     WHERE (b.division, b.household_id, b.same_as_id, b.withdrawn) IS DISTINCT FROM (w.division, w.household_id, w.same_as_id, w.withdrawn);
    IF movers IS NULL AND at_home IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM enrolment_bill WHERE resident_id = ANY (movers || at_home) ORDER BY id FOR UPDATE;
    UPDATE enrolment_bill b SET division = h.division, unit_id = h.unit_id FROM register_household h
     WHERE b.resident_id = ANY (at_home) AND b.state = 'open' AND h.id = b.household_id;
    WITH replaced AS (
        UPDATE enrolment_bill b SET state = 'superseded' WHERE resident_id = ANY (movers) AND state = 'open'
           AND NOT EXISTS (SELECT FROM enrolment_campaign this JOIN enrolment_campaign later ON later.county = this.county
                            WHERE this.id = b.campaign_id AND later.opened_at IS NOT NULL AND later.window_from > this.window_from)
        RETURNING county, campaign_id, resident_id, assessment_id, due_fen
    )
    INSERT INTO enrolment_bill (county, campaign_id, resident_id, version, household_id, division, unit_id, assessment_id, due_fen, state)
    SELECT p.county, p.campaign_id, p.resident_id,
           (SELECT max(b.version) + 1 FROM enrolment_bill b WHERE b.campaign_id = p.campaign_id AND b.resident_id = p.resident_id),
           r.household_id, r.division, h.unit_id, p.assessment_id, p.due_fen, 'open'
      FROM (SELECT * FROM replaced
            UNION ALL  -- of each the last bill, where it was left without another one
            SELECT * FROM (SELECT DISTINCT ON (b.campaign_id, b.resident_id) b.county, b.campaign_id, b.resident_id, b.assessment_id, b.due_fen
                             FROM enrolment_bill b WHERE b.resident_id = ANY (apart) ORDER BY b.campaign_id, b.resident_id, b.version DESC) l
             WHERE NOT EXISTS (SELECT FROM enrolment_bill b WHERE b.campaign_id = l.campaign_id AND b.resident_id = l.resident_id
                                  AND b.state IN ('open', 'settled'))) p
      JOIN register_resident r ON r.id = p.resident_id AND r.same_as_id IS NULL AND NOT r.withdrawn JOIN register_household h ON h.id = r.household_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION enrolment_bills_follow() FROM PUBLIC;
DROP TRIGGER IF EXISTS bills_follow ON register_resident;
CREATE TRIGGER bills_follow AFTER UPDATE ON register_resident
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION enrolment_bills_follow();

-- A child who was paid for before it was born is covered from its birth, and not from the day on which it was due (decision 0019): where
-- cover began with the day of birth as it was registered, or with the benefit period because that day is earlier, it begins with the day
-- as it is registered now. So it goes back by itself when that is taken back. Born after the benefit period, it has no cover in it, and the
-- enrolment stays as it was written.
CREATE OR REPLACE FUNCTION enrolment_cover_follows_birth() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE enrolment_enrolment e SET covered_from = greatest(b.born_on, e.benefit_from)
      FROM becomes b JOIN was w ON w.id = b.id AND w.born_on <> b.born_on
     WHERE e.resident_id = b.id AND e.ended_on IS NULL AND e.covered_from = greatest(w.born_on, e.benefit_from)
       AND b.born_on <= e.covered_until AND enrolment_was_unborn(b.id);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION enrolment_cover_follows_birth() FROM PUBLIC;
CREATE OR REPLACE FUNCTION enrolment_was_unborn(resident bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM register_change WHERE resident_id = resident AND '未出生' IN (before ->> 'number_kind', after ->> 'number_kind'))
$$;
REVOKE ALL ON FUNCTION enrolment_was_unborn(bigint) FROM PUBLIC;
DROP TRIGGER IF EXISTS cover_follows_birth ON register_resident;
CREATE TRIGGER cover_follows_birth AFTER UPDATE ON register_resident
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION enrolment_cover_follows_birth();

-- Whose money was given back because no child came is enrolled no more.
CREATE OR REPLACE FUNCTION enrolment_end_not_born(in_campaign bigint, in_resident bigint, in_on date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM enrolment_check_county(in_campaign);
    UPDATE enrolment_enrolment e SET ended_on = in_on, ended_why = '没有出生'
      FROM register_resident r
     WHERE r.id = in_resident AND r.withdrawn AND r.same_as_id IS NULL AND r.number_kind = '未出生'
       AND e.resident_id = r.id AND e.campaign_id = in_campaign AND e.ended_on IS NULL AND e.paid_fen = 0;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION enrolment_end_not_born(bigint, bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrolment_end_not_born(bigint, bigint, date) TO canbao_app;

-- Who was registered twice and paid twice is enrolled once: the second enrolment ends, when its money is owed back. Only of a row
-- that is merged into one that is enrolled in the same campaign. Returns whether there was one.
CREATE OR REPLACE FUNCTION enrolment_end_second(in_campaign bigint, in_resident bigint, in_on date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM enrolment_check_county(in_campaign);
    UPDATE enrolment_enrolment e SET ended_on = in_on, ended_why = '重复登记'
      FROM register_resident r
     WHERE r.id = in_resident AND e.resident_id = r.id AND e.campaign_id = in_campaign AND e.ended_on IS NULL AND e.paid_fen = 0
       AND EXISTS (SELECT FROM enrolment_enrolment kept
                    WHERE kept.campaign_id = in_campaign AND kept.resident_id = r.same_as_id AND kept.ended_on IS NULL);
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION enrolment_end_second(bigint, bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrolment_end_second(bigint, bigint, date) TO canbao_app;

-- Who of these people is enrolled, wherever they paid: whoever may see somebody as they are registered now may know that they
-- are covered, also after they came from another village or household, whose enrolments they do not see.
CREATE OR REPLACE FUNCTION enrolment_of(in_campaign bigint, people bigint[]) RETURNS SETOF enrolment_enrolment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.* FROM enrolment_enrolment e JOIN register_resident r ON r.id = e.resident_id
     WHERE e.campaign_id = in_campaign AND e.resident_id = ANY (people) AND e.ended_on IS NULL
       AND r.division >= scope_first() AND r.division < scope_after()
       AND (scope_household() IS NULL OR r.household_id = scope_household())
$$;
REVOKE ALL ON FUNCTION enrolment_of(bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrolment_of(bigint, bigint[]) TO canbao_app;

-- What somebody enrolled paid later, or had back, at another unit or village than where they were enrolled: `paid_fen` of the enrolment
-- says how much in all, and this what of it is not there but elsewhere. It is taken off in the one place and added in the other,
-- so that whoever counts either of them counts what is in its books. As the owner: the other place is outside of the reader's sight.
CREATE OR REPLACE FUNCTION enrolment_paid_elsewhere(in_campaign bigint)
RETURNS TABLE (resident_id bigint, division varchar, unit_id bigint, fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH later AS (
        SELECT e.resident_id, e.household_id AS home, e.division AS enrolled_in, e.unit_id AS enrolled_by, b.household_id, b.division, b.unit_id, b.due_fen
          FROM enrolment_bill b
          JOIN enrolment_enrolment e ON e.resident_id = b.resident_id AND e.campaign_id = b.campaign_id AND e.ended_on IS NULL
         WHERE b.campaign_id = in_campaign AND b.state = 'settled' AND b.version > 1 AND b.id <> e.bill_id
           AND (b.division, b.unit_id) <> (e.division, e.unit_id)
    ), moved AS (
        SELECT resident_id, household_id, division, unit_id, due_fen AS fen FROM later
        UNION ALL
        SELECT resident_id, home, enrolled_in, enrolled_by, -due_fen FROM later
    )
    SELECT resident_id, division, unit_id, fen FROM moved
     WHERE division >= scope_first() AND division < scope_after() AND (scope_household() IS NULL OR household_id = scope_household())
$$;
REVOKE ALL ON FUNCTION enrolment_paid_elsewhere(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrolment_paid_elsewhere(bigint) TO canbao_app;
