//! `ping`: is anybody there?

use crate::agent::answer::Answer;
use crate::center::Center;

/// Answers with the center's time in milliseconds. Has no effect, so repeating it has none.
pub(super) fn ping(center: &Center) -> Answer {
    Answer::default().with("time", center.now().0)
}
