use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn folder() -> (tempfile::TempDir, FolderBlob) {
    let data = tempfile::tempdir().unwrap();
    let blobs = FolderBlob::open(data.path(), "http://127.0.0.1:1", &[7; 32]).unwrap();
    (data, blobs)
}

fn key(text: &str) -> BlobKey {
    BlobKey::parse(text).unwrap()
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart_and_what_was_not_is_gone() {
    let (data, blobs) = folder();
    let stored = StoredBlob { content_type: "image/png".into(), bytes: Bytes::from_static(b"a\nb\0c") };
    for name in ["a/b", "a", "a/b/c"] {
        blobs.put(&key(name), &stored.content_type, stored.bytes.clone()).await.unwrap();
    }
    // Killed in the middle of a write.
    std::fs::write(data.path().join(".unfinished/9"), "image/png\nhal").unwrap();
    drop(blobs);
    let blobs = FolderBlob::open(data.path(), "http://127.0.0.1:1", &[7; 32]).unwrap();
    for name in ["a/b", "a", "a/b/c"] {
        assert_eq!(blobs.get(&key(name), 100).await.unwrap(), Some(stored.clone()), "{name}");
    }
    assert_eq!(std::fs::read_dir(data.path().join(".unfinished")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_object_is_an_error_and_not_an_object() {
    let (data, blobs) = folder();
    std::fs::write(data.path().join("a@"), "no line").unwrap();
    assert!(matches!(blobs.get(&key("a"), 100).await, Err(BlobError::Unavailable(_))));
    assert!(matches!(blobs.put(&key("b"), "a\nb", Bytes::new()).await, Err(BlobError::Invalid(_))));
}

#[test]
fn a_url_is_good_for_its_object_name_and_time_and_nothing_else() {
    let (_data, blobs) = folder();
    let download = Download { file_name: Some("é&b.png"), from: NOW, valid_s: 60 };
    let url = blobs.download_url(&key("media/a"), &download).unwrap();
    let query = url.strip_prefix("http://127.0.0.1:1/blobs/media/a?").unwrap();
    let check = |key: &str, query: &str, after_ms: i64, good: bool| {
        assert_eq!(blobs.allowed(key, query, NOW.plus_ms(after_ms)).is_some(), good, "{key}?{query}");
    };
    check("media/a", query, 0, true);
    check("media/a", query, 59_999, true);
    check("media/a", query, 60_000, false);
    check("media/b", query, 0, false);
    check("media/a", &query.replace("b%2Epng", "c%2Epng"), 0, false);
    check("media/a", &query.replace("until=1", "until=2"), 0, false);
    check("media/a", &query[..query.len() - 1], 0, false);
    check("media/a", &format!("{query}&x=1"), 0, false);
    check("media/a", "", 0, false);
    let other = FolderBlob { signer: Arc::new(Signer::new(&[8; 32])), ..blobs.clone() };
    assert_eq!(other.allowed("media/a", query, NOW), None);
    let allowed = blobs.allowed("media/a", query, NOW).unwrap();
    assert_eq!((allowed.file_name.as_deref(), allowed.left_s), (Some("é&b.png"), 60));
}

#[test]
fn a_form_is_good_for_what_it_says() {
    let (_data, blobs) = folder();
    let upload = Upload { content_type: "image/png", bytes_max: 9, from: NOW, valid_s: 60 };
    let form = blobs.upload_form(&key("upload/a"), &upload).unwrap();
    let (policy, tag) = (&form.fields[POLICY_FIELD], &form.fields[SIGNATURE_FIELD]);
    let grant = blobs.allowed_upload(policy, tag, NOW).unwrap();
    assert_eq!((grant.key, grant.content_type.as_str(), grant.bytes_max), (key("upload/a"), "image/png", 9));
    assert_eq!(blobs.allowed_upload(policy, tag, NOW.plus_s(60)), None);
    assert_eq!(blobs.allowed_upload(&format!("{policy}A"), tag, NOW), None);
    let long = "A".repeat(signature::SIGNED_BYTES_MAX + 1);
    assert_eq!(blobs.allowed_upload(&long, tag, NOW), None);
    // What was signed for one purpose is good for no other.
    assert_eq!(blobs.allowed("upload/a", &format!("until={policy}&name=&signature={tag}"), NOW), None);
}

#[test]
fn the_key_is_never_printed() {
    let (_data, blobs) = folder();
    assert!(format!("{blobs:?}").contains("redacted") && !format!("{blobs:?}").contains("[7, 7"));
}
