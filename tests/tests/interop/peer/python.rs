//! Python's `cryptography`, and what is taken apart by hand on top of its primitives.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Peer, driven::Driven};
use crate::command::{Driver, run};

pub(crate) const NAME: &str = "cryptography";
pub(crate) const BY_HAND: &str = "by hand";

/// `script` is one of the drivers.
pub(crate) fn start(name: &'static str, script: &str) -> Result<Option<Box<dyn Peer>>> {
    let python = env::var_os("SEALGATE_PYTHON").unwrap_or_else(|| "python3".into());
    let mut probe = Command::new(&python);
    if run(probe.args(["-c", "import cryptography"])).is_err() {
        return Ok(None);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(python);
    command.arg(folder.join("tests/interop/drivers").join(script));
    let driver = Driver::start(&mut command)?;
    Ok(Some(Box::new(Driven::new(name, driver))))
}
