//! Softphones: the tokens with which agents' browsers are telephones.

use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use axum::Json;
use axum::extract::{Extension, State};
use patchbay_center::softphone::{self, SoftphoneError, SoftphoneToken};
use patchbay_center::token::Claims;

/// For whoever asks, and nobody else.
pub(crate) async fn token(
    State(center): State<Shared>,
    Extension(claims): Extension<Claims>,
) -> Result<Json<SoftphoneToken>, ApiError> {
    Ok(Json(softphone::token(&center, &claims.sub).await?))
}

impl From<SoftphoneError> for ApiError {
    fn from(error: SoftphoneError) -> ApiError {
        match error {
            SoftphoneError::NoWorker => ApiError::not_found("worker"),
            SoftphoneError::NoKey | SoftphoneError::AtPhone | SoftphoneError::Identity(_) => {
                ApiError::new(ErrorCode::Conflict, error.to_string())
            }
            SoftphoneError::Store(error) => error.into(),
        }
    }
}
