//! The HTTP contract as a script would call it: JSON in, status and JSON out.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Activating many mailboxes makes many keys.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What a call answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; `null` if there is none or it is not JSON.
    pub body: Value,
}

/// A caller with a token.
#[derive(Clone)]
pub struct ApiClient {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl ApiClient {
    /// A caller of the API at `base`, which ends in `/api/v1`.
    pub fn new(base: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false);
        Self {
            agent: config.build().into(),
            base: base.to_owned(),
            token: token.to_owned(),
        }
    }

    /// The same API with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// Calls without a body.
    pub fn call(&self, method: &str, path: &str) -> Result<Answer> {
        self.call_with(method, path, "application/json", &[])
    }

    /// Calls with a body of any type.
    pub fn call_with(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header("content-type", content_type);
        }
        let reply = if body.is_empty() && method != "POST" && method != "PUT" {
            self.agent.run(request.body(())?)
        } else {
            self.agent.run(request.body(body)?)
        };
        let mut reply = reply.with_context(|| format!("{method} {path}"))?;
        let status = reply.status().as_u16();
        let text = reply.body_mut().read_to_string().unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// Calls with a JSON body.
    pub fn call_json(&self, method: &str, path: &str, body: &Value) -> Result<Answer> {
        self.call_with(
            method,
            path,
            "application/json",
            body.to_string().as_bytes(),
        )
    }

    /// `GET` that must succeed.
    pub fn get(&self, path: &str) -> Result<Value> {
        good("GET", path, self.call("GET", path)?)
    }

    /// `GET` of something that is not JSON.
    pub fn get_text(&self, path: &str) -> Result<String> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let authorization = format!("Bearer {}", self.token);
        let mut reply = request.header("authorization", authorization).call()?;
        let text = reply.body_mut().read_to_string()?;
        if !is_good(reply.status().as_u16()) {
            bail!("GET {path} answered {}: {text}", reply.status());
        }
        Ok(text)
    }

    /// `POST` without a body of which something comes that is not JSON.
    pub fn post_text(&self, path: &str) -> Result<String> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let authorization = format!("Bearer {}", self.token);
        let mut reply = request
            .header("authorization", authorization)
            .send_empty()?;
        let text = reply.body_mut().read_to_string()?;
        if !is_good(reply.status().as_u16()) {
            bail!("POST {path} answered {}: {text}", reply.status());
        }
        Ok(text)
    }

    /// The fingerprint of a mailbox's certificate, once it is active; waits for it.
    pub fn active_certificate(&self, address: &str) -> Result<String> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let mailbox = self.get(&format!("/mailboxes/{address}"))?;
            let text = |pointer: &str| mailbox.pointer(pointer).and_then(Value::as_str);
            if text("/status") == Some("active")
                && let Some(fingerprint) = text("/certificate/fingerprint")
            {
                return Ok(fingerprint.to_owned());
            }
            if Instant::now() > deadline {
                bail!("{address} is not active after {} s", TIMEOUT.as_secs());
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// `POST` of JSON that must succeed.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        good("POST", path, self.call_json("POST", path, body)?)
    }

    /// `PUT` of JSON that must succeed.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value> {
        good("PUT", path, self.call_json("PUT", path, body)?)
    }

    /// `POST` of a PEM file that must succeed.
    pub fn post_pem(&self, path: &str, pem: &str) -> Result<Value> {
        let answer = self.call_with("POST", path, "application/x-pem-file", pem.as_bytes())?;
        good("POST", path, answer)
    }
}

fn is_good(status: u16) -> bool {
    status / 100 == 2
}

fn good(method: &str, path: &str, answer: Answer) -> Result<Value> {
    if !is_good(answer.status) {
        bail!(
            "{method} {path} answered {}: {}",
            answer.status,
            answer.body
        );
    }
    Ok(answer.body)
}
