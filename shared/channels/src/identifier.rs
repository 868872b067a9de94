//! Identifiers that providers ask of us, derived from what they are about.

use patchbay_model::id::{digest16, hex};

/// A UUID of version 8 (RFC 9562, 5.8), the same for the same parts.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let mut bytes = digest16(parts);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A prefix and 32 hex digits, as Twilio writes its ids.
pub(crate) fn sid(prefix: &str, parts: &[&str]) -> String {
    format!("{prefix}{}", hex(&digest16(parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_8_and_stable() {
        let id = uuid(&["message", "1"]);
        assert_eq!(id, uuid(&["message", "1"]));
        assert_ne!(id, uuid(&["message", "2"]));
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "8");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
    }
}
