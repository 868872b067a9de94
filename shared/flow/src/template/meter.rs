//! What keeps a template's work and output bounded: Liquid itself has no limits.

use std::io::{self, Write};

use liquid_core::{Error, Result, Runtime};

use crate::limits::{LIQUID_VALUE_BYTES_MAX, RENDER_WORK_BYTES_MAX};

/// Work done by one rendering; lives in the runtime's registers, which filters and blocks can reach.
#[derive(Default)]
struct Meter {
    used: usize,
    exceeded: Option<(&'static str, u64)>,
}

/// Counts `bytes` of work; an error once the rendering has used up what it may.
pub(super) fn charge(runtime: &dyn Runtime, bytes: usize) -> Result<()> {
    let mut meter = runtime.registers().get_mut::<Meter>();
    meter.used = meter.used.saturating_add(bytes);
    if meter.used <= RENDER_WORK_BYTES_MAX {
        return Ok(());
    }
    meter.exceeded = Some(("template work bytes", RENDER_WORK_BYTES_MAX as u64));
    Error::with_msg("the template does too much").into_err()
}

/// Counts the work of making a value of `bytes` and refuses one that is too large to hold.
pub(super) fn charge_value(runtime: &dyn Runtime, bytes: usize) -> Result<()> {
    if bytes > LIQUID_VALUE_BYTES_MAX {
        runtime.registers().get_mut::<Meter>().exceeded =
            Some(("template value bytes", LIQUID_VALUE_BYTES_MAX as u64));
        return Error::with_msg("a value of the template is too large").into_err();
    }
    charge(runtime, bytes)
}

/// The bound that the rendering hit, if any.
pub(super) fn exceeded(runtime: &dyn Runtime) -> Option<(&'static str, u64)> {
    runtime.registers().get_mut::<Meter>().exceeded
}

/// Collects output up to a limit.
pub(super) struct LimitedWriter {
    bytes: Vec<u8>,
    max: usize,
    pub(super) exceeded: bool,
}

impl LimitedWriter {
    pub(super) fn new(max: usize) -> Self {
        Self { bytes: Vec::new(), max, exceeded: false }
    }

    pub(super) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Write for LimitedWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.len() > self.max - self.bytes.len() {
            self.exceeded = true;
            return Err(io::Error::other("the output is too long"));
        }
        self.bytes.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Charges what a loop's body writes: a `capture` around the loop writes into memory that nothing else counts.
pub(super) struct MeteredWriter<'a> {
    pub(super) inner: &'a mut dyn Write,
    pub(super) runtime: &'a dyn Runtime,
}

impl Write for MeteredWriter<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        charge(self.runtime, buf.len()).map_err(|error| io::Error::other(error.to_string()))?;
        self.inner.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
