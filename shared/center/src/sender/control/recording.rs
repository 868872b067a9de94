//! The recording of a call.

use super::{Control, Stopped, failed};
use crate::center::Center;
use crate::command::RecordingWish;
use crate::metric;
use crate::sender::call::{Refused, answer_to};
use crate::sender::{SEND_ATTEMPTS_MAX, SenderError};
use crate::store::{Leg, Problem, Recording, RecordingState, keep_problem};
use patchbay_channels::DeliveryOutcome;
use patchbay_channels::voice::{Done, Record};
use patchbay_model::{ChannelKind, ProblemSid};

impl Control<'_> {
    /// Brings the recording to what is wished. A recording that was begun and not noted is looked for by a second run:
    /// Twilio would begin another.
    pub(super) async fn record(
        &self,
        leg: &Leg,
        state: RecordingWish,
        customer: &str,
    ) -> Result<(), Stopped> {
        let recording = match (&leg.recording, state) {
            (Some(recording), _) => recording.clone(),
            (None, RecordingWish::Off) => return Ok(()),
            (None, RecordingWish::Paused) => {
                return Err(failed("not_recorded: there is no recording to pause"));
            }
            (None, RecordingWish::On) => return self.begin_recording(leg, customer).await,
        };
        let (what, now) = match state {
            RecordingWish::On => (Record::GoOn, Some(RecordingState::On)),
            RecordingWish::Paused => (Record::Pause, Some(RecordingState::Paused)),
            RecordingWish::Off => (Record::Stop, None),
        };
        let call_sid = leg.customers_call().unwrap_or(self.call_sid);
        let there = self.done(&self.voice.change_recording(call_sid, &recording.sid, what)).await?;
        let now = now.filter(|_| there).map(|state| Recording { state, ..recording });
        self.note(|leg| leg.recording = now.clone()).await
    }

    async fn begin_recording(&self, leg: &Leg, customer: &str) -> Result<(), Stopped> {
        let call_sid = leg.customers_call().unwrap_or(self.call_sid);
        if self.receive_count > 1 {
            let request = self.voice.find_recordings(call_sid);
            let answer = self.ask(&request).await?;
            if let Ok(Some(sid)) = self.voice.recording_found(&request, &answer) {
                return self.note_recording(sid).await;
            }
        }
        let request = self.voice.start_recording(call_sid, (customer, self.voice.number()));
        let answer = self.ask(&request).await?;
        match self.voice.call_outcome(&request, &answer) {
            DeliveryOutcome::Sent { provider_id: Some(sid) } => self.note_recording(sid).await,
            // The customer has gone.
            DeliveryOutcome::Sent { provider_id: None } | DeliveryOutcome::Instead(_) => Ok(()),
            DeliveryOutcome::Refused { code, why, .. } => Err(failed(format!("{code}: {why}"))),
            DeliveryOutcome::Retry { why, .. } => Err(failed(format!("unavailable: {why}"))),
            DeliveryOutcome::Unknown { why } => Err(SenderError::Retry(why).into()),
        }
    }

    async fn note_recording(&self, sid: String) -> Result<(), Stopped> {
        let recording = Recording { sid, state: RecordingState::On };
        self.note(|leg| leg.recording = Some(recording.clone())).await
    }
}

/// Has the provider forget a recording of which we have a copy.
///
/// Safe to run twice: what is forgotten is gone.
pub(in crate::sender) async fn delete(
    center: &Center,
    account: &str,
    recording_sid: &str,
    receive_count: u32,
) -> Result<(), SenderError> {
    let account = center.channel(ChannelKind::Voice, account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    let request = voice.delete_recording(recording_sid);
    let why = match answer_to(center, &request).await {
        Ok(answer) => match voice.change_outcome(&request, &answer) {
            Done::Done | Done::Gone => return Ok(()),
            Done::Passing(why) if receive_count < SEND_ATTEMPTS_MAX => return Err(SenderError::Retry(why)),
            Done::Passing(why) | Done::Failed(why) => why,
        },
        Err(Refused(why)) => why,
    };
    metric::count(metric::MEDIA_FAILED, ChannelKind::Voice, "delete");
    let problem = Problem {
        sid: ProblemSid::derive(&["delete-recording", recording_sid]),
        at: center.now(),
        source: format!("recording:{recording_sid}"),
        reason: format!("the provider still has the recording: {why}"),
        payload_hash: None,
    };
    Ok(keep_problem(center.table.as_ref(), &problem).await?)
}
