//! One TLS configuration for every outgoing connection: rustls on ring, with the web's public roots.

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// The TLS library refused our own settings.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsError(#[from] pub(crate) rustls::Error);

/// The roots of Mozilla's programme as DER.
pub fn roots() -> &'static [rustls::pki_types::CertificateDer<'static>] {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
}

/// What connections to public servers are made with.
pub fn client_config() -> Result<ClientConfig, TlsError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots().iter().cloned());
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_is_understood() {
        let (known, unknown) = RootCertStore::empty().add_parsable_certificates(roots().iter().cloned());
        assert!(known > 100, "{known}");
        assert_eq!(unknown, 0);
        assert!(client_config().is_ok());
    }
}
