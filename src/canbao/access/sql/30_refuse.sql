-- How a database function says no: SQLSTATE CB000, the refusal's code as message, its words as JSON in the detail.
-- canbao.access.refusing turns it back into the refusal; everything was rolled back.
CREATE OR REPLACE FUNCTION refuse(code text, words jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'CB000', MESSAGE = code, DETAIL = words::text;
END $$;
