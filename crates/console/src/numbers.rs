//! A page of numbers for programs that watch the node, on a socket of its own. What the numbers are is the node's to
//! say; nobody logs in here.

use std::io;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

/// What the text is (OpenMetrics 1.0, section 4).
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves what `text` makes at `/metrics`, until it is dropped; `None` is a failure.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    text: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
) -> io::Result<()> {
    let handler = move || {
        let text = text();
        async move { answer(text) }
    };
    let app = Router::new().route("/metrics", get(handler));
    axum::serve(listener, app).await
}

fn answer(text: Option<String>) -> Response {
    let kind: [(HeaderName, &str); 1] = [(CONTENT_TYPE, TEXT)];
    match text {
        Some(text) => (kind, text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
