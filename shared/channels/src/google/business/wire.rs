//! Events of Business Messages, as far as they are read: one call has one of the parts.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(default)]
    pub(super) agent: String,
    pub(super) conversation_id: String,
    pub(super) request_id: Option<String>,
    /// RFC 3339.
    pub(super) send_time: Option<String>,
    #[serde(default)]
    pub(super) context: Context,
    pub(super) message: Option<Message>,
    pub(super) suggestion_response: Option<SuggestionResponse>,
    pub(super) user_status: Option<UserStatus>,
    pub(super) receipts: Option<Receipts>,
    pub(super) survey_response: Option<SurveyResponse>,
    pub(super) authentication_response: Option<AuthenticationResponse>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) entry_point: Option<String>,
    pub(super) place_id: Option<String>,
    pub(super) resolved_locale: Option<String>,
    pub(super) custom_context: Option<String>,
    pub(super) user_info: UserInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserInfo {
    pub(super) display_name: Option<String>,
    pub(super) user_device_locale: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub(super) message_id: String,
    #[serde(default)]
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SuggestionResponse {
    /// The message below which it was.
    pub(super) message: Option<String>,
    pub(super) postback_data: Option<String>,
    pub(super) text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserStatus {
    pub(super) is_typing: Option<bool>,
    pub(super) requested_live_agent: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Receipts {
    /// Kept apart, so that one that cannot be read does not take the others with it.
    #[serde(default)]
    pub(super) receipts: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    /// `conversations/<id>/messages/<id>`.
    pub(super) message: String,
    pub(super) receipt_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SurveyResponse {
    pub(super) survey_question_id: Option<String>,
    pub(super) question_response_text: Option<String>,
    pub(super) rating: Option<String>,
}

/// Whether somebody has signed in; its code is a credential, and not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthenticationResponse {
    pub(super) error_details: Option<serde_json::Value>,
}
