//! `/v2/Flows/{FW}/Revisions`: what was in force before, as long as configurations are kept. One is put in force again by
//! an update of the flow with its definition.

use super::flows::{document, in_force};
use crate::twilio::{Answer, Call, TwilioError, fetched, page_of};
use patchbay_center::config::{FlowRevision, flow_revisions, flow_sid};
use serde_json::{Value, json};

fn revision(call: &Call, flow: &FlowRevision) -> Value {
    let mut revision = document(call, flow);
    let of_flow = call.below_flows(&format!("/{}", flow_sid(&flow.name)));
    revision["url"] = json!(format!("{of_flow}/Revisions/{}", flow.number));
    revision
}

/// The newest first, as numbers fall.
pub(super) async fn list(call: Call) -> Answer {
    call.query.only(&["PageSize", "Page", "PageToken"])?;
    let flow = in_force(&call, call.text("sid")).await?;
    let all = flow_revisions(&call.center, &flow.name).await?;
    // The key falls as the number rises.
    let key = |flow: &FlowRevision| format!("{:020}", u64::MAX - flow.number);
    let all = all.iter().map(|flow| (key(flow), revision(&call, flow))).collect();
    fetched(page_of(&call, "revisions", all)?)
}

pub(super) async fn fetch(call: Call) -> Answer {
    let flow = in_force(&call, call.text("sid")).await?;
    let wanted = call.text("revision");
    if matches!(wanted, "LatestPublished" | "LatestDraft") {
        return fetched(revision(&call, &flow));
    }
    let all = flow_revisions(&call.center, &flow.name).await?;
    let found = all.iter().find(|flow| flow.number.to_string() == wanted);
    fetched(revision(&call, found.ok_or_else(|| TwilioError::not_found("revision"))?))
}
