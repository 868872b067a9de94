//! A center and clients to speak to it: the real program, started on a free port with a data directory of its own, or
//! the one that `PATCHBAY_DEPLOYED` names.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod agent;
mod deployed;
mod phone;
mod visitor;

pub use agent::Agent;
pub use deployed::Deployed;
pub use phone::Phone;
pub use visitor::Visitor;

use deployed::{Turn, connect};
use hyper::Method;
use patchbay_local::client::Connection;
use serde_json::{Value, json};
use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// Seconds for something that is expected to happen.
pub const PATIENCE_S: u64 = 20;
/// Milliseconds between two looks.
const LOOK_EVERY_MS: u64 = 15;

/// A center that runs, and where.
pub struct Running {
    place: Place,
    /// Of the HTTP API.
    pub url: String,
}

enum Place {
    Here(Process),
    There(Turn),
}

/// The program in a process of its own. When it is dropped, nothing may be left in its queues: whatever was put in was
/// dealt with.
pub struct Process {
    child: Child,
    url: String,
    data: TempDir,
    config: PathBuf,
}

/// The example configuration of the repository.
pub fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config")
}

/// An address that nobody has written from yet.
pub fn customer(channel: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let number = began * 100 + NEXT.fetch_add(1, Ordering::Relaxed);
    match channel {
        "sms" => format!("+1{:010}", number % 10_000_000_000),
        "line" => format!("U{number:032x}"),
        other => panic!("customers of {other} come with an address"),
    }
}

impl Running {
    /// The example center: one that somebody deployed, where that is meant, or else one of our own.
    pub fn start() -> Running {
        match Deployed::meant() {
            Some(center) => {
                let url = center.url.clone();
                Running { place: Place::There(center.take_turn()), url }
            }
            None => {
                let process = Process::start(&example());
                let url = process.url.clone();
                Running { place: Place::Here(process), url }
            }
        }
    }

    /// A center of our own with this configuration; `None`, with a word to whoever reads, where the tests are about one
    /// that somebody deployed with another.
    #[allow(clippy::print_stdout, reason = "whoever reads the tests' output should know what was not tried")]
    pub fn with(config: &Path) -> Option<Running> {
        if Deployed::meant().is_some() {
            println!("skipped: a deployed center has the configuration that it has");
            return None;
        }
        let process = Process::start(config);
        let url = process.url.clone();
        Some(Running { place: Place::Here(process), url })
    }

    /// The process to do something to; `None`, with a word to whoever reads, where the center is somebody else's.
    #[allow(clippy::print_stdout, reason = "whoever reads the tests' output should know what was not tried")]
    pub fn process(&mut self) -> Option<&mut Process> {
        match &mut self.place {
            Place::Here(process) => Some(process),
            Place::There(_) => {
                println!("skipped: a deployed center has no process that could be ended from here");
                None
            }
        }
    }

    /// The deployed center, if it is one.
    pub fn deployed(&self) -> Option<&Deployed> {
        match &self.place {
            Place::Here(_) => None,
            Place::There(turn) => Some(&turn.center),
        }
    }

    /// Whether it is a process on this machine, with what only that has.
    pub fn is_here(&self) -> bool {
        matches!(self.place, Place::Here(_))
    }

    /// The socket of a path such as `/agent?token=…`: a deployed center has one for everybody.
    pub fn socket_url(&self, path: &str) -> String {
        match &self.place {
            Place::Here(process) => process.url.replacen("http", "ws", 1) + path,
            Place::There(turn) => {
                let query = path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
                turn.center.socket_url.clone() + &query
            }
        }
    }

    pub async fn token(&self, worker: &str, role: &str) -> String {
        match &self.place {
            Place::Here(process) => {
                Connection::open(&process.url).await.unwrap().sign_in(worker, role).await.unwrap()
            }
            Place::There(turn) => turn.center.token(worker, role),
        }
    }

    /// What the simulator answers.
    pub async fn simulator(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let url = match &self.place {
            Place::Here(process) => format!("{}/simulator", process.url),
            Place::There(turn) => turn.center.simulator_url.clone(),
        };
        let (mut connection, prefix) = connect(&url).await;
        connection.json(method, &(prefix + path), None, body).await.unwrap()
    }

    /// What is answered to somebody without a token; anything but 2xx fails.
    pub async fn json(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Value {
        let (mut connection, prefix) = connect(&self.url).await;
        connection.json(method, &(prefix + path), token, body).await.unwrap()
    }
}

impl Process {
    fn start(config: &Path) -> Process {
        let data = tempfile::tempdir().unwrap();
        let (child, url) = spawn(data.path(), config, "127.0.0.1:0");
        Process { child, url, data, config: config.to_owned() }
    }

    /// Ends the process as a power loss would (SIGKILL) and starts it again on the same data and port.
    pub fn crash_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.start_again();
    }

    /// Ends the process as an operator does and starts it again on the same data and port.
    pub fn stop_and_restart(&mut self) {
        self.stop();
        self.start_again();
    }

    fn start_again(&mut self) {
        let listen = self.url.trim_start_matches("http://").to_owned();
        (self.child, self.url) = spawn(self.data.path(), &self.config, &listen);
    }

    /// Ends the process as an operator does (SIGTERM); it must end well.
    fn stop(&mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Running {
    /// Status and body of a request.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> (u16, String) {
        let (mut connection, prefix) = connect(&self.url).await;
        let sent = connection.send(method, &(prefix + path), headers, body.into().into()).await;
        let (status, answer) = sent.unwrap();
        (status, String::from_utf8(answer.to_vec()).unwrap())
    }

    /// What the API answers to a supervisor.
    pub async fn api(&self, path: &str) -> Value {
        let token = self.token("Fay", "supervisor").await;
        self.json(Method::GET, path, Some(&token), None).await
    }

    /// A customer writes, by the simulator; the webhook's status.
    pub async fn customer_writes(&self, channel: &str, from: &str, text: &str) -> u64 {
        let body = json!({ "from": from, "text": text });
        let answer = self.simulator(Method::POST, &format!("/api/{channel}/messages"), Some(&body)).await;
        answer["status"].as_u64().unwrap()
    }

    /// The texts that a customer has been shown.
    pub async fn shown(&self, channel: &str, to: &str) -> Vec<String> {
        let to = to.replace('+', "%2B");
        let answer = self.simulator(Method::GET, &format!("/api/{channel}/deliveries?to={to}"), None).await;
        let entries = answer.as_array().unwrap().iter();
        entries.map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until a customer is shown something with these words.
    pub async fn sees(&self, channel: &str, to: &str, words: &str) {
        let what = format!("{to} sees {words:?} on {channel}");
        eventually(&what, || async {
            self.shown(channel, to).await.iter().any(|text| text.contains(words)).then_some(())
        })
        .await;
    }

    /// The contact with an address.
    pub async fn contact(&self, channel: &str, address: &str) -> Value {
        let address = address.replace('+', "%2B");
        let found = self.api(&format!("/api/contacts?channel={channel}&address={address}")).await;
        found["contacts"][0].clone()
    }

    /// A contact's messages: who said what on which channel.
    pub async fn history(&self, contact: &str) -> Vec<(String, String, String)> {
        let page = self.api(&format!("/api/contacts/{contact}/messages?limit=100")).await;
        assert_eq!(page["more"], false);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let messages = page["messages"].as_array().unwrap().iter();
        messages.map(|m| (text(&m["author"]["type"]), text(&m["channel"]), text(&m["text"]))).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            return;
        }
        if self.child.try_wait().unwrap().is_none() {
            let left = left_in_queues(&self.url);
            self.stop();
            assert_eq!(left, Ok(()));
        }
    }
}

fn spawn(data: &Path, config: &Path, listen: &str) -> (Child, String) {
    let mut child = Command::new(program())
        .args(["serve", "--listen", listen, "--data"])
        .arg(data)
        .arg("--config")
        .arg(config)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let url = first.trim().strip_prefix("ready ").unwrap_or_else(|| panic!("the server said {first:?}"));
    // Keep reading, so that it never writes to a closed pipe.
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    (child, url.to_owned())
}

/// The program `patchbay` that was built with these tests: it lies above their own binary.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap();
    let program = folder.join(format!("patchbay{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: cargo build -p patchbay-local", program.display());
    program
}

/// Waits until nothing is in the queues of messages, and says what else is left: dead letters.
fn left_in_queues(url: &str) -> Result<(), String> {
    let until = Instant::now() + Duration::from_secs(PATIENCE_S);
    loop {
        let queues = health(url)["queues"].clone();
        let number = |queue: &str, name: &str| queues[queue][name].as_u64().unwrap();
        let dead: u64 = ["inbound", "routing", "outbound"].map(|queue| number(queue, "dead")).iter().sum();
        let waiting = number("inbound", "messages") + number("outbound", "messages");
        if dead == 0 && waiting == 0 {
            return Ok(());
        }
        if dead > 0 || Instant::now() > until {
            return Err(format!("left in the queues: {queues}"));
        }
        std::thread::sleep(Duration::from_millis(LOOK_EVERY_MS));
    }
}

fn health(url: &str) -> Value {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// Looks again and again until there is something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    within_s(PATIENCE_S, what, look).await
}

/// The same for something that takes its time.
pub async fn within_s<T, F: Future<Output = Option<T>>>(s: u64, what: &str, look: impl Fn() -> F) -> T {
    let until = Instant::now() + Duration::from_secs(s);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < until, "it did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
}
