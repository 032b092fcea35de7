//! Notes on a card: not for health, and the field says so.

use maud::Markup;
use register::contact::{Note, required};
use register::value::Content;

use crate::clock::today;
use crate::form::{Faults, Field, Form, Input};
use crate::text::Language;
use crate::visitor::Visitor;

pub(super) fn inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    Field::new("text", t.note(), Input::Area)
        .hint(t.not_for_health())
        .required()
        .show(form, faults)
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<Note> {
    let text = faults.take("text", required(form.get("text")), who.t())?;
    let date = match before {
        Some(Content::Note(note)) => note.date,
        _ => Some(today(who.house().clock)),
    };
    Some(Note { text, date })
}
