//! Messages of one contact by their words.

use super::SearchError;
use super::fold::fold;
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::load_timeline;
use patchbay_model::{ContactSid, Content, Message, Seq};

/// Characters of a question.
pub const QUESTION_CHARS_MAX: usize = 200;
/// Messages that are looked through at once: about 60 read units of short ones.
pub const SEARCHED_MAX: usize = 500;
/// Letters of a question: fewer are in everything.
const LETTERS_MIN: usize = 2;

/// What was found in a piece of a timeline.
#[derive(Debug)]
pub struct FoundMessages {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// The oldest position that was looked at, where older ones are left.
    pub more_before: Option<Seq>,
}

/// The messages up to a position in which every word of a question occurs, of the newest `SEARCHED_MAX` there. Words are
/// compared without case and accents, and as parts of words, so that scripts without blanks need no other rule.
pub async fn search_messages(
    center: &Center,
    timeline: &[ContactSid],
    text: &str,
    to: Seq,
) -> Result<FoundMessages, SearchError> {
    if text.chars().count() > QUESTION_CHARS_MAX {
        return Err(SearchError::TooLong);
    }
    let asked = fold(text);
    let asked: Vec<&str> = asked.split_whitespace().collect();
    if asked.iter().map(|word| word.chars().count()).sum::<usize>() < LETTERS_MIN {
        return Err(SearchError::TooShort);
    }
    let (table, range) = (center.table.as_ref(), (Seq(0), to));
    let (mut messages, more) =
        load_timeline(table, timeline, range, SEARCHED_MAX, Consistency::Eventual).await?;
    let oldest = messages.first().map(|message| message.seq);
    messages.retain(|message| {
        let said = said(message);
        asked.iter().all(|word| said.contains(word))
    });
    Ok(FoundMessages { messages, more_before: oldest.filter(|_| more) })
}

/// What a reader sees of a message, folded; nothing of one that was taken back.
fn said(message: &Message) -> String {
    if message.deleted {
        return String::new();
    }
    let content = message.edited.as_deref().unwrap_or(&message.content);
    let mut text = match content {
        Content::Email(mail) => {
            [mail.subject.as_str(), mail.full_text.as_deref().unwrap_or(&mail.text)].join("\n")
        }
        Content::Reaction { .. } => String::new(),
        content => content.plain_text().to_owned(),
    };
    if let Content::Choices { options, .. } = content {
        options.iter().for_each(|option| text.extend(["\n", option.text.as_str()]));
    }
    for file in content.attachments().iter().filter_map(|attachment| attachment.file_name.as_deref()) {
        text.extend(["\n", file]);
    }
    fold(&text)
}
