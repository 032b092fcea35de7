//! `kortisto erase`, `erasure list` and `erasure show`: certificates.

use register::ledger::Reason;

use super::{once, print, print_json};
use crate::cli::{Erase, ErasureShow, Status};
use crate::errand::{Certificate, Errand, Reply, astray};
use crate::exit::{Exit, Outcome};

pub(super) async fn erase(args: &Erase) -> Outcome<Exit> {
    let errand = Errand::Erase {
        client: args.client.to_string(),
        reason: Reason::from(args.reason).word().to_owned(),
        wait: args.wait,
    };
    certificate(once(&args.dir, errand).await?, args.json)
}

pub(super) async fn show(args: &ErasureShow) -> Outcome<Exit> {
    let errand = Errand::Erasure {
        record: args.id.to_string(),
    };
    certificate(once(&args.dir, errand).await?, args.json)
}

pub(super) async fn list(args: &Status) -> Outcome<Exit> {
    let Reply::Certificates(all) = once(&args.dir, Errand::Erasures).await? else {
        return Err(astray());
    };
    if args.json {
        return print_json(&all);
    }
    let mut text = String::new();
    for one in &all {
        let state = match one.awaited.len() {
            0 => "confirmed by all".to_owned(),
            awaited => format!("{awaited} premises not heard of yet"),
        };
        text.push_str(&format!(
            "{}  {}  {}  {state}\n",
            one.record, one.at, one.reason
        ));
    }
    if all.is_empty() {
        text.push_str("nobody was erased\n");
    }
    print(&text)
}

fn certificate(reply: Reply, json: bool) -> Outcome<Exit> {
    let Reply::Certificate(certificate) = reply else {
        return Err(astray());
    };
    if json {
        print_json(&certificate)
    } else {
        let linked = certificate.linked.iter();
        let all: Vec<String> = core::iter::once(&*certificate)
            .chain(linked)
            .map(for_people)
            .collect();
        print(&all.join("\n"))
    }
}

/// A certificate to be printed and filed.
fn for_people(certificate: &Certificate) -> String {
    let name = |premises: &Option<String>, node: &str| match premises {
        Some(premises) => premises.clone(),
        None => format!("node {node}"),
    };
    let decided = &certificate.decided;
    let mut text = format!(
        "Certificate of erasure\n  record     {}\n  decided    {} at {}\n  reason     {}\n",
        certificate.record,
        certificate.at,
        name(&decided.premises, &decided.node),
        reason(&certificate.reason),
    );
    for one in &certificate.confirmed {
        let name = name(&one.premises, &one.node);
        text.push_str(&format!("  confirmed  {} at {name}\n", one.at));
    }
    for one in &certificate.awaited {
        let name = name(&one.premises, &one.node);
        text.push_str(&format!("  awaited    {name}\n"));
    }
    text.push_str(if certificate.awaited.is_empty() {
        "Nothing of the card opens at any premises any more.\n"
    } else {
        "The premises awaited erase the card as soon as they are reached.\n"
    });
    text
}

fn reason(word: &str) -> String {
    let meaning = match Reason::from_word(word) {
        Some(Reason::Request) => "the client asked",
        Some(Reason::Ended) => "the client relationship has ended",
        Some(Reason::Retention) => "the retention period was over",
        Some(Reason::Rectification) => "a value was corrected",
        Some(Reason::Consent) => "consent was withdrawn",
        Some(Reason::FormerUser) => "a former user's retention period was over",
        None => return word.to_owned(),
    };
    format!("{word}: {meaning}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errand::{Confirmed, Premises};

    #[test]
    fn a_certificate_names_premises_and_times() {
        let certificate = Certificate {
            record: "00ff".into(),
            at: "2026-11-25T09:00:00Z".into(),
            decided: Premises {
                node: "aa".into(),
                premises: Some("Poikuekatu".into()),
            },
            reason: "request".into(),
            confirmed: vec![Confirmed {
                node: "aa".into(),
                premises: Some("Poikuekatu".into()),
                at: "2026-11-25T09:00:01Z".into(),
            }],
            awaited: vec![Premises {
                node: "bb".into(),
                premises: None,
            }],
            linked: Vec::new(),
        };
        assert_eq!(
            for_people(&certificate),
            "Certificate of erasure\n  \
             record     00ff\n  \
             decided    2026-11-25T09:00:00Z at Poikuekatu\n  \
             reason     request: the client asked\n  \
             confirmed  2026-11-25T09:00:01Z at Poikuekatu\n  \
             awaited    node bb\n\
             The premises awaited erase the card as soon as they are reached.\n"
        );
    }
}
