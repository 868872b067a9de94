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
        let mut parameters = Vec::with_capacity(self.parameters.len());
        for Pair { key, value, .. } in &self.parameters {
            parameters.push((key.clone(), run.text(value, "parameters")?));
        }
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
