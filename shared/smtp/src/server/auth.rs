//! AUTH PLAIN (RFC 4616) and AUTH LOGIN, as RFC 4954 carries them.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::reply;
use crate::{Credentials, Reply};

/// An AUTH command: the mechanism and the initial response, if there is one.
pub(super) enum Login {
    Plain(Option<Zeroizing<String>>),
    Login(Option<Zeroizing<String>>),
}

/// What the next line answers.
pub(super) enum Exchange {
    Plain,
    LoginName,
    LoginPassword(String),
}

/// Where an exchange stands.
pub(super) enum Progress {
    /// Send the challenge; its answer goes to [`Exchange::answer`].
    Challenge(Exchange, &'static str),
    Done(Credentials),
}

impl Login {
    pub(super) fn begin(self) -> Result<Progress, Reply> {
        match self {
            Self::Plain(Some(response)) => Exchange::Plain.answer(&response),
            Self::Plain(None) => Ok(Progress::Challenge(Exchange::Plain, "")),
            Self::Login(Some(name)) => Exchange::LoginName.answer(&name),
            // The challenges are `Username:` and `Password:`; clients expect just these.
            Self::Login(None) => Ok(Progress::Challenge(Exchange::LoginName, "VXNlcm5hbWU6")),
        }
    }
}

impl Exchange {
    /// Takes a line of the client, without CRLF.
    pub(super) fn answer(self, line: &str) -> Result<Progress, Reply> {
        let text = decode(line)?;
        Ok(match self {
            Self::Plain => Progress::Done(plain(&text)?),
            Self::LoginName => {
                Progress::Challenge(Self::LoginPassword(text.to_string()), "UGFzc3dvcmQ6")
            }
            Self::LoginPassword(username) => Progress::Done(Credentials {
                username,
                password: text,
            }),
        })
    }
}

fn decode(line: &str) -> Result<Zeroizing<String>, Reply> {
    match line {
        "*" => Err(reply(501, (5, 7, 0), "given up")),
        // RFC 4954 §4: an empty initial response.
        "=" => Ok(Zeroizing::default()),
        _ => STANDARD
            .decode(line)
            .ok()
            .and_then(|octets| String::from_utf8(octets).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| reply(501, (5, 5, 2), "that is no base64 of UTF-8")),
    }
}

/// `[authzid] NUL authcid NUL passwd`; acting for someone else is not offered.
fn plain(message: &str) -> Result<Credentials, Reply> {
    let mut parts = message.split('\0');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(authzid), Some(username), Some(password), None)
            if authzid.is_empty() || authzid == username =>
        {
            Ok(Credentials {
                username: username.to_owned(),
                password: Zeroizing::new(password.to_owned()),
            })
        }
        _ => Err(reply(501, (5, 5, 2), "that is no PLAIN response")),
    }
}
