//! Codes of the Graph API and of the Cloud API that decide something (Meta, "Graph API", "Handle errors";
//! "WhatsApp", "Error codes"; "Messenger Platform", "Error codes"). The code decides, then the subcode; the
//! HTTP status only where there is no known code, the text never.

use crate::delivery::RefusalCause;

/// What a code means: `None` passes, so that the same call is worth another try.
pub(crate) type Class = Option<RefusalCause>;

use RefusalCause::{Account, Address, Content, OptedOut, Window};

const CODES: &[(u32, Class, &str)] = &[
    (0, Some(Account), "the access token cannot be used"),
    (1, None, "Meta has an unknown error"),
    (2, None, "Meta is temporarily unavailable"),
    (3, Some(Account), "the app may not make this call"),
    (4, None, "the app's rate is exceeded"),
    (10, Some(Account), "a permission is missing"),
    (17, None, "the user's rate is exceeded"),
    (32, None, "the page's rate is exceeded"),
    (33, Some(Account), "the sender does not exist any more"),
    (100, Some(Content), "a parameter is not valid"),
    (190, Some(Account), "the access token is refused or has expired"),
    (341, None, "a limit of the app is reached"),
    (368, Some(Account), "the account is blocked for violating a policy"),
    (551, Some(Address), "the person cannot be reached now"),
    (613, None, "the rate of calls is exceeded"),
    (1200, None, "the message could not be sent for now"),
    (80004, None, "the account's rate is exceeded"),
    (80005, None, "the account's rate is exceeded"),
    (80006, None, "the page's rate is exceeded"),
    (80007, None, "the WhatsApp Business account's rate is exceeded"),
    (130429, None, "the number's rate is exceeded"),
    (130472, Some(Content), "the customer is part of an experiment of Meta's"),
    (130497, Some(Account), "the account may not write to this country"),
    (131000, None, "something went wrong at WhatsApp"),
    (131005, Some(Account), "a permission is missing"),
    (131008, Some(Content), "a parameter is missing"),
    (131009, Some(Content), "a parameter's value is not valid"),
    (131016, None, "WhatsApp is temporarily unavailable"),
    (131021, Some(Address), "the recipient is the sender"),
    (131026, Some(Address), "the number is not on WhatsApp, or cannot get this message"),
    (131030, Some(Address), "the number is not among the app's allowed recipients"),
    (131031, Some(Account), "the account is locked"),
    (131037, Some(Account), "the number's display name is not approved"),
    (131042, Some(Account), "the account's payment has a problem"),
    (131045, Some(Account), "the number is not registered"),
    (131047, Some(Window), "more than 24 hours have passed since the customer wrote; use a template"),
    (131048, None, "the number's sending is limited because messages were reported as spam"),
    (131049, Some(Content), "Meta does not deliver this marketing message now"),
    (131050, Some(OptedOut), "the customer does not want marketing messages"),
    (131051, Some(Content), "the type of message is not supported"),
    (131052, Some(Content), "the customer's media could not be downloaded"),
    (131053, None, "the media could not be fetched"),
    (131056, None, "too many messages to this customer in a short time"),
    (131057, None, "the account is in maintenance"),
    (131062, Some(Address), "this type of message needs the customer's phone number"),
    (132000, Some(Content), "the template has another number of parameters"),
    (132001, Some(Content), "the template does not exist in this language"),
    (132005, Some(Content), "the template's text becomes too long"),
    (132007, Some(Content), "the template violates a policy"),
    (132012, Some(Content), "a template's parameter has another format"),
    (132015, Some(Content), "the template is paused for low quality"),
    (132016, Some(Content), "the template is disabled for low quality"),
    (132068, Some(Content), "the flow is blocked"),
    (132069, Some(Content), "the flow is throttled"),
    (133004, None, "the server is temporarily unavailable"),
    (133010, Some(Account), "the number is not registered"),
    (133016, None, "the number was registered or deregistered too often"),
    (137000, Some(Content), "the reaction cannot be sent"),
];

/// What decides before the code does.
const SUBCODES: &[((u32, u32), Class, &str)] = &[
    ((10, 2_018_278), Some(Window), "the window for messages is closed"),
    ((10, 2_534_022), Some(Window), "the window for messages is closed"),
    ((100, 2_018_001), Some(Address), "there is no such user"),
    ((100, 2_018_109), Some(Content), "the attachment is too large"),
    ((100, 2_534_014), Some(Address), "there is no such user"),
    ((551, 1_545_041), Some(Address), "the person cannot be reached now"),
];

/// The class of a code with its subcode, and its meaning for people; `None` for one that decides nothing.
pub(crate) fn lookup(code: u32, subcode: Option<u32>) -> Option<(Class, &'static str)> {
    let exact = SUBCODES.iter().find(|(pair, _, _)| subcode.map(|subcode| (code, subcode)) == Some(*pair));
    if let Some((_, class, meaning)) = exact {
        return Some((*class, meaning));
    }
    match CODES.binary_search_by_key(&code, |(known, _, _)| *known) {
        Ok(at) => CODES.get(at).map(|(_, class, meaning)| (*class, *meaning)),
        Err(_) if (200..300).contains(&code) => Some((Some(Account), "a permission is missing")),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found() {
        for (code, class, meaning) in CODES {
            assert_eq!(lookup(*code, None), Some((*class, *meaning)), "codes are in order");
        }
        for ((code, subcode), class, meaning) in SUBCODES {
            assert_eq!(lookup(*code, Some(*subcode)), Some((*class, *meaning)));
        }
        assert_eq!(lookup(10, Some(1)), lookup(10, None));
        assert_eq!(lookup(299, None).map(|(class, _)| class), Some(Some(Account)));
        assert_eq!(lookup(300, None), None);
    }
}
