//! As much of HTML as a test needs: the forms of a page that our own console wrote.

/// A form: where it goes and what its fields hold, as a browser would send them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The path it is sent to.
    pub action: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Puts a value into a field; a field that the page doesn't have is added.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some((_, held)) => value.clone_into(held),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// What a field holds.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The forms of a page.
#[must_use]
pub fn forms(page: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    let mut select: Option<(String, Option<String>)> = None;
    let mut rest = page;
    while let Some((tag, after)) = next_tag(rest) {
        rest = after;
        let name = tag.split_whitespace().next().unwrap_or_default();
        match name {
            "form" => {
                let action = attribute(tag, "action").unwrap_or_default();
                forms.push(Form {
                    action,
                    fields: Vec::new(),
                });
                inside = true;
            }
            "/form" => inside = false,
            _ if !inside => {}
            "input" => put(&mut forms, input(tag)),
            "textarea" => {
                let text = after.split('<').next().unwrap_or_default();
                // A browser drops the first line break of a text area.
                let text = unescape(text.strip_prefix('\n').unwrap_or(text));
                put(&mut forms, attribute(tag, "name").map(|name| (name, text)));
            }
            "select" => select = attribute(tag, "name").map(|name| (name, None)),
            "option" => {
                if let Some((_, chosen)) = &mut select
                    && (chosen.is_none() || has(tag, "selected"))
                {
                    *chosen = attribute(tag, "value");
                }
            }
            "/select" => put(
                &mut forms,
                select
                    .take()
                    .and_then(|(name, chosen)| Some((name, chosen?))),
            ),
            _ => {}
        }
    }
    forms
}

/// Where a page leads within its own site, in order.
#[must_use]
pub fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut rest = page;
    while let Some((tag, after)) = next_tag(rest) {
        rest = after;
        let leads = tag.starts_with("a ").then(|| attribute(tag, "href"));
        links.extend(leads.flatten().filter(|path| path.starts_with('/')));
    }
    links
}

/// The next tag without its brackets, and what follows it.
fn next_tag(page: &str) -> Option<(&str, &str)> {
    let start = page.find('<')? + 1;
    let mut quoted = false;
    let length = page.get(start..)?.find(|letter| {
        if letter == '"' {
            quoted = !quoted;
        }
        letter == '>' && !quoted
    })?;
    Some((
        page.get(start..start + length)?,
        page.get(start + length + 1..)?,
    ))
}

fn input(tag: &str) -> Option<(String, String)> {
    let kind = attribute(tag, "type").unwrap_or_default();
    let ticked = !matches!(kind.as_str(), "radio" | "checkbox") || has(tag, "checked");
    let sent = ticked && !matches!(kind.as_str(), "submit" | "button");
    sent.then(|| {
        Some((
            attribute(tag, "name")?,
            attribute(tag, "value").unwrap_or_default(),
        ))
    })
    .flatten()
}

fn put(forms: &mut [Form], field: Option<(String, String)>) {
    if let (Some(form), Some(field)) = (forms.last_mut(), field) {
        form.fields.push(field);
    }
}

/// The value of a tag's attribute.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next().map(unescape)
}

/// Whether a tag has an attribute without a value.
fn has(tag: &str, name: &str) -> bool {
    tag.split_whitespace().any(|word| word == name)
}

/// A text as a reader sees it.
#[must_use]
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_sends_it() {
        let page = r#"<p>x</p><input name="outside" value="1"><form method="post" action="/a?b=1&amp;c">
            <input type="hidden" name="csrf" value="t&lt;&quot;"><input type="checkbox" name="off" value="yes">
            <input type="radio" name="way" value="one"><input type="radio" name="way" value="two" checked>
            <textarea name="note">
first
second</textarea><select name="kind"><option value="a">A</option><option value="b" selected>B</option></select>
            <button>Go</button></form><form action="/other"></form>"#;
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let all = forms(page);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].action, "/a?b=1&c");
        assert_eq!(
            all[0].fields,
            [
                field("csrf", "t<\""),
                field("way", "two"),
                field("note", "first\nsecond"),
                field("kind", "b")
            ]
        );
        assert_eq!(all[0].clone().with("off", "yes").get("off"), Some("yes"));
    }
}
