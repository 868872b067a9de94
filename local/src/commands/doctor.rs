//! `patchbay doctor`: whether a center could start here.

use crate::directory::{Directory, Secrets};
use crate::serve::ServeOptions;
use anyhow::bail;
use std::net::TcpListener;

/// Looks at the configuration, the accounts, the data directory and the port; says what it found, and errs when
/// a start would fail.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let mut failed = 0;
    let mut say = |what: &str, found: Result<String, String>| match found {
        Ok(found) => println!("ok      {what}: {found}"),
        Err(why) => {
            failed += 1;
            println!("failed  {what}: {why}");
        }
    };
    match Directory::read(&options.config) {
        Err(faults) => say("configuration", Err(faults.to_string())),
        Ok(directory) => {
            let linted = directory.lint().map(|()| options.config.display().to_string());
            say("configuration", linted.map_err(|faults| faults.to_string()));
            let secrets = Secrets::of(&options.data);
            let url = options.public_url.clone().unwrap_or_else(|| format!("http://{}", options.listen));
            for account in &directory.accounts {
                let opened = account.open(&secrets, &url, Default::default);
                let listed = |faults: Vec<_>| crate::directory::Faults(faults).to_string();
                let name = format!("account {}/{}", account.kind, account.name);
                say(&name, opened.map(|account| format!("flow {:?}", account.flow)).map_err(listed));
            }
        }
    }
    let bound = TcpListener::bind(options.listen);
    say(
        "port",
        bound.map(|_| options.listen.to_string()).map_err(|error| format!("{}: {error}", options.listen)),
    );
    say("data", writable(&options.data));
    if failed > 0 {
        bail!("{failed} of these would keep the center from starting");
    }
    Ok(())
}

fn writable(data: &std::path::Path) -> Result<String, String> {
    let probe = data.join("doctor");
    let tried = std::fs::create_dir_all(data)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    tried.map(|()| data.display().to_string()).map_err(|error| format!("{}: {error}", data.display()))
}
