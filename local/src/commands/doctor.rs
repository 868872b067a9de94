//! `patchbay doctor`: whether a center could start here, and whether its providers know its accounts.

use crate::directory::{Directory, Secrets};
use crate::serve::ServeOptions;
use anyhow::bail;
use patchbay_center::accounts;
use patchbay_center::ports::{Http, World};
use patchbay_channels::ProviderResponse;
use patchbay_edge::{Account, EgressHttp, SIMULATOR_HOST, SystemWorld};
use std::net::TcpListener;

/// Looks at the configuration, the accounts, the data directory and the port, and asks each account's provider who
/// the account is; says what it found and what is to be done, and errs when something is.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub async fn run(options: &ServeOptions) -> anyhow::Result<()> {
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
            let http = EgressHttp::new()?;
            for account in &directory.accounts {
                let opened = account.open(&secrets, &url, || SystemWorld.id());
                let listed = |faults: Vec<_>| crate::directory::Faults(faults).to_string();
                let name = format!("account {}/{}", account.kind, account.name);
                let found = match opened.map_err(listed) {
                    Ok(account) => check(&account, &http).await,
                    Err(faults) => Err(faults),
                };
                say(&name, found);
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
        bail!("{failed} of these need somebody");
    }
    Ok(())
}

/// Asks the provider who an account is. One whose provider is played is asked here: the simulator runs with the
/// center, which may not.
async fn check(account: &Account, http: &dyn Http) -> Result<String, String> {
    let channel = account.channel.as_ref();
    let flow = format!("flow {:?}", account.flow);
    let Some(request) = channel.check_request() else { return Ok(flow) };
    let played = format!("http://{SIMULATOR_HOST}/");
    let (answer, where_) = match request.url.starts_with(&played) {
        true => (channel.lookup_answer(&request).unwrap_or(ProviderResponse::NotSent), ", played"),
        false => (accounts::ask(http, request).await?, ""),
    };
    channel.check(&answer).map(|name| format!("{name}{where_}, {flow}"))
}

fn writable(data: &std::path::Path) -> Result<String, String> {
    let probe = data.join("doctor");
    let tried = std::fs::create_dir_all(data)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    tried.map(|()| data.display().to_string()).map_err(|error| format!("{}: {error}", data.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use patchbay_center::ports::{HttpError, HttpRequest, HttpResponse};
    use patchbay_channels::registry::example_settings;
    use patchbay_channels::simulate::Simulated;
    use patchbay_channels::{Headers, ProviderRequest, open_simulated};
    use patchbay_model::ChannelKind;
    use std::sync::Arc;

    /// The played provider beyond a network, of an account whose access token is perhaps another.
    struct Beyond(Arc<dyn Simulated>);

    #[async_trait]
    impl Http for Beyond {
        async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
            let request = ProviderRequest {
                method: request.method,
                url: request.url,
                headers: Headers::from_iter(request.headers),
                body: request.body,
                idempotent: true,
                on_refused: None,
            };
            match self.0.lookup_answer(&request) {
                Some(ProviderResponse::Http { status, headers, body }) => {
                    let headers = headers.iter().map(|(name, value)| (name.into(), value.into())).collect();
                    Ok(HttpResponse { status, headers, body })
                }
                _ => Err(HttpError::NotSent("nobody is there".into())),
            }
        }
    }

    fn account(kind: ChannelKind, changes: &[(&str, &str)]) -> Account {
        let mut settings = example_settings(kind).unwrap();
        settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let channel = open_simulated(kind, "default", &settings, "https://center.example").unwrap();
        Account { kind, name: "default".into(), flow: "main".into(), settings, channel }
    }

    #[tokio::test]
    async fn a_provider_says_who_an_account_is_or_the_operator_hears_what_to_do() {
        let check = async |kind, changes: &[(&str, &str)], expect: Result<&str, &str>| {
            let provider = Beyond(account(kind, &[]).channel);
            let found = check(&account(kind, changes), &provider).await;
            match (&found, expect) {
                (Ok(found), Ok(part)) | (Err(found), Err(part)) => assert!(found.contains(part), "{found}"),
                _ => panic!("{kind}: {found:?}"),
            }
        };
        check(ChannelKind::Sms, &[], Ok("Played account default, flow \"main\"")).await;
        check(ChannelKind::Line, &[], Ok("Played account default")).await;
        check(ChannelKind::Telegram, &[], Ok("@played_bot")).await;
        check(ChannelKind::Webchat, &[], Ok("flow \"main\"")).await;
        check(ChannelKind::Sms, &[("auth_token", "wrong")], Err("refuses auth_token")).await;
        check(ChannelKind::Line, &[("channel_access_token", "wrong")], Err("refuses channel_access_token"))
            .await;
        let played =
            [("api_base", "http://simulator.localhost/provider/line/default"), ("channel_access_token", "x")];
        check(ChannelKind::Line, &played, Ok("Played account default, played")).await;
    }
}
