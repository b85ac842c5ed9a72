//! The calls to the edge.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use api::{Endpoint, Problem, RecipientsQuery, RecipientsReply};
use bytes::Bytes;
use policy::Direction;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use smtp::{EnhancedCode, Reply};
use zeroize::Zeroizing;

use super::limits::{CONNECT_TIMEOUT, EDGE_REPLY_OCTETS_MAX, EDGE_TIMEOUT};
use super::parts::{self, Fields, Part, PartsError};

/// The edge's API, over kept connections.
pub(super) struct Edge {
    client: reqwest::Client,
    base: Url,
    token: Zeroizing<String>,
}

/// What the edge made of a message.
pub(super) enum Processed {
    /// To be delivered; `message` names it in the overview.
    Deliver {
        /// See [`api::ID_FIELD`].
        message: Option<String>,
        /// At least one.
        parts: Vec<Part>,
    },
    /// To be refused with this reply.
    Refuse(Reply),
    /// To be processed once for each of these groups of recipients; nothing was done.
    Divide(Vec<Vec<String>>),
}

impl Edge {
    /// The edge at `url`, without the path of the API.
    pub(super) fn new(url: &Url, token: Zeroizing<String>) -> Result<Self, EdgeError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(EDGE_TIMEOUT)
            .tcp_nodelay(true)
            .build()
            .map_err(unreachable)?;
        Ok(Self {
            client,
            base: url.clone(),
            token,
        })
    }

    /// Which recipients can be served; one reply each, `None` for yes.
    pub(super) async fn recipients(
        &self,
        query: &RecipientsQuery,
    ) -> Result<Vec<Option<Reply>>, EdgeError> {
        let url = self.url(api::ProcessRecipients::PATH);
        let response = self.post(url).json(query).send().await;
        let response = accept(response.map_err(unreachable)?).await?;
        let answer: RecipientsReply = response.json().await.map_err(unreachable)?;
        if answer.recipients.len() != query.to.len() {
            return Err(EdgeError::Senseless(
                "one answer per recipient is due".to_owned(),
            ));
        }
        let replies = answer
            .recipients
            .into_iter()
            .map(|recipient| recipient.reply);
        Ok(replies
            .map(|reply| reply.map(|text| refusal(&text)))
            .collect())
    }

    /// What is to be done with a message.
    pub(super) async fn process(
        &self,
        asked: &api::ProcessQuery,
        message: Bytes,
    ) -> Result<Processed, EdgeError> {
        let mut url = self.url(api::Process::PATH);
        url.set_query(Some(&query(asked)));
        let request = self.post(url).header(CONTENT_TYPE, "message/rfc822");
        let response = request.body(message).send().await.map_err(unreachable)?;
        let response = match accept(response).await {
            Ok(response) => response,
            Err(EdgeError::Problem(problem)) if problem.code == "refused" => {
                let reply = problem.reply.as_deref().unwrap_or(&problem.detail);
                return Ok(Processed::Refuse(refusal(reply)));
            }
            Err(EdgeError::Problem(problem)) if problem.code == "too-many-copies" => {
                return Ok(Processed::Divide(groups(problem.groups, asked)?));
            }
            Err(error) => return Err(error),
        };
        let headers = response.headers().clone();
        let body = read(response).await?;
        let parts = match text(&headers, CONTENT_TYPE.as_str()).and_then(|t| parts::boundary(&t)) {
            Some(boundary) => parts::split(&body, &boundary, asked)?,
            None => vec![fields(&headers).with(body, asked)?],
        };
        let message = text(&headers, api::ID_FIELD);
        Ok(Processed::Deliver { message, parts })
    }

    /// Tells what a next hop said.
    pub(super) async fn outcome(
        &self,
        message: &str,
        outcome: &api::NextHopOutcome,
    ) -> Result<(), EdgeError> {
        let path = api::ProcessOutcome::PATH.replace("{id}", &encode(message));
        let response = self.post(self.url(&path)).json(outcome).send().await;
        accept(response.map_err(unreachable)?).await.map(drop)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", api::BASE));
        url
    }

    fn post(&self, url: Url) -> reqwest::RequestBuilder {
        self.client.post(url).bearer_auth(&*self.token)
    }
}

/// The groups of a divided mail, if nobody is missing in them: who is would never get it.
fn groups(
    groups: Vec<Vec<String>>,
    asked: &api::ProcessQuery,
) -> Result<Vec<Vec<String>>, EdgeError> {
    let found: BTreeSet<&String> = groups.iter().flatten().collect();
    if found == asked.to.iter().collect() {
        Ok(groups)
    } else {
        Err(EdgeError::Senseless(
            "the groups are not the recipients".to_owned(),
        ))
    }
}

fn query(asked: &api::ProcessQuery) -> String {
    let direction = match asked.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("direction", direction);
    query.append_pair("from", &asked.from);
    for to in &asked.to {
        query.append_pair("to", to);
    }
    query.finish()
}

fn encode(segment: &str) -> String {
    let mut out = String::new();
    for octet in segment.bytes() {
        if octet.is_ascii_alphanumeric() || b"-_.~".contains(&octet) {
            out.push(octet.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.as_bytes();
    String::from_utf8(value.to_vec()).ok()
}

fn fields(headers: &HeaderMap) -> Fields {
    Fields {
        from: text(headers, api::FROM_FIELD),
        to: text(headers, api::TO_FIELD),
        hop: text(headers, api::HOP_FIELD),
    }
}

/// The reply that the edge wrote, or one of our own around it if it is none.
fn refusal(text: &str) -> Reply {
    Reply::parse(text)
        .filter(|reply| !reply.is_positive())
        .unwrap_or_else(|| Reply::new(550, EnhancedCode(5, 7, 1), text))
}

async fn accept(response: Response) -> Result<Response, EdgeError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = read(response).await.unwrap_or_default();
    Err(match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => EdgeError::Problem(Box::new(problem)),
        Err(_) => EdgeError::Status(status),
    })
}

async fn read(mut response: Response) -> Result<Bytes, EdgeError> {
    let announced = response
        .content_length()
        .and_then(|n| usize::try_from(n).ok());
    let mut body = Vec::new();
    body.reserve_exact(announced.unwrap_or(0).min(EDGE_REPLY_OCTETS_MAX));
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > EDGE_REPLY_OCTETS_MAX {
            return Err(EdgeError::Senseless("the answer does not end".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn unreachable(error: reqwest::Error) -> EdgeError {
    EdgeError::Unreachable(error.without_url())
}

/// Why the edge did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum EdgeError {
    /// No connection, or it broke.
    #[error("the edge cannot be reached: {0}")]
    Unreachable(reqwest::Error),
    /// The edge says why.
    #[error("the edge answered {} {}: {}", .0.status, .0.code, .0.detail)]
    Problem(Box<Problem>),
    /// Something between us and the edge answered.
    #[error("the edge answered {0}")]
    Status(StatusCode),
    /// The parts do not fit.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// Anything else that the contract does not know.
    #[error("the edge's answer makes no sense: {0}")]
    Senseless(String),
}

impl EdgeError {
    /// What the client is told. Nothing that is wrong between relay and edge is a reason to return
    /// mail, so all but a message that is too large may be tried again.
    pub(super) fn to_reply(&self) -> Reply {
        match self {
            Self::Unreachable(_) => Reply::new(
                451,
                EnhancedCode(4, 4, 1),
                "the gateway cannot be reached, try again",
            ),
            Self::Problem(problem) if problem.status == 413 => {
                Reply::new(552, EnhancedCode(5, 3, 4), "the message is too large")
            }
            Self::Status(StatusCode::PAYLOAD_TOO_LARGE) => {
                Reply::new(552, EnhancedCode(5, 3, 4), "the message is too large")
            }
            Self::Problem(problem) if matches!(problem.status, 401 | 403) => Reply::new(
                451,
                EnhancedCode(4, 3, 5),
                "the relay is not set up for the gateway",
            ),
            _ => Reply::new(
                451,
                EnhancedCode(4, 3, 0),
                "the gateway has trouble, try again",
            ),
        }
    }
}
