//! What people do in a call that goes on: the provider is asked, and what came of it is written to the call and told to
//! its agents.
//!
//! Somebody waits at a desk for each of these, so none is put off: what is refused, or does not succeed in a few tries, is
//! said at once (`problem` in `call.updated`), and they ask again. A participant who has gone needs nothing.

mod party;
mod recording;
mod room;
mod transcript;

pub(super) use recording::delete as delete_recording;

use super::SenderError;
use super::call::{Refused, answer_to};
use crate::calls;
use crate::center::Center;
use crate::command::{CallControl, ControlCall};
use crate::ports::QueueError;
use crate::router::OpError;
use crate::store::{Leg, Problem, StoreError, keep_problem, load_leg};
use patchbay_channels::voice::{Done, Voice};
use patchbay_channels::{ProviderRequest, ProviderResponse};
use patchbay_model::{ChannelKind, ProblemSid};

/// How often a call of the provider is made at once where a repetition does no harm.
const TRIES_MAX: usize = 3;

/// A call that goes on, and its account.
struct Control<'a> {
    center: &'a Center,
    voice: &'a Voice,
    call_sid: &'a str,
    /// How often the job has been received: a run before may have come some way.
    receive_count: u32,
}

/// Why something was not done, for who asked: `<code>: <why>`.
struct Failure(String);

/// Why a job ended before its end.
enum Stopped {
    Failed(Failure),
    Again(SenderError),
}

impl From<SenderError> for Stopped {
    fn from(error: SenderError) -> Stopped {
        Stopped::Again(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Again(error.into())
    }
}

impl From<QueueError> for Stopped {
    fn from(error: QueueError) -> Stopped {
        Stopped::Again(error.into())
    }
}

impl From<OpError> for Stopped {
    fn from(error: OpError) -> Stopped {
        Stopped::Again(SenderError::Retry(error.to_string()))
    }
}

fn failed(why: impl Into<String>) -> Stopped {
    Stopped::Failed(Failure(why.into()))
}

/// Does what somebody in a call has asked for.
///
/// Safe to run twice: to hold, to mute and to change a recording are states; keys, recordings, transcriptions and calls
/// are noted before or looked for (each says how).
pub(super) async fn control(
    center: &Center,
    job: &ControlCall,
    receive_count: u32,
) -> Result<(), SenderError> {
    let leg = load_leg(center.table.as_ref(), &job.call_sid).await?.filter(|leg| leg.ended_at.is_none());
    // The customer has gone.
    let Some(leg) = leg else { return Ok(()) };
    let account = center.channel(ChannelKind::Voice, &leg.account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    let control = Control { center, voice, call_sid: &job.call_sid, receive_count };
    let done = match &job.what {
        CallControl::Hold { participant, on } => control.hold(&leg, participant, *on).await,
        CallControl::Mute { participant, on } => control.mute(&leg, participant, *on).await,
        CallControl::Digits { digits, id } => control.press(&leg, digits, id).await,
        CallControl::Record { state, customer } => control.record(&leg, *state, customer).await,
        CallControl::Transcribe { customer } => control.transcribe(&leg, customer).await,
        CallControl::Add { leg: party, to, hold, transfer } => {
            control.add_number(&leg, party, to, (*hold, *transfer)).await
        }
        CallControl::Monitor { leg: party, worker_sid, contact_uri, mode } => {
            control.add_supervisor(&leg, party, (worker_sid, *mode), contact_uri).await
        }
        CallControl::Mode { participant, mode } => control.set_mode(&leg, participant, *mode).await,
    };
    match done {
        Ok(()) => Ok(()),
        Err(Stopped::Again(error)) => Err(error),
        Err(Stopped::Failed(Failure(why))) => control.tell_problem(&job.what, why).await,
    }
}

impl Control<'_> {
    /// The provider's answer, after as many tries as a request may have.
    async fn ask(&self, request: &ProviderRequest) -> Result<ProviderResponse, Stopped> {
        let tries = if request.idempotent { TRIES_MAX } else { 1 };
        let mut answer = ProviderResponse::NotSent;
        for _ in 0..tries {
            answer = match answer_to(self.center, request).await {
                Ok(answer) => answer,
                Err(Refused(why)) => return Err(failed(format!("forbidden: {why}"))),
            };
            if !matches!(self.voice.change_outcome(request, &answer), Done::Passing(_)) {
                break;
            }
        }
        Ok(answer)
    }

    /// Has something changed at the provider. False where it is gone.
    async fn done(&self, request: &ProviderRequest) -> Result<bool, Stopped> {
        let answer = self.ask(request).await?;
        match self.voice.change_outcome(request, &answer) {
            Done::Done => Ok(true),
            Done::Gone => Ok(false),
            Done::Passing(why) => Err(failed(format!("unavailable: {why}"))),
            Done::Failed(why) => Err(failed(why)),
        }
    }

    /// Writes what has become of the call; whatever was wrong before is not any more.
    async fn note(&self, change: impl Fn(&mut Leg)) -> Result<(), Stopped> {
        let noted = |leg: &mut Leg| {
            let before = leg.clone();
            leg.problem = None;
            change(leg);
            *leg != before
        };
        calls::change(self.center, self.call_sid, noted).await?;
        Ok(())
    }

    /// Says to the agents, and to the operator, why something was not done.
    async fn tell_problem(&self, what: &CallControl, why: String) -> Result<(), SenderError> {
        let name = match what {
            CallControl::Hold { .. } => "hold",
            CallControl::Mute { .. } => "mute",
            CallControl::Digits { .. } => "digits",
            CallControl::Record { .. } => "record",
            CallControl::Transcribe { .. } => "transcribe",
            CallControl::Add { .. } => "add",
            CallControl::Monitor { .. } | CallControl::Mode { .. } => "monitor",
        };
        let problem = Problem {
            sid: ProblemSid::derive(&["control", self.call_sid, name, &why]),
            at: self.center.now(),
            source: format!("call:{}", self.call_sid),
            reason: format!("{name}: {why}"),
            payload_hash: None,
        };
        keep_problem(self.center.table.as_ref(), &problem).await?;
        let text = problem.reason;
        // Said anew, although the last one was refused for the same: each who asks waits for what became of it.
        let tell = |leg: &mut Leg| {
            leg.problem = Some(text.clone());
            true
        };
        calls::change(self.center, self.call_sid, tell).await?;
        Ok(())
    }
}
