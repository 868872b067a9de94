//! # Fork Stream (`fork-stream`)
//!
//! Sends the call's sound to somebody else's program besides, or ends that; the call goes on.
//!
//! - **Properties** (Liquid but for the choices): `stream_action` (`start` or `stop`), `stream_name`,
//!   `stream_transport_type` (`websocket` or `siprec`), `stream_url` (`wss://…`), `stream_connector`, `stream_track`
//!   (`inbound_track`, `outbound_track`, `both_tracks`), `stream_parameters` (`[{key, value}]`).
//! - **Events**: `next`. A caller who hangs up ends the execution.
//! - **Outputs**: none.

use patchbay_model::call::{CallInstruction, StreamTrack, StreamTransport};

use super::{Widget, WidgetType};
use crate::call::{News, hung_up, news, wait};
use crate::input::FlowInput;
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType = WidgetType { name: "fork-stream", events: &["next"], parse };

#[derive(Debug)]
struct ForkStream {
    starts: bool,
    is_siprec: bool,
    name: Option<Template>,
    url: Option<Template>,
    connector: Option<Template>,
    track: StreamTrack,
    parameters: Vec<Pair>,
}

/// Which of `choices` a property names; the first when it is missing.
fn choice<T: Copy>(properties: &mut Properties<'_>, key: &str, choices: &[(&str, T)], default: T) -> T {
    let Some(name) = properties.text(key) else {
        return default;
    };
    match choices.iter().find(|(known, _)| *known == name) {
        Some((_, chosen)) => *chosen,
        None => {
            let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
            properties.refuse(format!("{key} must be one of {}, not {name:?}", known.join(", ")), key);
            default
        }
    }
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    const TRACKS: [(&str, StreamTrack); 3] = [
        ("inbound_track", StreamTrack::Inbound),
        ("outbound_track", StreamTrack::Outbound),
        ("both_tracks", StreamTrack::Both),
    ];
    Box::new(ForkStream {
        starts: choice(properties, "stream_action", &[("start", true), ("stop", false)], true),
        is_siprec: choice(
            properties,
            "stream_transport_type",
            &[("websocket", false), ("siprec", true)],
            false,
        ),
        name: properties.template("stream_name"),
        url: properties.template("stream_url"),
        connector: properties.template("stream_connector"),
        track: choice(properties, "stream_track", &TRACKS, StreamTrack::Inbound),
        parameters: properties.pairs("stream_parameters"),
    })
}

impl Widget for ForkStream {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let name = run.optional(self.name.as_ref(), "stream_name")?;
        let parameters = run.pairs(&self.parameters, "stream_parameters")?;
        let track = self.track;
        let stream = if self.is_siprec {
            let connector = run.optional(self.connector.as_ref(), "stream_connector")?;
            StreamTransport::Siprec { name, connector, track, parameters }
        } else {
            let url = run.optional(self.url.as_ref(), "stream_url")?;
            StreamTransport::Websocket { name, url, track, parameters }
        };
        let instruction = if self.starts {
            CallInstruction::StartStream(stream)
        } else {
            CallInstruction::StopStream(stream)
        };
        Ok(run.instruct(vec![instruction])?.map_or(Next::Leave("next"), wait))
    }

    fn resume(&self, _run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        match news(waiting, input) {
            Some(News::Request(_)) => Ok(Some(Next::Leave("next"))),
            Some(News::HungUp(_)) => hung_up(),
            Some(News::Timeout) | None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, play_on_call, request};

    fn check(properties: Value, instruction: Value) {
        let outcome = play_on_call("fork-stream", properties, &[]);
        assert_eq!(
            (outcome.at.as_str(), &outcome.effects[0]["instructions"]),
            ("under_test", &json!([instruction]))
        );
    }

    #[test]
    fn streams_start_and_stop() {
        check(
            json!({"stream_action": "start", "stream_transport_type": "websocket", "stream_name": "s",
                "stream_url": "wss://a", "stream_track": "both_tracks",
                "stream_parameters": [{"key": "k", "value": "{{trigger.call.From}}"}]}),
            json!({"do": "start_stream", "transport": "websocket", "name": "s", "url": "wss://a", "track": "both",
                "parameters": [["k", "+15550001"]]}),
        );
        check(
            json!({"stream_transport_type": "siprec", "stream_connector": "C"}),
            json!({"do": "start_stream", "transport": "siprec", "connector": "C", "track": "inbound"}),
        );
        check(
            json!({"stream_action": "stop", "stream_name": "s"}),
            json!({"do": "stop_stream", "transport": "websocket", "name": "s", "track": "inbound"}),
        );
    }

    #[test]
    fn it_goes_on() {
        let at = |properties, inputs: &[_]| play_on_call("fork-stream", properties, inputs).at;
        let stop = || json!({"stream_action": "stop"});
        assert_eq!(at(stop(), &[request("2.under_test.0", json!({}))]), "next");
        assert_eq!(at(stop(), &[hang_up()]), "under_test");
        // A stream to nowhere: noted, and the call goes on.
        assert_eq!(at(json!({"stream_action": "start"}), &[]), "next");
    }
}
