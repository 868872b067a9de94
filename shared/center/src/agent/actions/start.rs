//! `call.start {to | contact_sid, account?}`: the agent calls a customer.

use super::about_task;
use crate::agent::answer::Answer;
use crate::agent::call::{phone_of, ring};
use crate::agent::request::{NAME_CHARS_MAX, Refusal, Request, required};
use crate::agent::snapshot::{contact_of, recent_messages};
use crate::agent::{Session, tell};
use crate::attributes::of_customer;
use crate::center::Center;
use crate::command::NewTask;
use crate::contacts::{find_or_create, has_opted_out};
use crate::frames::{self, Fault, contact_payload, conversation_payload, message_payload};
use crate::inbound::{Addresses, following};
use crate::ports::{Consistency, Write};
use crate::router::{self, OpError};
use crate::store::{
    Execution, Leg, Outward, archive, load_current_contact, load_current_conversation, load_execution,
    load_task, put_next,
};
use crate::{webchat, window};
use patchbay_channels::voice::{Voice, can_be_called};
use patchbay_model::address::is_e164;
use patchbay_model::call::outward;
use patchbay_model::event::Profile;
use patchbay_model::{
    Address, ChannelKind, Contact, ContactSid, Conversation, ConversationState, ExecutionSid, MessageSid,
    Seq, Task, TaskSid,
};
use serde_json::{Map, json};

/// How often a call is begun again on what somebody else has just written.
const TRIES_MAX: usize = 6;
/// Seconds after which a task that is nobody's would be canceled (TaskRouter's default: a day).
const TIMEOUT_S: u32 = 86_400;
const TASK_CHANNEL: &str = "voice";
/// The account that calls, if the agent does not say.
const ACCOUNT: &str = "default";

/// Makes a task of the call for the agent, who has it from the start, puts them onto the customer's conversation, and has
/// their phone called: once they answer, the customer is. Answers as `reservation.accept` does.
///
/// Safe to repeat: task and call have ids that come from the worker and the client's id, they are written at once with the
/// conversation, and a phone rings once for a reservation.
pub(super) async fn start(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let id = required("id", request.id.as_deref())?;
    let task_sid = TaskSid::derive(&["call", session.worker_sid.as_str(), id]);
    let made = load_task(center.table.as_ref(), &task_sid, Consistency::Strong).await?;
    let task = match made {
        Some(made) => made,
        None => begin(center, session, request, &task_sid).await?,
    };
    let Some(reservation) = task.reservations.first() else { return about_task(center, &task).await };
    let rings = ring(center, session, &reservation.sid, &task).await?;
    let mut answer = match rings {
        Some(answer) => answer,
        None => about_task(center, &task).await?,
    };
    let sid = task.attributes["contact"]["sid"].as_str().and_then(|sid| ContactSid::parse(sid).ok());
    let Some(sid) = sid else { return Ok(answer) };
    let (_, found) = load_current_conversation(center.table.as_ref(), &sid, Consistency::Strong).await?;
    let Some(conversation) = found else { return Ok(answer) };
    let contact = contact_of(center, &conversation).await?;
    let (messages, more) = recent_messages(center, &contact, None).await?;
    let shown = messages.iter().map(|message| message_payload(message, center.links())).collect();
    answer.lists = std::mem::take(&mut answer.lists).with("messages", shown);
    Ok(answer
        .with("conversation", conversation_payload(&conversation))
        .with("contact", contact_payload(&contact, center.links()))
        .with("addresses", window::addresses(center, &contact).await?)
        .with("more", more))
}

async fn begin(
    center: &Center,
    session: &Session,
    request: &Request,
    task_sid: &TaskSid,
) -> Result<Task, Refusal> {
    let (account, voice) = account(center, request.fields.text("account", NAME_CHARS_MAX)?)?;
    // Without a phone of their own nobody calls.
    phone_of(center, voice, &session.worker_sid).await?;
    let customer = customer(center, account, request).await?;
    let leg = outward(&["call", session.worker_sid.as_str(), request.id.as_deref().unwrap_or_default()]);
    for _ in 0..TRIES_MAX {
        let contact = find_or_create(center, &customer, &Profile::default(), center.now()).await?;
        let Some(contact) =
            load_current_contact(center.table.as_ref(), &contact, Consistency::Strong).await?
        else {
            continue;
        };
        if has_opted_out(&contact, ChannelKind::Voice) {
            return Err(Refusal::new(Fault::Refused, "the customer does not want to be called"));
        }
        let place = place(center, session, &contact, &customer, voice.number()).await?;
        let new = new_task(center, (&contact, &customer), (task_sid, &leg), &place).await?;
        let (before, conversation, writes) = place.writes(center, &new, session, &leg, account);
        let Some(task) = router::begin_own(center, &session.worker_sid, new, writes).await? else { continue };
        if let Some(before) = before {
            tell_joined(center, &before, &conversation).await;
        }
        return Ok(task);
    }
    Err(OpError::Busy.into())
}

/// The account that calls, and its number.
fn account<'c>(center: &'c Center, named: Option<&str>) -> Result<(&'c str, &'c Voice), Refusal> {
    let voices = center.channels.iter().filter(|((kind, _), _)| *kind == ChannelKind::Voice);
    let mut voices =
        voices.filter_map(|((_, name), account)| Some((name.as_str(), account.channel.voice()?)));
    let found = match named {
        Some(named) => voices.find(|(name, _)| *name == named),
        None => {
            let all: Vec<_> = voices.collect();
            all.iter().find(|(name, _)| *name == ACCOUNT).or(all.first()).copied()
        }
    };
    found.ok_or_else(|| Refusal::new(Fault::NotFound, "there is no such account of the channel voice"))
}

/// Who is called: a number, or the contact who has one.
async fn customer(center: &Center, account: &str, request: &Request) -> Result<Address, Refusal> {
    let fields = &request.fields;
    let to = fields.text("to", NAME_CHARS_MAX)?.map(str::trim).map(str::to_owned);
    let number = match (to, fields.given("contact_sid")) {
        (Some(_), Some(_)) => return Err(Refusal::field("to", "or contact_sid, not both")),
        (Some(to), None) => to,
        (None, _) => {
            let sid: ContactSid = fields.sid("contact_sid")?;
            let found = load_current_contact(center.table.as_ref(), &sid, Consistency::Eventual).await?;
            let contact = found.ok_or(OpError::NotFound("contact"))?;
            let has_number = |known: &&Address| is_e164(&known.id);
            let known = contact.identities.iter().find(has_number);
            let known = known.ok_or_else(|| Refusal::new(Fault::Refused, "the contact has no number"))?;
            known.id.clone()
        }
    };
    if !is_e164(&number) || !can_be_called(&number) {
        return Err(Refusal::field("to", "not a number as +15005550001"));
    }
    Ok(Address::new(ChannelKind::Voice, account, number))
}

/// Which conversation the call belongs to.
enum Place {
    /// The agent has it already: it stays with the task that it has.
    Own(Conversation),
    /// It is the agent's from now on; behind it the one that is stored, if any.
    Taken { stored: Option<Conversation>, conversation: Box<Conversation> },
}

/// The customer's open conversation, unless somebody else is at it; else a new one.
async fn place(
    center: &Center,
    session: &Session,
    contact: &Contact,
    customer: &Address,
    ours: &str,
) -> Result<Place, Refusal> {
    let refused = |why: &str| Err(Refusal::new(Fault::Refused, why));
    let table = center.table.as_ref();
    let (_, found) = load_current_conversation(table, &contact.sid, Consistency::Strong).await?;
    let now = center.now();
    let addresses = Addresses { customer: customer.clone(), ours: ours.to_owned() };
    let conversation = match &found {
        Some(open) if open.state == ConversationState::WithAgent => {
            return match open.workers.contains(&session.worker_sid) {
                true => Ok(Place::Own(open.clone())),
                false => refused("another agent has the customer's conversation"),
            };
        }
        Some(open) if open.state == ConversationState::Waiting => {
            return refused("the customer waits for an agent: accept their task, or have it moved to you");
        }
        Some(open) if open.state == ConversationState::Flow => {
            let execution = load_execution(table, &contact.sid, Consistency::Strong).await?;
            let on_the_line = |execution: Execution| execution.state.call_sid().is_some();
            if execution.is_some_and(on_the_line) {
                return refused("the customer is on the phone, at a menu");
            }
            Conversation { address: addresses.customer, our_address: addresses.ours, ..open.clone() }
        }
        closed => {
            let number = closed.as_ref().map_or(0, |closed| closed.sid.number()) + 1;
            let sid = contact.sid.conversation(number);
            let first = Seq::of(now, &MessageSid::derive(&["call", sid.as_str()]));
            following(closed.as_ref(), sid, &addresses, first, now)
        }
    };
    Ok(Place::Taken { stored: found, conversation: Box::new(conversation) })
}

impl Place {
    fn conversation(&self) -> &Conversation {
        match self {
            Place::Own(conversation) => conversation,
            Place::Taken { conversation, .. } => conversation,
        }
    }

    /// What is written with the task: the call, and whose conversation it is. Before it the conversation as it was, where
    /// it changes.
    fn writes(
        self,
        center: &Center,
        task: &NewTask,
        session: &Session,
        leg: &str,
        account: &str,
    ) -> (Option<Option<Conversation>>, Conversation, Vec<Write>) {
        let now = center.now();
        // No flow leads it.
        let leads = (self.conversation().sid.clone(), ExecutionSid::derive(&["call", leg]));
        let outward = Outward { started: true, ..Outward::default() };
        let mut leg = Leg::new(leg.to_owned(), account, now, leads).of_ours(outward);
        let mut writes = vec![put_next(&mut leg)];
        match self {
            Place::Own(conversation) => (None, conversation, writes),
            Place::Taken { stored, conversation } => {
                let mut conversation = *conversation;
                writes.extend(stored.iter().filter(|stored| stored.sid != conversation.sid).map(archive));
                conversation.state = ConversationState::WithAgent;
                conversation.workers = vec![session.worker_sid.clone()];
                conversation.execution = None;
                conversation.begin_task(task.task_sid.clone());
                conversation.updated_at = now;
                writes.push(put_next(&mut conversation));
                (Some(stored), conversation, writes)
            }
        }
    }
}

async fn new_task(
    center: &Center,
    (contact, customer): (&Contact, &Address),
    (task_sid, leg): (&TaskSid, &str),
    place: &Place,
) -> Result<NewTask, Refusal> {
    let config = center.config().await?;
    let refused = |why: &str| Refusal::new(Fault::Refused, why);
    let workflow = config.workflow(None).or_else(|| config.workflows.values().next());
    let workflow = workflow.ok_or_else(|| refused("there is no workflow"))?;
    let channel = config.task_channel(TASK_CHANNEL);
    let channel = channel.ok_or_else(|| refused("there is no task channel voice"))?;
    let given = Map::from_iter([
        ("direction".to_owned(), json!("outbound")),
        ("outbound_to".to_owned(), json!(customer.id)),
        ("call_sid".to_owned(), json!(leg)),
    ]);
    let conversation = place.conversation();
    let (attributes, _) = of_customer(given, contact, &conversation.sid, customer);
    Ok(NewTask {
        task_sid: task_sid.clone(),
        workflow_sid: workflow.sid.clone(),
        task_channel: channel.unique_name.clone(),
        attributes,
        priority: 0,
        timeout_s: TIMEOUT_S,
        // A conversation has one task: that of the agent's own goes on.
        conversation_sid: match place {
            Place::Own(_) => None,
            Place::Taken { conversation, .. } => Some(conversation.sid.clone()),
        },
        routing_target: None,
        invitation: None,
        created_at: center.now(),
    })
}

/// Shows the conversation to its agent's other sockets, and to a visitor who wrote in it.
async fn tell_joined(center: &Center, before: &Option<Conversation>, conversation: &Conversation) {
    tell::workers(center, &conversation.workers, &frames::conversation(conversation), None).await;
    if before.as_ref().is_some_and(|before| before.sid == conversation.sid) {
        webchat::tell_visitor(center, conversation).await;
    }
}
