//! What is asked of a phone call, in no provider's words: the instructions that a call follows until it comes back
//! for more, and the calls and recordings that are begun beside it.
//!
//! The numbers are those of the provider that we speak to (Twilio, "TwiML for Programmable Voice"); another one may
//! carry less, and then refuses in its own rendering.

mod check;
mod dial;
mod gather;
mod media;
mod outward;
mod place;
mod status;

pub use check::{InstructionError, check};
pub use dial::{Connect, ConnectTarget, Enqueue};
pub use gather::{Gather, Pay, PaymentMethod, Voicemail};
pub use media::{Prompt, StreamTrack, StreamTransport, VirtualAgent};
pub use outward::{is_outward, outward};
pub use place::{MachineDetection, PlaceCall, RecordCall};
pub use status::CallStatus;

use serde::{Deserialize, Serialize};

/// Characters of one spoken text (Twilio error 13521).
pub const SAY_CHARS_MAX: usize = 4_096;
/// Times that a text or a sound is repeated (Studio's editor; in TwiML 0 is "for ever").
pub const REPEAT_MAX: u32 = 99;
/// Characters of a waiting queue's name (Twilio, `<Enqueue>`).
pub const QUEUE_NAME_CHARS_MAX: usize = 64;
/// Phones that ring at the same time (Twilio, `<Dial>`).
pub const TARGETS_MAX: usize = 10;
/// Seconds that a phone rings (Twilio, `<Dial timeout>`).
pub const RING_S_MAX: u32 = 600;
/// Seconds that a connected call lasts (Twilio, `<Dial timeLimit>`).
pub const CONNECTED_S_MAX: u32 = 86_400;
/// Seconds of silence in one pause: longer waits are several.
pub const PAUSE_S_MAX: u32 = 600;
/// Seconds of one recorded message (Twilio, `<Record maxLength>`).
pub const VOICEMAIL_S_MAX: u32 = 14_400;
/// Digits that are asked for at once.
pub const DIGITS_MAX: u32 = 256;
/// Seconds that an answer is waited for.
pub const ANSWER_S_MAX: u32 = 600;
/// Parameters that are handed to a stream, a payment or a virtual agent.
pub const CALL_PARAMETERS_MAX: usize = 64;
/// Characters of a URL that a call is sent to or plays.
pub const CALL_URL_CHARS_MAX: usize = 4_000;
/// Instructions that a call follows at once.
pub const INSTRUCTIONS_MAX: usize = 32;

/// How a URL is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CallMethod {
    Get,
    #[default]
    Post,
}

/// Why a call is not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The caller hears that the number is not in service.
    #[default]
    Rejected,
    /// The caller hears the engaged tone.
    Busy,
}

/// One thing that a call does. Instructions are followed in order; what comes after one that [ends](Self::ends) the
/// list is never reached. Where the last one does not end it, the call comes back for more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum CallInstruction {
    /// The caller hears something.
    Prompt(Prompt),
    /// Asks for digits or speech; comes back with what was given, or goes on when nothing was.
    Gather(Gather),
    /// Connects the caller; comes back when the other side has hung up or was not reached.
    Connect(Connect),
    /// Puts the caller into a waiting queue of the provider; comes back when they have left it.
    Enqueue(Enqueue),
    /// The caller waits for the agent of a task.
    AwaitAgent {
        /// Name of the task within its flow's execution.
        task: String,
        /// What is heard meanwhile, when it is not the center that says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_url: Option<String>,
        #[serde(default)]
        wait_method: CallMethod,
    },
    /// Records a message of the caller; comes back with the recording, or goes on when nothing was said.
    RecordVoicemail(Voicemail),
    /// Hands the call to somebody else's program, which may send it back.
    Redirect { url: String, method: CallMethod },
    /// Takes a payment; comes back with its result.
    Pay(Pay),
    /// Sends the call's sound to somebody else's program from here on.
    StartStream(StreamTransport),
    /// Ends the stream of this name.
    StopStream(StreamTransport),
    /// Connects the caller to a virtual agent; comes back when that is over.
    ConnectVirtualAgent(VirtualAgent),
    /// Ends the call.
    HangUp,
    /// Leaves the waiting queue.
    Leave,
    /// Refuses the call before it is answered.
    Reject { reason: RejectReason },
}

impl CallInstruction {
    /// Whether nothing after it is reached. What only comes back on its own account (a connected call) ends the list
    /// too; a question and a message to be recorded do not: without an answer the call goes on behind them.
    pub fn ends(&self) -> bool {
        use CallInstruction::*;
        match self {
            Prompt(_) | Gather(_) | RecordVoicemail(_) | StartStream(_) | StopStream(_) => false,
            Connect(_) | Enqueue(_) | AwaitAgent { .. } | Redirect { .. } | Pay(_) => true,
            ConnectVirtualAgent(_) | HangUp | Leave | Reject { .. } => true,
        }
    }
}
