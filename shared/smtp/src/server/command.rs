//! Command lines. The grammar is that of the crate smtp-proto; what frames it is here.

use std::borrow::Cow;

use mail::AddressError;
use smtp_proto::{
    AUTH_LOGIN, AUTH_PLAIN, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, Request,
};

use super::{Hello, Path, auth::Login, reply};
use crate::Reply;

/// Longest command line in octets. RFC 5321 §4.5.3.1.4 has 512, extensions add to MAIL and RCPT
/// (RFC 6531 §3.4: 1024 and more for UTF-8 paths) and AUTH sends credentials.
pub const COMMAND_LINE_OCTETS_MAX: usize = 4096;

/// A command that the server does.
pub(super) enum Command {
    Hello(Hello),
    StartTls,
    Auth(Login),
    Mail(Mail),
    Recipient(Path),
    Data,
    Reset,
    Noop,
    Verify,
    Help,
    Quit,
}

/// What MAIL says.
pub(super) struct Mail {
    pub(super) from: Option<Path>,
    pub(super) size: usize,
    pub(super) smtputf8: bool,
}

/// Takes the next line out of `pending`, with its CRLF; `None` if it is not complete yet.
pub(super) fn take_line(pending: &mut Vec<u8>) -> Option<Result<String, Reply>> {
    let Some(end) = memchr::memchr(b'\n', pending) else {
        if pending.len() <= COMMAND_LINE_OCTETS_MAX {
            return None;
        }
        return Some(Err(reply(421, (4, 5, 0), "the line does not end")));
    };
    let line: Vec<u8> = pending.drain(..=end).collect();
    Some(check_line(line))
}

/// Whether the next line is complete and a RCPT, so that it can be decided on with those before it.
pub(super) fn is_recipient_next(pending: &[u8]) -> bool {
    let verb = pending.get(..5);
    verb.is_some_and(|verb| verb.eq_ignore_ascii_case(b"RCPT ")) && pending.contains(&b'\n')
}

fn check_line(line: Vec<u8>) -> Result<String, Reply> {
    if line.len() > COMMAND_LINE_OCTETS_MAX {
        return Err(reply(500, (5, 5, 2), "the line is too long"));
    }
    let line =
        String::from_utf8(line).map_err(|_| reply(500, (5, 5, 2), "the line is not UTF-8"))?;
    // A bare CR or LF would let two servers see different commands in the same octets.
    let text = line.strip_suffix("\r\n").unwrap_or("\n");
    if text.contains(|c: char| c.is_control()) {
        return Err(reply(
            500,
            (5, 5, 2),
            "lines end with CRLF and have no control characters",
        ));
    }
    Ok(line)
}

/// Reads a line of [`take_line`].
pub(super) fn parse(line: &str) -> Result<Command, Reply> {
    let request = Request::parse(&mut line.as_bytes().iter()).map_err(|error| refusal(&error))?;
    Ok(match request {
        Request::Ehlo { host } => Command::Hello(hello(host, true)),
        Request::Helo { host } => Command::Hello(hello(host, false)),
        Request::StartTls => Command::StartTls,
        Request::Auth {
            mechanism,
            initial_response,
        } => Command::Auth(login(mechanism, initial_response)?),
        Request::Mail { from } => Command::Mail(mail(&from)?),
        Request::Rcpt { to } => Command::Recipient(recipient(&to)?),
        Request::Data => Command::Data,
        Request::Rset => Command::Reset,
        Request::Noop { .. } => Command::Noop,
        Request::Vrfy { .. } => Command::Verify,
        Request::Help { .. } => Command::Help,
        Request::Quit => Command::Quit,
        other => {
            let text = format!("{} is not offered", other.name());
            return Err(reply(502, (5, 5, 1), &text));
        }
    })
}

fn refusal(error: &smtp_proto::Error) -> Reply {
    use smtp_proto::Error;
    match error {
        Error::UnknownCommand => reply(500, (5, 5, 1), "no such command"),
        Error::InvalidSenderAddress => reply(501, (5, 1, 7), "that is no address"),
        Error::InvalidRecipientAddress => reply(501, (5, 1, 3), "that is no address"),
        Error::SyntaxError { syntax } => reply(501, (5, 5, 2), &format!("say {syntax}")),
        Error::InvalidParameter { param } => reply(
            501,
            (5, 5, 4),
            &format!("the parameter {param} has no such value"),
        ),
        Error::UnsupportedParameter { param } => reply(
            555,
            (5, 5, 4),
            &format!("the parameter {param} is not known"),
        ),
        _ => reply(501, (5, 5, 2), "the command is not complete"),
    }
}

fn hello(host: Cow<'_, str>, extended: bool) -> Hello {
    Hello {
        name: host.into_owned(),
        extended,
    }
}

fn login(mechanism: u64, initial: Cow<'_, str>) -> Result<Login, Reply> {
    let initial = (!initial.is_empty()).then(|| initial.into_owned().into());
    match mechanism {
        AUTH_PLAIN => Ok(Login::Plain(initial)),
        AUTH_LOGIN => Ok(Login::Login(initial)),
        _ => Err(reply(504, (5, 5, 4), "the mechanisms are PLAIN and LOGIN")),
    }
}

fn mail(from: &smtp_proto::MailFrom<Cow<'_, str>>) -> Result<Mail, Reply> {
    const KNOWN: u64 = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
    if from.flags & !KNOWN != 0 || from.env_id.is_some() {
        return Err(reply(555, (5, 5, 4), "a parameter of MAIL is not offered"));
    }
    let path = match from.address.as_ref() {
        "" => None,
        text => Some(Path::parse(text).map_err(|error| bad_address((5, 1, 7), error))?),
    };
    let smtputf8 = from.flags & MAIL_SMTPUTF8 != 0;
    if let Some(path) = &path {
        check_utf8(path, smtputf8)?;
    }
    Ok(Mail {
        from: path,
        size: from.size,
        smtputf8,
    })
}

fn recipient(to: &smtp_proto::RcptTo<Cow<'_, str>>) -> Result<Path, Reply> {
    if to.flags != 0 || to.orcpt.is_some() {
        return Err(reply(555, (5, 5, 4), "a parameter of RCPT is not offered"));
    }
    if to.address.is_empty() {
        let text = "write the recipient with its domain";
        return Err(reply(550, (5, 1, 3), text));
    }
    Path::parse(&to.address).map_err(|error| bad_address((5, 1, 3), error))
}

fn bad_address(code: (u8, u16, u16), error: AddressError) -> Reply {
    reply(501, code, &error.to_string())
}

/// RFC 6531 §3.3: a UTF-8 address comes only in a transaction that declared it.
pub(super) fn check_utf8(path: &Path, smtputf8: bool) -> Result<(), Reply> {
    if path.address.is_internationalised() && !smtputf8 {
        return Err(reply(
            553,
            (5, 6, 7),
            "the address needs SMTPUTF8 with MAIL",
        ));
    }
    Ok(())
}
