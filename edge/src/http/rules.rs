//! The rules: every change carries the version that its author saw.

use api::{Code, RuleItemWrite, RuleList, RuleView, RuleWritten, VersionReply};
use policy::{Defaults, Rule, RuleId, RuleSet, RuleSetError};

use super::exchange::Call;
use super::session::Member;
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::rules::{self, Rules};
use crate::store::snapshots;

/// `GET /rules`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    _: Call<api::ListRules>,
) -> Result<RuleList, Failure> {
    let rules = current(desk, member).await?;
    Ok(view(rules.version, &rules.set))
}

/// `PUT /rules`.
pub(crate) async fn publish(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutRules>,
) -> Result<RuleList, Failure> {
    let api::RuleSetWrite {
        version,
        items,
        defaults,
    } = call.body;
    let (version, set) = write(desk, member, version, |set| {
        let known = std::mem::take(&mut set.rules);
        set.defaults = defaults;
        // Each enters at the top, so the last comes first.
        for RuleItemWrite { id, draft } in items.into_iter().rev() {
            let id = match id {
                Some(id) if !known.iter().any(|rule| rule.id == id) => {
                    return Err(RuleSetError::Unknown);
                }
                Some(id) if set.priority_of(&id).is_some() => {
                    return Err(RuleSetError::NotAPermutation);
                }
                Some(id) => id,
                None => new_id(),
            };
            set.add(id, draft)?;
        }
        Ok(())
    })
    .await?;
    Ok(view(version, &set))
}

/// `POST /rules`.
pub(crate) async fn create(
    desk: &Desk,
    member: &Member,
    call: Call<api::CreateRule>,
) -> Result<RuleWritten, Failure> {
    let id = new_id();
    let (version, set) = write(desk, member, call.body.version, |set| {
        set.add(id.clone(), call.body.draft)
    })
    .await?;
    written(version, &set, &id)
}

/// `PUT /rules/{id}`.
pub(crate) async fn change(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutRule>,
) -> Result<RuleWritten, Failure> {
    let id = RuleId(call.param().to_owned());
    let (version, set) = write(desk, member, call.body.version, |set| {
        set.change(&id, call.body.draft)
    })
    .await?;
    written(version, &set, &id)
}

/// `DELETE /rules/{id}`.
pub(crate) async fn remove(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeleteRule>,
) -> Result<VersionReply, Failure> {
    let id = RuleId(call.param().to_owned());
    let (version, _) = write(desk, member, call.query.version, |set| {
        set.remove(&id).map(drop)
    })
    .await?;
    Ok(VersionReply { version })
}

/// `PUT /rules/order`.
pub(crate) async fn reorder(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutRuleOrder>,
) -> Result<RuleList, Failure> {
    let (version, set) = write(desk, member, call.body.version, |set| {
        set.reorder(&call.body.ids)
    })
    .await?;
    Ok(view(version, &set))
}

/// `GET /rules/defaults`.
pub(crate) async fn defaults(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetDefaults>,
) -> Result<Defaults, Failure> {
    Ok(current(desk, member).await?.set.defaults)
}

/// `PUT /rules/defaults`: two words that replace each other whole, so they carry no version.
pub(crate) async fn set_defaults(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutDefaults>,
) -> Result<Defaults, Failure> {
    let version = current(desk, member).await?.version;
    let (_, set) = write(desk, member, version, |set| {
        set.defaults = call.body;
        Ok(())
    })
    .await?;
    Ok(set.defaults)
}

async fn current(desk: &Desk, member: &Member) -> Result<Rules, Failure> {
    rules::current(&desk.db, &member.organisation)
        .await?
        .ok_or_else(|| Failure::broken("an organisation without rules"))
}

/// Changes the rules that hold, if they are still those of `version`.
async fn write(
    desk: &Desk,
    member: &Member,
    version: u64,
    change: impl FnOnce(&mut RuleSet) -> Result<(), RuleSetError>,
) -> Result<(u64, RuleSet), Failure> {
    let mut rules = current(desk, member).await?;
    if rules.version != version {
        return Err(Failure::stale("rules", rules.version));
    }
    change(&mut rules.set).map_err(invalid)?;
    let now = desk.now.unix();
    let organisation = &member.organisation;
    let written = rules::replace(
        &desk.db,
        organisation,
        version,
        &rules.set,
        &member.name,
        now,
    )
    .await?;
    let Some(version) = written else {
        let current = current(desk, member).await?;
        return Err(Failure::stale("rules", current.version));
    };
    snapshots::publish(desk, organisation).await?;
    Ok((version, rules.set))
}

fn invalid(error: RuleSetError) -> Failure {
    let text = error.to_string();
    match error {
        RuleSetError::Unknown => Failure::unknown("rule"),
        RuleSetError::BadName => Failure::field("/name", Code::BadName, text),
        RuleSetError::TooMany => Failure::caller(422, Code::TooManyRules, text),
        RuleSetError::NotAPermutation => Failure::field("/ids", Code::NotAPermutation, text),
    }
}

fn new_id() -> RuleId {
    RuleId(crypto::random_id())
}

fn view(version: u64, set: &RuleSet) -> RuleList {
    let items = set
        .rules
        .iter()
        .zip(1..)
        .map(|(rule, priority)| item(rule, priority));
    RuleList {
        version,
        items: items.collect(),
    }
}

fn item(rule: &Rule, priority: usize) -> RuleView {
    RuleView {
        id: rule.id.clone(),
        priority,
        draft: rule.draft.clone(),
    }
}

fn written(version: u64, set: &RuleSet, id: &RuleId) -> Result<RuleWritten, Failure> {
    let found = set.rules.iter().zip(1..).find(|(rule, _)| rule.id == *id);
    let (rule, priority) = found.ok_or_else(|| Failure::broken("a rule written and gone"))?;
    Ok(RuleWritten {
        version,
        rule: item(rule, priority),
    })
}
