//! Who calls.

use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use patchbay_center::token::Role;

/// Who may call a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anybody,
    /// A token of at least this role.
    Token(Role),
}

/// The token of an `Authorization: Bearer …` header (RFC 6750, 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Lets a request through whose token allows it, with the token's claims.
pub(crate) async fn authorise(
    State((center, access)): State<(Shared, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if let Access::Token(least) = access {
        let refused = |message: &str| ApiError::new(ErrorCode::Unauthenticated, message);
        let token = bearer(request.headers()).ok_or_else(|| refused("a bearer token is needed"))?;
        // Which of its faults it has is nobody's business but the log's.
        let claims = center.signing_keys.check(token, center.now()).map_err(|error| {
            tracing::info!(%error, "a token is refused");
            refused("the token is not believed")
        })?;
        if claims.role < least {
            return Err(ApiError::new(ErrorCode::Forbidden, "the token's role does not allow this"));
        }
        request.extensions_mut().insert(claims);
    }
    Ok(next.run(request).await)
}
