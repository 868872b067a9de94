//! A played identity provider with keys of its own.

use super::{ID_TOKEN_BYTES_MAX, IdTokenError, Oidc, OidcSettings, SignInError, sign_in};
use crate::center::{Center, ChannelAccounts};
use crate::config::{ConfigDocuments, apply};
use crate::memory::{MemoryBlob, MemoryPush, MemoryQueue, MemoryTable, MemoryWorld};
use crate::ports::{Http, HttpError, HttpRequest, HttpResponse};
use crate::token::{Role, SigningKeys};
use crate::{Ports, testing::now};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_model::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const NOW: Timestamp = Timestamp(1_795_359_904_000);
const ISSUER: &str = "https://id.example/pool";

/// Its key, and how often it was asked.
struct Provider {
    key: Mutex<(String, EcdsaKeyPair)>,
    asked: AtomicUsize,
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

impl Provider {
    fn new() -> Arc<Provider> {
        Arc::new(Provider { key: Mutex::new(("one".into(), new_key())), asked: AtomicUsize::new(0) })
    }

    fn rotate(&self) {
        *self.key.lock().unwrap() = ("two".into(), new_key());
    }

    fn token(&self, header: Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let key = &self.key.lock().unwrap().1;
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn signed(&self, claims: &Value) -> String {
        let kid = self.key.lock().unwrap().0.clone();
        self.token(json!({ "alg": "ES256", "kid": kid }), claims)
    }
}

#[async_trait]
impl Http for Provider {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (kid, key) = &*self.key.lock().unwrap();
        let point = key.public_key().as_ref();
        let half = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
        let jwk =
            json!({ "kid": kid, "kty": "EC", "crv": "P-256", "use": "sig", "x": half(1), "y": half(33) });
        let document = match request.url.as_str() {
            "https://id.example/pool/.well-known/openid-configuration" => {
                json!({ "issuer": ISSUER, "jwks_uri": "https://id.example/keys" })
            }
            "https://id.example/keys" => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519" }, jwk] })
            }
            _ => return Ok(HttpResponse { status: 404, headers: Vec::new(), body: Vec::new() }),
        };
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: document.to_string().into() })
    }
}

struct Stage {
    provider: Arc<Provider>,
    world: Arc<MemoryWorld>,
    center: Center,
}

fn stage() -> Stage {
    let (provider, world) = (Provider::new(), Arc::new(MemoryWorld::at(NOW)));
    let ports = Ports {
        table: Arc::new(MemoryTable::new()),
        queue: Arc::new(MemoryQueue::new()),
        push: Arc::new(MemoryPush::new()),
        http: provider.clone(),
        blob: Arc::new(MemoryBlob::new()),
        world: world.clone(),
    };
    let mut center = Center::new(ports, ChannelAccounts::new());
    center.signing_keys = SigningKeys::new(&[7; 32], None).unwrap();
    let (worker_claim, role_claim) = ("email".to_owned(), "cognito:groups".to_owned());
    let settings = OidcSettings { issuer: ISSUER.into(), client_id: "desk".into(), worker_claim, role_claim };
    center.oidc = Some(Oidc::new(settings));
    let workspace = json!({ "workers": [{ "friendly_name": "ann@shop.example" }] });
    let workspace = serde_json::from_value(workspace).unwrap();
    now(apply(&center, &ConfigDocuments { workspace, ..ConfigDocuments::default() })).unwrap();
    Stage { provider, world, center }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "desk", "iat": NOW.seconds(), "exp": NOW.seconds() + 3_600,
        "email": "Ann@shop.example", "cognito:groups": ["staff", "agent", "patchbay-supervisor"],
    })
}

fn with(change: Value) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    claims
}

fn refusal(stage: &Stage, token: &str) -> String {
    now(sign_in(&stage.center, token)).expect_err(token).to_string()
}

#[track_caller]
fn check_refused(change: Value, expect: IdTokenError) {
    let stage = stage();
    let token = stage.provider.signed(&with(change));
    assert_eq!(refusal(&stage, &token), expect.to_string());
}

#[test]
fn an_id_token_becomes_a_token_of_ours_with_the_highest_role_that_it_names() {
    let stage = stage();
    let signed_in = now(sign_in(&stage.center, &stage.provider.signed(&claims()))).unwrap();
    let ours = stage.center.signing_keys.check(&signed_in.token, NOW).unwrap();
    assert_eq!((ours.role, ours.exp), (Role::Supervisor, signed_in.expires_at));
    assert_eq!(ours.sub, patchbay_model::WorkerSid::derive(&["worker", "ann@shop.example"]));
}

#[test]
fn a_token_of_another_for_another_or_of_another_time_is_refused() {
    check_refused(json!({ "iss": "https://id.example/other" }), IdTokenError::Issuer);
    check_refused(json!({ "aud": "other" }), IdTokenError::Audience);
    check_refused(json!({ "aud": ["desk", "other"] }), IdTokenError::Audience);
    check_refused(json!({ "azp": "other" }), IdTokenError::Audience);
    check_refused(json!({ "exp": NOW.seconds() - 60 }), IdTokenError::Expired);
    check_refused(json!({ "iat": NOW.seconds() + 61 }), IdTokenError::Expired);
    check_refused(json!({ "exp": null }), IdTokenError::Malformed);
    let stage = stage();
    for change in [json!({ "exp": NOW.seconds() - 59 }), json!({ "aud": ["desk", "other"], "azp": "desk" })] {
        assert!(now(sign_in(&stage.center, &stage.provider.signed(&with(change)))).is_ok());
    }
}

#[test]
fn what_the_provider_has_not_signed_is_refused() {
    let stage = stage();
    let token = stage.provider.signed(&claims());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let changed = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 64]));
    assert_eq!(refusal(&stage, &changed), IdTokenError::Signature.to_string());
    for alg in ["none", "HS256", "ES384"] {
        let token = stage.provider.token(json!({ "alg": alg, "kid": "one" }), &claims());
        assert_eq!(refusal(&stage, &token), IdTokenError::Algorithm.to_string());
    }
    let of_another_kind = stage.provider.token(json!({ "alg": "RS256", "kid": "one" }), &claims());
    assert_eq!(refusal(&stage, &of_another_kind), IdTokenError::UnknownKey.to_string());
    for text in ["", "..", "a.b", &"A".repeat(ID_TOKEN_BYTES_MAX + 1)] {
        assert_eq!(refusal(&stage, text), IdTokenError::Malformed.to_string());
    }
}

/// RFC 7515, A.2: an RSA key and what it has signed.
#[test]
fn rsa_keys_are_believed_too() {
    let key = json!({ "kty": "RSA", "e": "AQAB", "n": concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR",
        "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB",
        "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia",
        "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ") });
    let token = concat!(
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290",
        "Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju",
        "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB",
        "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXL",
        "IhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let keys = [serde_json::from_value(key).unwrap()];
    let settings = OidcSettings {
        issuer: "joe".into(),
        client_id: "desk".into(),
        worker_claim: "email".into(),
        role_claim: "role".into(),
    };
    // Its signature is good; whom it is for it does not say.
    let checked = super::verify::check(token, &keys, &settings, NOW);
    assert_eq!(checked, Err(IdTokenError::Audience));
}

#[test]
fn whoever_is_no_worker_or_has_no_role_stays_outside() {
    let stage = stage();
    let check = |change: Value, expect: &str| {
        let found = refusal(&stage, &stage.provider.signed(&with(change)));
        assert!(found.contains(expect), "{found}");
    };
    check(json!({ "email": "bo@shop.example" }), "no worker");
    check(json!({ "email": null }), "no worker");
    check(json!({ "cognito:groups": ["staff"] }), "no role");
    check(json!({ "cognito:groups": null }), "no role");
}

#[test]
fn keys_are_kept_and_asked_for_anew_when_one_is_missing_but_not_all_the_time() {
    let Stage { provider, world, center } = stage();
    let asked = || provider.asked.load(Ordering::Relaxed);
    for _ in 0..3 {
        assert!(now(sign_in(&center, &provider.signed(&claims()))).is_ok());
    }
    assert_eq!(asked(), 1);
    provider.rotate();
    let token = provider.signed(&claims());
    assert!(matches!(now(sign_in(&center, &token)), Err(SignInError::Token(IdTokenError::UnknownKey))));
    assert_eq!(asked(), 1, "within a minute");
    world.advance_ms(60_000);
    assert!(now(sign_in(&center, &token)).is_ok());
    assert_eq!(asked(), 2);
    world.advance_ms(3_000_000);
    assert!(now(sign_in(&center, &token)).is_ok());
    world.advance_ms(600_000);
    assert!(now(sign_in(&center, &provider.signed(&with(json!({ "exp": NOW.seconds() + 9_000 }))))).is_ok());
    assert_eq!(asked(), 3, "after an hour");
}

#[test]
fn a_provider_that_is_not_itself_or_not_there_lets_nobody_in() {
    let mut stage = stage();
    let token = stage.provider.signed(&claims());
    let settings = |issuer: &str| OidcSettings {
        issuer: issuer.into(),
        client_id: "desk".into(),
        worker_claim: "email".into(),
        role_claim: "role".into(),
    };
    stage.center.oidc = Some(Oidc::new(settings("https://id.example/pool/")));
    assert!(refusal(&stage, &token).contains("is of the issuer"));
    stage.center.oidc = Some(Oidc::new(settings("https://nobody.example")));
    assert!(refusal(&stage, &token).contains("status 404"));
    stage.center.oidc = None;
    assert!(refusal(&stage, &token).contains("no identity provider"));
}
