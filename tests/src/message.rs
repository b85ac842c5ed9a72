//! Messages as people write them.

use mail::UnixTime;

/// A plain message. Its Message-ID is made of its subject and time, so that it can be found again.
pub fn plain(from: &str, to: &str, subject: &str, body: &str, at: UnixTime) -> Vec<u8> {
    let words: String = subject
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let domain = from.rsplit('@').next().unwrap_or("localhost");
    let body = body.replace('\n', "\r\n");
    format!(
        "From: {from}\r\n\
         To: {to}\r\n\
         Subject: {subject}\r\n\
         Date: {date}\r\n\
         Message-ID: <{words}.{seconds}@{domain}>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n\
         {body}\r\n",
        date = at.to_rfc5322(),
        seconds = at.0,
    )
    .into_bytes()
}

/// A message with about `octets` of incompressible-looking 7-bit body in lines of 76.
pub fn sized(from: &str, to: &str, subject: &str, octets: usize, at: UnixTime) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut body = String::with_capacity(octets);
    // A linear congruential generator: the same message each time, without repetition in it.
    let mut state: u32 = 1;
    while body.len() + 1 < octets {
        if body.len() % 77 == 76 {
            body.push('\n');
            continue;
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let index = usize::try_from(state >> 26).unwrap_or(0);
        body.push(char::from(*alphabet.get(index).unwrap_or(&b'A')));
    }
    plain(from, to, subject, &body, at)
}
