//! Forms for uploading ("Authenticating Requests: Browser-Based Uploads Using POST"): a policy, signed.

use super::{S3Blob, system_time};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_center::ports::{BlobError, Upload, UploadForm};
use patchbay_model::BlobKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl S3Blob {
    pub(super) fn form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError> {
        let until = upload.from.plus_s(upload.valid_s.into());
        let stamp = upload.from.iso().replace(['-', ':'], "");
        let day = stamp.get(..8).unwrap_or_default();
        let scope = format!("{}/{day}/{}/s3/aws4_request", self.credentials.access_key_id(), self.region);
        let mut fields = BTreeMap::from([
            ("key", key.to_string()),
            ("Content-Type", upload.content_type.to_owned()),
            ("success_action_status", "201".to_owned()),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential", scope),
            ("x-amz-date", stamp),
        ]);
        if let Some(token) = self.credentials.session_token() {
            fields.insert("x-amz-security-token", token.to_owned());
        }
        let mut conditions: Vec<Value> = fields.iter().map(|(name, value)| json!({ *name: value })).collect();
        conditions.push(json!({ "bucket": self.bucket }));
        conditions.push(json!(["content-length-range", 1, upload.bytes_max]));
        let policy = json!({ "expiration": until.iso(), "conditions": conditions }).to_string();
        let policy = STANDARD.encode(policy);
        let secret = self.credentials.secret_access_key();
        let signing_key = generate_signing_key(secret, system_time(upload.from), &self.region, "s3");
        fields.insert("x-amz-signature", calculate_signature(signing_key, policy.as_bytes()));
        fields.insert("policy", policy);
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(UploadForm { url: self.base.clone(), fields })
    }
}
