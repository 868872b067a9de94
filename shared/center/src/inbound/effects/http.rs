//! make-http-request, run-function.

use crate::budget::{CALLS_MS_MAX, calls_left_ms};
use crate::inbound::InboundError;
use crate::inbound::turn::Turn;
use crate::ports::{HttpError, HttpRequest, HttpResponse};
use patchbay_flow::{FlowInput, HttpMethod, HttpRequest as FlowRequest, RunFunction};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Milliseconds until a call of a flow is given up (Studio: 10 s).
pub(in crate::inbound) const TIMEOUT_MS: u32 = 10_000;
/// Calls of one event's turn: what is more fails at once, so that a flow that goes in circles does not hold its
/// function for minutes.
pub(in crate::inbound) const CALLS_PER_EVENT_MAX: u32 = 5;
const REDIRECTS_MAX: u8 = 3;

/// Where the flows' functions are: the operator's setting. Its URLs are trusted; any other is held to the egress
/// rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// The origin of functions that are the operator's own, as `scheme://host[:port]`.
    pub origin: Option<String>,
    /// Function SID (`ZH…`) to URL.
    pub by_sid: BTreeMap<String, String>,
}

impl Functions {
    /// The URL of a function and whether it is the operator's own; `None` where nobody knows it.
    fn find(&self, function: &RunFunction) -> Option<(String, bool)> {
        if let Some(sid) = &function.function_sid
            && let Some(url) = self.by_sid.get(sid)
        {
            return Some((url.clone(), true));
        }
        let url = function.url.clone()?;
        let own = self.origin.as_ref().is_some_and(|origin| is_of_origin(&url, origin));
        Some((url, own))
    }
}

fn is_of_origin(url: &str, origin: &str) -> bool {
    let parsed = (url::Url::parse(url), url::Url::parse(origin));
    matches!(parsed, (Ok(url), Ok(origin)) if url.origin() == origin.origin() && url.username().is_empty())
}

impl Turn<'_> {
    pub(in crate::inbound) async fn http_request(
        &mut self,
        effect: FlowRequest,
    ) -> Result<FlowInput, InboundError> {
        let effect_id = effect.id.clone();
        if effect.add_twilio_auth {
            // They would go wherever the flow's URL points.
            let reason = "credentials are not given to flows".to_owned();
            return Ok(FlowInput::HttpFailed { effect_id, reason });
        }
        let method = match effect.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        };
        let body = effect.body.unwrap_or_default();
        Ok(match self.call(method, effect.url, effect.content_type, body, false).await {
            Ok(response) => FlowInput::HttpResponse {
                effect_id,
                status: response.status,
                content_type: content_type(&response),
                body: String::from_utf8_lossy(&response.body).into_owned(),
            },
            Err(reason) => FlowInput::HttpFailed { effect_id, reason },
        })
    }

    pub(in crate::inbound) async fn run_function(
        &mut self,
        effect: RunFunction,
    ) -> Result<FlowInput, InboundError> {
        let effect_id = effect.id.clone();
        let Some((url, own)) = self.center.functions.find(&effect) else {
            let sid = effect.function_sid.unwrap_or_default();
            let reason = format!("it is not configured where the function {sid:?} is");
            return Ok(FlowInput::FunctionFailed { effect_id, reason });
        };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&effect.parameters).finish();
        let content = Some("application/x-www-form-urlencoded".to_owned());
        Ok(match self.call("POST", url, content, body, own).await {
            Ok(response) => FlowInput::FunctionResult {
                effect_id,
                status: response.status,
                content_type: content_type(&response),
                body: String::from_utf8_lossy(&response.body).into_owned(),
                headers: response.headers.into_iter().collect(),
            },
            Err(reason) => FlowInput::FunctionFailed { effect_id, reason },
        })
    }

    async fn call(
        &mut self,
        method: &str,
        url: String,
        content_type: Option<String>,
        body: String,
        trusted: bool,
    ) -> Result<HttpResponse, String> {
        self.calls += 1;
        if self.calls > CALLS_PER_EVENT_MAX {
            return Err(format!("more than {CALLS_PER_EVENT_MAX} calls without waiting"));
        }
        let left_ms = calls_left_ms(self.calls_ms);
        if left_ms == 0 {
            return Err(format!("more than {CALLS_MS_MAX} ms of calls without waiting"));
        }
        let request = HttpRequest {
            method: method.into(),
            url,
            headers: content_type.map(|value| ("content-type".to_owned(), value)).into_iter().collect(),
            body: body.into_bytes(),
            timeout_ms: TIMEOUT_MS.min(left_ms),
            response_bytes_max: patchbay_flow::limits::RESPONSE_BYTES_MAX,
            redirects_max: REDIRECTS_MAX,
            trusted,
        };
        let began = self.center.now();
        let answer = self.center.http.call(request).await;
        self.calls_ms += self.center.now().since_ms(began).max(0);
        answer.map_err(|error: HttpError| error.to_string())
    }
}

fn content_type(response: &HttpResponse) -> String {
    response.header("content-type").unwrap_or_default().to_owned()
}
