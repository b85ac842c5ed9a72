//! What the operator does: sets up organisations.

use api::{Code, OrganisationSet, OrganisationSetup};
use mail::{Address, Domain};

use super::credential::Hash;
use super::exchange::Call;
use super::session::PASSWORD_CHARS_MAX;
use super::{domains as domain_calls, licence, routes as route_calls};
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::issuer;
use crate::store::d1::Statement;
use crate::store::{authorities, domains, licences, organisations, routes, snapshots};

/// Shortest password: below this, scrypt does not help.
const PASSWORD_CHARS_MIN: usize = 12;
/// Shortest token: 128 bits in hex.
const TOKEN_CHARS_MIN: usize = 32;
/// Longest identity: it stands in URLs and in keys of KV.
const ID_CHARS_MAX: usize = 40;

/// `POST /operator/organisations`.
pub(crate) async fn set_up(
    desk: &Desk,
    call: Call<api::SetUpOrganisation>,
) -> Result<OrganisationSet, Failure> {
    let setup = call.body;
    let id = &setup.id;
    if !is_id(id) {
        let text = "An identity is lower-case letters, digits and hyphens.";
        return Err(Failure::field("/id", Code::BadId, text));
    }
    let created = !organisations::exists(&desk.db, id).await?;
    let now = desk.now.unix();
    let mut batch = organisations::add(&desk.db, id, &setup.name, now)?.to_vec();
    batch.extend(vouched(desk, &setup).await?);
    batch.extend(users(desk, &setup)?);
    batch.extend(tokens(desk, &setup)?);
    for (place, route) in setup.routes.iter().enumerate() {
        let pointer = format!("/routes/{place}");
        let pattern = route_calls::pattern(route, &pointer)?.to_string();
        let known = routes::id_of(&desk.db, id, &pattern).await?;
        let route_id = known.unwrap_or_else(crypto::random_id);
        batch.extend(route_calls::statements(
            desk, id, &route_id, route, &pointer,
        )?);
    }
    batch.extend(authorities::take_public_list(&desk.db, Some(id))?);
    if let Some(update) = &setup.licence {
        let terms = licence::terms(update, "/licence")?;
        batch.push(licences::set_first(&desk.db, id, &terms)?);
    }
    desk.db.write(batch).await?;
    // The built-in CA is there from the first day, for whoever fetches its root.
    issuer::open(desk, id).await?;
    snapshots::publish(desk, id).await?;
    Ok(OrganisationSet {
        id: setup.id,
        created,
    })
}

async fn vouched(desk: &Desk, setup: &OrganisationSetup) -> Result<Vec<Statement>, Failure> {
    let mut batch = Vec::new();
    for (place, text) in setup.domains.iter().enumerate() {
        let at =
            |code: Code, text: String| Failure::field(&format!("/domains/{place}"), code, text);
        let domain =
            Domain::parse(text).map_err(|error| at(Code::BadDomain, format!("{error}.")))?;
        if domains::is_held_elsewhere(&desk.db, &setup.id, &domain).await? {
            let text = format!("Another organisation holds {domain}.");
            return Err(at(Code::HeldElsewhere, text));
        }
        let (domain, proof) = (domain.as_str(), domain_calls::proof());
        batch.push(organisations::add_verified_domain(
            &desk.db, &setup.id, domain, &proof,
        )?);
    }
    Ok(batch)
}

fn users(desk: &Desk, setup: &OrganisationSetup) -> Result<Vec<Statement>, Failure> {
    let add = |(place, user): (usize, &api::UserSetup)| {
        let at = |field: &str, code: Code, text: &str| {
            Failure::field(&format!("/users/{place}/{field}"), code, text)
        };
        let email = Address::parse(&user.email)
            .map_err(|error| at("email", Code::BadAddress, &format!("{error}.")))?;
        let chars = user.password.chars().count();
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
            let text =
                format!("A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters.");
            return Err(at("password", Code::BadPassword, &text));
        }
        let password = crypto::hash_password(&user.password)
            .map_err(|_| Failure::broken("hashing a password failed"))?;
        let email = email.to_string();
        Ok([
            organisations::add_user(
                &desk.db,
                &setup.id,
                &email,
                &user.name,
                &password,
                user.may_write,
            )?,
            organisations::end_sessions(&desk.db, &setup.id, &email)?,
        ])
    };
    let statements = setup.users.iter().enumerate().map(add);
    Ok(statements.collect::<Result<Vec<_>, Failure>>()?.concat())
}

fn tokens(desk: &Desk, setup: &OrganisationSetup) -> Result<Vec<Statement>, Failure> {
    let now = desk.now.unix();
    let add = |(place, token): (usize, &api::TokenSetup)| {
        if token.token.chars().count() < TOKEN_CHARS_MIN {
            let pointer = format!("/tokens/{place}/token");
            let text = format!("A token has at least {TOKEN_CHARS_MIN} characters.");
            return Err(Failure::field(&pointer, Code::ShortToken, text));
        }
        let hash = Hash::of(&token.token);
        let (name, may_write) = (&token.name, token.may_write);
        Ok(organisations::add_token(
            &desk.db, &setup.id, name, &hash.0, may_write, now,
        )?)
    };
    setup.tokens.iter().enumerate().map(add).collect()
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_fit_urls_and_keys() {
        for good in ["acme", "acme-2"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "Acme", "a/b", "a b", &"a".repeat(ID_CHARS_MAX + 1)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
