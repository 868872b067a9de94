//! Signature version 4 of AWS, as far as a POST or GET without a query needs it ("Create a signed AWS API request").

use crate::signature::{Hash, hmac};
use crate::webhook::Headers;
use patchbay_model::Timestamp;
use patchbay_model::id::hex;
use sha2::{Digest, Sha256};

/// Who signs, and for what.
pub(super) struct Signer<'s> {
    pub(super) access_key_id: &'s str,
    pub(super) secret_access_key: &'s str,
    pub(super) region: &'s str,
    pub(super) service: &'s str,
}

/// A request as it is signed.
pub(super) struct Unsigned<'r> {
    pub(super) method: &'r str,
    pub(super) host: &'r str,
    /// Percent-encoded.
    pub(super) path: &'r str,
    pub(super) query: &'r str,
    /// Besides `Host` and the date; names in lower case, in their order.
    pub(super) headers: &'r [(&'r str, &'r str)],
    pub(super) body: &'r [u8],
}

impl Signer<'_> {
    /// The headers of a request with its signature.
    pub(super) fn sign(&self, request: &Unsigned<'_>, at: Timestamp) -> Headers {
        let moment: String = at.iso().chars().filter(|c| !matches!(c, '-' | ':')).collect();
        let day = moment.get(..8).unwrap_or_default();
        let mut signed: Vec<(&str, &str)> = request.headers.to_vec();
        signed.extend([("host", request.host), ("x-amz-date", moment.as_str())]);
        signed.sort_unstable();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        let canonical =
            [request.method, request.path, request.query, &lines, &names, &digest(request.body)].join("\n");
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = ["AWS4-HMAC-SHA256", &moment, &scope, &digest(canonical.as_bytes())].join("\n");
        let step = |key: Vec<u8>, part: &str| hmac(Hash::Sha256, key, part.as_bytes());
        let secret = format!("AWS4{}", self.secret_access_key).into_bytes();
        let key = [day, self.region, self.service, "aws4_request"].into_iter().fold(secret, step);
        let signature = hex(&step(key, &to_sign));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key_id,
        );
        let mut headers: Headers = request.headers.iter().copied().collect();
        headers.push("x-amz-date", moment.as_str());
        headers.push("Authorization", authorization);
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's own guide, with its published signature.
    #[test]
    fn the_published_example_has_its_signature() {
        let signer = Signer {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "iam",
        };
        let request = Unsigned {
            method: "GET",
            host: "iam.amazonaws.com",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: b"",
        };
        let at = Timestamp::parse_iso("2015-08-30T12:36:00Z").unwrap();
        let headers = signer.sign(&request, at);
        assert_eq!(headers.get("x-amz-date"), Some("20150830T123600Z"));
        assert_eq!(
            headers.get("Authorization"),
            Some(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, \
                 Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
            )
        );
    }
}
