//! Tokens for whom the identity provider vouches for.

use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use crate::read::JsonBody;
use axum::Json;
use axum::extract::State;
use patchbay_center::oidc::{self, SignInError, SignedIn};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdToken {
    id_token: String,
}

pub(crate) async fn exchange(
    State(center): State<Shared>,
    JsonBody(IdToken { id_token }): JsonBody<IdToken>,
) -> Result<Json<SignedIn>, ApiError> {
    Ok(Json(oidc::sign_in(&center, &id_token).await?))
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> ApiError {
        match error {
            SignInError::NoProvider => ApiError::new(ErrorCode::NotFound, error.to_string()),
            // Which of its faults it has is nobody's business but the log's.
            SignInError::Token(error) => {
                tracing::info!(%error, "an ID token is refused");
                ApiError::new(ErrorCode::Unauthenticated, "the ID token is not believed")
            }
            SignInError::NoWorker(_) | SignInError::NoRole(_) => {
                ApiError::new(ErrorCode::Forbidden, error.to_string())
            }
            SignInError::Unreachable(_) | SignInError::NoKey => ApiError::unavailable(&error),
            SignInError::Store(error) => error.into(),
        }
    }
}
