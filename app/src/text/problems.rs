//! What went wrong, in words. The edge says it in English; in other languages its stable code is what
//! the portal goes by, and a code that it does not know keeps the edge's sentence.

use api::Problem;

use super::{Language, Text};

impl Text {
    pub fn problem_title(&self, problem: &Problem) -> &'static str {
        match (problem.status, problem.code.as_str()) {
            (0, "no-connection") => self.problem_offline,
            (0, _) => self.problem_unreadable,
            (404, _) => self.problem_missing,
            (403, _) => self.problem_forbidden,
            _ => self.problem_failed,
        }
    }

    pub fn problem_detail(&self, problem: &Problem) -> String {
        match (problem.status, problem.code.as_str()) {
            (0, "no-connection") => self.problem_offline_detail.to_owned(),
            (0, _) => self.problem_unreadable_detail.to_owned(),
            _ => match self.translated(problem) {
                Some(text) => text.to_owned(),
                None if problem.detail.is_empty() => problem.title.clone(),
                None => problem.detail.clone(),
            },
        }
    }

    /// What a field's fault is called says more than that there is one.
    fn translated(&self, problem: &Problem) -> Option<&'static str> {
        let translate = match self.tongue {
            Language::English => return None,
            Language::German => in_german,
        };
        let fields = problem.errors.iter().map(|error| error.code.as_str());
        fields.chain([problem.code.as_str()]).find_map(translate)
    }
}

fn in_german(code: &str) -> Option<&'static str> {
    Some(match code {
        // Who asks
        "unauthorized" => "Bitte melden Sie sich an.",
        "wrong-password" => "E-Mail-Adresse oder Passwort ist falsch.",
        "too-many-attempts" => {
            "Zu viele Anmeldeversuche sind fehlgeschlagen; versuchen Sie es später noch einmal."
        }
        "read-only" => "Sie können dies ansehen, aber nicht ändern.",
        "operator-only" => "Das darf nur der Betreiber dieser Installation.",
        "cross-site" => "Die Anfrage kam von der Seite eines anderen Anbieters.",

        // Certificates of mailboxes
        "wrong-file-password" => "Das Passwort öffnet die Datei nicht.",
        "unreadable-file" => "Die Datei ist kein lesbares PKCS#12.",
        "no-private-key" => "Die Datei enthält keinen privaten Schlüssel.",
        "key-does-not-fit" => "Die Datei enthält kein Zertifikat zu ihrem privaten Schlüssel.",
        "wrong-address" => "Das Zertifikat nennt eine andere Adresse als dieses Postfach.",
        "certificate-expired" => "Das Zertifikat ist abgelaufen.",
        "certificate-not-yet-valid" => "Das Zertifikat ist noch nicht gültig.",
        "weak-key" => {
            "Der Schlüssel ist zu schwach oder unbekannter Art: RSA ab 2048 Bit, P-256, P-384 und P-521 sind möglich."
        }
        "not-for-mail" => {
            "Das Zertifikat muss für E-Mail sein, zum Signieren und zum Verschlüsseln."
        }
        "no-free-seat" => "Die Lizenz hat keinen freien Platz.",
        "licence-expired" => "Es gibt keine Lizenz, die jetzt gilt.",
        "no-pending-request" => {
            "Kein Zertifikat der Datei beantwortet eine Anforderung dieses Postfachs."
        }
        "key-in-use" => "Der Schlüssel gehört einem anderen Postfach.",
        "key-compromised" => {
            "Ein Zertifikat dieses Schlüssels ist gesperrt, weil jemand anderes ihn haben könnte."
        }
        "certificate-revoked" | "already-revoked" => "Dieses Zertifikat ist gesperrt.",
        "not-sealed-for-this" | "import-key-expired" => {
            "Die Datei ließ sich nicht versiegeln; versuchen Sie es noch einmal."
        }
        "not-in-use" => "Nur das Zertifikat in Gebrauch lässt sich erneuern.",
        "other-authority" => {
            "Das Zertifikat ist von einer anderen Stelle: Bestellen Sie dort ein neues, und laden Sie es hoch."
        }
        "no-file" => "Wählen Sie zuerst eine Datei.",

        // What is asked
        "not-found" => "Das gibt es nicht (mehr).",
        "method-not-allowed" => "Das lässt sich hier nicht tun.",
        "bad-json" | "bad-query" | "invalid" | "invalid-value" | "unknown-field"
        | "unknown-word" | "missing-field" | "wrong-type" | "duplicate-field" => {
            "Das Gateway hat die Anfrage nicht verstanden. Laden Sie die Seite neu; sie ist vielleicht älter als das Gateway."
        }
        "too-large" => "Das ist zu groß.",
        "bad-cursor" | "bad-limit" => "Diese Seite der Liste gibt es nicht; beginnen Sie von vorn.",
        "bad-time" => "Das ist keine gültige Zeitangabe.",
        "bad-address" => "Das ist keine gültige E-Mail-Adresse.",
        "bad-domain" => "Das ist kein gültiger Domainname.",
        "bad-pattern" => "Das ist kein Muster wie acme.test oder *.lab.acme.test.",
        "bad-next-hop" => "Das ist kein gültiger nächster Server.",
        "pattern-taken" => "Für dieses Muster gibt es schon eine Route.",

        // Rules and settings
        "stale-version" => "Inzwischen hat jemand anderes etwas geändert; laden Sie die Seite neu.",
        "bad-name" => "Der Name ist leer oder zu lang.",
        "too-many-rules" => {
            "Es gibt schon so viele Regeln, wie möglich sind; entfernen Sie erst eine."
        }
        "not-a-permutation" => "Die neue Reihenfolge nennt nicht jede Regel genau einmal.",
        "out-of-range" => "Der Wert liegt außerhalb der Grenzen.",

        // Certificates
        "bad-certificate" => "Das ist kein lesbares Zertifikat.",
        "no-address" => "Das Zertifikat nennt keine E-Mail-Adresse.",
        "not-for-encryption" => "An dieses Zertifikat kann nicht verschlüsselt werden.",
        "no-authority" => "Das ist nicht das Zertifikat einer Zertifizierungsstelle.",
        "public-authority" => {
            "Eine Stelle der öffentlichen Liste kann gesperrt, aber nicht entfernt werden."
        }
        "built-in-ca" => {
            "Das ist die eingebaute CA Ihrer Organisation; sie kann gesperrt, aber nicht entfernt werden."
        }
        "not-changeable" => "Nur das Vertrauen und die Domain können geändert werden.",
        "no-decision" => "Vertrauen oder sperren: Etwas anderes ist keine Entscheidung.",
        "seats-held" => "Postfächer dieser Route belegen noch Plätze; deaktivieren Sie sie zuerst.",

        // Ours
        "internal" => {
            "Im Gateway ist etwas fehlgeschlagen. Geben Sie den Code an den Support weiter."
        }
        "busy" => "Das Gateway ist gerade ausgelastet; versuchen Sie es gleich noch einmal.",
        "issuer-key-not-there-yet" => {
            "Der Schlüssel der eingebauten CA ist noch nicht verfügbar; versuchen Sie es in einer Minute noch einmal."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use api::FieldProblem;

    use super::*;

    fn problem(code: &str, detail: &str) -> Problem {
        Problem::new(422, code, detail)
    }

    #[test]
    fn german_goes_by_the_code() {
        let (english, german) = (Language::English.text(), Language::German.text());
        let known = problem("no-address", "The certificate names no e-mail address.");
        assert_eq!(english.problem_detail(&known), known.detail);
        assert_eq!(
            german.problem_detail(&known),
            "Das Zertifikat nennt keine E-Mail-Adresse."
        );
        let unknown = problem("later-code", "What the edge says.");
        assert_eq!(german.problem_detail(&unknown), "What the edge says.");
        assert_eq!(
            german.problem_detail(&problem("x", "")),
            "Unprocessable Content"
        );
    }

    #[test]
    fn a_fields_fault_says_more() {
        let mut problem = problem("invalid", "The body is not understood.");
        problem.errors.push(FieldProblem {
            pointer: "/retention_days".to_owned(),
            code: "out-of-range".to_owned(),
            text: "The overview keeps messages for 7 to 400 days.".to_owned(),
        });
        assert_eq!(
            Language::German.text().problem_detail(&problem),
            "Der Wert liegt außerhalb der Grenzen."
        );
    }
}
