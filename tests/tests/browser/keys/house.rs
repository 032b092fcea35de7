//! The clinic's own pages: settings, papers, the line, retention, breaches.

use jiff::{SignedDuration, Timestamp};
use kortisto_tests::keyboard::Keyboard;
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::sample::Register;
use kortisto_tests::waiting;

use super::{House, OWNER, day, desk};

#[tokio::test]
async fn clauses_1_to_3_a_phone_changed_by_the_keyboard_alone_is_printed_by_the_other_premises()
-> anyhow::Result<()> {
    let (house, here) = House::open(OWNER).await?;
    let there = house.visit(1, OWNER).await?;

    desk(&here, "Klinikan tiedot").await?;
    here.writes("Y-tunnus", "1234567-2").await?;
    here.follows_in("Rekisterinpitäjä", "Tallenna").await?;
    here.shows("Tarkista Y-tunnus").await?;
    here.writes("Y-tunnus", "1234567-1").await?;
    here.writes("Yhteyshenkilön puhelin", "040 000 2999")
        .await?;
    here.follows_in("Rekisterinpitäjä", "Tallenna").await?;
    desk(&here, "Asiakirjat").await?;
    here.follows("Seloste käsittelytoimista: Suomi").await?;
    here.shows("040 000 2999").await?;

    desk(&there, "Asiakirjat").await?;
    there.follows("Tietosuojaseloste: Suomi").await?;
    there.shows("040 000 2999").await?;
    here.ends().await?;
    there.ends().await
}

#[tokio::test]
async fn clause_8_the_line_is_checked_by_the_keyboard_alone() -> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    keys.section('4').await?;
    keys.shows("Samat tiedot molemmissa").await?;
    keys.follows("Tarkista yhteys").await?;
    keys.shows("Tarkistuksen tulos").await?;
    keys.shows("Aleksanterinkatu: yhteys toimii.").await?;
    keys.ends().await
}

#[tokio::test]
async fn clause_9_what_is_due_is_listed_and_tried_for_another_day_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    desk(&keys, "Säilytys").await?;
    let soon = "poistuisi 3 korttia";
    keys.shows(soon).await?;

    let later = day(700);
    keys.writes("Mitä poistuisi viimeistään", &later).await?;
    keys.follows("Näytä").await?;
    keys.shows(&format!("Viimeistään {later} poistuisi"))
        .await?;

    // Nothing was deleted by looking, and each card that is due can be looked at.
    desk(&keys, "Säilytys").await?;
    keys.shows(soon).await?;
    keys.follows_in("Oikeusvaade", "…").await?;
    keys.shows("Annetut hoidot").await?;
    keys.ends().await
}

#[tokio::test]
async fn clause_9_a_clock_is_confirmed_and_more_than_usual_deleted_by_the_keyboard_alone()
-> anyhow::Result<()> {
    const SIX_YEARS: SignedDuration = SignedDuration::from_hours(6 * 366 * 24);
    let home = tempfile::tempdir()?;
    let today = console::day(Timestamp::now());
    let files = Register::invented(62, 9, today).write(&home.path().join("legacy"))?;
    let mut node = Node::init(home.path(), "Poikuekatu")?;
    node.import(&files.clients, Some(&files.treatments))?
        .fine()?;
    node.start().await?;
    drop(node.owner_first().await?);
    node.stop()?;
    node.move_clock(SIX_YEARS);
    node.start().await?;
    let keys = Keyboard::open(node.console()).await?;
    keys.logs_in(node.owner_name(), PASSWORD).await?;

    desk(&keys, "Säilytys").await?;
    keys.shows("poistuisi 9 korttia").await?;
    assert!(!keys.sees("Salli 9 kortin poisto").await?);
    keys.follows("Kello on oikeassa").await?;
    keys.follows("Salli 9 kortin poisto").await?;
    keys.shows("Katso lista läpi ja vahvista se ensin.").await?;
    assert_eq!(node.status()?["clients"], 9);
    keys.ticks("Olen katsonut listan läpi").await?;
    keys.follows("Salli 9 kortin poisto").await?;
    waiting::until(
        "everybody past their time is gone",
        AGREE_TIME,
        async || Ok((node.status()?["clients"] == 0).then_some(())),
    )
    .await?;
    desk(&keys, "Säilytys").await?;
    keys.follows("Poistotodistukset").await?;
    keys.shows("Säilytysaika").await?;
    keys.ends().await
}

#[tokio::test]
async fn article_13_a_notice_is_put_in_use_and_read_again_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    desk(&keys, "Asiakirjat").await?;
    keys.shows("Mitään versiota ei ole vielä merkitty käyttöön.")
        .await?;
    keys.follows("Tietosuojaseloste: Suomi").await?;
    keys.shows("omissa tietokoneissa toimipisteissämme").await?;
    keys.writes("Käytössä alkaen", "1.2.2026").await?;
    keys.follows("Merkitse käyttöön").await?;

    desk(&keys, "Asiakirjat").await?;
    keys.shows("Käytössä oleva seloste on sama kuin tämä teksti.")
        .await?;
    keys.follows_in("Käyttöönotetut versiot", "Käytössä 1.2.2026 alkaen")
        .await?;
    keys.shows("omissa tietokoneissa toimipisteissämme").await?;
    desk(&keys, "Asiakirjat").await?;
    keys.follows("Mikä selosteessa on muuttunut").await?;
    keys.shows("ulkopuolisen palveluntarjoajan palvelimella")
        .await?;
    keys.ends().await
}

#[tokio::test]
async fn articles_28_and_29_an_agreement_is_dated_and_its_form_printed_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    let contractor = super::CONTRACTOR.0;
    desk(&keys, "Asiakirjat").await?;
    keys.writes(&format!("Sovittu: {contractor}"), "3.2.2024")
        .await?;
    keys.follows_in(contractor, "Merkitse sopimus").await?;
    keys.shows("3.2.2024").await?;
    keys.follows_in(contractor, "Tulosta vaitiolositoumus")
        .await?;
    keys.shows("Allekirjoitus").await?;
    keys.shows(contractor).await?;
    keys.ends().await
}

#[tokio::test]
async fn article_33_a_breach_is_taken_down_decided_and_closed_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    let what = "Tabletti katosi bussiin";
    desk(&keys, "Tietoturvaloukkaukset").await?;
    keys.follows("Kirjaa loukkaus").await?;
    keys.writes("Mitä tapahtui ja milloin", what).await?;
    keys.follows("Tallenna").await?;
    keys.shows("tuntia jäljellä").await?;

    keys.follows_in(what, "Huomattu…").await?;
    keys.ticks("Tapaus on käsitelty loppuun").await?;
    keys.follows("Tallenna").await?;
    keys.shows("kun kaikki kohdat on täytetty").await?;
    decide(&keys).await?;
    keys.follows("Tallenna").await?;
    keys.shows("Päättynyt").await?;
    assert!(!keys.sees_in("Avoimet", what).await?);
    assert!(keys.sees_in("Päättyneet", what).await?);

    keys.follows("Mitä tämä kone sisälsi").await?;
    keys.shows("Asiakaskortteja").await?;
    keys.ends().await
}

/// Fills in what a breach needs before it can be closed.
async fn decide(keys: &Keyboard) -> anyhow::Result<()> {
    for (field, text) in [
        ("Keitä ja millaisia tietoja se koskee", "Asiakkaita: nimiä"),
        ("Noin montako ihmistä", "4"),
        ("Todennäköiset seuraukset", "Vähäisiä"),
        ("Mitä on tehty", "Etätyhjennettiin"),
    ] {
        keys.writes(field, text).await?;
    }
    keys.chooses("Ilmoitus tietosuojavaltuutetulle", "Ilmoitettu")
        .await?;
    keys.writes("Ilmoituksen päivä", &day(0)).await?;
    keys.chooses("Ilmoitus niille, joita se koskee", "Ei ilmoiteta")
        .await?;
    keys.writes("Miksi heille ei ilmoiteta", "Tiedot olivat salattuina")
        .await
}
