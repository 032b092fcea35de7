//! Notices and their units as facts of the package.

use register::marketing::{Notice, Share, Want};

use crate::text::Language;

use super::{Fact, Names, machine, moment, number, person, text};

pub(super) fn notice_facts(t: Language, one: &Notice, names: Names<'_>) -> Vec<Fact> {
    let Notice {
        at,
        kind,
        medium,
        campaign,
        node,
        by,
        outcome,
    } = one;
    let mut facts = vec![
        moment("sent", t.date(), Some(*at)),
        machine(
            "about",
            t.campaign_kind(),
            t.campaign_kind_name(*kind).to_owned(),
            kind.code(),
        ),
        machine(
            "medium",
            t.campaign_medium(),
            t.medium_name(*medium).to_owned(),
            medium.code(),
        ),
        text("campaign", t.campaign(), &campaign.to_string()),
        text("node", t.premises(), &node.to_string()),
        machine(
            "outcome",
            t.notice_outcome(),
            t.outcome_name(*outcome).to_owned(),
            outcome.code(),
        ),
    ];
    facts.extend(person("sent_by", t.notice_sent_by(), Some(*by), names));
    facts
}

pub(super) fn share_facts(t: Language, one: &Share) -> Vec<Fact> {
    let Share {
        from,
        to,
        units,
        at,
    } = one;
    vec![
        text("from", t.premises(), &from.to_string()),
        text("to", t.premises(), &to.to_string()),
        number("units", t.notice_count(), small(*units)),
        moment("at", t.date(), Some(*at)),
    ]
}

pub(super) fn want_facts(t: Language, one: &Want) -> Vec<Fact> {
    let Want { node, units, at } = one;
    vec![
        text("node", t.premises(), &node.to_string()),
        number("units", t.notice_count(), small(*units)),
        moment("at", t.date(), Some(*at)),
    ]
}

fn small(units: u32) -> u16 {
    u16::try_from(units).unwrap_or(u16::MAX)
}
