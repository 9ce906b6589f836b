-- Public data: everybody who may connect may read it.
GRANT SELECT, INSERT, UPDATE ON divisions_division, divisions_collectingunit TO canbao_app;
