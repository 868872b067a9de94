//! Every key of the table, in one place (docs/STORAGE.md).

use crate::ports::{Key, Query};
use crate::search::Word;
use patchbay_model::{
    ContactSid, ConversationSid, IdentityKey, MergeSid, MessageKey, MessageSid, ProblemSid, Seq,
    TaskQueueSid, TaskSid, Timestamp, WorkerSid,
};

/// `I#<identity>` / `I`: whose address it is.
pub fn identity(identity: &IdentityKey) -> Key {
    Key::new(format!("I#{}", identity.as_str()), "I")
}

fn contact_partition(contact: &ContactSid) -> String {
    format!("C#{contact}")
}

/// `C#<contact>` / `C`: the contact.
pub fn contact(contact: &ContactSid) -> Key {
    Key::new(contact_partition(contact), "C")
}

/// `C#<contact>` / `O`: the contact's newest conversation, open or closed.
pub fn conversation(contact: &ContactSid) -> Key {
    Key::new(contact_partition(contact), "O")
}

/// `C#<contact>` / `V#<number>`: a conversation that a newer one has replaced.
pub fn past_conversation(conversation: &ConversationSid) -> Key {
    Key::new(contact_partition(&conversation.contact()), format!("V#{:08x}", conversation.number()))
}

/// The past conversations of a contact, newest first.
pub fn past_conversations(contact: &ContactSid) -> Query {
    Query::prefix(contact_partition(contact), "V#").backwards()
}

/// `C#<contact>` / `X`: the flow execution that is active.
pub fn execution(contact: &ContactSid) -> Key {
    Key::new(contact_partition(contact), "X")
}

/// `L#<call>` / `L`: a call, by the provider's id of it.
pub fn leg(call_sid: &str) -> Key {
    Key::new(format!("L#{call_sid}"), "L")
}

/// `L#<id>` / `P`: that something was begun at a provider that does not recognise a repetition, by an id of ours.
pub fn begun(id: &str) -> Key {
    Key::new(format!("L#{id}"), "P")
}

/// `C#<contact>` / `R#<time>#<sid>`: that somebody was found to be this contact, or was not after all.
pub fn merge(contact: &ContactSid, time_ms: i64, sid: &MergeSid) -> Key {
    Key::new(contact_partition(contact), format!("R#{time_ms:014}#{sid}"))
}

/// Those records of a contact, oldest first.
pub fn merges(contact: &ContactSid) -> Query {
    Query::prefix(contact_partition(contact), "R#")
}

/// Everything that is stored of a contact under its own name.
pub fn contact_items(contact: &ContactSid) -> Query {
    Query::prefix(contact_partition(contact), "")
}

/// `G#erasures` / `<contact>`: that a contact was erased. No word of whom.
pub fn erasure(contact: &ContactSid) -> Key {
    Key::new("G#erasures", contact.as_str())
}

fn message_sort(seq: Seq, tail: &str) -> String {
    format!("M#{:014x}#{tail}", seq.0)
}

/// `C#<contact>` / `M#<position>#<sid>`: a message. Under the contact, so that a redelivery finds it whatever
/// became of the conversation, and the whole history is one range.
pub fn message(key: &MessageKey) -> Key {
    Key::new(contact_partition(&key.contact), message_sort(key.seq, key.sid.as_str()))
}

/// Messages with positions `from..=to`.
pub fn messages(contact: &ContactSid, from: Seq, to: Seq) -> Query {
    Query {
        from: message_sort(from, ""),
        to: message_sort(to, "~"),
        ..Query::prefix(contact_partition(contact), "M#")
    }
}

/// `C#<contact>` / `K#<message sid>`: the position that was given to a message whose sender names no time.
pub fn position(contact: &ContactSid, sid: &MessageSid) -> Key {
    Key::new(contact_partition(contact), format!("K#{sid}"))
}

/// `C#<contact>` / `S#<message sid>`: that the customer was shown that this message has been read.
pub fn read_mark(contact: &ContactSid, sid: &MessageSid) -> Key {
    Key::new(contact_partition(contact), format!("S#{sid}"))
}

/// `C#<contact>` / `Z#<message sid>`: a message that is to be said later.
pub fn scheduled(contact: &ContactSid, sid: &MessageSid) -> Key {
    Key::new(contact_partition(contact), format!("Z#{sid}"))
}

/// Those of a contact.
pub fn scheduled_messages(contact: &ContactSid) -> Query {
    Query::prefix(contact_partition(contact), "Z#")
}

/// `G#scheduled` / `<time>#<contact>#<message sid>`: when a message is to be said.
pub fn due(at: Timestamp, contact: &ContactSid, sid: &MessageSid) -> Key {
    Key::new("G#scheduled", format!("{:014}#{contact}#{sid}", at.0.max(0)))
}

/// Those that were to be said before a moment, the oldest first.
pub fn due_before(at: Timestamp) -> Query {
    Query { to: format!("{:014}", at.0.max(0)), ..Query::prefix("G#scheduled", "") }
}

fn word_partition(word: &Word) -> String {
    format!("F#{}{}", word.of().letter(), word.lead())
}

/// `F#<kind><beginning>` / `<word>#<contact>`: a word by which a search finds a contact.
pub fn word(word: &Word, contact: &ContactSid) -> Key {
    Key::new(word_partition(word), format!("{}#{contact}", word.text()))
}

/// The contacts with a word that begins like this one, which has to have a whole beginning itself.
pub fn words(beginning: &Word) -> Query {
    Query::prefix(word_partition(beginning), beginning.text())
}

fn worker_partition(worker: &WorkerSid) -> String {
    format!("A#{worker}")
}

/// `A#<worker>` / `A`: the worker's state.
pub fn worker(worker: &WorkerSid) -> Key {
    Key::new(worker_partition(worker), "A")
}

/// `A#<worker>` / `D`: the worker's name and attributes.
pub fn worker_profile(worker: &WorkerSid) -> Key {
    Key::new(worker_partition(worker), "D")
}

/// The waiting list of a demand on a task channel.
pub fn demand_list(demand: &str, task_channel: &str) -> String {
    format!("{demand}#{task_channel}")
}

/// The list of tasks that wait for one worker and nobody else.
pub fn direct_list(worker: &WorkerSid, task_channel: &str) -> String {
    format!("{worker}#{task_channel}")
}

/// `T#<task>` / `T`: a task.
pub fn task(task: &TaskSid) -> Key {
    Key::new(format!("T#{task}"), "T")
}

/// `P#<class>#<task channel>` / `<order>#<worker>`: a worker who can take one more task.
pub fn token(class: &str, task_channel: &str, order: &str, worker: &WorkerSid) -> Key {
    Key::new(format!("P#{class}#{task_channel}"), format!("{order}#{worker}"))
}

/// The tokens of a pool, longest idle first.
pub fn pool(class: &str, task_channel: &str) -> Query {
    Query::prefix(format!("P#{class}#{task_channel}"), "")
}

/// `W#<list>` / `<order>#<task>`: a task that waits.
pub fn waiting(list: &str, order: &str, task: &TaskSid) -> Key {
    Key::new(format!("W#{list}"), format!("{order}#{task}"))
}

/// The tasks of a waiting list, first to be served first.
pub fn waiting_list(list: &str) -> Query {
    Query::prefix(format!("W#{list}"), "")
}

/// `Q#<class>` / `<r or u>#<activity>#<worker>`: the roster, ready workers before the others.
pub fn roster(class: &str, ready: bool, activity: &str, worker: &WorkerSid) -> Key {
    Key::new(format!("Q#{class}"), format!("{}#{activity}#{worker}", if ready { 'r' } else { 'u' }))
}

/// The workers of a class that are ready (or not), of one activity or any.
pub fn roster_range(class: &str, ready: bool, activity: Option<&str>) -> Query {
    let prefix = format!("{}#{}", if ready { 'r' } else { 'u' }, activity.unwrap_or_default());
    Query::prefix(format!("Q#{class}"), &prefix)
}

/// `G#directory` / `C#<class>`: a class of workers.
pub fn class(class: &str) -> Key {
    Key::new("G#directory", format!("C#{class}"))
}

/// `G#directory` / `D#<demand>`: a demand that tasks have made.
pub fn demand(demand: &str) -> Key {
    Key::new("G#directory", format!("D#{demand}"))
}

/// The whole directory.
pub fn directory() -> Query {
    Query::prefix("G#directory", "")
}

/// `G#config` / `V`: which version of the configuration is in force.
pub fn config_version() -> Key {
    Key::new("G#config", "V")
}

/// `G#config` / `D#<version>#<document>`: a document of one version of the configuration.
pub fn config_document(version: u64, name: &str) -> Key {
    Key::new("G#config", format!("D#{version:010}#{name}"))
}

/// Every document of one version of the configuration.
pub fn config_documents(version: u64) -> Query {
    Query::prefix("G#config", &format!("D#{version:010}#"))
}

/// The documents of every version before this one.
pub fn config_documents_before(version: u64) -> Query {
    Query { to: format!("D#{version:010}"), ..Query::prefix("G#config", "D#") }
}

/// `G#workers` / `<worker>`: the list of all workers.
pub fn worker_entry(worker: &WorkerSid) -> Key {
    Key::new("G#workers", worker.as_str())
}

/// `N#<name in lower case>` / `N`: the worker with this friendly name.
pub fn worker_name(name: &str) -> Key {
    Key::new(format!("N#{}", name.to_lowercase()), "N")
}

/// All workers.
pub fn worker_entries() -> Query {
    Query::prefix("G#workers", "")
}

/// The day of a moment: whole days since the epoch, UTC.
pub fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(86_400_000)
}

fn finished_partition(queue: Option<&TaskQueueSid>, day: i64) -> String {
    format!("H#{day}#{}", queue.map_or("-", TaskQueueSid::as_str))
}

/// `H#<day>#<queue>` / `<time>#<task>`: what became of a task.
pub fn finished_task(queue: Option<&TaskQueueSid>, at: Timestamp, task: &TaskSid) -> Key {
    Key::new(finished_partition(queue, day(at)), format!("{:014}#{task}", at.0))
}

/// Those of a day and queue that ended from `from` on and before `to`, oldest first.
pub fn finished_tasks(queue: Option<&TaskQueueSid>, day: i64, from: Timestamp, to: Timestamp) -> Query {
    Query {
        from: format!("{:014}", from.0.max(0)),
        // Nothing lies between the sort keys of a moment and this.
        to: format!("{:014}", to.0.max(0)),
        ..Query::prefix(finished_partition(queue, day), "")
    }
}

/// `S#<account>#<visitor>` / `S`: the sockets of a web-chat visitor.
pub fn session(account: &str, visitor: &str) -> Key {
    Key::new(format!("S#{account}#{visitor}"), "S")
}

/// `Y#<connection>` / `Y`: whose socket it is.
pub fn connection(connection: &str) -> Key {
    Key::new(format!("Y#{connection}"), "Y")
}

/// `G#problems` / `<time>#<sid>`: something an operator should see.
pub fn problem(time_ms: i64, sid: &ProblemSid) -> Key {
    Key::new("G#problems", format!("{time_ms:014}#{sid}"))
}

/// The problems, newest first.
pub fn problems() -> Query {
    Query::prefix("G#problems", "").backwards()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_of_versions_before_are_no_others() {
        let before = config_documents_before(7);
        let within = |version| {
            let sort = config_document(version, "workspace").sort;
            before.from <= sort && sort <= before.to
        };
        assert!(within(1) && within(6));
        assert!(!within(7) && !within(10) && !(before.from..=before.to).contains(&config_version().sort));
    }

    #[test]
    fn a_message_lies_in_the_range_of_its_position() {
        let contact = ContactSid::random([7; 16]);
        let sid = MessageSid::derive(&["m"]);
        let key = message(&MessageKey { contact: contact.clone(), seq: Seq(500), sid });
        let within = |from, to| {
            let query = messages(&contact, Seq(from), Seq(to));
            query.partition == key.partition && query.from <= key.sort && key.sort <= query.to
        };
        assert!(within(500, 500) && within(0, 500) && within(500, 1 << 52));
        assert!(!within(501, 1 << 52) && !within(0, 499));
    }
}
