//! The second factor.

use crate::text::texts;

texts! {
    second_factor: "Toinen tunnistautuminen", "Tvåfaktorsautentisering", "Second factor";
    factor_text: "Salasanan lisäksi kysytään koodi, jonka puhelimesi todennussovellus näyttää. Silloin pelkkä salasana ei riitä sisään.",
        "Utöver lösenordet frågas en kod som autentiseringsappen i din telefon visar. Då räcker det inte att bara känna till lösenordet.",
        "Besides the password you are asked for a code that an authenticator app on your phone shows. The password alone then opens nothing.";
    factor_is_on: "Toinen tunnistautuminen on käytössä", "Tvåfaktorsautentiseringen är på", "The second factor is on";
    factor_is_off: "Toinen tunnistautuminen ei ole käytössä.", "Tvåfaktorsautentiseringen är inte på.", "The second factor is not on.";
    factor_look: "Hallitse", "Hantera", "Manage";
    factor_step_phone: "1. Lisää tunnus puhelimeesi", "1. Lägg till kontot i telefonen", "1. Add the account to your phone";
    factor_scan: "Avaa todennussovellus ja lue kuva. Koodi ei lähde tältä koneelta mihinkään.",
        "Öppna autentiseringsappen och läs bilden. Koden skickas ingenstans från den här datorn.",
        "Open the authenticator app and scan the picture. The secret leaves this computer in no other way.";
    factor_type: "Eikö kamera toimi? Kirjoita avain käsin", "Fungerar inte kameran? Skriv nyckeln för hand", "No camera? Type the key by hand";
    factor_step_code: "2. Kirjoita koodi, jonka sovellus näyttää", "2. Skriv koden som appen visar", "2. Enter the code that the app shows";
    factor_code: "Koodi", "Kod", "Code";
    factor_on: "Ota käyttöön", "Ta i bruk", "Switch on";
    factor_off: "Poista käytöstä", "Stäng av", "Switch off";
    factor_wrong: "Koodi ei täsmää, tai se on jo käytetty. Odota, että sovellus näyttää uuden, ja tarkista puhelimen kello.",
        "Koden stämmer inte, eller så är den redan använd. Vänta på nästa kod i appen och kontrollera telefonens klocka.",
        "The code is not right, or was used already. Wait for the app to show the next one, and check the phone's clock.";
    factor_ask: "Salasana täsmäsi. Kirjoita vielä koodi, jonka puhelimesi todennussovellus näyttää.",
        "Lösenordet stämmer. Skriv ännu koden som autentiseringsappen i din telefon visar.",
        "The password is right. Now enter the code that the authenticator app on your phone shows.";
    factor_ask_hint: "Kuusi numeroa. Jos puhelin on hukassa, kirjoita palautuskoodi.",
        "Sex siffror. Om telefonen är borta, skriv återställningskoden.",
        "Six digits. If the phone is lost, enter the recovery code.";
    recovery_text: "Kirjoita tämä palautuskoodi muistiin ja säilytä se muualla kuin puhelimessa. Se päästää sisään kerran, jos puhelin katoaa, ja näytetään vain nyt.",
        "Skriv upp den här återställningskoden och förvara den någon annanstans än i telefonen. Den släpper in dig en gång om telefonen försvinner och visas bara nu.",
        "Write this recovery code down and keep it somewhere other than on the phone. It lets you in once if the phone is lost, and is shown only now.";
    factor_reset: "Poista toinen tunnistautuminen", "Stäng av tvåfaktorsautentiseringen", "Switch the second factor off";
    factor_reset_text: "Käyttäjälle, jolta puhelin ja palautuskoodi ovat hukassa. Sen jälkeen sisään pääsee pelkällä salasanalla, kunnes käyttäjä ottaa sen taas käyttöön.",
        "För en användare som har förlorat både telefonen och återställningskoden. Därefter räcker lösenordet tills användaren tar den i bruk igen.",
        "For a user who has lost both phone and recovery code. After it the password alone is enough until they switch it on again.";
}
