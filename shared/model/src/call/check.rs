//! Whether instructions are within the bounds of `super`.

use super::*;

/// Why instructions are not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstructionError {
    #[error("{what}: {value}, at most {max}")]
    TooMuch { what: &'static str, value: usize, max: usize },
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("a conference or a queue is connected to alone")]
    NotAlone,
}

use InstructionError::{Missing, NotAlone, TooMuch};

/// Whether a call can follow these.
pub fn check(instructions: &[CallInstruction]) -> Result<(), InstructionError> {
    at_most("instructions", instructions.len(), INSTRUCTIONS_MAX)?;
    instructions.iter().try_for_each(one)
}

fn one(instruction: &CallInstruction) -> Result<(), InstructionError> {
    match instruction {
        CallInstruction::Prompt(prompt) => heard(prompt),
        CallInstruction::Gather(gather) => {
            at_most("instructions", gather.prompts.len(), INSTRUCTIONS_MAX)?;
            gather.prompts.iter().try_for_each(heard)?;
            at_most("digits", gather.digits_max.unwrap_or(1) as usize, DIGITS_MAX as usize)?;
            seconds("seconds for an answer", Some(gather.timeout_s), ANSWER_S_MAX)?;
            seconds("seconds for an answer", gather.speech_timeout_s, ANSWER_S_MAX)
        }
        CallInstruction::Connect(connect) => connected(connect),
        CallInstruction::Enqueue(enqueue) => {
            named("the queue's name", &enqueue.queue)?;
            at_most("characters of the queue's name", chars(&enqueue.queue), QUEUE_NAME_CHARS_MAX)?;
            url(enqueue.wait_url.as_deref())
        }
        CallInstruction::AwaitAgent { task, wait_url, .. } => {
            named("the task", task)?;
            url(wait_url.as_deref())
        }
        CallInstruction::RecordVoicemail(voicemail) => {
            seconds("seconds of a message", Some(voicemail.length_s_max), VOICEMAIL_S_MAX)?;
            seconds("seconds for an answer", Some(voicemail.timeout_s), ANSWER_S_MAX)
        }
        CallInstruction::Redirect { url: target, .. } => {
            named("the URL", target)?;
            url(Some(target))
        }
        CallInstruction::Pay(pay) => parameters(&pay.parameters),
        CallInstruction::StartStream(stream) => match stream {
            StreamTransport::Websocket { url: None, .. } => Err(Missing("the stream's URL")),
            StreamTransport::Siprec { connector: None, .. } => Err(Missing("the stream's connector")),
            StreamTransport::Websocket { url: target, parameters: told, .. } => {
                url(target.as_deref())?;
                parameters(told)
            }
            StreamTransport::Siprec { parameters: told, .. } => parameters(told),
        },
        CallInstruction::ConnectVirtualAgent(agent) => {
            named("the virtual agent's connector", &agent.connector)?;
            parameters(&agent.configuration)?;
            parameters(&agent.parameters)
        }
        CallInstruction::StopStream(_)
        | CallInstruction::HangUp
        | CallInstruction::Leave
        | CallInstruction::Reject { .. } => Ok(()),
    }
}

fn heard(prompt: &Prompt) -> Result<(), InstructionError> {
    match prompt {
        Prompt::Say { text, times, .. } => {
            at_most("characters to say", chars(text), SAY_CHARS_MAX)?;
            at_most("repetitions", *times as usize, REPEAT_MAX as usize)
        }
        Prompt::Play { url: sound, times } => {
            named("the sound's URL", sound)?;
            url(Some(sound))?;
            at_most("repetitions", *times as usize, REPEAT_MAX as usize)
        }
        Prompt::Digits { digits } => at_most("digits", chars(digits), DIGITS_MAX as usize),
        Prompt::Pause { length_s } => seconds("seconds of silence", Some(*length_s), PAUSE_S_MAX),
    }
}

fn connected(connect: &Connect) -> Result<(), InstructionError> {
    let targets = &connect.targets;
    if targets.is_empty() {
        return Err(Missing("whom to connect to"));
    }
    at_most("targets", targets.len(), TARGETS_MAX)?;
    if targets.len() > 1 && targets.iter().any(|target| !target.rings()) {
        return Err(NotAlone);
    }
    for target in targets {
        use ConnectTarget::*;
        let (Number { number: name }
        | Client { identity: name }
        | Sip { uri: name, .. }
        | Conference { name }
        | Sim { sid: name }
        | Queue { name }) = target;
        named("whom to connect to", name)?;
        if let Queue { name } = target {
            at_most("characters of the queue's name", chars(name), QUEUE_NAME_CHARS_MAX)?;
        }
    }
    seconds("seconds of ringing", connect.timeout_s, RING_S_MAX)?;
    seconds("seconds of a connected call", connect.time_limit_s, CONNECTED_S_MAX)
}

fn parameters(parameters: &[(String, String)]) -> Result<(), InstructionError> {
    at_most("parameters", parameters.len(), CALL_PARAMETERS_MAX)
}

fn url(url: Option<&str>) -> Result<(), InstructionError> {
    at_most("characters of a URL", url.map_or(0, chars), CALL_URL_CHARS_MAX)
}

fn seconds(what: &'static str, value_s: Option<u32>, max_s: u32) -> Result<(), InstructionError> {
    at_most(what, value_s.unwrap_or(0) as usize, max_s as usize)
}

fn named(what: &'static str, text: &str) -> Result<(), InstructionError> {
    if text.trim().is_empty() { Err(Missing(what)) } else { Ok(()) }
}

fn at_most(what: &'static str, value: usize, max: usize) -> Result<(), InstructionError> {
    if value > max { Err(TooMuch { what, value, max }) } else { Ok(()) }
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds for `max` and is refused for one more.
    fn bounded(max: usize, make: impl Fn(usize) -> CallInstruction) {
        assert_eq!(check(&[make(max)]), Ok(()), "{max}");
        let refusal = check(&[make(max + 1)]);
        assert!(
            matches!(refusal, Err(TooMuch { value, max: told, .. }) if value == max + 1 && told == max),
            "{refusal:?}"
        );
    }

    fn connect(targets: Vec<ConnectTarget>) -> CallInstruction {
        CallInstruction::Connect(Connect {
            targets,
            caller_id: None,
            timeout_s: None,
            time_limit_s: None,
            record: false,
        })
    }

    fn number() -> ConnectTarget {
        ConnectTarget::Number { number: "+15005550001".into() }
    }

    #[test]
    fn each_bound_holds_at_it_and_not_past_it() {
        let say = |text: String, times| {
            CallInstruction::Prompt(Prompt::Say { text, voice: None, language: None, times })
        };
        bounded(SAY_CHARS_MAX, |n| say("é".repeat(n), 1));
        bounded(REPEAT_MAX as usize, |n| say("a".into(), n as u32));
        bounded(PAUSE_S_MAX as usize, |n| CallInstruction::Prompt(Prompt::Pause { length_s: n as u32 }));
        bounded(DIGITS_MAX as usize, |n| CallInstruction::Prompt(Prompt::Digits { digits: "1".repeat(n) }));
        bounded(CALL_URL_CHARS_MAX, |n| {
            CallInstruction::Prompt(Prompt::Play { url: "u".repeat(n), times: 1 })
        });
        bounded(QUEUE_NAME_CHARS_MAX, |n| {
            let (queue, wait_method) = ("q".repeat(n), CallMethod::Post);
            CallInstruction::Enqueue(Enqueue { queue, wait_url: None, wait_method })
        });
        bounded(TARGETS_MAX, |n| connect(vec![number(); n]));
        let all = |n: usize| check(&vec![CallInstruction::HangUp; n]);
        assert!(all(INSTRUCTIONS_MAX).is_ok() && all(INSTRUCTIONS_MAX + 1).is_err());
        let told = |n: usize| StreamTransport::Websocket {
            name: None,
            url: Some("wss://a".into()),
            track: StreamTrack::Both,
            parameters: vec![("a".into(), "b".into()); n],
        };
        bounded(CALL_PARAMETERS_MAX, |n| CallInstruction::StartStream(told(n)));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        let check = |instruction: CallInstruction, expect: InstructionError| {
            assert_eq!(check(&[instruction]), Err(expect));
        };
        check(connect(vec![]), Missing("whom to connect to"));
        check(connect(vec![ConnectTarget::Client { identity: " ".into() }]), Missing("whom to connect to"));
        let room = ConnectTarget::Conference { name: "room".into() };
        check(connect(vec![number(), room]), NotAlone);
        let nowhere = CallInstruction::Redirect { url: String::new(), method: CallMethod::Post };
        check(nowhere, Missing("the URL"));
    }
}
