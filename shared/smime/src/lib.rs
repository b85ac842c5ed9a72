//! S/MIME (RFC 8551) over CMS (RFC 5652): sign, verify, encrypt, decrypt.
