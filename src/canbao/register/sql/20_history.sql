-- Whoever changes a resident or a household says what it is, since when, who says so and why, in the setting register.change
-- of their transaction: {"kind", "on", "why", "by", "at", "undoes", "together"}. Without it nothing is changed, and with it the row of
-- history is written here, so that no way to the register leaves it out. As the owner: the application only reads history.
-- "at" is the moment that the program works at, which a season that is played again sets to an earlier one; when the row
-- was written is the database's own word, in written_at.
CREATE OR REPLACE FUNCTION register_keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said jsonb := nullif(current_setting('register.change', true), '')::jsonb;
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
    resident bigint := CASE TG_TABLE_NAME WHEN 'register_resident' THEN (becomes ->> 'id')::bigint END;
    household bigint := coalesce(becomes ->> 'household_id', becomes ->> 'id');
    left_home bigint := CASE WHEN was ->> 'household_id' <> becomes ->> 'household_id' THEN (was ->> 'household_id')::bigint END;
    undone bigint := (said ->> 'undoes')::bigint;
    differing text[];
BEGIN
    SELECT array_agg(key) INTO differing FROM jsonb_each(was) WHERE value IS DISTINCT FROM becomes -> key;
    IF differing IS NULL THEN
        RETURN NULL;
    END IF;
    IF said IS NULL THEN
        RAISE EXCEPTION 'nobody said why % is changed in %', array_to_string(differing, ', '), TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM scope_must_be(said ->> 'by');
    IF undone IS NOT NULL AND NOT EXISTS (SELECT FROM register_change c WHERE c.id = undone AND c.resident_id IS NOT DISTINCT FROM resident
                                             AND (resident IS NOT NULL OR c.household_id = household)) THEN
        RAISE EXCEPTION 'change % is no change of % %', undone, TG_TABLE_NAME, becomes -> 'id' USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO register_change (county, division, household_id, resident_id, kind, "on", before, after, why, at, written_at, by,
                                 undoes_id, together, left_household_id)
    SELECT becomes ->> 'county', becomes ->> 'division', household, resident, said ->> 'kind', (said ->> 'on')::date,
           jsonb_object_agg(key, was -> key), jsonb_object_agg(key, becomes -> key),
           said ->> 'why', (said ->> 'at')::timestamptz, clock_timestamp(), said ->> 'by', undone,
           (said ->> 'together')::uuid, left_home
      FROM unnest(differing) key;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION register_keep_history() FROM PUBLIC;
DROP TRIGGER IF EXISTS keep_history ON register_resident;
CREATE TRIGGER keep_history AFTER UPDATE ON register_resident FOR EACH ROW EXECUTE FUNCTION register_keep_history();
DROP TRIGGER IF EXISTS keep_history ON register_household;
CREATE TRIGGER keep_history AFTER UPDATE ON register_household FOR EACH ROW EXECUTE FUNCTION register_keep_history();

-- What was done together is taken back together: at the end of a transaction that takes back one of several people's changes,
-- all of them are taken back. As the owner, who also sees those whom whoever asks does not.
CREATE OR REPLACE FUNCTION register_undo_together() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM register_change one JOIN register_change other ON other.together = one.together
                WHERE one.id = NEW.undoes_id AND NOT EXISTS (SELECT FROM register_change u WHERE u.undoes_id = other.id)) THEN
        RAISE EXCEPTION 'change % was made together with others and is not taken back without them', NEW.undoes_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'undo_together';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION register_undo_together() FROM PUBLIC;
DROP TRIGGER IF EXISTS undo_together ON register_change;
CREATE CONSTRAINT TRIGGER undo_together AFTER INSERT ON register_change DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.undoes_id IS NOT NULL) EXECUTE FUNCTION register_undo_together();

-- Whether a change does not hold any more: what took it back may have been taken back in its turn, and so on. An odd number
-- of them leaves it undone, an even one in force. Reads under the scope of whoever asks.
CREATE OR REPLACE FUNCTION register_is_undone(change bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain(id, nth) AS (
        SELECT change, 0 UNION ALL SELECT c.id, nth + 1 FROM register_change c JOIN chain ON c.undoes_id = chain.id)
    SELECT max(nth) % 2 = 1 FROM chain
$$;

-- How many rows a change of several people has, also those that whoever asks does not see.
CREATE OR REPLACE FUNCTION register_rows_of(act uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM register_change WHERE together = act
$$;
REVOKE ALL ON FUNCTION register_rows_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_rows_of(uuid) TO canbao_app;

-- Whether whoever asks sees everybody whom a change of several people concerned, and every household that was left by it: else they
-- do not take it back. Reads under their scope.
CREATE OR REPLACE FUNCTION register_sees_all(act uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) = register_rows_of(act)
           AND coalesce(bool_and(left_household_id IS NULL OR EXISTS (SELECT FROM register_household h WHERE h.id = left_household_id)), true)
      FROM register_change WHERE together = act
$$;

-- Whether an empty household may be these people's again: everybody who ever left it is among them, they all left it by a taking back,
-- and they are all. A row that is merged into another one goes along with it and is nobody of their own. As the owner: who left
-- for another village is known here, too.
CREATE OR REPLACE FUNCTION register_serves_again(home bigint, people bigint[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM register_resident WHERE household_id = home)
           AND bool_and(c.kind = 'undone') AND count(DISTINCT c.resident_id) = cardinality(people) AND bool_and(c.resident_id = ANY (people))
      FROM register_change c JOIN register_resident r ON r.id = c.resident_id
     WHERE c.left_household_id = home AND r.same_as_id IS NULL
$$;
REVOKE ALL ON FUNCTION register_serves_again(bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_serves_again(bigint, bigint[]) TO canbao_app;

-- Nobody is ever removed, by whoever it may be: the row is what bills, receipts and the history hang on.
DROP TRIGGER IF EXISTS keep_rows ON register_resident;
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON register_resident FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER IF EXISTS keep_rows ON register_household;
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON register_household FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT access_append_only('register_change');
