//! Cookies, read and written by hand: ours are few, plain and bounded.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use register::id::NodeId;

/// How long choices of language and look stay, in seconds: a year.
const CHOICE_AGE: u32 = 365 * 24 * 3600;

/// The names of a node's cookies. Ports share cookies, so two nodes on one machine need two names.
#[derive(Clone)]
pub(crate) struct Names {
    /// The session's token.
    pub(crate) session: String,
    /// The browser's own random number, for lockouts and for forms before log-in.
    pub(crate) device: String,
}

impl Names {
    pub(crate) fn of(node: NodeId) -> Self {
        let id = node.to_string();
        let prefix = id.get(..8).unwrap_or(&id);
        Self {
            session: format!("kortisto_{prefix}"),
            device: format!("kortisto_device_{prefix}"),
        }
    }
}

/// The language's cookie.
pub(crate) const LANGUAGE: &str = "kortisto_language";
/// The look's cookie.
pub(crate) const THEME: &str = "kortisto_theme";

/// The value of the cookie called `name`.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Adds a cookie that ends with the browser and that no script can read.
pub(crate) fn secret(headers: &mut HeaderMap, name: &str, value: &str) {
    add(
        headers,
        &format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict"),
    );
}

/// Adds a cookie that stays for a year and that no script can read.
pub(crate) fn lasting(headers: &mut HeaderMap, name: &str, value: &str) {
    add(
        headers,
        &format!("{name}={value}; Path=/; Max-Age={CHOICE_AGE}; HttpOnly; SameSite=Strict"),
    );
}

/// Takes a cookie away.
pub(crate) fn remove(headers: &mut HeaderMap, name: &str) {
    add(
        headers,
        &format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),
    );
}

fn add(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("ab=1; a=2"));
        headers.append(COOKIE, HeaderValue::from_static("c=3"));
        assert_eq!(read(&headers, "a"), Some("2"));
        assert_eq!(read(&headers, "c"), Some("3"));
        assert_eq!(read(&headers, "b"), None);
    }
}
