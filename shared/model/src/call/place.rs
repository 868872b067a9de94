//! What is begun beside a call's instructions: a call of ours, a recording.

use serde::{Deserialize, Serialize};

/// Whether a person or a machine has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineDetection {
    /// Wait for the end of a machine's greeting, to leave a message after it.
    pub await_end_of_message: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u32>,
    /// Milliseconds of speech from which on it is a machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_threshold_ms: Option<u32>,
    /// Milliseconds of silence that end speech.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_end_threshold_ms: Option<u32>,
    /// Milliseconds of silence at first after which nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_timeout_ms: Option<u32>,
}

/// A call of ours to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceCall {
    /// A number, `sip:…` or `client:…`.
    pub to: String,
    pub from: String,
    /// Seconds that it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u32>,
    pub record: bool,
    /// Whether both sides are recorded apart.
    pub record_dual: bool,
    /// Whether silence at a recording's ends is taken away.
    pub trim_silence: bool,
    /// Keys that we press once somebody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_digits: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_detection: Option<MachineDetection>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip_username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip_password: Option<String>,
}

/// Begins or ends the recording of a call that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCall {
    /// Whether to begin; else the call's present recording ends.
    pub on: bool,
    /// Whether both sides are recorded apart.
    pub dual: bool,
    pub trim_silence: bool,
    /// Where else than to the center its progress is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
}
