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
        Ok(schedule) => HoursPreview {
            faults: Vec::new(),
            now: Some(schedule.moment(now)),
            changes_at: schedule.changes_at(now),
            openings: schedule.openings(now, now.plus_s(PREVIEWED_DAYS * 86_400)),
        },
        Err(faults) => {
            let fault =
                |fault: patchbay_hours::ScheduleFault| ConfigFault::new("hours", fault.pointer, fault.reason);
            HoursPreview { faults: faults.into_iter().map(fault).collect(), ..HoursPreview::default() }
        }
    }
}
