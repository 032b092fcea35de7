//! The demo, as somebody sees it who has just cloned the project.

use kortisto_tests::demo::{Demo, PASSWORD, PATIENCE};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;

/// Whether the visitor's search finds the client that was added while the line was cut.
async fn finds(visitor: &Visitor) -> anyhow::Result<bool> {
    let search = visitor.open("/clients").await?.form("/clients")?;
    let found = visitor.send(&search.with("q", "katkosaik")).await?;
    Ok(found.html.contains("Katkosaikanen Demo"))
}

async fn will_find(visitor: &Visitor) {
    waiting::until("the client is found", PATIENCE, async || {
        Ok(finds(visitor).await?.then_some(()))
    })
    .await
    .unwrap();
}

/// Each page shows what it is for.
async fn no_page_is_empty(visitor: &Visitor) {
    for (path, words) in [
        (
            "/requests",
            &["Tarkastuspyyntö", "Myöhässä", "joiden kortti on poistettu"][..],
        ),
        ("/duplicates", &["arvioitavana", "Pura yhdistäminen"]),
        ("/conflicts", &["Kortin teki"]),
        ("/adverse-events", &["Kestoväri 5.0"]),
        ("/breaches", &["ajanvarausvahvistus", "Ajanvarauslista"]),
        ("/erasures", &["Asiakas pyysi"]),
        ("/retention", &["Kortti poistuu"]),
        (
            "/marketing",
            &[
                "Kuorintapäivä",
                "radiofrekvenssihoito",
                "asiakasilta",
                "Jalkahoitopäivä",
                "avoimet ovet",
            ],
        ),
    ] {
        let page = visitor.open(path).await.unwrap();
        for word in words {
            assert!(
                page.html.contains(word),
                "{path} lacks {word}: {}",
                page.html
            );
        }
    }
    let campaigns = visitor.open("/marketing").await.unwrap();
    assert!(!campaigns.html.contains("Ei vielä tiedossa"));
}

#[tokio::test]
async fn the_demo_cuts_heals_stops_starts_and_finds_its_register_again() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("demo");
    let mut demo = Demo::start(&directory).unwrap();
    let base = demo.base();
    let told = demo.runs().await.unwrap();
    for wanted in ["importing", "Poikuekatu", "Aleksanterinkatu", PASSWORD] {
        assert!(told.contains(wanted), "{wanted} is not in {told}");
    }

    let here = demo.owner(0).await.unwrap();
    let there = demo.owner(1).await.unwrap();
    no_page_is_empty(&here).await;
    demo.terminal.press("c").unwrap();
    demo.terminal
        .shows("The line is cut", PATIENCE)
        .await
        .unwrap();
    here.add_client(&[("last", "Katkosaikanen"), ("first", "Demo")])
        .await
        .unwrap();
    assert!(finds(&here).await.unwrap());
    assert!(!finds(&there).await.unwrap());
    demo.terminal.press("h").unwrap();
    demo.terminal.shows("whole again", PATIENCE).await.unwrap();
    will_find(&there).await;

    demo.terminal.press("2").unwrap();
    demo.terminal.shows("is stopped", PATIENCE).await.unwrap();
    assert!(there.open("/login").await.is_err());
    demo.terminal.press("s2").unwrap();
    demo.terminal
        .shows("Aleksanterinkatu runs", PATIENCE)
        .await
        .unwrap();
    will_find(&demo.owner(1).await.unwrap()).await;
    // Ctrl-C.
    demo.terminal.press("\u{3}").unwrap();
    demo.terminal.ends(PATIENCE).await.unwrap();

    let again = Demo::again(&directory, base, false).unwrap();
    again
        .terminal
        .shows("The register is here already: 247 clients", PATIENCE)
        .await
        .unwrap();
    again.runs().await.unwrap();
    again.end().await.unwrap();

    let fresh = Demo::again(&directory, base, true).unwrap();
    fresh
        .terminal
        .shows("247 clients with", PATIENCE)
        .await
        .unwrap();
    fresh.runs().await.unwrap();
    fresh.end().await.unwrap();
}
