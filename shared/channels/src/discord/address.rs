//! A customer's address. A person is their user id, wherever they press or write: answers go to them in private. A
//! channel of a server in which people write is an address of its own, `channel:<id>`, as a group is elsewhere.

const CHANNEL: &str = "channel:";
/// The moment from which Discord's ids count (Discord, "Snowflakes").
const EPOCH_MS: u64 = 1_420_070_400_000;

use patchbay_model::Timestamp;

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    User(&'a str),
    Channel(&'a str),
}

pub(super) fn of_channel(id: &str) -> String {
    format!("{CHANNEL}{id}")
}

pub(super) fn place(address: &str) -> Place<'_> {
    match address.strip_prefix(CHANNEL) {
        Some(channel) => Place::Channel(channel),
        None => Place::User(address),
    }
}

/// When an id was made; `None` for what is no id of Discord's.
pub(super) fn time_of(snowflake: &str) -> Option<Timestamp> {
    let ms = (snowflake.parse::<u64>().ok()? >> 22).checked_add(EPOCH_MS)?;
    i64::try_from(ms).ok().map(Timestamp)
}

/// The id of a moment, with something to tell those of one moment apart.
pub(super) fn snowflake(at: Timestamp, low: u64) -> u64 {
    let ms = u64::try_from(at.0).unwrap_or_default().saturating_sub(EPOCH_MS);
    ms << 22 | low & 0x3f_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_time() {
        // The example of Discord's page.
        assert_eq!(time_of("175928847299117063"), Some(Timestamp(1_462_015_105_796)));
        for none in ["", "U1", "-1", "99999999999999999999999"] {
            assert_eq!(time_of(none), None, "{none}");
        }
        let at = Timestamp(1_795_359_904_789);
        assert_eq!(time_of(&snowflake(at, u64::MAX).to_string()), Some(at));
    }

    #[test]
    fn addresses_read_back() {
        assert_eq!(place(&of_channel("7")), Place::Channel("7"));
        assert_eq!(place("7"), Place::User("7"));
    }
}
