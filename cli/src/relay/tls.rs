//! TLS on both sides: our certificate towards clients, the system's trust store towards next hops.

use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, ServerConfig, crypto};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Makes ring the cryptography of every TLS connection of this process.
pub(super) fn install() {
    // It fails only if one is installed already, and then it is this one.
    let _ = crypto::ring::default_provider().install_default();
}

/// TLS towards clients with the certificate chain and key of two PEM files.
pub(super) fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| TlsError::Certificate(error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Key(error.to_string()))?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| TlsError::Certificate(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// TLS towards next hops, verified against the system's trust store, where administrators put the
/// authorities of their own servers (`SSL_CERT_FILE` names another).
pub(super) fn connector() -> Result<TlsConnector, TlsError> {
    let config = ClientConfig::builder()
        .with_platform_verifier()
        .map_err(|error| TlsError::TrustStore(error.to_string()))?
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    /// The chain, or it does not fit the key.
    #[error("the TLS certificate cannot be used: {0}")]
    Certificate(String),
    /// The key.
    #[error("the TLS key cannot be used: {0}")]
    Key(String),
    /// The roots.
    #[error("the system's trust store cannot be used: {0}")]
    TrustStore(String),
}
