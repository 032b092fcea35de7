//! `kortisto retention`: what goes on a day, or the run itself.

use super::{once, print, print_json};
use crate::cli::Retention;
use crate::errand::{DueList, Errand, Ran, Reply, astray};
use crate::exit::{Exit, Outcome};

pub(super) async fn retention(args: &Retention) -> Outcome<Exit> {
    if args.run {
        run(args).await
    } else {
        dry_run(args).await
    }
}

async fn dry_run(args: &Retention) -> Outcome<Exit> {
    let Reply::Due(list) = once(&args.dir, Errand::Due { at: args.at }).await? else {
        return Err(astray());
    };
    if args.json {
        print_json(&list)
    } else {
        print(&list_for_people(&list))
    }
}

async fn run(args: &Retention) -> Outcome<Exit> {
    let errand = Errand::RunRetention {
        allowed: args.allow_many,
    };
    let Reply::Ran(ran) = once(&args.dir, errand).await? else {
        return Err(astray());
    };
    if args.json {
        print_json(&ran)
    } else {
        print(&run_for_people(&ran))
    }
}

fn list_for_people(list: &DueList) -> String {
    let mut text = format!(
        "On {}, of {} cards {} would go and {} lose entries; nothing was changed.\n",
        list.at,
        list.clients,
        list.cards.len(),
        list.entries.len()
    );
    for item in &list.cards {
        text.push_str(&format!("{}  card   due {}\n", item.record, item.due));
    }
    for item in &list.entries {
        text.push_str(&format!("{}  entry  due {}\n", item.record, item.due));
    }
    for item in &list.users {
        text.push_str(&format!("{}  user   due {}\n", item.record, item.due));
    }
    for item in &list.held {
        text.push_str(&format!("{}  kept   {}", item.record, item.why));
        if let Some(until) = item.until {
            text.push_str(&format!(" until {until}"));
        }
        text.push('\n');
    }
    if let Some(hold) = &list.hold {
        text.push_str(&format!("Held back: {}.\n", hold.sentence));
    }
    if !list.awaited.is_empty() {
        text.push_str(&format!(
            "Waits until these premises were heard on the due day or after it: {}.\n",
            list.awaited.join(", ")
        ));
    }
    text
}

fn run_for_people(ran: &Ran) -> String {
    let mut text = format!(
        "{} cards erased, entries removed from {} cards\n",
        ran.cards, ran.trimmed
    );
    if ran.users > 0 {
        text.push_str(&format!(
            "former users of whom only the id is kept now: {}\n",
            ran.users
        ));
    }
    if ran.cards_left + ran.entries_left > 0 {
        text.push_str(&format!(
            "still past their time: {} cards, and entries of {} cards\n",
            ran.cards_left, ran.entries_left
        ));
    }
    if let Some(hold) = &ran.hold {
        text.push_str(&format!("held back: {}\n", hold.sentence));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errand::{DueItem, HeldItem};
    use jiff::civil::date;

    #[test]
    fn a_dry_run_lists_ids_and_days() {
        let list = DueList {
            at: date(2032, 11, 25),
            clients: 9,
            limit: 5,
            cards: vec![DueItem {
                record: "0a".into(),
                due: date(2031, 3, 1),
            }],
            entries: Vec::new(),
            users: vec![DueItem {
                record: "0c".into(),
                due: date(2032, 11, 1),
            }],
            held: vec![HeldItem {
                record: "0b".into(),
                why: "legal-claim".into(),
                until: Some(date(2033, 1, 2)),
            }],
            hold: None,
            awaited: vec!["Aleksanterinkatu".into()],
        };
        assert_eq!(
            list_for_people(&list),
            "On 2032-11-25, of 9 cards 1 would go and 0 lose entries; nothing was changed.\n\
             0a  card   due 2031-03-01\n\
             0c  user   due 2032-11-01\n\
             0b  kept   legal-claim until 2033-01-02\n\
             Waits until these premises were heard on the due day or after it: Aleksanterinkatu.\n"
        );
    }
}
