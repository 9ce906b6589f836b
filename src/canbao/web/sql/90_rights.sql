-- Attempts are counted, given back and swept by the application (`canbao sweep`).
GRANT SELECT, INSERT, UPDATE, DELETE ON web_attempt TO canbao_app;
