//! What is recorded, and what is not.

use super::*;

#[test]
fn a_message_is_recorded_and_told_of() {
    let record = "<Response><Record action='https://center.example/voice/got' timeout='2' \
        recordingStatusCallback='https://center.example/voice/rec'/><Say>Nothing.</Say></Response>";
    let got = "<Response><Say>Thanks.</Say></Response>";
    let mut stage = Stage::new(&[("", record), ("/got", got)]);
    let call = stage.dial();
    stage.act(&call, Act::Say("call me back".into()));
    stage.pass_s(2);
    assert_eq!(stage.heard(&call), ["beep", "Thanks."]);
    assert!(
        stage.told[1].starts_with("/rec RecordingSource=RecordVerb RecordingTrack=both RecordingSid=RE"),
        "{:?}",
        stage.told
    );
    assert!(stage.told[2].contains("RecordingDuration=3"), "{:?}", stage.told);
    let silent = stage.dial();
    stage.pass_s(2);
    assert_eq!(stage.heard(&silent), ["beep", "Nothing."]);
    // Who hangs up while speaking has left a message too.
    stage.told.clear();
    let short = stage.dial();
    stage.act(&short, Act::Say("bye".into()));
    stage.act(&short, Act::HangUp);
    assert!(
        stage
            .told
            .iter()
            .any(|told| told.starts_with("/got CallStatus=completed") && told.ends_with("Digits=hangup"))
    );
}

const CALLER: &str = "<Response><Dial><Conference beep='false' waitUrl='' endConferenceOnExit='true' \
    record='record-from-start' recordingStatusCallback='https://center.example/voice/rec' \
    recordingStatusCallbackEvent='in-progress completed absent'>room</Conference></Dial></Response>";
const WAITS: &str = "<Response><Say>Hi.</Say><Pause length='600'/></Response>";

/// What was recorded, oldest first.
fn recorded(stage: &Stage) -> Vec<(String, RecordingStatus)> {
    let mut all: Vec<&Recording> = stage.network.recordings().collect();
    all.sort_by_key(|recording| recording.began_at);
    all.iter().map(|recording| (recording.text.clone(), recording.status)).collect()
}

/// The statuses that are told of recordings, with how long they are.
fn told(stage: &mut Stage) -> Vec<String> {
    let lines = std::mem::take(&mut stage.told);
    let word = |line: &str, name: &str| {
        line.split(' ').find_map(|pair| pair.strip_prefix(name).map(str::to_owned)).unwrap_or_default()
    };
    let lines = lines.iter().filter(|line| line.starts_with("/rec "));
    lines
        .map(|line| format!("{} {}", word(line, "RecordingStatus="), word(line, "RecordingDuration=")))
        .collect()
}

#[test]
fn what_is_said_while_it_is_paused_is_not_in_it() {
    let mut stage = Stage::new(&[("", CALLER)]);
    let call = stage.dial();
    stage.say(&call, "anybody?");
    let agent = stage.joined("room", "client:ann", "");
    let room = stage.conference("room");
    stage.say(&call, "my card is");
    let path = format!("Conferences/{room}/Recordings/Twilio.CURRENT.json");
    let paused = stage.asks("POST", &path, "Status=paused&PauseBehavior=skip");
    assert_eq!(paused["status"], "paused");
    stage.say(&call, "4242 4242 4242 4242");
    assert_eq!(stage.network.seen(&agent).unwrap().recording, Some(RecordingStatus::Paused));
    stage.pass_s(30);
    stage.asks("POST", &path, "Status=in-progress");
    stage.say(&agent, "thank you");
    stage.pass_s(5);
    stage.act(&call, Act::HangUp);
    let text = format!("{}: my card is\nclient:ann: thank you", super::CALLER);
    assert_eq!(recorded(&stage), [(text, RecordingStatus::Completed)]);
    assert_eq!(told(&mut stage), ["in-progress 0", "completed 5"]);
    assert_eq!(stage.refused(&path, "Status=paused"), (404, 20404));
}

#[test]
fn a_call_is_recorded_by_the_api_until_it_is_stopped() {
    let mut stage = Stage::new(&[("", WAITS)]);
    let call = stage.dial();
    let told_of = "RecordingStatusCallback=https%3A%2F%2Fcenter.example%2Fvoice%2Frec";
    let (status, body) = stage.request("POST", &format!("Calls/{call}/Recordings.json"), told_of);
    let made: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &made["status"], &made["source"]),
        (201, &"in-progress".into(), &"StartCallRecordingAPI".into())
    );
    let sid = made["sid"].as_str().unwrap().to_owned();
    stage.say(&call, "hello");
    stage.pass_s(2);
    let path = format!("Calls/{call}/Recordings/{sid}.json");
    assert_eq!(stage.refused(&path, "Status=paused&PauseBehavior=loud"), (400, 20001));
    // Silence is part of it, and so is its time.
    stage.asks("POST", &path, "Status=paused");
    stage.say(&call, "secret");
    stage.pass_s(2);
    let stopped = stage.asks("POST", &path, "Status=stopped");
    assert_eq!((&stopped["status"], &stopped["duration"]), (&"completed".into(), &"4".into()));
    assert_eq!(told(&mut stage), ["completed 4"]);
    assert_eq!(stage.refused(&path, "Status=paused"), (400, 21220));
    stage.act(&call, Act::HangUp);
    assert_eq!(stage.refused(&format!("Calls/{call}/Recordings.json"), ""), (400, 21220));
    assert_eq!(stage.refused("Calls/CA404/Recordings.json", ""), (404, 20404));
    // Its sound is there at the second time, and gone when it is deleted.
    let get = |stage: &mut Stage, file: &str| stage.request("GET", &format!("Recordings/{file}"), "");
    assert_eq!(get(&mut stage, &format!("{sid}.mp3")).0, 404);
    let (status, sound) = get(&mut stage, &format!("{sid}.mp3"));
    assert!(status == 200 && sound.ends_with("hello"), "{status} {sound}");
    assert!(get(&mut stage, &format!("{sid}.wav")).1.starts_with("RIFF"));
    assert_eq!(stage.asks("GET", &format!("Recordings/{sid}.json"), "")["duration"], "4");
    stage.network.order(Misbehaviour::MediaMissing, 2);
    let statuses = [(); 3].map(|()| get(&mut stage, &sid).0);
    assert_eq!(statuses, [404, 404, 200]);
    assert_eq!(stage.request("DELETE", &format!("Recordings/{sid}.json"), "").0, 204);
    assert_eq!(get(&mut stage, &sid).0, 404);
}

#[test]
fn a_dial_is_recorded_and_says_where() {
    let dial = "<Response><Dial record='record-from-answer-dual' action='https://center.example/voice/over' \
        recordingStatusCallback='https://center.example/voice/rec' \
        recordingStatusCallbackEvent='completed absent'>+15550009</Dial></Response>";
    let mut stage = Stage::new(&[("", dial), ("/over", "<Response/>")]);
    let call = stage.dial();
    let child = stage.call_to("+15550009");
    stage.act(&child, Act::Answer);
    stage.say(&child, "yes?");
    stage.pass_s(3);
    stage.act(&child, Act::HangUp);
    assert_eq!(recorded(&stage), [("+15550009: yes?".into(), RecordingStatus::Completed)]);
    assert!(stage.told.iter().any(|line| line.starts_with("/over") && line.contains("RecordingUrl=https")));
    assert_eq!(told(&mut stage), ["completed 3"]);
    assert!(stage.status(&call).is_over());
    // Where nothing was said for no time, there is none.
    let _call = stage.dial();
    let child = stage.call_to("+15550009");
    stage.act(&child, Act::Answer);
    stage.act(&child, Act::HangUp);
    assert_eq!(told(&mut stage), ["absent 0"]);
}

#[test]
fn old_recordings_are_forgotten_and_those_that_go_on_are_not() {
    let mut stage = Stage::new(&[("", WAITS)]);
    let call = stage.dial();
    let path = format!("Calls/{call}/Recordings.json");
    let first = stage.asks("POST", &path, "")["sid"].as_str().unwrap().to_owned();
    for _ in 0..RECORDINGS_MAX {
        let made = stage.asks("POST", &path, "")["sid"].as_str().unwrap().to_owned();
        stage.asks("POST", &format!("Calls/{call}/Recordings/{made}.json"), "Status=stopped");
    }
    assert_eq!(stage.network.recordings().count(), RECORDINGS_MAX);
    assert!(stage.network.recordings().any(|recording| recording.sid == first));
}
