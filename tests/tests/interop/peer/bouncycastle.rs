//! BouncyCastle, as Debian packages it.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Peer, driven::Driven};
use crate::command::{Driver, is_on_path, run};
use crate::lab::Lab;

pub(crate) const NAME: &str = "BouncyCastle";

const JARS: [&str; 3] = [
    "/usr/share/java/bcpkix.jar",
    "/usr/share/java/bcprov.jar",
    "/usr/share/java/bcutil.jar",
];

pub(crate) fn start(lab: &Lab) -> Result<Option<Box<dyn Peer>>> {
    if !is_on_path("javac") || JARS.iter().any(|jar| !Path::new(jar).is_file()) {
        return Ok(None);
    }
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/interop/drivers/Driver.java"
    );
    let mut jars = JARS.map(Into::into).to_vec();
    let mut compile = Command::new("javac");
    compile.arg("-cp").arg(env::join_paths(&jars)?);
    run(compile.arg("-d").arg(lab.folder()).arg(source))?;
    jars.push(lab.folder().to_owned());
    let mut java = Command::new("java");
    // Many short operations: the second compiler would never pay off.
    java.args(["-XX:TieredStopAtLevel=1", "-cp"]);
    java.arg(env::join_paths(&jars)?).arg("Driver");
    Ok(Some(Box::new(Driven::new(NAME, Driver::start(&mut java)?))))
}
