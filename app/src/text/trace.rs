//! The steps of a message's trace in German; in English the edge says them itself.

use api::TraceStep;
use policy::{InboundOption, Miss, OutboundOption};

use super::{Language, Text};
use crate::features::overview::from_word;

/// The sentence of a step by its code, with `{name}` where a value goes.
const GERMAN: &[(&str, &str)] = &[
    (
        "rule-passed",
        "Regel {priority}, {rule}, entschied nicht: {why}.",
    ),
    ("rules-passed", "{count} weitere Regeln entschieden nicht."),
    (
        "rule-decided",
        "Regel {priority}, {rule}, entschied: {option}.",
    ),
    (
        "defaults-decided",
        "Keine Regel entschied; es gilt die Vorgabe der Organisation: {option}.",
    ),
    (
        "null-sender",
        "Ein Bericht eines Mailservers, ohne Absender: Er geht unverändert hinaus.",
    ),
    (
        "already-signed",
        "Das Programm des Absenders hat die Nachricht signiert; seine Signatur bleibt.",
    ),
    (
        "already-encrypted",
        "Das Programm des Absenders hat die Nachricht verschlüsselt; sie geht unverändert hinaus.",
    ),
    (
        "malformed",
        "Die Nachricht ist nicht wohlgeformt: {defect}.",
    ),
    (
        "no-sender-certificate",
        "{sender} hat kein aktives Zertifikat.",
    ),
    (
        "sender-certificate-unusable",
        "Das Zertifikat von {sender} ist nicht verwendbar: {why}.",
    ),
    (
        "from-mismatch",
        "Das From-Feld nennt {from}, das Zertifikat des Absenders {sender} nicht: keine Signatur.",
    ),
    (
        "key-not-yet",
        "Der private Schlüssel von {mailbox} ist noch nicht verfügbar; der sendende Server versucht es erneut.",
    ),
    (
        "encryption-failed",
        "Die Nachricht konnte nicht verschlüsselt werden: {why}.",
    ),
    (
        "key-unusable",
        "Der private Schlüssel von {mailbox} ist nicht verwendbar: {why}.",
    ),
    (
        "signed",
        "Signiert mit dem Zertifikat {fingerprint} von {sender}.",
    ),
    ("left-unsigned", "Unsigniert zugestellt."),
    ("left-plain", "Unverschlüsselt zugestellt."),
    ("left-as-is", "Unverändert zugestellt."),
    (
        "recipient-key-found",
        "Das Zertifikat {fingerprint} von {recipient} ist bekannt ({source}).",
    ),
    (
        "recipient-key-unusable",
        "Ein Zertifikat von {recipient} ist nicht verwendbar: {why}.",
    ),
    (
        "recipient-key-revoked",
        "Das Zertifikat {fingerprint} von {recipient} wurde widerrufen und wird nicht verwendet.",
    ),
    (
        "no-recipient-key",
        "Kein Zertifikat von {recipient} ist bekannt.",
    ),
    (
        "encrypted",
        "Mit {cipher} an {recipient} und an den Absender verschlüsselt.",
    ),
    (
        "not-to-sender",
        "Das Zertifikat des Absenders taugt nicht zum Verschlüsseln, daher kann der Absender die Nachricht nicht lesen.",
    ),
    (
        "header-hidden",
        "Der Betreff reist nur innerhalb der Verschlüsselung.",
    ),
    (
        "bcc-apart",
        "{recipient} steht weder in To noch in Cc und bekommt eine eigene Kopie.",
    ),
    (
        "stranger-fields-removed",
        "{count} Kopffelder in unserem Namen, den nur wir verwenden dürfen, wurden entfernt.",
    ),
    ("not-encrypted", "Die Nachricht ist nicht verschlüsselt."),
    (
        "left-encrypted",
        "Verschlüsselt zugestellt, wie die Regel es will.",
    ),
    (
        "decrypted",
        "Mit einem Schlüssel von {recipient} entschlüsselt ({cipher}).",
    ),
    (
        "not-decrypted",
        "Die Nachricht lässt sich nicht entschlüsseln: {why}.",
    ),
    ("not-signed", "Die Nachricht ist nicht signiert."),
    ("signature-good", "Die Signatur von {signer} ist gültig."),
    (
        "signature-over-sha1",
        "Sie beruht auf SHA-1, was die Organisation zulässt: Das Zertifikat des Absenders wird daraus nicht gelernt.",
    ),
    (
        "signature-bad",
        "Die Signatur von {signer} ist nicht gültig: {why}.",
    ),
    (
        "visible-from-kept",
        "Die Nachricht schützt einen anderen Absender (From) als den sichtbaren, ohne gültige Signatur dafür: Der sichtbare bleibt.",
    ),
    (
        "certificate-learnt",
        "Das Zertifikat {fingerprint} von {address} ist jetzt bekannt.",
    ),
    (
        "not-revoked",
        "Das Zertifikat von {address} ist nicht widerrufen.",
    ),
    (
        "revocation-unreachable",
        "Niemand sagt, ob das Zertifikat von {address} widerrufen wurde: Keine Stelle, die es nennt, antwortet.",
    ),
    (
        "revocation-unpublished",
        "Niemand sagt, ob das Zertifikat von {address} widerrufen wurde: Es nennt keine Stelle, die das täte.",
    ),
    ("refused", "Abgelehnt: {why}."),
    ("deferred", "Vorerst nicht angenommen: {why}."),
    (
        "sender-told",
        "Der Absender bekommt einen Fehlerbericht, weil andere Empfänger bedient wurden.",
    ),
];

impl Text {
    /// A step of a trace; the edge's own sentence where there is no translation.
    pub fn trace_step(&self, step: &TraceStep) -> String {
        let found = GERMAN.iter().find(|(code, _)| *code == step.code);
        match (self.tongue, found) {
            (Language::German, Some((_, template))) => {
                let mut text = (*template).to_owned();
                for (name, value) in &step.fields {
                    let value = self.trace_value(name, value);
                    text = text.replacen(&format!("{{{name}}}"), &value, 1);
                }
                text
            }
            _ => match step.fields.get("option") {
                Some(word) => step.text.replacen(word, &self.option_word(word), 1),
                None => step.text.clone(),
            },
        }
    }

    fn trace_value(&self, name: &str, value: &str) -> String {
        let misses = [
            (Miss::Disabled, self.miss_disabled),
            (Miss::NotDefined, self.miss_not_defined),
            (Miss::OtherManaged, self.miss_other_managed),
            (Miss::OtherExternal, self.miss_other_external),
        ];
        match name {
            "option" => self.option_word(value),
            "why" => {
                let found = misses.iter().find(|(miss, _)| miss.to_string() == value);
                found.map_or_else(|| value.to_owned(), |(_, said)| (*said).to_owned())
            }
            _ => value.to_owned(),
        }
    }

    /// The name of an option by its word, whichever direction it is for.
    fn option_word(&self, word: &str) -> String {
        if let Some(option) = from_word::<OutboundOption>(word) {
            self.outbound_option(Some(option)).to_owned()
        } else if let Some(option) = from_word::<InboundOption>(word) {
            self.inbound_option(Some(option)).to_owned()
        } else {
            word.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use api::TraceLevel;

    use super::*;

    /// The names between braces, sorted.
    fn values(template: &str) -> Vec<&str> {
        let mut names: Vec<&str> = template
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_step_of_the_gateway_is_translated_with_all_its_values() {
        for step in gateway::STEPS {
            let found = GERMAN.iter().find(|(code, _)| *code == step.code);
            let (_, german) = found.unwrap_or_else(|| panic!("{} has no German", step.code));
            assert_eq!(values(german), values(step.template), "{}", step.code);
        }
        assert_eq!(
            GERMAN.len(),
            gateway::STEPS.len(),
            "a translation of nothing"
        );
    }

    #[test]
    fn a_step_speaks_the_chosen_language() {
        let fields = [
            ("priority", "2"),
            ("rule", "Partner"),
            ("option", "sign_only"),
        ];
        let step = TraceStep {
            code: "rule-decided".to_owned(),
            level: TraceLevel::Info,
            text: "Rule 2, Partner, decided: sign_only.".to_owned(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        let english = Language::English.text().trace_step(&step);
        assert_eq!(english, "Rule 2, Partner, decided: Sign only.");
        let german = Language::German.text().trace_step(&step);
        assert_eq!(german, "Regel 2, Partner, entschied: Nur signieren.");
    }

    #[test]
    fn an_unknown_step_is_said_in_english() {
        let step = TraceStep {
            code: "later".to_owned(),
            level: TraceLevel::Info,
            text: "Something new.".to_owned(),
            fields: std::collections::BTreeMap::new(),
        };
        assert_eq!(Language::German.text().trace_step(&step), "Something new.");
    }
}
