//! What a client may ask for: to see, to correct, to erase, to restrict.

use kortisto_tests::keyboard::Keyboard;

use super::{House, OWNER, RECEPTION, day, desk, new_client};

#[tokio::test]
async fn clause_10_a_request_is_recorded_checked_extended_and_answered_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, reception) = House::open(RECEPTION).await?;
    new_client(&reception, "Pyytänyt", &[]).await?;
    take_down(&reception).await?;
    reception
        .shows("Pääkäyttäjä jatkaa ja päättää pyynnön.")
        .await?;
    assert!(!reception.sees("Päätä pyyntö").await?);
    reception.ends().await?;

    let owner = house.visit(0, OWNER).await?;
    owner.finds("Pyytänyt").await?;
    owner.follows_in("Pyynnöt", "Tarkastuspyyntö").await?;
    let later = day(60);
    owner.writes("Uusi määräaika", &later).await?;
    owner.follows("Ota jatkoaika").await?;
    owner.shows("asiakkaan on saatava se tietää").await?;
    owner.writes("Perustelu", "Tietoja on paljon").await?;
    owner.follows("Ota jatkoaika").await?;
    owner.shows(&later).await?;

    owner.follows("Asiakkaan tiedot").await?;
    for words in [
        "Kaikki, mitä asiakasrekisterissä on",
        "Pyytänyt",
        "Milloin ja miksi korttia on katsottu",
    ] {
        owner.shows(words).await?;
    }
    assert!(!owner.sees(RECEPTION.0).await?);
    owner.ticks("Lisää työntekijöiden nimet").await?;
    owner
        .writes("Miksi nimet lisätään", "Asiakas kysyi katsojia")
        .await?;
    owner.follows("Kokoa uudelleen").await?;
    owner.shows(RECEPTION.0).await?;

    owner.section('1').await?;
    owner.follows("Pyynnöt").await?;
    owner
        .follows_in("Pyytänyt Nelli", "Tarkastuspyyntö")
        .await?;
    owner.chooses("Miten pyyntö päättyi", "Toteutettu").await?;
    owner.follows("Päätä pyyntö").await?;
    owner.shows("Toteutettu").await?;
    owner.ends().await
}

/// Takes a request down at the card that is shown, and how the client's identity was made sure of.
async fn take_down(keys: &Keyboard) -> anyhow::Result<()> {
    keys.follows_in("Pyynnöt", "Kirjaa pyyntö").await?;
    keys.chooses("Mitä pyydetään", "Tarkastuspyyntö").await?;
    keys.chooses("Miten pyyntö tuli", "Puhelimitse").await?;
    keys.saves().await?;
    keys.follows_in("Pyynnöt", "Tarkastuspyyntö").await?;
    keys.shows("Ei vielä varmistettu").await?;
    keys.chooses("Tapa", "Asiakirja nähtiin").await?;
    keys.chooses("Asiakirjan laji, jos asiakirja nähtiin", "Ajokortti")
        .await?;
    keys.follows("Kirjaa varmistus").await?;
    keys.shows("Ajokortti").await
}

#[tokio::test]
async fn clause_11_a_corrected_name_goes_from_history_too_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Entinen", &[]).await?;
    keys.follows_in("Yhteystiedot", "Muokkaa").await?;
    keys.writes("Sukunimi", "Nykyinen").await?;
    keys.saves().await?;
    keys.follows("Muutoshistoria").await?;
    keys.shows("Entinen").await?;

    keys.finds("Nykyinen").await?;
    keys.follows_in("Yhteystiedot", "Muokkaa").await?;
    keys.writes("Sukunimi", "Uusin").await?;
    keys.ticks("Poista vanha tieto myös historiasta (asiakas pyysi)")
        .await?;
    keys.saves().await?;
    keys.follows("Muutoshistoria").await?;
    keys.shows("poistettu historiasta").await?;
    assert!(!keys.sees("Nykyinen").await?);

    // What was changed before that goes by itself.
    keys.follows("Uusin Nelli").await?;
    keys.follows_in("Tietosuoja", "Tyhjennä aiemmat arvot")
        .await?;
    keys.follows("Tyhjennä pysyvästi").await?;
    keys.follows("Muutoshistoria").await?;
    assert!(!keys.sees("Entinen").await?);
    keys.ends().await
}

#[tokio::test]
async fn clause_11_a_client_is_erased_at_both_premises_by_the_keyboard_alone() -> anyhow::Result<()>
{
    let (house, keys) = House::open(OWNER).await?;
    let there = house.visit(1, OWNER).await?;
    new_client(&keys, "Lähtenyt", &[]).await?;
    there.finds("Lähtenyt").await?;

    keys.follows_in("Tietosuoja", "Poista asiakas pysyvästi")
        .await?;
    keys.chooses("Miksi poistetaan?", "Asiakas pyysi").await?;
    keys.writes("Kirjoita asiakkaan nimi", "Lähtenyt Neljä")
        .await?;
    keys.follows("Poista asiakas pysyvästi").await?;
    keys.shows("Nimi ei ole sama kuin kortilla.").await?;
    keys.writes("Kirjoita asiakkaan nimi", "Lähtenyt Nelli")
        .await?;
    keys.follows("Poista asiakas pysyvästi").await?;
    keys.shows("Kaikki toimipisteet ovat vahvistaneet poiston.")
        .await?;
    assert!(!keys.sees("Lähtenyt").await?);
    desk(&keys, "Poistotodistukset").await?;
    keys.shows("Asiakas pyysi").await?;

    // The open card went by itself there, and the search finds nobody.
    there.shows("poistettu").await?;
    there.section('2').await?;
    there.types("Lähtenyt").await?;
    there.shows("Ei löytynyt.").await?;
    keys.ends().await?;
    there.ends().await
}

#[tokio::test]
async fn articles_17_and_18_a_claim_and_a_restriction_hold_a_card_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    new_client(&keys, "Pidetty", &[]).await?;
    let until = day(100);
    keys.follows_in("Tietosuoja", "Oikeusvaade").await?;
    keys.writes("Syy", "Vahingonkorvausasia vireillä").await?;
    keys.writes("Voimassa asti", &until).await?;
    keys.saves().await?;
    keys.shows(&format!("Oikeusvaade {until} asti")).await?;
    keys.follows_in("Tietosuoja", "Poista asiakas pysyvästi")
        .await?;
    assert!(!keys.sees("Kirjoita asiakkaan nimi").await?);
    keys.follows("Pidetty Nelli").await?;

    keys.follows_in("Tietosuoja", "Käsittelyn rajoittaminen")
        .await?;
    keys.follows("Rajoita käsittelyä").await?;
    keys.shows("Käsittely rajoitettu").await?;
    assert!(!keys.sees("Kirjaa hoito").await?);
    assert!(!keys.sees("Muokkaa").await?);

    keys.follows_in("Tietosuoja", "Käsittelyn rajoittaminen")
        .await?;
    keys.opens_in("", "Poista rajoitus").await?;
    keys.follows("Poista rajoitus").await?;
    keys.follows_in("Tietosuoja", "Oikeusvaade").await?;
    keys.opens_in("", "Peru oikeusvaade").await?;
    keys.follows("Peru oikeusvaade").await?;
    keys.shows("Kirjaa hoito").await?;
    assert!(!keys.sees(&until).await?);
    keys.ends().await
}
