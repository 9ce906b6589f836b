-- The base table of a campaign, as a set: one row a person, numbered in each village by household, whoever heads it first.
-- As the owner, since the application writes no rows of it: they are what next year is held against. Asks itself for the
-- whole county and for who signs. `earlier` null: nobody was enrolled here yet, and the register says who was elsewhere.
-- Null comes back where nobody was enrolled.
CREATE OR REPLACE FUNCTION enrolment_draw_base_table(wanted bigint, earlier bigint, who text, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place text := (SELECT c.county FROM enrolment_campaign c WHERE c.id = wanted);
    made bigint;
BEGIN
    PERFORM scope_must_cover(place);
    PERFORM scope_must_be(who);
    WITH enrolled AS MATERIALIZED (
        SELECT r.id AS resident, r.household_id AS household, r.division,
               row_number() OVER (PARTITION BY r.division ORDER BY h.code, r.household_id, r.relation <> '户主', r.born_on, r.id) AS nth
          FROM register_resident r JOIN register_household h ON h.id = r.household_id
         WHERE r.county = place
           AND CASE WHEN earlier IS NULL THEN r.enrolled_last_year
                    ELSE EXISTS (SELECT FROM enrolment_enrolment e
                                  WHERE e.campaign_id = earlier AND e.resident_id = r.id AND e.ended_on IS NULL) END
    ), drawn AS (
        INSERT INTO enrolment_basetable (campaign_id, county, earlier_id, people, drawn_at, drawn_by)
        SELECT wanted, place, earlier, count(*), at, who FROM enrolled HAVING count(*) > 0
        RETURNING id
    ), rows AS (
        INSERT INTO enrolment_baserow (table_id, county, division, nth, household_id, resident_id)
        SELECT d.id, place, e.division, e.nth, e.household, e.resident FROM enrolled e, drawn d ORDER BY e.division, e.nth
    ) SELECT d.id INTO made FROM drawn d;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION enrolment_draw_base_table(bigint, bigint, text, timestamptz) FROM PUBLIC;
