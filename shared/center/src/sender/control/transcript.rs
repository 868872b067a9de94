//! What is said on a call of ours is written down: no document of the customer's call asks for it.

use super::{Control, Stopped, failed};
use crate::store::{Leg, begin_once};
use patchbay_channels::DeliveryOutcome;
use patchbay_model::id::{digest16, hex};

impl Control<'_> {
    /// Has the provider begin, once: it would begin a second time, and everything be written down twice. A run that finds
    /// that one before may have begun begins nothing, and says that nobody knows.
    pub(super) async fn transcribe(&self, leg: &Leg, customer: &str) -> Result<(), Stopped> {
        let Some(call_sid) = leg.customers_call() else { return Ok(()) };
        let mark = hex(&digest16(&["transcribe", call_sid]));
        if !begin_once(self.center.table.as_ref(), &mark, self.center.now()).await? {
            return match self.receive_count > 1 {
                true => Err(failed("unknown: nobody knows whether the call is written down")),
                false => Ok(()),
            };
        }
        let request = self.voice.start_transcription(call_sid, (customer, self.voice.number()));
        let answer = self.ask(&request).await?;
        match self.voice.call_outcome(&request, &answer) {
            // Without an id the customer has gone.
            DeliveryOutcome::Sent { .. } | DeliveryOutcome::Instead(_) => Ok(()),
            DeliveryOutcome::Refused { code, why, .. } => Err(failed(format!("{code}: {why}"))),
            DeliveryOutcome::Retry { why, .. } => Err(failed(format!("unavailable: {why}"))),
            DeliveryOutcome::Unknown { why } => Err(failed(format!("unknown: {why}"))),
        }
    }
}
