use crate::support::*;
use patchbay_channels::SettingsError;
use patchbay_channels::registry::{examples, open};

/// Settings that a variant is about: without them it is the other variant, or lacks others.
const CHOICES: &[&str] = &["provider", "product", "gateway_secret"];

#[test]
fn settings_are_checked_as_a_whole() {
    for (kind, settings) in examples() {
        for key in settings.keys().filter(|key| !CHOICES.contains(&key.as_str())) {
            let mut wrong = settings.clone();
            wrong.remove(key);
            wrong.insert("colour".into(), "red".into());
            let Err(SettingsError::Invalid { problems, .. }) = open(kind, "default", &wrong, "ftp://x")
            else {
                panic!("{kind} opened without {key}")
            };
            let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
            for expected in [key.as_str(), "colour", "public_url"] {
                assert!(keys.contains(&expected), "{kind}: {keys:?} lacks {expected}");
            }
        }
        let mut common = settings.clone();
        common.insert("flow".into(), "welcome".into());
        common.insert("api_base".into(), "http://127.0.0.1:1".into());
        assert!(open(kind, "default", &common, PUBLIC_URL).is_ok());
        assert!(open(kind, "a/b", &settings, PUBLIC_URL).is_err());
    }
}
