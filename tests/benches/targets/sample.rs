//! Invented clients in any number.

use register::contact::{Email, Name, Phone};
use register::document::{Collection, FieldKey};
use register::replica::ImportedClient;
use register::treatment::Treatment;
use register::value::Content;

const LAST: [&str; 12] = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Åkerblom",
    "Järvinen",
    "Lehtonen",
    "Öhman",
    "Saarinen",
];
const FIRST: [&str; 10] = [
    "Maria",
    "Helena",
    "Johanna",
    "Anneli",
    "Päivi",
    "Märta",
    "Anna-Liisa",
    "Eeva",
    "Tuulikki",
    "Juha",
];
const DONE: [&str; 6] = [
    "Kasvohoito",
    "Mikroneulaus",
    "Jalkahoito",
    "Hieronta 60 min",
    "Laserkarvanpoisto",
    "Ripsipidennykset",
];

/// The name of client `number`.
pub(crate) fn name(number: usize) -> Name {
    let last = format!("{}{}", LAST[number % LAST.len()], letters(number / 120));
    Name::new(&last, FIRST[number / LAST.len() % FIRST.len()]).unwrap()
}

/// The phone number of client `number`: of a range that nobody has.
pub(crate) fn phone(number: usize) -> Phone {
    format!(
        "0{}{:06}",
        [400, 440, 450, 500][number / 1_000_000 % 4],
        number % 1_000_000
    )
    .parse()
    .unwrap()
}

/// Client `number` with so many treatments.
pub(crate) fn client(number: usize, treatments: usize) -> ImportedClient {
    let mut entries = vec![
        (Collection::Phone, Content::Phone(phone(number))),
        (
            Collection::Email,
            Content::Email(
                format!("asiakas{number}@example.com")
                    .parse::<Email>()
                    .unwrap(),
            ),
        ),
    ];
    entries.extend((0..treatments).map(|at| {
        (
            Collection::Treatment,
            Content::Treatment(treatment(number, at)),
        )
    }));
    ImportedClient {
        source: "bench".into(),
        legacy_id: number.to_string(),
        fields: vec![(FieldKey::Name, Content::Name(name(number)))],
        entries,
    }
}

fn treatment(number: usize, at: usize) -> Treatment {
    let day = jiff::civil::date(2026, 11, 1)
        .checked_sub(jiff::Span::new().days((at * 23 + number % 19) as i64));
    Treatment {
        date: day.unwrap(),
        name: DONE[(number + at) % DONE.len()].into(),
        by: ["Terapeutti 2", "vuokratuoli/Sini"][at % 2].into(),
        by_id: None,
        premises: ["Poikuekatu", "Aleksanterinkatu"][number % 2].into(),
        products: if at.is_multiple_of(3) {
            "seerumi X".into()
        } else {
            String::new()
        },
        batch: if at.is_multiple_of(3) {
            format!("{}/A", 5_000 + at)
        } else {
            String::new()
        },
        remarks: if at.is_multiple_of(4) {
            "lievä punoitus".into()
        } else {
            String::new()
        },
        item: None,
        contract_made: at.is_multiple_of(5).then_some(true),
        contract: None,
        acknowledged: None,
    }
}

fn letters(mut number: usize) -> String {
    let mut text = String::new();
    while number > 0 {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    text
}
