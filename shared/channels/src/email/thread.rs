//! Which mail answers which: message ids (RFC 5322, 3.6.4), those that we mint, and tokens in our own address.
//!
//! What names one of our messages is followed by a tag of it, or anybody who can guess could speak into the
//! conversation of another.

use crate::signature::{Hash, Secrets, hmac};
use patchbay_model::id::hex;
use patchbay_model::{MessageKey, MessageSid};
use subtle::{Choice, ConstantTimeEq};

/// Bytes of a tag in a message id, and in an address, whose local part has 64 characters at the most (RFC 5321).
const ID_TAG_BYTES: usize = 16;
const ADDRESS_TAG_BYTES: usize = 6;
/// Ids of a thread that a mail names: the first and the last ones, so that fields stay short.
pub(super) const REFERENCES_MAX: usize = 20;
/// Characters of one id; a longer one names nothing that could be compared.
const ID_CHARS_MAX: usize = 500;

fn tag(purpose: &str, secret: &str, text: &str, bytes: usize) -> String {
    let mut tag = hmac(Hash::Sha256, secret, format!("{purpose}:{text}").as_bytes());
    tag.truncate(bytes);
    hex(&tag)
}

fn is_tag(purpose: &str, secrets: &Secrets, text: &str, bytes: usize, given: &str) -> bool {
    let right = |secret: &str| tag(purpose, secret, text, bytes).as_bytes().ct_eq(given.as_bytes());
    secrets.iter().map(right).fold(Choice::from(0), |any, one| any | one).into()
}

/// The id of a message of ours, without angle brackets.
pub(super) fn message_id(secrets: &Secrets, key: &MessageKey, domain: &str) -> String {
    let key = key.to_string();
    format!("{key}.{}@{domain}", tag("id", secrets.current(), &key, ID_TAG_BYTES))
}

/// The message of ours that an id names, if it does.
pub(super) fn own_key(secrets: &Secrets, id: &str) -> Option<MessageKey> {
    let (local, _) = id.rsplit_once('@')?;
    let (text, given) = local.rsplit_once('.')?;
    let key = MessageKey::parse(text)?;
    is_tag("id", secrets, text, ID_TAG_BYTES, given).then_some(key)
}

/// Our address with a token of a message in it: `support+<token>@shop.example`.
pub(super) fn reply_address(secrets: &Secrets, our_address: &str, sid: &MessageSid) -> Option<String> {
    let (local, domain) = our_address.rsplit_once('@')?;
    let text = sid.as_str();
    let digits = text.get(2..)?;
    Some(format!("{local}+{digits}{}@{domain}", tag("address", secrets.current(), text, ADDRESS_TAG_BYTES)))
}

/// The message of ours whose token an address has, if one.
pub(super) fn answered_by_address(secrets: &Secrets, address: &str) -> Option<MessageSid> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once('+')?;
    let token = token.to_ascii_lowercase();
    let (digits, given) = token.split_at_checked(token.len().checked_sub(ADDRESS_TAG_BYTES * 2)?)?;
    // All ids of messages have the same two letters.
    let prefix = MessageSid::from_bytes([0; 16]).as_str().get(..2)?.to_owned();
    let sid = MessageSid::parse(&format!("{prefix}{digits}")).ok()?;
    is_tag("address", secrets, sid.as_str(), ADDRESS_TAG_BYTES, given).then_some(sid)
}

/// The ids of a field, without angle brackets: `References` and, however it is filled, `In-Reply-To`.
pub(super) fn ids(field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = field;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find(['>', '<']).unwrap_or(rest.len());
        let id: String = rest[..end].chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        if id.contains('@') && id.chars().count() <= ID_CHARS_MAX && !found.contains(&id) && found.len() < 200
        {
            found.push(id);
        }
        rest = &rest[end..];
    }
    found
}

/// The first and the last of a thread's ids.
pub(super) fn bounded(mut ids: Vec<String>) -> Vec<String> {
    if ids.len() > REFERENCES_MAX {
        ids.drain(1..=ids.len() - REFERENCES_MAX);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_model::{ContactSid, Seq};
    use proptest::prelude::*;

    fn secrets(text: &str) -> Secrets {
        Secrets::parse(text).unwrap()
    }

    fn key() -> MessageKey {
        MessageKey { contact: ContactSid::derive(&["ann"]), seq: Seq(7), sid: MessageSid::derive(&["hello"]) }
    }

    #[test]
    fn only_our_own_ids_name_our_messages() {
        let id = message_id(&secrets("one"), &key(), "shop.example");
        assert_eq!(own_key(&secrets("one"), &id), Some(key()));
        assert_eq!(own_key(&secrets("two,one"), &id), Some(key()));
        assert_eq!(own_key(&secrets("two"), &id), None);
        assert_eq!(own_key(&secrets("one"), "CAF@mail.example"), None);
        // The domain is none of our business: a mail server may have put its own there.
        let (local, _) = id.split_once('@').unwrap();
        assert_eq!(own_key(&secrets("one"), &format!("{local}@other.example")), Some(key()));
        let other = id.replace(".7.", ".8.");
        assert_eq!(own_key(&secrets("one"), &other), None);
    }

    #[test]
    fn an_address_carries_its_token_in_any_case() {
        let address = reply_address(&secrets("one"), "support@shop.example", &key().sid).unwrap();
        assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
        assert_eq!(answered_by_address(&secrets("one"), &address), Some(key().sid));
        assert_eq!(answered_by_address(&secrets("one"), &address.to_uppercase()), Some(key().sid));
        assert_eq!(answered_by_address(&secrets("two"), &address), None);
        for other in
            ["support@shop.example", "support+sales@shop.example", "support+é@shop.example", "+@", ""]
        {
            assert_eq!(answered_by_address(&secrets("one"), other), None);
        }
    }

    #[test]
    fn ids_stand_in_brackets() {
        let check = |field: &str, expect: &[&str]| assert_eq!(ids(field), expect, "{field}");
        check("<a@b> <c@d>\r\n\t<a@b>", &["a@b", "c@d"]);
        check("Your message of Monday <a@b>", &["a@b"]);
        check("<broken@ over.lines>", &["broken@over.lines"]);
        check("<no-at> a@b < <c@d", &["c@d"]);
        check("", &[]);
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_last() {
        let ids: Vec<String> = (0..REFERENCES_MAX + 5).map(|n| n.to_string()).collect();
        assert_eq!(bounded(ids[..REFERENCES_MAX].to_vec()), ids[..REFERENCES_MAX]);
        let kept = bounded(ids.clone());
        assert_eq!((kept.len(), kept.first(), kept.last()), (REFERENCES_MAX, ids.first(), ids.last()));
    }

    proptest! {
        #[test]
        fn nothing_but_ours_is_ours(id in "[A-Z]{2}[0-9a-f]{32}\\.[0-9]{1,4}\\.[A-Z]{2}[0-9a-f]{32}\\.[0-9a-f]{32}@x") {
            prop_assert_eq!(own_key(&secrets("one"), &id), None);
        }
    }
}
