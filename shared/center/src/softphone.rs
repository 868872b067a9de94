//! Where a worker is called, and the token with which their browser is a telephone.

use crate::center::Center;
use crate::store::{StoreError, WorkerProfile, load_profile};
use patchbay_channels::voice::{AccessToken, BadIdentity, Voice};
use patchbay_model::id::hex;
use patchbay_model::{ChannelKind, Timestamp, WorkerSid};
use serde::Serialize;

/// The worker attribute that says where their phone is (TaskRouter: `client:…`, `sip:…`, a number).
pub const CONTACT_URI: &str = "contact_uri";
/// What stands before the identity of a softphone.
const CLIENT: &str = "client:";

/// Where a worker is called from an account: what their `contact_uri` says, else their softphone where the account has
/// such, else nowhere.
pub fn contact_uri(voice: &Voice, worker: &WorkerSid, profile: &WorkerProfile) -> Option<String> {
    let own = own_uri(profile).map(str::to_owned);
    own.or_else(|| voice.has_softphones().then(|| format!("{CLIENT}{worker}")))
}

fn own_uri(profile: &WorkerProfile) -> Option<&str> {
    profile.attributes.get(CONTACT_URI)?.as_str().map(str::trim).filter(|uri| !uri.is_empty())
}

/// A softphone's token, as its page is given it.
#[derive(Serialize)]
pub struct SoftphoneToken {
    pub token: String,
    /// The softphone is called as `client:` and this.
    pub identity: String,
    /// The account whose calls it takes.
    pub account: String,
    pub expires_at: Timestamp,
}

/// Why somebody has no softphone.
#[derive(Debug, thiserror::Error)]
pub enum SoftphoneError {
    #[error("no account of the channel voice has an api_key_sid and an api_key_secret")]
    NoKey,
    #[error("you are called at a phone: your attribute contact_uri is none of a softphone's (client:…)")]
    AtPhone,
    #[error("your attribute contact_uri {0}")]
    Identity(#[from] BadIdentity),
    #[error("there is no such worker")]
    NoWorker,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new token for the softphone of a worker, for the first account by name that has softphones. Nothing is stored: a
/// repetition gives another token, and both are good.
pub async fn token(center: &Center, worker: &WorkerSid) -> Result<SoftphoneToken, SoftphoneError> {
    let accounts = center.channels.iter().filter(|((kind, _), _)| *kind == ChannelKind::Voice);
    let (account, voice) = accounts
        .filter_map(|((_, name), account)| Some((name, account.channel.voice()?)))
        .find(|(_, voice)| voice.has_softphones())
        .ok_or(SoftphoneError::NoKey)?;
    let profile = load_profile(center.table.as_ref(), worker).await?.ok_or(SoftphoneError::NoWorker)?;
    let uri = contact_uri(voice, worker, &profile).ok_or(SoftphoneError::NoKey)?;
    let identity = uri.strip_prefix(CLIENT).ok_or(SoftphoneError::AtPhone)?.to_owned();
    let made = voice.access_token(&identity, &hex(&center.world.id()), center.now());
    let AccessToken { token, expires_at } = made.ok_or(SoftphoneError::NoKey)??;
    Ok(SoftphoneToken { token, identity, account: account.clone(), expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_channels::open;
    use patchbay_channels::registry::example_settings;
    use serde_json::json;

    const KEY: [(&str, &str); 2] =
        [("api_key_sid", "SK0123456789abcdef0123456789abcdef"), ("api_key_secret", "an-invented-key-secret")];

    #[test]
    fn a_worker_is_called_where_they_say_else_in_their_browser() {
        let check = |has_key: bool, attribute: Option<&str>, expect: Option<&str>| {
            let mut settings = example_settings(ChannelKind::Voice).unwrap();
            let key = KEY.into_iter().filter(|_| has_key);
            settings.extend(key.map(|(key, value)| (key.to_owned(), value.to_owned())));
            let account = open(ChannelKind::Voice, "default", &settings, "https://center.example").unwrap();
            let attributes = attribute.map_or(json!({}), |uri| json!({ "contact_uri": uri }));
            let worker = WorkerSid::derive(&["ann"]);
            let profile: WorkerProfile = serde_json::from_value(json!({
                "sid": worker, "friendly_name": "Ann", "attributes": attributes, "version": 1,
            }))
            .unwrap();
            let found = contact_uri(account.voice().unwrap(), &worker, &profile);
            let expect = expect.map(|uri| uri.replace("WK", worker.as_str()));
            assert_eq!(found, expect, "{has_key} {attribute:?}");
        };
        check(false, None, None);
        check(false, Some("  "), None);
        check(false, Some(" client:ann "), Some("client:ann"));
        check(true, None, Some("client:WK"));
        check(true, Some("client:ann"), Some("client:ann"));
        check(true, Some("+15005550101"), Some("+15005550101"));
        check(true, Some("sip:ann@shop.example"), Some("sip:ann@shop.example"));
    }
}
