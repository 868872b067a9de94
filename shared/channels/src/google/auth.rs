//! A service account of Google's: a token that it signs itself, and the exchange of it where an API does not take
//! such a one (Google, "Using OAuth 2.0 for server to server applications"; AIP-4111).

use crate::delivery::ProviderRequest;
use crate::webhook::Headers;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use patchbay_model::Timestamp;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde::Deserialize;
use serde_json::{Value, json};

/// Seconds for which a token is good: the most that Google allows.
const TOKEN_LIFE_S: i64 = 3_600;
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

pub(super) struct ServiceAccount {
    email: String,
    key_id: String,
    key: Option<KeyPair>,
    /// Where tokens are exchanged.
    token_uri: String,
}

/// A token that the account vouches for itself, and the call that fetches another where that is not taken.
pub(super) struct Credentials {
    authorization: String,
    exchange: ProviderRequest,
}

impl Credentials {
    /// A call with the own token, and in its place, should that be refused, the exchange and the call again.
    pub(super) fn prove(&self, url: String, body: Vec<u8>) -> ProviderRequest {
        let call = ProviderRequest {
            idempotent: true,
            ..ProviderRequest::post(url, self.authorization.clone(), "application/json", body)
        };
        let exchange = ProviderRequest { on_refused: Some(Box::new(call.clone())), ..self.exchange.clone() };
        ProviderRequest { on_refused: Some(Box::new(exchange)), ..call }
    }
}

/// The file that Google makes for a key.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    #[serde(default)]
    private_key_id: String,
    private_key: String,
    token_uri: String,
}

/// The answer to an exchange.
#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl ServiceAccount {
    /// Reads a key's file; `None` if it is none, or its key is no RSA key of at least 2,048 bits.
    pub(super) fn read(text: &str) -> Option<ServiceAccount> {
        let file: KeyFile = serde_json::from_str(text).ok()?;
        let begin = file.private_key.find(PEM_BEGIN)? + PEM_BEGIN.len();
        let (base64, _) = file.private_key.get(begin..)?.split_once(PEM_END)?;
        let base64: String = base64.split_whitespace().collect();
        let key = KeyPair::from_pkcs8(&STANDARD.decode(base64).ok()?).ok()?;
        let web = file.token_uri.starts_with("https://") || file.token_uri.starts_with("http://");
        web.then_some(ServiceAccount {
            email: file.client_email,
            key_id: file.private_key_id,
            key: Some(key),
            token_uri: file.token_uri,
        })
    }

    /// An account that signs nothing: what a setting that cannot be read stands as until it is refused.
    pub(super) fn none() -> ServiceAccount {
        ServiceAccount { email: String::new(), key_id: String::new(), key: None, token_uri: String::new() }
    }

    /// What proves the calls of one message.
    pub(super) fn credentials(&self, scope: &str, now: Timestamp) -> Credentials {
        let own = self.signed(json!({ "sub": self.email, "scope": scope }), now);
        Credentials { authorization: format!("Bearer {own}"), exchange: self.exchange(scope, now) }
    }

    /// The call that fetches a token; what is to be made with it goes into its `on_refused`.
    fn exchange(&self, scope: &str, now: Timestamp) -> ProviderRequest {
        let assertion = self.signed(json!({ "aud": self.token_uri, "scope": scope }), now);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("grant_type", GRANT), ("assertion", &assertion)])
            .finish();
        ProviderRequest {
            method: "POST".into(),
            url: self.token_uri.clone(),
            headers: Headers::from_iter([("Content-Type", "application/x-www-form-urlencoded")]),
            body: body.into_bytes(),
            idempotent: true,
            on_refused: None,
        }
    }

    pub(super) fn is_exchange(&self, request: &ProviderRequest) -> bool {
        request.url == self.token_uri
    }

    /// The call that an exchange was for, with the token that it gave.
    pub(super) fn exchanged(&self, request: &ProviderRequest, answer: &[u8]) -> Option<ProviderRequest> {
        let token: Token = serde_json::from_slice(answer).ok()?;
        let then = request.on_refused.as_deref()?;
        let authorization = format!("Bearer {}", token.access_token);
        let headers = then.headers.iter().map(|(name, value)| {
            (name, if name == "Authorization" { authorization.as_str() } else { value })
        });
        Some(ProviderRequest { headers: headers.collect(), ..then.clone() })
    }

    /// A JWT by RS256 (RFC 7515, RFC 7518 3.3). The padding of PKCS #1 v1.5 is fixed: the same claims give the same
    /// token, and the source of randomness that the interface asks for is not drawn from.
    fn signed(&self, mut claims: Value, now: Timestamp) -> String {
        let Some(key) = &self.key else { return String::new() };
        claims["iss"] = json!(self.email);
        claims["iat"] = json!(now.seconds());
        claims["exp"] = json!(now.seconds().saturating_add(TOKEN_LIFE_S));
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; key.public().modulus_len()];
        // It fails for a buffer of another length only; what then stands there convinces nobody.
        let _ = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::EXAMPLE_KEY;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    const NOW: Timestamp = Timestamp(1_795_359_904_789);

    fn claims(token: &str) -> Value {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_signed_by_the_key_and_is_the_same_for_the_same_second() {
        let service = ServiceAccount::read(EXAMPLE_KEY).unwrap();
        let header = service.credentials("scope", NOW).authorization;
        assert_eq!(header, service.credentials("scope", NOW.plus_ms(100)).authorization);
        let token = header.strip_prefix("Bearer ").unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let public = service.key.as_ref().unwrap().public().as_ref();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        assert!(key.verify(message.as_bytes(), &signature).is_ok());
        let email = "rbm@an-invented-project.iam.gserviceaccount.com";
        let expect = json!({
            "iss": email, "sub": email, "scope": "scope", "iat": 1_795_359_904, "exp": 1_795_363_504,
        });
        assert_eq!(claims(token), expect);
    }

    #[test]
    fn a_token_is_exchanged_for_another_with_which_the_call_is_made() {
        let service = ServiceAccount::read(EXAMPLE_KEY).unwrap();
        let call = service.credentials("scope", NOW).prove("https://a.example".into(), b"x".to_vec());
        let exchange = call.on_refused.clone().unwrap();
        let form: Vec<(String, String)> = form_urlencoded::parse(&exchange.body).into_owned().collect();
        assert_eq!(form[0], ("grant_type".into(), GRANT.into()));
        assert_eq!(claims(&form[1].1)["aud"], "https://oauth2.googleapis.com/token");
        let then = service.exchanged(&exchange, br#"{"access_token":"theirs","expires_in":3599}"#).unwrap();
        assert_eq!(then.headers.get("Authorization"), Some("Bearer theirs"));
        assert_eq!((then.url, then.body), (call.url, call.body));
        assert_eq!(service.exchanged(&exchange, b"{}"), None);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let check = |from: &str, to: &str| {
            assert_eq!(ServiceAccount::read(&EXAMPLE_KEY.replacen(from, to, 1)).is_some(), from == to);
        };
        check("PRIVATE", "PRIVATE");
        check("BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY");
        check("MII", "AAA");
        check("https://oauth2", "ftp://oauth2");
        check("client_email", "email");
        check("{", "");
    }
}
