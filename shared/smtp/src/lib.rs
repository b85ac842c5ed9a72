//! SMTP conversations (RFC 5321) without I/O: the client and the server side.
