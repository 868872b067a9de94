//! An embedded DynamoDB behind the real SDK: every request is signed, written and read as for the service, and
//! answered in this process.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use patchbay_aws::DynamoTable;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

const TABLE: &str = "patchbay";

/// A fresh, empty table in memory with the key that `template.yaml` declares.
pub fn table() -> DynamoTable {
    table_through(http_client(database()))
}

/// The database of one.
pub fn database() -> Database {
    let database = Database::memory().expect("SQLite opens in memory");
    let declaration = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    });
    answer(&declaration.to_string(), |request| database.create_table(request))
        .expect("the table is declared well");
    database
}

/// The table as whoever answers this client's requests has it.
pub fn table_through(http: SharedHttpClient) -> DynamoTable {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .region(Region::from_static("us-east-1"))
        .endpoint_url("http://localhost")
        .http_client(http)
        .build();
    DynamoTable::new(aws_sdk_dynamodb::Client::from_conf(config), TABLE)
}

fn http_client(database: Database) -> SharedHttpClient {
    infallible_client_fn(move |request: http::Request<SdkBody>| {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.split('.').nth(1)).unwrap_or_default();
        let body =
            request.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let (status, body) = call(&database, operation, body);
        let response =
            http::Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
        response.body(SdkBody::from(body)).expect("status and header are well formed")
    })
}

/// Status and body of the answer to one request.
pub fn call(database: &Database, operation: &str, body: &str) -> (u16, String) {
    match dispatch(database, operation, body) {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

/// The operations that `DynamoTable` uses.
fn dispatch(database: &Database, operation: &str, body: &str) -> dynoxide::Result<String> {
    match operation {
        "GetItem" => answer(body, |request| database.get_item(request)),
        "PutItem" => answer(body, |request| database.put_item(request)),
        "UpdateItem" => answer(body, |request| database.update_item(request)),
        "DeleteItem" => answer(body, |request| database.delete_item(request)),
        "Query" => answer(body, |request| database.query(request)),
        "TransactWriteItems" => answer(body, |request| database.transact_write_items(request)),
        other => Err(DynoxideError::ValidationException(format!("{other} is not played"))),
    }
}

fn answer<Request: DeserializeOwned, Response: Serialize>(
    body: &str,
    run: impl FnOnce(Request) -> dynoxide::Result<Response>,
) -> dynoxide::Result<String> {
    let request = serde_json::from_str(body).map_err(|error| refused(&error.to_string()))?;
    let response = run(request)?;
    serde_json::to_string(&response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The embedded database marks the class of a refusal at the beginning of serde's message.
fn refused(message: &str) -> DynoxideError {
    let message = message.split(" at line ").next().unwrap_or_default();
    for marker in ["VALIDATION:", "VALIDATION_REQUEST:"] {
        if let Some(message) = message.strip_prefix(marker) {
            return DynoxideError::ValidationException(message.to_owned());
        }
    }
    DynoxideError::SerializationException(message.trim_start_matches("SERIALIZATION:").to_owned())
}
