//! Style, script and icon: embedded, and served under the hash of what they hold, so browsers may keep them.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::sync::Arc;

use crate::house::House;
use crate::problem::Problem;

const STYLE: &str = concat!(
    include_str!("assets/tokens.css"),
    include_str!("assets/base.css"),
    include_str!("assets/layout.css"),
    include_str!("assets/components.css"),
    include_str!("assets/card.css"),
    include_str!("assets/papers.css"),
    include_str!("assets/print.css"),
);
const SCRIPT: &str = include_str!("assets/console.js");
const ICON: &str = include_str!("assets/icon.svg");

/// Where the embedded files are found.
pub(crate) struct Assets {
    hash: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let mut hasher = Sha256::new();
        for part in [STYLE, SCRIPT, ICON] {
            hasher.update(part);
        }
        let mut hash = HEXLOWER.encode(&hasher.finalize());
        hash.truncate(16);
        Self { hash }
    }

    /// The path of the file called `name`.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.hash)
    }
}

/// Serves one of the files, under the present hash only.
pub(crate) async fn serve(
    State(house): State<Arc<House>>,
    Path((hash, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    if hash != house.assets.hash {
        return Err(Problem::NotFound);
    }
    let (kind, body) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", STYLE),
        "console.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return Err(Problem::NotFound),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(response)
}
