-- OCSP asks by serial number.
CREATE INDEX certificates_by_serial ON certificates (organisation, serial);
