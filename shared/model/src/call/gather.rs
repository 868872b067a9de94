//! What a caller is asked for: digits, words, a message, money.

use super::Prompt;
use serde::{Deserialize, Serialize};

/// A question that keys or speech answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    /// What is heard while the answer may already begin.
    pub prompts: Vec<Prompt>,
    /// Seconds of silence after which there is no answer, or no further key.
    pub timeout_s: u32,
    /// The key that ends the answer; `None`: none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_on_key: Option<char>,
    /// Keys after which the answer is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits_max: Option<u32>,
    /// Seconds of silence that end a spoken answer; `None`: the provider hears when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_timeout_s: Option<u32>,
    /// The language that is listened for, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The provider's name of a way to recognise speech: `phone_call`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_model: Option<String>,
    /// Words that are likely, with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<String>,
    /// Whether bad words become asterisks.
    pub profanity_filter: bool,
}

/// A message to be left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voicemail {
    /// Seconds of silence that end it.
    pub timeout_s: u32,
    pub length_s_max: u32,
    /// The keys that end it; the provider's choice when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_on_key: Option<String>,
    pub play_beep: bool,
    /// Whether silence at its ends is taken away.
    pub trim_silence: bool,
    pub transcribe: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcription_callback: Option<String>,
    /// Where else than to the center its progress is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_status_callback: Option<String>,
}

/// What is paid with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    #[default]
    CreditCard,
    AchDebit,
}

/// A payment by keys, which the provider takes so that no card number reaches us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pay {
    /// The provider's name of the payment processor's connector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    pub method: PaymentMethod,
    /// `one-time`, `reusable`, `payment-method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// A decimal number; nothing or 0 only makes a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// ISO 4217, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_max: Option<u32>,
    pub security_code: bool,
    /// `true`, `false`, or the code itself where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code_length_min: Option<u32>,
    /// The provider's names: `visa`, `mastercard`, ….
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valid_card_types: Vec<String>,
    /// What the connector is told besides, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
}
