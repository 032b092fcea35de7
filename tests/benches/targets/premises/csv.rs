//! A register as another program exports it, of any size.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::sample;
use register::value::Content;

/// Fewest and most treatments of a client.
const TREATMENTS: core::ops::RangeInclusive<usize> = 5..=60;

/// Writes clients and treatments; returns the two files.
pub(crate) fn write(directory: &Path, clients: usize) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (people, treatments) = (
        directory.join("clients.csv"),
        directory.join("treatments.csv"),
    );
    let mut to_people = BufWriter::new(File::create(&people)?);
    let mut to_treatments = BufWriter::new(File::create(&treatments)?);
    writeln!(to_people, "Asiakasnro;Sukunimi;Etunimi;Puhelin;Sähköposti")?;
    writeln!(
        to_treatments,
        "Asiakasnro;Päivä;Hoito;Tekijä;Toimipiste;Tuotteet;Huomiot;Sopimus"
    )?;
    for number in 0..clients {
        let name = sample::name(number);
        let phone = sample::phone(number);
        writeln!(
            to_people,
            "{number};{};{};{phone};asiakas{number}@example.com",
            name.last, name.first
        )?;
        let count = TREATMENTS.start() + number * 31 % (TREATMENTS.end() - TREATMENTS.start() + 1);
        for (_, content) in sample::client(number, count).entries {
            if let Content::Treatment(one) = content {
                let day = format!(
                    "{}.{}.{}",
                    one.date.day(),
                    one.date.month(),
                    one.date.year()
                );
                let contract = if one.contract_made == Some(true) {
                    "Kyllä"
                } else {
                    ""
                };
                let products = if one.products.is_empty() {
                    String::new()
                } else {
                    format!("{}, LOT {}", one.products, one.batch)
                };
                writeln!(
                    to_treatments,
                    "{number};{day};{};{};{};{products};{};{contract}",
                    one.name, one.by, one.premises, one.remarks
                )?;
            }
        }
    }
    to_people.flush()?;
    to_treatments.flush()?;
    Ok((people, treatments))
}
