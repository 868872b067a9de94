//! What proves a webhook of Google's: HMAC-SHA512 under the client token, as base64 in `X-Goog-Signature`. Business
//! Messages signs the raw body. RCS signs what the envelope's `data` decodes to, so that nothing else of the
//! envelope may be used; a signature of the raw body is taken as well, which says more.

use super::{Google, Product};
use crate::signature::{Check, Hash, Verified};
use crate::webhook::{Normalised, Rejection, WebhookReply, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const HEADER: &str = "x-goog-signature";
const REFUSAL_STATUS: u16 = 401;

/// The request by which Google asks, when a webhook is set, whether it is ours (RCS for Business, "Webhooks",
/// "Configure a webhook").
pub(super) struct Handshake {
    client_token: String,
    secret: String,
}

impl Handshake {
    pub(super) fn of(body: &[u8]) -> Option<Handshake> {
        let document: BTreeMap<String, Value> = serde_json::from_slice(body).ok()?;
        let stated = |name: &str| document.get(name)?.as_str().map(str::to_owned);
        Some(Handshake { client_token: stated("clientToken")?, secret: stated("secret")? })
    }

    /// Google wants its secret back as plain text.
    pub(super) fn answer(self) -> Normalised {
        Normalised {
            events: Vec::new(),
            problems: Vec::new(),
            reply: WebhookReply { status: 200, content_type: "text/plain", body: self.secret },
        }
    }
}

/// What Pub/Sub puts around an event.
#[derive(Deserialize)]
struct Envelope {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    data: String,
}

/// The event in an envelope.
pub(super) fn enclosed(body: &[u8]) -> Option<Vec<u8>> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    STANDARD.decode(envelope.message.data).ok()
}

impl Google {
    /// A body has to be looked into for its proof: for the token of a handshake, and for what RCS signs. Both are
    /// compared before anything else is done with it.
    pub(super) fn verify_request<'a>(&self, request: &'a WebhookRequest) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.client_token };
        check.size(request)?;
        if request.headers.get(HEADER).is_none()
            && let Some(handshake) = Handshake::of(&request.body)
        {
            return check.shared(request, &handshake.client_token);
        }
        let given = check.tag_header(request, HEADER, Hash::Sha512)?;
        let mut signed = vec![request.body.clone()];
        if self.product == Product::Rcs {
            signed.extend(enclosed(&request.body));
        }
        check.tag(request, Hash::Sha512, &signed, &given)
    }
}
