//! Texts without values: key, English, German.

use super::Language;

macro_rules! words {
    ($($key:ident: $english:literal, $german:literal;)*) => {
        /// The texts of one language.
        pub struct Text {
            pub(super) tongue: Language,
            $(pub $key: &'static str,)*
        }

        impl Text {
            pub(super) const ENGLISH: Self = Self {
                tongue: Language::English,
                $($key: $english,)*
            };
            pub(super) const GERMAN: Self = Self {
                tongue: Language::German,
                $($key: $german,)*
            };
        }
    };
}

words! {
    // How dates are written.
    locale: "en-GB", "de-DE";

    // Navigation and frame
    skip_to_content: "Skip to content", "Zum Inhalt springen";
    navigation: "Main navigation", "Hauptnavigation";
    home: "Home", "Start";
    messages: "E-mail overview", "E-Mail-Übersicht";
    messages_short: "E-mail", "E-Mail";
    rules: "Rules", "Regeln";
    mailboxes: "Mailboxes", "Postfächer";
    mailboxes_short: "Mailboxes", "Postfächer";
    certificates: "Certificates", "Zertifikate";
    settings: "Settings", "Einstellungen";
    more: "More", "Mehr";
    jump: "Search or jump to…", "Suchen oder springen …";
    jump_title: "Search or jump", "Suchen oder springen";
    jump_field: "Address, domain or page", "Adresse, Domain oder Seite";
    jump_in_mailboxes: "in mailboxes", "in Postfächern";
    jump_in_messages: "in the e-mail overview", "in der E-Mail-Übersicht";
    jump_in_partners: "in partner certificates", "in Partnerzertifikaten";
    theme_dark: "Switch to dark", "Dunkel anzeigen";
    theme_light: "Switch to light", "Hell anzeigen";
    language: "Language", "Sprache";
    account: "Account", "Konto";
    sign_out: "Sign out", "Abmelden";
    read_only: "You can look at everything here, but not change it. An administrator with write permission can.", "Sie können hier alles ansehen, aber nichts ändern. Das kann ein Administrator mit Schreibrecht.";

    // Used everywhere
    close: "Close", "Schließen";
    cancel: "Cancel", "Abbrechen";
    retry: "Try again", "Erneut versuchen";
    loading: "Loading", "Wird geladen";
    copy: "Copy", "Kopieren";
    copied: "Copied", "Kopiert";
    pages: "Pages", "Seiten";
    previous: "Previous", "Zurück";
    next: "Next", "Weiter";
    newer: "Newer", "Neuere";
    older: "Older", "Ältere";
    refresh: "Refresh", "Aktualisieren";
    clear_filter: "Clear the filter", "Filter aufheben";
    no_match: "Nothing matches the filter", "Nichts passt zum Filter";
    no_match_detail: "Widen the filter, or clear it to see everything.", "Fassen Sie den Filter weiter, oder heben Sie ihn auf, um alles zu sehen.";
    edit: "Edit", "Bearbeiten";
    delete: "Delete", "Löschen";
    open: "Open", "Öffnen";
    show: "Show", "Anzeigen";
    decide: "Decide", "Entscheiden";
    nothing: "–", "–";
    subject: "Subject", "Inhaber";
    issuer: "Issuer", "Aussteller";
    fingerprint: "Fingerprint (SHA-256)", "Fingerabdruck (SHA-256)";
    source: "Source", "Herkunft";
    valid_until: "Valid until", "Gültig bis";
    valid_from: "Valid from", "Gültig ab";
    expired: "expired", "abgelaufen";
    status: "Status", "Status";
    actions: "Actions", "Aktionen";
    not_found: "This page does not exist", "Diese Seite gibt es nicht";
    not_found_detail: "The address may be mistyped, or what it showed is gone.", "Die Adresse ist vielleicht vertippt, oder was sie zeigte, gibt es nicht mehr.";
    to_home: "Go to Home", "Zur Startseite";

    // Problems
    problem_code: "Code for support:", "Code für den Support:";
    problem_offline: "No connection to the gateway", "Keine Verbindung zum Gateway";
    problem_offline_detail: "The portal got no answer. Check your network, then try again. Mail flow does not depend on this page.", "Das Portal bekam keine Antwort. Prüfen Sie Ihr Netz und versuchen Sie es erneut. Der Mailfluss hängt nicht von dieser Seite ab.";
    problem_unreadable: "The gateway's answer could not be read", "Die Antwort des Gateways war nicht lesbar";
    problem_unreadable_detail: "This page may be older than the gateway. Reload it; if that does not help, pass the code on to support.", "Diese Seite ist vielleicht älter als das Gateway. Laden Sie sie neu; hilft das nicht, geben Sie den Code an den Support weiter.";
    problem_missing: "This does not exist (any more)", "Das gibt es nicht (mehr)";
    problem_forbidden: "Not permitted", "Nicht erlaubt";
    problem_failed: "That did not work", "Das hat nicht funktioniert";

    // Sign-in
    sign_in: "Sign in", "Anmelden";
    sign_in_title: "Sign in", "Anmelden";
    sign_in_lead: "Signed and encrypted e-mail for your organisation", "Signierte und verschlüsselte E-Mail für Ihre Organisation";
    email: "E-mail address", "E-Mail-Adresse";
    password: "Password", "Passwort";
    sign_in_wrong: "E-mail address or password is wrong.", "E-Mail-Adresse oder Passwort ist falsch.";
    sign_in_ended: "You were signed out. Sign in to go on where you were.", "Sie wurden abgemeldet. Melden Sie sich an, um dort weiterzumachen.";
    signing_in: "Signing in…", "Anmeldung läuft …";

    // Home
    morning: "Good morning", "Guten Morgen";
    afternoon: "Good afternoon", "Guten Tag";
    evening: "Good evening", "Guten Abend";
    mail_flows: "Mail is flowing.", "Der Mailfluss läuft.";
    no_mail_yet: "No mail in the last 24 hours.", "Keine E-Mail in den letzten 24 Stunden.";
    stat_messages: "Messages, last 24 hours", "Nachrichten, letzte 24 Stunden";
    stat_messages_note: "one per recipient", "eine je Empfänger";
    stat_protected: "Protected", "Geschützt";
    stat_protected_note: "signed, encrypted or verified", "signiert, verschlüsselt oder geprüft";
    stat_signed: "Signed or verified", "Signiert oder geprüft";
    stat_encrypted: "Encrypted or decrypted", "Ver- oder entschlüsselt";
    stat_refused: "Refused", "Abgelehnt";
    stat_seats: "S/MIME seats", "S/MIME-Plätze";
    last_24_hours: "Last 24 hours", "Letzte 24 Stunden";
    all_messages: "all messages", "alle Nachrichten";
    encrypted_or_decrypted: "encrypted or decrypted", "ver- oder entschlüsselt";
    hour: "Hour", "Stunde";
    no_bars: "As soon as mail passes the gateway, it shows here.", "Sobald E-Mail durch das Gateway geht, erscheint sie hier.";
    needs_a_person: "Needs a person", "Braucht einen Menschen";
    needs_nobody: "Nothing needs you right now", "Im Moment braucht nichts Ihr Zutun";
    needs_nobody_detail: "Certificates, seats and partners are in order.", "Zertifikate, Plätze und Partner sind in Ordnung.";

    // Mailboxes
    mailboxes_lead: "Known mailboxes of your inbound routes. Activate one and its mail is signed, and encrypted where your rules say so. Mailboxes of wildcard routes are not listed.", "Bekannte Postfächer Ihrer eingehenden Routen. Aktivieren Sie eines, und seine E-Mail wird signiert und verschlüsselt, wo Ihre Regeln es sagen. Postfächer von Platzhalterrouten stehen nicht in der Liste.";
    mailboxes_caption: "Mailboxes and their certificates", "Postfächer und ihre Zertifikate";
    mailbox: "Mailbox", "Postfach";
    certificate: "Certificate", "Zertifikat";
    find_address: "Find an address", "Adresse suchen";
    filter_status: "Filter by status", "Nach Status filtern";
    all: "All", "Alle";
    active: "Active", "Aktiv";
    activating: "Activating", "In Aktivierung";
    revoke_pending: "Revoke pending", "In Deaktivierung";
    inactive: "Inactive", "Inaktiv";
    filter_domain: "Filter by domain", "Nach Domain filtern";
    all_domains: "All domains", "Alle Domains";
    select_page: "Select all on this page", "Alle auf dieser Seite auswählen";
    activate: "Activate", "Aktivieren";
    activate_all: "Activate all inactive", "Alle inaktiven aktivieren";
    deactivate: "Deactivate", "Deaktivieren";
    clear_selection: "Clear", "Aufheben";
    selection: "Selection", "Auswahl";
    busy: "Working…", "Wird ausgeführt …";
    activate_means: "A certificate is made for each. From then on outgoing mail is signed, and encrypted where your rules say so.", "Für jedes wird ein Zertifikat erstellt. Danach wird ausgehende E-Mail signiert und verschlüsselt, wo Ihre Regeln es sagen.";
    activate_keeps_seat: "Mailboxes with a revocation pending keep the seat they still hold.", "Postfächer in Deaktivierung behalten den Platz, den sie noch belegen.";
    deactivate_means: "The certificates are revoked, and outgoing mail is no longer signed. Old mail stays readable where it was decrypted.", "Die Zertifikate werden gesperrt, und ausgehende E-Mail wird nicht mehr signiert. Alte E-Mail bleibt lesbar, wo sie entschlüsselt wurde.";
    deactivate_seat: "A seat becomes free when the CA has confirmed the revocation, after 14 days at the latest.", "Ein Platz wird frei, sobald die CA die Sperrung bestätigt hat, spätestens nach 14 Tagen.";
    deactivate_enforce: "Rules that enforce encryption stop their mail: it is refused.", "Regeln, die Verschlüsselung erzwingen, halten ihre E-Mail auf: Sie wird abgelehnt.";
    results_title: "What became of each mailbox", "Was aus jedem Postfach wurde";
    result: "Result", "Ergebnis";
    unknown: "Unknown", "Unbekannt";
    done: "Done", "Fertig";
    mailboxes_empty: "No mailboxes yet", "Noch keine Postfächer";
    mailboxes_empty_detail: "Mailboxes come with the inbound routes of your domains. Add the known mailboxes to a route, and they are listed here.", "Postfächer kommen mit den eingehenden Routen Ihrer Domains. Tragen Sie die bekannten Postfächer in eine Route ein, dann stehen sie hier.";
    licence: "Licence", "Lizenz";
    free: "free", "frei";
    used_lower: "in use", "belegt";
    pending_lower: "revoke pending", "in Deaktivierung";
    history: "Certificates", "Zertifikate";
    history_empty: "This mailbox never had a certificate", "Dieses Postfach hatte nie ein Zertifikat";
    history_empty_detail: "Activate it, and its first certificate is made.", "Aktivieren Sie es, dann wird das erste Zertifikat erstellt.";
    in_use: "In use", "In Gebrauch";
    former: "Former", "Früheres";
    built_in_ca: "Built-in CA", "Eingebaute CA";
    acme: "ACME", "ACME";
    csr: "CSR", "CSR";
    uploaded: "Uploaded", "Hochgeladen";
    mail_of_mailbox: "Its mail", "Seine E-Mail";

    // Overview
    messages_lead: "What happened to every message, and why. Content is never stored.", "Was mit jeder Nachricht geschah, und warum. Inhalte werden nie gespeichert.";
    messages_caption: "Messages, newest first", "Nachrichten, neueste zuerst";
    export_csv: "Export CSV", "CSV exportieren";
    exporting: "Exporting…", "Wird exportiert …";
    time: "Time", "Zeit";
    direction: "Direction", "Richtung";
    from_and_to: "From and to", "Von und an";
    protection: "Protection", "Schutz";
    outcome: "Outcome", "Ausgang";
    rule: "Rule", "Regel";
    by_default: "Default", "Standard";
    both: "Both", "Beide";
    out: "Out", "Aus";
    in_: "In", "Ein";
    outbound: "Outbound", "Ausgehend";
    inbound: "Inbound", "Eingehend";
    null_sender: "no sender (a report)", "kein Absender (ein Bericht)";
    delivered: "Delivered", "Zugestellt";
    refused: "Refused", "Abgelehnt";
    failed: "Failed", "Fehlgeschlagen";
    pending: "Pending", "Unterwegs";
    signed: "Signed", "Signiert";
    encrypted: "Encrypted", "Verschlüsselt";
    decrypted: "Decrypted", "Entschlüsselt";
    verified: "Verified", "Geprüft";
    signature_bad: "Signature bad", "Signatur ungültig";
    still_encrypted: "Still encrypted", "Noch verschlüsselt";
    plain: "Plain", "Ungeschützt";
    filter_outcome: "Filter by outcome or protection", "Nach Ausgang oder Schutz filtern";
    any_status: "Any status", "Jeder Status";
    filter_time: "Filter by time", "Nach Zeit filtern";
    any_time: "Any time", "Jederzeit";
    last_hour: "Last hour", "Letzte Stunde";
    last_7_days: "Last 7 days", "Letzte 7 Tage";
    last_30_days: "Last 30 days", "Letzte 30 Tage";
    chosen_days: "Chosen days…", "Bestimmte Tage …";
    first_day: "From day", "Von Tag";
    last_day: "To day", "Bis Tag";
    messages_empty: "No messages yet", "Noch keine Nachrichten";
    messages_empty_detail: "Point your mail server at the relay. Every message that passes shows here, with the reason for what was done.", "Richten Sie Ihren Mailserver auf das Relay. Jede Nachricht, die durchgeht, erscheint hier, mit dem Grund für das, was geschah.";
    message: "Message", "Nachricht";
    trace: "What happened", "Was geschah";
    message_id: "Message-ID", "Message-ID";
    size: "Size", "Größe";
    received: "Received", "Eingegangen";
    policy_version: "Rules version", "Regelversion";
    reason: "Reason", "Grund";
    log_id: "Log entry", "Protokolleintrag";
    rule_from_message: "New rule from this message", "Neue Regel aus dieser Nachricht";
    try_today: "Explain as of today", "Nach heutigen Regeln erklären";

    // Rules
    rules_lead: "The first rule that defines an option decides; 1 is the highest priority. A new rule enters at 1.", "Die erste Regel, die eine Option festlegt, entscheidet; 1 hat den höchsten Vorrang. Eine neue Regel kommt auf Platz 1.";
    new_rule: "New rule", "Neue Regel";
    export_rules: "Export", "Exportieren";
    rules_list: "Rules, first match wins", "Regeln, die erste passende gilt";
    rules_how: "Move with the buttons, with Alt and the arrow keys, or by dragging.", "Verschieben mit den Knöpfen, mit Alt und den Pfeiltasten oder durch Ziehen.";
    not_defined: "Not defined", "Nicht festgelegt";
    neither: "Neither sign nor encrypt", "Weder signieren noch verschlüsseln";
    sign_only: "Sign only", "Nur signieren";
    optional_encryption: "Optional encryption", "Optionale Verschlüsselung";
    enforce_encryption: "Enforce encryption", "Verschlüsselung erzwingen";
    do_not_decrypt: "Do not decrypt", "Nicht entschlüsseln";
    optional_decryption: "Optional decryption", "Optionale Entschlüsselung";
    always_decrypt: "Always decrypt", "Immer entschlüsseln";
    force_decryption: "Force decryption", "Entschlüsselung erzwingen";
    out_colon: "Out:", "Aus:";
    in_colon: "In:", "Ein:";
    everything_else: "Everything else", "Alles andere";
    your_defaults: "Your organisation's defaults", "Die Vorgaben Ihrer Organisation";
    rules_empty: "No rules yet: the defaults decide everything", "Noch keine Regeln: Die Vorgaben entscheiden alles";
    rules_empty_detail: "Add a rule where a partner, a domain or a mailbox needs something else.", "Legen Sie eine Regel an, wo ein Partner, eine Domain oder ein Postfach etwas anderes braucht.";
    disabled: "Off", "Aus";
    new_not_live: "New, not live yet", "Neu, noch nicht aktiv";
    changed_not_live: "Changed, not live yet", "Geändert, noch nicht aktiv";
    moved_not_live: "Moved, not live yet", "Verschoben, noch nicht aktiv";
    lint_vacuous: "Decides nothing: no option is defined", "Entscheidet nichts: Keine Option ist festgelegt";
    move_dialog: "Move a rule", "Regel verschieben";
    move_to: "Move to…", "Verschieben nach …";
    move_place: "New place", "Neuer Platz";
    move_action: "Move", "Verschieben";
    rule_menu: "More actions", "Weitere Aktionen";
    duplicate: "Duplicate", "Duplizieren";
    discard: "Discard", "Verwerfen";
    review_and_publish: "Review and publish", "Prüfen und veröffentlichen";
    publish: "Publish", "Veröffentlichen";
    publishing: "Publishing…", "Wird veröffentlicht …";
    publish_title: "Publish these changes?", "Diese Änderungen veröffentlichen?";
    publish_means: "They hold for every message from this moment on.", "Sie gelten ab diesem Augenblick für jede Nachricht.";
    discard_title: "Discard the draft?", "Entwurf verwerfen?";
    discard_means: "The list goes back to the published rules.", "Die Liste kehrt zu den veröffentlichten Regeln zurück.";
    discarded: "The draft is discarded.", "Der Entwurf ist verworfen.";
    diff_added: "Added", "Hinzugefügt";
    diff_changed: "Changed", "Geändert";
    diff_removed: "Removed", "Entfernt";
    diff_moved: "Moved", "Verschoben";
    diff_defaults: "Defaults", "Vorgaben";
    diff_nothing: "The rules are the same; only the version moved.", "Die Regeln sind dieselben; nur die Version ist neu.";
    stale_title: "Somebody else published in the meantime", "Inzwischen hat jemand anderes veröffentlicht";
    stale_means: "Nothing of your draft was published. This is what they changed:", "Von Ihrem Entwurf wurde nichts veröffentlicht. Das haben sie geändert:";
    stale_keep: "Put my draft on top", "Meinen Entwurf darauf aufsetzen";
    stale_drop: "Take theirs, drop mine", "Ihre nehmen, meinen verwerfen";
    rebased: "Your draft now stands on the newest rules. Review it once more.", "Ihr Entwurf steht jetzt auf den neuesten Regeln. Prüfen Sie ihn noch einmal.";
    edit_rule: "Edit rule", "Regel bearbeiten";
    editor_draft: "The rule goes into your draft. Nothing is live until you publish.", "Die Regel kommt in Ihren Entwurf. Nichts gilt, bevor Sie veröffentlichen.";
    rule_name: "Name", "Name";
    managed_side: "Your mailboxes", "Ihre Postfächer";
    external_side: "External mailboxes", "Externe Postfächer";
    kind_managed_any: "Any managed mailbox", "Jedes verwaltete Postfach";
    kind_external_any: "Anyone", "Alle";
    anyone: "anyone", "allen";
    kind_domain: "A domain", "Eine Domain";
    kind_address: "One address", "Eine Adresse";
    domain: "Domain", "Domain";
    address: "Address", "Adresse";
    with_subdomains: "Its subdomains too", "Auch ihre Subdomains";
    outgoing_mail: "Outgoing mail", "Ausgehende E-Mail";
    incoming_mail: "Incoming mail", "Eingehende E-Mail";
    rule_enabled: "The rule is on", "Die Regel ist eingeschaltet";
    to_draft: "Put into draft", "In den Entwurf";
    fault_name_missing: "Give the rule a name.", "Geben Sie der Regel einen Namen.";
    fault_no_at: "An address needs an @, as in alice@example.com.", "Eine Adresse braucht ein @, wie in alice@example.com.";
    fault_local: "The part before the @ is empty, too long or has characters that are not allowed.", "Der Teil vor dem @ ist leer, zu lang oder enthält unerlaubte Zeichen.";
    fault_no_domain: "Enter a domain, such as example.com.", "Geben Sie eine Domain ein, etwa example.com.";
    fault_domain: "This is no valid domain name.", "Das ist kein gültiger Domainname.";
    fault_literal: "Address literals in brackets are not supported.", "Adressliterale in Klammern werden nicht unterstützt.";
    edit_defaults: "Edit the defaults", "Vorgaben bearbeiten";
    defaults_lead: "They decide wherever no rule does.", "Sie entscheiden überall, wo keine Regel entscheidet.";

    // Try it
    try_it: "Try it", "Ausprobieren";
    try_it_lead: "on the draft, in your browser", "am Entwurf, in Ihrem Browser";
    try_from_managed: "From (managed)", "Von (verwaltet)";
    try_to_external: "To (external)", "An (extern)";
    try_from_external: "From (external)", "Von (extern)";
    try_to_managed: "To (managed)", "An (verwaltet)";
    try_enter: "Enter two addresses to see what would happen.", "Geben Sie zwei Adressen ein, um zu sehen, was geschähe.";
    trace_not_reached: "not reached", "nicht erreicht";
    trace_defaults: "Defaults", "Vorgaben";
    miss_disabled: "it is switched off", "sie ist ausgeschaltet";
    miss_not_defined: "not defined for this direction", "für diese Richtung nicht festgelegt";
    miss_other_managed: "it is about other mailboxes of yours", "sie betrifft andere Postfächer von Ihnen";
    miss_other_external: "it is about other external mailboxes", "sie betrifft andere externe Postfächer";
    verdict_leave: "Sent as it is", "Unverändert gesendet";
    verdict_sign: "Signed", "Signiert";
    verdict_encrypt: "Encrypted", "Verschlüsselt";
    verdict_sign_and_encrypt: "Signed and encrypted", "Signiert und verschlüsselt";
    verdict_refused: "Refused", "Abgelehnt";
    refuse_no_certificate: "The sender has no active certificate. Activate the mailbox, or relax the rule.", "Der Absender hat kein aktives Zertifikat. Aktivieren Sie das Postfach, oder lockern Sie die Regel.";
    refuse_no_key: "No key of the recipient is known. Upload their certificate, or have them send a signed message.", "Kein Schlüssel des Empfängers ist bekannt. Laden Sie sein Zertifikat hoch, oder lassen Sie sich eine signierte Nachricht senden.";
    in_plain: "Plain mail", "Unverschlüsselte E-Mail";
    in_decryptable: "Encrypted mail, key at hand", "Verschlüsselte E-Mail, Schlüssel vorhanden";
    in_undecryptable: "Encrypted mail, no key", "Verschlüsselte E-Mail, kein Schlüssel";
    in_leave: "delivered as it is", "unverändert zugestellt";
    in_decrypt: "delivered decrypted", "entschlüsselt zugestellt";
    in_refused: "refused", "abgelehnt";
    in_still_encrypted: "delivered still encrypted", "noch verschlüsselt zugestellt";
    fact_checking: "Checking…", "Wird geprüft …";
    fact_own_yes: "The sender's certificate is active", "Das Zertifikat des Absenders ist aktiv";
    fact_own_no: "The sender has no active certificate", "Der Absender hat kein aktives Zertifikat";
    fact_own_unknown: "The sender is no known mailbox", "Der Absender ist kein bekanntes Postfach";
    fact_key_yes: "The recipient's key is known", "Der Schlüssel des Empfängers ist bekannt";
    fact_key_no: "No key of the recipient is known", "Kein Schlüssel des Empfängers ist bekannt";
    fact_in_yes: "The recipient's certificate is active", "Das Zertifikat des Empfängers ist aktiv";
    fact_in_no: "The recipient has no active certificate", "Der Empfänger hat kein aktives Zertifikat";
    fact_in_unknown: "The recipient is no known mailbox", "Der Empfänger ist kein bekanntes Postfach";
    nothing_was_sent: "evaluated in this browser, nothing was sent", "in diesem Browser ausgewertet, nichts wurde gesendet";

    // Certificates
    certificates_lead: "Keys of the people you write to, and the authorities that vouch for them.", "Schlüssel der Menschen, denen Sie schreiben, und die Stellen, die für sie bürgen.";
    partners: "Partners", "Partner";
    authorities: "Authorities", "Zertifizierungsstellen";
    tabs: "Kinds of certificates", "Arten von Zertifikaten";
    partners_caption: "Certificates of external mailboxes", "Zertifikate externer Postfächer";
    addresses: "Addresses", "Adressen";
    harvested: "Learnt from signed mail", "Aus signierter E-Mail gelernt";
    trust: "Trust", "Vertrauen";
    trusted: "Trusted", "Vertraut";
    trust_pending: "Waits for a decision", "Wartet auf Entscheidung";
    blocked: "Blocked", "Gesperrt";
    undecided: "Undecided", "Offen";
    upload_partner: "Choose or drop a certificate", "Zertifikat wählen oder hier ablegen";
    upload_hint: "PEM or DER, one certificate, no private key", "PEM oder DER, ein Zertifikat, kein privater Schlüssel";
    upload_too_large: "The file is too large to be a certificate.", "Die Datei ist zu groß für ein Zertifikat.";
    upload_unreadable: "The file could not be read.", "Die Datei war nicht lesbar.";
    partners_empty: "No partner certificates yet", "Noch keine Partnerzertifikate";
    partners_empty_detail: "They are learnt from signed mail that verifies. You can also upload one above.", "Sie werden aus signierter E-Mail gelernt, deren Prüfung gelingt. Sie können oben auch eines hochladen.";
    authority_blocked: "Its authority is blocked", "Seine Zertifizierungsstelle ist gesperrt";
    authority_not_trusted: "Its authority is not trusted for it", "Seiner Zertifizierungsstelle wird dafür nicht vertraut";
    block_partner_title: "Block this certificate?", "Dieses Zertifikat sperren?";
    block_partner_means: "Nothing is encrypted to it any more, and signed mail does not bring it back. Where a rule enforces encryption and no other key is known, mail to these addresses is refused.", "Es wird nicht mehr an es verschlüsselt, und signierte E-Mail bringt es nicht zurück. Wo eine Regel Verschlüsselung erzwingt und kein anderer Schlüssel bekannt ist, wird E-Mail an diese Adressen abgelehnt.";
    delete_partner_title: "Delete this certificate?", "Dieses Zertifikat löschen?";
    delete_partner_means: "Mail to these addresses is no longer encrypted with it, until signed mail brings it back; block it to prevent that. Where a rule enforces encryption and no other key is known, such mail is refused.", "E-Mail an diese Adressen wird nicht mehr damit verschlüsselt, bis signierte E-Mail es zurückbringt; sperren Sie es, um das zu verhindern. Wo eine Regel Verschlüsselung erzwingt und kein anderer Schlüssel bekannt ist, wird sie abgelehnt.";
    partner_deleted: "The certificate is deleted.", "Das Zertifikat ist gelöscht.";
    find_partner: "Find an address", "Adresse suchen";
    filter_trust: "Filter by trust", "Nach Vertrauen filtern";
    authorities_caption: "Certification authorities", "Zertifizierungsstellen";
    authority: "Authority", "Zertifizierungsstelle";
    find_authority: "Find an authority", "Zertifizierungsstelle suchen";
    own: "Own", "Eigene";
    public: "Public list", "Öffentliche Liste";
    seen: "Seen in mail", "In E-Mail gesehen";
    everywhere: "every domain", "jede Domain";
    trust_action: "Trust", "Vertrauen";
    block_action: "Block", "Sperren";
    upload_authority: "Choose or drop an authority's certificate", "Zertifikat einer Stelle wählen oder hier ablegen";
    authorities_empty: "No authorities yet", "Noch keine Zertifizierungsstellen";
    authorities_empty_detail: "Upload the root certificate of a partner's own authority above.", "Laden Sie oben das Wurzelzertifikat der eigenen Stelle eines Partners hoch.";
    delete_authority_title: "Remove this authority?", "Diese Zertifizierungsstelle entfernen?";
    delete_authority_means: "Signatures that only it vouches for no longer verify, and certificates are no longer learnt from them.", "Signaturen, für die nur sie bürgt, gelten nicht mehr, und aus ihnen werden keine Zertifikate mehr gelernt.";
    authority_deleted: "The authority is removed.", "Die Zertifizierungsstelle ist entfernt.";
    block_title: "Block this authority?", "Diese Zertifizierungsstelle sperren?";
    filter_source: "Filter by source", "Nach Herkunft filtern";
    any_source: "Any source", "Jede Herkunft";
    any_trust: "Any trust", "Jedes Vertrauen";

    // Mail protection
    mail_protection: "Mail protection", "Schutz der E-Mail";
    cipher: "Cipher where the recipient's software is unknown", "Verschlüsselung, wenn die Software des Empfängers unbekannt ist";
    cipher_note: "Where signed mail has told what a recipient can read, the strongest of that is taken.", "Wo signierte E-Mail verraten hat, was ein Empfänger lesen kann, wird das Stärkste davon genommen.";
    cipher_cbc: "AES-256-CBC", "AES-256-CBC";
    cipher_cbc_means: "Every mail client in use can open it.", "Jedes gebräuchliche Mailprogramm kann sie öffnen.";
    cipher_gcm: "AES-256-GCM", "AES-256-GCM";
    cipher_gcm_means: "Tampering shows when the mail is opened. Some clients cannot open it at all.", "Eine Manipulation fällt beim Öffnen auf. Manche Programme können die E-Mail gar nicht öffnen.";
    header_protection: "Header fields of signed mail", "Kopfzeilen signierter E-Mail";
    header_note: "Subject, From, To and the like (RFC 9788).", "Betreff, Absender, Empfänger und Ähnliches (RFC 9788).";
    header_off: "Not protected", "Nicht geschützt";
    header_off_means: "They can be read and changed on the way.", "Sie können unterwegs gelesen und geändert werden.";
    header_signed: "Signed", "Signiert";
    header_signed_means: "The recipient's client can tell whether they were changed. Clients that do not know this show the mail as ever.", "Das Programm des Empfängers erkennt, ob sie geändert wurden. Programme, die das nicht kennen, zeigen die E-Mail wie gewohnt.";
    header_confidential: "Signed, and the subject of encrypted mail hidden", "Signiert, und der Betreff verschlüsselter E-Mail verborgen";
    header_confidential_means: "Servers on the way see […] as the subject, and so do recipients whose client does not know this.", "Server unterwegs sehen […] als Betreff, ebenso Empfänger, deren Programm das nicht kennt.";
    revocation: "Certificates whose revocation cannot be checked", "Zertifikate, deren Sperrung sich nicht prüfen lässt";
    revocation_note: "Their authority does not answer, or names nobody to ask. A certificate that is known to be revoked is not used.", "Ihre Zertifizierungsstelle antwortet nicht oder nennt niemanden, den man fragen kann. Ein Zertifikat, dessen Sperrung bekannt ist, wird nicht verwendet.";
    revocation_warn: "Use them, with a warning", "Verwenden, mit Hinweis";
    revocation_warn_means: "Mail goes on while an authority is out of reach; the e-mail overview says so.", "E-Mail läuft weiter, während eine Stelle nicht erreichbar ist; die E-Mail-Übersicht sagt es.";
    revocation_require: "Do not use them", "Nicht verwenden";
    revocation_require_means: "Nothing is encrypted to them, and their signatures do not count. Mail that must be encrypted is refused.", "Es wird nicht an sie verschlüsselt, und ihre Signaturen gelten nicht. E-Mail, die verschlüsselt werden muss, wird abgelehnt.";
    revocation_off: "Do not check", "Nicht prüfen";
    revocation_off_means: "No authority is asked: revoked certificates go unnoticed.", "Keine Stelle wird gefragt: Gesperrte Zertifikate bleiben unbemerkt.";
    sha1: "Incoming signatures over SHA-1", "Eingehende Signaturen mit SHA-1";
    sha1_note: "Old mail clients still make them. To make two texts that share one is costly, but has been done.", "Alte Mailprogramme erzeugen sie noch. Zwei Texte zu erzeugen, die sich eine teilen, ist aufwendig, aber gelungen.";
    sha1_refuse: "Show them as bad", "Als ungültig anzeigen";
    sha1_refuse_means: "As current mail clients do.", "Wie aktuelle Mailprogramme.";
    sha1_warn: "Accept them, with a warning", "Gelten lassen, mit Hinweis";
    sha1_warn_means: "They show as verified, and the e-mail overview warns. No certificate is learnt from them.", "Sie erscheinen als geprüft, mit einem Hinweis in der E-Mail-Übersicht. Aus ihnen wird kein Zertifikat gelernt.";
    retention: "Days that the e-mail overview keeps a message", "Tage, die die E-Mail-Übersicht eine Nachricht behält";
    settings_unsaved: "Not saved yet.", "Noch nicht gespeichert.";
    settings_means: "What you save holds from the next message on.", "Was Sie speichern, gilt ab der nächsten Nachricht.";
    save: "Save", "Speichern";
    saving: "Saving…", "Wird gespeichert …";
    settings_saved: "The settings are saved and hold from the next message on.", "Die Einstellungen sind gespeichert und gelten ab der nächsten Nachricht.";
    settings_discarded: "Your changes are discarded.", "Ihre Änderungen sind verworfen.";
    settings_stale: "Somebody else saved in the meantime", "Inzwischen hat jemand anderes gespeichert";
    settings_stale_means: "Nothing of yours was saved. This is what holds now:", "Von Ihnen wurde nichts gespeichert. Das gilt jetzt:";
    settings_take_theirs: "Take theirs, drop mine", "Ihre nehmen, meine verwerfen";
    settings_keep_mine: "Put my changes on top", "Meine Änderungen darauf aufsetzen";
    settings_rebased: "Your changes now stand on the newest settings. Save them to make them hold.", "Ihre Änderungen stehen jetzt auf den neuesten Einstellungen. Speichern Sie, damit sie gelten.";

    // Settings
    settings_lead: "How your mail is protected, your licence, domains and routes, and how the portal looks to you.", "Wie Ihre E-Mail geschützt wird, Ihre Lizenz, Domains und Routen, und wie das Portal für Sie aussieht.";
    licence_number: "Licence number", "Lizenznummer";
    mail_seats: "Mailboxes for mail", "Postfächer für E-Mail";
    smime_seats: "Mailboxes for S/MIME", "Postfächer für S/MIME";
    signing_until: "Mail is signed until", "E-Mail wird signiert bis";
    domains: "Domains", "Domains";
    domains_caption: "The organisation's domains", "Die Domains der Organisation";
    state: "State", "Stand";
    unverified: "Not verified", "Nicht bestätigt";
    verified_domain: "Verified", "Bestätigt";
    grace: "Proof gone", "Nachweis fehlt";
    lost: "Lost", "Verloren";
    txt_record: "TXT record", "TXT-Eintrag";
    routes: "Inbound routes", "Eingehende Routen";
    routes_caption: "Inbound routes and their next hops", "Eingehende Routen und ihre nächsten Server";
    pattern: "Pattern", "Muster";
    next_hop: "Next hop", "Nächster Server";
    tls: "TLS", "TLS";
    tls_implicit: "implicit", "implizit";
    tls_starttls: "STARTTLS", "STARTTLS";
    tls_none: "none", "keines";
    wildcard: "wildcard, not listed", "Platzhalter, ohne Liste";
    appearance: "Appearance", "Darstellung";
    theme: "Theme", "Farbschema";
    theme_system: "As the system", "Wie das System";
    theme_light_name: "Light", "Hell";
    theme_dark_name: "Dark", "Dunkel";
    settings_here: "Kept in this browser only.", "Nur in diesem Browser gespeichert.";
}
