//! Health, consent, warnings before a treatment, minors, adverse events.

use jiff::Timestamp;
use kortisto_tests::keyboard::Keyboard;
use thirtyfour::Key;

use super::{House, OWNER, RECEPTION, STAFF, new_client};

const SEEN: &str = "Olen nähnyt varoitukset ja puhunut niistä asiakkaan kanssa";

/// Writes the first entry of health, with the client's consent.
async fn add_health(keys: &Keyboard, text: &str, level: &str) -> anyhow::Result<()> {
    keys.follows_in("Terveystiedot", "Lisää").await?;
    keys.chooses("Miten asiakas suostui", "suullisesti paikan päällä")
        .await?;
    keys.chooses("Aihe", "Allergia").await?;
    keys.writes("Sanallisesti", text).await?;
    keys.chooses("Varoituksen taso", level).await?;
    keys.follows("Tallenna").await
}

#[tokio::test]
async fn clause_5_health_is_recorded_with_consent_and_withdrawn_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, staff) = House::open(STAFF).await?;
    new_client(&staff, "Suostunut", &[]).await?;
    // Without consent nothing is taken down.
    staff.follows_in("Terveystiedot", "Lisää").await?;
    staff.writes("Sanallisesti", "Hajusteyliherkkyys").await?;
    staff.saves().await?;
    staff.shows("Valitse yksi vaihtoehto.").await?;
    staff.follows("Suostunut Nelli").await?;
    add_health(
        &staff,
        "Hajusteyliherkkyys",
        "Varoitus: noudata varovaisuutta",
    )
    .await?;
    staff.shows("Hajusteyliherkkyys").await?;
    staff.shows("suullisesti paikan päällä").await?;

    let reception = house.visit(0, RECEPTION).await?;
    reception.finds("Suostunut").await?;
    reception
        .shows("Varoitus: terveystiedot huomioitava")
        .await?;
    assert!(!reception.sees("Hajusteyliherkkyys").await?);
    assert!(!reception.sees("Näytä terveystiedot").await?);

    // The text that was agreed to can be read, and withdrawing is as easy as giving.
    staff.follows("Lue teksti").await?;
    staff.shows("Suostun siihen, että hoitola kirjaa").await?;
    staff.finds("Suostunut").await?;
    staff
        .follows("Asiakas peruu suostumuksen terveystietoihin")
        .await?;
    staff.follows("Poista terveystiedot pysyvästi").await?;
    staff.shows("Suostumus peruttu").await?;
    assert!(!staff.sees("Näytä terveystiedot").await?);
    staff.ends().await?;
    reception.ends().await
}

#[tokio::test]
async fn clause_5_a_contraindication_is_seen_before_a_treatment_is_saved_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(STAFF).await?;
    new_client(&keys, "Varoitettu", &[]).await?;
    let level = "Vasta-aihe: hoitoa ei anneta";
    add_health(&keys, "Lateksiyliherkkyys", level).await?;

    keys.follows_keys(Key::Alt, 'h').await?;
    keys.shows("Huomioi ennen hoitoa").await?;
    keys.follows("Näytä terveystiedot").await?;
    keys.shows("Lateksiyliherkkyys").await?;
    keys.writes("Hoito", "Jalkahoito").await?;
    keys.saves().await?;
    keys.shows("Merkitse ensin, että olet nähnyt varoitukset")
        .await?;
    keys.ticks(SEEN).await?;
    keys.saves().await?;
    keys.shows("Varoitukset nähty ennen hoitoa").await?;
    assert!(keys.sees_in("Annetut hoidot", "Jalkahoito").await?);
    keys.ends().await
}

#[tokio::test]
async fn clause_5_somebody_under_age_is_checked_and_a_guardian_taken_down_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(RECEPTION).await?;
    let year = console::day(Timestamp::now()).year().saturating_sub(16);
    let year = year.to_string();
    new_client(&keys, "Nuori", &[("Syntymävuosi", &year)]).await?;
    keys.shows("Mahdollisesti alaikäinen").await?;
    keys.follows("Tarkista ikä").await?;
    keys.chooses(
        "Onko asiakas täyttänyt 18 vuotta?",
        "Ei, asiakas on alaikäinen",
    )
    .await?;
    keys.follows("Kirjaa ikä").await?;
    keys.shows("Asiakas on alaikäinen.").await?;
    keys.follows("Tarkista ikä").await?;
    keys.writes("Huoltajan nimi", "Hannele Huoltaja").await?;
    keys.chooses("Miten huoltaja suostui", "paperilla").await?;
    keys.follows("Kirjaa huoltajan suostumus").await?;
    keys.shows("Huoltajan suostumus: Hannele Huoltaja").await?;

    keys.follows_in("Markkinointilupa", "Muokkaa").await?;
    keys.chooses(
        "Saako asiakkaalle lähettää tiedotteita?",
        "Tiedotteita saa lähettää",
    )
    .await?;
    keys.saves().await?;
    keys.shows("markkinointilupaa ei oteta").await?;
    keys.ends().await
}

#[tokio::test]
async fn clause_5_an_adverse_event_is_taken_down_and_listed_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, keys) = House::open(STAFF).await?;
    new_client(&keys, "Haitannut", &[]).await?;
    keys.follows_in("Haittatapahtumat", "Kirjaa haittatapahtuma")
        .await?;
    keys.writes("Tuote", "Ripsiliima 7").await?;
    keys.writes("Eränumero", "LOT 4411").await?;
    keys.writes("Mitä tapahtui", "Luomet turposivat").await?;
    keys.writes("Ilmoitettu Tukesille", "1.2.2026").await?;
    keys.saves().await?;
    keys.shows("Luomet turposivat").await?;

    keys.section('1').await?;
    keys.follows("Haittatapahtumat").await?;
    assert!(keys.sees_in("LOT 4411", "Ripsiliima 7").await?);
    assert!(keys.sees_in("LOT 4411", "1.2.2026").await?);
    // The list says nothing of what happened, and is no list of addresses for anybody but the owner.
    assert!(!keys.sees("Luomet turposivat").await?);
    assert!(!keys.sees("Lataa luettelo (CSV)").await?);
    keys.follows("Haitannut Nelli").await?;
    keys.ends().await?;

    let reception = house.visit(0, RECEPTION).await?;
    assert!(!reception.sees("Haittatapahtumat").await?);
    reception.ends().await
}

#[tokio::test]
async fn article_7_a_new_text_of_consent_is_put_in_use_by_the_keyboard_alone() -> anyhow::Result<()>
{
    let (_house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Vanhantekstin", &[]).await?;
    add_health(&keys, "Kuiva iho", "Tiedoksi").await?;
    keys.section('1').await?;
    keys.follows("Suostumusteksti").await?;
    for language in ["Suomeksi", "Ruotsiksi", "Englanniksi"] {
        let text = format!("Toinen teksti, {language}.");
        keys.writes(language, &text).await?;
    }
    keys.follows("Ota käyttöön").await?;
    assert!(keys.sees_in("Versio 2", "Toinen teksti, Suomeksi.").await?);

    keys.finds("Vanhantekstin").await?;
    keys.shows("Suostumus koskee vanhempaa tekstiä.").await?;
    keys.follows("Kirjaa suostumus uuteen tekstiin").await?;
    keys.shows("Toinen teksti, Suomeksi.").await?;
    keys.chooses("Miten asiakas suostui", "paperilla paikan päällä")
        .await?;
    keys.saves().await?;
    assert!(!keys.sees("Suostumus koskee vanhempaa tekstiä.").await?);
    keys.ends().await
}
