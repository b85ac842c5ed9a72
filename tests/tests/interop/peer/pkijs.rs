//! `PKI.js` on the `WebCrypto` of Node.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Peer, driven::Driven};
use crate::command::{Driver, is_on_path};

pub(crate) const NAME: &str = "PKI.js";

pub(crate) fn start() -> Result<Option<Box<dyn Peer>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_installed = folder.join("../node_modules/pkijs/package.json").is_file();
    let node = env::var_os("SEALGATE_NODE").unwrap_or_else(|| "node".into());
    if !is_installed || (node == "node" && !is_on_path("node")) {
        return Ok(None);
    }
    let mut command = Command::new(node);
    command.arg(folder.join("tests/interop/drivers/pkijs.mjs"));
    let driver = Driver::start(&mut command)?;
    Ok(Some(Box::new(Driven::new(NAME, driver))))
}
