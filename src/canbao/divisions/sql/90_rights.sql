-- Public data: everybody who may connect may read it; what units there are is the county's business.
GRANT SELECT, INSERT, UPDATE ON divisions_division, divisions_collectingunit TO canbao_app;
DROP TRIGGER IF EXISTS county_work ON divisions_division;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON divisions_division FOR EACH ROW EXECUTE FUNCTION access_county_work('code');
DROP TRIGGER IF EXISTS county_work ON divisions_collectingunit;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON divisions_collectingunit FOR EACH ROW EXECUTE FUNCTION access_county_work('division');
-- What a place was called stays said.
GRANT SELECT, INSERT ON divisions_formername TO canbao_app;
DROP TRIGGER IF EXISTS county_work ON divisions_formername;
CREATE TRIGGER county_work BEFORE INSERT ON divisions_formername FOR EACH ROW EXECUTE FUNCTION access_county_work('division');
SELECT access_append_only('divisions_formername');
