-- Everything that was paid for one person is asked back, because cover never begins (decision 0027): one asks, having seen the papers;
-- another agrees, or says no with a reason. Agreeing ends the enrolment, and the money is owed back, in one transaction: nobody is
-- covered and refunded both.
--
-- Locks as whoever changes the register does: the person, then the bills by id; then the asking. So a death that is taken back
-- meanwhile is seen.

CREATE OR REPLACE FUNCTION collection_lock_enrolled(in_enrolment bigint) RETURNS enrolment_enrolment LANGUAGE plpgsql AS $$
DECLARE
    found enrolment_enrolment%ROWTYPE;
BEGIN
    SELECT * INTO STRICT found FROM enrolment_enrolment WHERE id = in_enrolment;
    IF scope_first() IS NULL OR found.division < scope_first() OR found.division >= scope_after() OR scope_household() IS NOT NULL THEN
        PERFORM refuse('not_your_division');
    END IF;
    PERFORM 1 FROM register_resident WHERE id = found.resident_id FOR SHARE;
    PERFORM 1 FROM enrolment_bill WHERE campaign_id = found.campaign_id AND resident_id = found.resident_id ORDER BY id FOR UPDATE;
    SELECT * INTO STRICT found FROM enrolment_enrolment WHERE id = in_enrolment;
    RETURN found;
END $$;

-- Says no where nothing of theirs can go back any more: not enrolled, nothing paid, nothing registered, or cover has begun.
-- A death, or the day in the employee scheme, is the register's; who paid for the wrong person is asked and answered before cover.
CREATE OR REPLACE FUNCTION collection_cover_never_begins(covered enrolment_enrolment, ground text, in_clause text, in_on date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    who text;
    happened date := in_on;
BEGIN
    SELECT name INTO who FROM register_resident WHERE id = covered.resident_id;
    IF covered.ended_on IS NOT NULL OR covered.paid_fen = 0 THEN
        PERFORM refuse('nothing_to_ask_back', jsonb_build_object('who', who));
    END IF;
    IF ground = 'died' THEN
        SELECT died_on INTO happened FROM register_resident WHERE id = covered.resident_id;
    ELSIF ground = 'employed' THEN  -- who is in the scheme was registered there last
        SELECT c."on" INTO happened FROM register_change c JOIN register_resident r ON r.id = c.resident_id
         WHERE r.id = covered.resident_id AND c.kind = 'employed' AND r.circumstances->'employee_scheme' IS NOT NULL
           AND NOT r.circumstances->'employee_scheme' ? 'left_on' ORDER BY c.id DESC LIMIT 1;
    END IF;
    IF happened IS NULL THEN
        PERFORM refuse('ground_not_registered', jsonb_build_object('who', who, 'ground', ground));
    END IF;
    IF happened >= covered.covered_from THEN
        PERFORM refuse('cover_has_begun', jsonb_build_object('who', who, 'ground', ground, 'day', happened, 'first', covered.covered_from, 'clause', in_clause));
    END IF;
END $$;

-- False: this very asking is there already.
CREATE OR REPLACE FUNCTION collection_ask_back(in_id uuid, in_enrolment bigint, in_ground text, in_papers text, in_says text, in_clause text, in_actor text, in_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    covered enrolment_enrolment%ROWTYPE;
    known collection_refundrequest%ROWTYPE;
BEGIN
    PERFORM scope_must_be(in_actor);
    covered := collection_lock_enrolled(in_enrolment);
    SELECT * INTO known FROM collection_refundrequest WHERE id = in_id;
    IF FOUND THEN
        IF (known.enrolment_id, known.ground, known.papers, known.asked_by) IS DISTINCT FROM (in_enrolment, in_ground::varchar, btrim(in_papers)::varchar, in_actor::varchar) THEN
            PERFORM refuse('asking_back_taken');
        END IF;
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM collection_refundrequest WHERE enrolment_id = in_enrolment AND is_agreed IS NULL) THEN
        PERFORM refuse('asking_back_waits', jsonb_build_object('who', (SELECT name FROM register_resident WHERE id = covered.resident_id)));
    END IF;
    PERFORM collection_cover_never_begins(covered, in_ground, in_clause, (in_at AT TIME ZONE 'Asia/Shanghai')::date);
    IF btrim(coalesce(in_papers, '')) = '' THEN
        PERFORM refuse('asked_back_without_papers');
    END IF;
    INSERT INTO collection_refundrequest (id, county, enrolment_id, ground, papers, says, clause, asked_by, asked_at, refused_why)
    VALUES (in_id, covered.county, in_enrolment, in_ground, btrim(in_papers), in_says, in_clause, in_actor, in_at, '');
    RETURN true;
END $$;

-- False: it was answered so before. Whoever asked may take it back, and never agrees.
CREATE OR REPLACE FUNCTION collection_answer_back(in_id uuid, in_agrees boolean, in_why text, in_actor text, in_on date, in_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    covered enrolment_enrolment%ROWTYPE;
    asked collection_refundrequest%ROWTYPE;
    older bigint[];
BEGIN
    PERFORM scope_must_be(in_actor);
    covered := collection_lock_enrolled((SELECT enrolment_id FROM collection_refundrequest WHERE id = in_id));
    SELECT * INTO STRICT asked FROM collection_refundrequest WHERE id = in_id;  -- whoever writes it holds the bills
    IF in_agrees AND asked.asked_by = in_actor THEN
        PERFORM refuse('same_person');
    END IF;
    IF asked.is_agreed <> in_agrees THEN
        PERFORM refuse('asking_back_answered', jsonb_build_object('is_agreed', asked.is_agreed));
    END IF;
    IF asked.is_agreed IS NOT NULL THEN
        RETURN false;
    END IF;
    IF NOT in_agrees AND btrim(coalesce(in_why, '')) = '' THEN
        PERFORM refuse('refused_without_reason');
    END IF;
    IF in_agrees THEN
        PERFORM collection_cover_never_begins(covered, asked.ground, asked.clause, in_on);
    END IF;
    UPDATE collection_refundrequest SET is_agreed = in_agrees, answered_by = in_actor, answered_at = in_at,
           refused_why = CASE WHEN in_agrees THEN '' ELSE btrim(in_why) END WHERE id = in_id;
    IF in_agrees THEN
        SELECT coalesce(array_agg(id), '{}') INTO older FROM enrolment_bill WHERE campaign_id = covered.campaign_id AND resident_id = covered.resident_id;
        PERFORM collection_give_all_back(covered.campaign_id, covered.resident_id, asked.ground, in_on, in_at, in_actor);
        UPDATE enrolment_enrolment SET ended_on = in_on, ended_why = CASE asked.ground WHEN 'died' THEN '享受待遇前去世' WHEN 'employed' THEN '享受待遇前参加职工医保'
               ELSE '缴错了人' END WHERE id = covered.id AND ended_on IS NULL AND paid_fen = 0;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'enrolment % has not been given back whole', covered.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        UPDATE collection_refund f SET reviewed_by = substr(in_actor, length('staff:') + 1) FROM enrolment_bill b
         WHERE b.id = f.bill_id AND b.campaign_id = covered.campaign_id AND b.resident_id = covered.resident_id AND b.id <> ALL (older);
    END IF;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION collection_lock_enrolled(bigint), collection_cover_never_begins(enrolment_enrolment, text, text, date) FROM PUBLIC;
