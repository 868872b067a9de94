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
    (20001, Final(Content), "a parameter is not valid"),
    (20003, Final(Account), "the credentials are refused"),
    (20404, Final(Account), "the account or resource does not exist"),
    (20429, Passing, "too many requests"),
    (20500, Passing, "Twilio has an internal error"),
    (20503, Passing, "Twilio is unavailable"),
    (21201, Final(Content), "nobody is named who is to be called"),
    (21205, Final(Content), "the call has no document"),
    (21210, Final(Account), "the caller's number is not one of the account's"),
    (21211, Final(Address), "the number is not valid"),
    (21213, Final(Content), "no number is named that calls"),
    (21217, Final(Address), "the number does not seem to be valid"),
    (21220, Final(Content), "the call is not in progress"),
    (21408, Final(Account), "the account may not send to this region"),
    (21601, Final(Account), "the sender cannot send text messages"),
    (21602, Final(Content), "the message has no text"),
    (21603, Final(Account), "a sender is required"),
    (21604, Final(Address), "a recipient is required"),
    (21606, Final(Account), "the sender cannot send messages"),
    (21607, Final(Account), "the sender is not a Twilio number of the account"),
    (21608, Final(Account), "a trial account writes to verified numbers only"),
    (21609, Final(Account), "the address for status callbacks is not valid"),
    (21610, Final(OptedOut), "the customer has opted out"),
    (21611, Passing, "the sender's queue is full"),
    (21612, Final(Address), "there is no route to this number"),
    (21614, Final(Address), "the number is not a mobile number"),
    (21617, Final(Content), "the text is too long"),
    (21619, Final(Content), "the message has neither text nor media"),
    (21620, Final(Content), "the address of a file is not valid"),
    (21623, Final(Content), "the message has too many files"),
    (21655, Final(Content), "the template's ContentSid is not valid"),
    (21656, Final(Content), "the template's variables are not valid"),
    (21703, Final(Account), "the messaging service has no sender"),
    (21704, Final(Account), "the messaging service has no numbers"),
    (21705, Final(Account), "the messaging service does not exist"),
    (30001, Passing, "the queue overflowed"),
    (30002, Final(Account), "the account is suspended"),
    (30003, Passing, "the handset is switched off or out of reach"),
    (30004, Final(OptedOut), "the recipient blocks messages"),
    (30005, Final(Address), "the number is unknown or no longer in use"),
    (30006, Final(Address), "the number is a landline or cannot be reached by its carrier"),
    (30007, Final(Content), "the carrier filtered the message"),
    (30008, Passing, "the carrier gave no reason"),
    (30010, Final(Account), "the message costs more than the account allows"),
    (30011, Final(Content), "the phone cannot receive MMS in this region"),
    (30017, Passing, "the carrier's network is congested"),
    (30019, Final(Content), "the message is larger than the carrier takes"),
    (30022, Passing, "the campaign's rate at the carrier is exceeded"),
    (30023, Passing, "the brand's daily cap at the carrier is reached"),
    (30024, Final(Account), "the carrier does not know the sender"),
    (30032, Final(Account), "the toll-free number is not verified"),
    (30034, Final(Account), "the number is not registered for A2P 10DLC"),
    (63001, Final(Account), "the channel refuses the account's credentials"),
    (63002, Final(Account), "the channel does not find the sender"),
    (63003, Final(Address), "the channel does not find the recipient"),
    (63005, Final(Content), "the channel does not accept the content"),
    (63007, Final(Account), "the account has no such sender on this channel"),
    (63008, Final(Account), "the sender is not set up correctly"),
    (63010, Passing, "the channel has an internal error"),
    (63012, Passing, "the channel's provider has an internal error"),
    (63013, Final(Content), "the message violates a policy of the channel"),
    (63015, Final(Address), "the recipient has not joined the sandbox"),
    (63016, Final(Window), "the window for free-form messages is closed; use a template"),
    (63018, Passing, "the channel's rate is exceeded"),
    (63019, Final(Content), "the media could not be fetched"),
    (63021, Final(Content), "the content is not valid on this channel"),
    (63024, Final(Address), "the recipient is not valid on this channel"),
    (63027, Final(Content), "the template does not exist in this language"),
    (63028, Final(Content), "the template has another number of parameters"),
    (63032, Final(Content), "the channel does not let this user receive the message"),
    (63033, Final(OptedOut), "the recipient blocks the sender"),
    (63040, Final(Content), "the template was rejected"),
    (63041, Final(Content), "the template is paused for low quality"),
    (63042, Final(Content), "the template is disabled"),
    (63049, Final(Content), "Meta does not deliver this marketing message now"),
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
