//! Where a visitor's conversation stands, as far as a visitor may know.

use super::WebChatError;
use super::socket::push;
use crate::center::Center;
use crate::keys;
use crate::ports::Consistency;
use crate::store::{StoreError, find_contact, load_conversation, load_profile, load_task};
use bytes::Bytes;
use patchbay_channels::webchat::Claims;
use patchbay_model::{Address, ChannelKind, Conversation, ConversationState, TaskSid};
use serde::Serialize;
use serde_json::json;

/// Places that are counted: who waits further behind is not told a place. A hundred entries are about 20 KB, five
/// half read units.
pub const POSITION_MAX: usize = 100;
/// Agents whose names are told.
const AGENTS_MAX: usize = 5;

/// A conversation for its visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// None when the visitor has never written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ConversationState>,
    /// The names of the agents on it.
    pub agents: Vec<String>,
    /// The visitor's place, from 1, among those who wait for the same agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
}

/// Where the conversation of a session's visitor stands. Reads only: three half units, and what counting takes.
pub async fn standing(center: &Center, claims: &Claims) -> Result<Standing, WebChatError> {
    let table = center.table.as_ref();
    let address = Address::new(ChannelKind::Webchat, claims.aud.as_str(), claims.sub.as_str());
    let contact = find_contact(table, &address.identity(), Consistency::Eventual).await?;
    let conversation = match contact {
        Some(contact) => load_conversation(table, &contact, Consistency::Eventual).await?,
        None => None,
    };
    let Some(conversation) = conversation else {
        return Ok(Standing { state: None, agents: Vec::new(), position: None });
    };
    let mut standing = seen(center, &conversation).await?;
    if let (ConversationState::Waiting, Some(task)) = (conversation.state, &conversation.task_sid) {
        standing.position = position(center, task).await?;
    }
    Ok(standing)
}

async fn seen(center: &Center, conversation: &Conversation) -> Result<Standing, StoreError> {
    let mut agents = Vec::new();
    for worker in conversation.workers.iter().take(AGENTS_MAX) {
        let profile = load_profile(center.table.as_ref(), worker).await?;
        agents.extend(profile.map(|profile| profile.friendly_name));
    }
    Ok(Standing { state: Some(conversation.state), agents, position: None })
}

/// The place of a task in its waiting list. None while it is offered to somebody, or far behind.
async fn position(center: &Center, task: &TaskSid) -> Result<Option<usize>, StoreError> {
    let table = center.table.as_ref();
    let task = load_task(table, task, Consistency::Eventual).await?;
    let Some((task, entry)) = task.and_then(|task| Some((task.sid, task.waiting?))) else { return Ok(None) };
    let own = keys::waiting(&entry.list, &entry.order, &task).sort;
    let mut query = keys::waiting_list(&entry.list).limit(POSITION_MAX);
    query.to = own.clone();
    let (page, _) = table.query(&query).await.map_err(StoreError::from)?;
    Ok(page.items.iter().position(|item| item.key.sort == own).map(|before| before + 1))
}

/// Tells a visitor what became of their conversation; nobody where it is not on a web chat. A hint: who misses it asks,
/// so it fails nothing.
pub(crate) async fn tell_visitor(center: &Center, conversation: &Conversation) {
    let Address { channel: ChannelKind::Webchat, account, id } = &conversation.address else { return };
    let told = async {
        let standing = seen(center, conversation).await?;
        let frame = json!({ "event_type": "conversation", "payload": standing }).to_string();
        push(center, account, id, Bytes::from(frame)).await
    };
    if let Err(error) = told.await {
        tracing::warn!(conversation = %conversation.sid, %error, "a visitor was not told of their conversation");
    }
}
