//! Who calls: a key's SID and secret by HTTP basic (RFC 7617), or a token of ours.

use super::TwilioError;
use crate::Shared;
use crate::access::bearer;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_center::token::Role;

/// Characters of a header that is looked at.
const CREDENTIALS_CHARS_MAX: usize = 4_096;

/// Who calls, as versions of the configuration keep it: a key's or a worker's SID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub sid: String,
    pub role: Role,
}

/// SID and secret of an `Authorization: Basic …` header.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || credentials.len() > CREDENTIALS_CHARS_MAX {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (sid, secret) = text.split_once(':')?;
    Some((sid.to_owned(), secret.to_owned()))
}

fn caller(center: &Shared, headers: &HeaderMap) -> Option<Caller> {
    if let Some((sid, secret)) = basic(headers) {
        let known = center.api_keys.check(&sid, &secret);
        if known.is_none() {
            // Neither of what was given: who mistypes may type the one in the other's place.
            tracing::info!("a program's key is refused");
        }
        return known.map(|caller| Caller { sid: caller.sid, role: caller.role });
    }
    let claims = center.signing_keys.check(bearer(headers)?, center.now());
    let claims = claims.inspect_err(|error| tracing::info!(%error, "a token is refused")).ok()?;
    Some(Caller { sid: claims.sub.to_string(), role: claims.role })
}

/// Lets a request through that somebody of at least this role sends.
pub(crate) async fn authorise(
    State((center, least)): State<(Shared, Role)>,
    mut request: Request,
    next: Next,
) -> Result<Response, TwilioError> {
    let caller = caller(&center, request.headers()).ok_or_else(TwilioError::unauthenticated)?;
    if caller.role < least {
        return Err(TwilioError::forbidden());
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expect: Option<(&str, &str)>) {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, header.parse().unwrap())]);
        let expect = expect.map(|(sid, secret)| (sid.to_owned(), secret.to_owned()));
        assert_eq!(basic(&headers), expect, "{header}");
    }

    #[test]
    fn a_key_is_read_from_the_header() {
        let encoded = |text: &str| format!("Basic {}", STANDARD.encode(text));
        check(&encoded("SK1:se:cret"), Some(("SK1", "se:cret")));
        check(&encoded(":"), Some(("", "")));
        check(&encoded("SK1"), None);
        check("Bearer abc", None);
        check("Basic ***", None);
        check("Basic", None);
        let long = |chars: usize| format!("Basic {}", "A".repeat(chars));
        let text = STANDARD.encode(format!("a:{}", "b".repeat(CREDENTIALS_CHARS_MAX / 4 * 3 - 2)));
        assert_eq!(text.len(), CREDENTIALS_CHARS_MAX);
        assert!(
            basic(&HeaderMap::from_iter([(AUTHORIZATION, format!("Basic {text}").parse().unwrap())]))
                .is_some()
        );
        check(&long(CREDENTIALS_CHARS_MAX + 4), None);
    }
}
