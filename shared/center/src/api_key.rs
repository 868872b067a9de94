//! Keys of programs that speak TaskRouter's and Studio's REST APIs: a SID and its secret by HTTP basic, as Twilio's SDKs
//! send them.

use crate::token::Role;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use subtle::ConstantTimeEq;

/// Bytes of a key's secret: as many as nobody guesses (Twilio's have 32).
pub const SECRET_BYTES_MIN: usize = 16;
pub const SECRET_BYTES_MAX: usize = 256;
/// Hex digits of a SID after its two letters.
const SID_DIGITS: usize = 32;

/// Who a program says it is, once that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCaller {
    /// The key's SID.
    pub sid: String,
    pub role: Role,
}

/// Why a key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyFault {
    #[error("sid is not AC or SK and {SID_DIGITS} hex digits")]
    Sid,
    #[error("secret does not have {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")]
    Secret,
    #[error("role is not agent, supervisor or admin")]
    Role,
}

/// One key; its secret is kept as a digest.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    sid: String,
    digest: [u8; 32],
    role: Role,
}

/// Secrets are never printed.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}, {:?}, [redacted])", self.sid, self.role)
    }
}

impl ApiKey {
    pub fn new(sid: &str, secret: &str, role: &str) -> Result<ApiKey, ApiKeyFault> {
        let digits = sid.strip_prefix("AC").or_else(|| sid.strip_prefix("SK")).ok_or(ApiKeyFault::Sid)?;
        if digits.len() != SID_DIGITS || !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ApiKeyFault::Sid);
        }
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()) {
            return Err(ApiKeyFault::Secret);
        }
        let role = match role {
            "agent" => Role::Agent,
            "supervisor" => Role::Supervisor,
            "admin" => Role::Admin,
            _ => return Err(ApiKeyFault::Role),
        };
        Ok(ApiKey { sid: sid.to_owned(), digest: Sha256::digest(secret).into(), role })
    }
}

/// The keys of a center. None, the default, lets no program in.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(BTreeMap<String, ApiKey>);

impl FromIterator<ApiKey> for ApiKeys {
    fn from_iter<I: IntoIterator<Item = ApiKey>>(keys: I) -> ApiKeys {
        ApiKeys(keys.into_iter().map(|key| (key.sid.clone(), key)).collect())
    }
}

impl ApiKeys {
    /// Who comes with this SID and secret. The comparison takes as long for a wrong secret as for a right one, and for
    /// a SID that nobody has.
    pub fn check(&self, sid: &str, secret: &str) -> Option<ApiCaller> {
        let given: [u8; 32] = Sha256::digest(secret).into();
        let known = self.0.get(sid);
        let expected = known.map_or([0; 32], |key| key.digest);
        let same = bool::from(given.ct_eq(&expected));
        known.filter(|_| same).map(|key| ApiCaller { sid: key.sid.clone(), role: key.role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "SK0123456789abcdef0123456789abcdef";
    const SECRET: &str = "an invented one!";

    fn check(sid: &str, secret: &str, role: &str, expect: Result<(), ApiKeyFault>) {
        assert_eq!(ApiKey::new(sid, secret, role).map(drop), expect, "{sid} {role}");
    }

    #[test]
    fn a_key_has_a_sid_a_secret_and_a_role() {
        check(SID, SECRET, "admin", Ok(()));
        check(&SID.replace("SK", "AC"), SECRET, "agent", Ok(()));
        for sid in ["", "SK", &SID.replace("SK", "WS"), &SID.to_uppercase(), &format!("{SID}0"), &SID[..33]] {
            check(sid, SECRET, "admin", Err(ApiKeyFault::Sid));
        }
        for role in ["", "Admin", "operator"] {
            check(SID, SECRET, role, Err(ApiKeyFault::Role));
        }
        check(SID, &"x".repeat(SECRET_BYTES_MIN), "admin", Ok(()));
        check(SID, &"x".repeat(SECRET_BYTES_MIN - 1), "admin", Err(ApiKeyFault::Secret));
        check(SID, &"x".repeat(SECRET_BYTES_MAX), "admin", Ok(()));
        check(SID, &"x".repeat(SECRET_BYTES_MAX + 1), "admin", Err(ApiKeyFault::Secret));
    }

    #[test]
    fn only_the_right_secret_of_a_known_key_lets_in() {
        let keys: ApiKeys = [ApiKey::new(SID, SECRET, "supervisor").unwrap()].into_iter().collect();
        let caller = ApiCaller { sid: SID.into(), role: Role::Supervisor };
        assert_eq!(keys.check(SID, SECRET), Some(caller));
        for (sid, secret) in [(SID, ""), (SID, "an invented one"), ("SK1", SECRET), ("", "")] {
            assert_eq!(keys.check(sid, secret), None);
        }
        assert_eq!(ApiKeys::default().check("", ""), None);
        assert!(!format!("{keys:?}").contains(SECRET));
    }
}
