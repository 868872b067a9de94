//! The ids of what documents name: their own, or those that come from their names.

use patchbay_model::workspace::{
    ActivityDocument, TaskChannelDocument, TaskQueueDocument, WorkerDocument, WorkflowDocument,
};
use patchbay_model::{ActivitySid, TaskChannelSid, TaskQueueSid, WorkerSid, WorkflowSid};
use serde_json::Value;

/// A document of something with an id.
pub trait Named {
    type Sid;

    /// Its id: the same at every apply.
    fn id(&self) -> Self::Sid;
    fn friendly_name(&self) -> &str;
}

macro_rules! named {
    ($($document:ty, $sid:ty, $kind:literal, $from:ident;)*) => {$(
        impl Named for $document {
            type Sid = $sid;

            fn id(&self) -> $sid {
                self.sid.clone().unwrap_or_else(|| <$sid>::derive(&[$kind, &self.$from]))
            }

            fn friendly_name(&self) -> &str {
                &self.$from
            }
        }
    )*};
}

named! {
    ActivityDocument, ActivitySid, "activity", friendly_name;
    TaskQueueDocument, TaskQueueSid, "task_queue", friendly_name;
    WorkflowDocument, WorkflowSid, "workflow", friendly_name;
    WorkerDocument, WorkerSid, "worker", friendly_name;
    TaskChannelDocument, TaskChannelSid, "task_channel", unique_name;
}

/// Puts `to` in the place of `from` wherever a member of one of these names refers by it, at any depth.
pub fn replace_references(document: &mut Value, members: &[&str], from: &str, to: &str) {
    match document {
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                match value {
                    Value::String(text) if text == from && members.contains(&name.as_str()) => {
                        *value = Value::String(to.to_owned());
                    }
                    value => replace_references(value, members, from, to),
                }
            }
        }
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| replace_references(element, members, from, to));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_replaced_where_they_are_references() {
        let mut document =
            json!({"a": [{"queue": "Sales", "x": "Sales"}, {"queue": "Support"}], "queue": "Sales"});
        replace_references(&mut document, &["queue"], "Sales", "WQ1");
        let expect = json!({"a": [{"queue": "WQ1", "x": "Sales"}, {"queue": "Support"}], "queue": "WQ1"});
        assert_eq!(document, expect);
    }

    #[test]
    fn an_id_is_the_documents_own_or_comes_from_its_name() {
        let mut document: ActivityDocument =
            serde_json::from_value(json!({"friendly_name": "Break"})).unwrap();
        let derived = ActivitySid::derive(&["activity", "Break"]);
        assert_eq!(document.id(), derived);
        document.sid = Some(ActivitySid::derive(&["another"]));
        assert_ne!(document.id(), derived);
    }
}
