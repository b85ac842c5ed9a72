//! Paths to handlers. The contract's table says what there is and who may call; this file says who
//! answers.

use api::{Access, Code, ENDPOINTS, Endpoint, EndpointInfo};
use worker::{Method, Response};

use super::exchange::{self, Call, Exchange};
use super::session::{self, Member};
use super::{
    authorities, certificates, domains, licence, mailboxes, messages, operator, own_certificates,
    partners, pki, process, routes, rules, settings, summary, test_clock,
};
use crate::desk::Desk;
use crate::failure::Failure;

/// Finds out who answers, and lets them.
pub(crate) async fn answer(mut exchange: Exchange) -> Result<Response, Failure> {
    let path = exchange.url.path().to_owned();
    if let Some(call) = path.strip_prefix(TEST_BASE) {
        return test_clock::answer(exchange, call).await;
    }
    if let Some(path) = path.strip_prefix(pki::BASE) {
        return pki::answer(&mut exchange, path).await;
    }
    let Some(path) = path.strip_prefix(api::BASE) else {
        return Err(no_such_path());
    };
    let Found { endpoint, params } = find(&exchange.request.method(), path)?;
    exchange.params = params;
    dispatch(endpoint, exchange).await
}

/// Where the test clock is, when it is.
const TEST_BASE: &str = "/api/v1/test/";

/// Names each endpoint's handler. `member` handlers take a call in the endpoint's types and reply in
/// them, `operator` handlers likewise; `raw` handlers read the request and make the response.
macro_rules! handlers {
    (
        member { $($member:ident => $member_handler:path,)* }
        operator { $($operator:ident => $operator_handler:path,)* }
        raw { $($raw:ident => $raw_handler:path,)* }
    ) => {
        async fn dispatch(endpoint: &EndpointInfo, exchange: Exchange) -> Result<Response, Failure> {
            match endpoint.name {
                $(stringify!($member) => member::<api::$member>(exchange, $member_handler).await,)*
                $(stringify!($operator) => operator::<api::$operator>(exchange, $operator_handler).await,)*
                $(stringify!($raw) => $raw_handler(exchange).await,)*
                _ => Err(no_such_path()),
            }
        }

        #[cfg(test)]
        const ANSWERED: &[&str] = &[
            $(stringify!($member),)* $(stringify!($operator),)* $(stringify!($raw),)*
        ];
    };
}

handlers! {
    member {
        GetSession => session::get,
        GetSummary => summary::get,
        ActivateMailboxes => mailboxes::activate,
        DeactivateMailboxes => mailboxes::deactivate,
        ListMailboxes => mailboxes::list,
        GetMailbox => mailboxes::get,
        GetImportKey => own_certificates::import_key,
        RevokeCertificate => certificates::revoke,
        RenewCertificate => certificates::renew,
        GetLicence => licence::get,
        ListRules => rules::list,
        PutRules => rules::publish,
        CreateRule => rules::create,
        PutRule => rules::change,
        DeleteRule => rules::remove,
        PutRuleOrder => rules::reorder,
        GetDefaults => rules::defaults,
        PutDefaults => rules::set_defaults,
        GetSettings => settings::get,
        PutSettings => settings::put,
        ListPartners => partners::list,
        PutPartner => partners::decide,
        DeletePartner => partners::remove,
        ListAuthorities => authorities::list,
        PutAuthority => authorities::decide,
        DeleteAuthority => authorities::remove,
        ListMessages => messages::list,
        GetMessage => messages::get,
        ProcessOutcome => process::outcome,
        ListDomains => domains::list,
        CreateDomain => domains::create,
        CheckDomain => domains::check,
        DeleteDomain => domains::remove,
        ListRoutes => routes::list,
        CreateRoute => routes::create,
        PutRoute => routes::change,
        DeleteRoute => routes::remove,
    }
    operator {
        PutLicence => licence::put,
        SetUpOrganisation => operator::set_up,
    }
    raw {
        OpenApi => describe,
        CreateSession => session::create,
        DeleteSession => session::delete,
        Process => process::process,
        ProcessRecipients => process::recipients,
        CreateCsr => own_certificates::request,
        UploadCertificate => own_certificates::upload,
        GetCertificate => certificates::get,
        CreatePartner => partners::create,
        CreateAuthority => authorities::create,
    }
}

async fn member<E: Endpoint>(
    mut exchange: Exchange,
    handler: impl AsyncFnOnce(&Desk, &Member, Call<E>) -> Result<E::Reply, Failure>,
) -> Result<Response, Failure> {
    let credential = exchange.credential()?;
    let member = session::member(&exchange.desk, &credential).await?;
    if E::ACCESS == Access::Write && !member.may_write {
        return Err(session::read_only());
    }
    let call = exchange.call::<E>().await?;
    exchange::reply(&handler(&exchange.desk, &member, call).await?)
}

async fn operator<E: Endpoint>(
    mut exchange: Exchange,
    handler: impl AsyncFnOnce(&Desk, Call<E>) -> Result<E::Reply, Failure>,
) -> Result<Response, Failure> {
    session::require_operator(&exchange.desk, &exchange.credential()?)?;
    let call = exchange.call::<E>().await?;
    exchange::reply(&handler(&exchange.desk, call).await?)
}

/// `GET /openapi.json`.
async fn describe(_: Exchange) -> Result<Response, Failure> {
    exchange::reply_as("application/json", api::openapi().into())
}

#[derive(Debug)]
struct Found {
    endpoint: &'static EndpointInfo,
    params: Vec<String>,
}

/// Finds the endpoint. A literal segment goes before a parameter: `/rules/order` is no rule.
fn find(method: &Method, path: &str) -> Result<Found, Failure> {
    let mut matching: Vec<Found> = ENDPOINTS
        .iter()
        .filter_map(|endpoint| {
            let params = params(endpoint.path, path)?;
            Some(Found { endpoint, params })
        })
        .collect();
    let fewest = matching.iter().map(|found| found.params.len()).min();
    matching.retain(|found| Some(found.params.len()) == fewest);
    if matching.is_empty() {
        return Err(no_such_path());
    }
    matching
        .into_iter()
        .find(|found| found.endpoint.method.as_str() == method.as_ref())
        .ok_or_else(|| {
            let detail = "There is such a path, but it does not take this method.";
            Failure::caller(405, Code::MethodNotAllowed, detail)
        })
}

/// The values of the pattern's parameters, decoded; `None` where the path is another one.
fn params(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            params.push(decode(segment)?);
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(params)
}

fn decode(segment: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(segment)
        .decode_utf8()
        .ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}

fn no_such_path() -> Failure {
    Failure::caller(404, Code::NotFound, "There is nothing at this path.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &Method, path: &str) -> Result<&'static str, u16> {
        match find(method, path) {
            Ok(found) => Ok(found.endpoint.name),
            Err(Failure::Caller(problem)) => Err(problem.status),
            Err(_) => Err(0),
        }
    }

    #[test]
    fn a_literal_segment_goes_before_a_parameter() {
        assert_eq!(name(&Method::Put, "/rules/order"), Ok("PutRuleOrder"));
        assert_eq!(name(&Method::Put, "/rules/r1"), Ok("PutRule"));
        assert_eq!(name(&Method::Delete, "/rules/order"), Err(405));
    }

    #[test]
    fn unknown_paths_and_methods_are_told_apart() {
        assert_eq!(name(&Method::Get, "/nothing"), Err(404));
        assert_eq!(name(&Method::Get, "/mailboxes/"), Err(404));
        assert_eq!(name(&Method::Get, "/mailboxes/a/b"), Err(404));
        assert_eq!(name(&Method::Patch, "/rules"), Err(405));
    }

    #[test]
    fn parameters_are_decoded() {
        let found = find(&Method::Get, "/mailboxes/a%2Bb%40acme.test").unwrap();
        assert_eq!(found.params, ["a+b@acme.test"]);
        assert_eq!(name(&Method::Get, "/mailboxes/%ff"), Err(404));
    }

    #[test]
    fn every_call_of_the_contract_is_answered() {
        for endpoint in ENDPOINTS {
            assert!(ANSWERED.contains(&endpoint.name), "{}", endpoint.name);
        }
    }
}
