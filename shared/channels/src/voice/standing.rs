//! What a call hears that follows from nothing but the request: music and announcements while it waits, and the apology
//! when nothing else can be said. No table is asked, so these are there when it is not.

use super::Voice;
use super::place::can_be_called;
use super::twiml::{Gather, Hangup, Heard, Method, Pause, Play, Record, Redirect, Response, Say, Ssml, Verb};
use crate::settings::Reader;
use crate::webhook::WebhookReply;
use std::collections::BTreeMap;

/// Seconds of a message that is left when all else fails.
const MESSAGE_S_MAX: u32 = 300;
/// Seconds of silence that end it.
const SILENCE_S: u32 = 5;
/// Seconds between two announcements where there is no music.
const QUIET_S: u32 = 20;
/// Twilio's own music (Twilio, "`<Enqueue>`": its default).
const HOLD_MUSIC: &str = "http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMSTER-Borghestral.mp3";
const APOLOGY: &str = "We are sorry, we cannot take your call at the moment. Please leave a message after the tone, and we will call you back.";
const COMING: &str = "An agent is just being called for you. Please stay on the line.";
const KEPT: &str = "You keep your place, and we will call you back. Goodbye.";
/// Seconds after the music in which the key may still be pressed.
const KEY_S: u32 = 1;
const THANKS: &str = "Thank you. We have your message.";

/// What an account says.
pub(super) struct Words {
    hold_music: Option<String>,
    apology: String,
    language: Option<String>,
    pub(super) record: bool,
    pub(super) delete_recordings: bool,
    pub(super) left: Left,
    callback_key: Option<char>,
    pub(super) transcription: bool,
}

/// What becomes of a message that a caller has left where no flow has somebody deal with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The workflow of its task; none: it is in the timeline, and that is all.
    pub workflow: Option<String>,
    /// The task channel.
    pub channel: String,
}

/// The task channel of a message that was left, if the account does not say.
const LEFT_CHANNEL: &str = "chat";

impl Words {
    pub(super) fn read(settings: &mut Reader<'_>) -> Words {
        // "none" is silence: what is empty would be a mistake.
        let music = settings.optional("hold_music").unwrap_or(HOLD_MUSIC);
        Words {
            hold_music: Some(music.to_owned()).filter(|music| music != "none"),
            apology: settings.optional("apology").unwrap_or(APOLOGY).to_owned(),
            language: settings.optional("language").map(str::to_owned),
            record: word(settings, "record", ("on", "off")),
            delete_recordings: word(settings, "delete_recordings", ("true", "false")),
            callback_key: callback_key(settings),
            left: Left {
                workflow: settings.optional("voicemail_workflow").map(str::to_owned),
                channel: settings.optional("voicemail_channel").unwrap_or(LEFT_CHANNEL).to_owned(),
            },
            transcription: word(settings, "transcription", ("true", "false")),
        }
    }

    /// The sound that is heard by who waits; none is silence.
    pub(super) fn hold_music(&self) -> Option<&str> {
        self.hold_music.as_deref()
    }

    pub(super) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    pub(super) fn say(&self, text: String) -> Verb {
        self.said(text).into()
    }

    fn said(&self, text: String) -> Say {
        let (language, content) = (self.language.clone(), vec![Ssml::Text(text)]);
        Say { language, content, ..Say::default() }
    }
}

/// The key by which a waiting caller asks to be called back; none where the account has none.
fn callback_key(settings: &mut Reader<'_>) -> Option<char> {
    let text = settings.optional("callback_key")?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(key @ ('0'..='9' | '*' | '#')), None) => Some(key),
        _ => {
            settings.complain("callback_key", "is not one of the keys of a phone");
            None
        }
    }
}

/// A setting that is one of two words; without it the second.
fn word(settings: &mut Reader<'_>, key: &'static str, (yes, no): (&str, &str)) -> bool {
    match settings.optional(key) {
        Some(word) if word == yes => true,
        Some(word) if word != no => {
            settings.complain(key, "is none of the words that it may be");
            false
        }
        _ => false,
    }
}

impl Voice {
    /// What becomes of messages that callers leave.
    pub fn left(&self) -> &Left {
        &self.words.left
    }

    /// What a waiting caller hears until it begins again: their place, the usual wait, that they may be called back instead,
    /// music. `params` are those of a `waitUrl`; a caller who hides their number cannot be called.
    pub(super) fn waiting(&self, params: &BTreeMap<String, String>, customer: &str) -> WebhookReply {
        let number = |name: &str| params.get(name).and_then(|value| value.parse::<u32>().ok());
        let mut heard: Vec<Heard> = Vec::new();
        if let Some(position) = number("QueuePosition").filter(|position| *position > 0) {
            heard.push(self.words.said(announcement(position, number("AvgQueueTime"))).into());
        }
        let key = self.words.callback_key.filter(|_| can_be_called(customer));
        heard.extend(key.map(|key| self.words.said(offer(key)).into()));
        heard.push(match &self.words.hold_music {
            Some(url) => Play { content: url.clone(), ..Play::default() }.into(),
            None => Pause { length: Some(QUIET_S), content: () }.into(),
        });
        let content = match key {
            // The music is heard to its end, and then the document begins again.
            Some(_) => vec![
                Gather {
                    input: Some("dtmf".to_owned()),
                    action: Some(self.url(&[("on", "callback")])),
                    method: Some(Method::Post),
                    num_digits: Some(1),
                    finish_on_key: Some(String::new()),
                    timeout: Some(KEY_S),
                    content: heard,
                    ..Gather::default()
                }
                .into(),
            ],
            None => heard.into_iter().map(alone).collect(),
        };
        self.written(&Response { content })
    }

    /// Whether this is the key by which a caller asks to be called back.
    pub fn asks_for_callback(&self, digits: &str) -> bool {
        self.words.callback_key.is_some_and(|key| digits.chars().eq([key]))
    }

    /// The answer to a waiting caller who pressed a key, and goes on waiting.
    pub fn wait_on(&self, agent_is_called: bool) -> WebhookReply {
        let redirect = Redirect { method: Some(Method::Post), content: self.url(&[("on", "wait")]) };
        let told = agent_is_called.then(|| self.words.say(COMING.to_owned()));
        self.written(&Response { content: told.into_iter().chain([redirect.into()]).collect() })
    }

    /// The answer to one who is to be called back.
    pub fn keeps_their_place(&self) -> WebhookReply {
        let content = vec![self.words.say(KEPT.to_owned()), Hangup::default().into()];
        self.written(&Response { content })
    }

    /// What a call hears for which nothing can be done: an apology, and that a message may be left.
    pub fn apology(&self, customer: &str, ours: &str) -> WebhookReply {
        let told = [("on", "recording"), ("customer", customer), ("ours", ours)];
        let record = Record {
            action: Some(self.url(&[("on", "thanks")])),
            method: Some(Method::Post),
            max_length: Some(MESSAGE_S_MAX),
            timeout: Some(SILENCE_S),
            play_beep: Some(true),
            recording_status_callback: Some(self.url(&told)),
            ..Record::default()
        };
        let content =
            vec![self.words.say(self.words.apology.clone()), record.into(), Hangup::default().into()];
        self.written(&Response { content })
    }

    /// The end of a message that was left after an apology.
    pub(super) fn thanks(&self) -> WebhookReply {
        let content = vec![self.words.say(THANKS.to_owned()), Hangup::default().into()];
        self.written(&Response { content })
    }
}

/// That a caller need not wait on the line.
fn offer(key: char) -> String {
    let key = match key {
        '*' => "star".to_owned(),
        '#' => "the hash key".to_owned(),
        digit => digit.to_string(),
    };
    format!("To keep your place and be called back, press {key}.")
}

/// What is heard, where no key is asked for.
fn alone(heard: Heard) -> Verb {
    match heard {
        Heard::Say(say) => say.into(),
        Heard::Play(play) => play.into(),
        Heard::Pause(pause) => pause.into(),
    }
}

/// The place of a caller among those who wait, and how long they may have to.
fn announcement(position: u32, average_s: Option<u32>) -> String {
    let place = match position {
        1 => "You are the next caller.".to_owned(),
        position => format!("You are number {position} of those who wait."),
    };
    match average_s.map(|s| s.div_ceil(60)) {
        None | Some(0) => place,
        Some(1) => format!("{place} The usual wait is about a minute."),
        Some(minutes) => format!("{place} The usual wait is about {minutes} minutes."),
    }
}

#[cfg(test)]
mod tests {
    use super::announcement;

    #[test]
    fn the_wait_is_rounded_up_to_minutes() {
        let check = |position, average_s, expect: &str| assert_eq!(announcement(position, average_s), expect);
        check(1, None, "You are the next caller.");
        check(1, Some(0), "You are the next caller.");
        check(2, Some(60), "You are number 2 of those who wait. The usual wait is about a minute.");
        check(2, Some(61), "You are number 2 of those who wait. The usual wait is about 2 minutes.");
    }
}
