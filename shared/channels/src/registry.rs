//! The channels that exist.

use crate::channel::Channel;
use crate::settings::{Reader, SettingsError};
use crate::simulate::Simulated;
use crate::{
    custom, discord, email, google, instagram, line, messenger, sms, telegram, voice, webchat, whatsapp,
};
use patchbay_model::ChannelKind;
use std::collections::BTreeMap;
use std::sync::Arc;

type Settings = &'static [(&'static str, &'static str)];

/// A channel's entry: how an account is opened, and settings with which one can be tried.
struct Entry {
    kind: ChannelKind,
    open: fn(Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError>,
    example: Settings,
}

const ENTRIES: &[Entry] = &[
    Entry { kind: ChannelKind::Sms, open: sms::open, example: sms::EXAMPLE },
    Entry { kind: ChannelKind::Voice, open: voice::open, example: voice::EXAMPLE },
    Entry { kind: ChannelKind::Whatsapp, open: whatsapp::open, example: whatsapp::EXAMPLE },
    Entry { kind: ChannelKind::Messenger, open: messenger::open, example: messenger::EXAMPLE },
    Entry { kind: ChannelKind::Instagram, open: instagram::open, example: instagram::EXAMPLE },
    Entry { kind: ChannelKind::Email, open: email::open, example: email::EXAMPLE },
    Entry { kind: ChannelKind::Custom, open: custom::open, example: custom::EXAMPLE },
    Entry { kind: ChannelKind::Discord, open: discord::open, example: discord::EXAMPLE },
    Entry { kind: ChannelKind::Google, open: google::open, example: google::EXAMPLE },
    Entry { kind: ChannelKind::Line, open: line::open, example: line::EXAMPLE },
    Entry { kind: ChannelKind::Telegram, open: telegram::open, example: telegram::EXAMPLE },
    Entry { kind: ChannelKind::Webchat, open: webchat::open, example: webchat::EXAMPLE },
];

/// Further settings with which a channel opens in another way: through another provider, in another format.
const VARIANTS: &[(ChannelKind, Settings)] = &[
    (ChannelKind::Whatsapp, whatsapp::twilio::EXAMPLE),
    (ChannelKind::Email, email::SENDGRID_EXAMPLE),
    (ChannelKind::Google, google::EXAMPLE_OF_BUSINESS_MESSAGES),
    (ChannelKind::Discord, discord::EXAMPLE_WITH_FORWARDER),
];

fn entry(kind: ChannelKind) -> Result<&'static Entry, SettingsError> {
    ENTRIES.iter().find(|entry| entry.kind == kind).ok_or(SettingsError::NotSupported(kind))
}

/// The channels that can be opened.
pub fn supported() -> impl Iterator<Item = ChannelKind> {
    ENTRIES.iter().map(|entry| entry.kind)
}

/// Opens an account: `settings` are its table of `channels.toml` with secrets resolved, `public_url` is where
/// providers reach us, without the webhook's path. Every complaint about the settings comes at once.
pub fn open(
    kind: ChannelKind,
    account: &str,
    settings: &BTreeMap<String, String>,
    public_url: &str,
) -> Result<Arc<dyn Channel>, SettingsError> {
    Ok(open_simulated(kind, account, settings, public_url)?)
}

/// The same, with the provider's side that can be played.
pub fn open_simulated(
    kind: ChannelKind,
    account: &str,
    settings: &BTreeMap<String, String>,
    public_url: &str,
) -> Result<Arc<dyn Simulated>, SettingsError> {
    (entry(kind)?.open)(Reader::new(kind, account, settings, public_url))
}

/// Settings with invented credentials, with which an account opens: for the simulator and for tests.
pub fn example_settings(kind: ChannelKind) -> Result<BTreeMap<String, String>, SettingsError> {
    Ok(owned(entry(kind)?.example))
}

/// Every way in which a channel opens, with such settings.
pub fn examples() -> impl Iterator<Item = (ChannelKind, BTreeMap<String, String>)> {
    let first = ENTRIES.iter().map(|entry| (entry.kind, entry.example));
    first.chain(VARIANTS.iter().copied()).map(|(kind, example)| (kind, owned(example)))
}

fn owned(settings: Settings) -> BTreeMap<String, String> {
    settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
