//! Channels and the endpoints on them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! channel_kinds {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// A medium that customers write or call on. The text form is the `{channel}` of the webhook path.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub enum ChannelKind { $($(#[$doc])* $name,)* }

        impl ChannelKind {
            pub const ALL: &'static [ChannelKind] = &[$(ChannelKind::$name),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(ChannelKind::$name => $text),* }
            }
        }

        impl FromStr for ChannelKind {
            type Err = UnknownChannel;
            fn from_str(text: &str) -> Result<Self, UnknownChannel> {
                match text { $($text => Ok(ChannelKind::$name),)* _ => Err(UnknownChannel) }
            }
        }
    };
}

channel_kinds! {
    Sms "sms";
    Voice "voice";
    Whatsapp "whatsapp";
    Messenger "messenger";
    Instagram "instagram";
    Line "line";
    Discord "discord";
    /// RCS for Business, and the format of Google's Business Messages.
    Google "google";
    Email "email";
    Webchat "webchat";
    Telegram "telegram";
    /// Anybody's own channel over HTTP.
    Custom "custom";
}

/// The name of no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel")]
pub struct UnknownChannel;

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A customer's endpoint as one of our accounts sees it. Personal data: printed redacted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Address {
    pub channel: ChannelKind,
    /// Our account on the channel (`default`, …).
    pub account: String,
    /// The provider's name for the customer: an E.164 number, a LINE user id, a web-chat visitor id, …
    pub id: String,
}

impl Address {
    pub fn new(channel: ChannelKind, account: impl Into<String>, id: impl Into<String>) -> Address {
        Address { channel, account: account.into(), id: id.into() }
    }

    /// The key under which the contact is found.
    pub fn identity(&self) -> IdentityKey {
        IdentityKey::of(self)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/[redacted]", self.channel, self.account)
    }
}

/// What makes two addresses the same customer: phone numbers in E.164 are shared by sms, voice, whatsapp and
/// RCS; e-mail addresses are compared case-folded; any other id is valid inside one account only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityKey(String);

impl IdentityKey {
    fn of(address: &Address) -> IdentityKey {
        use ChannelKind::*;
        let id = address.id.trim();
        IdentityKey(match address.channel {
            Sms | Voice | Whatsapp | Google if is_e164(id) => format!("phone#{id}"),
            Email => format!("email#{}", id.to_lowercase()),
            channel => format!("{channel}#{}#{id}", address.account),
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#[redacted]", self.0.split('#').next().unwrap_or_default())
    }
}

/// Whether a text is an international number as ITU-T E.164 writes it: `+`, no leading zero, at most 15 digits.
pub fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(channel: ChannelKind, id: &str, expect: &str) {
        assert_eq!(Address::new(channel, "default", id).identity().as_str(), expect);
    }

    #[test]
    fn phone_channels_share_a_number() {
        for channel in [ChannelKind::Sms, ChannelKind::Voice, ChannelKind::Whatsapp, ChannelKind::Google] {
            check(channel, "+15005550006", "phone#+15005550006");
        }
        check(ChannelKind::Sms, "72345", "sms#default#72345");
        check(ChannelKind::Sms, "BANK", "sms#default#BANK");
    }

    #[test]
    fn other_ids_stay_in_their_account() {
        check(ChannelKind::Line, "U1", "line#default#U1");
        check(ChannelKind::Email, "Ann@Example.com", "email#ann@example.com");
    }

    #[test]
    fn e164_bounds() {
        assert!(is_e164("+12") && is_e164("+123456789012345"));
        for text in ["+1", "+1234567890123456", "+0123456", "123456", "+12a", "+", ""] {
            assert!(!is_e164(text), "{text}");
        }
    }

    #[test]
    fn channel_texts_read_back() {
        for channel in ChannelKind::ALL {
            assert_eq!(channel.as_str().parse(), Ok(*channel));
        }
        assert_eq!("fax".parse::<ChannelKind>(), Err(UnknownChannel));
    }
}
