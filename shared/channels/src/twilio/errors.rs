//! Twilio's error codes that decide something (Twilio, "Error and Warning Dictionary").

use crate::delivery::RefusalCause;

/// What a code means for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Passing,
    Final(RefusalCause),
}

use Class::{Final, Passing};
use RefusalCause::{Account, Address, Content, OptedOut, Window};

const CODES: &[(u32, Class, &str)] = &[
    (20003, Final(Account), "the credentials are refused"),
    (20404, Final(Account), "the account or resource does not exist"),
    (20429, Passing, "too many requests"),
    (20500, Passing, "Twilio has an internal error"),
    (20503, Passing, "Twilio is unavailable"),
    (21211, Final(Address), "the number is not valid"),
    (21217, Final(Address), "the number does not seem to be valid"),
    (21408, Final(Account), "the account may not send to this region"),
    (21603, Final(Account), "a sender is required"),
    (21604, Final(Address), "a recipient is required"),
    (21606, Final(Account), "the sender cannot send messages"),
    (21607, Final(Account), "the sender is not a Twilio number of the account"),
    (21610, Final(OptedOut), "the customer has opted out"),
    (21611, Passing, "the sender's queue is full"),
    (21612, Final(Address), "there is no route to this number"),
    (21614, Final(Address), "the number is not a mobile number"),
    (21617, Final(Content), "the text is too long"),
    (30001, Passing, "the queue overflowed"),
    (30002, Final(Account), "the account is suspended"),
    (30003, Passing, "the handset is switched off or out of reach"),
    (30004, Final(OptedOut), "the recipient blocks messages"),
    (30005, Final(Address), "the number is unknown or no longer in use"),
    (30006, Final(Address), "the number is a landline or cannot be reached by its carrier"),
    (30007, Final(Content), "the carrier filtered the message"),
    (30008, Passing, "the carrier gave no reason"),
    (30017, Passing, "the carrier's network is congested"),
    (30022, Passing, "the campaign's rate at the carrier is exceeded"),
    (30023, Passing, "the brand's daily cap at the carrier is reached"),
    (30032, Final(Account), "the toll-free number is not verified"),
    (30034, Final(Account), "the number is not registered for A2P 10DLC"),
    (63016, Final(Window), "the window for free-form messages is closed"),
    (63018, Passing, "the channel's rate is exceeded"),
];

/// The class of a code, and its meaning for people; `None` for one that decides nothing.
pub(crate) fn lookup(code: u32) -> Option<(Class, &'static str)> {
    let at = CODES.binary_search_by_key(&code, |(known, _, _)| *known).ok()?;
    CODES.get(at).map(|(_, class, meaning)| (*class, *meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found() {
        for (code, class, meaning) in CODES {
            assert_eq!(lookup(*code), Some((*class, *meaning)), "codes are in order");
        }
        assert_eq!(lookup(99999), None);
    }
}
