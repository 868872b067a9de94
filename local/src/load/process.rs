//! What a process has used, from `/proc` (Linux, proc(5)).

use anyhow::Context;

/// Clock ticks of a second in `/proc/<pid>/stat` (USER_HZ: 100 on every Linux of today).
const TICKS_PER_S: f64 = 100.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usage {
    pub cpu_s: f64,
    pub rss_mb: f64,
    /// The most that it has had.
    pub rss_max_mb: f64,
}

impl Usage {
    pub(super) fn of(pid: u32) -> anyhow::Result<Usage> {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
        parse(&read("stat")?, &read("status")?).context("/proc does not read")
    }

    /// The processor time since then, the memory as it is now.
    pub(super) fn since(&self, before: &Usage) -> Usage {
        Usage { cpu_s: self.cpu_s - before.cpu_s, ..*self }
    }
}

fn parse(stat: &str, status: &str) -> Option<Usage> {
    // The second field is the command in brackets, which may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start_matches(':').split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
    };
    Some(Usage {
        cpu_s: (ticks(11)? + ticks(12)?) / TICKS_PER_S,
        rss_mb: megabytes("VmRSS")?,
        rss_max_mb: megabytes("VmHWM")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_reads() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 0 0";
        let status = "Name:\ta\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(parse(stat, status), Some(Usage { cpu_s: 3.0, rss_mb: 2.0, rss_max_mb: 4.0 }));
        assert_eq!(parse("7", status), None);
    }
}
