-- A village became part of another, and its households are registered there: all that hangs on them is seen there from now on, by
-- whoever sees the households. Money stays what it was, taken by the unit that took it; an order still open is the new unit's, like the
-- bills that it asks for (enrolment_bills_follow; holdings: rosters_holdings_follow).
-- Locks in the order of 20_confirm.sql: bills by id first.
CREATE OR REPLACE FUNCTION collection_follow_households(in_county text, households bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    hanging text;
BEGIN
    PERFORM scope_must_cover(in_county);
    PERFORM 1 FROM enrolment_bill WHERE household_id = ANY (households) AND county = in_county ORDER BY id FOR UPDATE;
    FOREACH hanging IN ARRAY ARRAY['enrolment_bill', 'enrolment_enrolment', 'collection_order', 'collection_payment',
                                   'collection_receipt', 'collection_refund', 'ledger_transfer']
    LOOP
        EXECUTE format('UPDATE %I t SET division = h.division FROM register_household h
                         WHERE h.id = t.household_id AND h.id = ANY ($1) AND h.county = $2 AND t.division <> h.division', hanging)
            USING households, in_county;
    END LOOP;
    UPDATE enrolment_bill b SET unit_id = h.unit_id FROM register_household h  -- of who left since, and owes from an earlier season
     WHERE h.id = b.household_id AND h.id = ANY (households) AND h.county = in_county AND b.state = 'open' AND b.unit_id <> h.unit_id;
    UPDATE collection_order o SET unit_id = h.unit_id FROM register_household h
     WHERE h.id = o.household_id AND h.id = ANY (households) AND h.county = in_county AND o.state = 'open' AND o.unit_id <> h.unit_id;
END $$;

-- A unit that goes on stands in another village by now: so do its remittances.
CREATE OR REPLACE FUNCTION collection_follow_units(in_county text, units bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM scope_must_cover(in_county);
    UPDATE collection_remittance r SET division = u.division FROM divisions_collectingunit u
     WHERE u.id = r.unit_id AND u.id = ANY (units) AND r.county = in_county AND r.division <> u.division;
END $$;
REVOKE ALL ON FUNCTION collection_follow_households(text, bigint[]), collection_follow_units(text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collection_follow_households(text, bigint[]), collection_follow_units(text, bigint[]) TO canbao_app;

-- Unused electronic numbers of one unit become another's of the county: the later half of each book, or everything. Paper lies in a
-- drawer, and is handed over by hand. Locks the books by id, like whoever issues a receipt.
CREATE OR REPLACE FUNCTION collection_hand_numbers_over(from_unit bigint, to_unit bigint, everything boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    book collection_receiptbook%ROWTYPE;
    kept bigint;
    in_county text := (SELECT left(division, 6) FROM divisions_collectingunit WHERE id = from_unit);
BEGIN
    PERFORM scope_must_cover(in_county);
    IF in_county <> (SELECT left(division, 6) FROM divisions_collectingunit WHERE id = to_unit) THEN
        RAISE EXCEPTION 'unit % is of another county', to_unit USING ERRCODE = 'restrict_violation';
    END IF;
    FOR book IN SELECT * FROM collection_receiptbook
                 WHERE unit_id = from_unit AND county = in_county AND kind = 'electronic' AND next_number <= last_number ORDER BY id FOR UPDATE
    LOOP
        kept := CASE WHEN everything THEN book.next_number - 1 ELSE (book.next_number + book.last_number) / 2 END;
        CONTINUE WHEN kept = book.last_number;
        UPDATE collection_receiptbook b SET last_number = kept, span = collection_numbers(b.series, b.first_number, kept) WHERE b.id = book.id;
        INSERT INTO collection_receiptbook (county, unit_id, kind, series, first_number, last_number, next_number, span)
        VALUES (in_county, to_unit, book.kind, book.series, kept + 1, book.last_number, kept + 1,
                collection_numbers(book.series, kept + 1, book.last_number));
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION collection_hand_numbers_over(bigint, bigint, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collection_hand_numbers_over(bigint, bigint, boolean) TO canbao_app;

-- Every number of every series on one line, as `issue_book` counts them.
CREATE OR REPLACE FUNCTION collection_numbers(series integer, first bigint, last bigint) RETURNS int8range
LANGUAGE sql IMMUTABLE AS $$ SELECT int8range(series * 10000000000 + first, series * 10000000000 + last + 1) $$;

-- Numbers that were used and are no receipt's, of the books of units in a place. As the owner: a receipt of a unit here may be seen in
-- another town by now, with the household that it was given to, and is not gone for that.
CREATE OR REPLACE FUNCTION collection_numbers_gone(first text, after text, of_unit bigint, at_most integer)
RETURNS TABLE (series integer, number bigint, unit varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.series, n.number, u.name FROM collection_receiptbook b
      JOIN divisions_collectingunit u ON u.id = b.unit_id
      CROSS JOIN LATERAL generate_series(b.first_number, b.next_number - 1) AS n(number)
     WHERE u.division >= first AND u.division < after AND u.division >= scope_first() AND u.division < scope_after()
       AND scope_household() IS NULL AND (of_unit IS NULL OR b.unit_id = of_unit)
       AND NOT EXISTS (SELECT FROM collection_receipt r WHERE r.county = b.county AND r.series = b.series AND r.number = n.number)
     ORDER BY 1, 2 LIMIT at_most
$$;
REVOKE ALL ON FUNCTION collection_numbers_gone(text, text, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collection_numbers_gone(text, text, bigint, integer) TO canbao_app;
