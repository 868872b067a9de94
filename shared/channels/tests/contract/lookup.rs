use crate::support::*;
use patchbay_channels::registry::examples;
use patchbay_channels::{ProviderResponse, open_simulated};
use patchbay_model::ChannelKind;

#[test]
fn an_account_is_known_by_its_own_credentials_only() {
    let mut asked = 0;
    for (kind, settings) in examples() {
        let open = |settings| open_simulated(kind, "default", settings, PUBLIC_URL).expect("it opens");
        let channel = open(&settings);
        let Some(request) = channel.check_request() else { continue };
        asked += 1;
        assert!(request.idempotent, "{kind}: a question changes nothing");
        let answer = channel
            .lookup_answer(&request)
            .unwrap_or_else(|| panic!("{kind}: the played provider says nothing"));
        let name = channel.check(&answer).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert!(!name.trim().is_empty());
        let secrets =
            ["auth_token", "channel_access_token", "bot_token", "access_token", "server_token", "api_key"];
        let other = settings.iter().map(|(key, value)| {
            let changed = if secrets.contains(&key.as_str()) { format!("{value}0") } else { value.clone() };
            (key.clone(), changed)
        });
        let answer = open(&other.collect()).lookup_answer(&request).expect("it answers everybody");
        assert!(channel.check(&answer).is_err(), "{kind}: somebody else's credentials");
        for none in [ProviderResponse::NotSent, ProviderResponse::TimedOut] {
            assert!(channel.check(&none).is_err());
        }
        assert!(channel.read_delivery(&request).is_none(), "{kind}: it shows the customer nothing");
    }
    assert!(asked >= 7, "{asked} channels can be asked");
}

#[test]
fn who_writes_is_asked_where_the_provider_says_it() {
    for channel in channels() {
        let address = if channel.kind() == ChannelKind::Line { CUSTOMER } else { "24601" };
        let Some(request) = channel.profile_request(address) else { continue };
        assert!(request.idempotent && request.url.contains(address));
        let answer = channel.lookup_answer(&request).expect("the played provider answers");
        assert!(channel.profile(&answer).name.is_some(), "{}", channel.kind());
        assert!(channel.profile(&ProviderResponse::TimedOut).is_empty());
        for evil in ["", "../me", "U1/../x", "1?fields=access_token", "U1#"] {
            assert!(channel.profile_request(evil).is_none(), "{}: {evil:?}", channel.kind());
        }
    }
}
