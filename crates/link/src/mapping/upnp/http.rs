//! One question to a router and its answer, over a connection of its own.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::http::request::Builder;
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::url::Url;
use crate::nat::MappingFault;

/// How long an answer may take, from the first packet to the last.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(2);
/// The longest answer, bytes. Descriptions of real routers have ten thousand.
pub(super) const ANSWER_LIMIT: usize = 64 * 1024;
/// The longest head of an answer, bytes.
const HEAD_LIMIT: usize = 16 * 1024;

/// A request for what is at `url`.
pub(super) fn request(method: Method, url: &Url) -> Builder {
    Builder::new()
        .method(method)
        .uri(&url.path)
        .header(HOST, url.at.to_string())
        .header(CONNECTION, "close")
}

/// Sends a request and waits for the whole answer.
pub(super) async fn exchange(
    url: &Url,
    request: Builder,
    body: String,
) -> Result<(StatusCode, Bytes), MappingFault> {
    timeout(ANSWER_TIME, talk(url, request, body))
        .await
        .unwrap_or(Err(MappingFault::NoAnswer))
}

async fn talk(
    url: &Url,
    request: Builder,
    body: String,
) -> Result<(StatusCode, Bytes), MappingFault> {
    let unusable = |_| MappingFault::Unusable;
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| MappingFault::Unusable)?;
    let stream = TcpStream::connect(url.at)
        .await
        .map_err(|_| MappingFault::NoAnswer)?;
    let (mut sender, connection) = http1::Builder::new()
        // Routers that were built long ago look for names as they stand in the book.
        .title_case_headers(true)
        .ignore_invalid_headers_in_responses(true)
        .max_buf_size(HEAD_LIMIT)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(unusable)?;
    let answer = async move {
        let answer = sender.send_request(request).await.map_err(unusable)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_LIMIT)
            .collect()
            .await
            .map_err(|_| MappingFault::Unusable)?;
        Ok((status, body.to_bytes()))
    };
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // The router has closed; what it said before is there to be read.
        _ = connection => answer.await,
    }
}
