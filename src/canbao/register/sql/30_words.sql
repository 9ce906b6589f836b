-- The words by which people are found (register_word), kept by the database so that no way to the register leaves them out:
-- each later part of a name, and the initials of its first four characters in every reading of each (a character whose reading
-- nobody knows is skipped). As the owner: the application only reads them. Set-based: a county's register is spelled in one
-- sentence, each name once.
CREATE OR REPLACE FUNCTION register_spell(people bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM register_word WHERE resident_id = ANY (people);
    WITH person AS MATERIALIZED (
        SELECT r.id, r.division, r.household_id, r.name FROM unnest(people) AS p(id) JOIN register_resident r ON r.id = p.id
    ), named AS MATERIALIZED (
        SELECT name, plain, ARRAY(SELECT substring(substr(plain, place, 1) FROM '[a-z0-9]')
                                    FROM generate_series(1, 4) place ORDER BY place) AS latin
          FROM (SELECT DISTINCT name, lower(translate(name, '·•‧・．.-', '')) AS plain FROM person) AS one
    ), spelled AS (
        SELECT name, concat(coalesce(a.initial, latin[1]), coalesce(b.initial, latin[2]), coalesce(c.initial, latin[3]),
                            coalesce(d.initial, latin[4])) AS word
          FROM named LEFT JOIN register_reading a ON a.character = substr(plain, 1, 1)
                     LEFT JOIN register_reading b ON b.character = substr(plain, 2, 1)
                     LEFT JOIN register_reading c ON c.character = substr(plain, 3, 1)
                     LEFT JOIN register_reading d ON d.character = substr(plain, 4, 1)
        UNION SELECT name, substr(name, place) FROM named, generate_series(2, least(length(name), 8)) place
        UNION SELECT name, plain FROM named WHERE plain ~ '[a-z]'
    )
    INSERT INTO register_word (resident_id, division, household_id, word)
    SELECT p.id, p.division, p.household_id, s.word FROM person p JOIN spelled s ON s.name = p.name WHERE s.word <> '';
$$;
REVOKE ALL ON FUNCTION register_spell(bigint[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION register_keep_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM register_spell(ARRAY(SELECT id FROM becomes));
    ELSE
        PERFORM register_spell(changed.ids) FROM (
            SELECT array_agg(b.id) AS ids FROM becomes b JOIN was w ON w.id = b.id
             WHERE (b.name, b.division, b.household_id) IS DISTINCT FROM (w.name, w.division, w.household_id)) changed
         WHERE changed.ids IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION register_keep_words() FROM PUBLIC;
DROP TRIGGER IF EXISTS keep_words_added ON register_resident;
CREATE TRIGGER keep_words_added AFTER INSERT ON register_resident
    REFERENCING NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION register_keep_words();
DROP TRIGGER IF EXISTS keep_words_changed ON register_resident;
CREATE TRIGGER keep_words_changed AFTER UPDATE ON register_resident
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION register_keep_words();
