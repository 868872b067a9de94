//! One request of a program, read as a whole.

use super::{Caller, Form, TwilioError};
use crate::Shared;
use crate::read::JSON_BYTES_MAX;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use patchbay_center::config::{Config, ConfigDocuments, Editing, edit};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

/// A request: who sends it, its path, its parameters, and the configuration in force.
pub(crate) struct Call {
    pub center: Shared,
    pub config: Arc<Config>,
    pub caller: Caller,
    pub query: Form,
    pub form: Form,
    /// The version that `If-Match` names.
    pub over: Option<u64>,
    params: BTreeMap<String, String>,
    path: String,
}

impl FromRequest<Shared> for Call {
    type Rejection = TwilioError;

    async fn from_request(request: Request, center: &Shared) -> Result<Call, TwilioError> {
        let (mut parts, body) = request.into_parts();
        let params = RawPathParams::from_request_parts(&mut parts, center).await;
        let params = params.map_err(|_| TwilioError::not_found("path"))?;
        let params: BTreeMap<String, String> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let caller = parts.extensions.remove::<Caller>().ok_or_else(TwilioError::unauthenticated)?;
        let config = center.newest_config().await?;
        if params.get("workspace").is_some_and(|sid| sid != config.workspace_sid.as_str()) {
            return Err(TwilioError::not_found("workspace"));
        }
        let bytes = to_bytes(body, JSON_BYTES_MAX).await.map_err(|_| {
            TwilioError::too_large(format!("the body is over {JSON_BYTES_MAX} bytes, or broke off"))
        })?;
        Ok(Call {
            center: center.clone(),
            config,
            caller,
            query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes())?,
            form: Form::parse(&bytes)?,
            over: if_match(&parts.headers)?,
            params,
            path: parts.uri.path().to_owned(),
        })
    }
}

/// The version of an `If-Match` header; none for `*`, which any version is.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, TwilioError> {
    let Some(value) = headers.get("if-match") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    if text.is_empty() || text == "*" {
        return Ok(None);
    }
    let version = text.parse().map_err(|_| TwilioError::bad_request("If-Match is not a version"))?;
    Ok(Some(version))
}

impl Call {
    /// An id in the path; one that is malformed names nothing.
    pub fn sid<T: FromStr>(&self, name: &str, what: &str) -> Result<T, TwilioError> {
        self.text(name).parse().map_err(|_| TwilioError::not_found(what))
    }

    /// A part of the path.
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The absolute URL of what is asked for.
    pub fn url(&self) -> String {
        format!("{}{}", self.center.public_url, self.path)
    }

    /// The absolute URL of something below the workspace.
    pub fn below(&self, path: &str) -> String {
        format!("{}/v1/Workspaces/{}{path}", self.center.public_url, self.config.workspace_sid)
    }

    /// The absolute URL of something below Studio's flows.
    pub fn below_flows(&self, path: &str) -> String {
        format!("{}/v2/Flows{path}", self.center.public_url)
    }

    /// Changes one thing of the configuration.
    pub async fn edit(
        &self,
        message: &str,
        change: impl Fn(&mut ConfigDocuments) -> Result<(), TwilioError>,
    ) -> Result<Config, TwilioError> {
        let by = format!("api:{}", self.caller.sid);
        edit(&self.center, Editing { by: &by, message }, change).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_header() {
        let check = |text: &str, expect: Result<Option<u64>, ()>| {
            let headers = HeaderMap::from_iter([(axum::http::header::IF_MATCH, text.parse().unwrap())]);
            assert_eq!(if_match(&headers).map_err(drop), expect, "{text}");
        };
        check("7", Ok(Some(7)));
        check("\"7\"", Ok(Some(7)));
        check("W/\"7\"", Ok(Some(7)));
        check("*", Ok(None));
        check("", Ok(None));
        check("seven", Err(()));
        assert_eq!(if_match(&HeaderMap::new()), Ok(None));
    }
}
