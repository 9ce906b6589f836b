-- A county has one open season of a benefit period: nobody has two bills for it, whoever opens it and however.
-- county × 10^7 + days, so that one range type keeps every county apart (no btree_gist in the embedded server).
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'open_seasons_do_not_overlap') THEN
        ALTER TABLE enrolment_campaign ADD CONSTRAINT open_seasons_do_not_overlap EXCLUDE USING gist
            (int8range(county::bigint * 10000000 + (benefit_from - date '1900-01-01'),
                       county::bigint * 10000000 + (benefit_until - date '1900-01-01'), '[]') WITH &&)
            WHERE (opened_at IS NOT NULL);
    END IF;
END $$;
