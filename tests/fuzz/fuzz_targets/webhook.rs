//! What anybody who can sign may post, on every channel: the first byte says on which, the rest is the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchbay_channels::registry::examples;
use patchbay_channels::{Simulated, WebhookRequest, open_simulated};
use patchbay_model::Timestamp;
use std::sync::{Arc, LazyLock};

const NOW: Timestamp = Timestamp(1_795_359_904_789);
const CUSTOMER: &str = "U0123456789abcdef0123456789abcdef";

static CHANNELS: LazyLock<Vec<Arc<dyn Simulated>>> = LazyLock::new(|| {
    let open = |(kind, settings)| open_simulated(kind, "default", &settings, "https://center.example");
    examples().map(|example| open(example).expect("examples are valid")).collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let channel = &CHANNELS[usize::from(*first) % CHANNELS.len()];
    let mut request = WebhookRequest {
        method: "POST".into(),
        path: format!("/webhooks/{}/default", channel.kind()),
        body: body.to_vec(),
        ..Default::default()
    };
    assert!(channel.verify(&request, NOW).is_err(), "nobody signed it");
    channel.sign(&mut request, CUSTOMER, NOW);
    let Ok(verified) = channel.verify(&request, NOW) else { return };
    let heard = channel.normalise(&verified, NOW);
    assert!((200..500).contains(&heard.reply.status));
    assert_eq!(channel.normalise(&verified, NOW), heard, "the same webhook is the same events");
});
