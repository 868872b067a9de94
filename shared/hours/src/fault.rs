//! What is wrong with a schedule.

/// One fault: where in the document (a JSON pointer), and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleFault {
    pub pointer: String,
    pub reason: String,
}

/// The faults of a document, as they are found.
#[derive(Default)]
pub(crate) struct Faults(pub(crate) Vec<ScheduleFault>);

impl Faults {
    pub(crate) fn say(&mut self, pointer: impl Into<String>, reason: impl Into<String>) {
        self.0.push(ScheduleFault { pointer: pointer.into(), reason: reason.into() });
    }
}
