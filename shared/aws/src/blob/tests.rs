use super::*;
use std::sync::Mutex;

const AT: Timestamp = Timestamp(1_369_353_600_000);
const KEY: &str = "media/test.txt";

/// S3 with one answer; what it was asked.
#[derive(Default)]
struct Played {
    answer: Option<(u16, &'static str)>,
    asked: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl Http for Played {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked.lock().unwrap().push(request);
        let (status, body) = self.answer.ok_or_else(|| HttpError::NoAnswer("late".into()))?;
        let headers = vec![("content-type".to_owned(), "image/png".to_owned())];
        Ok(HttpResponse { status, headers, body: body.as_bytes().to_vec() })
    }
}

fn bucket(answer: Option<(u16, &'static str)>, token: Option<&str>, region: &str) -> (S3Blob, Arc<Played>) {
    let played = Arc::new(Played { answer, ..Played::default() });
    // The invented keys of AWS's own examples.
    let (id, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "test");
    (S3Blob::new("bucket", region, credentials, None, played.clone()), played)
}

fn key() -> BlobKey {
    BlobKey::parse(KEY).unwrap()
}

#[tokio::test]
async fn answers_are_read() {
    let get = async |answer| bucket(answer, None, "eu-west-1").0.get(&key(), 3).await;
    let blob = StoredBlob { content_type: "image/png".into(), bytes: Bytes::from("abc") };
    assert_eq!(get(Some((200, "abc"))).await, Ok(Some(blob)));
    assert_eq!(get(Some((200, "abcd"))).await, Err(BlobError::TooLarge { bytes_max: 3 }));
    assert_eq!(get(Some((404, ""))).await, Ok(None));
    let denied = "<Error><Code>AccessDenied</Code><Message>canary</Message></Error>";
    assert_eq!(
        get(Some((403, denied))).await,
        Err(BlobError::Unavailable("S3 answers 403: AccessDenied".into()))
    );
    assert_eq!(get(None).await, Err(BlobError::Unavailable("late".into())));

    let put =
        async |answer| bucket(answer, None, "eu-west-1").0.put(&key(), "image/png", Bytes::from("abc")).await;
    assert_eq!(put(Some((200, ""))).await, Ok(()));
    assert!(matches!(put(Some((503, "<Code>SlowDown</Code>"))).await, Err(BlobError::Unavailable(_))));
    let delete = async |answer| bucket(answer, None, "eu-west-1").0.delete(&key()).await;
    assert_eq!((delete(Some((204, ""))).await, delete(Some((404, ""))).await), (Ok(()), Ok(())));
}

#[tokio::test]
async fn calls_are_signed_for_the_bucket_and_show_no_secret() {
    let (blob, played) = bucket(Some((200, "")), Some("session"), "cn-north-1");
    blob.put(&key(), "image/png", Bytes::from("abc")).await.unwrap();
    let request = played.asked.lock().unwrap().pop().unwrap();
    assert_eq!(request.url, "https://bucket.s3.cn-north-1.amazonaws.com.cn/media/test.txt");
    let header =
        |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(header("x-amz-content-sha256"), Some("UNSIGNED-PAYLOAD"));
    assert_eq!(header("x-amz-security-token"), Some("session"));
    let authorization = header("authorization").unwrap();
    for part in [
        "/cn-north-1/s3/aws4_request",
        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
    ] {
        assert!(authorization.contains(part), "{authorization}");
    }
    assert!(!format!("{request:?}").contains("wJalr"));
}

#[test]
fn a_url_says_what_is_signed_and_names_are_encoded_once() {
    let (blob, _) = bucket(None, Some("a+b"), "us-east-1");
    let url =
        |valid_s| blob.download_url(&key(), &Download { file_name: Some("é b.png"), from: AT, valid_s });
    let made = url(86_400).unwrap();
    for part in [
        "https://bucket.s3.us-east-1.amazonaws.com/media/test.txt?response-content-disposition=attachment%3B%20",
        "filename%2A%3DUTF-8%27%27%25C3%25A9%2520b.png",
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
        "&X-Amz-Date=20130524T000000Z",
        "&X-Amz-Expires=86400",
        "&X-Amz-SignedHeaders=host",
        "&X-Amz-Security-Token=a%2Bb",
        "&X-Amz-Signature=",
    ] {
        assert!(made.contains(part), "{part} is not in {made}");
    }
    assert_eq!(url(86_400).unwrap(), made, "the same arguments make the same URL");
    assert!(url(0).is_err());
}

/// "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)" has the same steps; ours has
/// conditions of its own, so the signature is taken apart instead: the policy is what was signed.
#[test]
fn a_form_allows_one_key_one_type_and_so_many_bytes() {
    let (blob, _) = bucket(None, Some("session"), "us-east-1");
    let upload = Upload { content_type: "image/png", bytes_max: 1_000, from: AT, valid_s: 300 };
    let form = blob.upload_form(&key(), &upload).unwrap();
    assert_eq!(form.url, "https://bucket.s3.us-east-1.amazonaws.com/");
    use base64::Engine;
    let policy = base64::engine::general_purpose::STANDARD.decode(&form.fields["policy"]).unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["expiration"], "2013-05-24T00:05:00Z");
    let conditions = policy["conditions"].as_array().unwrap();
    for condition in [
        serde_json::json!({"bucket": "bucket"}),
        serde_json::json!({"key": KEY}),
        serde_json::json!({"Content-Type": "image/png"}),
        serde_json::json!({"x-amz-date": "20130524T000000Z"}),
        serde_json::json!({"x-amz-security-token": "session"}),
        serde_json::json!(["content-length-range", 1, 1_000]),
    ] {
        assert!(conditions.contains(&condition), "{condition}");
    }
    // Every field but the policy and its signature has a condition, or S3 refuses the form.
    let free = ["policy", "x-amz-signature"];
    for (name, value) in form.fields.iter().filter(|(name, _)| !free.contains(&name.as_str())) {
        assert!(conditions.contains(&serde_json::json!({ name.as_str(): value })), "{name}");
    }
}
