//! The line is cut, both premises work on, and they agree when it is back.

use std::time::Duration;

use kortisto_tests::export::{self, Client};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::relay::{Direction, Weather};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;

use crate::{by_number, register};

/// Both nodes with 20 clients, and the owner at both consoles.
async fn working(home: &std::path::Path, seed: u64) -> (Pair, Visitor, Visitor) {
    let (_, files) = register(home, seed, 20);
    let pair = Pair::start(home, seed).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let here = pair.first.owner_first().await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.lines().count() == 20)
        .await
        .unwrap();
    let there = pair.owner_at_second().await.unwrap();
    (pair, here, there)
}

/// What both do while they are apart: one field, different fields, entries and clients.
async fn work_apart(here: &Visitor, there: &Visitor, before: &[Client]) {
    let id = |number: usize| by_number(before, number).id.clone();
    let edits = [
        // One field at both, with different values.
        (here, 1, ("last", "Uusilaakso")),
        (there, 1, ("last", "Vanhaharju")),
        // One field at both, with the same value: nothing to choose.
        (here, 2, ("last", "Yhteismaa")),
        (there, 2, ("last", "Yhteismaa")),
        // Different fields of one card.
        (here, 3, ("year", "1971")),
        (there, 3, ("email.new1", "toinen@kortisto.example")),
    ];
    for (visitor, number, field) in edits {
        visitor.edit_contact(&id(number), &[field]).await.unwrap();
    }
    for (visitor, treatment, last, first) in [
        (here, "Hoito täällä", "Tääläinen", "Uuna"),
        (there, "Hoito tuolla", "Tuolainen", "Uuno"),
    ] {
        visitor
            .add_entry(&id(4), "treatments", &[("name", treatment)])
            .await
            .unwrap();
        visitor
            .add_client(&[("last", last), ("first", first)])
            .await
            .unwrap();
    }
}

/// What [`work_apart`] has to come to.
fn check_agreed(before: &[Client], after: &[Client]) {
    assert_eq!(after.len(), 22);
    let both = by_number(after, 1);
    assert_eq!(both.conflicts.len(), 1, "{both:?}");
    let shown = both.conflicts[0].to_string();
    assert!(
        shown.contains("Uusilaakso") && shown.contains("Vanhaharju"),
        "{shown}"
    );
    let same = by_number(after, 2);
    assert_eq!(
        (same.last_name.as_deref(), same.conflicts.len()),
        (Some("Yhteismaa"), 0)
    );
    let apart = by_number(after, 3);
    assert_eq!(
        (apart.birth_year, apart.emails.len(), apart.conflicts.len()),
        (Some(1971), 2, 0)
    );
    let treated = by_number(after, 4);
    assert_eq!(
        treated.treatments.len(),
        by_number(before, 4).treatments.len() + 2
    );
    assert_eq!(treated.conflicts.len(), 0);
}

#[tokio::test]
async fn both_work_while_cut_off_and_agree_afterwards() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, there) = working(home.path(), 11).await;
    let before = pair.first.clients().unwrap();
    pair.line.cut();
    work_apart(&here, &there, &before).await;
    assert_ne!(pair.first.export().unwrap(), pair.second.export().unwrap());

    pair.line.heal();
    let agreed = pair.agreed(AGREE_TIME).await.unwrap();
    check_agreed(&before, &export::read(&agreed).unwrap());

    // Somebody picks, and both hear of it.
    let page = there
        .open(&format!("/clients/{}/conflicts", by_number(&before, 1).id))
        .await
        .unwrap();
    let form = page.form("/conflicts").unwrap();
    let picked = form
        .with("choice", "other")
        .with("last", "Sovittu")
        .with("first", "Äinö");
    there.save(&picked).await.unwrap();
    let resolved = |export: &str| {
        by_number(&export::read(export).unwrap(), 1)
            .conflicts
            .is_empty()
    };
    let agreed = pair.agreed_when(AGREE_TIME, resolved).await.unwrap();
    assert_eq!(
        by_number(&export::read(&agreed).unwrap(), 1)
            .last_name
            .as_deref(),
        Some("Sovittu")
    );
}

#[tokio::test]
async fn a_stale_page_makes_a_conflict_and_no_loss() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, there) = working(home.path(), 12).await;
    let client = by_number(&pair.first.clients().unwrap(), 5).id.clone();
    let stale = there.contact_form(&client).await.unwrap();
    here.edit_contact(&client, &[("last", "Ensimmäinen")])
        .await
        .unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.contains("Ensimmäinen"))
        .await
        .unwrap();
    there.save(&stale.with("last", "Toinen")).await.unwrap();
    let agreed = pair
        .agreed_when(AGREE_TIME, |export| export.contains("Toinen"))
        .await
        .unwrap();
    let shown = by_number(&export::read(&agreed).unwrap(), 5).conflicts[0].to_string();
    assert!(
        shown.contains("Ensimmäinen") && shown.contains("Toinen"),
        "{shown}"
    );
}

#[tokio::test]
async fn edits_pass_a_bad_line_and_a_line_cut_one_way() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, there) = working(home.path(), 13).await;
    let clients = pair.first.clients().unwrap();
    let weathers = [
        (Direction::Forth, Weather::bad()),
        (Direction::Back, Weather::bad()),
        (
            Direction::Forth,
            Weather {
                cut: true,
                ..Weather::default()
            },
        ),
        (
            Direction::Back,
            Weather {
                cut: true,
                ..Weather::default()
            },
        ),
    ];
    let mut wanted = Vec::new();
    for (round, (direction, weather)) in weathers.into_iter().enumerate() {
        pair.line.set_one(direction, weather);
        for (visitor, side) in [(&here, "a"), (&there, "b")] {
            let email = format!("{side}{round}@kortisto.example");
            let client = &by_number(&clients, round).id;
            visitor
                .edit_contact(client, &[("email.new1", &email)])
                .await
                .unwrap();
            wanted.push(email);
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        if weather.cut {
            pair.line.heal();
        }
    }
    let complete = |export: &str| wanted.iter().all(|email| export.contains(email.as_str()));
    pair.agreed_when(AGREE_TIME, complete).await.unwrap();
}

#[tokio::test]
async fn an_edit_is_at_the_other_premises_within_a_moment() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, there) = working(home.path(), 14).await;
    let client = by_number(&pair.first.clients().unwrap(), 6).id.clone();
    // One to warm up, then the middle of several: other tests share the processor.
    let mut took = Vec::new();
    for round in 0..7 {
        let name = format!("Kierros{round}");
        here.edit_contact(&client, &[("last", &name)])
            .await
            .unwrap();
        let saved = std::time::Instant::now();
        waiting::until(
            "the other console shows it",
            Duration::from_secs(20),
            async || {
                let page = there.open(&format!("/clients/{client}")).await?;
                Ok(page.html.contains(&name).then_some(()))
            },
        )
        .await
        .unwrap();
        took.push(saved.elapsed());
    }
    took.remove(0);
    took.sort_unstable();
    assert!(
        took[took.len() / 2] < Duration::from_millis(300),
        "{took:?}"
    );
}

/// 64 kbit/s each way: what an old mobile connection gives.
#[tokio::test]
async fn a_line_of_64_kbit_slows_no_console_and_lets_an_edit_by_what_waits() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, there) = working(home.path(), 15).await;
    let client = by_number(&pair.first.clients().unwrap(), 6).id.clone();
    let slow = Weather {
        delay: Duration::from_millis(40),
        jitter: Duration::from_millis(20),
        bytes_per_second: Some(8_000),
        ..Weather::default()
    };
    pair.line.set(slow);
    let (_, more) = crate::register(&home.path().join("more"), 15, 150);
    pair.first
        .import(&more.clients, Some(&more.treatments))
        .unwrap()
        .fine()
        .unwrap();
    here.edit_contact(&client, &[("last", "Kiireinen")])
        .await
        .unwrap();
    let mut slowest = Duration::ZERO;
    let arrived = waiting::until("the edit is there", Duration::from_secs(15), async || {
        let asked = std::time::Instant::now();
        here.open("/clients").await?;
        let page = there.open(&format!("/clients/{client}")).await?;
        slowest = slowest.max(asked.elapsed());
        Ok(page.html.contains("Kiireinen").then_some(()))
    });
    arrived.await.unwrap();
    let waiting = pair.first.status().unwrap()["peers"][0]["waiting"].clone();
    assert!(waiting.as_u64().unwrap() > 0, "the rest still waits");
    assert!(
        slowest < Duration::from_secs(1),
        "two pages took {slowest:?}"
    );
    pair.line.heal();
    pair.agreed(AGREE_TIME).await.unwrap();
}
