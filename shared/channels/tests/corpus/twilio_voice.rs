//! Twilio's voice: other people's documents, the vocabulary of its own library, its requests.

use super::{channel, corpus, count, expect, files, heard};
use patchbay_channels::voice::twiml::{Response, vocabulary};
use patchbay_channels::voice::{Change, Done};
use patchbay_channels::{DeliveryOutcome, Headers, ProviderResponse};
use patchbay_model::{ChannelKind, EventKind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// What the library offers and no Studio widget has a use for.
const NOT_OURS: [&str; 8] = [
    "AiSession",
    "Autopilot",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "Language",
    "Recording",
    "Room",
];

/// The requests that tell something of which nobody on the line waits for an answer.
const NEWS: [&str; 3] =
    ["syn-enqueue-action-hangup", "syn-leg-status-3-completed", "syn-recording-completed"];

#[test]
fn documents_of_others_are_read_and_written_again() {
    let Some(folder) = corpus("twilio-voice") else { return };
    let documents = files(&folder.join("twiml"), "xml");
    count(
        "twilio-voice documents",
        documents.into_iter().map(|(name, bytes)| {
            let xml = String::from_utf8_lossy(&bytes);
            let verdict = Response::of_xml(&xml).map_err(|error| error.to_string()).and_then(|(read, _)| {
                let again = read.to_xml().map_err(|error| error.to_string())?;
                expect(Response::of_xml(&again).map_err(|error| error.to_string())?, (read, Vec::new()))
            });
            (name, verdict)
        }),
    );
}

#[test]
fn every_element_is_one_of_the_librarys() {
    let Some(folder) = corpus("twilio-voice") else { return };
    let text = fs::read(folder.join("twiml-vocabulary.json")).expect("the vocabulary can be read");
    let library: Value = serde_json::from_slice(&text).expect("it is JSON");
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let elements = library["voice"].as_object().expect("it has elements");
    count(
        "twilio-voice elements",
        elements.iter().filter(|(name, _)| !NOT_OURS.contains(&name.as_str())).map(|(name, element)| {
            let ours = vocabulary().into_iter().find(|shape| shape.name == name);
            let verdict = ours.ok_or_else(|| "is not there".to_owned()).and_then(|shape| {
                // The library writes `interpretAs` for what is `interpret-as` in a document.
                let plain = |name: &str| name.replace(['-', ':', '_'], "").to_ascii_lowercase();
                let unknown = |known: BTreeSet<String>, ours: &[&'static str]| -> Vec<&'static str> {
                    let known: BTreeSet<String> = known.iter().map(|name| plain(name)).collect();
                    ours.iter().copied().filter(|name| !known.contains(&plain(name))).collect()
                };
                expect(unknown(names(&element["attributes"]), shape.attributes), Vec::new())?;
                expect(unknown(names(&element["children"]), shape.children), Vec::new())
            });
            (name.clone(), verdict)
        }),
    );
}

#[test]
fn requests_are_what_they_tell() {
    let Some(folder) = corpus("twilio-voice") else { return };
    let channel = channel(ChannelKind::Voice);
    count(
        "twilio-voice requests",
        files(&folder, "form").into_iter().map(|(name, body)| {
            let heard = heard(&*channel, "application/x-www-form-urlencoded", body);
            let told = heard.events.iter().any(|event| matches!(event.kind, EventKind::Call(_)));
            let verdict = expect((heard.problems.len(), heard.reply.status), (0, 200));
            let verdict = verdict.and_then(|()| expect(told, NEWS.contains(&name.as_str())));
            (name, verdict)
        }),
    );
}

#[test]
fn answers_of_the_api_say_which_conference_and_which_recording() {
    let Some(folder) = corpus("twilio-voice") else { return };
    let channel = channel(ChannelKind::Voice);
    let voice = channel.voice().expect("it is a phone");
    let answer = |name: &str| {
        let body = fs::read(folder.join("rest").join(format!("{name}.json"))).expect("it can be read");
        ProviderResponse::Http { status: 200, headers: Headers::new(), body }
    };
    let conference = |name: &str| {
        let request = voice.find_conference("any");
        voice.conference_found(&request, &answer(name)).map(|found| found.is_some())
    };
    assert_eq!(conference("get-Conferences-200-readFull"), Ok(true));
    assert_eq!(conference("get-Conferences-200-readMyroom"), Ok(true));
    assert_eq!(conference("get-Conferences-200-readEmpty"), Ok(false));
    let request = voice.find_recordings("CA1");
    for name in ["readFull", "readEmpty"] {
        let found = answer(&format!("get-Calls_CallSid_Recordings-200-{name}"));
        assert!(voice.recording_found(&request, &found).is_ok(), "{name}");
    }
    let changes = [
        "post-Conferences_ConferenceSid_Participants_CallSid-200-holdParticipantWithMusic",
        "post-Conferences_ConferenceSid_Participants_CallSid-200-muteParticipant",
        "post-Conferences_ConferenceSid_Participants_CallSid-200-announceToParticipant",
        "post-Calls_CallSid_Recordings_Sid-200-update",
    ];
    let request = voice.change_participant("CF1", "CA1", Change::Mute(true));
    for name in changes {
        assert_eq!(voice.change_outcome(&request, &answer(name)), Done::Done, "{name}");
    }
    let made = voice.start_recording("CA1", ("+15550001", "+15550002"));
    let sent = voice.call_outcome(&made, &answer("post-Calls_CallSid_Recordings-201-create201"));
    assert!(matches!(sent, DeliveryOutcome::Sent { provider_id: Some(_) }), "{sent:?}");
}
