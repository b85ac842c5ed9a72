//! The settings in the form, beside those that hold.

use api::{Cipher, HeaderProtection, RETENTION_DAYS, RevocationChecks, Settings, Sha1Signatures};

/// What an administrator is changing; nothing of it holds before it is saved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsDraft {
    base: Settings,
    pub cipher: Cipher,
    pub header_protection: HeaderProtection,
    pub revocation: RevocationChecks,
    pub sha1_signatures: Sha1Signatures,
    /// As it was typed.
    pub retention_days: String,
}

/// The days are none, or outside of [`RETENTION_DAYS`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutOfRange;

/// One of the settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Setting {
    Cipher,
    HeaderProtection,
    Revocation,
    Sha1Signatures,
    Retention,
}

/// In which settings two differ.
pub fn difference(old: &Settings, new: &Settings) -> Vec<Setting> {
    let all = [
        (Setting::Cipher, old.cipher != new.cipher),
        (
            Setting::HeaderProtection,
            old.header_protection != new.header_protection,
        ),
        (Setting::Revocation, old.revocation != new.revocation),
        (
            Setting::Sha1Signatures,
            old.sha1_signatures != new.sha1_signatures,
        ),
        (Setting::Retention, old.retention_days != new.retention_days),
    ];
    let differing = all.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(setting, _)| setting).collect()
}

impl SettingsDraft {
    /// A draft without changes.
    pub fn of(base: Settings) -> Self {
        Self {
            cipher: base.cipher,
            header_protection: base.header_protection,
            revocation: base.revocation,
            sha1_signatures: base.sha1_signatures,
            retention_days: base.retention_days.to_string(),
            base,
        }
    }

    /// The settings that held when the draft began.
    pub fn base(&self) -> &Settings {
        &self.base
    }

    /// Whether saving would change anything, or cannot be done.
    pub fn is_changed(&self) -> bool {
        self.parse().as_ref() != Ok(&self.base)
    }

    /// The settings that the form means.
    pub fn parse(&self) -> Result<Settings, OutOfRange> {
        let days = self.retention_days.trim().parse().map_err(|_| OutOfRange)?;
        if !RETENTION_DAYS.contains(&days) {
            return Err(OutOfRange);
        }
        Ok(Settings {
            version: self.base.version,
            cipher: self.cipher,
            header_protection: self.header_protection,
            revocation: self.revocation,
            sha1_signatures: self.sha1_signatures,
            retention_days: days,
        })
    }

    /// The same changes on top of what somebody else has saved.
    pub fn rebase(&mut self, newer: Settings) {
        let before = Self::of(self.base.clone());
        let theirs = Self::of(newer);
        let mine = std::mem::replace(self, theirs);
        keep(&mut self.cipher, before.cipher, mine.cipher);
        keep(
            &mut self.header_protection,
            before.header_protection,
            mine.header_protection,
        );
        keep(&mut self.revocation, before.revocation, mine.revocation);
        keep(
            &mut self.sha1_signatures,
            before.sha1_signatures,
            mine.sha1_signatures,
        );
        keep(
            &mut self.retention_days,
            before.retention_days,
            mine.retention_days,
        );
    }
}

/// Keeps `mine` over theirs where it is a change.
fn keep<T: PartialEq>(theirs: &mut T, before: T, mine: T) {
    if mine != before {
        *theirs = mine;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            version: 3,
            cipher: Cipher::Aes256Cbc,
            header_protection: HeaderProtection::Off,
            revocation: RevocationChecks::Warn,
            sha1_signatures: Sha1Signatures::Refuse,
            retention_days: 90,
        }
    }

    #[test]
    fn a_fresh_draft_changes_nothing() {
        let draft = SettingsDraft::of(settings());
        assert!(!draft.is_changed());
        assert_eq!(draft.parse(), Ok(settings()));
    }

    #[test]
    fn days_have_bounds() {
        let mut draft = SettingsDraft::of(settings());
        for (typed, days) in [
            ("7", Ok(7)),
            (" 400 ", Ok(400)),
            ("6", Err(OutOfRange)),
            ("401", Err(OutOfRange)),
            ("", Err(OutOfRange)),
            ("-30", Err(OutOfRange)),
            ("a month", Err(OutOfRange)),
        ] {
            typed.clone_into(&mut draft.retention_days);
            assert_eq!(draft.parse().map(|s| s.retention_days), days, "{typed}");
            assert!(draft.is_changed(), "{typed}");
        }
    }

    #[test]
    fn rebasing_keeps_my_changes_and_takes_theirs() {
        let mut draft = SettingsDraft::of(settings());
        draft.cipher = Cipher::Aes256Gcm;
        draft.retention_days = "30".to_owned();
        let newer = Settings {
            version: 4,
            header_protection: HeaderProtection::Signed,
            retention_days: 200,
            ..settings()
        };
        assert_eq!(
            difference(draft.base(), &newer),
            [Setting::HeaderProtection, Setting::Retention]
        );
        draft.rebase(newer.clone());
        assert_eq!(
            draft.parse(),
            Ok(Settings {
                cipher: Cipher::Aes256Gcm,
                retention_days: 30,
                ..newer
            })
        );
    }
}
