//! Mails as anybody can send them: the input is one, whole, as the provider of e-mail posts it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchbay_channels::registry::example_settings;
use patchbay_channels::{Headers, Simulated, WebhookRequest, open_simulated};
use patchbay_model::{ChannelKind, Timestamp};
use std::sync::{Arc, LazyLock};

const NOW: Timestamp = Timestamp(1_795_359_904_789);

static EMAIL: LazyLock<Arc<dyn Simulated>> = LazyLock::new(|| {
    let settings = example_settings(ChannelKind::Email).expect("there is an example");
    open_simulated(ChannelKind::Email, "default", &settings, "https://center.example").expect("examples are valid")
});

fuzz_target!(|mail: &[u8]| {
    let posted = serde_json::json!({
        "MessageID": "1", "OriginalRecipient": "support@shop.example", "RawEmail": String::from_utf8_lossy(mail),
    });
    let mut request = WebhookRequest {
        method: "POST".into(),
        path: "/webhooks/email/default".into(),
        headers: Headers::from_iter([("Content-Type", "application/json")]),
        body: posted.to_string().into_bytes(),
        ..Default::default()
    };
    EMAIL.sign(&mut request, "", NOW);
    let verified = EMAIL.verify(&request, NOW).expect("it is signed");
    let heard = EMAIL.normalise(&verified, NOW);
    assert_eq!(heard.reply.status, 200);
    assert_eq!(EMAIL.normalise(&verified, NOW), heard, "the same mail is the same events");
});
