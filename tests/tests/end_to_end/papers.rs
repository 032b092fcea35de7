//! The owner's pages: the clinic's settings (clauses 1-3), papers (Articles 13, 28-30), breaches (Article 33) and the
//! overview.

use jiff::{SignedDuration, Span};
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::nobodys_code;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use reqwest::StatusCode;

async fn alone(home: &std::path::Path) -> (Node, Visitor) {
    let mut node = Node::init(home, "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    (node, owner)
}

/// Fills in the clinic.
async fn furnish(owner: &Visitor, phone: &str) {
    let page = owner.open("/admin/clinic").await.unwrap();
    let form = page.form("/admin/clinic").unwrap();
    let fields = [
        ("name", "Kauneushoitola Keksitty Oy"),
        ("business_id", "1234567-1"),
        ("address", "Mallikatu 1, 15110 Lahti"),
        ("register_name", "Keksitty asiakasrekisteri"),
        ("contact", "Outi Omistaja"),
        ("phone", phone),
        ("email", "tietosuoja@example.com"),
    ];
    let form = fields
        .into_iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    owner.save(&form).await.unwrap();
}

#[tokio::test]
async fn clauses_1_to_3_what_one_premises_changes_the_other_prints() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 71).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    furnish(&here, "040 000 7711").await;
    let card = here
        .add_client(&[("last", "Painettu"), ("first", "Pirjo")])
        .await
        .unwrap();
    let there = pair.owner_at_second().await.unwrap();
    let printed = [
        "/admin/papers/notice",
        "/admin/papers/record",
        "/breaches/held",
    ];
    waiting::until("the settings are printed there", AGREE_TIME, async || {
        let mut all = true;
        for path in printed {
            let page = there.open(path).await?;
            all &= page.html.contains("Keksitty Oy") && page.html.contains("040 000 7711");
        }
        let package = there.open(&format!("/clients/{card}/package")).await?;
        all &= package.html.contains("040 000 7711") && package.html.contains("1234567-1");
        Ok(all.then_some(()))
    })
    .await
    .unwrap();

    // A premises' phone, changed there, is printed here.
    let page = there.open("/admin/clinic").await.unwrap();
    let id = pair.second.status().unwrap()["node"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = page.form(&format!("/admin/clinic/premises/{id}")).unwrap();
    let form = form
        .with("place_address", "Mallikatu 31")
        .with("place_phone", "040 000 7722");
    there.save(&form).await.unwrap();
    waiting::until("the phone is printed here", AGREE_TIME, async || {
        let page = here.open("/admin/papers/notice").await?;
        Ok(
            (page.html.contains("040 000 7722") && page.html.contains("Mallikatu 31"))
                .then_some(()),
        )
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn clause_1_a_stale_page_loses_nothing_and_bad_input_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let (mut node, owner) = alone(home.path()).await;
    let stale = owner.open("/admin/clinic").await.unwrap();
    let stale = stale.form("/admin/clinic").unwrap();
    furnish(&owner, "040 000 7733").await;
    let long = "x".repeat(201);
    for (field, value) in [
        ("business_id", "1234567-2"),
        ("email", "ei osoite"),
        ("name", long.as_str()),
    ] {
        let answer = owner.send(&stale.clone().with(field, value)).await.unwrap();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(
            answer.html.contains(&format!("href=\"#f-{field}\"")),
            "{field}"
        );
    }
    let coded = stale.clone().with("name", &nobodys_code().unwrap());
    let answer = owner.send(&coded).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    let other = stale
        .with("name", "Toinen nimi")
        .with("phone", "040 000 7744");
    owner.save(&other).await.unwrap();
    let page = owner.open("/admin/clinic").await.unwrap();
    assert!(page.html.contains("kaksi versiota"));
    assert!(page.html.contains("040 000 7733") && page.html.contains("040 000 7744"));
    node.stop().unwrap();
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    furnish(&owner, "040 000 7755").await;
    let page = owner.open("/admin/clinic").await.unwrap();
    assert!(!page.html.contains("kaksi versiota") && page.html.contains("040 000 7755"));
}

#[tokio::test]
async fn article_13_the_notice_is_true_now_kept_when_put_in_use_and_compared_with_the_old() {
    let home = tempfile::tempdir().unwrap();
    let (_node, owner) = alone(home.path()).await;
    furnish(&owner, "040 000 7766").await;
    for (language, own) in [
        ("fi", "omissa tietokoneissa toimipisteissämme"),
        ("sv", "egna datorer på våra verksamhetsställen"),
        ("en", "own computers on our premises"),
    ] {
        let path = format!("/admin/papers/notice?in={language}");
        let page = owner.open(&path).await.unwrap();
        assert!(
            page.html
                .contains(&format!("class=\"paper\" lang=\"{language}\""))
        );
        for words in [
            own,
            "Keksitty Oy",
            "040 000 7766",
            "Keksitty asiakasrekisteri",
        ] {
            assert!(page.html.contains(words), "{language} lacks {words}");
        }
        for path in ["record", "undertaking"] {
            let page = owner
                .open(&format!("/admin/papers/{path}?in={language}"))
                .await
                .unwrap();
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.html.contains("Keksitty Oy"), "{path} in {language}");
        }
    }
    let compared = owner.open("/admin/papers/changes").await.unwrap();
    for words in [
        "ulkopuolisen palveluntarjoajan palvelimella",
        "henkilökohtaisella käynnillä",
    ] {
        assert!(compared.html.contains(words), "{words}");
    }

    let notice = "/admin/papers/notice";
    let form = owner.open(notice).await.unwrap().form(notice).unwrap();
    owner.save(&form).await.unwrap();
    let again = owner.open(notice).await.unwrap().form(notice).unwrap();
    let twice = owner.send(&again).await.unwrap();
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    let papers = owner.open("/admin/papers").await.unwrap();
    assert!(papers.html.contains("on sama kuin tämä teksti"));
    furnish(&owner, "040 000 7777").await;
    let papers = owner.open("/admin/papers").await.unwrap();
    assert!(papers.html.contains("Merkitse uusi versio"));
    let start = papers.html.find("/admin/papers/notice/").unwrap();
    let version = papers.html[start..].split('"').next().unwrap();
    let kept = owner.open(version).await.unwrap();
    assert!(kept.html.contains("040 000 7766") && !kept.html.contains("040 000 7777"));
}

#[tokio::test]
async fn articles_28_and_29_a_form_and_a_dated_agreement_for_each_user() {
    let home = tempfile::tempdir().unwrap();
    let (_node, owner) = alone(home.path()).await;
    let papers = owner.open("/admin/papers").await.unwrap();
    let form = papers.form("/agreement").unwrap();
    let ahead = super::today()
        .saturating_add(Span::new().days(3))
        .to_string();
    let answer = owner
        .send(&form.clone().with("date", &ahead))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner
        .save(&form.clone().with("date", "3.2.2024"))
        .await
        .unwrap();
    let papers = owner.open("/admin/papers").await.unwrap();
    assert!(papers.html.contains("3.2.2024"));
    let path = form.action.replace("/agreement", "/undertaking");
    let page = owner.open(&path).await.unwrap();
    assert!(page.html.contains("salassa") && page.html.contains("Allekirjoitus"));
}

#[tokio::test]
async fn article_33_a_breach_counts_down_is_decided_and_closed() {
    let home = tempfile::tempdir().unwrap();
    let (_node, owner) = alone(home.path()).await;
    let new = "/breaches/new";
    let form = owner.open(new).await.unwrap().form(new).unwrap();
    let empty = owner.send(&form).await.unwrap();
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let coded = form.clone().with("what", &nobodys_code().unwrap());
    let answer = owner.send(&coded).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner
        .save(&form.with("what", "Tabletti katosi bussiin"))
        .await
        .unwrap();

    for path in ["/", "/breaches"] {
        let page = owner.open(path).await.unwrap();
        assert!(page.html.contains("tuntia jäljellä"), "{path}");
    }
    let register = owner.open("/breaches").await.unwrap();
    let entries = register.html.split("href=\"/breaches/").skip(1);
    let id = entries
        .filter_map(|rest| rest.split('"').next())
        .find(|id| id.len() == 32)
        .unwrap();
    let path = format!("/breaches/{id}");
    let form = owner.open(&path).await.unwrap().form(&path).unwrap();
    let early = owner
        .send(&form.clone().with("closed", "yes"))
        .await
        .unwrap();
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.html.contains("kun kaikki kohdat on täytetty"));
    let unsaid = owner
        .send(&form.clone().with("authority", "not"))
        .await
        .unwrap();
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let today = super::today().to_string();
    let fields = [
        ("categories", "Asiakkaita: nimiä"),
        ("people", "4"),
        ("consequences", "Vähäisiä"),
        ("measures", "Etätyhjennettiin"),
        ("authority", "told"),
        ("authority_date", today.as_str()),
        ("persons", "not"),
        ("persons_reason", "Tiedot olivat salattuina"),
        ("closed", "yes"),
    ];
    let form = fields
        .into_iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    owner.save(&form).await.unwrap();
    let start = owner.open("/").await.unwrap();
    assert!(!start.html.contains("tuntia jäljellä"));
    let register = owner.open("/breaches").await.unwrap();
    assert!(register.html.contains("Päättynyt") && register.html.contains("Tabletti katosi"));
}

#[tokio::test]
async fn article_33_telling_late_needs_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let (_node, owner) = alone(home.path()).await;
    let new = "/breaches/new";
    let form = owner.open(new).await.unwrap().form(new).unwrap();
    let noticed = super::today()
        .saturating_sub(Span::new().days(9))
        .to_string();
    let late = form
        .with("what", "Lista jäi esille")
        .with("noticed", &noticed)
        .with("authority", "told")
        .with("authority_date", &super::today().to_string());
    let answer = owner.send(&late).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.html.contains("kirjoita syy viivästykseen"));
    owner
        .save(&late.with("delay", "Laajuus selvisi vasta nyt"))
        .await
        .unwrap();
}

#[tokio::test]
async fn clause_9_a_closed_breach_is_gone_after_five_years() {
    let home = tempfile::tempdir().unwrap();
    let (mut node, owner) = alone(home.path()).await;
    let new = "/breaches/new";
    let form = owner.open(new).await.unwrap().form(new).unwrap();
    let open = form.with("what", "Avoin asia");
    owner.save(&open).await.unwrap();
    let form = owner.open(new).await.unwrap().form(new).unwrap();
    let fields = [
        ("what", "Vanha asia"),
        ("categories", "Nimiä"),
        ("people", "1"),
        ("consequences", "Ei"),
        ("measures", "Ei"),
        ("authority", "not"),
        ("authority_reason", "Ei riskiä"),
        ("persons", "not"),
        ("persons_reason", "Ei riskiä"),
        ("closed", "yes"),
    ];
    let form = fields
        .into_iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    owner.save(&form).await.unwrap();
    assert!(
        owner
            .open("/breaches")
            .await
            .unwrap()
            .html
            .contains("Vanha asia")
    );
    node.stop().unwrap();
    node.move_clock(SignedDuration::from_hours(5 * 366 * 24));
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    let page = owner.open("/breaches").await.unwrap();
    assert!(page.html.contains("Avoin asia") && !page.html.contains("Vanha asia"));
}

#[tokio::test]
async fn the_overview_counts_clients_and_visits_and_links_to_what_needs_action() {
    let home = tempfile::tempdir().unwrap();
    let (mut node, owner) = alone(home.path()).await;
    let card = owner
        .add_client(&[("last", "Laskettu"), ("first", "Liisa")])
        .await
        .unwrap();
    for name in ["Kasvohoito", "Jalkahoito"] {
        owner
            .add_entry(&card, "treatments", &[("name", name)])
            .await
            .unwrap();
    }
    let now = super::today();
    let row = format!(
        "<th scope=\"row\">{}/{}</th><td>1</td><td>1</td><td>1</td>",
        now.month(),
        now.year()
    );
    let page = owner.open("/admin/overview").await.unwrap();
    assert!(
        page.html.contains(&row),
        "two treatments of one day are one visit"
    );
    assert_eq!(page.html.matches("<figure class=\"chart\"").count(), 3);
    assert!(!page.html.contains("style="));
    for path in [
        "/requests",
        "/retention",
        "/conflicts",
        "/duplicates",
        "/breaches/held",
    ] {
        assert!(page.html.contains(&format!("href=\"{path}\"")), "{path}");
    }
    // It comes from the stored index as well.
    node.stop().unwrap();
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    let page = owner.open("/admin/overview").await.unwrap();
    assert!(page.html.contains(&row), "a restart loses the months");
}
