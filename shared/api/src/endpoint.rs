//! The table of calls. Portal and relay call through it, the edge routes by it, a test walks it.

use serde::{Serialize, de::DeserializeOwned};

// In tests the lint is off, and an expectation of it would be unfulfilled.
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the table names every wire type")
)]
use crate::*;

/// An HTTP method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes or acts.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The method's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Whoever is signed in or holds a token.
    Read,
    /// With write permission.
    Write,
    /// The operator.
    Operator,
}

/// One call: its place and its types.
pub trait Endpoint {
    /// The method.
    const METHOD: Method;
    /// Below [`BASE`]; `{name}` stands for one percent-encoded segment.
    const PATH: &'static str;
    /// Who may call.
    const ACCESS: Access;
    /// One sentence for the description of the API.
    const SUMMARY: &'static str;
    /// The query; `()` if none.
    type Query: Serialize + DeserializeOwned;
    /// The JSON body; `()` if none, or if the body is not JSON.
    type Body: Serialize + DeserializeOwned;
    /// The JSON reply; `()` for 204, or if the reply is not of a wire type.
    type Reply: Serialize + DeserializeOwned;
}

/// What the table tells of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EndpointInfo {
    /// The type's name.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// Below [`BASE`].
    pub path: &'static str,
    /// Who may call.
    pub access: Access,
    /// One sentence.
    pub summary: &'static str,
}

macro_rules! endpoints {
    ($($name:ident: $method:ident $path:literal $access:ident ($query:ty, $body:ty) -> $reply:ty, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Endpoint for $name {
                const METHOD: Method = Method::$method;
                const PATH: &'static str = $path;
                const ACCESS: Access = Access::$access;
                const SUMMARY: &'static str = $summary;
                type Query = $query;
                type Body = $body;
                type Reply = $reply;
            }
        )*

        /// Every call of the contract.
        pub const ENDPOINTS: &[EndpointInfo] = &[$(EndpointInfo {
            name: stringify!($name),
            method: Method::$method,
            path: $path,
            access: Access::$access,
            summary: $summary,
        }),*];

        /// Hands every call with its types to the document.
        #[cfg(feature = "schema")]
        pub(crate) fn describe_all(document: &mut crate::openapi::Document) {
            $(document.describe::<$name>(stringify!($name));)*
        }
    };
}

endpoints! {
    CreateSession: Post "/session" Public ((), SignIn) -> Session, "Signs in and sets the session cookie.";
    GetSession: Get "/session" Read ((), ()) -> Session, "Who is signed in.";
    DeleteSession: Delete "/session" Read ((), ()) -> (), "Signs out.";
    GetSummary: Get "/summary" Read ((), ()) -> Summary, "The counts of the first screen, and what waits for a person.";
    ListMailboxes: Get "/mailboxes" Read (MailboxQuery, ()) -> Page<Mailbox>, "The known mailboxes of inbound routes.";
    ActivateMailboxes: Post "/mailboxes/activate" Write ((), MailboxSelection) -> MailboxResults, "Gives each mailbox a certificate on a seat of the licence.";
    DeactivateMailboxes: Post "/mailboxes/deactivate" Write ((), MailboxSelection) -> MailboxResults, "Revokes the certificates; seats stay held until confirmed.";
    GetMailbox: Get "/mailboxes/{address}" Read ((), ()) -> MailboxDetail, "One mailbox with all certificates it ever had.";
    CreateCsr: Post "/mailboxes/{address}/csr" Write ((), ()) -> (), "Makes a key for a mailbox and replies a certification request for another CA (PKCS#10 in PEM).";
    UploadCertificate: Post "/mailboxes/{address}/certificate" Write ((), SealedCertificate) -> CertificateDetail, "Gives a mailbox a certificate of another CA: one with its key, sealed as the portal does it, or the answer to a request (PEM with its chain).";
    GetImportKey: Get "/import-key" Write ((), ()) -> ImportKey, "A key to which a private key is sealed before it is uploaded.";
    GetCertificate: Get "/certificates/{fingerprint}" Read ((), ()) -> CertificateDetail, "A certificate, its chain and what became of it; FINGERPRINT.pem and .p7c reply it as a file with its chain, FINGERPRINT.der alone.";
    RevokeCertificate: Post "/certificates/{fingerprint}/revoke" Write ((), Revocation) -> CertificateDetail, "Revokes a mailbox's certificate; the mailbox gets another one, or is deactivated where the reason lies in it.";
    RenewCertificate: Post "/certificates/{fingerprint}/renew" Write ((), ()) -> CertificateDetail, "Puts a new key and certificate of the built-in CA in the place of the one in use; replies the new one.";
    GetLicence: Get "/licence" Read ((), ()) -> Licence, "The licence and its seats.";
    PutLicence: Put "/licence" Operator (LicenceQuery, LicenceUpdate) -> Licence, "Sets the licence.";
    ListRules: Get "/rules" Read ((), ()) -> RuleList, "All rules in priority order.";
    PutRules: Put "/rules" Write ((), RuleSetWrite) -> RuleList, "Publishes a whole rule set at once: what is left out is removed.";
    CreateRule: Post "/rules" Write ((), RuleWrite) -> RuleWritten, "Adds a rule at priority 1.";
    PutRule: Put "/rules/{id}" Write ((), RuleWrite) -> RuleWritten, "Changes a rule; it keeps its place.";
    DeleteRule: Delete "/rules/{id}" Write (VersionQuery, ()) -> VersionReply, "Removes a rule.";
    PutRuleOrder: Put "/rules/order" Write ((), RuleOrder) -> RuleList, "Puts the rules into a new order.";
    GetDefaults: Get "/rules/defaults" Read ((), ()) -> policy::Defaults, "What decides where no rule does.";
    PutDefaults: Put "/rules/defaults" Write ((), policy::Defaults) -> policy::Defaults, "Sets what decides where no rule does.";
    GetSettings: Get "/settings" Read ((), ()) -> Settings, "What holds for all of the organisation's mail.";
    PutSettings: Put "/settings" Write ((), Settings) -> Settings, "Sets what holds for all of the organisation's mail, from the next mail on.";
    ListPartners: Get "/partners" Read (PartnerQuery, ()) -> Page<Partner>, "External certificates.";
    CreatePartner: Post "/partners" Write ((), ()) -> Partner, "Adds an external certificate; the body is PEM or DER.";
    PutPartner: Put "/partners/{fingerprint}" Write ((), PartnerDecision) -> Partner, "Decides on an external certificate.";
    DeletePartner: Delete "/partners/{fingerprint}" Write ((), ()) -> (), "Removes an external certificate.";
    ListAuthorities: Get "/authorities" Read (AuthoritiesQuery, ()) -> Page<Authority>, "Own, public and seen certification authorities.";
    CreateAuthority: Post "/authorities" Write (AuthorityQuery, ()) -> Authority, "Adds a trust anchor; the body is PEM or DER.";
    PutAuthority: Put "/authorities/{fingerprint}" Write ((), Authority) -> Authority, "Decides on an authority.";
    DeleteAuthority: Delete "/authorities/{fingerprint}" Write ((), ()) -> (), "Removes an authority.";
    ListMessages: Get "/messages" Read (MessageQuery, ()) -> Page<Message>, "The e-mail overview, newest first, one item per recipient.";
    GetMessage: Get "/messages/{id}" Read ((), ()) -> MessageDetail, "One message with its trace.";
    Process: Post "/process" Write (ProcessQuery, ()) -> (), "Takes a message and replies what to deliver; the body is message/rfc822.";
    ProcessRecipients: Post "/process/recipients" Write ((), RecipientsQuery) -> RecipientsReply, "Whether each recipient can be served, before there is a message.";
    ListDomains: Get "/domains" Read (PageQuery, ()) -> Page<DomainItem>, "The organisation's domains and how they are proven.";
    CreateDomain: Post "/domains" Write ((), DomainWrite) -> DomainItem, "Adds a domain; it is unverified until its TXT record is seen.";
    CheckDomain: Post "/domains/{domain}/check" Write ((), ()) -> DomainItem, "Looks the domain up in the DNS now; without a resolver it stays as it is.";
    DeleteDomain: Delete "/domains/{domain}" Write ((), ()) -> (), "Removes a domain whose mailboxes hold no seat.";
    ListRoutes: Get "/routes" Read (PageQuery, ()) -> Page<Route>, "The inbound routes with their known mailboxes.";
    CreateRoute: Post "/routes" Write ((), RouteWrite) -> Route, "Adds an inbound route.";
    PutRoute: Put "/routes/{id}" Write ((), RouteWrite) -> Route, "Changes an inbound route; a password that is left out is kept.";
    DeleteRoute: Delete "/routes/{id}" Write ((), ()) -> (), "Removes an inbound route.";
    SetUpOrganisation: Post "/operator/organisations" Operator ((), OrganisationSetup) -> OrganisationSet, "Sets up an organisation; may be repeated.";
    OpenApi: Get "/openapi.json" Public ((), ()) -> (), "This description.";
    ProcessOutcome: Post "/process/{id}/outcome" Write ((), NextHopOutcome) -> (), "What the next hop said.";
}
