//! How somebody joins a conference, and is in it.

use super::callback::Callback;
use super::recording::ToRecord;
use crate::voice::twiml::Conference;

/// The events that are told of a conference that does not say (Twilio's default).
pub(super) const USUAL_EVENTS: &str = "start end";

/// How somebody joins a conference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Joining {
    pub(super) name: String,
    pub(super) label: Option<String>,
    /// Whether it begins with them.
    pub(super) starts: bool,
    /// Whether it ends with them.
    pub(super) ends: bool,
    pub(super) muted: bool,
    pub(super) held: bool,
    pub(super) hold_url: Option<String>,
    /// Whether they are heard by one other alone.
    pub(super) coaching: bool,
    /// The call of that one.
    pub(super) coaches: Option<String>,
    /// What is heard before the conference has begun: `None` is the provider's music; an empty one is silence.
    pub(super) wait_url: Option<String>,
    /// Whether the others hear that they come, and that they go.
    pub(super) beeps: (bool, bool),
    pub(super) members_max: Option<u32>,
    pub(super) to_record: Option<ToRecord>,
    pub(super) told: Option<Callback>,
}

impl Joining {
    pub(super) fn of(conference: &Conference) -> Joining {
        let coaches = conference.coach.clone().filter(|call| !call.is_empty());
        let told = (conference.status_callback.clone(), &conference.status_callback_event);
        Joining {
            name: conference.content.trim().to_owned(),
            label: conference.participant_label.clone(),
            starts: conference.start_conference_on_enter.unwrap_or(true),
            ends: conference.end_conference_on_exit.unwrap_or(false),
            muted: conference.muted.unwrap_or(false),
            coaching: coaches.is_some(),
            coaches,
            wait_url: conference.wait_url.clone(),
            beeps: Joining::beeps_of(conference.beep.as_deref()),
            members_max: conference.max_participants,
            to_record: ToRecord::of_conference(conference),
            told: Callback::of(told.0, told.1, USUAL_EVENTS),
            ..Joining::default()
        }
    }

    pub(super) fn beeps_of(beep: Option<&str>) -> (bool, bool) {
        match beep {
            Some("false") => (false, false),
            Some("onEnter") => (true, false),
            Some("onExit") => (false, true),
            _ => (true, true),
        }
    }
}
