//! Call instructions as TwiML: one document for one request.

use super::twiml::*;
use patchbay_model::call::{
    self, CallInstruction, CallMethod, ConnectTarget, InstructionError, PaymentMethod, Prompt as Said,
    RejectReason, StreamTrack, StreamTransport,
};

/// Callers who wait for agents on one account (Twilio, "`<Enqueue>`": 100 unless it is told).
const WAITING_MAX: u32 = 5_000;

/// Where a call comes back to, and by what names it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The URL of whatever follows the document.
    pub next: String,
    /// Where the calls to others are told of.
    pub status: Option<String>,
    /// Where recordings are told of.
    pub recording: Option<String>,
    /// Where the text of recordings is told.
    pub transcript: Option<String>,
    /// What a caller who waits for an agent hears, unless the instruction says.
    pub wait: String,
    /// The queue in which callers wait for agents.
    pub queue: String,
}

/// Why instructions have no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error(transparent)]
    Instruction(#[from] InstructionError),
    #[error(transparent)]
    Twiml(#[from] TwimlError),
}

/// The document of `instructions`. Where the last of them does not end the document, the call comes back by
/// `links.next`.
pub fn render(instructions: &[CallInstruction], links: &Links) -> Result<String, RenderError> {
    call::check(instructions)?;
    let mut content: Vec<Verb> = instructions.iter().map(|one| verb(one, links)).collect();
    if !instructions.last().is_some_and(CallInstruction::ends) {
        content.push(Redirect { method: Some(Method::Post), content: links.next.clone() }.into());
    }
    Ok(Response { content }.to_xml()?)
}

fn verb(instruction: &CallInstruction, links: &Links) -> Verb {
    let action = || Some(links.next.clone());
    let method = Some(Method::Post);
    match instruction {
        CallInstruction::Prompt(prompt) => match heard(prompt) {
            Heard::Pause(pause) => pause.into(),
            Heard::Play(play) => play.into(),
            Heard::Say(say) => say.into(),
        },
        CallInstruction::Gather(gather) => gathered(gather, links).into(),
        CallInstruction::Connect(connect) => dialled(connect, links).into(),
        CallInstruction::Enqueue(enqueue) => {
            waiting(&enqueue.queue, enqueue.wait_url.as_deref(), enqueue.wait_method, links).into()
        }
        CallInstruction::AwaitAgent { wait_url, wait_method, .. } => {
            let (url, method) = match wait_url {
                Some(url) => (url.as_str(), *wait_method),
                None => (links.wait.as_str(), CallMethod::Post),
            };
            Enqueue { max_queue_size: Some(WAITING_MAX), ..waiting(&links.queue, Some(url), method, links) }
                .into()
        }
        CallInstruction::RecordVoicemail(voicemail) => Record {
            action: action(),
            method,
            timeout: Some(voicemail.timeout_s),
            max_length: Some(voicemail.length_s_max),
            finish_on_key: voicemail.finish_on_key.clone(),
            play_beep: Some(voicemail.play_beep),
            trim: Some(if voicemail.trim_silence { "trim-silence" } else { "do-not-trim" }.to_owned()),
            transcribe: voicemail.transcribe.then_some(true),
            transcribe_callback: voicemail
                .transcription_callback
                .clone()
                .or_else(|| links.transcript.clone().filter(|_| voicemail.transcribe)),
            recording_status_callback: voicemail
                .recording_status_callback
                .clone()
                .or_else(|| links.recording.clone()),
            ..Record::default()
        }
        .into(),
        CallInstruction::Redirect { url, method } => {
            Redirect { method: Some(*method), content: url.clone() }.into()
        }
        CallInstruction::Pay(pay) => paid(pay, links).into(),
        CallInstruction::StartStream(stream) => {
            let noun = match streamed(stream) {
                Streamed::Stream(stream) => StartNoun::Stream(stream),
                Streamed::Siprec(siprec) => StartNoun::Siprec(siprec),
            };
            Start { content: vec![noun], ..Start::default() }.into()
        }
        CallInstruction::StopStream(stream) => {
            let noun = match streamed(stream) {
                Streamed::Stream(Stream { name, .. }) => {
                    StopNoun::Stream(Stream { name, ..Stream::default() })
                }
                Streamed::Siprec(Siprec { name, .. }) => {
                    StopNoun::Siprec(Siprec { name, ..Siprec::default() })
                }
            };
            Stop { content: vec![noun] }.into()
        }
        CallInstruction::ConnectVirtualAgent(agent) => {
            let settings = agent.configuration.iter().map(|(name, value)| {
                let (name, value) = (Some(name.clone()), Some(value.clone()));
                TranscriptionPart::Config(Config { name, value, content: () })
            });
            let told = parameters(&agent.parameters).into_iter().map(TranscriptionPart::Parameter);
            let noun = VirtualAgent {
                connector_name: Some(agent.connector.clone()),
                language: agent.language.clone(),
                sentiment_analysis: agent.sentiment_analysis.then_some(true),
                status_callback: agent.status_callback.clone(),
                status_callback_method: agent.status_callback.as_ref().map(|_| agent.status_callback_method),
                content: settings.chain(told).collect(),
            };
            Connect { action: action(), method, content: vec![noun.into()] }.into()
        }
        CallInstruction::HangUp => Hangup::default().into(),
        CallInstruction::Leave => Leave::default().into(),
        CallInstruction::Reject { reason } => {
            let reason = match reason {
                RejectReason::Rejected => "rejected",
                RejectReason::Busy => "busy",
            };
            Reject { reason: Some(reason.to_owned()), ..Reject::default() }.into()
        }
    }
}

fn heard(prompt: &Said) -> Heard {
    // Once is what the provider does when it is not told.
    let times = |times: u32| Some(times).filter(|times| *times != 1);
    match prompt {
        Said::Say { text, voice, language, times: count } => Say {
            voice: voice.clone(),
            language: language.clone(),
            times: times(*count),
            content: vec![Ssml::Text(text.clone())],
        }
        .into(),
        Said::Play { url, times: count } => {
            Play { times: times(*count), content: url.clone(), ..Play::default() }.into()
        }
        Said::Digits { digits } => Play { digits: Some(digits.clone()), ..Play::default() }.into(),
        Said::Pause { length_s } => Pause { length: Some(*length_s), content: () }.into(),
    }
}

fn gathered(gather: &call::Gather, links: &Links) -> Gather {
    Gather {
        input: Some("dtmf speech".to_owned()),
        action: Some(links.next.clone()),
        method: Some(Method::Post),
        timeout: Some(gather.timeout_s),
        finish_on_key: Some(gather.finish_on_key.map(String::from).unwrap_or_default()),
        num_digits: gather.digits_max,
        speech_timeout: Some(gather.speech_timeout_s.map_or("auto".to_owned(), |s| s.to_string())),
        language: gather.language.clone(),
        speech_model: gather.speech_model.clone(),
        hints: gather.hints.clone(),
        profanity_filter: Some(gather.profanity_filter),
        content: gather.prompts.iter().map(heard).collect(),
        ..Gather::default()
    }
}

fn dialled(connect: &call::Connect, links: &Links) -> Dial {
    let recording = links.recording.clone().filter(|_| connect.record);
    Dial {
        action: Some(links.next.clone()),
        method: Some(Method::Post),
        caller_id: connect.caller_id.clone(),
        timeout: connect.timeout_s,
        time_limit: connect.time_limit_s,
        record: connect.record.then(|| "record-from-answer".to_owned()),
        recording_status_callback: recording,
        content: connect.targets.iter().map(|target| noun(target, links)).collect(),
        ..Dial::default()
    }
}

/// The news of a call to somebody that is worth a request.
const STATUS_EVENTS: &str = "initiated ringing answered completed";

fn noun(target: &ConnectTarget, links: &Links) -> DialNoun {
    let status_callback = links.status.clone();
    let status_callback_event = status_callback.as_ref().map(|_| STATUS_EVENTS.to_owned());
    match target {
        ConnectTarget::Number { number } => {
            Number { status_callback, status_callback_event, content: number.clone(), ..Number::default() }
                .into()
        }
        ConnectTarget::Client { identity } => Client {
            status_callback,
            status_callback_event,
            content: vec![ClientPart::Text(identity.clone())],
            ..Client::default()
        }
        .into(),
        ConnectTarget::Sip { uri, username, password } => Sip {
            username: username.clone(),
            password: password.clone(),
            status_callback,
            status_callback_event,
            content: vec![SipPart::Text(uri.clone())],
            ..Sip::default()
        }
        .into(),
        ConnectTarget::Conference { name } => {
            Conference { content: name.clone(), ..Conference::default() }.into()
        }
        ConnectTarget::Sim { sid } => Sim { content: sid.clone() }.into(),
        ConnectTarget::Queue { name } => Queue { content: name.clone(), ..Queue::default() }.into(),
    }
}

fn waiting(queue: &str, url: Option<&str>, method: CallMethod, links: &Links) -> Enqueue {
    Enqueue {
        action: Some(links.next.clone()),
        method: Some(Method::Post),
        wait_url: url.map(str::to_owned),
        wait_url_method: url.map(|_| method),
        content: vec![EnqueuePart::Text(queue.to_owned())],
        ..Enqueue::default()
    }
}

fn paid(pay: &call::Pay, links: &Links) -> Pay {
    let method = match pay.method {
        PaymentMethod::CreditCard => "credit-card",
        PaymentMethod::AchDebit => "ach-debit",
    };
    Pay {
        action: Some(links.next.clone()),
        payment_connector: pay.connector.clone(),
        payment_method: Some(method.to_owned()),
        token_type: pay.token_type.clone(),
        charge_amount: pay.amount.clone(),
        currency: pay.currency.clone(),
        description: pay.description.clone(),
        language: pay.language.clone(),
        timeout: pay.timeout_s,
        max_attempts: pay.attempts_max,
        security_code: Some(pay.security_code),
        postal_code: pay.postal_code.clone(),
        min_postal_code_length: pay.postal_code_length_min,
        valid_card_types: Some(pay.valid_card_types.join(" ")).filter(|types| !types.is_empty()),
        content: parameters(&pay.parameters).into_iter().map(PayPart::Parameter).collect(),
        ..Pay::default()
    }
}

enum Streamed {
    Stream(Stream),
    Siprec(Siprec),
}

fn streamed(stream: &StreamTransport) -> Streamed {
    let track = |track: &StreamTrack| {
        Some(match track {
            StreamTrack::Inbound => "inbound_track".to_owned(),
            StreamTrack::Outbound => "outbound_track".to_owned(),
            StreamTrack::Both => "both_tracks".to_owned(),
        })
    };
    match stream {
        StreamTransport::Websocket { name, url, track: side, parameters: told } => Streamed::Stream(Stream {
            name: name.clone(),
            url: url.clone(),
            track: track(side),
            content: parameters(told),
            ..Stream::default()
        }),
        StreamTransport::Siprec { name, connector, track: side, parameters: told } => {
            Streamed::Siprec(Siprec {
                name: name.clone(),
                connector_name: connector.clone(),
                track: track(side),
                content: parameters(told),
                ..Siprec::default()
            })
        }
    }
}

fn parameters(pairs: &[(String, String)]) -> Vec<Parameter> {
    let parameter = |(name, value): &(String, String)| Parameter {
        name: Some(name.clone()),
        value: Some(value.clone()),
        content: (),
    };
    pairs.iter().map(parameter).collect()
}

#[cfg(test)]
mod tests;
