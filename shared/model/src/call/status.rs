//! How a call stands.

use serde::{Deserialize, Serialize};

/// A call's status, in the provider's words (Twilio, "Call status values").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    Queued,
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Canceled,
}

impl CallStatus {
    /// Reads the provider's word; `None` for one that nobody knows.
    pub fn parse(text: &str) -> Option<CallStatus> {
        use CallStatus::*;
        [Queued, Initiated, Ringing, InProgress, Completed, Busy, NoAnswer, Failed, Canceled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            CallStatus::Queued => "queued",
            CallStatus::Initiated => "initiated",
            CallStatus::Ringing => "ringing",
            CallStatus::InProgress => "in-progress",
            CallStatus::Completed => "completed",
            CallStatus::Busy => "busy",
            CallStatus::NoAnswer => "no-answer",
            CallStatus::Failed => "failed",
            CallStatus::Canceled => "canceled",
        }
    }

    /// Whether nothing follows: a call that is over stays so, whatever comes late.
    pub fn is_over(self) -> bool {
        use CallStatus::*;
        match self {
            Completed | Busy | NoAnswer | Failed | Canceled => true,
            Queued | Initiated | Ringing | InProgress => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_providers() {
        let check = |text: &str, over: Option<bool>| {
            let status = CallStatus::parse(text);
            assert_eq!(status.map(CallStatus::is_over), over, "{text}");
            if let Some(status) = status {
                assert_eq!(serde_json::to_value(status).unwrap(), text);
            }
        };
        check("ringing", Some(false));
        check("in-progress", Some(false));
        check("no-answer", Some(true));
        check("completed", Some(true));
        check("Completed", None);
        check("", None);
    }
}
