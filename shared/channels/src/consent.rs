//! The words alone by which people on phones say whether they want messages.

/// Twilio's default opt-out words (Twilio, "Default handling of STOP, START and HELP keywords"), which are those of
/// the carriers.
const STOP_WORDS: &[&str] = &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
/// The words that opt in again. `YES` is another, but is the answer to most questions too: it counts only
/// where the provider says so.
const START_WORDS: &[&str] = &["START", "UNSTOP"];

/// Whether a text is such a word and nothing else, and which way it goes.
pub(crate) fn word(text: &str) -> Option<bool> {
    let word = text.trim().to_ascii_uppercase();
    match word.as_str() {
        word if STOP_WORDS.contains(&word) => Some(false),
        word if START_WORDS.contains(&word) => Some(true),
        _ => None,
    }
}
