//! `/api/openapi.json` (OpenAPI 3.1.0), written from the table of routes.

mod administration;
mod floor;

use crate::access::Access;
use crate::routes::{ROUTES, Route};
use axum::Json;
use serde_json::{Map, Value, json};

pub(crate) async fn serve() -> Json<Value> {
    Json(document())
}

pub(crate) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Patchbay", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
            "schemas": all_schemas(),
        },
    })
}

fn operation(route: &Route) -> Value {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .chain(
            route
                .query
                .iter()
                .map(|(name, kind)| json!({ "name": name, "in": "query", "schema": { "type": kind } })),
        )
        .collect();
    let (status, schema) = route.answer;
    let mut operation = json!({
        "operationId": route.operation,
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            status.to_string(): answer("As asked", schema),
            "default": answer("Why it was not done", "Error"),
        },
    });
    if let Some(body) = route.body {
        operation["requestBody"] = json!({ "required": true, "content": content(body) });
    }
    if let Access::Token(role) = route.access {
        operation["security"] = json!([{ "token": [] }]);
        operation["x-role"] = json!(role);
    }
    operation
}

fn answer(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": content(schema) })
}

fn content(schema: &str) -> Value {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn list(of: &str, beside: Value) -> Value {
    let mut properties = json!({
        of.to_lowercase(): { "type": "array", "items": { "$ref": format!("#/components/schemas/{}", of.trim_end_matches('s')) } },
    });
    if let (Value::Object(properties), Value::Object(beside)) = (&mut properties, beside) {
        properties.extend(beside);
    }
    object(properties)
}

fn all_schemas() -> Value {
    let mut all = schemas();
    for part in [floor::schemas(), administration::schemas()] {
        if let (Value::Object(all), Value::Object(part)) = (&mut all, part) {
            all.extend(part);
        }
    }
    all
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let truth = || json!({ "type": "boolean" });
    let anything = || json!({ "type": "object" });
    json!({
        "OpenApi": anything(),
        "Error": object(json!({
            "code": text(),
            "message": text(),
            "faults": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } },
        })),
        "Fault": object(json!({ "document": text(), "position": text(), "reason": text() })),
        "Contact": object(json!({
            "sid": text(), "name": text(), "picture": text(), "attributes": anything(),
            "attribute_sources": anything(),
            "identities": { "type": "array", "items": anything() }, "consent": anything(),
            "tags": { "type": "array", "items": text() }, "notes": text(),
            "merged": { "type": "array", "items": text() }, "merged_into": anything(),
            "created_at": number(), "version": number(),
        })),
        "Contacts": list("Contacts", json!({})),
        "ContactChange": object(json!({
            "name": text(), "attributes": anything(), "notes": text(),
            "tags": { "type": "array", "items": text() },
        })),
        "Merge": object(json!({ "with": text(), "prefer": text() })),
        "Erasure": object(json!({
            "contact_sid": text(), "asked_at": number(), "by": text(), "items": number(), "finished_at": number(),
        })),
        "Merges": object(json!({ "merges": { "type": "array", "items": anything() } })),
        "Conversation": object(json!({
            "sid": text(), "contact_sid": text(), "state": text(), "task_sid": text(), "address": anything(),
            "workers": { "type": "array", "items": text() }, "created_at": number(), "updated_at": number(),
        })),
        "Conversations": list("Conversations", json!({})),
        "Message": object(json!({
            "sid": text(), "seq": number(), "conversation_sid": text(), "contact_sid": text(), "channel": text(),
            "account": text(), "direction": text(), "author": anything(), "kind": text(), "text": text(),
            "status": text(), "reason": text(), "created_at": number(),
        })),
        "Messages": list("Messages", json!({ "more": truth() })),
        "FoundMessages": list("Messages", json!({ "more": truth(), "before": number() })),
        "FoundContacts": object(json!({
            "results": { "type": "array", "items": object(json!({
                "contact": { "$ref": "#/components/schemas/Contact" },
                "matched": {
                    "type": "array",
                    "items": { "type": "string", "enum": ["name", "phone", "email", "company", "tag"] },
                },
                "conversation": { "$ref": "#/components/schemas/Conversation" },
            })) },
            "more": truth(),
        })),
        "NewUpload": object(json!({
            "content_type": text(), "bytes": number(), "file_name": text(), "channel": text(), "account": text(),
        })),
        "Upload": object(json!({
            "url": text(), "content_type": text(), "file_name": text(), "expires_at": number(),
            "form": object(json!({ "url": text(), "fields": { "type": "object", "additionalProperties": text() } })),
        })),
        "MediaFetch": object(json!({ "message": text(), "attachment": number() })),
        "Worker": object(json!({
            "sid": text(), "friendly_name": text(), "attributes": anything(), "activity_name": text(),
            "available": truth(), "connected": truth(), "channels": anything(),
            "reservations": anything(),
        })),
        "Workers": list("Workers", json!({ "more": truth() })),
        "Desk": object(json!({
            "task_queues": { "type": "array", "items": object(json!({ "sid": text(), "friendly_name": text() })) },
            "canned_replies": {
                "type": "array",
                "items": object(json!({
                    "shortcut": text(), "text": text(), "language": text(),
                    "choices": { "type": "array", "items": text() },
                })),
            },
            "templates": {
                "type": "array",
                "items": object(json!({
                    "channel": text(), "account": text(), "name": text(), "language": text(), "text": text(),
                    "parameters": { "type": "array", "items": text() },
                })),
            },
            "dispositions": { "type": "array", "items": text() },
            "answer_s_target": number(),
            "voice_accounts": { "type": "array", "items": text() },
        })),
        "VoiceToken": object(json!({
            "token": text(), "identity": text(), "account": text(), "expires_at": number(),
        })),
        "Task": anything(),
        "TaskCancel": object(json!({ "reason": text() })),
        "Config": object(json!({ "version": number(), "documents": { "$ref": "#/components/schemas/ConfigDocuments" } })),
        "ConfigDocuments": object(json!({ "workspace": anything(), "flows": anything() })),
        "Applied": object(json!({
            "version": number(), "workers_created": number(), "workers_updated": number(),
        })),
        "DeadLetter": object(json!({
            "message_id": text(), "body": text(), "group": text(), "sent_at": number(), "receive_count": number(),
            "reason": text(),
        })),
        "DeadLetters": object(json!({
            "dead_letters": { "type": "array", "items": { "$ref": "#/components/schemas/DeadLetter" } },
        })),
        "Redrive": object(json!({ "queue": text() })),
        "Redriven": object(json!({ "redriven": number(), "more": truth() })),
        "Problem": object(json!({ "sid": text(), "at": number(), "source": text(), "reason": text() })),
        "Problems": list("Problems", json!({})),
    })
}
