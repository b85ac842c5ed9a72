//! Texts with values in them, and the words for the contract's enumerations.

use api::{
    AuthoritySource, AuthorityTrust, CertificateSource, CertificateStatus, Cipher, DomainProof,
    DomainState, HeaderProtection, HopTls, MailboxStatus, Outcome, PartnerReason, PartnerSource,
    PartnerTrust, Protection, RevocationChecks, RevocationReason, Sha1Signatures,
};
use mail::AddressError;
use policy::{
    Direction, InboundOption, OutboundOption, RULE_NAME_CHARS_MAX, RULES_MAX, RuleSetError,
};

use super::{Language, Text};

macro_rules! say {
    ($text:expr, $english:literal, $german:literal) => {
        match $text.tongue {
            Language::English => format!($english),
            Language::German => format!($german),
        }
    };
}

/// The words of the contract.
impl Text {
    pub fn mailbox_status(&self, status: MailboxStatus) -> &'static str {
        match status {
            MailboxStatus::Inactive => self.inactive,
            MailboxStatus::Activating => self.activating,
            MailboxStatus::Active => self.active,
            MailboxStatus::RevokePending => self.revoke_pending,
        }
    }

    pub fn certificate_source(&self, source: CertificateSource) -> &'static str {
        match source {
            CertificateSource::BuiltInCa => self.built_in_ca,
            CertificateSource::Acme => self.acme,
            CertificateSource::Csr => self.csr,
            CertificateSource::Uploaded => self.uploaded,
        }
    }

    pub fn certificate_status(&self, status: CertificateStatus) -> &'static str {
        match status {
            CertificateStatus::InUse => self.in_use,
            CertificateStatus::Former => self.former,
            CertificateStatus::Revoked => self.revoked,
            CertificateStatus::Expired => self.expired,
        }
    }

    pub fn revocation_reason(&self, reason: RevocationReason) -> &'static str {
        match reason {
            RevocationReason::Unspecified => self.reason_unspecified,
            RevocationReason::KeyCompromise => self.reason_key_compromise,
            RevocationReason::AffiliationChanged => self.reason_affiliation_changed,
            RevocationReason::Superseded => self.reason_superseded,
            RevocationReason::CessationOfOperation => self.reason_cessation,
            RevocationReason::PrivilegeWithdrawn => self.reason_privilege_withdrawn,
        }
    }

    pub fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Delivered => self.delivered,
            Outcome::Refused => self.refused,
            Outcome::Failed => self.failed,
            Outcome::Pending => self.pending,
        }
    }

    pub fn protection(&self, protection: Protection) -> &'static str {
        match protection {
            Protection::Signed => self.signed,
            Protection::Encrypted => self.encrypted,
            Protection::Decrypted => self.decrypted,
            Protection::Verified => self.verified,
            Protection::SignatureBad => self.signature_bad,
            Protection::StillEncrypted => self.still_encrypted,
        }
    }

    pub fn direction(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Outbound => self.outbound,
            Direction::Inbound => self.inbound,
        }
    }

    pub fn outbound_option(&self, option: Option<OutboundOption>) -> &'static str {
        match option {
            None => self.not_defined,
            Some(OutboundOption::Neither) => self.neither,
            Some(OutboundOption::SignOnly) => self.sign_only,
            Some(OutboundOption::OptionalEncryption) => self.optional_encryption,
            Some(OutboundOption::EnforceEncryption) => self.enforce_encryption,
        }
    }

    pub fn inbound_option(&self, option: Option<InboundOption>) -> &'static str {
        match option {
            None => self.not_defined,
            Some(InboundOption::DoNotDecrypt) => self.do_not_decrypt,
            Some(InboundOption::OptionalDecryption) => self.optional_decryption,
            Some(InboundOption::AlwaysDecrypt) => self.always_decrypt,
            Some(InboundOption::ForceDecryption) => self.force_decryption,
        }
    }

    pub fn partner_source(&self, source: PartnerSource) -> &'static str {
        match source {
            PartnerSource::Harvested => self.harvested,
            PartnerSource::Uploaded => self.uploaded,
        }
    }

    pub fn partner_trust(&self, trust: PartnerTrust) -> &'static str {
        match trust {
            PartnerTrust::Trusted => self.trusted,
            PartnerTrust::Pending => self.trust_pending,
            PartnerTrust::Blocked => self.blocked,
        }
    }

    pub fn partner_reason(&self, reason: PartnerReason) -> &'static str {
        match reason {
            PartnerReason::AuthorityBlocked => self.authority_blocked,
            PartnerReason::AuthorityNotTrusted => self.authority_not_trusted,
        }
    }

    pub fn authority_source(&self, source: AuthoritySource) -> &'static str {
        match source {
            AuthoritySource::Own => self.own,
            AuthoritySource::Public => self.public,
            AuthoritySource::Seen => self.seen,
        }
    }

    pub fn authority_trust(&self, trust: AuthorityTrust) -> &'static str {
        match trust {
            AuthorityTrust::Trusted => self.trusted,
            AuthorityTrust::Undecided => self.undecided,
            AuthorityTrust::Blocked => self.blocked,
        }
    }

    pub fn domain_state(&self, state: DomainState) -> &'static str {
        match state {
            DomainState::Unverified => self.unverified,
            DomainState::Verified => self.verified_domain,
            DomainState::Grace => self.grace,
            DomainState::Lost => self.lost,
        }
    }

    /// What a domain's state means; `until` is the day on which one in grace is lost.
    pub fn domain_means(
        &self,
        state: DomainState,
        proof: DomainProof,
        until: Option<&str>,
    ) -> String {
        let means = match (state, proof) {
            (DomainState::Unverified, _) => self.unverified_means,
            (DomainState::Verified, DomainProof::Dns) => self.verified_means,
            (DomainState::Verified, DomainProof::Operator) => self.vouched_means,
            (DomainState::Grace, _) => {
                let until = until.unwrap_or(self.nothing);
                return say!(
                    self,
                    "The TXT record is gone. Put it back by {until}, or the domain is lost.",
                    "Der TXT-Eintrag ist verschwunden. Tragen Sie ihn bis {until} wieder ein, sonst ist die Domain verloren."
                );
            }
            (DomainState::Lost, _) => self.lost_means,
        };
        means.to_owned()
    }

    pub fn hop_tls(&self, tls: HopTls) -> &'static str {
        match tls {
            HopTls::Implicit => self.tls_implicit,
            HopTls::Starttls => self.tls_starttls,
            HopTls::None => self.tls_none,
        }
    }

    pub fn hop_tls_choice(&self, tls: HopTls) -> &'static str {
        match tls {
            HopTls::Implicit => self.tls_implicit_choice,
            HopTls::Starttls => self.tls_starttls_choice,
            HopTls::None => self.tls_none_choice,
        }
    }

    pub fn no_addresses(&self, texts: &[String]) -> String {
        let texts = texts.join(", ");
        say!(
            self,
            "These are no e-mail addresses: {texts}",
            "Das sind keine E-Mail-Adressen: {texts}"
        )
    }

    pub fn foreign_addresses(&self, addresses: &[String], domain: &str) -> String {
        let addresses = addresses.join(", ");
        say!(
            self,
            "These are no addresses of {domain}: {addresses}",
            "Das sind keine Adressen von {domain}: {addresses}"
        )
    }

    /// What a pasted list was read as.
    pub fn mailboxes_read(
        &self,
        count: usize,
        duplicates: usize,
        passed_over: &[String],
    ) -> String {
        let mut said = vec![self.mailbox_count(count)];
        match duplicates {
            0 => {}
            1 => said.push(say!(self, "1 duplicate left out", "1 Doppel weggelassen")),
            _ => said.push(say!(
                self,
                "{duplicates} duplicates left out",
                "{duplicates} Doppel weggelassen"
            )),
        }
        if !passed_over.is_empty() {
            let words = passed_over.join(" ");
            said.push(say!(self, "not read: {words}", "nicht gelesen: {words}"));
        }
        said.join(" · ")
    }

    pub fn cipher_word(&self, cipher: Cipher) -> &'static str {
        match cipher {
            Cipher::Aes256Cbc => self.cipher_cbc,
            Cipher::Aes256Gcm => self.cipher_gcm,
        }
    }

    pub fn header_word(&self, protection: HeaderProtection) -> &'static str {
        match protection {
            HeaderProtection::Off => self.header_off,
            HeaderProtection::Signed => self.header_signed,
            HeaderProtection::Confidential => self.header_confidential,
        }
    }

    pub fn revocation_word(&self, checks: RevocationChecks) -> &'static str {
        match checks {
            RevocationChecks::Require => self.revocation_require,
            RevocationChecks::Warn => self.revocation_warn,
            RevocationChecks::Off => self.revocation_off,
        }
    }

    pub fn sha1_word(&self, signatures: Sha1Signatures) -> &'static str {
        match signatures {
            Sha1Signatures::Refuse => self.sha1_refuse,
            Sha1Signatures::Warn => self.sha1_warn,
        }
    }

    pub fn retention_note(&self, least: u32, most: u32) -> String {
        say!(
            self,
            "{least} to {most}. What is older is removed within a quarter of an hour and does not come back.",
            "{least} bis {most}. Was älter ist, wird innerhalb einer Viertelstunde entfernt und kommt nicht zurück."
        )
    }

    pub fn retention_fault(&self, least: u32, most: u32) -> String {
        say!(
            self,
            "Enter a whole number from {least} to {most}.",
            "Geben Sie eine ganze Zahl von {least} bis {most} ein."
        )
    }

    pub fn rule_set_error(&self, error: RuleSetError) -> String {
        match error {
            RuleSetError::TooMany => self.too_many_rules(RULES_MAX),
            RuleSetError::BadName => self.name_too_long(RULE_NAME_CHARS_MAX),
            RuleSetError::Unknown | RuleSetError::NotAPermutation => {
                self.problem_missing.to_owned()
            }
        }
    }

    pub fn too_many_rules(&self, most: usize) -> String {
        say!(
            self,
            "There are {most} rules already; remove one first.",
            "Es gibt schon {most} Regeln; entfernen Sie erst eine."
        )
    }

    pub fn name_too_long(&self, most: usize) -> String {
        say!(
            self,
            "A name has 1 to {most} characters.",
            "Ein Name hat 1 bis {most} Zeichen."
        )
    }

    pub fn address_fault(&self, error: AddressError) -> &'static str {
        match error {
            AddressError::NoAt => self.fault_no_at,
            AddressError::BadLocalPart => self.fault_local,
            AddressError::EmptyDomain => self.fault_no_domain,
            AddressError::BadDomain => self.fault_domain,
            AddressError::AddressLiteral => self.fault_literal,
        }
    }
}

/// Enough of a long text to tell it from others, which may begin alike.
fn end_of(text: &str) -> String {
    const CHARS: usize = 12;
    match text.chars().count().checked_sub(CHARS) {
        None | Some(0) => text.to_owned(),
        Some(before) => format!("…{}", text.chars().skip(before).collect::<String>()),
    }
}

/// Numbers.
impl Text {
    /// `12480` as `12,480` or `12.480`.
    pub fn number(&self, number: impl TryInto<u64>) -> String {
        let separator = match self.tongue {
            Language::English => ',',
            Language::German => '.',
        };
        let digits = number.try_into().unwrap_or(u64::MAX).to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// `971` as `97.1 %` or `97,1 %`, with a no-break space.
    pub fn permille(&self, permille: u64) -> String {
        let (whole, tenth) = (permille / 10, permille % 10);
        say!(self, "{whole}.{tenth}\u{a0}%", "{whole},{tenth}\u{a0}%")
    }

    /// `49152` as `49 kB`.
    pub fn octets(&self, octets: u64) -> String {
        match octets {
            0..1000 => format!("{octets}\u{a0}B"),
            1000..1_000_000 => format!("{}\u{a0}kB", octets.div_ceil(1000)),
            _ => {
                let (whole, tenth) = (octets / 1_000_000, octets / 100_000 % 10);
                say!(self, "{whole}.{tenth}\u{a0}MB", "{whole},{tenth}\u{a0}MB")
            }
        }
    }

    /// Which list the public authorities are those of.
    pub fn public_list(&self, version: &str, day: &str) -> String {
        say!(
            self,
            "Public authorities are those of Mozilla's list for e-mail, version {version} of {day}.",
            "Öffentliche Stellen sind die aus Mozillas Liste für E-Mail, Version {version} vom {day}."
        )
    }

    /// How far away a day is.
    pub fn in_days(&self, days: i64) -> String {
        match days {
            ..0 => self.expired.to_owned(),
            0 => say!(self, "today", "heute"),
            1 => say!(self, "in 1 day", "in 1 Tag"),
            _ => say!(self, "in {days} days", "in {days} Tagen"),
        }
    }
}

/// Sentences.
impl Text {
    pub fn shown(&self, items: usize) -> String {
        match items {
            1 => say!(self, "1 shown", "1 angezeigt"),
            _ => say!(self, "{items} shown", "{items} angezeigt"),
        }
    }

    pub fn find(&self, what: &str, place: &str) -> String {
        say!(self, "Find “{what}” {place}", "„{what}“ {place} suchen")
    }

    pub fn greeting(&self, hour: u32, name: &str) -> String {
        let greeting = match hour {
            4..12 => self.morning,
            12..18 => self.afternoon,
            _ => self.evening,
        };
        let first = name.split(' ').next().unwrap_or_default();
        if first.is_empty() {
            greeting.to_owned()
        } else {
            format!("{greeting}, {first}")
        }
    }

    pub fn attention_count(&self, things: usize) -> String {
        match things {
            0 => say!(
                self,
                "Nothing needs you right now.",
                "Im Moment braucht nichts Ihr Zutun."
            ),
            1 => say!(
                self,
                "One thing would like your attention.",
                "Eine Sache braucht Ihre Aufmerksamkeit."
            ),
            _ => say!(
                self,
                "{things} things would like your attention.",
                "{things} Dinge brauchen Ihre Aufmerksamkeit."
            ),
        }
    }

    pub fn domains_count(&self, first: &str, others: usize) -> String {
        match others {
            0 => first.to_owned(),
            1 => say!(self, "{first} and 1 more", "{first} und 1 weitere"),
            _ => say!(
                self,
                "{first} and {others} more",
                "{first} und {others} weitere"
            ),
        }
    }

    pub fn seats_of(&self, used: u32, all: u32) -> String {
        say!(self, "{used} of {all} seats", "{used} von {all} Plätzen")
    }

    pub fn free_until(&self, free: u32, day: &str) -> String {
        say!(
            self,
            "{free} free, valid until {day}",
            "{free} frei, gültig bis {day}"
        )
    }

    pub fn valid_until_day(&self, day: &str) -> String {
        say!(self, "valid until {day}", "gültig bis {day}")
    }

    pub fn seat_free_on(&self, day: &str) -> String {
        say!(self, "seat free on {day}", "Platz frei am {day}")
    }

    pub fn bar(&self, hour: &str, messages: u64, encrypted: u64) -> String {
        say!(
            self,
            "{hour}: {messages} messages, {encrypted} encrypted or decrypted",
            "{hour}: {messages} Nachrichten, {encrypted} ver- oder entschlüsselt"
        )
    }

    pub fn selected(&self, count: u64) -> String {
        let count = self.number(count);
        say!(self, "{count} selected", "{count} ausgewählt")
    }

    pub fn select_all(&self, count: u64) -> String {
        let count = self.number(count);
        say!(self, "Select all {count}", "Alle {count} auswählen")
    }

    pub fn select_one(&self, address: &str) -> String {
        say!(self, "Select {address}", "{address} auswählen")
    }

    pub fn activate_one(&self, address: &str) -> String {
        say!(self, "Activate {address}", "{address} aktivieren")
    }

    pub fn deactivate_one(&self, address: &str) -> String {
        say!(self, "Deactivate {address}", "{address} deaktivieren")
    }

    pub fn activate_count(&self, count: u64) -> String {
        let count = self.number(count);
        say!(self, "Activate {count}", "{count} aktivieren")
    }

    pub fn deactivate_count(&self, count: u64) -> String {
        let count = self.number(count);
        say!(self, "Deactivate {count}", "{count} deaktivieren")
    }

    pub fn activate_title(&self, count: u64, address: Option<&str>) -> String {
        if let Some(address) = address {
            return say!(self, "Activate {address}?", "{address} aktivieren?");
        }
        let count = self.number(count);
        say!(
            self,
            "Activate {count} mailboxes?",
            "{count} Postfächer aktivieren?"
        )
    }

    pub fn deactivate_title(&self, count: u64, address: Option<&str>) -> String {
        if let Some(address) = address {
            return say!(self, "Deactivate {address}?", "{address} deaktivieren?");
        }
        let count = self.number(count);
        say!(
            self,
            "Deactivate {count} mailboxes?",
            "{count} Postfächer deaktivieren?"
        )
    }

    pub fn takes_seats(&self, seats: u64, free: u32) -> String {
        match seats {
            0 => say!(
                self,
                "No new seat is taken; {free} are free.",
                "Es wird kein neuer Platz belegt; {free} sind frei."
            ),
            1 => say!(
                self,
                "Takes 1 of {free} free seats.",
                "Belegt 1 von {free} freien Plätzen."
            ),
            _ => say!(
                self,
                "Takes {seats} of {free} free seats.",
                "Belegt {seats} von {free} freien Plätzen."
            ),
        }
    }

    pub fn too_few_seats(&self, free: u32, missing: u64) -> String {
        match missing {
            1 => say!(
                self,
                "Only {free} seats are free: 1 mailbox stays inactive.",
                "Nur {free} Plätze sind frei: 1 Postfach bleibt inaktiv."
            ),
            _ => say!(
                self,
                "Only {free} seats are free: {missing} mailboxes stay inactive.",
                "Nur {free} Plätze sind frei: {missing} Postfächer bleiben inaktiv."
            ),
        }
    }

    pub fn and_more(&self, count: usize) -> String {
        say!(self, "and {count} more", "und {count} weitere")
    }

    pub fn activated(&self, done: usize, problems: usize) -> String {
        match problems {
            0 => say!(self, "{done} activated.", "{done} aktiviert."),
            _ => say!(
                self,
                "{done} activated, {problems} not.",
                "{done} aktiviert, {problems} nicht."
            ),
        }
    }

    pub fn deactivated(&self, done: usize, problems: usize) -> String {
        match problems {
            0 => say!(self, "{done} deactivated.", "{done} deaktiviert."),
            _ => say!(
                self,
                "{done} deactivated, {problems} not.",
                "{done} deaktiviert, {problems} nicht."
            ),
        }
    }

    pub fn move_rule(&self, name: &str) -> String {
        say!(self, "Drag “{name}”", "„{name}“ ziehen")
    }

    pub fn move_up(&self, name: &str) -> String {
        say!(self, "Move “{name}” up", "„{name}“ nach oben")
    }

    pub fn move_down(&self, name: &str) -> String {
        say!(self, "Move “{name}” down", "„{name}“ nach unten")
    }

    pub fn switch_rule(&self, name: &str) -> String {
        say!(self, "“{name}” is on", "„{name}“ ist eingeschaltet")
    }

    pub fn more_for(&self, name: &str) -> String {
        say!(self, "More for “{name}”", "Mehr zu „{name}“")
    }

    pub fn moved(&self, name: &str, place: usize, all: usize) -> String {
        say!(
            self,
            "“{name}” moved to position {place} of {all}",
            "„{name}“ steht jetzt auf Platz {place} von {all}"
        )
    }

    pub fn added(&self, name: &str) -> String {
        say!(
            self,
            "“{name}” entered the draft at position 1",
            "„{name}“ steht im Entwurf auf Platz 1"
        )
    }

    pub fn changed(&self, name: &str) -> String {
        say!(
            self,
            "“{name}” is changed in the draft",
            "„{name}“ ist im Entwurf geändert"
        )
    }

    pub fn removed(&self, name: &str) -> String {
        say!(
            self,
            "“{name}” is removed from the draft",
            "„{name}“ ist aus dem Entwurf entfernt"
        )
    }

    pub fn place_of(&self, all: usize) -> String {
        say!(
            self,
            "1 is the top, {all} the bottom.",
            "1 ist oben, {all} unten."
        )
    }

    pub fn copy_of(&self, name: &str) -> String {
        say!(self, "{name} (copy)", "{name} (Kopie)")
    }

    pub fn changes_not_live(&self, count: usize) -> String {
        match count {
            1 => say!(
                self,
                "1 change is not live yet",
                "1 Änderung ist noch nicht aktiv"
            ),
            _ => say!(
                self,
                "{count} changes are not live yet",
                "{count} Änderungen sind noch nicht aktiv"
            ),
        }
    }

    pub fn rules_added(&self, count: usize) -> String {
        match count {
            1 => say!(self, "1 rule added", "1 Regel hinzugefügt"),
            _ => say!(self, "{count} rules added", "{count} Regeln hinzugefügt"),
        }
    }

    pub fn rules_changed(&self, count: usize) -> String {
        say!(self, "{count} changed", "{count} geändert")
    }

    pub fn rules_removed(&self, count: usize) -> String {
        say!(self, "{count} removed", "{count} entfernt")
    }

    pub fn rules_moved(&self, count: usize) -> String {
        say!(self, "{count} moved", "{count} verschoben")
    }

    pub fn defaults_changed(&self) -> String {
        say!(self, "defaults changed", "Vorgaben geändert")
    }

    pub fn published(&self, version: u64) -> String {
        say!(
            self,
            "Published. Version {version} holds for every message from now on.",
            "Veröffentlicht. Version {version} gilt ab jetzt für jede Nachricht."
        )
    }

    pub fn stale_versions(&self, mine: u64, theirs: u64) -> String {
        say!(
            self,
            "Your draft started from version {mine}; version {theirs} holds now.",
            "Ihr Entwurf ging von Version {mine} aus; jetzt gilt Version {theirs}."
        )
    }

    pub fn never_reached(&self, priority: usize) -> String {
        say!(
            self,
            "Never reached: rule {priority} covers it",
            "Nie erreicht: Regel {priority} deckt sie ab"
        )
    }

    pub fn never_reached_one_way(&self, priority: usize, direction: Direction) -> String {
        match direction {
            Direction::Outbound => say!(
                self,
                "Outgoing never reached: rule {priority} covers it",
                "Ausgehend nie erreicht: Regel {priority} deckt sie ab"
            ),
            Direction::Inbound => say!(
                self,
                "Incoming never reached: rule {priority} covers it",
                "Eingehend nie erreicht: Regel {priority} deckt sie ab"
            ),
        }
    }

    pub fn redundant(&self, priority: Option<usize>, direction: Direction) -> String {
        let way = match direction {
            Direction::Outbound => self.out_colon,
            Direction::Inbound => self.in_colon,
        };
        match priority {
            Some(priority) => say!(
                self,
                "{way} rule {priority} says the same",
                "{way} Regel {priority} sagt dasselbe"
            ),
            None => say!(
                self,
                "{way} the defaults say the same",
                "{way} die Vorgaben sagen dasselbe"
            ),
        }
    }

    /// Which mailboxes a rule is about; the parts in bold are the caller's.
    pub fn any_of(&self) -> String {
        say!(self, "Any of", "Alle von")
    }

    pub fn with(&self) -> String {
        say!(self, "with", "mit")
    }

    pub fn and_subdomains(&self) -> String {
        say!(self, "and its subdomains", "und Subdomains")
    }

    pub fn decided_by(&self, priority: usize, name: &str, option: &str) -> String {
        say!(
            self,
            "Rule {priority} “{name}” decides: {option}.",
            "Regel {priority} „{name}“ entscheidet: {option}."
        )
    }

    pub fn decided_by_defaults(&self, option: &str) -> String {
        say!(
            self,
            "No rule decides; the defaults say: {option}.",
            "Keine Regel entscheidet; die Vorgaben sagen: {option}."
        )
    }

    pub fn decides(&self, option: &str) -> String {
        say!(self, "decides: {option}", "entscheidet: {option}")
    }

    pub fn miss_managed(&self, is: &str, wanted: &str) -> String {
        say!(
            self,
            "your mailbox is {is}, not {wanted}",
            "Ihr Postfach ist {is}, nicht {wanted}"
        )
    }

    pub fn miss_external(&self, is: &str, wanted: &str) -> String {
        say!(
            self,
            "the external mailbox is {is}, not {wanted}",
            "das externe Postfach ist {is}, nicht {wanted}"
        )
    }

    pub fn draft_stamp(&self, version: u64, language: u32) -> String {
        say!(
            self,
            "draft on version {version} · rule language {language}",
            "Entwurf auf Version {version} · Regelsprache {language}"
        )
    }

    pub fn if_certificate(&self, certificate: bool, key: bool) -> String {
        match (certificate, key) {
            (true, true) => say!(self, "With both keys", "Mit beiden Schlüsseln"),
            (true, false) => say!(
                self,
                "Without the recipient's key",
                "Ohne Schlüssel des Empfängers"
            ),
            (false, true) => say!(
                self,
                "Without the sender's certificate",
                "Ohne Zertifikat des Absenders"
            ),
            (false, false) => say!(self, "Without either", "Ohne beides"),
        }
    }

    pub fn until(&self, day: &str) -> String {
        say!(self, "until {day}", "bis {day}")
    }

    pub fn rule_for(&self, external: &str) -> String {
        say!(self, "Mail with {external}", "E-Mail mit {external}")
    }

    pub fn partner_added(&self, addresses: &str) -> String {
        say!(
            self,
            "The certificate of {addresses} is added.",
            "Das Zertifikat von {addresses} ist hinzugefügt."
        )
    }

    pub fn authority_added(&self, subject: &str) -> String {
        say!(
            self,
            "“{subject}” is added.",
            "„{subject}“ ist hinzugefügt."
        )
    }

    pub fn authority_decided(&self, subject: &str, trust: AuthorityTrust) -> String {
        let word = self.authority_trust(trust);
        format!("{subject}: {word}")
    }

    pub fn partner_decided(&self, addresses: &str, trust: PartnerTrust) -> String {
        let word = self.partner_trust(trust);
        format!("{addresses}: {word}")
    }

    pub fn delete_of(&self, what: &str) -> String {
        say!(
            self,
            "Delete the certificate of {what}",
            "Zertifikat von {what} löschen"
        )
    }

    /// Tells one certificate of a mailbox from the others.
    pub fn certificate_of(&self, day: &str, fingerprint: &str) -> String {
        let end = end_of(fingerprint);
        say!(
            self,
            "certificate valid until {day}, fingerprint {end}",
            "Zertifikat, gültig bis {day}, Fingerabdruck {end}"
        )
    }

    pub fn copy_text(&self, text: &str) -> String {
        let end = end_of(text);
        say!(self, "Copy {end}", "{end} kopieren")
    }

    pub fn remove_of(&self, what: &str) -> String {
        say!(self, "Remove {what}", "{what} entfernen")
    }

    pub fn trust_of(&self, what: &str) -> String {
        say!(self, "Trust {what}", "{what} vertrauen")
    }

    pub fn block_of(&self, what: &str) -> String {
        say!(self, "Block {what}", "{what} sperren")
    }

    pub fn domain_added(&self, domain: &str) -> String {
        say!(
            self,
            "{domain} is added. Put its TXT record into the DNS, then check it.",
            "{domain} ist hinzugefügt. Tragen Sie den TXT-Eintrag ins DNS ein, und prüfen Sie dann."
        )
    }

    pub fn domain_checked(&self, domain: &str, state: &str) -> String {
        say!(
            self,
            "{domain} was checked: {state}.",
            "{domain} wurde geprüft: {state}."
        )
    }

    pub fn domain_removed(&self, domain: &str) -> String {
        say!(self, "{domain} is removed.", "{domain} ist entfernt.")
    }

    pub fn check_of(&self, domain: &str) -> String {
        say!(self, "Check now: {domain}", "Jetzt prüfen: {domain}")
    }

    pub fn change_of(&self, what: &str) -> String {
        say!(self, "Change {what}", "{what} ändern")
    }

    pub fn signs_in_as(&self, name: &str) -> String {
        say!(self, "signs in as {name}", "meldet sich an als {name}")
    }

    pub fn route_added(&self, pattern: &str) -> String {
        say!(
            self,
            "The route of {pattern} is added.",
            "Die Route von {pattern} ist hinzugefügt."
        )
    }

    pub fn route_changed(&self, pattern: &str) -> String {
        say!(
            self,
            "The route of {pattern} is changed.",
            "Die Route von {pattern} ist geändert."
        )
    }

    pub fn route_removed(&self, pattern: &str) -> String {
        say!(
            self,
            "The route of {pattern} is removed.",
            "Die Route von {pattern} ist entfernt."
        )
    }

    pub fn remove_route(&self, pattern: &str) -> String {
        say!(
            self,
            "Remove the route of {pattern}",
            "Route von {pattern} entfernen"
        )
    }

    pub fn remove_route_means(&self, pattern: &str) -> String {
        say!(
            self,
            "Mail that comes in for {pattern} has nowhere to go then, unless another route covers it: the sending servers are told to try again later.",
            "E-Mail, die für {pattern} eingeht, hat dann kein Ziel, außer eine andere Route deckt sie ab: Die sendenden Server sollen es später noch einmal versuchen."
        )
    }

    pub fn remove_route_mailboxes(&self, count: usize) -> String {
        match count {
            1 => say!(
                self,
                "Its known mailbox leaves the S/MIME list.",
                "Ihr bekanntes Postfach verlässt die S/MIME-Liste."
            ),
            _ => say!(
                self,
                "Its {count} known mailboxes leave the S/MIME list.",
                "Ihre {count} bekannten Postfächer verlassen die S/MIME-Liste."
            ),
        }
    }

    pub fn mailbox_count(&self, count: usize) -> String {
        match count {
            1 => say!(self, "1 mailbox", "1 Postfach"),
            _ => say!(self, "{count} mailboxes", "{count} Postfächer"),
        }
    }
}

/// What needs a person: title, detail.
impl Text {
    pub fn signing_ended(&self) -> (String, String) {
        (
            say!(
                self,
                "Mail is no longer signed",
                "E-Mail wird nicht mehr signiert"
            ),
            say!(
                self,
                "The licence and its grace have ended.",
                "Die Lizenz und ihre Nachfrist sind abgelaufen."
            ),
        )
    }

    pub fn licence_ended(&self, days: i64) -> (String, String) {
        (
            say!(self, "The licence has ended", "Die Lizenz ist abgelaufen"),
            say!(
                self,
                "Mail is still signed for {days} days. Renew it before then.",
                "E-Mail wird noch {days} Tage signiert. Verlängern Sie sie vorher."
            ),
        )
    }

    pub fn licence_ending(&self, days: i64) -> (String, String) {
        (
            say!(
                self,
                "The licence ends in {days} days",
                "Die Lizenz endet in {days} Tagen"
            ),
            say!(
                self,
                "Order the renewal in time.",
                "Bestellen Sie rechtzeitig die Verlängerung."
            ),
        )
    }

    pub fn failed_messages(&self, count: u64) -> (String, String) {
        let number = self.number(count);
        (
            match count {
                1 => say!(self, "1 message failed", "1 Nachricht ist fehlgeschlagen"),
                _ => say!(
                    self,
                    "{number} messages failed",
                    "{number} Nachrichten sind fehlgeschlagen"
                ),
            },
            say!(
                self,
                "In the last 24 hours. The sending server tries again by itself.",
                "In den letzten 24 Stunden. Der sendende Server versucht es von selbst erneut."
            ),
        )
    }

    pub fn refused_messages(&self, count: u64) -> (String, String) {
        let number = self.number(count);
        (
            match count {
                1 => say!(self, "1 message was refused", "1 Nachricht wurde abgelehnt"),
                _ => say!(
                    self,
                    "{number} messages were refused",
                    "{number} Nachrichten wurden abgelehnt"
                ),
            },
            say!(
                self,
                "In the last 24 hours, by your rules. The senders were told.",
                "In den letzten 24 Stunden, nach Ihren Regeln. Die Absender wissen es."
            ),
        )
    }

    pub fn revoked_because(&self, day: &str, reason: RevocationReason) -> String {
        let reason = self.revocation_reason(reason);
        say!(self, "{day}: {reason}", "{day}: {reason}")
    }

    pub fn request_waits(&self, day: &str) -> String {
        say!(
            self,
            "A request of {day} waits for its certificate.",
            "Eine Anforderung vom {day} wartet auf ihr Zertifikat."
        )
    }

    /// `days` is how soon the first of them ends.
    pub fn mailboxes_expiring(&self, count: u64, days: i64) -> (String, String) {
        let when = self.in_days(days);
        (
            match count {
                1 => say!(
                    self,
                    "1 mailbox certificate ends soon",
                    "1 Postfachzertifikat läuft bald ab"
                ),
                _ => say!(
                    self,
                    "{count} mailbox certificates end soon",
                    "{count} Postfachzertifikate laufen bald ab"
                ),
            },
            say!(
                self,
                "The first: {when}. Nothing renews it by itself; after that, mail is no longer signed.",
                "Das erste: {when}. Es wird nicht von selbst erneuert; danach wird E-Mail nicht mehr signiert."
            ),
        )
    }

    pub fn no_seat(&self, inactive: u64) -> (String, String) {
        (
            say!(self, "No S/MIME seat is free", "Kein S/MIME-Platz ist frei"),
            say!(
                self,
                "{inactive} mailboxes are inactive. Deactivate others, or order seats.",
                "{inactive} Postfächer sind inaktiv. Deaktivieren Sie andere, oder bestellen Sie Plätze."
            ),
        )
    }

    pub fn authorities_seen(&self, count: u64) -> (String, String) {
        (
            match count {
                1 => say!(
                    self,
                    "A new authority signed mail to you",
                    "Eine neue Zertifizierungsstelle hat E-Mail an Sie signiert"
                ),
                _ => say!(
                    self,
                    "{count} new authorities signed mail to you",
                    "{count} neue Zertifizierungsstellen haben E-Mail an Sie signiert"
                ),
            },
            say!(
                self,
                "Until you decide, their signatures do not count.",
                "Bis Sie entscheiden, gelten ihre Signaturen nicht."
            ),
        )
    }

    pub fn partners_waiting(&self, count: u64) -> (String, String) {
        (
            match count {
                1 => say!(
                    self,
                    "1 partner certificate waits",
                    "1 Partnerzertifikat wartet"
                ),
                _ => say!(
                    self,
                    "{count} partner certificates wait",
                    "{count} Partnerzertifikate warten"
                ),
            },
            say!(
                self,
                "Until they are trusted, nothing is encrypted to them.",
                "Bis ihnen vertraut wird, wird nicht an sie verschlüsselt."
            ),
        )
    }

    pub fn partners_expiring(&self, count: u64) -> (String, String) {
        (
            match count {
                1 => say!(
                    self,
                    "1 partner certificate expires in the next 30 days",
                    "1 Partnerzertifikat läuft in 30 Tagen ab"
                ),
                _ => say!(
                    self,
                    "{count} partner certificates expire in the next 30 days",
                    "{count} Partnerzertifikate laufen in 30 Tagen ab"
                ),
            },
            say!(
                self,
                "A signed message from them brings the new one.",
                "Eine signierte Nachricht von ihnen bringt das neue."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let (english, german) = (Language::English.text(), Language::German.text());
        for (number, grouped) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(english.number(number), grouped);
        }
        assert_eq!(german.number(12_480), "12.480");
        assert_eq!(german.permille(971), "97,1\u{a0}%");
        assert_eq!(english.octets(48_128), "49\u{a0}kB");
        assert_eq!(german.octets(26_214_400), "26,2\u{a0}MB");
    }

    #[test]
    fn the_greeting_knows_hour_and_first_name() {
        let text = Language::English.text();
        assert_eq!(text.greeting(9, "Maria Keller"), "Good morning, Maria");
        assert_eq!(text.greeting(22, ""), "Good evening");
    }

    #[test]
    fn a_day_is_near_far_or_gone() {
        let text = Language::German.text();
        for (days, said) in [
            (-1, "abgelaufen"),
            (0, "heute"),
            (1, "in 1 Tag"),
            (40, "in 40 Tagen"),
        ] {
            assert_eq!(text.in_days(days), said);
        }
    }
}
