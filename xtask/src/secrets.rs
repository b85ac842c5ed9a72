//! What the stack must not share with another: made once for each state folder.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const FILE: &str = "secrets.json";
/// 256 bits, as much as the strongest thing that any of them protects.
const OCTETS: usize = 32;

/// The stack's secrets.
pub(crate) struct Secrets {
    /// Wraps the private keys at rest; `id:base64`.
    pub(crate) master_keys: String,
    pub(crate) operator_token: String,
    pub(crate) api_token: String,
    pub(crate) admin_password: String,
}

impl Secrets {
    /// Those of a state folder.
    pub(crate) fn of(state: &Path) -> Result<Self> {
        let file = state.join(FILE);
        if !file.exists() {
            let made = json!({
                "master_keys": format!("m1:{}", STANDARD.encode(random()?)),
                "operator_token": format!("sgo_{}", URL_SAFE_NO_PAD.encode(random()?)),
                "api_token": format!("sga_{}", URL_SAFE_NO_PAD.encode(random()?)),
                "admin_password": URL_SAFE_NO_PAD.encode(random()?),
            });
            write(&file, &format!("{made:#}\n"))?;
        }
        let text = fs::read_to_string(&file).with_context(|| format!("`{}`", file.display()))?;
        let stored: Value =
            serde_json::from_str(&text).with_context(|| format!("`{}`", file.display()))?;
        let secret = |name: &str| {
            let value = stored.get(name).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| {
                anyhow!(
                    "`{}` lacks `{name}`; delete the state to start afresh",
                    file.display()
                )
            })
        };
        Ok(Self {
            master_keys: secret("master_keys")?,
            operator_token: secret("operator_token")?,
            api_token: secret("api_token")?,
            admin_password: secret("admin_password")?,
        })
    }
}

/// Writes a file that only its owner reads.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("`{}`", file.display()))
}

fn random() -> Result<[u8; OCTETS]> {
    let mut octets = [0; OCTETS];
    getrandom::fill(&mut octets).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(octets)
}
