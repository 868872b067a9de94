//! Who is in a conference, and who hears whom.

use super::*;

const CALLER_JOINS: &str = "<Response><Dial action='https://center.example/voice/over'>\
    <Conference beep='false' waitUrl='' endConferenceOnExit='true' participantLabel='customer' \
    statusCallback='https://center.example/voice/conf' \
    statusCallbackEvent='start end join leave mute hold modify announcement'>room</Conference></Dial></Response>";

fn stage() -> Stage {
    Stage::new(&[
        ("", CALLER_JOINS),
        ("/over", "<Response/>"),
        ("/hold", "<Response><Play loop='0'>https://music.example/hold.mp3</Play></Response>"),
        ("/digits", "<Response><Play digits='w12#'/></Response>"),
        ("/wait", "<Response><Say>Soon.</Say><Pause length='5'/></Response>"),
    ])
}

/// A caller and an agent who hear each other.
fn talking() -> (Stage, String, String) {
    let mut stage = stage();
    let call = stage.dial();
    let agent = stage.joined("room", "client:ann", "Label=WR1");
    stage.told.clear();
    (stage, call, agent)
}

/// What of a conference's news is not the same every time.
fn news(stage: &mut Stage) -> Vec<String> {
    let told = std::mem::take(&mut stage.told);
    let value = |line: &str, name: &str| {
        line.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    let told = told.iter().filter(|line| line.starts_with("/conf "));
    told.map(|line| {
        let words = ["SequenceNumber", "StatusCallbackEvent", "ParticipantLabel", "ReasonParticipantLeft"];
        let words = words.iter().filter_map(|name| value(line, name)).collect::<Vec<_>>();
        words.join(" ")
    })
    .collect()
}

#[test]
fn its_members_hear_one_another_and_it_ends_with_whom_it_is_to() {
    let mut stage = stage();
    let call = stage.dial();
    let told =
        "StatusCallback=https%3A%2F%2Fcenter.example%2Fvoice%2Fagent&StatusCallbackEvent=answered+completed";
    let agent = stage.invite("room", "client:ann", &format!("Label=WR1&Timeout=20&{told}"));
    stage.say(&call, "anybody?");
    stage.told.clear();
    stage.act(&agent, Act::Answer);
    stage.say(&call, "hello");
    stage.say(&agent, "good morning");
    assert_eq!(
        (stage.heard(&agent), stage.heard(&call)),
        (vec!["> hello".into()], vec!["> good morning".into()])
    );
    stage.act(&call, Act::HangUp);
    assert!(stage.status(&agent).is_over());
    assert!(stage.told[0].starts_with("/agent CallStatus=in-progress SequenceNumber=0"), "{:?}", stage.told);
    assert!(stage.told.iter().any(|told| told.starts_with("/agent CallStatus=completed SequenceNumber=1")));
    assert_eq!(
        news(&mut stage),
        [
            "1 participant-join WR1",
            "2 conference-start WR1",
            "3 participant-leave customer participant_hung_up",
            "4 participant-leave WR1 moderator_ended_conference",
            "5 conference-end",
        ]
    );
    let over = stage.network.rooms.values().next().unwrap().ended.clone().unwrap();
    assert_eq!((over.1, over.2), ("participant-with-end-conference-on-exit-left", Some(call)));
}

#[test]
fn whoever_is_muted_is_not_heard_and_whoever_is_on_hold_hears_music_alone() {
    let (mut stage, call, agent) = talking();
    let room = stage.conference("room");
    let hold = "Hold=true&HoldUrl=https%3A%2F%2Fcenter.example%2Fvoice%2Fhold";
    let member = stage.asks("POST", &format!("Conferences/{room}/Participants/{call}.json"), hold);
    assert_eq!((&member["hold"], &member["label"]), (&true.into(), &"customer".into()));
    stage.say(&agent, "he cannot hear me");
    stage.say(&call, "nobody hears me");
    assert_eq!((stage.heard(&call), stage.heard(&agent)), (vec!["play".to_owned()], vec![]));
    stage.asks("POST", &format!("Conferences/{room}/Participants/customer.json"), "Hold=false&Muted=true");
    stage.say(&agent, "back");
    stage.say(&call, "muted");
    assert_eq!((stage.heard(&call), stage.heard(&agent)), (vec!["play".into(), "> back".into()], vec![]));
    stage.asks("POST", &format!("Conferences/{room}/Participants/{call}.json"), "Muted=false");
    stage.say(&call, "yes");
    assert_eq!(stage.heard(&agent), ["> yes"]);
    assert_eq!(
        news(&mut stage),
        [
            "3 participant-hold customer",
            "4 participant-mute customer",
            "5 participant-unhold customer",
            "6 participant-unmute customer",
        ]
    );
}

#[test]
fn a_coach_is_heard_by_one_alone_until_they_barge_in() {
    let (mut stage, call, agent) = talking();
    let coach =
        stage.joined("room", "client:eve", &format!("Label=eve&Coaching=true&CallSidToCoach={agent}"));
    stage.say(&coach, "offer a refund");
    stage.say(&call, "well?");
    assert_eq!(stage.heard(&call), Vec::<String>::new());
    assert_eq!(stage.heard(&agent), ["> offer a refund", "> well?"]);
    assert_eq!(stage.heard(&coach), ["> well?"]);
    let seen = stage.network.seen(&call).unwrap();
    let heard_by =
        |call: &str| seen.members.iter().find(|member| member.call == call).unwrap().heard_by.clone();
    assert_eq!(heard_by(&coach), std::slice::from_ref(&agent));
    assert_eq!(heard_by(&call).len(), 2);
    let room = stage.conference("room");
    stage.asks("POST", &format!("Conferences/{room}/Participants/eve.json"), "Coaching=false");
    stage.say(&coach, "good afternoon");
    assert_eq!(stage.heard(&call), ["> good afternoon"]);
    // A listener is muted.
    stage.asks("POST", &format!("Conferences/{room}/Participants/eve.json"), "Muted=true");
    stage.say(&coach, "hm");
    assert_eq!(stage.heard(&call), ["> good afternoon"]);
    // Nobody can be coached who is not there.
    let nobody = stage.refused(&format!("Conferences/{room}/Participants/eve.json"), "CallSidToCoach=CA404");
    assert_eq!(nobody, (400, 20001));
}

#[test]
fn who_comes_first_hears_what_is_played_until_it_begins() {
    let waits = "<Response><Dial><Conference beep='true' startConferenceOnEnter='false' \
        waitUrl='https://center.example/voice/wait'>room</Conference></Dial></Response>";
    let mut stage =
        Stage::new(&[("", waits), ("/wait", "<Response><Say>Soon.</Say><Pause length='5'/></Response>")]);
    let first = stage.dial();
    stage.pass_s(6);
    let second = stage.dial();
    stage.say(&second, "hello?");
    // Neither begins it: the second is heard to come, and not what it says.
    assert_eq!(stage.heard(&first), ["Soon.", "pause", "Soon.", "pause", "beep"]);
    let agent = stage.joined("room", "client:ann", "");
    stage.pass_s(60);
    stage.say(&agent, "hello");
    assert_eq!(stage.heard(&first), ["Soon.", "pause", "Soon.", "pause", "beep", "> hello"]);
    assert_eq!(stage.heard(&second), ["Soon.", "pause", "> hello"]);
    let music = "<Response><Dial><Conference>other</Conference></Dial></Response>";
    let mut stage = Stage::new(&[("", music)]);
    let alone = stage.dial();
    assert_eq!(stage.heard(&alone), ["music"]);
}

#[test]
fn announcements_and_keys_reach_one_member_and_then_all_is_as_before() {
    let (mut stage, call, agent) = talking();
    let room = stage.conference("room");
    let digits = "AnnounceUrl=https%3A%2F%2Fcenter.example%2Fvoice%2Fdigits";
    stage.asks("POST", &format!("Conferences/{room}/Participants/{call}.json"), digits);
    assert_eq!((stage.heard(&call), stage.heard(&agent)), (vec!["# 12#".to_owned()], vec![]));
    stage.say(&agent, "done");
    assert_eq!(stage.heard(&call), ["# 12#", "> done"]);
    // Keys that somebody presses are heard by the others.
    stage.press(&agent, "4");
    assert_eq!(stage.heard(&call), ["# 12#", "> done", "# 4"]);
    assert!(news(&mut stage).contains(&"3 announcement-end customer".to_owned()));
}

#[test]
fn it_is_found_by_name_and_by_id_and_ended() {
    let (mut stage, call, agent) = talking();
    let room = stage.conference("room");
    let path = "Conferences.json?FriendlyName=room&Status=in-progress";
    let found = stage.asks("GET", path, "");
    assert_eq!(found["conferences"][0]["sid"], room.as_str(), "{found}");
    assert_eq!(stage.asks("GET", "Conferences.json?FriendlyName=other", "")["conferences"][0], Value::Null);
    assert_eq!(stage.asks("GET", "Conferences/room.json", "")["sid"], room.as_str());
    let people = stage.asks("GET", &format!("Conferences/{room}/Participants.json"), "");
    assert_eq!(people["participants"].as_array().unwrap().len(), 2);
    // What changes something goes by the id.
    assert_eq!(stage.api("Conferences/room/Participants/customer.json", "Muted=true"), 404);
    let ended = stage.asks("POST", &format!("Conferences/{room}.json"), "Status=completed");
    assert_eq!(
        (&ended["status"], &ended["reason_conference_ended"]),
        (&"completed".into(), &"conference-ended-via-api".into())
    );
    assert!(stage.status(&agent).is_over());
    // The caller goes on with what comes behind.
    assert!(
        stage
            .told
            .iter()
            .any(|told| told.starts_with("/over CallStatus=in-progress DialCallStatus=answered"))
    );
    assert!(stage.status(&call).is_over());
    assert_eq!(stage.asks("GET", path, "")["conferences"][0], Value::Null);
    assert_eq!(stage.api(&format!("Conferences/{room}/Participants/{call}.json"), "Muted=true"), 404);
    let form = "From=%2B15005550006&To=client%3Aann";
    assert_eq!(stage.api(&format!("Conferences/{room}/Participants.json"), form), 404);
}

#[test]
fn whoever_is_kicked_goes_on_with_their_document() {
    let (mut stage, call, agent) = talking();
    let room = stage.conference("room");
    let third = stage.joined("room", "+15550009", "Label=third");
    let (status, _) = stage.request("DELETE", &format!("Conferences/{room}/Participants/third.json"), "");
    assert_eq!((status, stage.status(&third)), (204, CallStatus::Completed));
    assert!(news(&mut stage).contains(&"4 participant-leave third participant_updated_via_api".to_owned()));
    // One whose phone rings is not called any more.
    let ringing = stage.invite("room", "+15550008", "Label=fourth");
    let shown = stage.asks("GET", &format!("Conferences/{room}/Participants/fourth.json"), "");
    assert_eq!(shown["status"], "ringing");
    assert_eq!(
        stage.request("DELETE", &format!("Conferences/{room}/Participants/{ringing}.json"), "").0,
        204
    );
    assert_eq!(stage.status(&ringing), CallStatus::Canceled);
    assert!(!stage.status(&agent).is_over() && !stage.status(&call).is_over());
    // The caller too, with what follows for them.
    assert_eq!(stage.request("DELETE", &format!("Conferences/{room}/Participants/{call}.json"), "").0, 204);
    assert!(stage.status(&call).is_over() && stage.status(&agent).is_over());
}

#[test]
fn nobody_joins_a_full_one_or_takes_a_label_that_is_taken() {
    let small = "<Response><Dial action='https://center.example/voice/over'><Conference beep='false' \
        maxParticipants='2'>small</Conference></Dial></Response>";
    let mut stage = Stage::new(&[("", small), ("/over", "<Response/>")]);
    let _first = stage.dial();
    stage.joined("small", "client:ann", "Label=ann");
    let third = stage.dial();
    assert!(
        stage.told.iter().any(|told| told.starts_with("/over") && told.ends_with("DialCallStatus=failed"))
    );
    assert!(stage.status(&third).is_over());
    let again =
        stage.refused("Conferences/small/Participants.json", "From=%2B15005550006&To=client%3Aeve&Label=ann");
    assert_eq!(again, (400, 20001));
}

#[test]
fn one_that_nobody_comes_into_is_over() {
    let mut stage = stage();
    let agent = stage.invite("empty", "client:ann", "");
    let room = stage.conference("empty");
    assert_eq!(stage.asks("GET", &format!("Conferences/{room}.json"), "")["status"], "init");
    stage.act(&agent, Act::Decline);
    assert_eq!(stage.asks("GET", &format!("Conferences/{room}.json"), "")["status"], "completed");
}
