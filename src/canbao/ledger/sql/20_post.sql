-- The only way to write money. Other database functions gather entries and hand them over in one piece.

DO $$ BEGIN
    IF to_regtype('ledger_entry') IS NULL THEN
        CREATE TYPE ledger_entry AS (
            id uuid, county text, campaign_id bigint, division text, household_id bigint, resident_id bigint,
            debit bigint, credit bigint, amount_fen bigint, reason text, source text, day date
        );
    END IF;
END $$;

-- The account of a kind and a holder; it comes into being when first used.
CREATE OR REPLACE FUNCTION ledger_account(in_county text, in_kind text, in_holder text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM ledger_account WHERE county = in_county AND kind = in_kind AND holder = in_holder;
    IF found IS NULL THEN
        INSERT INTO ledger_account (county, kind, holder) VALUES (in_county, in_kind, in_holder)
            ON CONFLICT (county, kind, holder) DO NOTHING RETURNING id INTO found;
        IF found IS NULL THEN  -- somebody else was faster; their row is committed by now
            SELECT id INTO found FROM ledger_account WHERE county = in_county AND kind = in_kind AND holder = in_holder;
        END IF;
    END IF;
    RETURN found;
END $$;

-- An id that the same asker would make again for the same thing: asking twice is asking once.
CREATE OR REPLACE FUNCTION ledger_id(VARIADIC parts text[]) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$ SELECT md5(array_to_string(parts, E'\x1f'))::uuid $$;

-- Post entries; returns how many were new. A known id with the same content is counted as done, with other content
-- it is a mistake of the asker and is said aloud.
CREATE OR REPLACE FUNCTION ledger_post(entries ledger_entry[]) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    posted integer;
    other uuid;
BEGIN
    IF coalesce(array_length(entries, 1), 0) = 0 THEN
        RETURN 0;
    END IF;
    INSERT INTO ledger_transfer (id, county, campaign_id, division, household_id, resident_id, debit_id, credit_id, amount_fen, reason, source, "on")
    SELECT e.id, e.county, e.campaign_id, e.division, e.household_id, e.resident_id, e.debit, e.credit, e.amount_fen, e.reason, e.source, e.day
      FROM unnest(entries) e
        ON CONFLICT (id) DO NOTHING;
    GET DIAGNOSTICS posted = ROW_COUNT;
    IF posted < array_length(entries, 1) THEN
        SELECT e.id INTO other FROM unnest(entries) e JOIN ledger_transfer t ON t.id = e.id
         WHERE (t.debit_id, t.credit_id, t.amount_fen, t.reason, t.resident_id)
            IS DISTINCT FROM (e.debit, e.credit, e.amount_fen, e.reason, e.resident_id) LIMIT 1;
        IF other IS NOT NULL THEN
            RAISE EXCEPTION 'transfer % exists with other content', other USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN posted;
END $$;

-- Post the opposite of some transfers, each naming the one that it undoes; `sources` says what for, one for each. A
-- transfer is undone once, by its unique key: a second time is an error.
CREATE OR REPLACE FUNCTION ledger_undo(undone uuid[], sources text[], in_reason text, day date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    posted integer;
BEGIN
    INSERT INTO ledger_transfer (id, county, campaign_id, division, household_id, resident_id, debit_id, credit_id, amount_fen, reason, source, undoes_id, "on")
    SELECT ledger_id('undo', t.id::text), t.county, t.campaign_id, t.division, t.household_id, t.resident_id, t.credit_id, t.debit_id,
           t.amount_fen, in_reason, u.source, t.id, day
      FROM unnest(undone, sources) AS u(id, source) JOIN ledger_transfer t ON t.id = u.id;
    GET DIAGNOSTICS posted = ROW_COUNT;
    RETURN posted;
END $$;

REVOKE ALL ON FUNCTION ledger_account(text, text, text), ledger_post(ledger_entry[]), ledger_undo(uuid[], text[], text, date) FROM PUBLIC;

-- Sums of a county's accounts: debits, credits, balance (debits minus credits), in fen.
CREATE OR REPLACE VIEW ledger_balance WITH (security_invoker = true) AS
    SELECT a.id, a.county, a.kind, a.holder,
           coalesce(sum(m.debit_fen), 0)::bigint AS debit_fen, coalesce(sum(m.credit_fen), 0)::bigint AS credit_fen,
           coalesce(sum(m.debit_fen - m.credit_fen), 0)::bigint AS balance_fen
      FROM ledger_account a
      LEFT JOIN (SELECT debit_id AS account, amount_fen AS debit_fen, 0 AS credit_fen FROM ledger_transfer
                 UNION ALL SELECT credit_id, 0, amount_fen FROM ledger_transfer) m ON m.account = a.id
     GROUP BY a.id;
