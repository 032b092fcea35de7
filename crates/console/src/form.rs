//! Forms: what was typed, what is wrong with it, and how fields are shown.

use maud::{Markup, html};
use register::contact::TextFault;

use crate::text::Language;

/// The most fields of a form.
const FIELDS: usize = 400;

/// What a form holds, in order. Also what a form is filled with.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a posted form; `None` when it has too many fields.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes)
            .take(FIELDS + 1)
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        (pairs.len() <= FIELDS).then_some(Self(pairs))
    }

    /// The field's value; empty when it isn't there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether the field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Puts a value in place of any other of that name.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// With one more value.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.put(name, value);
        self
    }

    /// Fields whose names start so, without that start.
    pub(crate) fn starting(&self, start: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(start)?, value.as_str())))
    }

    /// Whether the page showed the same in this field.
    pub(crate) fn unchanged(&self, name: &str) -> bool {
        let was = self.get(&format!("was.{name}"));
        plain(self.get(name)) == plain(was)
    }
}

/// Browsers send line breaks as CR LF.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// What is wrong with a form, by field, in the person's words.
#[derive(Default)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        if self.of(field).is_none() {
            self.0.push((field.to_owned(), message.into()));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with what is wrong with it.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, message)| (field.as_str(), message.as_str()))
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == field)
            .map(|(_, message)| message.as_str())
    }

    /// Takes the value, or notes what is wrong with the field.
    pub(crate) fn take<T>(
        &mut self,
        field: &str,
        result: Result<T, TextFault>,
        t: Language,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                self.add(field, t.fault(fault));
                None
            }
        }
    }

    /// The summary above the form: takes focus, links to the fields.
    pub(crate) fn summary(&self, t: Language) -> Markup {
        html! {
            @if !self.is_empty() {
                div .summary role="alert" tabindex="-1" data-focus {
                    h2 { (t.faults(self.0.len())) }
                    ul {
                        @for (field, message) in &self.0 {
                            li { a href={ "#f-" (field) } { (message) } }
                        }
                    }
                }
            }
        }
    }
}

/// How a field is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    Text,
    Date,
    Year,
    Phone,
    Email,
    NewPassword,
    Password,
    /// Digits that nobody reads over a shoulder.
    Pin,
    Area,
}

/// One field of a form.
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) input: Input,
    pub(crate) required: bool,
    /// The `autocomplete` token; "off" for clients' data.
    pub(crate) complete: &'a str,
    /// Id of a list of suggestions.
    pub(crate) list: Option<&'a str>,
}

impl<'a> Field<'a> {
    pub(crate) const fn new(name: &'a str, label: &'a str, input: Input) -> Self {
        Self {
            name,
            label,
            hint: None,
            input,
            required: false,
            complete: "off",
            list: None,
        }
    }

    pub(crate) const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn complete(mut self, complete: &'a str) -> Self {
        self.complete = complete;
        self
    }

    pub(crate) const fn list(mut self, list: &'a str) -> Self {
        self.list = Some(list);
        self
    }

    /// The field with its label, hint, fault and value.
    pub(crate) fn show(&self, form: &Form, faults: &Faults) -> Markup {
        let id = format!("f-{}", self.name);
        let fault = faults.of(self.name);
        let described = match (self.hint, fault) {
            (None, None) => None,
            (Some(_), None) => Some(format!("{id}-hint")),
            (None, Some(_)) => Some(format!("{id}-fault")),
            (Some(_), Some(_)) => Some(format!("{id}-fault {id}-hint")),
        };
        let secret = matches!(
            self.input,
            Input::Password | Input::NewPassword | Input::Pin
        );
        let value = if secret { "" } else { form.get(self.name) };
        let (kind, mode) = match self.input {
            Input::Text | Input::Area => ("text", None),
            Input::Date => ("text", None),
            Input::Year => ("text", Some("numeric")),
            Input::Phone => ("tel", Some("tel")),
            Input::Email => ("text", Some("email")),
            Input::NewPassword | Input::Password => ("password", None),
            Input::Pin => ("password", Some("numeric")),
        };
        html! {
            div .field .fault[fault.is_some()] {
                label for=(id) { (self.label) }
                @if let Some(hint) = self.hint { p .hint id={ (id) "-hint" } { (hint) } }
                @if let Some(fault) = fault { p .wrong id={ (id) "-fault" } { (fault) } }
                @if self.input == Input::Area {
                    textarea id=(id) name=(self.name) rows="4" required[self.required]
                        aria-describedby=[described.as_deref()] aria-invalid=[fault.map(|_| "true")]
                        { "\n" (value) }
                } @else {
                    input id=(id) name=(self.name) type=(kind) value=(value) inputmode=[mode]
                        class=[short(self.input)] required[self.required] autocomplete=(self.complete)
                        list=[self.list] spellcheck="false"
                        aria-describedby=[described.as_deref()] aria-invalid=[fault.map(|_| "true")];
                }
            }
        }
    }
}

const fn short(input: Input) -> Option<&'static str> {
    match input {
        Input::Date | Input::Year => Some("short"),
        _ => None,
    }
}

/// A hidden field.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Whose password a form is about, for password managers and assistive technology; nobody sees or sends it.
pub(crate) fn whose(name: &str) -> Markup {
    html! { input type="text" value=(name) autocomplete="username" readonly hidden; }
}

/// A group of choices of which one is taken.
pub(crate) fn choices(
    name: &str,
    label: &str,
    options: &[(&str, &str)],
    form: &Form,
    faults: &Faults,
) -> Markup {
    let chosen = form.get(name);
    let fault = faults.of(name);
    html! {
        fieldset .field .choices .fault[fault.is_some()] id={ "f-" (name) } tabindex="-1" {
            legend { (label) }
            @if let Some(fault) = fault { p .wrong { (fault) } }
            div .options {
                @for (value, text) in options {
                    label { input type="radio" name=(name) value=(value) checked[*value == chosen]; span { (text) } }
                }
            }
        }
    }
}

/// A list of choices, folded, of which one is taken: for many of them.
pub(crate) fn picker(
    name: &str,
    label: &str,
    options: &[(String, String)],
    form: &Form,
    faults: &Faults,
) -> Markup {
    let chosen = form.get(name);
    let fault = faults.of(name);
    html! {
        div .field .fault[fault.is_some()] {
            label for={ "f-" (name) } { (label) }
            @if let Some(fault) = fault { p .wrong { (fault) } }
            select id={ "f-" (name) } name=(name) aria-invalid=[fault.map(|_| "true")] {
                @for (value, text) in options {
                    option value=(value) selected[value == chosen] { (text) }
                }
            }
        }
    }
}

/// One box to tick.
pub(crate) fn tick(name: &str, label: &str, form: &Form, faults: &Faults) -> Markup {
    let fault = faults.of(name);
    html! {
        div .field .fault[fault.is_some()] {
            @if let Some(fault) = fault { p .wrong { (fault) } }
            label .tick {
                input type="checkbox" id={ "f-" (name) } name=(name) value="yes" checked[form.get(name) == "yes"]
                    aria-invalid=[fault.map(|_| "true")];
                span { (label) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_spaces_at_the_ends_are_no_change() {
        let form = Form::read(b"note=a%0D%0Ab+&was.note=a%0Ab").unwrap();
        assert!(form.unchanged("note"));
        let form = Form::read(b"note=&was.note=a").unwrap();
        assert!(!form.unchanged("note"));
    }

    #[test]
    fn too_many_fields_are_refused() {
        let many = "a=1&".repeat(FIELDS);
        assert!(Form::read(many.as_bytes()).is_some());
        assert!(Form::read(format!("{many}b=2").as_bytes()).is_none());
    }
}
