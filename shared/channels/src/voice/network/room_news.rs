//! What is told of a conference (Twilio, "`<Conference>`", `statusCallback`).

use super::joining::Joining;
use super::room::{Left, Room};
use super::{Asked, Effect, Network};
use patchbay_model::Timestamp;
use patchbay_model::call::CallStatus;

/// What an event is asked for by.
fn group(event: &str) -> &'static str {
    match event {
        "conference-start" => "start",
        "conference-end" => "end",
        "participant-join" => "join",
        "participant-leave" => "leave",
        "participant-mute" | "participant-unmute" => "mute",
        "participant-hold" | "participant-unhold" => "hold",
        "participant-modify" => "modify",
        "participant-speech-start" | "participant-speech-stop" => "speaker",
        _ => "announcement",
    }
}

impl Network {
    /// Tells that somebody has left, and how.
    pub(super) fn tell_of_left(
        &mut self,
        conference: &str,
        sid: &str,
        why: Left,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let status = self.calls.get(sid).map_or(CallStatus::Completed, |call| call.status);
        let more = [("ReasonParticipantLeft", why.as_str()), ("ParticipantCallStatus", status.as_str())];
        self.tell_of_member(conference, sid, "participant-leave", &more, now, effects);
    }

    /// Tells something of a member of a conference.
    pub(super) fn tell_of_member(
        &mut self,
        conference: &str,
        sid: &str,
        event: &str,
        more: &[(&str, &str)],
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(room) = self.rooms.get_mut(conference) else { return };
        let Some(member) = room.members.get(sid).cloned() else { return };
        let mut of_member: Vec<(&str, String)> = about(sid, &member);
        of_member.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        room.tell(&self.number.account_sid, event, of_member, now, effects);
    }

    /// Tells that a conference is over.
    pub(super) fn tell_of_end(&mut self, conference: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(room) = self.rooms.get_mut(conference) else { return };
        let Some((_, reason, with)) = room.ended.clone() else { return };
        let mut more = vec![("ReasonConferenceEnded", reason.to_owned())];
        more.extend(with.map(|call| ("CallSidEndingConference", call)));
        room.tell(&self.number.account_sid, "conference-end", more, now, effects);
    }
}

/// What is told of a member with everything.
fn about(sid: &str, member: &Joining) -> Vec<(&'static str, String)> {
    let mut of_member = vec![
        ("CallSid", sid.to_owned()),
        ("Muted", member.muted.to_string()),
        ("Hold", member.held.to_string()),
        ("Coaching", member.coaching.to_string()),
        ("EndConferenceOnExit", member.ends.to_string()),
        ("StartConferenceOnEnter", member.starts.to_string()),
    ];
    of_member.extend(member.label.clone().map(|label| ("ParticipantLabel", label)));
    of_member.extend(member.coaches.clone().map(|call| ("CallSidToCoach", call)));
    of_member
}

impl Room {
    fn tell(
        &mut self,
        account_sid: &str,
        event: &str,
        more: Vec<(&str, String)>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(told) = self.told.as_ref().filter(|told| told.wants(group(event))) else { return };
        let common = [
            ("ConferenceSid", self.sid.clone()),
            ("FriendlyName", self.name.clone()),
            ("AccountSid", account_sid.to_owned()),
            ("Timestamp", now.rfc2822()),
            ("StatusCallbackEvent", event.to_owned()),
            ("SequenceNumber", self.sequence.to_string()),
        ];
        self.sequence += 1;
        let params = common.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect();
        let request = Asked { url: told.url.clone(), params };
        effects.push(Effect::Tell { request, after_ms: 0 });
    }
}
