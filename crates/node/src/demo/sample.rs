//! The sample register: invented clients, written the way a salon program exports them for a Finnish
//! Excel (semicolons, Windows-1252, CRLF, d.M.yyyy), with a few bad rows as real ones have them.
//!
//! The same day gives the same files. Dates are counted back from the day, so that nothing is ever too old.

use std::fs;
use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1252;
use jiff::ToSpan as _;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::exit::{Attempt as _, Outcome};

const CLIENTS: u32 = 240;
const SEED: u64 = 2026;
/// Treatments lie at most this many days back: a little under five years.
const DAYS: u32 = 1_780;
/// Every so many clients one was here last almost five years ago, and is due for deletion soon.
const DUE_EVERY: u32 = 80;

const LAST: [&str; 24] = [
    "Aalto",
    "Ahonen",
    "Halonen",
    "Hämäläinen",
    "Järvinen",
    "Kallio",
    "Karjalainen",
    "Kettunen",
    "Koivisto",
    "Lahtinen",
    "Laine",
    "Lindqvist",
    "Mattila",
    "Mäkelä",
    "Niemi",
    "Nyström",
    "Ojala",
    "Peltonen",
    "Rantala",
    "Saarinen",
    "Salonen",
    "Tuominen",
    "Virtanen",
    "Ylönen",
];
const FIRST: [&str; 24] = [
    "Aino", "Anneli", "Birgitta", "Eeva", "Elina", "Hanna", "Helmi", "Iiris", "Johanna", "Kaisa",
    "Katri", "Leena", "Maarit", "Mikko", "Noora", "Outi", "Päivi", "Riikka", "Saana", "Sirpa",
    "Tiina", "Ulla", "Veikko", "Åsa",
];
const STREETS: [&str; 6] = [
    "Keksitynkatu",
    "Satukuja",
    "Tarinatie",
    "Esimerkinpolku",
    "Mallikatu",
    "Koepiha",
];
const HEALTH: [&str; 6] = [
    "Atooppinen ihottuma",
    "PPD-allergia (hiusväri)",
    "Verenohennuslääkitys",
    "Raskaana",
    "Herkkä iho",
    "Psoriasis",
];
const NOTES: [&str; 4] = [
    "Toivoo aamuaikoja",
    "Tulee bussilla",
    "Soita, älä lähetä viestiä",
    "Pitää hiljaisuudesta",
];
const TREATMENTS: [&str; 10] = [
    "Kasvohoito",
    "Kemiallinen kuorinta",
    "Mikroneulaus",
    "Ripsien ja kulmien värjäys",
    "Ripsipidennykset",
    "Sokerointi sääret",
    "Jalkahoito",
    "Timanttihionta",
    "Hieronta 60 min",
    "Laserkarvanpoisto",
];
const GIVERS: [&str; 3] = ["Hilla Hoitaja", "vuokratuoli/Ykä", "Outi Omistaja"];
const PLACES: [&str; 2] = ["Poikuekatu", "Aleksanterinkatu"];
const PRODUCTS: [&str; 4] = [
    "",
    "seerumi X, LOT 5567/A",
    "erä 22B1",
    "hoitoöljy, erä 0917",
];

/// The two files.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) clients: PathBuf,
    pub(super) treatments: PathBuf,
}

/// Writes the files of `today` into `dir`.
pub(super) fn write(dir: &Path, today: Date) -> Outcome<Files> {
    fs::create_dir_all(dir).attempt(format!("make the directory {}", dir.display()))?;
    let files = Files {
        clients: dir.join("clients.csv"),
        treatments: dir.join("treatments.csv"),
    };
    let (clients, treatments) = texts(today);
    for (path, text) in [(&files.clients, clients), (&files.treatments, treatments)] {
        let (bytes, ..) = WINDOWS_1252.encode(&text);
        fs::write(path, bytes).attempt(format!("write {}", path.display()))?;
    }
    Ok(files)
}

fn texts(today: Date) -> (String, String) {
    let mut dice = Dice(ChaCha20Rng::seed_from_u64(SEED));
    let mut clients = vec![
        "Asiakasnro;Sukunimi;Etunimi;Syntymäaika;Puhelin;Sähköposti;Katuosoite;Postinumero;Paikkakunta;\
         Allergiat/terveys;Muistiinpanot;Markkinointilupa"
            .to_owned(),
    ];
    let mut treatments =
        vec!["Asiakasnro;Päivä;Hoito;Tekijä;Toimipiste;Tuotteet;Huomiot;Sopimus".to_owned()];
    for number in 1..=CLIENTS {
        clients.push(client(number, today, &mut dice));
        let visits = if number.is_multiple_of(DUE_EVERY) {
            1
        } else {
            1 + dice.below(12)
        };
        for _ in 0..visits {
            treatments.push(treatment(number, today, &mut dice));
        }
        if number % 60 == 0 {
            // What spreadsheets leave behind.
            clients.push(String::new());
        }
    }
    clients.extend(bad_clients());
    treatments.extend(bad_treatments(today));
    let text = |lines: Vec<String>| lines.join("\r\n") + "\r\n";
    (text(clients), text(treatments))
}

fn client(number: u32, today: Date, dice: &mut Dice) -> String {
    let (last, first) = (dice.pick(&LAST), dice.pick(&FIRST));
    let year = u32::from(today.year().unsigned_abs()) - 19 - dice.below(60);
    let birth = match dice.below(5) {
        0 => String::new(),
        1 => year.to_string(),
        _ => format!("{}.{}.{year}", 1 + dice.below(28), 1 + dice.below(12)),
    };
    let subscriber = 1_000 + number;
    let phone = match dice.below(5) {
        0 => format!("0400{subscriber:06}"),
        1 => format!("040-000 {subscriber}"),
        2 => format!("+358 40 000 {subscriber}"),
        3 => format!("0035840000{subscriber}"),
        _ => format!("040 000 {subscriber}"),
    };
    let email = match dice.below(4) {
        0 => String::new(),
        _ => format!("Asiakas{number}@Example.com"),
    };
    let health = match dice.below(5) {
        0 => dice.pick(&HEALTH),
        _ => "",
    };
    let note = match dice.below(6) {
        0 => dice.pick(&NOTES),
        _ => "",
    };
    let marketing = dice.pick(&["Kyllä", "x", "Ei", "EI", ""]);
    format!(
        "{number};{last};{first};{birth};{phone};{email};{} {};15100;LAHTI;{health};{note};{marketing}",
        dice.pick(&STREETS),
        1 + dice.below(80)
    )
}

fn treatment(number: u32, today: Date, dice: &mut Dice) -> String {
    let days = if number.is_multiple_of(DUE_EVERY) {
        1_822 - number / 20
    } else {
        dice.below(DAYS)
    };
    let day = before(today, days);
    let name = dice.pick(&TREATMENTS);
    let (giver, place, product) = (dice.pick(&GIVERS), dice.pick(&PLACES), dice.pick(&PRODUCTS));
    let remark = dice.pick(&["", "", "", "OK", "lievä punoitus"]);
    let contract = dice.pick(&["", "", "Ei", "x"]);
    format!(
        "{number};{};{name};{giver};{place};{product};{remark};{contract}",
        show(day)
    )
}

fn bad_clients() -> Vec<String> {
    let row = |text: &str| text.to_owned();
    vec![
        row("901;;;1.1.1980;0400001901;;;;;;;"),
        row("902;Lyhyt;Rivi;1980"),
        row("903;Pitkä;Rivi;1980;;;;;;;;;liikaa;sarakkeita"),
        row("1;Kahdesti;Numero;1980;;;;;;;;"),
        row("904;Koodi;Kaino;010180-9015;0400001904;;;;;;;"),
        row("905;Kaava;Kalle;31.2.1990;0400001905;;;;;;\"=HYPERLINK(\"\"http://x\"\")\";"),
        row("906;Merkki;Milla;1975;ei puhelinta;ei postia;;;;;<b>Hei</b>;kyllä"),
        // The same persons twice, under two numbers: listed, never merged by themselves.
        row("907;Tupla;Tuija;2.2.1982;0400001907;tuija@example.com;;;;;;x"),
        row("908;Tupla;Tuija;1982;040 000 1907;TUIJA@example.com;;;;;;"),
        row("909;Kaksonen;Kaija;3.3.1974;0400001909;;;;;;;"),
        row("910;Kaksonen;Kaija;1974;0400001910;;;;;;;"),
    ]
}

fn bad_treatments(today: Date) -> Vec<String> {
    let recent = show(before(today, 20));
    let ahead = show(today.checked_add(30.days()).unwrap_or(today));
    let old = show(before(today, 2_200));
    vec![
        format!("99999;{recent};Kasvohoito;Hilla Hoitaja;Poikuekatu;;;"),
        format!("2;{ahead};Kasvohoito;Hilla Hoitaja;Poikuekatu;;;"),
        format!("3;{old};Jalkahoito;Outi Omistaja;Poikuekatu;;;"),
        "4;31.2.2024;Mikroneulaus;Hilla Hoitaja;Aleksanterinkatu;;;".to_owned(),
        format!("907;{recent};Kasvohoito;Hilla Hoitaja;Poikuekatu;;OK;x"),
    ]
}

fn before(day: Date, days: u32) -> Date {
    day.checked_sub(i64::from(days).days()).unwrap_or(day)
}

fn show(day: Date) -> String {
    format!("{}.{}.{}", day.day(), day.month(), day.year())
}

struct Dice(ChaCha20Rng);

impl Dice {
    /// A number below `bound`.
    fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32().checked_rem(bound).unwrap_or_default()
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let at = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX));
        let at = usize::try_from(at).unwrap_or_default();
        from.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Sources, read};
    use jiff::civil::date;

    #[test]
    fn the_real_importer_takes_it_and_finds_the_bad_rows() {
        let dir = tempfile::tempdir().unwrap();
        let today = date(2026, 11, 24);
        let files = write(dir.path(), today).unwrap();
        let sources = Sources {
            clients: &files.clients,
            treatments: Some(&files.treatments),
            map: &[],
            today,
            source: None,
        };
        let preview = read(&sources).unwrap();
        assert!(preview.counts.clients >= 240, "{:?}", preview.counts);
        assert!(preview.counts.treatments > 1_000, "{:?}", preview.counts);
        assert!(preview.counts.health > 20, "{:?}", preview.counts);
        assert!(preview.counts.rows_left_out >= 5, "{:?}", preview.counts);
        assert!(preview.counts.marketing > 50, "{:?}", preview.counts);
        assert!(!preview.duplicates.is_empty());
    }

    #[test]
    fn the_same_day_gives_the_same_files() {
        let today = date(2026, 11, 24);
        assert_eq!(texts(today), texts(today));
        assert_ne!(texts(today), texts(date(2026, 11, 25)));
    }
}
