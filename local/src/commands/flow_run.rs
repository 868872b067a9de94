//! `patchbay flow run`: a flow in the terminal, without a center.
//!
//! HTTP requests are really made, but for the simulator's chatbot, which answers from here; a task is completed as
//! soon as it is created; timers never ring.

use crate::simulator::bot;
use anyhow::{Context, bail};
use patchbay_center::ports::{Http, HttpRequest, World};
use patchbay_edge::{EgressHttp, SIMULATOR_HOST, SystemWorld};
use patchbay_flow::{
    CreateTask, Effect, Flow, FlowInput, FlowState, HttpMethod, NoFlows, StartContext, Status, TaskEvent,
    Trigger, Waiting, step,
};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::path::PathBuf;

/// Milliseconds that an HTTP request may take (Studio: 10 s).
const HTTP_MS_MAX: u32 = 10_000;
/// The customer who is played.
const CUSTOMER: &str = "+15005550001";
/// The address that they write to.
const CENTER: &str = "+15005550006";

#[derive(Debug, clap::Args)]
pub struct FlowRun {
    /// The definition: a JSON file as Studio exports it
    file: PathBuf,
    /// What the customer writes, in order; without any, it is read from standard input
    #[arg(long = "say", value_name = "TEXT")]
    says: Vec<String>,
    /// An attribute that the contact has: name=value
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    attributes: Vec<String>,
}

/// Plays the flow until it ends or the customer says no more.
pub async fn run(options: FlowRun) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&options.file)
        .with_context(|| format!("{} cannot be read", options.file.display()))?;
    let name = options.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("flow");
    let flow = Flow::parse(name, &text).map_err(|refused| {
        let issues =
            refused.errors.iter().map(|issue| format!("\n  {}: {}", issue.property_path, issue.message));
        anyhow::anyhow!("the flow is refused:{}", issues.collect::<String>())
    })?;
    let mut attributes = Map::new();
    for pair in &options.attributes {
        let (name, value) = pair.split_once('=').context("an attribute is name=value")?;
        attributes.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    let mut player = Player { flow, state: FlowState::default(), said: 0, http: EgressHttp::new()? };
    let mut says: VecDeque<String> = options.says.clone().into();
    let first = next_words(&options, &mut says)?.context("the customer says nothing")?;
    let context = StartContext {
        execution_sid: "FN00000000000000000000000000000000".into(),
        flow_sid: name.to_owned(),
        flow_address: CENTER.into(),
        contact_address: CUSTOMER.into(),
        contact_attributes: attributes,
    };
    let trigger = Trigger::IncomingMessage { params: player.message(&first) };
    player.give(FlowInput::Start { trigger, context }).await?;
    while matches!(player.state.status(), Status::Waiting(Waiting::Reply { .. })) {
        let Some(words) = next_words(&options, &mut says)? else { break };
        let params = player.message(&words);
        player.give(FlowInput::Message { params }).await?;
    }
    tell(&format!("· {}", position(&player.state)));
    Ok(())
}

/// What the customer writes next; `None` when there is no more.
#[allow(clippy::print_stdout, reason = "the terminal is the customer's telephone")]
fn next_words(options: &FlowRun, says: &mut VecDeque<String>) -> anyhow::Result<Option<String>> {
    if !options.says.is_empty() {
        let words = says.pop_front();
        words.iter().for_each(|words| tell(&format!("> {words}")));
        return Ok(words);
    }
    print!("> ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end().to_owned()))
}

#[allow(clippy::print_stdout, reason = "the terminal is the customer's telephone")]
fn tell(line: &str) {
    println!("{line}");
}

fn position(state: &FlowState) -> String {
    let widget = state.widget().unwrap_or("the beginning");
    match state.status() {
        Status::Ended { reason } => format!("ended at {widget}: {reason:?}"),
        Status::Waiting(_) | Status::NotStarted => format!("waits at {widget}"),
    }
}

struct Player {
    flow: Flow,
    state: FlowState,
    said: u32,
    http: EgressHttp,
}

impl Player {
    fn message(&mut self, text: &str) -> Map<String, Value> {
        self.said += 1;
        let params = json!({
            "From": CUSTOMER, "To": CENTER, "Body": text, "NumMedia": "0", "MessageSid": format!("SM{:032x}", self.said),
        });
        params.as_object().cloned().unwrap_or_default()
    }

    /// Steps until the flow waits for the customer, or is over.
    async fn give(&mut self, input: FlowInput) -> anyhow::Result<()> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let state = std::mem::take(&mut self.state);
            let stepped = step(&self.flow, &NoFlows, state, &input, SystemWorld.now());
            self.state = stepped.state;
            for problem in &stepped.problems {
                tell(&format!("! {problem}"));
            }
            for effect in stepped.effects {
                inputs.extend(self.perform(effect).await?);
            }
        }
        Ok(())
    }

    async fn perform(&self, effect: Effect) -> anyhow::Result<Vec<FlowInput>> {
        Ok(match effect {
            Effect::SendMessage(message) => {
                let media = message.media_url.map(|url| format!(" [{url}]")).unwrap_or_default();
                tell(&format!("< {}{media}", message.body));
                Vec::new()
            }
            Effect::HttpRequest(request) => {
                tell(&format!("· {:?} {}", request.method, request.url));
                vec![self.request(request).await]
            }
            Effect::CreateTask(CreateTask { id, workflow, attributes, .. }) => {
                tell(&format!(
                    "· task for {}: {attributes}",
                    workflow.as_deref().unwrap_or("the only workflow")
                ));
                let created = TaskEvent::Created { fields: Map::new() };
                let completed = TaskEvent::Completed { fields: Map::new() };
                [created, completed].map(|event| FlowInput::TaskEvent { effect_id: id.clone(), event }).into()
            }
            Effect::SetContactAttribute { key, value, .. } => {
                tell(&format!("· contact.{key} = {value}"));
                Vec::new()
            }
            Effect::RunFunction(function) => {
                bail!("the flow runs a function ({:?}); there is none here", function.url)
            }
            Effect::PlaceCall(call) => bail!("the flow calls {}; there is no phone here", call.call.to),
            Effect::InstructCall(_) | Effect::RecordCall(_) => {
                bail!("the flow speaks to a call; there is none here")
            }
            Effect::SetTimer { .. } | Effect::Ended { .. } => Vec::new(),
        })
    }

    async fn request(&self, request: patchbay_flow::HttpRequest) -> FlowInput {
        let effect_id = request.id;
        let body = request.body.unwrap_or_default();
        if request.url == format!("http://{SIMULATOR_HOST}/bot") {
            let question = serde_json::from_str(&body).unwrap_or_default();
            let body = serde_json::to_string(&bot::reply(&question)).unwrap_or_default();
            return FlowInput::HttpResponse {
                effect_id,
                status: 200,
                content_type: "application/json".into(),
                body,
            };
        }
        let method = match request.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        };
        let call = HttpRequest {
            method: method.into(),
            url: request.url,
            headers: request
                .content_type
                .map(|value| ("content-type".to_owned(), value))
                .into_iter()
                .collect(),
            body: body.into_bytes(),
            timeout_ms: HTTP_MS_MAX,
            response_bytes_max: patchbay_flow::limits::RESPONSE_BYTES_MAX,
            redirects_max: 3,
            trusted: false,
        };
        match self.http.call(call).await {
            Ok(response) => FlowInput::HttpResponse {
                effect_id,
                status: response.status,
                content_type: response.header("content-type").unwrap_or_default().to_owned(),
                body: String::from_utf8_lossy(&response.body).into_owned(),
            },
            Err(error) => FlowInput::HttpFailed { effect_id, reason: error.to_string() },
        }
    }
}
