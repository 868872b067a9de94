//! A file that a customer sends is at the provider's own endpoint, for whom has the account's credentials.

use crate::support::*;
use patchbay_channels::simulate::PlayedFile;
use patchbay_channels::{Headers, ProviderRequest, ProviderResponse, Simulated};
use patchbay_model::{Attachment, Content, EventKind};

const ID: &str = "100000000007";

fn stored(id: &str) -> Option<PlayedFile> {
    (id == ID).then(|| PlayedFile { content_type: "image/png".into(), bytes: b"picture".to_vec() })
}

/// The URL that the center fetches of a file that the customer sent.
fn url_of(channel: &dyn Simulated) -> Option<String> {
    let attachment =
        Attachment { url: ID.into(), content_type: "image/png".into(), file_name: None, bytes: Some(7) };
    let request = said(channel, &Content::Media { attachments: vec![attachment], text: None }, "1")?;
    match hear(channel, &request).events.into_iter().next()?.kind {
        EventKind::Message { content, .. } => content.attachments().first().map(|file| file.url.clone()),
        _ => None,
    }
}

fn asked(channel: &dyn Simulated, request: &ProviderRequest) -> Option<(u16, Vec<u8>)> {
    match channel.media_answer(request, &stored)? {
        ProviderResponse::Http { status, body, .. } => Some((status, body)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_a_customer_is_fetched_with_the_accounts_credentials() {
    let mut guarded = 0;
    for channel in channels() {
        // Where no credentials are needed, or none of the provider's endpoints is, there is nothing to ask.
        let Some(request) = url_of(&*channel).and_then(|url| channel.media_request(&url)) else { continue };
        let Some(first) = channel.media_answer(&request, &stored) else { continue };
        let bytes = match channel.media_content_request(&first) {
            Some(second) => asked(&*channel, &second),
            None => asked(&*channel, &request),
        };
        assert_eq!(bytes, Some((200, b"picture".to_vec())), "{}", channel.kind());
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            continue;
        }
        guarded += 1;
        let stranger = ProviderRequest { headers: Headers::new(), ..request };
        assert_eq!(asked(&*channel, &stranger).map(|(status, _)| status), Some(401), "{}", channel.kind());
    }
    assert!(guarded > 0);
}
