//! What the package tells of a treatment.

use register::treatment::{Contract, Treatment};
use register::warning::Acknowledged;

use super::{Fact, Names, day, flag, machine, person, text};
use crate::text::Language;

pub(super) fn treatment_facts(t: Language, one: &Treatment, names: Names<'_>) -> Vec<Fact> {
    let Treatment {
        date,
        name,
        // Which item of the catalogue it was is the clinic's own bookkeeping: the name says it.
        item: _,
        by,
        by_id,
        premises,
        products,
        batch,
        remarks,
        contract_made,
        contract,
        acknowledged,
    } = one;
    let mut facts = vec![
        day("date", t.date(), Some(*date)),
        text("name", t.treatment(), name),
    ];
    if names.is_some() {
        facts.push(text("by", t.given_by(), by));
    }
    facts.extend(person("by_user", t.package_given_by_user(), *by_id, names));
    facts.extend([
        text("premises", t.at_premises(), premises),
        text("products", t.products(), products),
        text("batch", t.batch(), batch),
        text("remarks", t.remarks(), remarks),
        flag(t, "contract_made", t.separate_contract(), *contract_made),
    ]);
    if let Some(contract) = contract {
        let Contract {
            kind,
            date,
            safe,
            folder,
            destroyed,
        } = contract;
        facts.extend([
            text("contract_kind", t.contract_kind(), kind),
            day("contract_date", t.contract_date(), *date),
            text("contract_safe", t.safe(), safe),
            text("contract_folder", t.folder(), folder),
            day("contract_destroyed", t.destroyed_on(), *destroyed),
        ]);
    }
    if let Some(seen) = acknowledged {
        facts.extend(seen_facts(t, seen, names));
    }
    facts
}

fn seen_facts(t: Language, seen: &Acknowledged, names: Names<'_>) -> Vec<Fact> {
    let Acknowledged { warnings, by, date } = seen;
    let words: Vec<&str> = warnings.iter().map(|one| t.warning(*one)).collect();
    let codes: Vec<&str> = warnings.iter().map(|one| one.code()).collect();
    let mut facts = vec![
        machine(
            "warnings_seen",
            t.warnings_were_seen(),
            words.join("; "),
            &codes.join(","),
        ),
        day("warnings_seen_on", t.warnings_seen_on(), Some(*date)),
    ];
    facts.extend(person(
        "warnings_seen_by",
        t.warnings_seen_by(),
        Some(*by),
        names,
    ));
    facts
}
