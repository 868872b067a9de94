//! Somebody is called into a call.

use super::{Control, Stopped, failed};
use crate::calls;
use crate::router;
use crate::store::{CUSTOMER, Leg, MonitorMode, PARTIES_MAX, Party, PartyRole, load_leg, load_profile};
use patchbay_channels::voice::Change;
use patchbay_channels::{DeliveryOutcome, ProviderRequest};
use patchbay_model::WorkerSid;
use patchbay_model::event::PartyLeg;
use patchbay_model::worker::Watched;

impl Control<'_> {
    /// Calls a number into it. With `transfer` the agent is free as soon as it rings.
    pub(super) async fn add_number(
        &self,
        leg: &Leg,
        party: &PartyLeg,
        to: &str,
        (hold, transfer): (bool, bool),
    ) -> Result<(), Stopped> {
        let number = to.to_owned();
        let role = PartyRole::Number { number, transfer };
        let holds = hold && !leg.held && leg.party(&party.label).is_none();
        if holds {
            self.hold(leg, CUSTOMER, true).await?;
        }
        let called = Party::called(&party.label, role, String::new());
        if let Err(stopped) = self.call(called, &self.voice.call_number(to, party)).await {
            if holds {
                self.unhold().await?;
            }
            return Err(stopped);
        }
        if !transfer {
            return Ok(());
        }
        // As it is by now; who has gone meanwhile has nothing to hand over.
        let leg = load_leg(self.center.table.as_ref(), self.call_sid).await?;
        let Some(leg) = leg.filter(|leg| leg.ended_at.is_none()) else { return Ok(()) };
        let Some(bridge) = leg.bridge.as_ref().filter(|_| leg.party(&party.label).is_some()) else {
            return Ok(());
        };
        calls::leave(self.center, &leg, bridge).await?;
        if let Some(agents) = &bridge.call_sid {
            calls::end_call(self.center, &leg.account, agents).await?;
        }
        Ok(())
    }

    /// Calls a supervisor into it.
    pub(super) async fn add_supervisor(
        &self,
        leg: &Leg,
        party: &PartyLeg,
        (worker, mode): (&WorkerSid, MonitorMode),
        contact_uri: &str,
    ) -> Result<(), Stopped> {
        let is_in = |other: &Party| {
            other.is_supervisor() && other.role.worker() == Some(worker) && other.label != party.label
        };
        if leg.parties.iter().any(is_in) {
            return Ok(());
        }
        let profile = load_profile(self.center.table.as_ref(), worker).await?;
        let name = profile.map(|profile| profile.friendly_name).unwrap_or_default();
        let role = PartyRole::Supervisor { worker_sid: worker.clone(), mode };
        let called = Party::called(&party.label, role, name);
        self.call(called, &self.voice.call_supervisor(contact_uri, party)).await?;
        // Noted behind the call, so that whoever finds the note and nobody in the call knows that they have gone.
        let watched = Watched { call_sid: self.call_sid.to_owned(), participant: party.label.clone() };
        Ok(router::note_watched(self.center, worker, &watched).await?)
    }

    /// Calls somebody, once: the call says so before, because the provider does not recognise a second one. A run that
    /// finds who was noted and perhaps never called takes them out again and says so: should their phone ring, whoever
    /// answers is not expected any more.
    async fn call(&self, party: Party, request: &ProviderRequest) -> Result<(), Stopped> {
        let label = party.label.clone();
        let enters = |leg: &mut Leg| {
            let talks = leg.bridge.as_ref().is_some_and(|bridge| bridge.since.is_some());
            let enters = talks && leg.party(&label).is_none() && leg.parties.len() < PARTIES_MAX;
            if enters {
                leg.problem = None;
                leg.parties.push(party.clone());
            }
            enters
        };
        let Some(entered) = calls::change(self.center, self.call_sid, enters).await? else {
            let leg = load_leg(self.center.table.as_ref(), self.call_sid).await?;
            let found = leg.as_ref().and_then(|leg| leg.party(&label));
            if found.is_some_and(|party| party.call_sid.is_none() && !party.joined) && self.receive_count > 1
            {
                self.drop_party(&label).await?;
                return Err(failed("unknown: nobody knows whether they were called"));
            }
            return match found.is_none() && leg.is_some_and(|leg| leg.parties.len() >= PARTIES_MAX) {
                true => Err(failed(format!("full: at most {PARTIES_MAX} can be in it"))),
                // The agent has gone, or a run before has made the call.
                false => Ok(()),
            };
        };
        let answer = self.ask(request).await;
        let outcome = answer.map(|answer| self.voice.call_outcome(request, &answer));
        match outcome {
            Ok(DeliveryOutcome::Sent { provider_id: Some(call_sid) }) => {
                self.note_call(&entered.after.account, &label, &call_sid).await
            }
            Ok(DeliveryOutcome::Refused { code, why, .. }) => {
                self.drop_party(&label).await?;
                Err(failed(format!("{code}: {why}")))
            }
            Ok(DeliveryOutcome::Retry { why, .. }) => {
                self.drop_party(&label).await?;
                Err(failed(format!("unavailable: {why}")))
            }
            Err(stopped) => {
                self.drop_party(&label).await?;
                Err(stopped)
            }
            // Nobody knows whether it rings. Who answers says who they are.
            Ok(
                DeliveryOutcome::Sent { provider_id: None }
                | DeliveryOutcome::Unknown { .. }
                | DeliveryOutcome::Instead(_),
            ) => Ok(()),
        }
    }

    async fn drop_party(&self, label: &str) -> Result<(), Stopped> {
        self.note(|leg| leg.parties.retain(|party| party.label != label)).await
    }

    /// Notes which call it is. Where nobody wants it any more it is ended.
    async fn note_call(&self, account: &str, label: &str, call_sid: &str) -> Result<(), Stopped> {
        let note = |leg: &mut Leg| match leg.party_mut(label) {
            Some(party) if party.call_sid.is_none() => {
                party.call_sid = Some(call_sid.to_owned());
                true
            }
            _ => false,
        };
        if calls::change(self.center, self.call_sid, note).await?.is_none() {
            let leg = load_leg(self.center.table.as_ref(), self.call_sid).await?;
            if leg.is_none_or(|leg| leg.ended_at.is_some() || leg.party(label).is_none()) {
                calls::end_call(self.center, account, call_sid).await?;
            }
        }
        Ok(())
    }

    /// The customer is heard again.
    async fn unhold(&self) -> Result<(), Stopped> {
        let leg = load_leg(self.center.table.as_ref(), self.call_sid).await?;
        if let Some(leg) = leg.filter(|leg| leg.ended_at.is_none()) {
            self.change(&leg, CUSTOMER, Change::Hold(false)).await?;
            self.note(|leg| leg.held = false).await?;
        }
        Ok(())
    }
}
