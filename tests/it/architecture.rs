//! The rules of docs/ARCHITECTURE.md that a machine can hold us to.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Decide, and touch nothing.
const PURE: [&str; 4] = ["patchbay-model", "patchbay-channels", "patchbay-flow", "patchbay-routing"];
/// What a pure crate must not reach.
const WORLDLY: [&str; 9] =
    ["tokio", "async-std", "smol", "hyper", "reqwest", "ureq", "curl", "rustls", "patchbay-center"];
/// Lines of a `main.rs` of a function or of the local binary.
const MAIN_LINES_MAX: usize = 30;
/// Lines of any source file.
const FILE_LINES_MAX: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).arg("--offline").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A crate of the workspace.
struct Member {
    name: String,
    folder: PathBuf,
    /// Names of the dependencies that it declares, those of its tests included.
    declares: BTreeSet<String>,
}

fn members() -> Vec<Member> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let member = |package: &Value| Member {
        name: text(&package["name"]),
        folder: Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned(),
        declares: package["dependencies"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect(),
    };
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

/// Everything that is linked into a crate, itself included. As `cargo tree` has it: the features of this crate alone,
/// which `cargo metadata` mixes with everybody else's.
fn closure(name: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "-p", name, "--edges", "normal", "--prefix", "none", "--format", "{lib}"]);
    // Libraries' names have underscores where crates' names may have dashes.
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(|lib| lib.replace('_', "-")).collect()
}

/// Every source file of a crate, with its text.
fn sources(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_own =
                !path.join("Cargo.toml").exists() && path.file_name().is_none_or(|name| name != "target");
            if path.is_dir() && is_own {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.insert(path, text);
            }
        }
    }
    found
}

/// Whether a line of code, comments left out, has this in it.
fn says(text: &str, what: &str) -> bool {
    text.lines().any(|line| line.split("//").next().is_some_and(|code| code.contains(what)))
}

#[test]
fn the_pure_crates_reach_nothing_of_the_world() {
    let members = members();
    for name in PURE {
        let reached = closure(name);
        assert!(reached.contains(name), "the closure of {name} was not read");
        let worldly: Vec<_> =
            reached.iter().filter(|one| WORLDLY.contains(&one.as_str()) || one.starts_with("aws-")).collect();
        assert!(worldly.is_empty(), "{name} reaches {worldly:?}");
        let member = members.iter().find(|member| member.name == name).unwrap();
        for (file, text) in sources(&member.folder) {
            assert!(!says(&text, "async fn"), "{} waits", file.display());
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    let check = |from: &str, never: &[&str]| {
        let reached = closure(from);
        assert!(reached.contains(from), "the closure of {from} was not read");
        let wrong: Vec<_> = never.iter().filter(|name| reached.contains(**name)).collect();
        assert!(wrong.is_empty(), "{from} reaches {wrong:?}");
    };
    check(
        "patchbay-center",
        &["patchbay-edge", "patchbay-api", "patchbay-aws", "patchbay-local", "axum", "reqwest"],
    );
    check("patchbay-edge", &["patchbay-api", "patchbay-aws", "patchbay-local"]);
    check("patchbay-api", &["patchbay-edge", "patchbay-aws", "patchbay-local"]);
    check("patchbay-aws", &["patchbay-api", "patchbay-local"]);
    check("patchbay-local", &["patchbay-aws"]);
    for name in PURE.into_iter().filter(|name| *name != "patchbay-model") {
        let others: Vec<_> =
            PURE.into_iter().filter(|other| *other != name && *other != "patchbay-model").collect();
        check(name, &others);
    }
}

#[test]
fn one_crate_names_the_sdks_and_the_laptop_has_none() {
    let sdks = |names: &BTreeSet<String>| names.iter().filter(|name| name.starts_with("aws-sdk-")).count();
    assert!(sdks(&closure("patchbay-aws")) > 0, "the SDKs were not found");
    assert_eq!(sdks(&closure("patchbay-local")), 0);
    // The tests play AWS's side, and so name what they play.
    let users =
        members().into_iter().filter(|member| member.name != "patchbay-tests" && sdks(&member.declares) > 0);
    assert_eq!(users.map(|member| member.name).collect::<Vec<_>>(), ["patchbay-aws"]);
}

#[test]
fn every_crate_is_held_to_the_lints_and_every_file_is_small_and_finished() {
    // Put together here, so that this file does not say it.
    let unfinished = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    let mut files = 0;
    for Member { name, folder, .. } in members() {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true\n"),
            "{name} does not take the workspace's lints"
        );
        for (file, text) in sources(&folder) {
            files += 1;
            let lines = text.lines().count();
            assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines", file.display());
            for unfinished in &unfinished {
                assert!(!says(&text, unfinished), "{} is not finished", file.display());
            }
        }
    }
    assert!(files > 100, "only {files} files were looked at");
}

#[test]
fn a_program_begins_with_few_lines() {
    let folders = ["functions", "local"].map(|name| root().join(name).canonicalize().unwrap());
    let mut programs = 0;
    for Member { name, folder, .. } in members() {
        let main = folder.join("src/main.rs");
        let is_ours =
            folder.canonicalize().unwrap().ancestors().any(|above| folders.iter().any(|ours| ours == above));
        if is_ours && main.exists() {
            programs += 1;
            let lines = std::fs::read_to_string(main).unwrap().lines().count();
            assert!(lines < MAIN_LINES_MAX, "{name}: {lines} lines");
        }
    }
    assert_eq!(programs, 7);
}
