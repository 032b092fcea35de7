//! Permission, campaign, list and opt-out.

use kortisto_tests::keyboard::Keyboard;

use super::{House, OWNER, RECEPTION, new_client};

const ADDRESS: &str = "nelli.luvannut@example.com";

/// Takes down what a client answered about marketing.
async fn answer(keys: &Keyboard, said: &str) -> anyhow::Result<()> {
    keys.follows_in("Markkinointilupa", "Muokkaa").await?;
    keys.chooses("Saako asiakkaalle lähettää tiedotteita?", said)
        .await?;
    keys.writes("Miten kysyttiin", "paikan päällä").await?;
    keys.saves().await
}

/// Writes a campaign and makes its list.
async fn campaign(keys: &Keyboard, title: &str) -> anyhow::Result<()> {
    keys.section('6').await?;
    keys.follows("Uusi kampanja").await?;
    keys.chooses("Mistä kampanja kertoo", "Tapahtuma").await?;
    keys.chooses("Miten viesti lähtee", "Sähköposti").await?;
    keys.writes("Otsikko", title).await?;
    keys.writes("Viesti suomeksi", "Tervetuloa katsomaan.")
        .await?;
    keys.saves().await?;
    keys.shows("Näin viesti näkyy saajalle").await?;
    keys.follows("Tee jakelulista").await?;
    keys.shows("Lista tehty").await
}

#[tokio::test]
async fn clause_12_permission_a_campaign_and_an_opt_out_are_done_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, owner) = House::open(OWNER).await?;
    new_client(&owner, "Luvannut", &[("Sähköposti", ADDRESS)]).await?;
    owner.shows("Lupaa ei ole kysytty: ei tiedotteita.").await?;
    answer(&owner, "Tiedotteita saa lähettää").await?;
    owner.shows("paikan päällä").await?;
    let title = "Näppäinten ilta";
    campaign(&owner, title).await?;

    // Whoever answers the phone records the opt-out, and the list has shrunk.
    let reception = house.visit(0, RECEPTION).await?;
    reception.section('6').await?;
    reception
        .writes("Sähköposti tai puhelin", "ei kukaan")
        .await?;
    reception.follows("Kirjaa markkinointikielto").await?;
    reception
        .shows("Kirjoita sähköpostiosoite tai puhelinnumero.")
        .await?;
    reception.writes("Sähköposti tai puhelin", ADDRESS).await?;
    reception.follows("Kirjaa markkinointikielto").await?;
    reception
        .shows("Markkinointikielto kirjattu: 1 kortti.")
        .await?;
    assert!(!reception.sees("Uusi kampanja").await?);
    reception.ends().await?;

    owner.section('6').await?;
    owner.follows(title).await?;
    owner
        .shows("1 on jäänyt pois listan tekemisen jälkeen.")
        .await?;
    owner.follows("Pysäytä kampanja").await?;
    owner.shows("Pysäytetty").await?;
    owner.finds("Luvannut").await?;
    owner.shows("Markkinointikielto: ei tiedotteita").await?;
    owner.ends().await
}
