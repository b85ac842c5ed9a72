//! A server's side of TLS, with a certificate made for one test.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;

/// A certificate that vouches for itself, and a server that shows it.
pub struct TlsServer {
    /// The certificate as PEM, for whoever shall trust it.
    pub pem: String,
    /// How the server speaks TLS.
    pub config: Arc<ServerConfig>,
}

impl TlsServer {
    /// A server that is called `host`.
    pub fn new(host: &str) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed([host.to_owned()])?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der());
        let key = key.map_err(|error| anyhow!("{error}"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        Ok(Self {
            pem: made.cert.pem(),
            config: Arc::new(config),
        })
    }
}
