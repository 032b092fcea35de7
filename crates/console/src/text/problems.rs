//! Pages that help: a title and what to do.

use crate::text::Language;

/// Rows of a title and a text: `name: Finnish, Swedish, English;`.
macro_rules! problems {
    ($($name:ident: $fi:expr, $sv:expr, $en:expr;)+) => {
        impl Language {
            $(pub(crate) const fn $name(self) -> (&'static str, &'static str) {
                match self { Self::Finnish => $fi, Self::Swedish => $sv, Self::English => $en }
            })+
        }
    };
}

problems! {
    problem_closed:
        ("Rekisteri on suljettu", "Tämä solmu ei näytä asiakkaita, ennen kuin se on ollut yhteydessä toiseen toimipisteeseen tai pääkäyttäjä avaa sen."),
        ("Registret är stängt", "Den här noden visar inga kunder förrän den har haft kontakt med ett annat verksamhetsställe eller huvudanvändaren öppnar den."),
        ("The register is closed", "This node shows no clients until it has been in contact with another premises or the owner opens it.");
    problem_forged:
        ("Lomake on vanhentunut", "Istunto on vaihtunut sen jälkeen, kun sivu avattiin, joten mitään ei tallennettu. Palaa edelliselle sivulle, lataa se uudelleen ja yritä uudestaan."),
        ("Formuläret har gått ut", "Sessionen har bytts sedan sidan öppnades, så inget sparades. Gå tillbaka, ladda om sidan och försök igen."),
        ("The form has expired", "The session has changed since the page was opened, so nothing was saved. Go back, load the page again and retry.");
    problem_forbidden:
        ("Tähän ei ole oikeutta", "Roolisi ei salli tätä. Jos tarvitset sitä työssäsi, pyydä pääkäyttäjältä."),
        ("Du har inte rätt till det här", "Din roll tillåter inte det här. Be huvudanvändaren om du behöver det i ditt arbete."),
        ("You may not do this", "Your role does not allow it. If you need it in your work, ask the owner.");
    problem_not_found:
        ("Sivua ei löytynyt", "Osoitteessa ei ole mitään. Asiakas löytyy nimellä, puhelimella tai sähköpostilla etusivun haulla."),
        ("Sidan hittades inte", "Det finns inget på adressen. Kunden hittas med namn, telefon eller e-post i sökningen på startsidan."),
        ("The page was not found", "There is nothing at this address. A client is found by name, phone or e-mail with the search on the start page.");
    problem_erased:
        ("Kortti on poistettu pysyvästi", "Tämän asiakkaan tietoja ei enää ole täällä. Muut toimipisteet poistavat ne heti, kun niihin on yhteys. Jos olit muokkaamassa korttia, muutosta ei tallennettu."),
        ("Kortet har raderats permanent", "Kundens uppgifter finns inte längre här. De andra verksamhetsställena raderar dem så snart de nås. Om du höll på att ändra kortet sparades ändringen inte."),
        ("The card was erased", "This client's data is here no longer. The other premises erase it as soon as they are in reach. If you were changing the card, the change was not saved.");
    problem_overdue:
        ("Kortin säilytysaika on päättynyt", "Kortti on piilotettu ja odottaa poistoa. Pääkäyttäjä näkee sen säilytysaikojen sivulla."),
        ("Kortets förvaringstid är slut", "Kortet är dolt och väntar på att raderas. Huvudanvändaren ser det på sidan för förvaringstider."),
        ("The card's retention period is over", "The card is hidden and waits to be deleted. The owner sees it on the retention page.");
    problem_restricted:
        ("Kortin käsittelyä on rajoitettu", "Korttia ei voi muuttaa eikä poistaa, ennen kuin pääkäyttäjä on poistanut rajoituksen kortilta. Mitään ei tallennettu."),
        ("Behandlingen av kortet är begränsad", "Kortet kan varken ändras eller raderas innan huvudanvändaren har hävt begränsningen på kortet. Inget sparades."),
        ("The use of the card is restricted", "The card can be neither changed nor erased until the owner has lifted the restriction on the card. Nothing was saved.");
    problem_contact_only:
        ("Kortilla pidetään vain yhteystiedot", "Asiakas antaa kirjata vain yhteystietonsa, joten terveystietoja, hoitoja tai haittatapahtumia ei oteta kortille. Mitään ei tallennettu. Jos asiakas on muuttanut mieltään, salli muutkin tiedot kortilla."),
        ("Kortet har endast kontaktuppgifter", "Kunden låter bara kontaktuppgifterna antecknas, så hälsouppgifter, behandlingar och negativa händelser tas inte emot. Inget sparades. Om kunden har ändrat sig, tillåt även andra uppgifter på kortet."),
        ("The card is for contact details only", "The client lets only contact details be kept, so health information, treatments and adverse events are not taken. Nothing was saved. If the client has changed their mind, allow other information on the card.");
    problem_no_consent:
        ("Suostumusta ei ole kirjattu", "Terveystietoja kirjataan vasta, kun asiakkaan suostumus on kirjattu, ja se on ehkä peruttu tämän sivun avaamisen jälkeen. Mitään ei tallennettu. Palaa kortille ja kirjaa suostumus."),
        ("Samtycke har inte antecknats", "Hälsouppgifter antecknas först när kundens samtycke har antecknats, och det kan ha återkallats sedan sidan öppnades. Inget sparades. Gå tillbaka till kortet och anteckna samtycket."),
        ("Consent is not on record", "Health information is recorded only once the client's consent is, and it may have been withdrawn since the page was opened. Nothing was saved. Go back to the card and record the consent.");
    problem_minor:
        ("Asiakas voi olla alaikäinen", "Alaikäiseltä ei oteta markkinointilupaa. Mitään ei tallennettu. Varmista ensin ikä kortilla."),
        ("Kunden kan vara minderårig", "Marknadsföringstillstånd tas inte av minderåriga. Inget sparades. Kontrollera först åldern på kortet."),
        ("The client may be under age", "No marketing permission is taken from somebody under age. Nothing was saved. Check the age on the card first.");
    problem_claimed:
        ("Oikeusvaade estää poistamisen", "Kortilla on voimassa oleva oikeusvaade. Pääkäyttäjä voi poistaa kortin, kun vaade on päättynyt tai peruttu kortilla."),
        ("Ett rättsligt anspråk hindrar raderingen", "Ett rättsligt anspråk gäller kortet. Huvudanvändaren kan radera kortet när anspråket har upphört eller hävts på kortet."),
        ("A legal claim keeps the card", "A legal claim on the card is in force. The owner can erase the card once the claim has ended or was lifted on the card.");
    problem_stale:
        ("Sivu on liian vanha", "Sivu perustuu versioon, jota rekisteri ei enää tunne, joten mitään ei tallennettu. Palaa, kopioi kirjoittamasi, lataa sivu uudelleen ja tallenna."),
        ("Sidan är för gammal", "Sidan bygger på en version som registret inte längre känner, så inget sparades. Gå tillbaka, kopiera det du skrev, ladda om sidan och spara."),
        ("The page is too old", "The page was made from a version that the register no longer knows, so nothing was saved. Go back, copy what you typed, load the page again and save.");
    problem_unreadable:
        ("Lähetystä ei voitu lukea", "Selaimen lähettämä lomake oli puutteellinen tai liian suuri. Mitään ei tallennettu. Palaa ja yritä uudelleen."),
        ("Det som skickades kunde inte läsas", "Formuläret var ofullständigt eller för stort. Inget sparades. Gå tillbaka och försök igen."),
        ("What was sent can't be read", "The form was incomplete or too large. Nothing was saved. Go back and try again.");
    problem_busy:
        ("Liian monta avointa sivua", "Sulje muutama Kortiston välilehti ja yritä uudelleen."),
        ("För många öppna sidor", "Stäng några av Kortistos flikar och försök igen."),
        ("Too many open pages", "Close some of Kortisto's tabs and try again.");
    problem_silent:
        ("Rekisteri ei vastaa juuri nyt", "Tallennus ei ehkä onnistunut. Odota hetki, palaa, lataa sivu uudelleen ja tarkista. Jos tämä toistuu, kerro pääkäyttäjälle."),
        ("Registret svarar inte just nu", "Det är inte säkert att något sparades. Vänta en stund, gå tillbaka, ladda om sidan och kontrollera. Berätta för huvudanvändaren om det upprepas."),
        ("The register does not answer just now", "It may not have been saved. Wait a moment, go back, load the page again and check. If it happens again, tell the owner.");
    problem_foreign:
        ("Tänne ei pääse tätä kautta", "Pyyntö ei tullut tämän konsolin omalta sivulta. Avaa Kortisto sen omasta osoitteesta."),
        ("Hit kommer man inte den här vägen", "Begäran kom inte från konsolens egen sida. Öppna Kortisto på dess egen adress."),
        ("Not by this way", "The request did not come from the console's own page. Open Kortisto at its own address.");
    problem_internal:
        ("Jokin meni vikaan", "Vika kirjattiin tämän toimipisteen lokiin. Mitään ei tallennettu. Yritä uudelleen; jos tämä toistuu, kerro pääkäyttäjälle."),
        ("Något gick fel", "Felet skrevs i loggen på det här verksamhetsstället. Inget sparades. Försök igen; berätta för huvudanvändaren om det upprepas."),
        ("Something went wrong", "It was written to this premises' log. Nothing was saved. Try again; if it happens again, tell the owner.");
}
