//! A customer, our messages to them, and the channels of the registry, opened with their example settings.

use patchbay_channels::registry::examples;
use patchbay_channels::simulate::{Answer, CustomerMessage, Delivery};
use patchbay_channels::webhook::{Headers, Normalised, WebhookRequest};
use patchbay_channels::{
    DeliveryOutcome, ProviderRequest, Rendered, Simulated, Undeliverable, open_simulated,
};
use patchbay_model::{
    Address, Attachment, ChannelKind, ContactCard, ContactSid, Content, MessageKey, MessageSid,
    OutboundMessage, Seq, Timestamp,
};
use std::sync::Arc;

pub(crate) const PUBLIC_URL: &str = "https://center.example";
pub(crate) const NOW: Timestamp = Timestamp(1_795_359_904_789);
/// An address that every channel takes: LINE's form of a person, and no channel else looks closer.
pub(crate) const CUSTOMER: &str = "U0123456789abcdef0123456789abcdef";

/// The customer on a channel: where addresses have a form of their own, one of it.
pub(crate) fn customer(channel: ChannelKind) -> &'static str {
    if channel == ChannelKind::Email { "ann@mail.example" } else { CUSTOMER }
}

pub(crate) fn channels() -> impl Iterator<Item = Arc<dyn Simulated>> {
    examples().map(|(kind, settings)| {
        open_simulated(kind, "default", &settings, PUBLIC_URL).expect("examples are valid")
    })
}

pub(crate) fn contents() -> Vec<Content> {
    let attachment = |name: &str, content_type: &str| Attachment {
        url: format!("https://media.example/{name}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    };
    vec![
        Content::text("Café & thé + 100% 😀\nline 2"),
        Content::Media { attachments: vec![attachment("a.jpg", "image/jpeg")], text: None },
        Content::Media {
            attachments: vec![attachment("b.png", "image/png"), attachment("c.pdf", "application/pdf")],
            text: Some("see these".into()),
        },
        Content::Location {
            latitude: 35.65910807942215,
            longitude: 139.70372892916203,
            name: Some("my place".into()),
            address: Some("Tokyo".into()),
        },
        Content::Sticker { package_id: "446".into(), sticker_id: "1988".into(), text: None },
        Content::Choice { data: "action=buy".into(), text: None },
        Content::Contacts {
            contacts: vec![ContactCard {
                name: "Bob".into(),
                phones: vec!["+15005550009".into()],
                emails: Vec::new(),
            }],
        },
        Content::Unsupported { provider_kind: "hologram".into(), text: None },
    ]
}

/// The provider's webhook for what the customer says.
pub(crate) fn said(channel: &dyn Simulated, content: &Content, seed: &str) -> Option<WebhookRequest> {
    channel.customer_message(&message(customer(channel.kind()), content, None, seed))
}

/// The same, where it answers a message.
pub(crate) fn answered(
    channel: &dyn Simulated,
    content: &Content,
    reply_to: Option<&str>,
) -> Option<WebhookRequest> {
    channel.customer_message(&message(customer(channel.kind()), content, reply_to, "answer"))
}

fn message(from: &str, content: &Content, reply_to: Option<&str>, seed: &str) -> CustomerMessage {
    CustomerMessage {
        from: from.into(),
        content: content.clone(),
        reply_to: reply_to.map(str::to_owned),
        seed: seed.into(),
        at: NOW,
    }
}

/// What comes of a webhook that must be believed.
pub(crate) fn hear(channel: &dyn Simulated, request: &WebhookRequest) -> Normalised {
    let verified = channel.verify(request, NOW).expect("it is signed");
    channel.normalise(&verified, NOW)
}

pub(crate) fn outbound(channel: ChannelKind, content: Content) -> OutboundMessage {
    OutboundMessage {
        key: MessageKey {
            contact: ContactSid::derive(&["ann"]),
            seq: Seq::at(NOW),
            sid: MessageSid::derive(&["hello"]),
        },
        to: Address::new(channel, "default", customer(channel)),
        from: String::new(),
        content,
        reply_context: None,
        reply_to: None,
        author_name: None,
    }
}

/// What the customer sees of a message, provider call by provider call.
pub(crate) fn shown(
    channel: &dyn Simulated,
    message: &OutboundMessage,
) -> Result<Vec<Delivery>, Undeliverable> {
    Ok(match channel.render(message, NOW)? {
        Rendered::Requests(requests) => requests
            .iter()
            .map(|request| channel.read_delivery(&settled(channel, request)).expect("it shows a message"))
            .collect(),
        Rendered::Smtp(delivery) => panic!("{delivery:?} is not played"),
        Rendered::Session(frame) => vec![channel.read_frame(&frame).expect("it shows a message")],
    })
}

/// The call itself, where others have to be made before it: as the sender follows them.
pub(crate) fn settled(channel: &dyn Simulated, request: &ProviderRequest) -> ProviderRequest {
    if channel.read_delivery(request).is_some() || channel.read_signal(request).is_some() {
        return request.clone();
    }
    let answer = channel.provider_answer(request, &Answer::Success { seed: "before".into() });
    match channel.outcome(request, &answer) {
        DeliveryOutcome::Instead(other) => settled(channel, &other),
        _ => request.clone(),
    }
}

/// The request with one bit changed, in every byte of every header's value and, if asked, of the body.
pub(crate) fn flipped(request: &WebhookRequest, body: bool) -> Vec<WebhookRequest> {
    let mut changed = Vec::new();
    for bit in 0..7 {
        for (name, value) in request.headers.iter() {
            for at in 0..value.len() {
                let mut bytes = value.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                let bytes = String::from_utf8_lossy(&bytes).into_owned();
                let headers: Headers = request
                    .headers
                    .iter()
                    .map(|(n, v)| (n.to_owned(), if n == name { bytes.clone() } else { v.to_owned() }))
                    .collect();
                changed.push(WebhookRequest { headers, ..request.clone() });
            }
        }
        for at in (0..request.body.len()).filter(|_| body) {
            let mut other = request.clone();
            other.body[at] ^= 1 << bit;
            changed.push(other);
        }
    }
    changed
}

/// The first call of a message; where we are the provider, the post to a socket that carries it.
pub(crate) fn first_request(channel: &dyn Simulated, message: &OutboundMessage) -> ProviderRequest {
    match channel.render(message, NOW).expect("it can be sent") {
        Rendered::Requests(requests) => settled(channel, requests.first().expect("at least one")),
        Rendered::Smtp(delivery) => panic!("{delivery:?} is not played"),
        Rendered::Session(frame) => ProviderRequest {
            method: "POST".into(),
            url: "https://sockets.example/@connections/1".into(),
            headers: Default::default(),
            body: frame.frame.into_bytes(),
            idempotent: true,
            on_refused: None,
        },
    }
}
