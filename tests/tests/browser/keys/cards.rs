//! Who looked at a card, what a text may hold, twins and conflicts.

use kortisto_tests::sample::nobodys_code;
use thirtyfour::Key;

use super::{House, OWNER, STAFF, desk, new_client};

#[tokio::test]
async fn clause_4_a_look_is_found_in_the_log_of_a_card_and_of_a_user_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, owner) = House::open(OWNER).await?;
    new_client(&owner, "Katseltu", &[]).await?;
    let staff = house.visit(0, STAFF).await?;
    staff.finds("Katseltu").await?;
    staff.shows("Annetut hoidot").await?;
    assert!(!staff.sees("Kortin historia").await?);

    owner.follows("Kortin historia").await?;
    owner.chooses("Kuka", STAFF.0).await?;
    owner.follows("Rajaa").await?;
    owner.shows("Katsoi korttia").await?;
    assert!(owner.sees_in("Katsoi korttia", STAFF.0).await?);
    desk(&owner, "Käyttäjät").await?;
    owner.follows_in(STAFF.0, "Loki").await?;
    owner.shows("Katsotut kortit (1)").await?;
    owner.shows("Katseltu").await?;
    owner.ends().await?;
    staff.ends().await
}

#[tokio::test]
async fn clause_5_an_identity_code_is_refused_in_words_and_corrected_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    let born = [("Syntymävuosi", "1.2.1980")];
    new_client(&keys, "Tunnukseton", &born).await?;
    keys.shows("s. 1980").await?;
    assert!(!keys.sees("1.2.1980").await?);

    keys.follows_in("Huomautukset", "Lisää").await?;
    let code = nobodys_code().unwrap();
    keys.writes("Huomautus", &format!("Tunnus {code}")).await?;
    keys.saves().await?;
    let fault =
        "Tekstissä on henkilötunnus. Rekisteriin ei saa tallentaa henkilötunnusta: poista se.";
    keys.shows(fault).await?;
    // What is wrong is said above the form, and leads to its field.
    keys.to(fault).await?;
    keys.press(Key::Enter).await?;
    assert_eq!(keys.at().await?.as_deref(), Some("Huomautus"));
    keys.types("Toivoo aamuaikaa").await?;
    keys.saves().await?;
    keys.shows("Toivoo aamuaikaa").await?;
    assert!(!keys.sees(&code).await?);
    keys.ends().await
}

#[tokio::test]
async fn whoever_has_two_cards_is_judged_and_parted_again_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    let year = ("Syntymävuosi", "1971");
    new_client(&keys, "Kaksikortti", &[year]).await?;
    // The second card is warned of while it is typed, and has to be confirmed.
    keys.section('1').await?;
    keys.follows_keys(Key::Alt, 'n').await?;
    keys.writes("Sukunimi", "Kaksikortti").await?;
    keys.writes("Etunimi", "Nelli").await?;
    keys.writes(year.0, year.1).await?;
    keys.shows("Tämä asiakas voi olla jo rekisterissä").await?;
    keys.follows("Tallenna asiakas").await?;
    keys.ticks("Tämä on eri henkilö kuin yllä olevat").await?;
    keys.follows("Tallenna asiakas").await?;
    keys.shows("Annetut hoidot").await?;

    keys.section('2').await?;
    keys.follows("Kaksoiskappaleet…").await?;
    let name = "Kaksikortti Nelli";
    keys.follows_in(name, "Sama henkilö – yhdistä").await?;
    assert!(keys.sees_in(name, "Pura yhdistäminen").await?);
    keys.finds(name).await?;
    keys.shows("Sama asiakas:").await?;
    keys.section('2').await?;
    keys.follows("Kaksoiskappaleet…").await?;
    keys.follows_in(name, "Pura yhdistäminen").await?;
    keys.finds(name).await?;
    assert!(!keys.sees("Sama asiakas:").await?);
    keys.ends().await
}

#[tokio::test]
async fn of_two_values_the_right_one_is_chosen_by_the_keyboard_alone() -> anyhow::Result<()> {
    let (_house, keys) = House::open(OWNER).await?;
    keys.section('3').await?;
    keys.shows("Yksi kortti odottaa valintaa").await?;
    keys.follows_in("Kortin teki", "…").await?;
    keys.follows("Valitse").await?;
    keys.chooses_with("Kumpi on oikein?", "Satukuja 12").await?;
    keys.follows("Tallenna valinta").await?;
    keys.shows("Satukuja 12").await?;
    assert!(!keys.sees("Tarinatie 3 B").await?);
    keys.section('3').await?;
    keys.shows("Ei valittavaa").await?;
    keys.ends().await
}

#[tokio::test]
async fn a_page_that_is_brought_up_to_date_leaves_the_keyboard_where_it_was() -> anyhow::Result<()>
{
    let (house, here) = House::open(OWNER).await?;
    let there = house.visit(1, OWNER).await?;
    new_client(&here, "Elävä", &[]).await?;
    there.finds("Elävä").await?;
    there.to_in("Yhteystiedot", "Muokkaa").await?;

    here.follows_in("Yhteystiedot", "Muokkaa").await?;
    here.writes("Puhelin", "040 000 3456").await?;
    here.saves().await?;
    there.shows("+358 40 000 3456").await?;
    assert_eq!(there.at().await?.as_deref(), Some("Muokkaa"));
    there.enters().await?;
    there.shows("Puhelinnumerot").await?;
    here.ends().await?;
    there.ends().await
}
