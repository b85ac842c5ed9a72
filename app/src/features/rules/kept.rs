//! The draft in the browser's storage for this tab: it survives a reload, and nobody else goes on with
//! it. It ends with the tab, with signing out and with publishing.

use api::Session;
use leptos::prelude::*;
use policy::LANGUAGE_VERSION;
use serde::{Deserialize, Serialize};

use super::state::Draft;
use crate::{browser, portal::Portal};

const KEY: &str = "sealgate.rules-draft";

/// What is stored.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Of the rule language: rules in another one are not read.
    language: u32,
    organisation: String,
    email: String,
    draft: Draft,
}

fn write(draft: &Draft, owner: &Session) -> Option<String> {
    let kept = Kept {
        language: LANGUAGE_VERSION,
        organisation: owner.organisation.id.clone(),
        email: owner.email.clone(),
        draft: draft.clone(),
    };
    serde_json::to_string(&kept).ok()
}

/// The draft, if it is this person's.
fn read(json: &str, owner: &Session) -> Option<Draft> {
    let kept: Kept = serde_json::from_str(json).ok()?;
    let is_theirs = kept.organisation == owner.organisation.id && kept.email == owner.email;
    (kept.language == LANGUAGE_VERSION && is_theirs).then_some(kept.draft)
}

/// Goes on with the draft of before the reload, and keeps every change from here on.
pub fn keep(portal: Portal) {
    if portal.draft.with_untracked(Option::is_none)
        && let Some(owner) = portal.session_now()
        && let Some(json) = browser::stored_in_tab(KEY)
    {
        portal.draft.set(read(&json, &owner));
    }
    Effect::new(move || {
        portal.draft.with(|draft| match draft {
            None => {}
            Some(draft) if draft.difference().is_empty() => forget(),
            Some(draft) => {
                let json = portal.session_now().and_then(|owner| write(draft, &owner));
                if let Some(json) = json {
                    browser::store_in_tab(KEY, &json);
                }
            }
        });
    });
}

/// Forgets the stored draft.
pub fn forget() {
    browser::forget_in_tab(KEY);
}

#[cfg(test)]
mod tests {
    use policy::{Defaults, RuleSet};

    use super::*;
    use crate::features::rules::state::Published;

    fn session(email: &str, organisation: &str) -> Session {
        Session {
            email: email.to_owned(),
            name: "Maria".to_owned(),
            may_write: true,
            organisation: api::Organisation {
                id: organisation.to_owned(),
                name: "Acme".to_owned(),
                domains: Vec::new(),
            },
        }
    }

    fn draft() -> Draft {
        let mut draft = Draft::of(Published {
            version: 7,
            set: RuleSet::default(),
        });
        draft.set_defaults(Defaults {
            outbound: policy::OutboundOption::EnforceEncryption,
            ..Defaults::default()
        });
        draft
    }

    #[test]
    fn a_draft_comes_back_to_the_same_person_only() {
        let owner = session("maria@acme.test", "acme");
        let json = write(&draft(), &owner).unwrap();
        assert_eq!(read(&json, &owner), Some(draft()));
        assert_eq!(read(&json, &session("tom@acme.test", "acme")), None);
        assert_eq!(read(&json, &session("maria@acme.test", "other")), None);
    }

    #[test]
    fn what_is_not_understood_is_no_draft() {
        let owner = session("maria@acme.test", "acme");
        let json = write(&draft(), &owner).unwrap();
        let language = format!("\"language\":{LANGUAGE_VERSION}");
        let newer = json.replace(&language, "\"language\":4294967295");
        assert_ne!(newer, json);
        for json in [newer.as_str(), "", "{}", "[1]"] {
            assert_eq!(read(json, &owner), None, "{json}");
        }
    }
}
