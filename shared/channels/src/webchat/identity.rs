//! Who a visitor is, as the site's own server says it: a JWT (RFC 7519) signed with HMAC-SHA256 under a key that only
//! the server and the center have.

use super::{SIGNING_SECRET_BYTES_MIN, WebChat, token};
use crate::settings::Reader;
use crate::signature::{Hash, Secrets, is_tag};
use patchbay_model::Timestamp;
use patchbay_model::address::is_e164;
use patchbay_model::id::{digest16, hex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Seconds for which an identity token may be good: it is made when the page is, and used at once.
const IDENTITY_TOKEN_S_MAX: i64 = 86_400;
/// Characters of the site's own id of a visitor, and of a name.
const EXTERNAL_ID_CHARS_MAX: usize = 128;
/// Characters of an e-mail address (RFC 5321, 4.5.3.1.3: a path has 256 with its brackets).
const EMAIL_CHARS_MAX: usize = 254;

/// The keys of a site's server by their ids (`kid`).
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct IdentityKeys(BTreeMap<String, Secrets>);

/// Keys are never printed.
impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl IdentityKeys {
    /// `identity_keys`: `<kid>=<secret>` with commas between.
    pub(super) fn read(settings: &mut Reader<'_>) -> IdentityKeys {
        let mut keys = BTreeMap::new();
        for pair in settings.optional("identity_keys").unwrap_or_default().split_terminator(',') {
            match pair.split_once('=').map(|(kid, secret)| (kid.trim(), Secrets::parse(secret))) {
                Some((kid, Some(secret)))
                    if !kid.is_empty() && secret.current().len() >= SIGNING_SECRET_BYTES_MIN =>
                {
                    keys.insert(kid.to_owned(), secret);
                }
                _ => {
                    settings.complain("identity_keys", "is not a list of <kid>=<secret of at least 32 bytes>")
                }
            }
        }
        IdentityKeys(keys)
    }
}

/// What the site's server says of a visitor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The site's own id of them.
    pub external_id: String,
    /// Their address on the channel: the same on all their devices.
    pub visitor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// All of it is personal.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity([redacted])")
    }
}

/// Why an identity token is not believed. Said to the client: the site's developer reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error("this web chat has no identity_keys")]
    NoKeys,
    #[error("the identity is not a JWT of the form HS256 with typ JWT and a kid")]
    Malformed,
    #[error("the identity's kid names none of identity_keys")]
    UnknownKey,
    #[error("the identity's signature is wrong")]
    Signature,
    #[error("the identity's aud is not the account's name")]
    Audience,
    #[error("the identity has expired")]
    Expired,
    #[error("the identity is good for more than 86400 seconds")]
    TooLong,
    #[error("the identity's {0} is missing or not what it should be")]
    Claim(&'static str),
}

#[derive(Deserialize)]
struct IdentityClaims {
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
}

/// One account, or several (RFC 7519, 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn has(&self, account: &str) -> bool {
        match self {
            Audience::One(one) => one == account,
            Audience::Several(all) => all.iter().any(|one| one == account),
        }
    }
}

impl WebChat {
    /// Reads what the site's server says of a visitor. The claims are `sub` (the site's own id), `aud` (the account),
    /// `exp` (at most a day away), and perhaps `name`, `email`, `phone` (E.164), which the site vouches for.
    pub fn identify(&self, token: &str, now: Timestamp) -> Result<Identity, IdentityError> {
        if self.identity_keys.0.is_empty() {
            return Err(IdentityError::NoKeys);
        }
        let parts = token::parse(token).ok_or(IdentityError::Malformed)?;
        let kid = parts.kid.ok_or(IdentityError::Malformed)?;
        let key = self.identity_keys.0.get(&kid).ok_or(IdentityError::UnknownKey)?;
        if !is_tag(Hash::Sha256, key, &[parts.signed.as_bytes().to_vec()], &parts.tag) {
            return Err(IdentityError::Signature);
        }
        let claims: IdentityClaims =
            serde_json::from_slice(&parts.claims).map_err(|_| IdentityError::Claim("sub, aud or exp"))?;
        if !claims.aud.has(&self.account.name) {
            return Err(IdentityError::Audience);
        }
        let left_s = claims.exp.saturating_sub(now.seconds());
        if left_s <= 0 {
            return Err(IdentityError::Expired);
        }
        if left_s > IDENTITY_TOKEN_S_MAX {
            return Err(IdentityError::TooLong);
        }
        self.read_claims(claims)
    }

    fn read_claims(&self, claims: IdentityClaims) -> Result<Identity, IdentityError> {
        let fits = |text: &str, max: usize| !text.trim().is_empty() && text.chars().count() <= max;
        let checked = |claim: Option<String>, name: &'static str, is_fine: &dyn Fn(&str) -> bool| match claim
        {
            Some(text) if !is_fine(&text) => Err(IdentityError::Claim(name)),
            claim => Ok(claim),
        };
        if !fits(&claims.sub, EXTERNAL_ID_CHARS_MAX) {
            return Err(IdentityError::Claim("sub"));
        }
        let is_email = |text: &str| {
            fits(text, EMAIL_CHARS_MAX)
                && !text.contains(char::is_whitespace)
                && text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        };
        let visitor = hex(&digest16(&["webchat-visitor", &self.account.name, &claims.sub]));
        Ok(Identity {
            name: checked(claims.name, "name", &|text| fits(text, EXTERNAL_ID_CHARS_MAX))?,
            email: checked(claims.email, "email", &is_email)?,
            phone: checked(claims.phone, "phone", &is_e164)?,
            external_id: claims.sub,
            visitor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::example_settings;
    use crate::signature::hmac;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use patchbay_model::ChannelKind;
    use serde_json::{Value, json};

    const KEY: &str = "an invented key of thirty-two by";
    const OLD: &str = "an older key of thirty-two bytes";
    const NOW: Timestamp = Timestamp(1_795_359_904_000);

    fn webchat(keys: &[(&str, &str)]) -> WebChat {
        let mut settings = example_settings(ChannelKind::Webchat).unwrap();
        let list: Vec<String> = keys.iter().map(|(kid, key)| format!("{kid}={key}")).collect();
        if !list.is_empty() {
            settings.insert("identity_keys".into(), list.join(","));
        }
        WebChat::open("default", &settings, "https://center.example").unwrap()
    }

    fn sign(header: &Value, claims: &Value, key: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let tag = hmac(Hash::Sha256, key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn claims() -> Value {
        json!({
            "sub": "customer-7", "aud": "default", "exp": NOW.seconds() + 60,
            "name": "Zoë", "email": "zoe@shop.example", "phone": "+15005550001",
        })
    }

    fn header() -> Value {
        json!({ "alg": "HS256", "typ": "JWT", "kid": "k1" })
    }

    fn check(change: impl Fn(&mut Value, &mut Value), key: &str, expect: Result<(), IdentityError>) {
        let (mut header, mut claims) = (header(), claims());
        change(&mut header, &mut claims);
        let webchat = webchat(&[("k1", KEY), ("k0", OLD)]);
        let found = webchat.identify(&sign(&header, &claims, key), NOW);
        assert_eq!(found.map(|_| ()), expect, "{header} {claims}");
    }

    #[test]
    fn a_token_says_who_the_visitor_is_on_all_devices() {
        let webchat = webchat(&[("k1", KEY)]);
        let token = sign(&header(), &claims(), KEY);
        let identity = webchat.identify(&token, NOW).unwrap();
        assert_eq!((identity.external_id.as_str(), identity.visitor.len()), ("customer-7", 32));
        assert_eq!(identity, webchat.identify(&token, NOW.plus_s(59)).unwrap());
        assert_eq!(identity.email.as_deref(), Some("zoe@shop.example"));
        assert_eq!(format!("{identity:?} {:?}", webchat.identity_keys), "Identity([redacted]) [\"k1\"]");
    }

    #[test]
    fn a_wrong_token_is_refused_and_says_why() {
        check(|_, _| {}, KEY, Ok(()));
        check(|header, _| header["kid"] = json!("k0"), OLD, Ok(()));
        check(|_, claims| claims["aud"] = json!(["other", "default"]), KEY, Ok(()));
        check(|_, _| {}, OLD, Err(IdentityError::Signature));
        check(|header, _| header["kid"] = json!("k2"), KEY, Err(IdentityError::UnknownKey));
        check(|header, _| header["kid"] = Value::Null, KEY, Err(IdentityError::Malformed));
        for alg in ["none", "HS512", "RS256", ""] {
            check(|header, _| header["alg"] = json!(alg), KEY, Err(IdentityError::Malformed));
        }
        check(|_, claims| claims["aud"] = json!("other"), KEY, Err(IdentityError::Audience));
        let exp = |s: i64| move |_: &mut Value, claims: &mut Value| claims["exp"] = json!(NOW.seconds() + s);
        check(exp(1), KEY, Ok(()));
        check(exp(0), KEY, Err(IdentityError::Expired));
        check(exp(IDENTITY_TOKEN_S_MAX), KEY, Ok(()));
        check(exp(IDENTITY_TOKEN_S_MAX + 1), KEY, Err(IdentityError::TooLong));
        check(exp(i64::MIN / 2), KEY, Err(IdentityError::Expired));
        assert_eq!(webchat(&[]).identify("a.b.c", NOW), Err(IdentityError::NoKeys));
        assert_eq!(webchat(&[("k1", KEY)]).identify("a.b.c", NOW), Err(IdentityError::Malformed));
    }

    #[test]
    fn what_is_said_is_bounded() {
        let of = |name: &'static str, value: String| {
            move |_: &mut Value, claims: &mut Value| {
                claims[name] = json!(value);
            }
        };
        check(of("sub", "é".repeat(128)), KEY, Ok(()));
        check(of("sub", "é".repeat(129)), KEY, Err(IdentityError::Claim("sub")));
        check(of("sub", " ".into()), KEY, Err(IdentityError::Claim("sub")));
        check(of("name", "é".repeat(129)), KEY, Err(IdentityError::Claim("name")));
        check(of("email", format!("{}@b.example", "a".repeat(244))), KEY, Ok(()));
        check(of("email", format!("{}@b.example", "a".repeat(245))), KEY, Err(IdentityError::Claim("email")));
        for email in ["a", "@b", "a@", "a b@c"] {
            check(of("email", email.into()), KEY, Err(IdentityError::Claim("email")));
        }
        for phone in ["15005550001", "+1 500", "+"] {
            check(of("phone", phone.into()), KEY, Err(IdentityError::Claim("phone")));
        }
    }

    #[test]
    fn short_keys_are_none() {
        let mut settings = example_settings(ChannelKind::Webchat).unwrap();
        for (keys, fine) in
            [(format!("a={KEY}"), true), (format!("a={}", &KEY[1..]), false), ("a".into(), false)]
        {
            settings.insert("identity_keys".into(), keys);
            assert_eq!(WebChat::open("default", &settings, "https://center.example").is_ok(), fine);
        }
    }
}
