//! Whom a `<Dial>` calls (Twilio, "`<Number>`", "`<Client>`", "`<Sip>`").

use super::call::Detection;
use super::callback::Callback;
use crate::voice::twiml::{ClientPart, DialNoun, SipPart};

/// The events that are told of a leg that does not say (Twilio's default).
const USUAL_EVENTS: &str = "completed";

/// Somebody to be called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Target {
    pub(super) to: String,
    /// What they hear before they are connected.
    pub(super) screen: Option<String>,
    pub(super) told: Option<Callback>,
    pub(super) send_digits: Option<String>,
    pub(super) detection: Option<Detection>,
}

impl Target {
    /// `None` for what is not called at a phone.
    pub(super) fn of(noun: &DialNoun) -> Option<Target> {
        let told =
            |url: &Option<String>, events: &Option<String>| Callback::of(url.clone(), events, USUAL_EVENTS);
        let to = address(noun)?;
        Some(match noun {
            DialNoun::Number(number) => Target {
                screen: number.url.clone(),
                told: told(&number.status_callback, &number.status_callback_event),
                send_digits: number.send_digits.clone(),
                detection: Detection::of(
                    number.machine_detection.as_deref(),
                    number.amd_status_callback.clone(),
                ),
                to,
            },
            DialNoun::Client(client) => Target {
                screen: client.url.clone(),
                told: told(&client.status_callback, &client.status_callback_event),
                to,
                ..Target::default()
            },
            DialNoun::Sip(sip) => Target {
                screen: sip.url.clone(),
                told: told(&sip.status_callback, &sip.status_callback_event),
                detection: Detection::of(sip.machine_detection.as_deref(), sip.amd_status_callback.clone()),
                to,
                ..Target::default()
            },
            DialNoun::WhatsApp(whatsapp) => Target {
                screen: whatsapp.url.clone(),
                told: told(&whatsapp.status_callback, &whatsapp.status_callback_event),
                to,
                ..Target::default()
            },
            _ => Target { to, ..Target::default() },
        })
    }
}

impl Detection {
    pub(super) fn of(wanted: Option<&str>, callback: Option<String>) -> Option<Detection> {
        let to_the_end = match wanted? {
            "Enable" => false,
            "DetectMessageEnd" => true,
            _ => return None,
        };
        Some(Detection { to_the_end, callback })
    }
}

/// Whom a noun calls; `None` for one that is not called at a phone.
fn address(noun: &DialNoun) -> Option<String> {
    let trimmed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match noun {
        DialNoun::Text(number) => trimmed(number),
        DialNoun::Number(number) => trimmed(&number.content),
        DialNoun::Client(client) => client.content.iter().find_map(|part| match part {
            ClientPart::Text(identity) => trimmed(identity).map(|identity| format!("client:{identity}")),
            ClientPart::Identity(identity) => Some(format!("client:{}", identity.content)),
            ClientPart::Parameter(_) => None,
        }),
        DialNoun::Sip(sip) => sip.content.iter().find_map(|part| match part {
            SipPart::Text(uri) => trimmed(uri),
            SipPart::Uri(uri) => Some(uri.content.clone()),
            SipPart::Headers(_) => None,
        }),
        DialNoun::Sim(sim) => Some(format!("sim:{}", sim.content)),
        DialNoun::WhatsApp(whatsapp) => Some(format!("whatsapp:{}", whatsapp.content)),
        DialNoun::Application(_) | DialNoun::Conference(_) | DialNoun::Queue(_) => None,
    }
}
