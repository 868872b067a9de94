//! The commands that need no center, as an operator runs them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

/// Runs the program in the repository's folder; what it printed, and whether it succeeded.
fn run(arguments: &[&str]) -> (String, bool) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_patchbay"))
        .args(arguments)
        .current_dir(repository)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

#[track_caller]
fn check(arguments: &[&str], succeeds: bool, says: &[&str]) {
    let (text, succeeded) = run(arguments);
    assert_eq!(succeeded, succeeds, "{text}");
    for words in says {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn the_version_is_said() {
    check(&["version"], true, &["patchbay ", env!("CARGO_PKG_VERSION")]);
    check(&["dance"], false, &["unrecognized subcommand"]);
}

#[test]
fn the_example_has_no_faults() {
    check(&["config", "lint", "--config", "config"], true, &["no faults"]);
    check(&["config", "lint", "--config", "no-such-folder"], false, &["workspace.json", "channels.toml"]);
}

#[test]
fn a_center_could_start_here() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let free = ["doctor", "--listen", "127.0.0.1:0", "--data", data, "--config", "config"];
    check(
        &free,
        true,
        &["ok      configuration", "ok      account line/default", "ok      port", "ok      data"],
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    check(&["doctor", "--listen", &listen, "--data", data], false, &["failed  port"]);
}

#[test]
fn the_example_flow_plays_in_the_terminal() {
    let flow = "config/flows/welcome.json";
    let says = ["flow", "run", flow, "--say", "my lamp is broken", "--say", "live agent", "--say", "english"];
    check(
        &says,
        true,
        &[
            "< I am sorry to hear that",
            "< Which language do you prefer?",
            "contact.language = \"en\"",
            "\"department\":\"support\"",
            "< Thank you for talking to us",
            "ended at goodbye",
        ],
    );
    let known = ["flow", "run", flow, "--attribute", "language=es", "--say", "live agent"];
    let (text, succeeded) = run(&known);
    assert!(succeeded && !text.contains("Which language"), "{text}");
    check(&["flow", "run", "config/channels.toml", "--say", "x"], false, &["the flow is refused"]);
}
