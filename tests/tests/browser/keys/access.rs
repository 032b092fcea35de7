//! A user comes, works, locks, and goes.

use kortisto_tests::keyboard::Keyboard;
use kortisto_tests::phone::Phone;
use thirtyfour::Key;

use super::{House, OWNER, STAFF, desk};

const NAME: &str = "Uuno Uusi";
const PASSWORD: &str = "vihreä ruohonleikkuri";
const QUICK: &str = "482913";

#[tokio::test]
async fn clause_9_a_user_is_let_in_locks_and_is_shut_out_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (house, owner) = House::open(OWNER).await?;
    desk(&owner, "Käyttäjät").await?;
    owner.writes("Käyttäjänimi", NAME).await?;
    owner
        .chooses("Rooli", "Henkilökunta: kortit, hoidot ja terveystiedot")
        .await?;
    owner.follows("Lisää käyttäjä").await?;
    let code = owner.browser.element("main .code").await?.text().await?;

    let newcomer = Keyboard::open(house.demo.console(0)).await?;
    set_up(&newcomer, &code).await?;
    newcomer.section('2').await?;
    newcomer.follows(NAME).await?;
    newcomer.writes("Uusi pikakoodi", QUICK).await?;
    newcomer.writes("Nykyinen salasana", PASSWORD).await?;
    newcomer.follows("Ota pikakoodi käyttöön").await?;
    newcomer.shows("Pikakoodi avaa lukitun istuntosi").await?;

    newcomer.follows_keys(Key::Alt, 'l').await?;
    newcomer.shows("jatka pikakoodillasi").await?;
    newcomer.writes("Pikakoodi", "482914").await?;
    newcomer.enters().await?;
    newcomer.shows("Pikakoodi ei täsmää.").await?;
    newcomer.writes("Pikakoodi", QUICK).await?;
    newcomer.enters().await?;
    newcomer.shows("Pikakoodi avaa lukitun istuntosi").await?;

    desk(&owner, "Käyttäjät").await?;
    owner.opens_in(NAME, "Päätä käyttöoikeus").await?;
    owner.follows_in(NAME, "Päätä käyttöoikeus").await?;
    owner.shows("Käyttöoikeus päättynyt").await?;
    assert!(owner.sees_in(NAME, "Käyttöoikeus päättynyt").await?);
    newcomer.section('1').await?;
    newcomer.shows("Kirjaudu sisään").await?;
    owner.ends().await?;
    newcomer.ends().await
}

/// The first visit, with the code that the owner was shown.
async fn set_up(keys: &Keyboard, code: &str) -> anyhow::Result<()> {
    keys.browser.go("/login").await?;
    keys.follows("Onko sinulla kertakoodi? Ota tunnus käyttöön")
        .await?;
    keys.writes("Käyttäjänimi", NAME).await?;
    keys.writes("Kertakoodi", code).await?;
    keys.writes("Uusi salasana", PASSWORD).await?;
    keys.writes("Salasana uudelleen", PASSWORD).await?;
    keys.follows("Ota käyttöön").await?;
    // No card opens before the undertaking is given.
    keys.shows("Asiakaskortit avautuvat, kun vaitiolositoumus on annettu.")
        .await?;
    keys.writes("Uusi salasana", PASSWORD).await?;
    keys.writes("Salasana uudelleen", PASSWORD).await?;
    keys.ticks("Sitoudun pitämään salassa…").await?;
    keys.follows("Ota käyttöön").await?;
    keys.browser.reaches(|path| path == "/").await?;
    Ok(())
}

#[tokio::test]
async fn clause_9_a_second_factor_is_set_up_asked_for_and_switched_off_by_the_keyboard_alone()
-> anyhow::Result<()> {
    let (_house, keys) = House::open(STAFF).await?;
    keys.follows(STAFF.0).await?;
    keys.follows("Hallitse").await?;
    keys.opens_in(
        "1. Lisää tunnus puhelimeesi",
        "Eikö kamera toimi? Kirjoita avain käsin",
    )
    .await?;
    let key = keys.browser.element("main .code").await?.text().await?;
    let phone = Phone::told(&key)?;
    keys.writes("Koodi", "000000").await?;
    keys.writes("Salasana", STAFF.1).await?;
    keys.follows("Ota käyttöön").await?;
    keys.shows("Koodi ei täsmää, tai se on jo käytetty.")
        .await?;
    keys.writes("Koodi", &phone.code(0)?).await?;
    keys.writes("Salasana", STAFF.1).await?;
    keys.follows("Ota käyttöön").await?;
    keys.shows("Toinen tunnistautuminen on käytössä").await?;
    keys.follows("Jatka").await?;
    keys.follows("Kirjaudu ulos").await?;

    keys.writes("Käyttäjänimi", STAFF.0).await?;
    keys.writes("Salasana", STAFF.1).await?;
    keys.enters().await?;
    keys.shows("Salasana täsmäsi.").await?;
    keys.writes("Koodi", &phone.code(1)?).await?;
    keys.enters().await?;
    keys.browser.reaches(|path| path == "/").await?;

    keys.follows(STAFF.0).await?;
    keys.follows("Hallitse").await?;
    keys.writes("Salasana", STAFF.1).await?;
    keys.follows("Poista käytöstä").await?;
    keys.shows("1. Lisää tunnus puhelimeesi").await?;
    keys.ends().await
}
