//! An SMTP client of the plainest kind: what it is told to say, it says, and it shows the replies.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Longer than the slowest reply: a large message that is encrypted.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A reply of the server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Its code.
    pub code: u16,
    /// Its text, lines joined by a line feed, without the code.
    pub text: String,
}

impl Reply {
    /// Whether it is one of the class 2.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }
}

/// A connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects and says EHLO.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("SMTP at {address}"))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        // Commands are small, and each waits for its reply.
        stream.set_nodelay(true)?;
        let mut client = Self {
            stream: BufReader::new(stream),
        };
        let greeting = client.reply()?;
        if greeting.code != 220 {
            bail!("greeted with {greeting:?}");
        }
        let hello = client.command("EHLO client.test")?;
        if hello.code != 250 {
            bail!("EHLO answered with {hello:?}");
        }
        Ok(client)
    }

    /// Says a line and returns the reply.
    pub fn command(&mut self, line: &str) -> Result<Reply> {
        let line = format!("{line}\r\n");
        self.stream.get_mut().write_all(line.as_bytes())?;
        self.reply()
    }

    /// Sends a message to one recipient; returns the reply that decided, be it to MAIL, RCPT, DATA
    /// or the end of the message. The connection can be used again.
    pub fn send(&mut self, from: &str, to: &str, message: &[u8]) -> Result<Reply> {
        let mail = self.command(&format!("MAIL FROM:<{from}> SIZE={}", message.len()))?;
        if !mail.is_positive() {
            return Ok(mail);
        }
        let recipient = self.command(&format!("RCPT TO:<{to}>"))?;
        if !recipient.is_positive() {
            self.command("RSET")?;
            return Ok(recipient);
        }
        let data = self.command("DATA")?;
        if data.code != 354 {
            self.command("RSET")?;
            return Ok(data);
        }
        self.message(message)
    }

    /// Sends a message after DATA, with its end mark.
    pub fn message(&mut self, message: &[u8]) -> Result<Reply> {
        self.stream.get_mut().write_all(&stuffed(message))?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Reply> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the server closed the connection");
            }
            let line = line.trim_end();
            let (code, rest) = line.split_at_checked(3).context("a reply without code")?;
            text.push_str(rest.get(1..).unwrap_or_default());
            if !rest.starts_with('-') {
                let code = code.parse().context("a reply without code")?;
                return Ok(Reply { code, text });
            }
            text.push('\n');
        }
    }
}

/// Sends one message over a connection of its own.
pub fn send(server: &str, from: &str, to: &str, message: &[u8]) -> Result<Reply> {
    let mut client = Client::connect(server)?;
    let reply = client.send(from, to, message)?;
    client.command("QUIT")?;
    Ok(reply)
}

/// The message with a dot before each line that begins with one, and the end mark (RFC 5321 §4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 5);
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::stuffed;

    #[test]
    fn stuffs_dots_and_ends() {
        assert_eq!(stuffed(b".a\r\nb.\r\n..\r\n"), b"..a\r\nb.\r\n...\r\n.\r\n");
        assert_eq!(stuffed(b"a"), b"a\r\n.\r\n");
    }
}
