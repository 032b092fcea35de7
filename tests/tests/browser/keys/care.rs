//! Treatments: batches, contracts and their papers, treatment refused, and what nobody but the owner takes out.

use kortisto_tests::demo::{PASSWORD, PATIENCE};
use kortisto_tests::keyboard::Keyboard;
use kortisto_tests::waiting;
use thirtyfour::Key;

use super::{CONTRACTOR, House, OWNER, STAFF, day, desk, new_client};

/// Records a treatment at the card that is shown.
async fn record(keys: &Keyboard, name: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
    keys.follows_keys(Key::Alt, 'h').await?;
    keys.writes("Hoito", name).await?;
    for (field, text) in fields {
        keys.writes(field, text).await?;
    }
    keys.saves().await?;
    keys.shows(name).await
}

/// To the search for a batch, and searches.
async fn trace(keys: &Keyboard, batch: &str) -> anyhow::Result<()> {
    keys.section('5').await?;
    keys.follows("Erän jäljitys").await?;
    keys.writes("Eränumero tai sen osa", batch).await?;
    keys.follows("Hae").await
}

#[tokio::test]
async fn clause_5_a_batch_is_traced_to_who_received_it_by_the_keyboard_alone() -> anyhow::Result<()>
{
    let (_house, keys) = House::open(STAFF).await?;
    new_client(&keys, "Erännyt", &[]).await?;
    let product = [("Tuotteet", "Seerumi Y"), ("Eränumero", "LOT 7788")];
    record(&keys, "Kasvohoito", &product).await?;
    trace(&keys, "7788").await?;
    keys.shows("1 asiakas on saanut tätä, yhteensä 1 kirjaus")
        .await?;
    assert!(keys.sees_in("LOT 7788", "Kasvohoito").await?);
    keys.follows("Erännyt Nelli").await?;
    keys.shows("Seerumi Y").await?;

    // The next treatment is filled in from this one, and says to check the batch.
    keys.follows_in("Annetut hoidot", "Kopioi edellinen")
        .await?;
    keys.shows("tarkista eränumero").await?;
    keys.writes("Eränumero", "LOT 7789").await?;
    keys.saves().await?;
    keys.shows("LOT 7789").await?;
    keys.ends().await
}

#[tokio::test]
async fn clause_6_a_contract_is_found_by_folder_and_its_paper_ticked_off_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Sopinut", &[]).await?;
    keys.follows_keys(Key::Alt, 'h').await?;
    keys.writes("Hoito", "Sokerointi sääret").await?;
    keys.chooses("Tehtiinkö erillinen sopimus?", "Kyllä")
        .await?;
    keys.opens_in("", "Missä sopimus on").await?;
    keys.writes("Sopimuksen laji", "Hoitosopimus").await?;
    keys.writes("Kansio", "Koemappi 1").await?;
    keys.saves().await?;
    keys.shows("kansio Koemappi 1").await?;

    keys.section('5').await?;
    keys.follows("Sopimukset kassakaapeissa").await?;
    keys.chooses("Kassakaappi", "Poikuekatu").await?;
    keys.writes("Kansio tai sen osa", "koemappi").await?;
    keys.follows("Hae").await?;
    assert!(keys.sees_in("Koemappi 1", "Sopinut Nelli").await?);

    // The line goes; its paper is left to be destroyed.
    keys.follows_in("Koemappi 1", &format!("{} Sokerointi sääret", day(0)))
        .await?;
    keys.opens_in("", "Poista tämä kirjaus").await?;
    keys.follows("Poista").await?;
    assert!(!keys.sees("Koemappi 1").await?);
    desk(&keys, "Yleiskatsaus").await?;
    keys.follows("Papereita tuhottavana").await?;
    keys.follows_in("Koemappi 1", "Paperi on hävitetty").await?;
    assert!(keys.sees_in("Hävitetyt", "Koemappi 1").await?);
    keys.ends().await
}

#[tokio::test]
async fn clause_6_contact_details_only_are_kept_and_a_refusal_logged_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Kieltäytynyt", &[]).await?;
    record(&keys, "Kasvohoito", &[]).await?;
    keys.follows_in("Turvallisuussyistä", "Kirjaa hoidosta kieltäytyminen")
        .await?;
    keys.chooses("Hoito", "Laserkarvanpoisto").await?;
    keys.saves().await?;
    assert!(
        keys.sees_in("Turvallisuussyistä", "Laserkarvanpoisto")
            .await?
    );

    keys.follows_in("Yhteystiedot", "Vain yhteystiedot").await?;
    keys.ticks("Ymmärrän, että kirjaukset poistuvat pysyvästi kaikissa toimipisteissä")
        .await?;
    keys.follows("Poista ne pysyvästi ja pidä vain yhteystiedot")
        .await?;
    keys.shows("Vain yhteystiedot").await?;
    keys.shows("Ei vielä hoitoja.").await?;
    assert!(!keys.sees("Kirjaa hoito").await?);
    assert!(!keys.sees("Kirjaa haittatapahtuma").await?);

    keys.follows_in("Yhteystiedot", "Muokkaa").await?;
    keys.writes("Puhelin", "040 000 7654").await?;
    keys.saves().await?;
    keys.shows("+358 40 000 7654").await?;
    keys.ends().await
}

#[tokio::test]
async fn clause_7_an_export_takes_password_and_reason_by_the_keyboard_alone() -> anyhow::Result<()>
{
    let (house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Viety", &[]).await?;
    record(&keys, "Kasvohoito", &[("Eränumero", "LOT 9911")]).await?;
    // The owner who comes back after a while is asked for the password again.
    keys.browser.go("/confirm?next=/treatments/batches").await?;
    keys.writes("Salasana", "en muista sitä").await?;
    keys.enters().await?;
    keys.shows("Salasana ei täsmää.").await?;
    keys.writes("Salasana", PASSWORD).await?;
    keys.follows("Jatka").await?;
    keys.shows("Erän jäljitys").await?;
    keys.writes("Eränumero tai sen osa", "LOT 9911").await?;
    keys.follows("Hae").await?;
    keys.opens_in("", "Vie CSV-tiedostoon").await?;
    keys.follows("Vie CSV-tiedostoon").await?;
    keys.shows("Täytä tämä kenttä.").await?;
    keys.writes("Miksi luettelo viedään?", "Valmistajan takaisinveto")
        .await?;
    keys.to("Vie CSV-tiedostoon").await?;
    keys.press(Key::Enter).await?;
    // The file comes without another page; the log says when it did.
    let visitor = house.demo.owner(0).await?;
    waiting::until("the export is logged", PATIENCE, async || {
        let log = visitor.open("/audit").await?.html;
        Ok(log.contains("takaisinveto").then_some(()))
    })
    .await?;
    desk(&keys, "Loki").await?;
    assert!(
        keys.sees_in("Vei asiakkaita", "Valmistajan takaisinveto")
            .await?
    );
    keys.ends().await?;

    let contractor = house.visit(0, CONTRACTOR).await?;
    trace(&contractor, "LOT 9911").await?;
    contractor.shows("saanut tätä").await?;
    assert!(!contractor.sees("Vie CSV-tiedostoon").await?);
    contractor.ends().await
}

#[tokio::test]
async fn clause_5_what_the_owner_adds_to_the_catalogue_is_asked_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    let name = "Hapotus";
    keys.section('5').await?;
    keys.follows("Lisää hoito valikoimaan").await?;
    keys.writes("Hoito", name).await?;
    keys.ticks("Terveystiedot").await?;
    keys.writes("Alaikäraja, vuotta", "18").await?;
    keys.saves().await?;
    keys.follows(&format!("Muokkaa: {name}")).await?;
    keys.writes("Ryhmä", "Kasvohoidot").await?;
    keys.saves().await?;
    assert!(keys.sees_in("Kasvohoidot", name).await?);

    new_client(&keys, "Kysytty", &[]).await?;
    keys.follows_keys(Key::Alt, 'h').await?;
    keys.writes("Hoito", name).await?;
    keys.saves().await?;
    keys.shows("eikä niitä ole kysytty asiakkaalta").await?;
    keys.shows("Hoidon alaikäraja on 18 vuotta").await?;
    keys.ticks("Kirjaan hoidon, vaikka terveystietoja ei ole kysytty")
        .await?;
    keys.saves().await?;
    assert!(keys.sees_in("Annetut hoidot", name).await?);
    keys.ends().await
}
