//! What went wrong, in words. The edge says it in English; in other languages its stable code is what
//! the portal goes by, and a code that it does not know keeps the edge's sentence.

use api::{Code, DomainCheck, FieldProblem, MailboxProblem, Problem};

use super::{Language, Text};

impl Text {
    pub fn problem_title(&self, problem: &Problem) -> &'static str {
        match (problem.status, Code::parse(&problem.code)) {
            (0, Some(Code::NoConnection)) => self.problem_offline,
            (0, _) => self.problem_unreadable,
            (404, _) => self.problem_missing,
            (403, _) => self.problem_forbidden,
            _ => self.problem_failed,
        }
    }

    pub fn problem_detail(&self, problem: &Problem) -> String {
        match (problem.status, Code::parse(&problem.code)) {
            (0, Some(Code::NoConnection)) => self.problem_offline_detail.to_owned(),
            (0, _) => self.problem_unreadable_detail.to_owned(),
            _ => match self.translated(problem) {
                Some(text) => text.to_owned(),
                None if problem.detail.is_empty() => problem.title.clone(),
                None => problem.detail.clone(),
            },
        }
    }

    /// Why a mailbox was left as it was.
    pub fn mailbox_problem(&self, problem: &MailboxProblem) -> String {
        let translated = self.translate(&problem.code);
        translated.unwrap_or(&problem.detail).to_owned()
    }

    /// What is wrong with a field; `named` is the part of it that is meant, of a list for instance.
    pub fn field_problem(&self, error: &FieldProblem, named: Option<String>) -> String {
        let text = self.translate(&error.code).unwrap_or(&error.text);
        match named {
            Some(named) => format!("{named}: {text}"),
            None => text.to_owned(),
        }
    }

    /// What a look into the DNS found.
    pub fn domain_check(&self, check: &DomainCheck) -> String {
        let translated = match self.tongue {
            Language::English => None,
            Language::German => check_in_german(&check.code),
        };
        translated.map_or_else(|| check.detail.clone(), ToOwned::to_owned)
    }

    /// What a field's fault is called says more than that there is one.
    fn translated(&self, problem: &Problem) -> Option<&'static str> {
        let fields = problem.errors.iter().map(|error| error.code.as_str());
        let mut codes = fields.chain([problem.code.as_str()]);
        codes.find_map(|code| self.translate(code))
    }

    /// In English the edge's own sentence is the one.
    fn translate(&self, code: &str) -> Option<&'static str> {
        match self.tongue {
            Language::English => None,
            Language::German => Code::parse(code).map(german),
        }
    }
}

/// The sentence of each code: one that is missing does not compile.
#[expect(clippy::too_many_lines, reason = "a table, whose rows belong together")]
fn german(code: Code) -> &'static str {
    match code {
        // Who asks
        Code::Unauthorized => "Bitte melden Sie sich an.",
        Code::WrongPassword => "E-Mail-Adresse oder Passwort ist falsch.",
        Code::TooManyAttempts => {
            "Zu viele Anmeldeversuche sind fehlgeschlagen; versuchen Sie es später noch einmal."
        }
        Code::ReadOnly => "Sie können dies ansehen, aber nicht ändern.",
        Code::OperatorOnly => "Das darf nur der Betreiber dieser Installation.",
        Code::CrossSite => "Die Anfrage kam von der Seite eines anderen Anbieters.",

        // The portal's own, about files and about the edge
        Code::WrongFilePassword => "Das Passwort öffnet die Datei nicht.",
        Code::UnreadableFile => "Die Datei ist kein lesbares PKCS#12.",
        Code::NoFile => "Wählen Sie zuerst eine Datei.",
        Code::NoConnection => "Das Gateway ist nicht zu erreichen.",
        Code::UnexpectedReply | Code::UnreadableReply => {
            "Das Gateway hat etwas geantwortet, das diese Seite nicht versteht."
        }

        // Certificates of mailboxes
        Code::NoPrivateKey => "Die Datei enthält keinen privaten Schlüssel.",
        Code::KeyDoesNotFit => "Die Datei enthält kein Zertifikat zu ihrem privaten Schlüssel.",
        Code::WrongAddress => "Das Zertifikat nennt eine andere Adresse als dieses Postfach.",
        Code::CertificateExpired => "Das Zertifikat ist abgelaufen.",
        Code::CertificateNotYetValid => "Das Zertifikat ist noch nicht gültig.",
        Code::WeakKey => {
            "Der Schlüssel ist zu schwach oder unbekannter Art: RSA ab 2048 Bit, P-256, P-384 und P-521 sind möglich."
        }
        Code::NotForMail => {
            "Das Zertifikat muss für E-Mail sein, zum Signieren und zum Verschlüsseln."
        }
        Code::NoFreeSeat => "Die Lizenz hat keinen freien Platz.",
        Code::LicenceExpired => "Es gibt keine Lizenz, die jetzt gilt.",
        Code::DomainUnverified => {
            "Die Domain ist noch nicht bestätigt: Setzen Sie ihren TXT-Eintrag, und prüfen Sie sie."
        }
        Code::DomainLost => {
            "Der Nachweis der Domain fehlt zu lange: Setzen Sie ihren TXT-Eintrag wieder."
        }
        Code::NoPendingRequest => {
            "Kein Zertifikat der Datei beantwortet eine Anforderung dieses Postfachs."
        }
        Code::UnknownMailbox => "Keine Route kennt dieses Postfach.",
        Code::NotActive => "Das Postfach ist nicht aktiv.",
        Code::KeyInUse => "Der Schlüssel gehört einem anderen Postfach.",
        Code::KeyCompromised => {
            "Ein Zertifikat dieses Schlüssels ist gesperrt, weil jemand anderes ihn haben könnte."
        }
        Code::CertificateRevoked | Code::AlreadyRevoked => "Dieses Zertifikat ist gesperrt.",
        Code::NotSealedForThis | Code::ImportKeyExpired => {
            "Die Datei ließ sich nicht versiegeln; versuchen Sie es noch einmal."
        }
        Code::NotInUse => "Nur das Zertifikat in Gebrauch lässt sich erneuern.",
        Code::OtherAuthority => {
            "Das Zertifikat ist von einer anderen Stelle: Bestellen Sie dort ein neues, und laden Sie es hoch."
        }

        // What is asked
        Code::NotFound => "Das gibt es nicht (mehr).",
        Code::MethodNotAllowed => "Das lässt sich hier nicht tun.",
        Code::BadJson
        | Code::BadQuery
        | Code::Invalid
        | Code::InvalidValue
        | Code::UnknownField
        | Code::UnknownWord
        | Code::MissingField
        | Code::WrongType
        | Code::DuplicateField => {
            "Das Gateway hat die Anfrage nicht verstanden. Laden Sie die Seite neu; sie ist vielleicht älter als das Gateway."
        }
        Code::TooLarge => "Das ist zu groß.",
        Code::BadCursor | Code::BadLimit => {
            "Diese Seite der Liste gibt es nicht; beginnen Sie von vorn."
        }
        Code::BadTime => "Das ist keine gültige Zeitangabe.",
        Code::EndsBeforeItBegins => "Das Ende liegt vor dem Beginn.",
        Code::ClockGoesForward => "Die Uhr lässt sich nur vorstellen.",
        Code::BadAddress => "Das ist keine gültige E-Mail-Adresse.",
        Code::BadRecipients => "Eine Nachricht hat mindestens einen und nicht zu viele Empfänger.",
        Code::BadDomain => "Das ist kein gültiger Domainname.",
        Code::BadPattern => "Das ist kein Muster wie acme.test oder *.lab.acme.test.",
        Code::BadNextHop => "Das ist kein gültiger nächster Server.",
        Code::ForeignMailbox => "Das ist keine Adresse der Domain dieser Route.",
        Code::Wildcard => "Eine Route mit Platzhalter kennt keine einzelnen Postfächer.",
        Code::PatternTaken => "Für dieses Muster gibt es schon eine Route.",
        Code::DomainExists => "Diese Domain gibt es hier schon.",
        Code::HeldElsewhere => "Eine andere Organisation hält diese Domain.",
        Code::TooManyDomains => {
            "Es gibt schon so viele Domains, wie möglich sind; entfernen Sie erst eine."
        }

        // Rules and settings
        Code::StaleVersion => {
            "Inzwischen hat jemand anderes etwas geändert; laden Sie die Seite neu."
        }
        Code::BadName => "Der Name ist leer oder zu lang.",
        Code::TooManyRules => {
            "Es gibt schon so viele Regeln, wie möglich sind; entfernen Sie erst eine."
        }
        Code::NotAPermutation => "Die neue Reihenfolge nennt nicht jede Regel genau einmal.",
        Code::OutOfRange => "Der Wert liegt außerhalb der Grenzen.",

        // Certificates
        Code::BadCertificate => "Das ist kein lesbares Zertifikat.",
        Code::NoAddress => "Das Zertifikat nennt keine E-Mail-Adresse.",
        Code::NotForEncryption => "An dieses Zertifikat kann nicht verschlüsselt werden.",
        Code::NoAuthority => "Das ist nicht das Zertifikat einer Zertifizierungsstelle.",
        Code::PublicAuthority => {
            "Eine Stelle der öffentlichen Liste kann gesperrt, aber nicht entfernt werden."
        }
        Code::BuiltInCa => {
            "Das ist die eingebaute CA Ihrer Organisation; sie kann gesperrt, aber nicht entfernt werden."
        }
        Code::NotChangeable => "Nur das Vertrauen und die Domain können geändert werden.",
        Code::NoDecision => "Vertrauen oder sperren: Etwas anderes ist keine Entscheidung.",
        Code::SeatsHeld => "Postfächer dahinter belegen noch Plätze; deaktivieren Sie sie zuerst.",
        Code::BadId => "Das ist keine gültige Kennung einer Organisation.",
        Code::BadPassword => "Das Passwort ist zu kurz oder zu lang.",
        Code::ShortToken => "Das Token ist zu kurz.",
        Code::WhichOrganisation => "Es gibt mehrere Organisationen; nennen Sie eine.",

        // Ours
        Code::Internal => {
            "Im Gateway ist etwas fehlgeschlagen. Geben Sie den Code an den Support weiter."
        }
        Code::TooManyCopies => {
            "Die Nachricht ist für so viele Empfänger auf einmal zu groß; übergeben Sie sie in mehreren Aufrufen."
        }
        Code::Busy => "Das Gateway ist gerade ausgelastet; versuchen Sie es gleich noch einmal.",
        Code::IssuerKeyNotThereYet => {
            "Der Schlüssel der eingebauten CA ist noch nicht verfügbar; versuchen Sie es in einer Minute noch einmal."
        }
        Code::Deferred => "Im Moment fehlt etwas; versuchen Sie es später noch einmal.",
        Code::NextHopUnavailable => "Der nächste Server hat die Nachricht nicht angenommen.",
        Code::Refused => "Die Nachricht wurde abgelehnt.",
    }
}

/// What stands in [`DomainCheck::code`].
fn check_in_german(code: &str) -> Option<&'static str> {
    Some(match code {
        "proof-found" => "Der TXT-Eintrag ist da.",
        "proof-missing" => "Der TXT-Eintrag fehlt.",
        "proof-differs" => "Unter dem TXT-Namen stehen nur andere Werte.",
        "held-elsewhere" => {
            "Der TXT-Eintrag ist da, aber eine andere Organisation hat die Domain schon."
        }
        "mx-found" => "Der MX-Eintrag nennt diesen Server.",
        "mx-missing" => "Die Domain hat keinen MX-Eintrag.",
        "mx-differs" => "Der MX-Eintrag nennt andere Server.",
        "dns-failed" => "Das DNS gab keine Auskunft.",
        "no-resolver" => "Diese Installation fragt kein DNS, es wurde nichts geprüft.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: &str, detail: &str) -> Problem {
        Problem {
            code: code.to_owned(),
            ..Problem::new(422, Code::Invalid, detail)
        }
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
            code: Code::OutOfRange.to_string(),
            text: "The overview keeps messages for 7 to 400 days.".to_owned(),
        });
        assert_eq!(
            Language::German.text().problem_detail(&problem),
            "Der Wert liegt außerhalb der Grenzen."
        );
    }
}
