//! Where the focus is, as assistive technology says it and as somebody sees it.

use serde_json::Value;

use crate::browser::Browser;

/// What has the focus: its name as assistive technology says it, the parts of the page around it by their headings,
/// whether somebody sees where it is, and what is chosen in it.
const LOOK: &str = "
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const words = (one) => (one?.innerText ?? '').replace(/\\s+/g, ' ').trim();
    const said = at.getAttribute('aria-labelledby')?.split(' ').map((id) => words(document.getElementById(id)));
    const label = at.labels?.length ? [...at.labels].map(words).join(' ') : words(at);
    const parts = [];
    for (let one = at.closest('fieldset, section, article, li, tr, form, details, .panel'); one;
        one = one.parentElement.closest('fieldset, section, article, li, tr, form, details, .panel'))
        parts.push(words(one.matches('li, tr') ? one : one.querySelector('legend, h1, h2, h3, summary')));
    const box = at.getClientRects()[0] ?? at.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
    const ring = getComputedStyle(at);
    return {
        name: at.ariaLabel || said?.join(' ') || label,
        parts,
        inSight: at === top || at.contains(top),
        ringed: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) > 0,
        kind: at.type ?? at.localName,
        chosen: at.localName === 'select' ? words(at.selectedOptions[0]) : at.checked === true ? 'yes' : '',
    };
";

/// Where the focus is.
#[derive(Debug)]
pub(super) struct Focus {
    pub(super) name: String,
    parts: Vec<String>,
    pub(super) kind: String,
    pub(super) chosen: String,
    pub(super) seen: bool,
}

impl Focus {
    /// Looks where it is; `None` when nothing has it.
    pub(super) async fn of(browser: &Browser) -> anyhow::Result<Option<Self>> {
        let found = browser.driver().execute(LOOK, Vec::new()).await?;
        Ok(Self::read(found.json()))
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let holds = |key: &str| value.get(key).and_then(Value::as_bool);
        let parts = value.get("parts")?.as_array()?.iter();
        Some(Self {
            name: text("name")?,
            parts: parts
                .filter_map(|part| part.as_str().map(str::to_owned))
                .collect(),
            kind: text("kind")?,
            chosen: text("chosen")?,
            seen: holds("inSight")? && holds("ringed")?,
        })
    }

    /// Whether this is its name: all of it, or its beginning where `wanted` ends with an ellipsis.
    pub(super) fn is_called(&self, wanted: &str) -> bool {
        match wanted.strip_suffix('…') {
            Some(start) => self.name.starts_with(start),
            None => self.name == wanted,
        }
    }

    pub(super) fn is_in(&self, part: &str) -> bool {
        part.is_empty() || self.parts.iter().any(|one| one.contains(part))
    }

    /// Whether it is one of the choices of a group, or the list of them.
    pub(super) fn is_choice_of(&self, group: &str) -> bool {
        match self.kind.as_str() {
            "radio" => self.parts.iter().any(|part| part == group),
            "select-one" => self.name == group,
            _ => false,
        }
    }
}
