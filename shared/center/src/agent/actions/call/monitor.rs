//! `call.monitor {task_sid, mode}`: a supervisor hears a call (`listen`), is heard by its agent alone (`whisper`) or by
//! everybody (`barge`), or leaves it (`off`).

use super::remove::put_out;
use super::{Answer, OnCall, Refusal, Request, Session, once, refused};
use crate::agent::call::phone_of;
use crate::agent::request::NAME_CHARS_MAX;
use crate::calls;
use crate::center::Center;
use crate::command::CallControl;
use crate::frames::Fault;
use crate::store::{MonitorMode, PARTIES_MAX, Party, PartyRole};
use crate::token::Role;
use patchbay_model::event::PartyLeg;

/// Their phone is called first if they are not in it.
///
/// Safe to repeat: each is a state, and a supervisor is in a call once.
pub(super) async fn monitor(
    center: &Center,
    session: &Session,
    request: &Request,
) -> Result<Answer, Refusal> {
    if session.role < Role::Supervisor {
        return Err(Refusal::new(Fault::NotYours, "only supervisors may"));
    }
    let mode = match request.fields.required_text("mode", NAME_CHARS_MAX)? {
        "listen" => Some(MonitorMode::Listen),
        "whisper" => Some(MonitorMode::Whisper),
        "barge" => Some(MonitorMode::Barge),
        "off" => None,
        _ => return Err(Refusal::field("mode", "none of listen, whisper, barge, off")),
    };
    let call = OnCall::of(center, &request.fields).await?;
    let me = &session.worker_sid;
    let mine = |party: &&Party| party.is_supervisor() && party.role.worker() == Some(me);
    let in_it = call.leg.parties.iter().find(mine);
    let what = match (in_it, mode) {
        (Some(party), None) => {
            put_out(center, &call.leg, &party.label).await?;
            return Ok(call.answer());
        }
        (None, None) => return Ok(call.answer()),
        (Some(party), Some(mode)) => {
            if matches!(party.role, PartyRole::Supervisor { mode: now, .. } if now == mode) {
                return Ok(call.answer());
            }
            CallControl::Mode { participant: party.label.clone(), mode }
        }
        (None, Some(mode)) => {
            let bridge = call.leg.bridge.as_ref().filter(|bridge| bridge.since.is_some() && !bridge.left);
            let bridge = bridge.ok_or_else(|| refused("no agent talks with the customer"))?;
            if bridge.worker_sid == *me {
                return Err(refused("you are the agent of the call"));
            }
            if call.leg.parties.iter().any(|party| party.role.worker() == Some(me)) {
                return Err(refused("you are in the call already"));
            }
            if call.leg.parties.len() >= PARTIES_MAX {
                return Err(refused("there are as many in the call as can be"));
            }
            let leg = PartyLeg {
                muted: mode == MonitorMode::Listen,
                coach: bridge.call_sid.clone().filter(|_| mode == MonitorMode::Whisper),
                ..call.party(center, session, request)?
            };
            let contact_uri = phone_of(center, call.voice(center)?, me).await?;
            CallControl::Monitor { leg, worker_sid: me.clone(), contact_uri, mode }
        }
    };
    let version = call.leg.version.to_string();
    calls::control(center, &call.leg.call_sid, what, &once(session, request, &version)).await?;
    Ok(call.answer())
}
