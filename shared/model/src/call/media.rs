//! What a caller hears, and where the sound of a call goes besides.

use super::CallMethod;
use serde::{Deserialize, Serialize};

/// Something to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prompt {
    /// A text, spoken; at most [`super::SAY_CHARS_MAX`] characters.
    Say {
        text: String,
        /// The provider's name of a voice: `Polly.Joanna`, `alice`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        voice: Option<String>,
        /// BCP 47: `pt-BR`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// How often, from 1.
        times: u32,
    },
    /// A sound, from a URL.
    Play { url: String, times: u32 },
    /// Keys, pressed by us: digits, `*`, `#` and `w` for half a second of silence.
    Digits { digits: String },
    /// Silence.
    Pause { length_s: u32 },
}

/// Which side of a call is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamTrack {
    /// What the caller says.
    #[default]
    Inbound,
    /// What the caller hears.
    Outbound,
    Both,
}

/// How a call's sound reaches somebody else's program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "transport", rename_all = "snake_case")]
pub enum StreamTransport {
    /// A web socket (`wss://…`).
    Websocket {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// `None` where a stream is only named, to be ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        track: StreamTrack,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parameters: Vec<(String, String)>,
    },
    /// SIPREC (RFC 7866), over a connector that is set up at the provider.
    Siprec {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connector: Option<String>,
        track: StreamTrack,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parameters: Vec<(String, String)>,
    },
}

/// A virtual agent that is set up at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualAgent {
    /// The provider's name of its connector.
    pub connector: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default)]
    pub sentiment_analysis: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
    #[serde(default)]
    pub status_callback_method: CallMethod,
    /// Settings of the connector for this call, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<(String, String)>,
    /// What the virtual agent is told, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
}
