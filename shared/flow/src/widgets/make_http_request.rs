//! # Make HTTP Request (`make-http-request`)
//!
//! Calls an HTTP endpoint and waits for its answer.
//!
//! - **Properties**: `method` (`GET` or `POST`), `url`, `body` (Liquid), `content_type`
//!   (`application/x-www-form-urlencoded;charset=utf-8` or `application/json;charset=utf-8`), `parameters`
//!   (`[{key, value}]`): the query of a GET; a form after the body, or without a body a JSON object, of a POST.
//!   `add_twilio_auth` adds the account's basic authentication.
//! - **Events**: `success` for a 2xx answer (redirects are followed); `failed` for any other and for none.
//! - **Outputs**: `status_code`, `content_type`, `body`, and `parsed` when the body is a JSON object.
//! - **Limits**: 10 s; 64 KB of the body are kept, a longer one is not parsed.

use form_urlencoded::Serializer;
use serde_json::{Map, Value};

use super::{Widget, WidgetType};
use crate::bound::response;
use crate::effect::{Effect, HttpMethod, HttpRequest};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "make-http-request", events: &["success", "failed"], parse };

#[derive(Debug)]
struct MakeHttpRequest {
    method: HttpMethod,
    url: Template,
    content_type: Option<Template>,
    body: Option<Template>,
    parameters: Vec<Pair>,
    add_twilio_auth: bool,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let method = match properties.text("method").map(|method| method.to_ascii_uppercase()).as_deref() {
        Some("POST") => HttpMethod::Post,
        Some("GET") | None => HttpMethod::Get,
        Some(other) => {
            let message = format!("method must be GET or POST, not {other:?}");
            properties.refuse(message, "method");
            HttpMethod::Get
        }
    };
    Box::new(MakeHttpRequest {
        method,
        url: properties.required("url"),
        content_type: properties.template("content_type"),
        body: properties.template("body"),
        parameters: properties.pairs("parameters"),
        add_twilio_auth: properties.flag("add_twilio_auth"),
    })
}

/// `pairs` as a form or query.
fn form(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Widget for MakeHttpRequest {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let mut url = run.text(&self.url, "url")?.trim().to_owned();
        if url.is_empty() {
            let reason = "it is empty; nothing was called".to_owned();
            run.problem(ProblemKind::BadValue { property: "url".to_owned(), reason });
            return Ok(Next::Leave("failed"));
        }
        let content_type = run.optional(self.content_type.as_ref(), "content_type")?;
        let mut body = run.optional(self.body.as_ref(), "body")?;
        let parameters = run.pairs(&self.parameters, "parameters")?;
        let is_json = content_type.as_deref().is_some_and(|kind| kind.contains("json"));
        match self.method {
            _ if parameters.is_empty() => {}
            HttpMethod::Get => {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&form(&parameters));
            }
            HttpMethod::Post if !is_json => {
                body = Some(match body {
                    Some(body) => format!("{body}&{}", form(&parameters)),
                    None => form(&parameters),
                });
            }
            HttpMethod::Post if body.is_none() => {
                let members = parameters.into_iter().map(|(key, value)| (key, Value::String(value)));
                body = Some(Value::Object(members.collect()).to_string());
            }
            HttpMethod::Post => {}
        }
        if self.method == HttpMethod::Get {
            body = None;
        }
        let id = run.effect_id()?;
        run.emit(Effect::HttpRequest(HttpRequest {
            id: id.clone(),
            method: self.method,
            url,
            content_type: content_type.filter(|_| body.is_some()),
            body,
            add_twilio_auth: self.add_twilio_auth,
        }));
        Ok(Next::Wait(Waiting::Http { request: id }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let Waiting::Http { request } = waiting else {
            return Ok(None);
        };
        Ok(match input {
            FlowInput::HttpResponse { effect_id, status, content_type, body } if effect_id == request => {
                let outputs = response(run, *status, content_type, body);
                run.set_outputs(outputs)?;
                Some(Next::Leave(if (200..300).contains(status) { "success" } else { "failed" }))
            }
            FlowInput::HttpFailed { effect_id, reason } if effect_id == request => {
                run.set_outputs(Map::new())?;
                run.problem(ProblemKind::Failed {
                    what: "the HTTP request".to_owned(),
                    reason: reason.clone(),
                });
                Some(Next::Leave("failed"))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::play;
    use crate::effect::EffectId;
    use crate::input::FlowInput;
    use crate::limits::RESPONSE_BYTES_MAX;

    fn check_request(properties: Value, expect: Value) {
        let outcome = play("make-http-request", properties.clone(), &[]);
        let mut effect = outcome.effects[0].clone();
        if let Some(effect) = effect.as_object_mut() {
            effect.retain(|key, _| !["type", "id", "add_twilio_auth"].contains(&key.as_str()));
        }
        assert_eq!(effect, expect, "{properties}");
    }

    #[test]
    fn parameters_go_where_the_method_takes_them() {
        let parameters =
            json!([{"key": "a b", "value": "{{trigger.message.Body}}"}, {"key": "c", "value": "ü&"}]);
        let form = "application/x-www-form-urlencoded;charset=utf-8";
        let json_type = "application/json;charset=utf-8";
        check_request(
            json!({"method": "GET", "url": "https://x/y?z=1", "content_type": form, "parameters": parameters, "body": "b"}),
            json!({"method": "GET", "url": "https://x/y?z=1&a+b=Hi&c=%C3%BC%26"}),
        );
        check_request(
            json!({"method": "post", "url": "https://x", "content_type": form, "parameters": parameters}),
            json!({"method": "POST", "url": "https://x", "content_type": form, "body": "a+b=Hi&c=%C3%BC%26"}),
        );
        check_request(
            json!({"method": "POST", "url": "https://x", "content_type": form, "parameters": [{"key": "k", "value": 1}],
                "body": "a=b"}),
            json!({"method": "POST", "url": "https://x", "content_type": form, "body": "a=b&k=1"}),
        );
        check_request(
            json!({"method": "POST", "url": "https://x", "content_type": json_type, "parameters": parameters}),
            json!({"method": "POST", "url": "https://x", "content_type": json_type, "body": r#"{"a b":"Hi","c":"ü&"}"#}),
        );
        check_request(
            json!({"method": "POST", "url": "https://x", "content_type": json_type, "body": "{\"m\":\"{{trigger.message.Body}}\"}"}),
            json!({"method": "POST", "url": "https://x", "content_type": json_type, "body": "{\"m\":\"Hi\"}"}),
        );
    }

    fn check_answer(status: u16, content_type: &str, body: &str, at: &str, outputs: Value) {
        let answer = FlowInput::HttpResponse {
            effect_id: EffectId("2.under_test.0".to_owned()),
            status,
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        };
        // A repeated answer comes too late and changes nothing.
        let outcome = play("make-http-request", json!({"url": "https://x"}), &[answer.clone(), answer]);
        assert_eq!((outcome.at.as_str(), &outcome.outputs), (at, &outputs));
        assert_eq!(outcome.problems, ["input ignored: the execution has ended"]);
    }

    #[test]
    fn answers() {
        let kind = "application/json; charset=utf-8";
        check_answer(
            200,
            kind,
            "{\"a\":1}",
            "success",
            json!({"status_code": 200, "content_type": kind, "body": "{\"a\":1}", "parsed": {"a": 1}}),
        );
        check_answer(
            201,
            kind,
            "[1]",
            "success",
            json!({"status_code": 201, "content_type": kind, "body": "[1]"}),
        );
        check_answer(
            200,
            "text/plain",
            "{}",
            "success",
            json!({"status_code": 200, "content_type": "text/plain", "body": "{}"}),
        );
        check_answer(
            404,
            kind,
            "{",
            "failed",
            json!({"status_code": 404, "content_type": kind, "body": "{"}),
        );
        check_answer(302, kind, "", "failed", json!({"status_code": 302, "content_type": kind, "body": ""}));
    }

    #[test]
    fn no_answer_and_no_url_fail() {
        let id = EffectId("2.under_test.0".to_owned());
        let failed = FlowInput::HttpFailed { effect_id: id, reason: "timed out".to_owned() };
        let outcome = play("make-http-request", json!({"url": "https://x"}), &[failed]);
        assert_eq!((outcome.at.as_str(), outcome.outputs), ("failed", json!({})));
        let outcome = play("make-http-request", json!({"url": "{{nothing}}"}), &[]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("failed", json!([])));
    }

    #[test]
    fn a_body_is_kept_up_to_the_limit() {
        for (bytes, kept) in
            [(RESPONSE_BYTES_MAX, RESPONSE_BYTES_MAX), (RESPONSE_BYTES_MAX + 1, RESPONSE_BYTES_MAX)]
        {
            let answer = FlowInput::HttpResponse {
                effect_id: EffectId("2.under_test.0".to_owned()),
                status: 200,
                content_type: String::new(),
                body: "x".repeat(bytes),
            };
            let outcome = play("make-http-request", json!({"url": "https://x"}), &[answer]);
            assert_eq!(outcome.outputs["body"].as_str().map(str::len), Some(kept));
            assert_eq!(outcome.problems.len(), usize::from(bytes > kept));
        }
    }
}
