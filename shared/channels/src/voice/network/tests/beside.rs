//! What runs beside a call, and what takes it over.

use super::*;

const STARTS: &str = "<Response><Start><Transcription name='notes' track='both_tracks' \
    statusCallbackUrl='https://center.example/voice/said'/></Start>\
    <Dial>+15550009</Dial></Response>";

/// What is told of a transcription.
fn said(stage: &mut Stage) -> Vec<String> {
    let lines = std::mem::take(&mut stage.told);
    let lines = lines.iter().filter(|line| line.starts_with("/said"));
    lines
        .map(|line| {
            let word =
                |name: &str| line.split(' ').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default();
            let data =
                line.split_once("\"transcript\":\"").map_or("", |(_, tail)| tail.split('"').next().unwrap());
            format!("{} {} {} {data}", word("SequenceId="), word("TranscriptionEvent="), word("Track="))
        })
        .collect()
}

#[test]
fn whatever_is_said_on_a_call_is_written_down() {
    let mut stage = Stage::new(&[("", STARTS)]);
    let call = stage.dial();
    let other = stage.call_to("+15550009");
    stage.act(&other, Act::Answer);
    stage.say(&call, "hello");
    stage.say(&other, "yes?");
    stage.act(&call, Act::HangUp);
    assert_eq!(
        said(&mut stage),
        [
            "1 transcription-started  ",
            "2 transcription-content inbound_track hello",
            "3 transcription-content outbound_track yes?",
            "4 transcription-stopped  ",
        ]
    );
    assert_eq!(stage.heard(&call), ["transcription begins", "> yes?", "transcription ends"]);
}

#[test]
fn the_api_begins_and_ends_a_transcription() {
    let mut stage = Stage::new(&[("", "<Response><Say>Hi.</Say><Pause length='60'/></Response>")]);
    let call = stage.dial();
    let form = "Name=notes&Track=inbound_track&StatusCallbackUrl=https%3A%2F%2Fcenter.example%2Fvoice%2Fsaid";
    assert_eq!(stage.api(&format!("Calls/{call}/Transcriptions.json"), form), 201);
    stage.say(&call, "hello");
    let path = format!("Calls/{call}/Transcriptions/notes.json");
    assert_eq!(stage.asks("POST", &path, "Status=stopped")["status"], "stopped");
    stage.say(&call, "nobody writes this");
    assert_eq!(said(&mut stage).len(), 3);
    assert_eq!(stage.refused(&path, "Status=stopped"), (404, 20404));
    stage.act(&call, Act::HangUp);
    assert_eq!(stage.refused(&format!("Calls/{call}/Transcriptions.json"), form), (400, 21220));
}

#[test]
fn streams_begin_and_end_by_their_names() {
    let streams = "<Response><Start><Stream name='s' url='wss://s.example' \
        statusCallback='https://center.example/voice/stream'/></Start><Say>On.</Say>\
        <Stop><Stream name='s'/></Stop><Say>Off.</Say></Response>";
    let mut stage = Stage::new(&[("", streams)]);
    let call = stage.dial();
    assert_eq!(stage.heard(&call), ["stream begins", "On.", "stream ends", "Off."]);
    let told = stage.told.iter().filter(|told| told.starts_with("/stream")).count();
    assert_eq!(told, 2);
}

#[test]
fn what_has_the_call_ends_as_somebody_says() {
    let pay = "<Response><Pay action='https://center.example/voice/paid'/></Response>";
    let mut stage = Stage::new(&[("", pay), ("/paid", "<Response><Say>Thanks.</Say></Response>")]);
    let call = stage.dial();
    assert_eq!(stage.network.seen(&call).unwrap().wants, Some("payment"));
    stage.told.clear();
    stage.act(&call, Act::Finish(vec![("Result".into(), "success".into())]));
    assert_eq!(stage.told[0], "/paid CallStatus=in-progress Result=success");
    assert_eq!(stage.heard(&call), ["payment begins", "payment ends", "Thanks."]);
    let connect = "<Response><Connect><VirtualAgent connectorName='v'/></Connect><Say>Back.</Say></Response>";
    let mut stage = Stage::new(&[("", connect)]);
    let call = stage.dial();
    stage.act(&call, Act::Finish(Vec::new()));
    assert_eq!(stage.heard(&call), ["virtual_agent begins", "virtual_agent ends", "Back."]);
    let mut stage = Stage::new(&[("", "<Response><Say>Hi.</Say><Pause length='60'/></Response>")]);
    let call = stage.dial();
    assert_eq!(stage.network.act(&call, &Act::Finish(Vec::new()), stage.now), Err(ActError::NothingToEnd));
}
