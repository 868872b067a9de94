//! How every SDK client is made: credentials and region from the environment alone (no profile files, no metadata
//! service), one HTTPS client for all of them.

use crate::blob::S3Blob;
use crate::wiring::{SettingsError, required};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_center::ports::Http;
use std::sync::Arc;

/// What is common to the clients.
pub(crate) struct Sdk {
    credentials: Credentials,
    region: Region,
    http: SharedHttpClient,
    endpoint: Option<String>,
}

/// Pinned: a new version changes retries and time limits.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// The services' configuration builders have the same methods and no trait in common.
macro_rules! client {
    ($sdk:ident, $service:ident, $endpoint:expr) => {{
        let mut config = $service::Config::builder()
            .behavior_version(behavior())
            .credentials_provider($sdk.credentials.clone())
            .region($sdk.region.clone())
            .http_client($sdk.http.clone());
        config.set_endpoint_url($endpoint);
        $service::Client::from_conf(config.build())
    }};
}

impl Sdk {
    /// `variable` reads the environment that AWS SDKs share: `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, and `AWS_ENDPOINT_URL` where the services are played.
    pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Sdk, SettingsError> {
        let [region, key, secret] =
            required(&variable, ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])?;
        Ok(Sdk {
            credentials: Credentials::new(key, secret, variable("AWS_SESSION_TOKEN"), None, "environment"),
            region: Region::new(region),
            http: https_client()?,
            endpoint: variable("AWS_ENDPOINT_URL"),
        })
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        client!(self, aws_sdk_dynamodb, self.endpoint.clone())
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        client!(self, aws_sdk_sqs, self.endpoint.clone())
    }

    pub(crate) fn blob(&self, bucket: &str, http: Arc<dyn Http>) -> S3Blob {
        S3Blob::new(bucket, self.region(), self.credentials.clone(), self.endpoint.as_deref(), http)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn region(&self) -> &str {
        self.region.as_ref()
    }

    /// Where a service is that is called without a client of its own (AWS General Reference, "Service endpoints").
    pub(crate) fn endpoint_of(&self, service: &str) -> String {
        match &self.endpoint {
            Some(played) => format!("{}/", played.trim_end_matches('/')),
            None => {
                let region = self.region();
                let china = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("https://{service}.{region}.amazonaws.com{china}/")
            }
        }
    }

    pub(crate) fn sockets(&self, management_url: &str) -> aws_sdk_apigatewaymanagement::Client {
        client!(self, aws_sdk_apigatewaymanagement, Some(management_url.to_owned()))
    }

    /// Clients that speak to a test.
    #[cfg(test)]
    pub(crate) fn played(http: SharedHttpClient) -> Sdk {
        Sdk {
            credentials: Credentials::new("key", "secret", None, None, "test"),
            region: Region::from_static("eu-west-1"),
            http,
            endpoint: Some("http://localhost".to_owned()),
        }
    }
}

fn https_client() -> Result<SharedHttpClient, SettingsError> {
    let mut store = TrustStore::empty();
    for root in patchbay_edge::roots() {
        store.add_pem_certificate(pem(root));
    }
    let context = TlsContext::builder().with_trust_store(store).build();
    let context = context.map_err(|error| SettingsError::Tls(error.to_string()))?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context).build_https())
}

/// RFC 7468, in one line: the SDK takes nothing but text.
fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}
