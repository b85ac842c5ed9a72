//! The native command: SMTP relay and S/MIME tools.

fn main() {}
