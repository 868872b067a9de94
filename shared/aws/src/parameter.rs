//! One call of Systems Manager: `GetParameter`, in the protocol that all its calls have (a POST with JSON, signed with
//! SigV4). Its SDK is larger than all of ours together and would take minutes of everybody's build for it.

use crate::sdk::Sdk;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use patchbay_center::ports::{Http, HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use std::time::{Duration, SystemTime};

const TIMEOUT_MS: u32 = 5_000;
/// Bytes of the answer: a parameter has 8 KB at the most.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;
/// Calls before a function gives up its start: many that start at once are throttled.
const TRIES_MAX: u32 = 4;
/// Milliseconds before the second call; doubled for each one after it.
const BACKOFF_MS: u64 = 200;

/// Why a parameter is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    #[error("the call cannot be signed: {0}")]
    Signing(String),
    #[error("Systems Manager does not answer: {0}")]
    NoAnswer(String),
    #[error("Systems Manager answers {status}: {code}")]
    Refused { status: u16, code: String },
    #[error("the answer does not read")]
    Unreadable,
}

impl ParameterError {
    /// Whether another call may do better (AWS SDKs, "Retry behavior": throttling, 5xx, no answer).
    fn is_passing(&self) -> bool {
        match self {
            ParameterError::NoAnswer(_) => true,
            ParameterError::Refused { status, code } => *status >= 500 || code.contains("Throttling"),
            ParameterError::Signing(_) | ParameterError::Unreadable => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    parameter: Parameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    value: String,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
}

/// A parameter's text, decrypted.
pub(crate) async fn read_parameter(sdk: &Sdk, http: &dyn Http, name: &str) -> Result<String, ParameterError> {
    let mut tries = 1;
    loop {
        // Signed anew: a signature is good for minutes only, and a clock may have been set.
        let request = request(sdk, name, SystemTime::now())?;
        let answer = http.call(request).await.map_err(|error| ParameterError::NoAnswer(error.to_string()));
        match answer.and_then(|response| value(&response)) {
            Err(error) if error.is_passing() && tries < TRIES_MAX => {
                tracing::warn!(%error, tries, "the settings are asked for again");
                tokio::time::sleep(Duration::from_millis(BACKOFF_MS << (tries - 1))).await;
                tries += 1;
            }
            result => return result,
        }
    }
}

fn request(sdk: &Sdk, name: &str, at: SystemTime) -> Result<HttpRequest, ParameterError> {
    let signing = |error: &dyn std::fmt::Display| ParameterError::Signing(error.to_string());
    let url = sdk.endpoint_of("ssm");
    let body = json!({ "Name": name, "WithDecryption": true }).to_string();
    let plain = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AmazonSSM.GetParameter")];
    let identity = sdk.credentials().clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(sdk.region())
        .name("ssm")
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| signing(&error))?
        .into();
    let signable =
        SignableRequest::new("POST", url.as_str(), plain.into_iter(), SignableBody::Bytes(body.as_bytes()))
            .map_err(|error| signing(&error))?;
    let (signed, _) = sign(signable, &parameters).map_err(|error| signing(&error))?.into_parts();
    let headers = plain.into_iter().chain(signed.headers());
    Ok(HttpRequest {
        method: "POST".into(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        url,
        body: body.into_bytes(),
        timeout_ms: TIMEOUT_MS,
        response_bytes_max: RESPONSE_BYTES_MAX,
        redirects_max: 0,
        trusted: true,
    })
}

fn value(response: &HttpResponse) -> Result<String, ParameterError> {
    if response.status == 200 {
        let answer: Result<Answer, _> = serde_json::from_slice(&response.body);
        return answer.map(|answer| answer.parameter.value).map_err(|_| ParameterError::Unreadable);
    }
    let refusal: Result<Refusal, _> = serde_json::from_slice(&response.body);
    let code = refusal.map(|refusal| refusal.code).unwrap_or_default();
    Err(ParameterError::Refused { status: response.status, code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use patchbay_center::ports::HttpError;
    use std::collections::VecDeque;
    use std::sync::Mutex;
    use std::time::UNIX_EPOCH;

    const NAME: &str = "/patchbay/settings";

    fn sdk() -> Sdk {
        let environment = |name: &str| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("canary".to_owned()),
            "AWS_SESSION_TOKEN" => Some("session".to_owned()),
            _ => None,
        };
        Sdk::from_environment(environment).unwrap()
    }

    /// Systems Manager with these answers.
    struct Played(Mutex<VecDeque<Result<(u16, &'static str), HttpError>>>);

    #[async_trait]
    impl Http for Played {
        async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
            let (status, body) = self.0.lock().unwrap().pop_front().unwrap()?;
            Ok(HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
        }
    }

    async fn check(answers: &[Result<(u16, &'static str), HttpError>], expect: Result<&str, &str>) {
        let played = Played(Mutex::new(answers.iter().cloned().collect()));
        let read = read_parameter(&sdk(), &played, NAME).await.map_err(|error| error.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), expect);
        assert!(played.0.lock().unwrap().is_empty());
    }

    const GOOD: Result<(u16, &str), HttpError> = Ok((200, r#"{"Parameter":{"Name":"n","Value":"[sms]"}}"#));
    const SLOW_DOWN: Result<(u16, &str), HttpError> = Ok((400, r#"{"__type":"ThrottlingException"}"#));

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_tried_again_and_a_final_one_is_not() {
        check(&[GOOD], Ok("[sms]")).await;
        check(&[SLOW_DOWN, Err(HttpError::NoAnswer("late".into())), Ok((503, "")), GOOD], Ok("[sms]")).await;
        let given_up = "Systems Manager answers 400: ThrottlingException";
        check(&[SLOW_DOWN, SLOW_DOWN, SLOW_DOWN, SLOW_DOWN], Err(given_up)).await;
        let missing = Ok((400, r#"{"__type":"ParameterNotFound"}"#));
        check(&[missing], Err("Systems Manager answers 400: ParameterNotFound")).await;
        check(&[Ok((200, "{}"))], Err("the answer does not read")).await;
    }

    #[test]
    fn the_call_is_signed_for_its_service_and_region() {
        let request = request(&sdk(), NAME, UNIX_EPOCH + Duration::from_secs(1_800_000_000)).unwrap();
        let header =
            |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(request.url, "https://ssm.eu-west-1.amazonaws.com/");
        assert_eq!(request.body, br#"{"Name":"/patchbay/settings","WithDecryption":true}"#);
        assert_eq!(header("x-amz-security-token"), Some("session"));
        assert_eq!(header("x-amz-date"), Some("20270115T080000Z"));
        let signature = header("authorization").unwrap();
        assert!(
            signature
                .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20270115/eu-west-1/ssm/aws4_request")
        );
        for name in ["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
            assert!(signature.contains(name), "{name} is not signed");
        }
        assert!(!format!("{request:?}").contains("canary"));
    }
}
