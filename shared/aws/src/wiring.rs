//! From a function's environment to its ports.

use crate::dead_letters::SqsDeadLetters;
use crate::parameter::{ParameterError, read_parameter};
use crate::push::GatewayPush;
use crate::queue::{QueueUrls, SqsQueue};
use crate::sdk::Sdk;
use crate::settings::{AccountsError, Opened, open_accounts};
use crate::table::DynamoTable;
use patchbay_center::oidc::{Oidc, OidcSettings};
use patchbay_center::{Center, ChannelAccounts, Ports};
use patchbay_edge::{EgressHttp, SimulatorHttp, SmtpMail, SystemWorld};
use patchbay_model::ChannelKind;
use std::sync::Arc;

/// What `template.yaml` tells each function, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `PATCHBAY_TABLE`: the table's name.
    pub table: String,
    /// `PATCHBAY_INBOUND_QUEUE_URL`, `PATCHBAY_ROUTING_QUEUE_URL`, `PATCHBAY_OUTBOUND_QUEUE_URL`.
    pub queues: QueueUrls,
    /// `PATCHBAY_MEDIA_BUCKET`: the bucket of stored objects.
    pub media_bucket: String,
    /// `PATCHBAY_INBOUND_DEAD_LETTERS_URL` and so on: of the function whose API shows them.
    pub dead_letters: Option<QueueUrls>,
    /// `PATCHBAY_MANAGEMENT_URL`: the sockets' management endpoint with its stage. Never derived from an event,
    /// which somebody else may have written.
    pub management_url: String,
    /// `PATCHBAY_PUBLIC_URL`: scheme and host under which providers know us, part of what some of them sign.
    /// Without a slash at its end.
    pub public_url: String,
    /// `PATCHBAY_SIMULATOR_URL`: where a simulator plays providers, which accounts and flows then call
    /// `http://simulator.localhost`. None, or empty, where all providers are real.
    pub simulator_url: Option<String>,
    /// `PATCHBAY_OIDC_ISSUER` and so on: the identity provider of the function that lets agents in.
    pub oidc: Option<OidcSettings>,
    /// `CHANNEL`: of a webhook function, the channel that it serves.
    pub channel: Option<ChannelKind>,
}

/// Why a function cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("missing or empty in the environment: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    #[error("{name} is not an http or https URL: {value:?}")]
    NotAUrl { name: &'static str, value: String },
    #[error("CHANNEL is not a channel: {0:?}")]
    Channel(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Settings {
    /// Reads the settings; `variable` answers for the environment.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, SettingsError> {
        let names = [
            "PATCHBAY_TABLE",
            "PATCHBAY_INBOUND_QUEUE_URL",
            "PATCHBAY_ROUTING_QUEUE_URL",
            "PATCHBAY_OUTBOUND_QUEUE_URL",
            "PATCHBAY_MANAGEMENT_URL",
            "PATCHBAY_PUBLIC_URL",
            "PATCHBAY_MEDIA_BUCKET",
        ];
        let values = required(&variable, names)?;
        for (name, value) in names.into_iter().zip(&values).filter(|(name, _)| name.ends_with("_URL")) {
            check_url(name, value)?;
        }
        let [table, inbound, routing, outbound, management_url, public_url, media_bucket] = values;
        let simulator_url = variable("PATCHBAY_SIMULATOR_URL").filter(|url| !url.is_empty());
        if let Some(url) = &simulator_url {
            check_url("PATCHBAY_SIMULATOR_URL", url)?;
        }
        let channel = variable("CHANNEL").map(|name| name.parse().map_err(|_| SettingsError::Channel(name)));
        Ok(Settings {
            table,
            queues: QueueUrls { inbound, routing, outbound },
            media_bucket,
            dead_letters: dead_letters(&variable)?,
            management_url,
            public_url: public_url.trim_end_matches('/').to_owned(),
            simulator_url,
            oidc: oidc(&variable)?,
            channel: channel.transpose()?,
        })
    }
}

/// None, or empty, where agents' tokens are made by others. The claims have names of their own (RFC 7519, 10.1;
/// Amazon Cognito, "Understanding the ID token") unless the operator gives them others.
fn oidc(variable: impl Fn(&str) -> Option<String>) -> Result<Option<OidcSettings>, SettingsError> {
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(issuer) = given("PATCHBAY_OIDC_ISSUER") else { return Ok(None) };
    check_url("PATCHBAY_OIDC_ISSUER", &issuer)?;
    let [client_id] = required(&variable, ["PATCHBAY_OIDC_CLIENT_ID"])?;
    let worker_claim = given("PATCHBAY_OIDC_WORKER_CLAIM").unwrap_or_else(|| "email".into());
    let role_claim = given("PATCHBAY_OIDC_ROLE_CLAIM").unwrap_or_else(|| "cognito:groups".into());
    Ok(Some(OidcSettings { issuer, client_id, worker_claim, role_claim }))
}

/// All three of them or none.
fn dead_letters(variable: impl Fn(&str) -> Option<String>) -> Result<Option<QueueUrls>, SettingsError> {
    let names = [
        "PATCHBAY_INBOUND_DEAD_LETTERS_URL",
        "PATCHBAY_ROUTING_DEAD_LETTERS_URL",
        "PATCHBAY_OUTBOUND_DEAD_LETTERS_URL",
    ];
    if names.iter().all(|name| variable(name).is_none()) {
        return Ok(None);
    }
    let [inbound, routing, outbound] = required(variable, names)?;
    Ok(Some(QueueUrls { inbound, routing, outbound }))
}

/// The values of all `names`, or which of them are missing.
pub(crate) fn required<const N: usize>(
    variable: impl Fn(&str) -> Option<String>,
    names: [&'static str; N],
) -> Result<[String; N], SettingsError> {
    let values = names.map(|name| variable(name).unwrap_or_default());
    let missing: Vec<_> =
        names.into_iter().zip(&values).filter(|(_, value)| value.is_empty()).map(|(name, _)| name).collect();
    if missing.is_empty() { Ok(values) } else { Err(SettingsError::Missing(missing)) }
}

fn check_url(name: &'static str, value: &str) -> Result<(), SettingsError> {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(()),
        _ => Err(SettingsError::NotAUrl { name, value: value.to_owned() }),
    }
}

/// Makes the clients; nothing is called yet.
fn ports(settings: &Settings, sdk: &Sdk, queue: SqsQueue) -> Result<Ports, SettingsError> {
    let http = EgressHttp::new().map_err(|error| SettingsError::Tls(error.to_string()))?;
    let http = Arc::new(SimulatorHttp::new(http, settings.simulator_url.clone()));
    Ok(Ports {
        table: Arc::new(DynamoTable::new(sdk.dynamodb(), &settings.table)),
        queue: Arc::new(queue),
        push: Arc::new(GatewayPush::new(sdk.sockets(&settings.management_url))),
        blob: Arc::new(sdk.blob(&settings.media_bucket, http.clone())),
        http,
        world: Arc::new(SystemWorld),
    })
}

/// What a function needs besides its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// The channels' accounts, of `CHANNEL` alone where that is set, and the keys that sign tokens: from the parameter
    /// that `PATCHBAY_SETTINGS_PARAMETER` names.
    Accounts,
}

/// Why a function does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("the parameter {name} cannot be read: {error}")]
    Parameter { name: String, error: ParameterError },
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// The center of a function and its queues, from its process's environment.
pub async fn center_from_environment(needs: Needs) -> Result<(Center, SqsQueue), StartError> {
    let variable = |name: &str| std::env::var(name).ok();
    let settings = Settings::read(variable)?;
    let sdk = Sdk::from_environment(variable)?;
    let queue = SqsQueue::new(sdk.sqs(), settings.queues.clone());
    let ports = ports(&settings, &sdk, queue.clone())?;
    if needs == Needs::Nothing {
        return Ok((Center::new(ports, ChannelAccounts::new()), queue));
    }
    let [parameter] = required(variable, ["PATCHBAY_SETTINGS_PARAMETER"])?;
    let text = read_parameter(&sdk, ports.http.as_ref(), &parameter)
        .await
        .map_err(|error| StartError::Parameter { name: parameter, error })?;
    let Opened { accounts, signing_keys, api_keys } =
        open_accounts(&text, &settings.public_url, settings.channel)?;
    let mut center = Center::new(ports, accounts);
    center.api_keys = api_keys;
    center.public_url = settings.public_url;
    center.mail = Some(Arc::new(SmtpMail));
    center.signing_keys = signing_keys;
    center.oidc = settings.oidc.map(Oidc::new);
    if let Some(urls) = settings.dead_letters {
        center.dead_letters = Some(Arc::new(SqsDeadLetters::new(queue.clone(), urls)));
    }
    Ok((center, queue))
}

#[cfg(test)]
mod tests;
