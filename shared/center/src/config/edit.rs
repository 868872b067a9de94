//! One thing of the configuration changed and the rest left as it is, as the REST APIs do.

use super::cache::stored_documents;
use super::{ApplyError, Applying, Config, ConfigDocuments, apply_over};
use crate::center::Center;

/// Who changes something, and why.
#[derive(Clone, Copy, Debug)]
pub struct Editing<'a> {
    /// Kept with the version.
    pub by: &'a str,
    /// Kept with the flows that change.
    pub message: &'a str,
}

/// Changes the documents in force and applies them over the version that was read; where another came in between, once
/// more over that one. A change that changes nothing makes no version. Returns the configuration as it is then.
///
/// Safe to repeat where `change` is: it sees what is in force.
pub async fn edit<E: From<ApplyError>>(
    center: &Center,
    editing: Editing<'_>,
    change: impl Fn(&mut ConfigDocuments) -> Result<(), E>,
) -> Result<Config, E> {
    let mut is_first = true;
    loop {
        let (version, before) = stored_documents(center).await.map_err(ApplyError::from)?;
        let mut after = before.clone();
        change(&mut after)?;
        let version = if after == before {
            version
        } else {
            let applying = Applying { by: editing.by, over: Some(version), message: editing.message };
            match apply_over(center, &after, applying).await {
                Err(ApplyError::Conflict) if std::mem::take(&mut is_first) => continue,
                applied => applied?.version,
            }
        };
        return Ok(after.compile(version).map_err(ApplyError::Refused)?);
    }
}
