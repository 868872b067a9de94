//! Google: RCS for Business, and Business Messages' format for those who still replay it (the service ended on 31
//! July 2024).

mod auth;
mod business;
mod outcome;
mod rcs;
mod render;
mod simulate;
mod verify;

use crate::channel::{Capabilities, Channel};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
use crate::webhook::{Normalised, Rejection, WebhookReply, WebhookRequest};
use auth::{Credentials, ServiceAccount};
use patchbay_model::{Address, ChannelKind, OutboundMessage, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// A key that was made for this file and opens nothing.
const EXAMPLE_KEY: &str = include_str!("example-service-account.json");

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("client_token", "an-invented-client-token"),
    ("service_account", EXAMPLE_KEY),
    ("agent_id", "an-invented-agent"),
];

pub(crate) const EXAMPLE_OF_BUSINESS_MESSAGES: &[(&str, &str)] = &[
    ("product", "business_messages"),
    ("client_token", "an-invented-client-token"),
    ("service_account", EXAMPLE_KEY),
];

/// Which of Google's services an account is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    Rcs,
    BusinessMessages,
}

impl Product {
    fn api_base(self) -> &'static str {
        match self {
            Product::Rcs => "https://rcsbusinessmessaging.googleapis.com",
            Product::BusinessMessages => "https://businessmessages.googleapis.com",
        }
    }

    /// What a call's token must allow.
    fn scope(self) -> &'static str {
        match self {
            Product::Rcs => "https://www.googleapis.com/auth/rcsbusinessmessaging",
            Product::BusinessMessages => "https://www.googleapis.com/auth/businessmessages",
        }
    }
}

/// One agent. Settings: `product`, `rcs` or `business_messages`; `client_token`, one or two while it is exchanged;
/// `service_account`, the JSON file of the agent's key; for RCS `agent_id`, and `ttl_s`, the seconds after which
/// a message that could not be delivered is given up; `api_base`.
pub struct Google {
    account: Account,
    product: Product,
    client_token: Secrets,
    service: ServiceAccount,
    agent_id: String,
    ttl_s: Option<u32>,
    api_base: String,
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let product = match settings.optional("product") {
        None | Some("rcs") => Product::Rcs,
        Some("business_messages") => Product::BusinessMessages,
        Some(_) => {
            settings.complain("product", "is neither rcs nor business_messages");
            Product::Rcs
        }
    };
    let client_token = settings.secrets("client_token");
    let key = settings.required("service_account");
    let service = ServiceAccount::read(key).unwrap_or_else(|| {
        if !key.is_empty() {
            settings.complain("service_account", "is not the JSON file of a service account's RSA key");
        }
        ServiceAccount::none()
    });
    let (mut agent_id, mut ttl_s) = (String::new(), None);
    if product == Product::Rcs {
        agent_id = settings.required("agent_id").trim_end_matches(rcs::AGENT_SUFFIX).to_owned();
        ttl_s = settings.optional("ttl_s").map(|text| {
            text.parse().ok().filter(|ttl_s| rcs::TTL_S.contains(ttl_s)).unwrap_or_else(|| {
                settings.complain("ttl_s", "is not a number of seconds from 10 to 2592000");
                0
            })
        });
    }
    let api_base = settings.base_url("api_base", product.api_base());
    let account = settings.finish()?;
    Ok(Arc::new(Google { account, product, client_token, service, agent_id, ttl_s, api_base }))
}

impl Channel for Google {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Google
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        match self.product {
            Product::Rcs => &rcs::CAPABILITIES,
            Product::BusinessMessages => &business::CAPABILITIES,
        }
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, _now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_request(request)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let body = &request.request().body;
        if let Some(handshake) = verify::Handshake::of(body) {
            return handshake.answer();
        }
        let (events, problems) = match self.product {
            Product::Rcs => self.read_rcs(body, received_at),
            Product::BusinessMessages => self.read_business(body, received_at),
        };
        Normalised::of(events, problems, WebhookReply::json(200, &serde_json::json!({})))
    }

    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable> {
        let requests = match self.product {
            Product::Rcs => self.write_rcs(message, now),
            Product::BusinessMessages => self.write_business(message, now),
        };
        requests.map(Rendered::Requests)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        outcome::read(&self.service, request, response)
    }

    fn typing(&self, to: &Address, on: bool, now: Timestamp) -> Option<Rendered> {
        let request = match self.product {
            Product::Rcs => on.then(|| self.rcs_typing(to, now))?,
            Product::BusinessMessages => self.business_typing(to, on, now),
        };
        request.ok().map(|request| Rendered::Requests(vec![request]))
    }

    fn mark_read(&self, to: &Address, provider_id: &str, now: Timestamp) -> Option<Rendered> {
        let read = (self.product == Product::Rcs).then(|| self.rcs_read(to, provider_id, now).ok())?;
        read.map(|request| Rendered::Requests(vec![request]))
    }
}

impl Google {
    /// A call. It carries an id of ours, so that Google recognises a repetition.
    fn call(&self, path_and_query: &str, body: &Value, credentials: &Credentials) -> ProviderRequest {
        let url = format!("{}/{path_and_query}", self.api_base);
        credentials.prove(url, body.to_string().into_bytes())
    }

    fn credentials(&self, now: Timestamp) -> Credentials {
        self.service.credentials(self.product.scope(), now)
    }
}

#[cfg(test)]
mod tests;
