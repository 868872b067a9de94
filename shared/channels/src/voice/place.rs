//! Calls and recordings that flows begin.

use super::Voice;
use super::party::is_address;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use crate::twilio::{form, rest};
use crate::webhook::WebhookRequest;
use patchbay_model::call::{MachineDetection, PlaceCall, RecordCall};
use patchbay_model::event::FlowCall;
use patchbay_model::{ContactSid, ExecutionSid};

/// Characters of the name of a softphone that is called (Twilio, "Client identity").
pub const CLIENT_CHARS_MAX: usize = 121;

/// Whether this can be called: a number (E.164), `sip:…` or `client:…`.
pub fn can_be_called(address: &str) -> bool {
    let is_name = |name: &str| {
        (1..=CLIENT_CHARS_MAX).contains(&name.chars().count()) && !name.contains(char::is_whitespace)
    };
    is_address(address) || address.strip_prefix("client:").is_some_and(is_name)
}

/// Twilio's name of the recording that is under way on a call.
const CURRENT: &str = "Twilio.CURRENT";

impl Voice {
    /// Calls somebody for a flow (Twilio, "Create a Call resource"). Once they answer, the call asks what to do; what else
    /// becomes of it is told. Twilio does not recognise a repetition.
    pub fn call_for_flow(&self, call: &PlaceCall, of: &FlowCall) -> ProviderRequest {
        let parties = [("customer", call.to.as_str()), ("ours", call.from.as_str())];
        let answered = self.url(&with_flow(of));
        let told = self.url(&[&[("on", "status")], &parties[..], &with_flow(of)[..]].concat());
        let recorded = self.url(&[&[("on", "recording")], &parties[..]].concat());
        let mut fields: Vec<(&str, String)> = vec![
            ("From", call.from.clone()),
            ("To", call.to.clone()),
            ("Url", answered),
            ("Method", "POST".to_owned()),
            ("StatusCallback", told),
            ("StatusCallbackEvent", "completed".to_owned()),
        ];
        let s = |value: Option<u32>| value.map(|value| value.to_string());
        fields.extend(s(call.timeout_s).map(|value| ("Timeout", value)));
        fields.extend(call.send_digits.clone().map(|digits| ("SendDigits", digits)));
        if let Some(detection) = &call.machine_detection {
            fields.extend(detected(detection));
        }
        if call.record {
            fields.push(("Record", "true".to_owned()));
            fields.extend(recorded_as(call.record_dual, call.trim_silence));
            fields.push(("RecordingStatusCallback", recorded));
        }
        fields.extend(call.sip_username.clone().map(|name| ("SipAuthUsername", name)));
        fields.extend(call.sip_password.clone().map(|password| ("SipAuthPassword", password)));
        self.create("Calls", &fields)
    }

    /// Begins to record a call, or ends the recording that is under way (Twilio, "Call Recordings resource"). Ending twice
    /// does no harm; beginning twice makes two.
    pub fn record_call(
        &self,
        call_sid: &str,
        recording: &RecordCall,
        (customer, ours): (&str, &str),
    ) -> ProviderRequest {
        if !recording.on {
            let stop = [("Status", "stopped".to_owned())];
            let request = self.create(&format!("Calls/{call_sid}/Recordings/{CURRENT}"), &stop);
            return ProviderRequest { idempotent: true, ..request };
        }
        let own = || self.url(&[("on", "recording"), ("customer", customer), ("ours", ours)]);
        let mut fields = recorded_as(recording.dual, recording.trim_silence).to_vec();
        fields.push(("RecordingStatusCallback", recording.status_callback.clone().unwrap_or_else(own)));
        self.create(&format!("Calls/{call_sid}/Recordings"), &fields)
    }

    /// What became of a request that creates something: there a call that is over is a refusal like others.
    pub fn outcome_of(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        rest::outcome(request, response)
    }

    fn create(&self, resource: &str, fields: &[(&str, String)]) -> ProviderRequest {
        let twilio = &self.sms.twilio;
        let url = format!("{}/Accounts/{}/{resource}.json", twilio.api_url(), twilio.account_sid);
        let body = form::encode(fields.iter().map(|(name, value)| (*name, value.as_str())));
        ProviderRequest::post(url, twilio.authorization(), "application/x-www-form-urlencoded", body)
    }
}

/// How a recording is made.
fn recorded_as(dual: bool, trim_silence: bool) -> [(&'static str, String); 2] {
    let channels = if dual { "dual" } else { "mono" };
    let trim = if trim_silence { "trim-silence" } else { "do-not-trim" };
    [("RecordingChannels", channels.to_owned()), ("Trim", trim.to_owned())]
}

/// Twilio, "Answering Machine Detection": the call asks for its document when it is known who answers.
fn detected(detection: &MachineDetection) -> Vec<(&'static str, String)> {
    let mode = if detection.await_end_of_message { "DetectMessageEnd" } else { "Enable" };
    let numbers = [
        ("MachineDetectionTimeout", detection.timeout_s),
        ("MachineDetectionSpeechThreshold", detection.speech_threshold_ms),
        ("MachineDetectionSpeechEndThreshold", detection.speech_end_threshold_ms),
        ("MachineDetectionSilenceTimeout", detection.silence_timeout_ms),
    ];
    let numbers = numbers.into_iter().filter_map(|(name, value)| Some((name, value?.to_string())));
    std::iter::once(("MachineDetection", mode.to_owned())).chain(numbers).collect()
}

/// The parameters that name the flow's step which makes a call.
pub(super) fn with_flow(call: &FlowCall) -> [(&'static str, &str); 3] {
    [
        ("contact", call.contact_sid.as_str()),
        ("execution", call.execution_sid.as_str()),
        ("placed", &call.effect),
    ]
}

/// The flow's step that made the call of a request, where one did.
pub(super) fn flow_of(request: &WebhookRequest) -> Option<FlowCall> {
    Some(FlowCall {
        contact_sid: ContactSid::parse(&request.query("contact")?).ok()?,
        execution_sid: ExecutionSid::parse(&request.query("execution")?).ok()?,
        effect: request.query("placed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_can_be_called() {
        let check = |address: &str, expect| assert_eq!(can_be_called(address), expect, "{address}");
        check("+15005550001", true);
        check("15005550001", false);
        check("sip:ann@shop.example", true);
        check("client:ann", true);
        check("client:", false);
        check("client:ann b", false);
        check("whatsapp:+15005550001", false);
        check("", false);
        let long = |chars: usize| format!("client:{}", "a".repeat(chars));
        check(&long(CLIENT_CHARS_MAX), true);
        check(&long(CLIENT_CHARS_MAX + 1), false);
    }
}
