//! Clause 9: a user who left long ago is nobody any more, and what they did stays.

use jiff::SignedDuration;
use kortisto_tests::node::Node;
use kortisto_tests::web::Visitor;
use reqwest::StatusCode;

use super::doors::colleague;

const NAME: &str = "Kollega staff";
/// More than two years.
const LATER: SignedDuration = SignedDuration::from_hours(24 * 740);
const FORMER: &str = "Entinen työntekijä";

#[tokio::test]
async fn clause_9_two_years_after_the_end_of_access_only_a_random_id_is_left_of_a_user() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let staff = colleague(&node, &owner, "staff").await;
    let client = [("last", "Keksitty"), ("first", "Kaisa")];
    let client = staff.add_client(&client).await.unwrap();
    let given = [
        ("name", "Kasvohoito"),
        ("products", "Seerumi 9"),
        ("contract", "no"),
    ];
    staff
        .add_entry(&client, "treatments", &given)
        .await
        .unwrap();
    let card = format!("/clients/{client}");
    assert!(owner.open(&card).await.unwrap().html.contains(NAME));
    assert!(node.export().unwrap().contains(NAME));

    let users = owner.open("/admin/users").await.unwrap();
    owner.save(&users.form("/end").unwrap()).await.unwrap();
    let in_two_years = (super::today() + jiff::Span::new().years(2)).to_string();
    let list = owner
        .open(&format!("/retention?at={in_two_years}"))
        .await
        .unwrap();
    assert!(list.html.contains(NAME) && list.html.contains("yhden entisen käyttäjän"));
    node.stop().unwrap();

    node.move_clock(LATER);
    node.start().await.unwrap();
    let said = node.command(&["retention"], &["--dry-run", "--json"]);
    let said = said.unwrap().json().unwrap();
    assert_eq!(said["users"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(said["hold"]["code"], "clock", "{said}");
    node.command(&["clock", "confirm"], &[])
        .unwrap()
        .fine()
        .unwrap();
    let ran = node.command(&["retention"], &["--run", "--json"]);
    let ran = ran.unwrap().json().unwrap();
    assert_eq!(
        (&ran["users"], &ran["cards"]),
        (&1.into(), &0.into()),
        "{ran}"
    );

    let owner = node.log_in(node.owner_name()).await.unwrap();
    nameless(&owner, &card).await;
    assert!(!node.export().unwrap().contains(NAME));
    let strings = home.path().join("strings");
    std::fs::write(&strings, NAME).unwrap();
    let strings = strings.to_str().unwrap().to_owned();
    let said = node.command(&["erasure", "verify"], &["--strings", &strings]);
    said.unwrap().fine().unwrap();
    assert!(node.log_in(NAME).await.is_err(), "nobody of that name");
}

/// What the user did stays, and nothing says who they were.
async fn nameless(owner: &Visitor, card: &str) {
    let page = owner.open(card).await.unwrap();
    assert!(page.html.contains(FORMER) && page.html.contains("Kasvohoito"));
    for (path, says) in [
        (format!("{card}/changes"), true),
        ("/admin/users".to_owned(), false),
        ("/audit".to_owned(), true),
    ] {
        let page = owner.open(&path).await.unwrap();
        assert!(!page.html.contains(NAME), "{path}");
        assert_eq!(page.html.contains(FORMER), says, "{path}");
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
    let batches = owner.open("/treatments/batches").await.unwrap();
    let batches = batches.form("/treatments/batches").unwrap();
    let batches = owner
        .send(&batches.with("product", "seerumi"))
        .await
        .unwrap();
    assert!(batches.html.contains(FORMER) && !batches.html.contains(NAME));
    let certificates = owner.open("/erasures").await.unwrap();
    let reason = "Entisen käyttäjän säilytysaika";
    assert!(certificates.html.contains(reason));
}
