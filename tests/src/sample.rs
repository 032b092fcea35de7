//! A register of invented people, written as a salon program would export it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use register::identity_code;

/// Last names that stand in no other file of a node.
const LAST: [&str; 8] = [
    "Qvarnström",
    "Zetterqvist",
    "Hyppykallio",
    "Kuusivaara",
    "Öljymäki",
    "Åkerfelt",
    "Vesilintu",
    "Pähkinäpensas",
];
const FIRST: [&str; 8] = [
    "Wilhelmiina",
    "Zaida",
    "Äinö",
    "Benjamiina",
    "Xenia",
    "Göta",
    "Kyllikki",
    "Qasim",
];
const HEALTH: [&str; 4] = [
    "Nikkeliallergia",
    "Punahukka",
    "Verenvuototauti",
    "Penisilliiniyliherkkyys",
];
const NOTES: [&str; 3] = [
    "Juo vihreää haudukkeita",
    "Tulee raitiovaunulla",
    "Pelkää neuloja",
];
const TREATMENTS: [&str; 4] = [
    "Merileväkääre",
    "Kultanaamio",
    "Korvakynttilä",
    "Suolahuonehoito",
];

/// One invented client.
#[derive(Debug, Clone)]
pub struct Person {
    /// Number in the register.
    pub number: usize,
    /// Last name, different for each.
    pub last: String,
    /// First name.
    pub first: &'static str,
    /// The last seven digits of the phone number.
    pub subscriber: String,
    /// E-mail address.
    pub email: String,
    /// Health entry, if any.
    pub health: Option<&'static str>,
    /// Note, if any.
    pub note: Option<&'static str>,
    /// Treatments with their dates.
    pub visits: Vec<(Date, &'static str)>,
}

/// A register.
#[derive(Debug, Clone)]
pub struct Register {
    /// Everybody in it.
    pub people: Vec<Person>,
}

/// Where a register was written.
#[derive(Debug, Clone)]
pub struct Files {
    /// Clients.
    pub clients: PathBuf,
    /// Their treatments.
    pub treatments: PathBuf,
}

/// Somebody's identity code who doesn't exist: individual numbers 900-999 belong to nobody.
#[must_use]
pub fn nobodys_code() -> Option<String> {
    let signs = "0123456789ABCDEFHJKLMNPRSTUVWXY".chars();
    let mut codes = signs.map(|sign| format!("010190-950{sign}"));
    codes.find(|code| identity_code::find(code).is_some())
}

impl Register {
    /// A register of so many people; the same for the same seed and day. Every visit lies within the year before `today`.
    #[must_use]
    pub fn invented(seed: u64, clients: usize, today: Date) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let people = (0..clients)
            .map(|number| person(number, &mut rng, today))
            .collect();
        Self { people }
    }

    /// Writes it as two semicolon-separated files with Finnish headers.
    ///
    /// # Errors
    /// When the files can't be written.
    pub fn write(&self, directory: &Path) -> anyhow::Result<Files> {
        let mut clients = String::from(
            "Asiakasnro;Sukunimi;Etunimi;Syntymäaika;Puhelin;Sähköposti;Allergiat/terveys;Muistiinpanot;Markkinointilupa\n",
        );
        let mut treatments =
            String::from("Asiakasnro;Päivä;Hoito;Tekijä;Toimipiste;Tuotteet;Huomiot;Sopimus\n");
        for person in &self.people {
            let Person {
                number,
                last,
                first,
                subscriber,
                email,
                ..
            } = person;
            let (health, note) = (
                person.health.unwrap_or_default(),
                person.note.unwrap_or_default(),
            );
            let year = 1950 + number % 50;
            let permission = if number % 3 == 0 { "kyllä" } else { "ei" };
            writeln!(
                clients,
                "{number};{last};{first};1.2.{year};040 {subscriber};{email};{health};{note};{permission}"
            )?;
            for (date, treatment) in &person.visits {
                let day = format!("{}.{}.{}", date.day(), date.month(), date.year());
                writeln!(
                    treatments,
                    "{number};{day};{treatment};Terapeutti 1;Poikuekatu;Levätahna;;ei"
                )?;
            }
        }
        std::fs::create_dir_all(directory)?;
        let files = Files {
            clients: directory.join("clients.csv"),
            treatments: directory.join("treatments.csv"),
        };
        std::fs::write(&files.clients, clients)?;
        std::fs::write(&files.treatments, treatments)?;
        Ok(files)
    }

    /// How many treatments it holds.
    #[must_use]
    pub fn visits(&self) -> usize {
        self.people.iter().map(|person| person.visits.len()).sum()
    }
}

fn person(number: usize, rng: &mut ChaCha8Rng, today: Date) -> Person {
    /// No visit lies longer ago.
    const DAYS: u64 = 360;
    let mut below = |bound: u64| rng.next_u64() % bound;
    let visits = (0..below(7))
        .map(|_| {
            let days = i64::try_from(below(DAYS)).unwrap_or_default();
            let date = today.saturating_sub(jiff::SignedDuration::from_hours(24 * days));
            (date, pick(&TREATMENTS, below(4)))
        })
        .collect();
    Person {
        number,
        last: format!("{}{}", pick(&LAST, below(8)), letters(number)),
        first: pick(&FIRST, below(8)),
        subscriber: format!("000{number:04}"),
        email: format!("asiakas{number}@kortisto.example"),
        health: (below(2) == 0).then(|| pick(&HEALTH, below(4))),
        note: (below(3) == 0).then(|| pick(&NOTES, below(3))),
        visits,
    }
}

fn pick(all: &'static [&'static str], number: u64) -> &'static str {
    usize::try_from(number)
        .ok()
        .and_then(|index| all.get(index))
        .copied()
        .unwrap_or_default()
}

/// A number as letters, so that names look like names and none is part of another's.
fn letters(number: usize) -> String {
    let digit = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or_default());
    format!(
        "q{}{}{}",
        digit(number / 676),
        digit(number / 26),
        digit(number)
    )
}
