use super::*;

const CHANNELS: &str =
    "[sms.default]\naccount_sid = \"AC1\"\nauth_token = \"t\"\nfrom = \"+15005550006\"\nflow = \"hello\"\n";
const WORKSPACE: &str = r#"{"task_queues": [{"friendly_name": "All"}]}"#;
const FLOW: &str = r#"{"description": "", "initial_state": "Trigger", "flags": {}, "states": [
 {"name": "Trigger", "type": "trigger", "transitions": [], "properties": {}}
]}"#;

/// What is wrong with a directory of these files: `<file>:<line>: <reason>`, the folder left out.
fn faults(channels: &str, workspace: &str, flow: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    std::fs::write(folder.path().join("channels.toml"), channels).unwrap();
    std::fs::write(folder.path().join("workspace.json"), workspace).unwrap();
    std::fs::write(folder.path().join("flows/hello.json"), flow).unwrap();
    let secrets = Secrets::of(folder.path());
    let found = Directory::read(folder.path()).and_then(|directory| {
        directory.lint()?;
        let opened =
            directory.accounts.iter().map(|account| account.open(&secrets, "http://localhost", || [1; 16]));
        let faults: Vec<_> = opened.filter_map(Result::err).flatten().collect();
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    });
    let prefix = format!("{}/", folder.path().display());
    let Err(Faults(faults)) = found else { return Vec::new() };
    faults.iter().map(|fault| fault.to_string().replace(&prefix, "")).collect()
}

#[track_caller]
fn check(channels: &str, workspace: &str, flow: &str, expect: &[&str]) {
    let found = faults(channels, workspace, flow);
    assert_eq!(found.len(), expect.len(), "{found:?}");
    for (fault, begins) in found.iter().zip(expect) {
        assert!(fault.starts_with(begins), "{fault} does not begin with {begins}");
    }
}

#[test]
fn a_sound_directory_has_no_faults() {
    check(CHANNELS, WORKSPACE, FLOW, &[]);
}

#[test]
fn a_fault_of_the_accounts_has_its_line() {
    check(
        "[fax.default]\nflow = \"hello\"",
        WORKSPACE,
        FLOW,
        &["channels.toml:1: there is no channel \"fax\""],
    );
    check("[sms", WORKSPACE, FLOW, &["channels.toml:1: "]);
    check(
        &CHANNELS.replace("from", "form"),
        WORKSPACE,
        FLOW,
        &[
            "channels.toml:1: [sms.default] from is missing",
            "channels.toml:4: [sms.default] form is not a setting",
        ],
    );
    check(&CHANNELS.replace("\"t\"", "1.5"), WORKSPACE, FLOW, &["channels.toml:3: [sms.default] is neither"]);
    check(
        &CHANNELS.replace("\"t\"", "\"secret:none\""),
        WORKSPACE,
        FLOW,
        &["channels.toml:3: [sms.default] "],
    );
    check(
        &CHANNELS.replace("hello", "bye"),
        WORKSPACE,
        FLOW,
        &["channels.toml:5: [sms.default] there is no flow"],
    );
    check(
        "[sms.default]\naccount_sid = \"AC1\"",
        WORKSPACE,
        FLOW,
        &["channels.toml:1: [sms.default] flow is missing"],
    );
}

#[test]
fn a_fault_of_the_workspace_has_its_line() {
    check(CHANNELS, "{\n\"workrs\": []}", FLOW, &["workspace.json:2: unknown field `workrs`"]);
    let expression = "{\"task_queues\": [\n {\"friendly_name\": \"All\",\n  \"target_workers\": \"a ==\"}]}";
    check(CHANNELS, expression, FLOW, &["workspace.json:3: "]);
    check(CHANNELS, "[", FLOW, &["workspace.json:1: "]);
}

#[test]
fn a_fault_of_a_flow_has_its_line() {
    check(CHANNELS, WORKSPACE, &FLOW.replace("\"trigger\"", "\"fax\""), &["flows/hello.json:2: "]);
    check(CHANNELS, WORKSPACE, "{", &["flows/hello.json:1: "]);
}

#[test]
fn files_that_are_missing_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let Err(Faults(faults)) = Directory::read(folder.path()) else { panic!("an empty folder is refused") };
    let names: Vec<_> = faults.iter().filter_map(|fault| fault.file.file_name()?.to_str()).collect();
    assert_eq!(names, ["workspace.json", "channels.toml"]);
}
