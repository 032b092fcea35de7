//! What the clinic says of itself at the head of everything that is printed or handed out (clauses 1-3).

use maud::{Markup, html};
use register::card::Settings;
use register::settings::{Controller, Premises};

use crate::house::House;
use crate::text::Language;

/// The clinic as it stands in settings; of a conflict the newest. What is not known is empty.
#[derive(Clone, Default)]
pub(crate) struct Letterhead {
    pub(crate) controller: Controller,
    pub(crate) premises: Vec<Premises>,
}

impl Letterhead {
    /// As this premises knows it now.
    pub(crate) fn of(house: &House) -> Self {
        let directory = house.desk.directory();
        directory.settings().map(Self::read).unwrap_or_default()
    }

    fn read(settings: &Settings) -> Self {
        let premises = settings.premises.iter();
        Self {
            controller: settings.controller.newest().cloned().unwrap_or_default(),
            premises: premises
                .filter_map(|(_, field)| field.newest().cloned())
                .collect(),
        }
    }

    /// Whether a paper made with it has empty places.
    pub(crate) fn lacks_something(&self) -> bool {
        let about = &self.controller;
        let all = [
            &about.name,
            &about.business_id,
            &about.contact,
            &about.register_name,
        ];
        let unreachable = about.phone.is_empty() && about.email.is_empty();
        let nowhere = self.premises.iter().any(|one| one.address.is_empty());
        all.iter().any(|text| text.is_empty()) || unreachable || nowhere
    }

    /// Who answers for the register, in lines: name, business ID, address, then each premises.
    pub(crate) fn controller_lines(&self, t: Language) -> Vec<String> {
        let about = &self.controller;
        let business = if about.business_id.is_empty() {
            String::new()
        } else {
            format!("{} {}", t.business_id(), about.business_id)
        };
        let head = [about.name.clone(), business, about.address.clone()];
        let premises = self.premises.iter().map(|one| {
            let parts = [&one.name, &one.address, &one.phone];
            let parts: Vec<&str> = parts.into_iter().map(String::as_str).collect();
            joined(&parts)
        });
        let all = head.into_iter().chain(premises);
        all.filter(|line| !line.is_empty()).collect()
    }

    /// Whom to ask about the register, in one line.
    pub(crate) fn contact_line(&self) -> String {
        let about = &self.controller;
        joined(&[&about.contact, &about.phone, &about.email])
    }

    /// The head of a printed page.
    pub(crate) fn show(&self, t: Language) -> Markup {
        let about = &self.controller;
        let facts = [
            (t.package_controller(), &about.name),
            (t.package_business_id(), &about.business_id),
            (t.postal_address(), &about.address),
            (t.package_register(), &about.register_name),
            (t.package_contact(), &self.contact_line()),
        ];
        html! {
            section .panel {
                dl .facts {
                    @for (word, text) in facts { @if !text.is_empty() { div { dt { (word) } dd { (text) } } } }
                    @for one in &self.premises {
                        div { dt { (t.at_premises()) } dd { (joined(&[&one.name, &one.address, &one.phone])) } }
                    }
                }
            }
        }
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}
