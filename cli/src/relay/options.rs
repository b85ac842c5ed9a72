//! The command line of `sealgate relay`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use ipnet::IpNet;
use smtp::{Credentials, TlsMode};
use tokio_rustls::rustls::pki_types::ServerName;
use zeroize::Zeroizing;

/// The SMTP side of the gateway: takes mail, has the edge process it, and delivers the result.
///
/// A client gets its 250 only after the next hop took the message; nothing is stored here. While
/// the edge or a next hop is down, clients get 451 and keep their mail. Where a next hop refuses
/// a message for good, its reply is passed on. Where it takes a message for some recipients and
/// not yet for others, clients get 451 and send again; those who have the message already don't
/// get it twice, unless the relay was restarted meanwhile.
///
/// When it listens it prints one line, `ready: {"outbound":"ADDRESS","inbound":"ADDRESS"}`.
/// SIGTERM and Ctrl-C end it: mail under way is finished first, for 30 seconds at most.
#[derive(Args)]
pub(crate) struct Options {
    /// Take mail of the organisation here, from its mail server or its users.
    #[arg(long, value_name = "HOST:PORT", required_unless_present = "inbound")]
    pub(super) outbound: Option<String>,
    /// Take mail from the internet here.
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) inbound: Option<String>,
    /// The edge, `https://sealgate.example`.
    #[arg(long, value_name = "URL")]
    pub(super) edge: reqwest::Url,
    /// An API token of the edge with write rights.
    #[arg(
        long,
        env = "SEALGATE_TOKEN",
        hide_env_values = true,
        required_unless_present = "token_file"
    )]
    token: Option<String>,
    /// A file with that token: other users of the machine cannot read it off the process list.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Where outgoing mail goes. TLS is `starttls`, `implicit` or `none`; without it `none` for a
    /// loopback address and `starttls` for any other. Certificates are verified against the
    /// system's trust store; `SSL_CERT_FILE` names another.
    #[arg(long, value_name = "HOST:PORT[,TLS]")]
    pub(super) next_hop_outbound: HopAddress,
    /// Where incoming mail goes: the organisation's mail server.
    #[arg(long, value_name = "HOST:PORT[,TLS]")]
    pub(super) next_hop_inbound: HopAddress,
    /// A file with NAME:PASSWORD for the outbound next hop. Used in TLS only.
    #[arg(long, value_name = "FILE")]
    next_hop_outbound_login: Option<PathBuf>,
    /// A file with NAME:PASSWORD for the inbound next hop. Used in TLS only.
    #[arg(long, value_name = "FILE")]
    next_hop_inbound_login: Option<PathBuf>,
    /// Our certificate chain (PEM): offers STARTTLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,
    /// A file of NAME:HASH lines, the hash made by `openssl passwd -6`: who may send on the
    /// outbound listener from outside the trusted networks, after STARTTLS.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) auth: Option<PathBuf>,
    /// Networks that may send on the outbound listener without logging in.
    #[arg(
        long,
        value_name = "NETWORK",
        value_delimiter = ',',
        default_value = "127.0.0.0/8,::1/128",
        value_parser = network
    )]
    pub(super) trust_networks: Vec<IpNet>,
    /// Our name in greetings and trace fields; default is the machine's name.
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    hostname: Option<String>,
    /// Most connections at a time; further ones get 421.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) connections_max: usize,
    /// Log JSON lines to standard output instead of text to standard error.
    #[arg(long)]
    pub(super) json: bool,
}

impl Options {
    /// The token, from wherever it is.
    pub(super) fn token(&self) -> Result<Zeroizing<String>, OptionsError> {
        match (&self.token, &self.token_file) {
            (_, Some(file)) => Ok(Zeroizing::new(read_secret(file)?.trim().to_owned())),
            (Some(token), None) => Ok(Zeroizing::new(token.clone())),
            (None, None) => Ok(Zeroizing::default()),
        }
    }

    /// Our name.
    pub(super) fn hostname(&self) -> String {
        let of_machine = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        self.hostname
            .clone()
            .or_else(|| of_machine().and_then(|name| host_name(name.trim()).ok()))
            .unwrap_or_else(|| "localhost".to_owned())
    }

    /// The login at the outbound next hop.
    pub(super) fn outbound_login(&self) -> Result<Option<Credentials>, OptionsError> {
        self.next_hop_outbound_login
            .as_deref()
            .map(login)
            .transpose()
    }

    /// The login at the inbound next hop.
    pub(super) fn inbound_login(&self) -> Result<Option<Credentials>, OptionsError> {
        self.next_hop_inbound_login
            .as_deref()
            .map(login)
            .transpose()
    }
}

fn login(file: &Path) -> Result<Credentials, OptionsError> {
    let text = read_secret(file)?;
    let (name, password) = text.trim().split_once(':').ok_or(OptionsError::Login)?;
    Ok(Credentials {
        username: name.to_owned(),
        password: password.to_owned().into(),
    })
}

fn read_secret(file: &Path) -> Result<Zeroizing<String>, OptionsError> {
    let text = std::fs::read_to_string(file);
    text.map(Zeroizing::new)
        .map_err(|error| OptionsError::File(file.display().to_string(), error))
}

/// Where a next hop is and how it is talked to.
#[derive(Clone)]
pub(super) struct HopAddress {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: TlsMode,
    /// What its certificate must be for.
    pub(super) name: ServerName<'static>,
}

impl FromStr for HopAddress {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let (place, tls) = match text.split_once(',') {
            Some((place, tls)) => (place, Some(tls)),
            None => (text, None),
        };
        let (host, port) = place.rsplit_once(':').ok_or(OptionsError::Place)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| OptionsError::Place)?;
        Ok(Self {
            port: port.parse().map_err(|_| OptionsError::Place)?,
            tls: match tls {
                Some("starttls") => TlsMode::StartTls,
                Some("implicit") => TlsMode::Implicit,
                Some("none") => TlsMode::None,
                Some(_) => return Err(OptionsError::Tls),
                None if is_loopback(host) => TlsMode::None,
                None => TlsMode::StartTls,
            },
            name,
            host: host.to_owned(),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn network(text: &str) -> Result<IpNet, String> {
    let alone = || text.parse::<IpAddr>().map(IpNet::from).ok();
    let network = text.parse().ok().or_else(alone);
    network.ok_or_else(|| "a network is written 192.0.2.0/24".to_owned())
}

fn host_name(text: &str) -> Result<String, String> {
    match mail::Domain::parse(text) {
        Ok(domain) => Ok(domain.as_str().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// What is wrong with an option.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OptionsError {
    /// Not `HOST:PORT`.
    #[error("a place is written HOST:PORT")]
    Place,
    /// Not a mode of TLS.
    #[error("TLS is starttls, implicit or none")]
    Tls,
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, std::io::Error),
    /// A login file is not as it should be.
    #[error("a login file has one line, NAME:PASSWORD")]
    Login,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_hops_are_secure_unless_local_or_told_otherwise() {
        for (text, host, port, tls) in [
            ("mx.acme.test:25", "mx.acme.test", 25, TlsMode::StartTls),
            (
                "mx.acme.test:465,implicit",
                "mx.acme.test",
                465,
                TlsMode::Implicit,
            ),
            ("192.0.2.1:25,none", "192.0.2.1", 25, TlsMode::None),
            ("127.0.0.1:1025", "127.0.0.1", 1025, TlsMode::None),
            ("[::1]:1025", "::1", 1025, TlsMode::None),
            (
                "localhost:1025,starttls",
                "localhost",
                1025,
                TlsMode::StartTls,
            ),
        ] {
            let hop: HopAddress = text.parse().unwrap();
            assert_eq!(
                (hop.host.as_str(), hop.port, hop.tls),
                (host, port, tls),
                "{text}"
            );
        }
        for text in ["mx.acme.test", "mx.acme.test:x", "mx:25,ssl", "a b:25"] {
            assert!(text.parse::<HopAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn networks() {
        assert_eq!(network("192.0.2.1").unwrap().prefix_len(), 32);
        assert!(
            network("10.0.0.0/8")
                .unwrap()
                .contains(&"10.1.2.3".parse::<IpAddr>().unwrap())
        );
        assert!(network("10.0.0.0/33").is_err());
    }
}
