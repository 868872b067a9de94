//! Templates of CloudFormation as JSON: short tags as the functions that they stand for, loops unrolled.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A template of the repository.
pub fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let text = std::fs::read_to_string(path).unwrap();
    let documents = Yaml::load_from_str(&text).unwrap();
    unroll(&plain(&documents[0]))
}

/// CloudFormation, "YAML tags": `!X y` is `Fn::X: y`, but for `!Ref` and `!Condition`.
fn plain(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::Boolean(flag)) => json!(flag),
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(entries) => {
            let entry =
                |(key, value): (&Yaml<'_>, &Yaml<'_>)| (key.as_str().unwrap().to_owned(), plain(value));
            Value::Object(entries.iter().map(entry).collect())
        }
        Yaml::Tagged(tag, inner) => {
            let inner = plain(inner);
            match tag.suffix.as_str() {
                "Ref" => json!({"Ref": inner}),
                "GetAtt" if inner.is_string() => {
                    let (resource, attribute) = inner.as_str().unwrap().split_once('.').unwrap();
                    json!({"Fn::GetAtt": [resource, attribute]})
                }
                function => Value::Object(Map::from_iter([(format!("Fn::{function}"), inner)])),
            }
        }
        other => panic!("a template has no {other:?}"),
    }
}

/// Unrolls `Fn::ForEach::…: [variable, [values], body]` wherever it stands.
fn unroll(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(unroll).collect(),
        Value::Object(entries) => {
            let mut unrolled = Map::new();
            for (key, value) in entries {
                if !key.starts_with("Fn::ForEach::") {
                    unrolled.insert(key.clone(), unroll(value));
                    continue;
                }
                let (variable, body) = (value[0].as_str().unwrap(), value[2].to_string());
                for one in value[1].as_array().unwrap() {
                    let body = body.replace(&format!("${{{variable}}}"), one.as_str().unwrap());
                    let body: Value = serde_json::from_str(&body).unwrap();
                    unrolled.extend(unroll(&body).as_object().unwrap().clone());
                }
            }
            Value::Object(unrolled)
        }
        other => other.clone(),
    }
}

/// One thing, or each of a list.
pub fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// The text of `Fn::Sub`, or of a text that needs none.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["Fn::Sub"].as_str())
}

/// The resource that `Ref` or `Fn::GetAtt` names.
pub fn named(value: &Value) -> Option<&str> {
    text(&value["Ref"]).or_else(|| text(value["Fn::GetAtt"].get(0)?))
}

/// Every value under `key`, at any depth.
pub fn all<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all(item, key, found)),
        Value::Object(entries) => {
            for (name, value) in entries {
                if name == key {
                    found.push(value);
                }
                all(value, key, found);
            }
        }
        _ => {}
    }
}
