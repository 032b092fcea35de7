//! Clauses 5, 6 and 7: the catalogue and what it asks before a treatment, batch recall, contracts on paper, history.

use kortisto_tests::html::Form;
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

use super::doors::colleague;

const PEEL: &str = "Kemiallinen kuorinta";

async fn form(visitor: &Visitor, path: &str) -> Form {
    let page = visitor.open(path).await.unwrap();
    page.form(path).unwrap()
}

/// Puts a treatment into the catalogue that needs everything.
async fn offer(owner: &Visitor) {
    let item = form(owner, "/treatments/new").await;
    let item = item
        .with("name", PEEL)
        .with("group", "Kasvohoidot")
        .with("needs_health", "yes")
        .with("needs_contract", "yes")
        .with("least_age", "18");
    owner.save(&item).await.unwrap();
}

/// Where the catalogue's first item is changed.
fn item_path(page: &Page) -> String {
    let start = page.html.split("href=\"/treatments/").skip(1);
    let ids = start.filter_map(|rest| rest.split('"').next());
    let id = ids.into_iter().find(|id| id.len() == 32).unwrap();
    format!("/treatments/{id}")
}

async fn born(visitor: &Visitor, last: &str, years_ago: i16) -> String {
    let year = (super::today().year() - years_ago).to_string();
    let phone = format!("040 000 44{years_ago:02}");
    let fields = [
        ("last", last),
        ("first", "Kaisa"),
        ("year", year.as_str()),
        ("phone", phone.as_str()),
    ];
    visitor.add_client(&fields).await.unwrap()
}

#[tokio::test]
async fn clause_5_the_catalogue_asks_before_a_treatment_is_recorded() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    offer(&owner).await;
    let client = born(&owner, "Nuori", 18).await;
    let path = format!("/clients/{client}/treatments/new");
    let typed = form(&owner, &path)
        .await
        .with("name", "kemiallinen KUORINTA");
    let asked = owner.send(&typed).await.unwrap();
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "eikä niitä ole kysytty asiakkaalta",
        "eikä kortilla ole siitä voimassa olevaa",
        "alaikäraja on 18 vuotta",
    ] {
        assert!(asked.html.contains(words), "{words}");
    }
    let card = owner.open(&format!("/clients/{client}")).await.unwrap();
    assert!(!card.html.contains("KUORINTA"), "nothing was saved yet");

    let shown = asked.form(&path).unwrap();
    let some = shown
        .clone()
        .with("confirm_health_not_asked", "yes")
        .with("confirm_contract_missing", "yes");
    let again = owner.send(&some).await.unwrap();
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.html.contains("Vahvista tämä"));
    // With a contract made now, that question falls away.
    let rest = shown
        .with("contract", "yes")
        .with("folder", "A-1")
        .with("warnings_seen", "yes")
        .with("confirm_health_not_asked", "yes")
        .with("confirm_possibly_too_young", "yes");
    owner.save(&rest).await.unwrap();

    let adult = born(&owner, "Aikuinen", 40).await;
    let heads = owner.open(&format!("/clients/{adult}")).await.unwrap();
    let asked = heads.form("/health/asked").unwrap();
    owner.save(&asked).await.unwrap();
    let path = format!("/clients/{adult}/treatments/new");
    let typed = form(&owner, &path).await.with("name", PEEL);
    let typed = typed.with("contract", "yes").with("folder", "A-2");
    owner.save(&typed).await.unwrap();
    // What the catalogue doesn't know is recorded as it always was.
    let free = [("name", "Kulmien muotoilu")];
    owner.add_entry(&adult, "treatments", &free).await.unwrap();
}

#[tokio::test]
async fn clause_5_the_catalogue_is_the_owners_and_two_who_change_it_apart_see_both() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 71).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    offer(&here).await;
    let staff = colleague(&pair.first, &here, "staff").await;
    let page = staff.open("/treatments").await.unwrap();
    assert!(page.html.contains(PEEL) && page.html.contains("Alaikäraja 18 vuotta"));
    let page = here.open("/treatments").await.unwrap();
    let path = item_path(&page);
    for path in ["/treatments/new", path.as_str()] {
        let refused = staff.open(path).await.unwrap();
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    let bad = form(&here, &path).await.with("least_age", "120");
    let answer = here.send(&bad).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let twice = form(&here, "/treatments/new")
        .await
        .with("name", "KEMIALLINEN kuorinta");
    let answer = here.send(&twice).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    let there = pair.owner_at_second().await.unwrap();
    waiting::until("the item is known there", AGREE_TIME, async || {
        let page = there.open("/treatments").await?;
        Ok(page.html.contains(PEEL).then_some(()))
    })
    .await
    .unwrap();
    pair.line.cut();
    let older = form(&here, &path).await.with("least_age", "20");
    here.save(&older).await.unwrap();
    let retired = form(&there, &path).await.with("state", "retired");
    there.save(&retired).await.unwrap();
    pair.line.heal();
    let both = waiting::until("both values are shown", AGREE_TIME, async || {
        let page = here.open("/treatments").await?;
        Ok(page.html.contains("Kaksi arvoa").then_some(()))
    });
    both.await.unwrap();
    let settle = form(&here, &path).await;
    let settle = settle.with("least_age", "20").with("state", "active");
    here.save(&settle).await.unwrap();
    waiting::until("one value stands there too", AGREE_TIME, async || {
        let page = there.open("/treatments").await?;
        let one = page.html.contains("Alaikäraja 20") && !page.html.contains("Kaksi arvoa");
        Ok(one.then_some(()))
    })
    .await
    .unwrap();
}

/// What a search for a batch finds.
async fn traced(visitor: &Visitor, batch: &str) -> Page {
    let search = form(visitor, "/treatments/batches").await;
    visitor.send(&search.with("batch", batch)).await.unwrap()
}

/// Clause 7: the list leaves as a file for the owner alone, and not without a reason.
async fn leaves_for_the_owner_alone(node: &Node, here: &Visitor) {
    let found = traced(here, "5567").await;
    assert!(!found.html.contains("Salainen huomio"));
    let file = found.form("/treatments/batches.csv").unwrap();
    let answer = here.send(&file).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reasoned = file.with("why", "Valmistajan takaisinveto");
    let answer = here.post(&reasoned).await.unwrap();
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(";\"Ensimmäinen Kaisa\"") || text.contains(";Ensimmäinen Kaisa;"));
    for (role, sees) in [("staff", true), ("contractor", true), ("reception", false)] {
        let visitor = colleague(node, here, role).await;
        let page = visitor.open("/treatments/batches").await.unwrap();
        let expected = if sees {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(page.status, expected, "{role}");
        if sees {
            let found = traced(&visitor, "5567").await;
            assert!(found.html.contains("Toinen") && !found.html.contains("batches.csv"));
        }
    }
}

#[tokio::test]
async fn clause_5_a_batch_leads_to_everyone_who_received_it_and_the_copy_says_to_check_it() {
    let home = tempfile::tempdir().unwrap();
    let mut pair = Pair::start(home.path(), 72).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let one = born(&here, "Ensimmäinen", 40).await;
    let two = born(&here, "Toinen", 50).await;
    let given = [
        ("name", "Mikroneulaus"),
        ("products", "Seerumi"),
        ("batch", "LOT 5567/A"),
        ("remarks", "Salainen huomio"),
    ];
    for client in [&one, &two] {
        here.add_entry(client, "treatments", &given).await.unwrap();
    }
    let copy = format!("/clients/{one}/treatments/new?copy=latest");
    let page = here.open(&copy).await.unwrap();
    assert!(page.html.contains("tarkista eränumero"));
    let copied = page.form("/treatments/new").unwrap();
    assert_eq!(copied.get("batch"), Some("LOT 5567/A"));
    assert_eq!(copied.get("remarks"), Some(""));

    let there = pair.owner_at_second().await.unwrap();
    waiting::until("both are found there", AGREE_TIME, async || {
        let page = traced(&there, "lot 5567").await;
        let both = page.html.contains("Ensimmäinen") && page.html.contains("Toinen");
        Ok((both && page.html.contains("+358 40 000 4440")).then_some(()))
    })
    .await
    .unwrap();
    let empty = traced(&here, "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    leaves_for_the_owner_alone(&pair.first, &here).await;

    // After a restart the search knows them from the stored index; who is erased is found no more.
    pair.second.stop().unwrap();
    pair.second.start().await.unwrap();
    let there = pair.owner_at_second().await.unwrap();
    assert!(traced(&there, "5567").await.html.contains("Toinen"));
    let erase = here.open(&format!("/clients/{two}/erase")).await.unwrap();
    let erase = erase.form("/erase").unwrap();
    let erase = erase.with("reason", "request").with("name", "Toinen Kaisa");
    here.save(&erase).await.unwrap();
    assert!(!traced(&here, "5567").await.html.contains("Toinen"));
    waiting::until("they are gone there too", AGREE_TIME, async || {
        let page = traced(&there, "5567").await;
        Ok((!page.html.contains("Toinen")).then_some(()))
    })
    .await
    .unwrap();
}

/// Marked as destroyed a contract is listed as that, and leaves no task when its line goes; another one does.
async fn lines_go(owner: &Visitor, client: &str, destroyed: &Form) {
    let entry = owner.open(&format!("/clients/{client}")).await.unwrap();
    let start = format!("/clients/{client}/treatments/");
    let entry = entry.html.split(&start);
    let id = entry.skip(1).filter_map(|rest| rest.split('"').next());
    let id = id.into_iter().find(|id| id.len() == 32).unwrap().to_owned();
    let at = format!("/clients/{client}/treatments/{id}");
    let removal = format!("{at}/remove");
    owner
        .add_entry(
            client,
            "treatments",
            &[
                ("name", "Laser 2"),
                ("contract", "yes"),
                ("folder", "Mappi C-4"),
            ],
        )
        .await
        .unwrap();
    let edit = form(owner, &at).await;
    let today = super::today().to_string();
    owner.save(&edit.with("destroyed", &today)).await.unwrap();
    assert!(
        owner
            .send(destroyed)
            .await
            .unwrap()
            .html
            .contains("Mappi C-3")
    );
    let page = owner.open(&at).await.unwrap();
    owner.save(&page.form(&removal).unwrap()).await.unwrap();
    let tasks = owner.open("/tasks").await.unwrap();
    assert!(!tasks.html.contains("C-3"), "no task for what is destroyed");
    let erase = owner
        .open(&format!("/clients/{client}/erase"))
        .await
        .unwrap();
    let erase = erase.form("/erase").unwrap();
    let erase = erase.with("reason", "request").with("name", "Sopija Kaisa");
    owner.save(&erase).await.unwrap();
    let tasks = owner.open("/tasks").await.unwrap();
    assert!(tasks.html.contains("C-4") && !tasks.html.contains("Sopija"));
    let page = owner.open("/contracts").await.unwrap();
    assert!(!page.html.contains("Sopija"));
}

#[tokio::test]
async fn clause_6_a_contract_is_found_by_safe_and_folder_and_a_removed_line_leaves_its_paper() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = born(&owner, "Sopija", 40).await;
    let path = format!("/clients/{client}/treatments/new");
    let typed = form(&owner, &path).await;
    let typed = typed.with("name", "Laser").with("contract", "yes");
    let answer = owner.send(&typed).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.html.contains("missä kansiossa sopimus on"));
    let typed = typed
        .with("contract_kind", "Hoitosopimus")
        .with("folder", "Mappi C-3");
    owner.save(&typed).await.unwrap();

    let page = owner.open("/contracts").await.unwrap();
    for words in [
        "Kassakaappi: Poikuekatu",
        "Mappi C-3",
        "Sopija",
        "Hoitosopimus",
    ] {
        assert!(page.html.contains(words), "{words}");
    }
    let search = page.form("/contracts").unwrap();
    let other = owner
        .send(&search.clone().with("folder", "D-9"))
        .await
        .unwrap();
    assert!(!other.html.contains("Mappi C-3"));
    let gone = search.clone().with("state", "destroyed");
    assert!(!owner.send(&gone).await.unwrap().html.contains("Mappi C-3"));
    let reception = colleague(&node, &owner, "reception").await;
    let page = reception.open("/contracts").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);

    lines_go(&owner, &client, &gone).await;
}

#[tokio::test]
async fn clause_11_a_cards_history_is_told_in_words_without_what_was_removed_from_it() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = born(&owner, "Muuttuja", 40).await;
    let health = [
        ("kind", "other"),
        ("text", "Kuuloharha"),
        ("level", "caution"),
    ];
    owner.add_entry(&client, "health", &health).await.unwrap();
    owner
        .edit_contact(&client, &[("last", "Muuttunut")])
        .await
        .unwrap();
    let path = format!("/clients/{client}/changes");
    let page = owner.open(&path).await.unwrap();
    for words in [
        "Muuttuja",
        "Muuttunut",
        "muutettiin",
        "Poikuekatu",
        "sisältö peitetty",
    ] {
        assert!(page.html.contains(words), "{words}");
    }
    assert!(!page.html.contains("Kuuloharha"), "covered until asked for");
    let open = owner.open(&format!("{path}?health=yes")).await.unwrap();
    assert!(open.html.contains("Kuuloharha"));

    let package = format!("/clients/{client}/package");
    let page = owner.open(&package).await.unwrap();
    assert!(page.html.contains("Muutoshistoria") && page.html.contains("Muuttuja"));

    let contact = owner.contact_form(&client).await.unwrap();
    let contact = contact.with("last", "Oikaistu").with("redact", "yes");
    owner.save(&contact).await.unwrap();
    let page = owner.open(&path).await.unwrap();
    assert!(page.html.contains("poistettu historiasta"));
    let package = owner.open(&package).await.unwrap();
    for page in [&page, &package] {
        assert!(!page.html.contains("Muuttuja") && !page.html.contains("Muuttunut"));
    }
    let reception = colleague(&node, &owner, "reception").await;
    let page = reception.open(&path).await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let staff = colleague(&node, &owner, "staff").await;
    let page = staff.open(&path).await.unwrap();
    assert!(page.html.contains("Oikaistu"));
}
