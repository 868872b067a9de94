//! What is changed about those who are in the conference of a call.

use super::{Control, Stopped, failed};
use crate::calls;
use crate::store::{AGENT, CUSTOMER, Leg, MonitorMode, PartyRole};
use patchbay_channels::DeliveryOutcome;
use patchbay_channels::voice::Change;

/// A state of somebody in a call.
fn muted<'l>(leg: &'l mut Leg, participant: &str) -> Option<&'l mut bool> {
    match participant {
        CUSTOMER => Some(&mut leg.muted),
        AGENT => leg.bridge.as_mut().map(|bridge| &mut bridge.muted),
        label => leg.party_mut(label).map(|party| &mut party.muted),
    }
}

fn held<'l>(leg: &'l mut Leg, participant: &str) -> Option<&'l mut bool> {
    match participant {
        CUSTOMER => Some(&mut leg.held),
        AGENT => leg.bridge.as_mut().map(|bridge| &mut bridge.held),
        label => leg.party_mut(label).map(|party| &mut party.held),
    }
}

impl Control<'_> {
    pub(super) async fn hold(&self, leg: &Leg, participant: &str, on: bool) -> Result<(), Stopped> {
        if self.change(leg, participant, Change::Hold(on)).await? {
            self.note(|leg| held(leg, participant).into_iter().for_each(|held| *held = on)).await?;
        }
        Ok(())
    }

    pub(super) async fn mute(&self, leg: &Leg, participant: &str, on: bool) -> Result<(), Stopped> {
        if self.change(leg, participant, Change::Mute(on)).await? {
            self.note(|leg| muted(leg, participant).into_iter().for_each(|muted| *muted = on)).await?;
        }
        Ok(())
    }

    /// Presses keys for the customer's side. Twilio would press them twice: the call says before that they are pressed, and
    /// a second run presses none.
    pub(super) async fn press(&self, leg: &Leg, digits: &str, id: &str) -> Result<(), Stopped> {
        if self.receive_count > 1 && leg.pressed.as_deref() == Some(id) {
            return Err(failed("unknown: whether the keys were pressed is not known"));
        }
        self.note(|leg| leg.pressed = Some(id.to_owned())).await?;
        self.change(leg, CUSTOMER, Change::Digits(digits)).await?;
        Ok(())
    }

    /// Changes who hears a supervisor.
    pub(super) async fn set_mode(
        &self,
        leg: &Leg,
        participant: &str,
        mode: MonitorMode,
    ) -> Result<(), Stopped> {
        let agent = leg.call_of(AGENT);
        let change = match (mode, agent) {
            (MonitorMode::Listen, _) => Change::Heard { muted: true, by: None },
            (MonitorMode::Barge, _) => Change::Heard { muted: false, by: None },
            (MonitorMode::Whisper, Some(agent)) => Change::Heard { muted: false, by: Some(agent) },
            (MonitorMode::Whisper, None) => return Err(failed("no_agent: there is nobody to whisper to")),
        };
        // One whose phone rings is brought to it when they answer.
        let rings = leg.party(participant).is_some_and(|party| !party.joined);
        if !rings && !self.change(leg, participant, change).await? {
            return Ok(());
        }
        let set = |leg: &mut Leg| {
            if let Some(PartyRole::Supervisor { mode: now, .. }) =
                leg.party_mut(participant).map(|party| &mut party.role)
            {
                *now = mode;
            }
        };
        self.note(set).await?;
        let party = leg.party(participant).filter(|_| mode == MonitorMode::Barge && !rings);
        if let Some(party) = party {
            calls::tell_barge(self.center, leg, party).await?;
        }
        Ok(())
    }

    /// Changes somebody in the conference. False where they are not there any more.
    pub(super) async fn change(
        &self,
        leg: &Leg,
        participant: &str,
        change: Change<'_>,
    ) -> Result<bool, Stopped> {
        let Some(room) = leg.conference.as_deref() else {
            return Err(failed("not_connected: the customer is not in the conference"));
        };
        let Some(call) = leg.call_of(participant) else { return Ok(false) };
        if let Some(known) = &leg.conference_sid
            && self.done(&self.voice.change_participant(known, call, change)).await?
        {
            return Ok(true);
        }
        // It is not known yet; or the conference of the name is another by now, and then it is there that they are.
        let Some(sid) = self.find_conference(room).await? else { return Ok(false) };
        if leg.conference_sid.as_ref() == Some(&sid) {
            return Ok(false);
        }
        let keep = |leg: &mut Leg| {
            let is_new = leg.conference.as_deref() == Some(room) && leg.conference_sid.as_ref() != Some(&sid);
            if is_new {
                leg.conference_sid = Some(sid.clone());
            }
            is_new
        };
        calls::change(self.center, self.call_sid, keep).await?;
        self.done(&self.voice.change_participant(&sid, call, change)).await
    }

    async fn find_conference(&self, name: &str) -> Result<Option<String>, Stopped> {
        let request = self.voice.find_conference(name);
        let answer = self.ask(&request).await?;
        self.voice.conference_found(&request, &answer).map_err(|outcome| match outcome {
            DeliveryOutcome::Refused { code, why, .. } => failed(format!("{code}: {why}")),
            DeliveryOutcome::Retry { why, .. } | DeliveryOutcome::Unknown { why } => {
                failed(format!("unavailable: {why}"))
            }
            DeliveryOutcome::Sent { .. } | DeliveryOutcome::Instead(_) => failed("unknown: no conference"),
        })
    }
}
