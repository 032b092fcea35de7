//! Clauses 5 and 6: consent, what reception sees, warnings at a treatment, contact details only, adverse events, minors.

use kortisto_tests::html::Form;
use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

const ALLERGY: [(&str, &str); 3] = [
    ("text", "Kobolttiallergia"),
    ("level", "contraindication"),
    ("kind", "allergy"),
];

async fn client(visitor: &Visitor) -> String {
    let fields = [("last", "Herkkä"), ("first", "Helmi")];
    visitor.add_client(&fields).await.unwrap()
}

/// One node, its owner, and a receptionist at it.
async fn desk(home: &std::path::Path) -> (Node, Visitor, Visitor) {
    let mut node = Node::init(home, "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let form = owner.open("/admin/users").await.unwrap();
    let form = form.form("/admin/users").unwrap();
    let form = form.with("name", "Reija Respa").with("role", "reception");
    let page = owner.send(&form).await.unwrap();
    let code = one_time_code(&page.html.replace(['<', '>'], " ")).unwrap();
    let reception = Visitor::new(node.console()).unwrap();
    reception
        .set_up("Reija Respa", &code, PASSWORD)
        .await
        .unwrap();
    (node, owner, reception)
}

async fn page(visitor: &Visitor, client: &str, end: &str) -> Page {
    visitor
        .open(&format!("/clients/{client}{end}"))
        .await
        .unwrap()
}

async fn form(visitor: &Visitor, client: &str, end: &str) -> Form {
    page(visitor, client, end).await.form(end).unwrap()
}

async fn refused(visitor: &Visitor, form: &Form) -> String {
    let answer = visitor.send(form).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.html
}

#[tokio::test]
async fn clause_5_health_needs_a_consent_that_says_its_version_and_withdrawal_ends_both() {
    let home = tempfile::tempdir().unwrap();
    let (mut node, owner, _) = desk(home.path()).await;
    let client = client(&owner).await;
    let new = form(&owner, &client, "/health/new").await;
    let new = ALLERGY
        .iter()
        .fold(new, |form, (name, value)| form.with(name, value));
    refused(&owner, &new).await;
    owner
        .save(&new.with("consent_method", "spoken"))
        .await
        .unwrap();
    let card = page(&owner, &client, "").await;
    assert!(
        card.html
            .contains("tekstin versio 1, suullisesti paikan päällä")
    );
    let again = form(&owner, &client, "/health/new").await;
    assert!(again.get("consent_version").is_none(), "it is asked once");

    let text = owner
        .open("/consent")
        .await
        .unwrap()
        .form("/consent")
        .unwrap();
    refused(&owner, &text).await;
    owner
        .save(&text.with("fi", "Uusi suostumusteksti"))
        .await
        .unwrap();
    let texts = owner.open("/consent").await.unwrap().html;
    assert!(texts.contains("Uusi suostumusteksti") && texts.contains("Suostun siihen"));
    let card = page(&owner, &client, "").await;
    assert!(card.html.contains("Suostumus koskee vanhempaa tekstiä"));
    let renew = form(&owner, &client, "/health/consent").await;
    assert_eq!(renew.get("consent_version"), Some("2"));
    owner
        .save(&renew.with("consent_method", "paper"))
        .await
        .unwrap();

    node.stop().unwrap();
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    let card = page(&owner, &client, "").await;
    assert!(card.html.contains("tekstin versio 2, paperilla"));
    assert!(!card.html.contains("Suostumus koskee vanhempaa tekstiä"));
    let withdraw = form(&owner, &client, "/health/withdraw").await;
    owner.save(&withdraw).await.unwrap();
    let card = page(&owner, &client, "/health").await;
    assert!(card.html.contains("Suostumus peruttu") && !card.html.contains("Kobolttiallergia"));
    let new = form(&owner, &client, "/health/new").await;
    assert_eq!(new.get("consent_version"), Some("2"), "asked anew");
}

#[tokio::test]
async fn clause_5_reception_sees_levels_and_no_health_text_and_the_list_of_adverse_events_is_closed()
 {
    let home = tempfile::tempdir().unwrap();
    let (_node, owner, reception) = desk(home.path()).await;
    let client = client(&owner).await;
    let patch = [("substance", "Parafenyleeni"), ("result", "positive")];
    owner
        .add_entry(&client, "patch-tests", &patch)
        .await
        .unwrap();
    let event = [("what", "Kasvojen turvotus"), ("product", "Naamio Z")];
    owner
        .add_entry(&client, "adverse-events", &event)
        .await
        .unwrap();
    owner.add_entry(&client, "refusals", &[]).await.unwrap();

    let seen = page(&reception, &client, "").await.html;
    assert!(seen.contains("Vasta-aihe") && seen.contains("Turvallisuussyistä"));
    for word in ["Parafenyleeni", "turvotus", "Naamio Z", "tekstin versio"] {
        assert!(!seen.contains(word), "reception sees {word}");
    }
    for path in ["/adverse-events", "/consent"] {
        let answer = reception.open(path).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    for end in [
        "/health",
        "/patch-tests/new",
        "/adverse-events/new",
        "/refusals/new",
    ] {
        let answer = page(&reception, &client, end).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{end}");
    }

    let covered = page(&owner, &client, "").await.html;
    assert!(!covered.contains("turvotus") && !covered.contains("Parafenyleeni"));
    let open = page(&owner, &client, "/health").await.html;
    assert!(open.contains("Kasvojen turvotus") && open.contains("Parafenyleeni"));
    let list = owner.open("/adverse-events").await.unwrap();
    assert!(list.html.contains("Naamio Z") && list.html.contains("Ei ilmoitettu"));
    assert!(
        !list.html.contains("turvotus"),
        "what happened is on the card"
    );
    let export = list.form("/adverse-events.csv").unwrap();
    refused(&owner, &export).await;
    let export = export.with("reason", "Ilmoitus Tukesille");
    let answer = owner.post(&export).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let csv = answer.text().await.unwrap();
    assert!(csv.contains("Kasvojen turvotus") && csv.contains("Naamio Z"));
    assert!(!csv.contains("Herkkä"), "the file names nobody");
}

#[tokio::test]
async fn clause_5_a_contraindication_stops_a_treatment_until_it_was_seen_and_no_change_takes_one_click()
 {
    let home = tempfile::tempdir().unwrap();
    let (node, owner, reception) = desk(home.path()).await;
    let client = client(&owner).await;
    owner.add_entry(&client, "health", &ALLERGY).await.unwrap();
    let new = page(&owner, &client, "/treatments/new").await;
    assert!(new.html.contains("Huomioi ennen hoitoa") && !new.html.contains("Kobolttiallergia"));
    let shown = page(&owner, &client, "/treatments/new?health=show").await;
    assert!(shown.html.contains("Kobolttiallergia"));
    let new = new
        .form("/treatments/new")
        .unwrap()
        .with("name", "Kasvohoito");
    let said = refused(&owner, &new).await;
    assert!(said.contains("Merkitse ensin, että olet nähnyt varoitukset"));
    let new = new
        .with("warnings_seen", "yes")
        .with("health_unchanged", "yes");
    owner.save(&new).await.unwrap();
    let card = page(&owner, &client, "/health").await;
    assert!(card.html.contains("Kasvohoito") && card.html.contains("Vahvistettu"));
    seen_is_kept(&node, &owner, &reception, &client).await;

    // What the page did not know of is looked at before it is confirmed.
    let stale = page(&owner, &client, "")
        .await
        .form("/health/unchanged")
        .unwrap();
    let more = [("text", "Astma"), ("level", "info"), ("kind", "other")];
    owner.add_entry(&client, "health", &more).await.unwrap();
    let to = owner.save(&stale).await.unwrap();
    assert!(to.ends_with("/health#health"), "{to}");
    let fresh = page(&owner, &client, "")
        .await
        .form("/health/unchanged")
        .unwrap();
    owner.save(&fresh).await.unwrap();
    let open = page(&owner, &client, "/health").await.html;
    assert_eq!(open.matches("Vahvistettu ").count(), 2);

    // What was warned of before a treatment tells of health too, and goes with the consent.
    let withdraw = form(&owner, &client, "/health/withdraw").await;
    owner.save(&withdraw).await.unwrap();
    let card = page(&owner, &client, "").await.html;
    assert!(card.contains("Kasvohoito") && !card.contains("Varoitukset nähty"));
    assert!(!node.export().unwrap().contains("warnings_seen"));
}

/// Which warnings were seen, by whom and when stands with the treatment: for those who give treatments, in the package,
/// and until the client withdraws consent.
async fn seen_is_kept(node: &Node, owner: &Visitor, reception: &Visitor, client: &str) {
    const SEEN: &str = "Varoitukset nähty ennen hoitoa";
    let card = page(owner, client, "").await.html;
    assert!(card.contains(SEEN) && card.contains("Omistaja"));
    let path = format!("/clients/{client}/package.json");
    let package = owner.open(&path).await.unwrap().html;
    assert!(
        package.contains("\"warnings_seen\":\"contraindication\""),
        "{package}"
    );
    assert!(
        node.export()
            .unwrap()
            .contains("\"warnings_seen\":[\"contraindication\"]")
    );
    let card = page(reception, client, "").await.html;
    assert!(card.contains("Kasvohoito") && !card.contains(SEEN));
    // An edit of the treatment keeps it.
    let card = page(owner, client, "").await.html;
    let start = format!("href=\"/clients/{client}/treatments/");
    let ids = card.split(&start).skip(1);
    let mut ids = ids.filter_map(|rest| rest.split('"').next());
    let id = ids.find(|id| id.len() == 32).unwrap();
    let path = format!("/clients/{client}/treatments/{id}");
    let path = path.as_str();
    let form = owner.open(path).await.unwrap().form(path).unwrap();
    owner
        .save(&form.with("remarks", "Tuli ajoissa"))
        .await
        .unwrap();
    assert!(page(owner, client, "").await.html.contains(SEEN));
}

#[tokio::test]
async fn clause_6_contact_details_only_removes_what_is_there_and_takes_no_more_at_either_premises()
{
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 47).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = client(&here).await;
    here.add_entry(&client, "health", &ALLERGY).await.unwrap();
    let there = pair.owner_at_second().await.unwrap();
    waiting::until("the card is known there", AGREE_TIME, async || {
        let page = there.open(&format!("/clients/{client}/health")).await?;
        Ok(page.html.contains("Kobolttiallergia").then_some(()))
    })
    .await
    .unwrap();
    let stale = form(&there, &client, "/health/new").await;

    let set = form(&here, &client, "/contact-only").await;
    let said = refused(&here, &set).await;
    assert!(said.contains("Merkitse ensin, että kirjaukset saa poistaa"));
    here.save(&set.with("agree", "yes")).await.unwrap();
    let card = page(&here, &client, "/health").await.html;
    assert!(card.contains(" alkaen") && !card.contains("Kobolttiallergia"));
    waiting::until("the mode is known there", AGREE_TIME, async || {
        let page = there.open(&format!("/clients/{client}/health")).await?;
        let known = page.html.contains(" alkaen");
        Ok((known && !page.html.contains("Kobolttiallergia")).then_some(()))
    })
    .await
    .unwrap();
    for end in [
        "/health/new",
        "/treatments/new",
        "/patch-tests/new",
        "/adverse-events/new",
    ] {
        assert_eq!(
            page(&there, &client, end).await.status,
            StatusCode::CONFLICT,
            "{end}"
        );
    }
    // Nor from a page that was open before.
    let stale = ALLERGY
        .iter()
        .fold(stale, |form, (name, value)| form.with(name, value));
    assert_eq!(
        there.send(&stale).await.unwrap().status,
        StatusCode::CONFLICT
    );
    there.add_entry(&client, "refusals", &[]).await.unwrap();
    let fields = form(&there, &client, "/refusals/new").await.fields;
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["csrf", "heads", "date", "treatment"],
        "no room for health"
    );

    let lift = page(&there, &client, "/contact-only")
        .await
        .form("/contact-only")
        .unwrap();
    assert_eq!(lift.get("lift"), Some("yes"));
    there.save(&lift).await.unwrap();
    assert_eq!(
        page(&there, &client, "/treatments/new").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn clause_5_somebody_who_may_be_under_age_is_checked_before_treatment_and_gets_no_marketing()
{
    let home = tempfile::tempdir().unwrap();
    let (_node, owner, reception) = desk(home.path()).await;
    let year = (super::today().year() - 17).to_string();
    let fields = [("last", "Nuori"), ("first", "Nelli"), ("year", &year)];
    let client = owner.add_client(&fields).await.unwrap();
    let seen = page(&reception, &client, "").await.html;
    assert!(
        seen.contains("Mahdollisesti alaikäinen") && seen.contains("Huoltajan suostumusta ei ole")
    );
    let marketing = form(&reception, &client, "/marketing")
        .await
        .with("allowed", "yes");
    let said = refused(&reception, &marketing).await;
    assert!(said.contains("Asiakas voi olla alaikäinen"));
    let new = form(&owner, &client, "/treatments/new")
        .await
        .with("name", "Kasvohoito");
    refused(&owner, &new).await;

    let ages = page(&reception, &client, "/minor").await;
    let guardian = ages.form("/minor/guardian").unwrap();
    refused(&reception, &guardian).await;
    let guardian = guardian
        .with("guardian", "Hannele Huoltaja")
        .with("method", "phone");
    reception.save(&guardian).await.unwrap();
    owner.save(&new).await.unwrap();
    let ages = page(&reception, &client, "/minor").await;
    let adult = ages.form("/minor").unwrap();
    refused(&reception, &adult).await;
    reception.save(&adult.with("adult", "yes")).await.unwrap();
    let seen = page(&reception, &client, "").await.html;
    assert!(!seen.contains("Mahdollisesti alaikäinen"));
    let marketing = form(&reception, &client, "/marketing")
        .await
        .with("allowed", "yes");
    reception.save(&marketing).await.unwrap();
}
