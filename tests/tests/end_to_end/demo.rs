//! The demo, as somebody sees it who has just cloned the project.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use kortisto_tests::terminal::Terminal;
use kortisto_tests::web::Visitor;
use kortisto_tests::{kortisto, port, waiting};

const PATIENCE: Duration = Duration::from_secs(60);
const OWNER: &str = "Outi Omistaja";
const PASSWORD: &str = "sininen kahvikuppi";

fn demo(directory: &Path, base: u16, fresh: bool) -> Terminal {
    let mut command = Command::new(kortisto::binary().unwrap());
    command
        .arg("demo")
        .args(["--port-base", &base.to_string()])
        .arg("--dir")
        .arg(directory)
        .current_dir(directory.parent().unwrap());
    if fresh {
        command.arg("--fresh");
    }
    Terminal::start(command).unwrap()
}

/// The invented owner at the console of the first or the second premises.
async fn owner(base: u16, number: u16) -> Visitor {
    let console = SocketAddr::from((Ipv4Addr::LOCALHOST, base + 10 * number + 1));
    let visitor = Visitor::new(console).unwrap();
    visitor.log_in(OWNER, PASSWORD).await.unwrap();
    visitor
}

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
    let base = port::row(12).unwrap();
    let mut demo_now = demo(&directory, base, false);
    let told = demo_now.shows("Keys: ", PATIENCE).await.unwrap();
    for wanted in ["importing", "Poikuekatu", "Aleksanterinkatu", PASSWORD] {
        assert!(told.contains(wanted), "{wanted} is not in {told}");
    }

    let here = owner(base, 0).await;
    let there = owner(base, 1).await;
    no_page_is_empty(&here).await;
    demo_now.press("c").unwrap();
    demo_now.shows("The line is cut", PATIENCE).await.unwrap();
    here.add_client(&[("last", "Katkosaikanen"), ("first", "Demo")])
        .await
        .unwrap();
    assert!(finds(&here).await.unwrap());
    assert!(!finds(&there).await.unwrap());
    demo_now.press("h").unwrap();
    demo_now.shows("whole again", PATIENCE).await.unwrap();
    will_find(&there).await;

    demo_now.press("2").unwrap();
    demo_now.shows("is stopped", PATIENCE).await.unwrap();
    assert!(there.open("/login").await.is_err());
    demo_now.press("s2").unwrap();
    demo_now
        .shows("Aleksanterinkatu runs", PATIENCE)
        .await
        .unwrap();
    will_find(&owner(base, 1).await).await;
    // Ctrl-C.
    demo_now.press("\u{3}").unwrap();
    demo_now.ends(PATIENCE).await.unwrap();

    let mut again = demo(&directory, base, false);
    again
        .shows("The register is here already: 247 clients", PATIENCE)
        .await
        .unwrap();
    again.shows("Keys: ", PATIENCE).await.unwrap();
    again.press("q").unwrap();
    again.ends(PATIENCE).await.unwrap();

    let mut fresh = demo(&directory, base, true);
    fresh.shows("247 clients with", PATIENCE).await.unwrap();
    fresh.shows("Keys: ", PATIENCE).await.unwrap();
    fresh.press("q").unwrap();
    fresh.ends(PATIENCE).await.unwrap();
}
