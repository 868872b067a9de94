//! Opening hours that are thought of: when they would be open.

use super::ConfigFault;
use patchbay_hours::{Moment, Opening, Schedule};
use patchbay_model::Timestamp;
use patchbay_model::hours::ScheduleDocument;
use serde::Serialize;

/// Days whose openings are told.
const PREVIEWED_DAYS: i64 = 14;

/// How a schedule stands, or what is wrong with it: positions are the schedule's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HoursPreview {
    pub faults: Vec<ConfigFault>,
    pub now: Option<Moment>,
    pub changes_at: Option<Timestamp>,
    pub openings: Vec<Opening>,
}

/// Reads a document as it would be put in force.
pub fn preview_hours(document: &ScheduleDocument, now: Timestamp) -> HoursPreview {
    match Schedule::compile(document) {
        Ok(schedule) => {
            let until = now.plus_s(PREVIEWED_DAYS * 86_400);
            let mut openings = schedule.openings(now, until);
            // One that goes on has no end to tell.
            openings.retain(|opening| opening.to < until);
            let (moment, changes_at) = (schedule.moment(now), schedule.changes_at(now));
            HoursPreview { faults: Vec::new(), now: Some(moment), changes_at, openings }
        }
        Err(faults) => {
            let fault =
                |fault: patchbay_hours::ScheduleFault| ConfigFault::new("hours", fault.pointer, fault.reason);
            HoursPreview { faults: faults.into_iter().map(fault).collect(), ..HoursPreview::default() }
        }
    }
}
