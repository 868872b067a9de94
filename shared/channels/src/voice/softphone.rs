//! Access tokens of agents' softphones (Twilio, "Access Tokens", "Voice JavaScript SDK").

use super::Voice;
use crate::jwt;
use crate::settings::Reader;
use patchbay_model::Timestamp;
use serde::Serialize;
use std::fmt;

/// Seconds that an access token is good for. Twilio allows a day; a softphone asks for the next one before.
pub const ACCESS_TOKEN_S: i64 = 3_600;
/// Characters of an identity (Twilio, "Client identity").
const IDENTITY_CHARS_MAX: usize = 121;

/// What a token's header states beside its algorithm (Twilio, "Access Tokens": first-party applications, version 1).
const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// A key of the account's: here it signs tokens and nothing else.
pub(super) struct ApiKey {
    sid: String,
    secret: String,
    /// The TwiML application that a softphone may call out through; ours never does, but one of somebody else's may.
    twiml_app_sid: Option<String>,
}

impl ApiKey {
    pub(super) fn read(settings: &mut Reader<'_>) -> Option<ApiKey> {
        let (sid, secret) = (settings.optional("api_key_sid"), settings.optional("api_key_secret"));
        let twiml_app_sid = settings.optional("twiml_app_sid");
        if twiml_app_sid.is_some_and(|sid| !is_sid(sid, "AP")) {
            settings.complain("twiml_app_sid", "is not AP and 32 hexadecimal digits");
        }
        match (sid, secret) {
            (None, None) if twiml_app_sid.is_some() => settings.complain("api_key_sid", "is missing"),
            (None, None) => {}
            (None, Some(_)) => settings.complain("api_key_sid", "is missing"),
            (Some(_), None) => settings.complain("api_key_secret", "is missing"),
            (Some(sid), Some(_)) if !is_sid(sid, "SK") => {
                settings.complain("api_key_sid", "is not SK and 32 hexadecimal digits");
            }
            (Some(sid), Some(secret)) => {
                let twiml_app_sid = twiml_app_sid.map(str::to_owned);
                return Some(ApiKey { sid: sid.to_owned(), secret: secret.to_owned(), twiml_app_sid });
            }
        }
        None
    }
}

/// Twilio's ids: two letters and 32 hexadecimal digits.
fn is_sid(text: &str, prefix: &str) -> bool {
    let digits = text.strip_prefix(prefix);
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// With what a softphone registers. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub token: String,
    /// At this moment it is no longer good.
    pub expires_at: Timestamp,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Nobody can be called by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no identity of 1 to {IDENTITY_CHARS_MAX} letters, digits, _, -, . and @")]
pub struct BadIdentity;

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    cty: &'static str,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    iss: &'a str,
    sub: &'a str,
    /// Seconds since the epoch.
    nbf: i64,
    exp: i64,
    grants: Grants<'a>,
}

#[derive(Serialize)]
struct Grants<'a> {
    identity: &'a str,
    voice: VoiceGrant<'a>,
}

#[derive(Serialize)]
struct VoiceGrant<'a> {
    incoming: Incoming,
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<Outgoing<'a>>,
}

#[derive(Serialize)]
struct Incoming {
    allow: bool,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    application_sid: &'a str,
}

impl Voice {
    /// Whether agents can talk in the browser: the account has a key that signs their tokens.
    pub fn has_softphones(&self) -> bool {
        self.api_key.is_some()
    }

    /// A token with which a softphone is called as `client:<identity>`, and calls nobody itself unless the account names
    /// an application. `unique` tells it from every other one; `None` where the account has no softphones.
    pub fn access_token(
        &self,
        identity: &str,
        unique: &str,
        now: Timestamp,
    ) -> Option<Result<AccessToken, BadIdentity>> {
        let key = self.api_key.as_ref()?;
        let expires_at = Timestamp(now.seconds().saturating_mul(1_000)).plus_s(ACCESS_TOKEN_S);
        let outgoing = key.twiml_app_sid.as_deref().map(|application_sid| Outgoing { application_sid });
        let claims = Claims {
            jti: format!("{}-{unique}", key.sid),
            iss: &key.sid,
            sub: &self.sms.twilio.account_sid,
            nbf: now.seconds(),
            exp: expires_at.seconds(),
            grants: Grants { identity, voice: VoiceGrant { incoming: Incoming { allow: true }, outgoing } },
        };
        Some(match is_identity(identity) {
            true => {
                let header = Header { alg: "HS256", typ: "JWT", cty: CONTENT_TYPE };
                Ok(AccessToken { token: jwt::signed(&header, &claims, &key.secret), expires_at })
            }
            false => Err(BadIdentity),
        })
    }
}

/// Twilio takes nearly everything for one and advises letters, digits and underscores; these cannot be mistaken for
/// anything else in an address.
fn is_identity(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte);
    (1..=IDENTITY_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{example_settings, open};
    use crate::signature::{Hash, hmac};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use patchbay_model::ChannelKind;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_800_000_000_789);
    const KEY: &str = "SK0123456789abcdef0123456789abcdef";
    const APP: &str = "AP0123456789abcdef0123456789abcdef";
    const SECRET: &str = "an-invented-key-secret";

    /// What comes of an account with these settings beside the example's.
    fn token(
        more: &[(&str, &str)],
        identity: &str,
    ) -> Result<Option<Result<AccessToken, BadIdentity>>, String> {
        let mut settings = example_settings(ChannelKind::Voice).unwrap();
        settings.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let account = open(ChannelKind::Voice, "default", &settings, "https://center.example");
        let account = account.map_err(|error| error.to_string())?;
        Ok(account.voice().unwrap().access_token(identity, "0f", NOW))
    }

    fn with_key() -> [(&'static str, &'static str); 2] {
        [("api_key_sid", KEY), ("api_key_secret", SECRET)]
    }

    fn part(token: &str, index: usize) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap())
            .unwrap()
    }

    #[test]
    fn a_token_states_what_twilio_asks_for_and_is_signed_with_the_keys_secret() {
        let AccessToken { token: text, expires_at } = token(&with_key(), "WK1").unwrap().unwrap().unwrap();
        assert_eq!(part(&text, 0), json!({ "alg": "HS256", "typ": "JWT", "cty": "twilio-fpa;v=1" }));
        let claims = json!({
            "jti": "SK0123456789abcdef0123456789abcdef-0f",
            "iss": KEY,
            "sub": "AC0123456789abcdef0123456789abcdef",
            "nbf": 1_800_000_000,
            "exp": 1_800_003_600,
            "grants": { "identity": "WK1", "voice": { "incoming": { "allow": true } } },
        });
        assert_eq!(part(&text, 1), claims);
        assert_eq!(expires_at, Timestamp(1_800_003_600_000));
        let (message, tag) = text.rsplit_once('.').unwrap();
        let expect = URL_SAFE_NO_PAD.encode(hmac(Hash::Sha256, SECRET, message.as_bytes()));
        assert_eq!(tag, expect);
    }

    #[test]
    fn an_account_may_name_an_application_and_without_a_key_there_is_no_token() {
        let mut settings = with_key().to_vec();
        settings.push(("twiml_app_sid", APP));
        let text = token(&settings, "ann").unwrap().unwrap().unwrap().token;
        assert_eq!(part(&text, 1)["grants"]["voice"]["outgoing"], json!({ "application_sid": APP }));
        assert_eq!(token(&[], "ann"), Ok(None));
    }

    #[test]
    fn half_a_key_and_what_is_none_are_refused() {
        let check = |settings: &[(&str, &str)], expect: &str| {
            let why = token(settings, "ann").unwrap_err();
            assert!(why.contains(expect) && !why.contains("invented-key"), "{why}");
        };
        check(&[("api_key_sid", KEY)], "api_key_secret is missing");
        check(&[("api_key_secret", SECRET)], "api_key_sid is missing");
        check(&[("twiml_app_sid", APP)], "api_key_sid is missing");
        check(&[("api_key_sid", "SK1"), ("api_key_secret", SECRET)], "api_key_sid is not SK and 32");
        check(&[with_key()[0], with_key()[1], ("twiml_app_sid", KEY)], "twiml_app_sid is not AP and 32");
    }

    #[test]
    fn an_identity_is_bounded() {
        let longest = "a".repeat(IDENTITY_CHARS_MAX);
        let check = |identity: &str, expect: bool| {
            assert_eq!(token(&with_key(), identity).unwrap().unwrap().is_ok(), expect, "{identity:?}");
        };
        check("ann", true);
        check("ann.b_c-1@shop.example", true);
        check(&longest, true);
        check(&format!("{longest}a"), false);
        check("", false);
        check("ann?x=1", false);
        check("Ann B", false);
        check("ännchen", false);
    }

    #[test]
    fn what_is_private_is_not_printed() {
        let made = token(&with_key(), "ann").unwrap().unwrap().unwrap();
        let printed = format!("{made:?}");
        assert!(!printed.contains(&made.token) && printed.contains("expires_at"), "{printed}");
    }
}
