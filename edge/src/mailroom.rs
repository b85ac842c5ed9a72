//! Drives the gateway for one message: facts and snapshot first, then its needs, then the record.
//!
//! On the warm path that is one read of D1 (a batch), at most one of KV (a key that this isolate has
//! not met), and one write of D1 (a batch). A certificate whose revocation this isolate does not
//! remember costs a read of KV more, and where that has nothing, a request to its CA. The record is written before anyone hears the decision:
//! a message that cannot be recorded is deferred, so nothing is delivered or refused unseen.

use std::rc::Rc;

use api::{Outcome, Protection, RuleRef, TraceLevel, TraceStep};
use gateway::{
    Action, Answer, Decision, Envelope, KeyId, Need, Record, Refused, RevocationMemory, Said,
    Snapshot, Step,
};
use mail::{Buffer, base64_octets};
use policy::Direction;

use crate::admission::{self, Room};
use crate::crypto::Node;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::revocation::{self, Inquirer};
use crate::store::d1::Statement;
use crate::store::facts::{self, Facts, Scope};
use crate::store::messages::{self, Recorded, RecordedRecipient};
use crate::store::partners::{self, Lesson};
use crate::store::{authorities, keys, snapshots};

/// An empty buffer for a message of so many octets and for what becomes of it, if there is room now.
pub(crate) fn admit(envelope: &Envelope, octets: usize) -> Result<(Room, Buffer), Failure> {
    let (buffer, beside) = match envelope.direction {
        // Encrypted it is base64, with all that signing and encrypting put around it.
        Direction::Outbound => (base64_octets(octets + Buffer::ROOM_OCTETS), 0),
        // It may wait for a word about its signer, opened, which base64 is three quarters of.
        Direction::Inbound => (octets, octets / 4 * 3),
    };
    let room = admission::admit(buffer + beside + Buffer::ROOM_OCTETS)?;
    Ok((room, Buffer::with_room_for(buffer)))
}

/// Octets that are held until a decision is carried out.
pub(crate) fn octets_held(decision: &Decision) -> usize {
    let Action::Deliver(deliveries) = &decision.action else {
        return 0;
    };
    deliveries.iter().map(|one| one.message.capacity()).sum()
}

/// What is known before a message is read.
pub(crate) struct Case {
    pub(crate) facts: Facts,
    snapshot: Rc<Snapshot>,
    memory: Rc<RevocationMemory>,
}

/// Gathers what is known; `None` where nobody here has to do with it.
pub(crate) async fn open(
    desk: &Desk,
    scope: &Scope<'_>,
    envelope: &Envelope,
) -> Result<Option<Case>, Failure> {
    let Some(facts) = facts::read(&desk.db, scope, envelope, desk.now.unix()).await? else {
        return Ok(None);
    };
    let snapshot = snapshots::get(desk, &facts.organisation, facts.snapshot_version).await?;
    Ok(Some(Case {
        facts,
        snapshot,
        memory: revocation::memory(),
    }))
}

impl Case {
    /// Which recipients can be served, before there is a message.
    pub(crate) fn admit(&self, desk: &Desk, envelope: &Envelope) -> Vec<Option<Refused>> {
        gateway::admit(
            envelope,
            &self.snapshot,
            &self.facts.directory,
            &self.memory,
            desk.now.unix(),
            &Node,
        )
    }

    /// What shall become of the message.
    pub(crate) async fn decide(
        &self,
        desk: &Desk,
        envelope: &Envelope,
        raw: Buffer,
    ) -> Result<Decision, Failure> {
        let now = desk.now.unix();
        let directory = &self.facts.directory;
        let (snapshot, memory) = (&self.snapshot, &self.memory);
        let mut step = gateway::start(envelope, raw, snapshot, directory, memory, now, &Node);
        let inquirer = Inquirer::new();
        // The gateway bounds how often it asks.
        loop {
            match step {
                Step::Done(decision) => return Ok(decision),
                Step::Need(waiting, needs) => {
                    let answers = self.answers(desk, &inquirer, &needs).await?;
                    step = waiting.resume(answers);
                }
            }
        }
    }

    async fn answers(
        &self,
        desk: &Desk,
        inquirer: &Inquirer,
        needs: &[Need],
    ) -> Result<Vec<Answer>, Failure> {
        let sources = needs.iter().filter_map(|need| match need {
            Need::Revocation(source) => Some(source),
            Need::Key(_) => None,
        });
        let mut said = inquirer.ask(desk, sources.collect()).await.into_iter();
        let mut answers = Vec::with_capacity(needs.len());
        for need in needs {
            answers.push(match need {
                Need::Key(id) => self.key(desk, id).await?,
                Need::Revocation(_) => Answer::Revocation(said.next().unwrap_or(Said::Nothing)),
            });
        }
        Ok(answers)
    }

    async fn key(&self, desk: &Desk, id: &KeyId) -> Result<Answer, Failure> {
        let owner = self.facts.key_owners.get(id);
        let owner = owner.ok_or_else(|| Failure::broken("a need for a key of nobody"))?;
        let key = keys::get(desk, &self.facts.organisation, owner, &id.0).await?;
        Ok(key.map_or(Answer::NotYet, Answer::Found))
    }

    /// Records the decision and what it taught; replies the message's id. `handed_on` is what holds
    /// for recipients that are served.
    pub(crate) async fn record(
        &self,
        desk: &Desk,
        envelope: &Envelope,
        decision: &Decision,
        handed_on: Outcome,
    ) -> Result<String, Failure> {
        let id = messages::new_id(desk.now);
        let seen = Seen {
            id: &id,
            message_id: &decision.message_id,
            size: decision.size,
        };
        let recipients: Vec<RecordedRecipient> = decision
            .records
            .iter()
            .map(|record| recorded(record, handed_on))
            .collect();
        let organisation = &self.facts.organisation;
        let mut batch = self.add(desk, envelope, &seen, &recipients)?;
        for learnt in &decision.learnt {
            let lesson = Lesson {
                address: &learnt.address,
                certificate: &learnt.certificate,
                chain: &learnt.chain,
                authority: learnt.authority.as_ref(),
                capabilities: learnt.capabilities.as_deref(),
                signed_at: learnt.signed_at,
            };
            batch.extend(partners::learn(
                &desk.db,
                organisation,
                &lesson,
                desk.now.unix(),
            )?);
        }
        for authority in &decision.unknown_authorities {
            batch.push(authorities::notice(
                &desk.db,
                organisation,
                authority,
                desk.now.unix(),
            )?);
        }
        desk.db.write(batch).await?;
        Ok(id)
    }

    /// Records recipients that are refused before anybody has read the message; `size` is what it is
    /// said to be, if that is known.
    pub(crate) async fn record_refused(
        &self,
        desk: &Desk,
        envelope: &Envelope,
        size: usize,
        refused: impl Iterator<Item = &Refused>,
    ) -> Result<(), Failure> {
        let recipients = refused.map(|refused| recorded(&refused.record, Outcome::Refused));
        let recipients: Vec<RecordedRecipient> = recipients.collect();
        if recipients.is_empty() {
            return Ok(());
        }
        let id = messages::new_id(desk.now);
        let seen = Seen {
            id: &id,
            message_id: "",
            size,
        };
        let batch = self.add(desk, envelope, &seen, &recipients)?;
        desk.db.write(batch).await?;
        Ok(())
    }

    fn add(
        &self,
        desk: &Desk,
        envelope: &Envelope,
        seen: &Seen<'_>,
        recipients: &[RecordedRecipient],
    ) -> Result<Vec<Statement>, Failure> {
        let from = envelope.from.as_ref().map(ToString::to_string);
        let message = Recorded {
            id: seen.id,
            at: desk.now.unix(),
            direction: envelope.direction,
            from: from.as_deref().unwrap_or_default(),
            message_id: seen.message_id,
            size: seen.size,
            policy_version: self.facts.rules_version,
            recipients,
        };
        Ok(messages::add(&desk.db, &self.facts.organisation, &message)?)
    }
}

/// What is known of the message itself; nothing yet at RCPT.
struct Seen<'a> {
    id: &'a str,
    message_id: &'a str,
    size: usize,
}

fn recorded(record: &Record, handed_on: Outcome) -> RecordedRecipient {
    RecordedRecipient {
        to: record.recipient.to_string(),
        outcome: match record.outcome {
            gateway::Outcome::Deliver => handed_on,
            gateway::Outcome::Refuse => Outcome::Refused,
            gateway::Outcome::Defer => Outcome::Failed,
        },
        protection: record.protection.iter().copied().map(protection).collect(),
        rule: record.rule.as_ref().map(|rule| RuleRef {
            id: rule.id.0.clone(),
            name: rule.name.clone(),
        }),
        reason: record.reason.map(str::to_owned),
        trace: record.trace.iter().map(step).collect(),
    }
}

fn protection(protection: gateway::Protection) -> Protection {
    match protection {
        gateway::Protection::Signed => Protection::Signed,
        gateway::Protection::Encrypted => Protection::Encrypted,
        gateway::Protection::Decrypted => Protection::Decrypted,
        gateway::Protection::Verified => Protection::Verified,
        gateway::Protection::SignatureBad => Protection::SignatureBad,
        gateway::Protection::StillEncrypted => Protection::StillEncrypted,
    }
}

fn step(step: &gateway::TraceStep) -> TraceStep {
    let fields = step.fields.iter();
    TraceStep {
        code: step.code.to_owned(),
        level: match step.level {
            gateway::TraceLevel::Good => TraceLevel::Good,
            gateway::TraceLevel::Info => TraceLevel::Info,
            gateway::TraceLevel::Caution => TraceLevel::Caution,
            gateway::TraceLevel::Bad => TraceLevel::Bad,
        },
        text: step.text.clone(),
        fields: fields
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use gateway::{MESSAGE_OCTETS_MAX, TRACE_OCTETS_MAX};

    use super::*;

    #[test]
    fn the_largest_message_fits_and_two_of_them_do_not() {
        let largest = MESSAGE_OCTETS_MAX + TRACE_OCTETS_MAX;
        for direction in [Direction::Outbound, Direction::Inbound] {
            let envelope = Envelope {
                direction,
                from: None,
                to: Vec::new(),
            };
            let first = admit(&envelope, largest).unwrap();
            assert!(admit(&envelope, largest).is_err());
            assert!(admit(&envelope, 2 * 1024 * 1024).is_ok());
            drop(first);
            assert!(admit(&envelope, largest).is_ok());
        }
    }
}
