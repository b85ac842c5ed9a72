//! The measurements, each beside its goal: `cargo xtask bench` builds what they need and runs them.
//!
//! Everything runs on one machine, and what is compared runs in turns, so that a ratio does not depend
//! on what else the machine did meanwhile. `--engine` measures the engine alone; with a text after it
//! only rows whose name holds the text, like `--engine 'sign 1 MiB'`.

mod engine;
mod figure;
mod mail;
mod native;
mod size;

use std::env;

use anyhow::{Result, bail};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let mut as_json = false;
    let mut only_engine = false;
    let mut filter = String::new();
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--json" => as_json = true,
            "--engine" => only_engine = true,
            text if only_engine => text.clone_into(&mut filter),
            other => bail!("`{other}` is no argument"),
        }
    }
    let (mut figures, mut table) = engine::measure(&filter)?;
    let (beside_openssl, rows) = native::measure(&filter)?;
    figures.extend(beside_openssl);
    table.push_str(&rows);
    if !only_engine {
        figures.extend(mail::figures()?);
        figures.extend(size::sizes()?);
    }
    if as_json {
        let list: Vec<Value> = figures.iter().map(figure::Figure::to_json).collect();
        println!("{}", json!({"figures": list}));
    } else {
        print!("{table}");
        for figure in &figures {
            println!("{}", figure.line());
        }
    }
    Ok(())
}
