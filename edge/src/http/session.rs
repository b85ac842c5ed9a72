//! Who calls: sessions of people, tokens of programs, the operator's token.

use std::net::{IpAddr, Ipv6Addr};

use api::{Code, Organisation, Session, SignIn};
use worker::{Headers, Response};

use super::credential::{COOKIE, Credential, Hash};
use super::exchange::{self, Call, Exchange};
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::access::{self, User};
use crate::store::sign_in_attempts::{self, Counter};

/// How long a session lasts: a working day.
const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// Attempts on one account until the window is over: more than a person needs.
const ATTEMPTS_PER_ACCOUNT_MAX: i64 = 10;
/// Attempts from one address, behind which a whole office may be.
const ATTEMPTS_PER_ADDRESS_MAX: i64 = 100;
/// Longest password that is hashed.
pub(crate) const PASSWORD_CHARS_MAX: usize = 128;

/// Whoever belongs to an organisation.
pub(crate) struct Member {
    pub(crate) organisation: String,
    /// For the history: an address, or the name of a token.
    pub(crate) name: String,
    pub(crate) may_write: bool,
    /// The person, where it is not a program.
    user: Option<User>,
}

/// The caller as a member of an organisation.
pub(crate) async fn member(desk: &Desk, credential: &Credential) -> Result<Member, Failure> {
    match credential {
        Credential::None => Err(unauthorized()),
        Credential::Bearer(hash) => {
            if is_operator(desk, hash) {
                return Err(Failure::caller(
                    403,
                    Code::OperatorOnly,
                    "The operator's token belongs to no organisation.",
                ));
            }
            let token = access::token(&desk.db, &hash.0)
                .await?
                .ok_or_else(unauthorized)?;
            Ok(Member {
                organisation: token.organisation,
                name: token.name,
                may_write: token.may_write,
                user: None,
            })
        }
        Credential::Cookie(hash) => {
            let now = desk.now.unix();
            let user = access::session(&desk.db, &hash.0, now)
                .await?
                .ok_or_else(unauthorized)?;
            Ok(Member {
                organisation: user.organisation.clone(),
                name: user.email.clone(),
                may_write: user.may_write,
                user: Some(user),
            })
        }
    }
}

/// The caller as a member who may change things.
pub(crate) async fn writer(exchange: &Exchange) -> Result<Member, Failure> {
    let member = member(&exchange.desk, &exchange.credential()?).await?;
    if member.may_write {
        return Ok(member);
    }
    Err(read_only())
}

/// Known, but not allowed.
pub(crate) fn read_only() -> Failure {
    Failure::caller(403, Code::ReadOnly, "You may look at this, not change it.")
}

/// Refuses everyone but the operator.
pub(crate) fn require_operator(desk: &Desk, credential: &Credential) -> Result<(), Failure> {
    match credential {
        Credential::Bearer(hash) if is_operator(desk, hash) => Ok(()),
        Credential::None => Err(unauthorized()),
        Credential::Bearer(_) | Credential::Cookie(_) => Err(Failure::caller(
            403,
            Code::OperatorOnly,
            "Only the operator of this installation may do this.",
        )),
    }
}

/// Hashes compare without leaking more than that they differ.
fn is_operator(desk: &Desk, hash: &Hash) -> bool {
    desk.bindings
        .operator_token()
        .is_some_and(|token| Hash::of(&token) == *hash)
}

/// Not known, or no longer.
pub(crate) fn unauthorized() -> Failure {
    Failure::caller(
        401,
        Code::Unauthorized,
        "Sign in, or send an API token as `Authorization: Bearer`.",
    )
}

/// `POST /session`.
pub(crate) async fn create(mut exchange: Exchange) -> Result<Response, Failure> {
    exchange.require_same_origin()?;
    let SignIn { email, password } = exchange.call::<api::CreateSession>().await?.body;
    let desk = &exchange.desk;
    let email = email.trim().to_lowercase();
    let account = account(&email);
    let origin: Vec<Counter> = origin(&exchange).into_iter().collect();
    let mut counters = vec![account.clone()];
    counters.extend(origin.iter().cloned());
    if let Some(seconds) = sign_in_attempts::count(&desk.db, &counters, desk.now.unix()).await? {
        return Err(Failure::TooOften(seconds));
    }
    let user = access::user(&desk.db, &email).await?;
    let Some(user) = user.filter(|_| password.chars().count() <= PASSWORD_CHARS_MAX) else {
        // As slow as a wrong password, so that addresses cannot be told apart by time.
        let _ = crypto::hash_password(&password);
        return Err(wrong_password());
    };
    let matches = crypto::password_matches(&password, &user.password)
        .map_err(|_| Failure::broken("a stored password cannot be read"))?;
    if !matches {
        return Err(wrong_password());
    }
    sign_in_attempts::succeeded(&desk.db, &account, &origin).await?;
    let token = crypto::hex(&crypto::random(32));
    let expires_at = desk.now.unix().0.saturating_add(SESSION_SECONDS);
    access::add_session(&desk.db, &Hash::of(&token).0, &user.user.email, expires_at).await?;
    let session = describe(desk, &user.user).await?;
    let response = exchange::reply(&session)?;
    let cookie = cookie(&token, SESSION_SECONDS, exchange.url.scheme() == "https");
    response.headers().append("set-cookie", &cookie)?;
    Ok(response)
}

fn account(email: &str) -> Counter {
    Counter {
        hash: Hash::of(&format!("account {email}")).0,
        max: ATTEMPTS_PER_ACCOUNT_MAX,
    }
}

/// The network address that the attempt comes from, which the platform writes down itself.
fn origin(exchange: &Exchange) -> Option<Counter> {
    let address = exchange.request.headers().get("cf-connecting-ip").ok()??;
    let network = network(address.parse().ok()?);
    Some(Counter {
        hash: Hash::of(&format!("address {network}")).0,
        max: ATTEMPTS_PER_ADDRESS_MAX,
    })
}

/// Whoever has one IPv6 address has the other 2^64 of its network too.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << u64::BITS)).into()
        }
    }
}

/// `GET /session`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetSession>,
) -> Result<Session, Failure> {
    match &member.user {
        Some(user) => describe(desk, user).await,
        None => Ok(Session {
            email: String::new(),
            name: member.name.clone(),
            may_write: member.may_write,
            organisation: organisation(desk, &member.organisation).await?,
        }),
    }
}

/// `DELETE /session`.
pub(crate) async fn delete(exchange: Exchange) -> Result<Response, Failure> {
    if let Credential::Cookie(hash) = exchange.credential()? {
        access::remove_session(&exchange.desk.db, &hash.0).await?;
    }
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.append(
        "set-cookie",
        &cookie("", 0, exchange.url.scheme() == "https"),
    )?;
    Ok(Response::builder()
        .with_status(204)
        .with_headers(headers)
        .empty())
}

async fn describe(desk: &Desk, user: &User) -> Result<Session, Failure> {
    Ok(Session {
        email: user.email.clone(),
        name: user.name.clone(),
        may_write: user.may_write,
        organisation: organisation(desk, &user.organisation).await?,
    })
}

async fn organisation(desk: &Desk, id: &str) -> Result<Organisation, Failure> {
    access::organisation(&desk.db, id)
        .await?
        .ok_or_else(|| Failure::broken("a member of an organisation that is not there"))
}

fn wrong_password() -> Failure {
    Failure::caller(
        401,
        Code::WrongPassword,
        "The e-mail address or the password is not right.",
    )
}

/// `Secure` wherever the page itself came over TLS: a developer's machine serves plain HTTP.
fn cookie(token: &str, seconds: i64, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
        assert_eq!(
            cookie("t", 60, true),
            "sealgate_session=t; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(!cookie("t", 60, false).contains("Secure"));
    }
}
