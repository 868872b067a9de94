//! What a provider may answer to a call, on every channel: two bytes say which channel and status, the rest is the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchbay_channels::registry::examples;
use patchbay_channels::{ProviderRequest, ProviderResponse, Simulated, open_simulated};
use std::sync::{Arc, LazyLock};

static CHANNELS: LazyLock<Vec<Arc<dyn Simulated>>> = LazyLock::new(|| {
    let open = |(kind, settings)| open_simulated(kind, "default", &settings, "https://center.example");
    examples().map(|example| open(example).expect("examples are valid")).collect()
});
const STATUSES: [u16; 8] = [200, 201, 302, 400, 401, 409, 429, 500];

fuzz_target!(|data: &[u8]| {
    let [first, second, body @ ..] = data else { return };
    let channel = &CHANNELS[usize::from(*first) % CHANNELS.len()];
    let request = ProviderRequest {
        method: "POST".into(),
        url: "https://provider.example/v1/x".into(),
        headers: Default::default(),
        body: body.to_vec(),
        idempotent: false,
        on_refused: None,
    };
    let status = STATUSES[usize::from(*second) % STATUSES.len()];
    let answer = ProviderResponse::Http { status, headers: Default::default(), body: body.to_vec() };
    channel.outcome(&request, &answer);
    channel.media_content_request(&answer);
});
