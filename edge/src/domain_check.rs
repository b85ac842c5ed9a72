//! Looking at the DNS for what makes a domain the organisation's.

use api::{Code, DomainCheck};
use futures_util::future::join;
use mail::{Domain, UnixTime};
use ownership::{Finding, Question, Wanted, proof_name};

use crate::clock::Stopwatch;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;
use crate::resolver::Resolver;
use crate::store::domains::{self, Claim, DomainRow, Outcome};

/// Checks that a domain shows: those of ten days.
const CHECKS_KEPT_MAX: usize = 20;
/// Domains that one run looks up. There are 96 runs a day, so some five thousand domains have their
/// look every day.
const CHECKS_PER_RUN_MAX: u32 = 50;
/// When a run begins no more looks: a resolver that is down must not take the time of all else.
const RUN_SECONDS_MAX: u64 = 120;
/// When a domain is looked at again.
const AGAIN_SECONDS: i64 = 24 * 60 * 60;
/// The same where the DNS did not say.
const SOON_SECONDS: i64 = 60 * 60;
/// Tries to write a look down beside others that do the same.
const TRIES_MAX: u32 = 3;

/// Looks at a domain of an organisation and writes down what follows; `None` where it is not (any more)
/// among its domains.
pub(crate) async fn look(
    desk: &Desk,
    organisation: &str,
    domain: &Domain,
) -> Result<Option<DomainRow>, Failure> {
    let Some(row) = domains::get(&desk.db, organisation, domain).await? else {
        return Ok(None);
    };
    let resolver = Resolver::set_up(&desk.bindings)?;
    let seen = Seen::of(desk, resolver.as_ref(), domain, &row.txt_value).await?;
    let mut row = Some(row);
    for _ in 0..TRIES_MAX {
        let Some(before) = row else { return Ok(None) };
        if domains::record(
            desk,
            organisation,
            domain,
            &before,
            &seen.outcome(desk, domain, &before),
        )
        .await?
        {
            return Ok(domains::get(&desk.db, organisation, domain).await?);
        }
        row = domains::get(&desk.db, organisation, domain).await?;
    }
    Err(Failure::Lack(
        Code::Busy,
        "This domain is being checked already.",
    ))
}

/// Looks at those that are due, the longest due first; how many that were.
pub(crate) async fn look_at_due(desk: &Desk) -> Result<usize, Failure> {
    if Resolver::set_up(&desk.bindings)?.is_none() {
        return Ok(0);
    }
    let since = Stopwatch::start();
    let mut looks: usize = 0;
    for Claim {
        organisation,
        domain,
    } in domains::due(&desk.db, desk.now.unix(), CHECKS_PER_RUN_MAX).await?
    {
        if since.seconds() >= RUN_SECONDS_MAX {
            break;
        }
        let Ok(domain) = Domain::parse(&domain) else {
            continue;
        };
        looks = looks.saturating_add(1);
        // One that fails does not keep the others from their look.
        if let Err(failure) = look(desk, &organisation, &domain).await {
            observe::failure("check-domain", &organisation, &failure);
        }
    }
    Ok(looks)
}

/// What one look saw.
struct Seen {
    proof: Finding,
    mx: Option<Finding>,
}

impl Seen {
    async fn of(
        desk: &Desk,
        resolver: Option<&Resolver>,
        domain: &Domain,
        value: &str,
    ) -> Result<Self, Failure> {
        let Some(resolver) = resolver else {
            let proof = Finding::NoResolver;
            return Ok(Self { proof, mx: None });
        };
        let question = |wanted, name: &str| {
            Question::new(wanted, name)
                .ok_or_else(|| Failure::broken("a stored domain is no name of the DNS"))
        };
        let texts = question(Wanted::Txt, &proof_name(domain))?;
        let servers = question(Wanted::Mx, domain.as_str())?;
        let mx = async {
            let expected = desk.bindings.mx_host()?;
            Some(Finding::of_mx(resolver.look_up(&servers).await, &expected))
        };
        let (texts, mx) = join(resolver.look_up(&texts), mx).await;
        let proof = Finding::of_proof(texts, value);
        Ok(Self { proof, mx })
    }

    /// What follows from it for a domain as it stands.
    fn outcome(&self, desk: &Desk, domain: &Domain, before: &DomainRow) -> Outcome {
        let now = desk.now.unix();
        let is_taken = self.proof == Finding::ProofFound && before.is_held_elsewhere();
        let proof = if is_taken {
            Finding::HeldElsewhere
        } else {
            self.proof.clone()
        };
        let check = |kind: &str, finding: &Finding| DomainCheck {
            at: now.to_string(),
            kind: kind.to_owned(),
            ok: finding.is_good(),
            code: finding.code().to_owned(),
            detail: finding.sentence(domain),
        };
        let mut checks = vec![check("txt", &proof)];
        checks.extend(self.mx.as_ref().map(|finding| check("mx", finding)));
        checks.extend(before.checks());
        checks.truncate(CHECKS_KEPT_MAX);
        let again = match proof {
            Finding::Failed(_) => SOON_SECONDS,
            _ => AGAIN_SECONDS,
        };
        Outcome {
            state: before.state().after(before.voucher(), proof.sight(), now),
            checks,
            due_at: UnixTime(now.0.saturating_add(again)),
        }
    }
}
