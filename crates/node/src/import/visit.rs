//! Rows of treatments, joined to the clients by number.

use jiff::civil::Date;
use register::contact::TEXT_LIMIT;
use register::directory::fold;
use register::treatment::Treatment;

use super::client::{Drafts, short};
use super::column::Field;
use super::date::{DateFault, five_years_before};
use super::finding::{NoteKind, Reason};
use super::health::speaks_of_health;
use super::person::{YesNo, yes_no};
use super::sheet::{Cells, Findings, Sheet};

/// Reads every row into its client's draft. Treatments five years old or older are left out, but
/// tell the day of the last visit.
pub(super) fn read(sheet: &Sheet, today: Date, clients: &mut Drafts, findings: &mut Findings) {
    let too_old = five_years_before(today);
    sheet.cells(findings, |cells, findings| {
        let number = clients.by_number.get(&cells.raw_number).copied();
        let Some(client) = number.and_then(|at| clients.drafts.get_mut(at)) else {
            findings.problem(cells.at, Some(Field::Number), Reason::UnknownClient);
            return;
        };
        let cell = cells.one(Field::Date);
        let fault = match sheet.dates.read(cell) {
            Ok(date) if date <= today => None,
            Ok(_) => Some(Reason::FutureDate),
            Err(_) if cell.is_empty() => Some(Reason::NoDate),
            Err(DateFault::Impossible) => Some(Reason::ImpossibleDate),
            Err(DateFault::Form) => Some(Reason::NotDate),
        };
        if let Some(reason) = fault {
            findings.problem(cells.at, Some(Field::Date), reason);
            return;
        }
        let Ok(date) = sheet.dates.read(cell) else {
            return;
        };
        client.last_visit = client.last_visit.max(Some(date));
        if date <= too_old {
            findings.note(cells.at, Some(Field::Date), NoteKind::TooOld);
            return;
        }
        if let Some(treatment) = treatment(&cells, date, findings) {
            client.treatments.push(treatment);
        }
    });
}

fn treatment(cells: &Cells<'_>, date: Date, findings: &mut Findings) -> Option<Treatment> {
    let name = cells.one(Field::Treatment);
    if name.is_empty() {
        findings.problem(cells.at, Some(Field::Treatment), Reason::NoTreatment);
        return None;
    }
    if name.chars().count() > TEXT_LIMIT {
        findings.problem(cells.at, Some(Field::Treatment), Reason::TooLong);
        return None;
    }
    let (products, recognised) = split_batch(&joined(cells, Field::Products, ", ", findings));
    let batch = joined(cells, Field::Batch, ", ", findings);
    let remarks = joined(cells, Field::Remarks, "\n", findings);
    if speaks_of_health(&remarks) {
        findings.note(cells.at, Some(Field::Remarks), NoteKind::MaybeHealth);
    }
    let batches: Vec<&str> = [batch.as_str(), recognised.as_str()]
        .into_iter()
        .filter(|batch| !batch.is_empty())
        .collect();
    Some(Treatment {
        date,
        name: name.to_owned(),
        by: short(cells, Field::By, findings),
        by_id: None,
        premises: short(cells, Field::Premises, findings),
        products,
        batch: batches.join(", "),
        remarks,
        item: None,
        contract_made: contract_made(cells, findings),
        contract: None,
        acknowledged: None,
    })
}

fn joined(cells: &Cells<'_>, field: Field, between: &str, findings: &mut Findings) -> String {
    let text = cells.all(field).collect::<Vec<_>>().join(between);
    if text.chars().count() <= TEXT_LIMIT {
        return text;
    }
    findings.problem(cells.at, Some(field), Reason::TooLong);
    String::new()
}

fn contract_made(cells: &Cells<'_>, findings: &mut Findings) -> Option<bool> {
    let cell = cells.one(Field::Contract);
    if cell.is_empty() {
        return None;
    }
    match yes_no(cell) {
        YesNo::Yes => Some(true),
        YesNo::No => Some(false),
        YesNo::Unclear => {
            findings.problem(cells.at, Some(Field::Contract), Reason::YesNo);
            None
        }
    }
}

/// Words that announce a batch number.
const BATCH_WORDS: [&str; 12] = [
    "eranumero",
    "eranro",
    "eran",
    "era",
    "lotnro",
    "lotno",
    "lot",
    "batchnr",
    "batchno",
    "batch",
    "satsnr",
    "sats",
];
/// Words between the announcement and the number.
const NUMBER_WORDS: [&str; 5] = ["nro", "no", "nr", "numero", "number"];

/// Takes the batch numbers out of a products cell: "seerumi X, LOT 5567/A" is the product
/// "seerumi X" of batch "5567/A".
pub(super) fn split_batch(cell: &str) -> (String, String) {
    let mut kept: Vec<&str> = Vec::new();
    let mut batches: Vec<&str> = Vec::new();
    let mut words = cell
        .split_inclusive([' ', ',', ';', '\n', '(', ')'])
        .peekable();
    while let Some(word) = words.next() {
        let Some(rest) = after_batch_word(bare(word)) else {
            kept.push(word);
            continue;
        };
        if is_batch(rest) {
            batches.push(rest);
            continue;
        }
        // The number stands in one of the next words: "LOT 1", "erä nro 1".
        let mut passed = vec![word];
        while let Some(next) = words.next_if(|next| {
            let next = fold(bare(next));
            next.is_empty() || NUMBER_WORDS.contains(&next.trim_end_matches('.'))
        }) {
            passed.push(next);
        }
        match words.next_if(|next| rest.is_empty() && is_batch(bare(next))) {
            Some(number) => batches.push(bare(number)),
            None => kept.append(&mut passed),
        }
    }
    let products = if batches.is_empty() {
        cell.trim().to_owned()
    } else {
        let edges = [' ', ',', ';', '(', '\n'];
        let kept = kept.concat().replace("()", "");
        kept.trim_start_matches([' ', ',', ';', ')', '\n'])
            .trim_end_matches(edges)
            .to_owned()
    };
    (products, batches.join(", "))
}

fn bare(word: &str) -> &str {
    word.trim_matches([' ', ',', ';', '\n', '(', ')'])
}

/// What follows a word such as "LOT" in the same word: "" in "LOT:", "5567" in "LOT#5567".
fn after_batch_word(word: &str) -> Option<&str> {
    let letters = word
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(word.len());
    let (start, rest) = word.split_at_checked(letters)?;
    let announced = BATCH_WORDS.contains(&fold(start).as_str());
    announced.then(|| rest.trim_start_matches(['.', ':', '#', '-', '=']))
}

fn is_batch(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(cell: &str, products: &str, batch: &str) {
        assert_eq!(split_batch(cell), (products.into(), batch.into()), "{cell}");
    }

    #[test]
    fn batches_are_told_from_products() {
        check("erä 22B1", "", "22B1");
        check("seerumi X, LOT 5567/A", "seerumi X", "5567/A");
        check("seerumi X (LOT: 5567/A)", "seerumi X", "5567/A");
        check("LOT5567, voide", "voide", "5567");
        check("Eränro: 12-3; hapot", "hapot", "12-3");
        check("erä nro 7 ja erä 8", "ja", "7, 8");
        check("body lotion 2", "body lotion 2", "");
        check("lot", "lot", "");
        check("2 erää", "2 erää", "");
        check("", "", "");
    }

    proptest! {
        #[test]
        fn any_cell_is_split_and_no_digit_is_lost(cell in "(erä|LOT|nro|[a-z0-9 ,;().:#-]){0,12}") {
            let digits = |text: &str| {
                let mut digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
                digits.sort_unstable();
                digits
            };
            let (products, batch) = split_batch(&cell);
            prop_assert_eq!(digits(&format!("{products}{batch}")), digits(&cell));
        }
    }
}
