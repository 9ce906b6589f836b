-- Stationery goes from the province to the county, from it to a township and a unit, and what is left over goes back up. A book is a
-- range with one holder; what is handed over is cut out of it as a book of its own, which nobody holds until its receiver has counted
-- it (decision 0021). Everything here locks the hand-over first, then one book.

-- The place of a holder: the office's, or where the unit stands.
CREATE OR REPLACE FUNCTION collection_place_of(in_unit bigint, in_office text) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT coalesce(in_office, (SELECT u.division FROM divisions_collectingunit u WHERE u.id = in_unit)) $$;

CREATE OR REPLACE FUNCTION collection_must_hold_place(place text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (place >= scope_first() AND place < scope_after()) IS NOT TRUE OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division');
    END IF;
END $$;

-- Cut unused numbers out of the book of a holder that has all of them: the book of just these numbers, locked. What is before and
-- behind them stays with the holder, as long as before.
CREATE OR REPLACE FUNCTION collection_cut(in_unit bigint, in_office text, in_kind text, in_series integer, first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    whole collection_receiptbook%ROWTYPE;
    made bigint;
BEGIN
    SELECT * INTO whole FROM collection_receiptbook b
     WHERE b.span @> collection_numbers(in_series, first, last) AND b.kind = in_kind AND b.state = 'held' AND b.next_number <= first
       AND (b.unit_id, b.office) IS NOT DISTINCT FROM (in_unit, in_office) FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('numbers_not_held', jsonb_build_object('series', in_series, 'first', first, 'last', last));
    END IF;
    made := whole.id;
    IF first > whole.first_number THEN
        UPDATE collection_receiptbook SET last_number = first - 1, span = collection_numbers(in_series, whole.first_number, first - 1) WHERE id = whole.id;
        INSERT INTO collection_receiptbook (county, unit_id, office, kind, series, first_number, last_number, next_number, span, since)
        VALUES (whole.county, whole.unit_id, whole.office, whole.kind, in_series, first, last, first, collection_numbers(in_series, first, last), whole.since)
        RETURNING id INTO made;
    ELSIF last < whole.last_number THEN
        UPDATE collection_receiptbook SET last_number = last, span = collection_numbers(in_series, first, last) WHERE id = whole.id;
    END IF;
    IF last < whole.last_number THEN
        INSERT INTO collection_receiptbook (county, unit_id, office, kind, series, first_number, last_number, next_number, span, since)
        VALUES (whole.county, whole.unit_id, whole.office, whole.kind, in_series, last + 1, whole.last_number, last + 1,
                collection_numbers(in_series, last + 1, whole.last_number), whole.since);
    END IF;
    RETURN made;
END $$;

-- True: handed over now. False: this very hand-over is there already. Without a giver the numbers come from the province: one at a
-- time, since exclusion constraints find several overlapping newcomers by a deadlock, which is no answer.
CREATE OR REPLACE FUNCTION collection_hand_over(in_id uuid, in_county text, in_kind text, in_series integer, first bigint, last bigint,
    in_from_unit bigint, in_from_office text, in_to_unit bigint, in_to_office text, in_document text, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known collection_handover%ROWTYPE;
    giver text := collection_place_of(in_from_unit, in_from_office);
    cut bigint;
BEGIN
    PERFORM scope_must_be(in_actor);
    IF left(collection_place_of(in_to_unit, in_to_office), 6) IS DISTINCT FROM in_county OR left(giver, 6) <> in_county THEN
        PERFORM refuse('not_your_division');
    END IF;
    PERFORM collection_must_hold_place(coalesce(giver, rpad(in_county, 12, '0')));
    PERFORM pg_advisory_xact_lock(hashtext('receipt books'));
    SELECT * INTO known FROM collection_handover WHERE id = in_id;
    IF FOUND THEN
        IF (known.first_number, known.last_number, known.from_unit_id, known.from_office, known.to_unit_id, known.to_office, known.document, known.given_by,
            (SELECT b.series FROM collection_receiptbook b WHERE b.id = known.book_id))
           IS DISTINCT FROM (first, last, in_from_unit, in_from_office, in_to_unit, in_to_office, in_document, in_actor, in_series) THEN
            PERFORM refuse('hand_over_taken');
        END IF;
        RETURN false;
    END IF;
    IF giver IS NULL THEN
        INSERT INTO collection_receiptbook (county, state, kind, series, first_number, last_number, next_number, span)
        VALUES (in_county, 'on_the_way', in_kind, in_series, first, last, first, collection_numbers(in_series, first, last)) RETURNING id INTO cut;
    ELSE
        cut := collection_cut(in_from_unit, in_from_office, in_kind, in_series, first, last);
        UPDATE collection_receiptbook SET state = 'on_the_way', unit_id = NULL, office = NULL WHERE id = cut;
    END IF;
    INSERT INTO collection_handover (id, county, book_id, first_number, last_number, from_unit_id, from_office, to_unit_id, to_office, document, given_by, given_at)
    VALUES (in_id, in_county, cut, first, last, in_from_unit, in_from_office, in_to_unit, in_to_office, in_document, in_actor, in_at);
    RETURN true;
END $$;

-- The receiver has counted: the numbers are theirs; or they did not come: they are the giver's again, and what the province was said
-- to have sent was never there. True: answered now. False: this very answer was given already.
CREATE OR REPLACE FUNCTION collection_answer_hand_over(in_id uuid, received boolean, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given collection_handover%ROWTYPE;
BEGIN
    PERFORM scope_must_be(in_actor);
    SELECT * INTO STRICT given FROM collection_handover WHERE id = in_id FOR UPDATE;
    PERFORM collection_must_hold_place(collection_place_of(given.to_unit_id, given.to_office));
    IF given.given_by = in_actor THEN
        PERFORM refuse('same_person');
    END IF;
    IF given.is_received <> received THEN
        PERFORM refuse('hand_over_answered');
    END IF;
    IF given.is_received IS NOT NULL THEN
        RETURN false;
    END IF;
    UPDATE collection_handover SET is_received = received, answered_by = in_actor, answered_at = in_at WHERE id = in_id;
    IF received THEN
        UPDATE collection_receiptbook SET state = 'held', unit_id = given.to_unit_id, office = given.to_office, since = in_at WHERE id = given.book_id;
    ELSIF given.from_unit_id IS NOT NULL OR given.from_office IS NOT NULL THEN
        UPDATE collection_receiptbook SET state = 'held', unit_id = given.from_unit_id, office = given.from_office WHERE id = given.book_id;
    ELSE
        UPDATE collection_receiptbook b SET last_number = b.first_number - 1, span = collection_numbers(b.series, b.first_number, b.first_number - 1)
         WHERE b.id = given.book_id;
    END IF;
    RETURN true;
END $$;

-- Unused numbers are lost: nobody uses them any more. True: reported now. False: this very report is there already.
CREATE OR REPLACE FUNCTION collection_lose(in_id uuid, in_kind text, in_series integer, first bigint, last bigint, in_unit bigint, in_office text,
    in_reason text, in_actor text, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    cut bigint;
BEGIN
    PERFORM scope_must_be(in_actor);
    PERFORM collection_must_hold_place(collection_place_of(in_unit, in_office));
    PERFORM pg_advisory_xact_lock(hashtext('receipt books'));
    SELECT b.series, b.first_number, b.last_number, l.reason, l.reported_by INTO known
      FROM collection_loss l JOIN collection_receiptbook b ON b.id = l.book_id WHERE l.id = in_id;
    IF FOUND THEN
        IF known IS DISTINCT FROM ROW(in_series, first, last, in_reason::varchar, in_actor::varchar) THEN
            PERFORM refuse('hand_over_taken');
        END IF;
        RETURN false;
    END IF;
    cut := collection_cut(in_unit, in_office, in_kind, in_series, first, last);
    UPDATE collection_receiptbook SET state = 'lost', unit_id = NULL, office = NULL WHERE id = cut;
    INSERT INTO collection_loss (id, county, book_id, unit_id, office, reason, reported_by, reported_at)
    SELECT in_id, b.county, cut, in_unit, in_office, in_reason, in_actor, in_at FROM collection_receiptbook b WHERE b.id = cut;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION collection_cut(bigint, text, text, integer, bigint, bigint), collection_must_hold_place(text) FROM PUBLIC;
