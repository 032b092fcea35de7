//! The frame of every page, buttons and common words.

use crate::text::{plural, sentences, texts};
use crate::visitor::Theme;

texts! {
    navigation: "Osiot", "Avdelningar", "Sections";
    language: "Kieli", "Språk", "Language";
    start: "Etusivu", "Startsida", "Start";
    clients: "Asiakkaat", "Kunder", "Clients";
    conflicts: "Ristiriidat", "Konflikter", "Conflicts";
    users: "Käyttäjät", "Användare", "Users";
    help: "Ohje", "Hjälp", "Help";
    skip_to_main: "Siirry sisältöön", "Gå till innehållet", "Skip to the content";
    to_start: "Etusivulle", "Till startsidan", "To the start page";
    node_lost: "Yhteys tämän toimipisteen Kortistoon katkesi. Kirjoittamasi on tallella; yhdistetään uudelleen.",
        "Kontakten med Kortisto på det här verksamhetsstället bröts. Det du skrivit finns kvar; försöker på nytt.",
        "The connection to this premises' Kortisto was lost. What you typed is kept; trying again.";
    changed_meanwhile: "Korttia on juuri muutettu toisaalla. Kirjoittamasi on tallella, eikä tallennus hävitä kummankaan muutosta.",
        "Kortet ändrades just på annat håll. Det du skrivit finns kvar, och inget går förlorat när du sparar.",
        "The card was just changed elsewhere. What you typed is kept, and saving loses neither change.";
    load_again: "Lataa uudelleen", "Ladda om", "Load again";
    unsaved: "Sivulla on tallentamatonta tekstiä.", "Sidan har text som inte sparats.", "There is unsaved text on the page.";
    save: "Tallenna", "Spara", "Save";
    cancel: "Peruuta", "Avbryt", "Cancel";
    add: "Lisää", "Lägg till", "Add";
    edit: "Muokkaa", "Ändra", "Edit";
    remove: "Poista", "Ta bort", "Remove";
    find: "Hae", "Sök", "Find";
    look: "Katso", "Visa", "Look";
    yes: "Kyllä", "Ja", "Yes";
    no: "Ei", "Nej", "No";
    not_known: "Ei tiedossa", "Inte känt", "Not known";
    not_given: "Ei annettu", "Inte angivet", "Not given";
    not_known_yet: "Ei vielä tiedossa: tieto on tulossa toisesta toimipisteestä",
        "Inte känt ännu: uppgiften är på väg från det andra verksamhetsstället",
        "Not known yet: it is on its way from the other premises";
    unreadable_here: "Tätä tietoa ei voi lukea tällä ohjelmaversiolla", "Uppgiften kan inte läsas med den här versionen",
        "This can't be read with this version of the program";
    empty: "tyhjä", "tomt", "empty";
    date: "Päivä", "Datum", "Date";
    date_hint: "Esimerkiksi 1.2.2024", "Till exempel 1.2.2024", "For example 1.2.2024";
    date_wrong: "Kirjoita päivä muodossa 1.2.2024.", "Skriv datumet så här: 1.2.2024.", "Write the date like this: 1.2.2024.";
    date_in_future: "Päivä on tulevaisuudessa. Kirjaa hoito, kun se on annettu.",
        "Datumet ligger i framtiden. Anteckna behandlingen när den är utförd.",
        "The date is in the future. Record the treatment once it is given.";
    choose_one: "Valitse yksi vaihtoehto.", "Välj ett alternativ.", "Choose one.";
    actions: "Toiminnot", "Åtgärder", "Actions";
    state: "Tila", "Status", "State";
    name: "Nimi", "Namn", "Name";
    keys: "Näppäimet", "Tangenter", "Keys";
    key_choose: "Liiku hakutuloksissa ja avaa", "Flytta i sökresultaten och öppna", "Move in the results and open";
    key_close: "Sulje hakutulokset", "Stäng sökresultaten", "Close the results";
    key_rooms: "Osiot ylhäällä vasemmalta oikealle", "Avdelningarna uppe från vänster till höger", "The sections at the top, left to right";
    key_tab: "Seuraava kenttä tai painike", "Nästa fält eller knapp", "Next field or button";
    help_conflicts_title: "Kun kaksi muuttaa samaa tietoa", "När två ändrar samma uppgift", "When two people change the same thing";
    help_conflicts: "Valitse oikea arvo tai kirjoita kolmas. Kumpikaan arvo ei katoa ennen sitä, ja terveystiedoista näkyvät siihen asti molemmat.",
        "Välj det rätta värdet eller skriv ett tredje. Inget värde försvinner före det, och av hälsouppgifter visas båda tills dess.",
        "Choose the right value or write a third. Neither is lost before that, and of health information both show until then.";
    help_line_title: "Kun linja on poikki", "När linjen är bruten", "When the line is down";
    help_never_title: "Mitä kortille ei kirjoiteta", "Det här skrivs inte på kortet", "What does not belong on a card";
    help_never: "Henkilötunnusta ei tallenneta mihinkään kenttään, syntymäajasta vain vuosi, ja terveystiedot vain terveystietoihin.",
        "Personbeteckning sparas inte i något fält, av födelsedatum bara året, och hälsouppgifter bara bland hälsouppgifterna.",
        "No personal identity code in any field, of a date of birth only the year, and health information only under health.";
    look_and_language: "Ulkoasu ja kieli", "Utseende och språk", "Look and language";
    look_label: "Ulkoasu", "Utseende", "Look";
}

sentences! {
    faults(count: usize):
        if count == 1 { "Yksi kohta kaipaa korjausta".to_owned() } else { format!("{count} kohtaa kaipaa korjausta") },
        format!("{count} {} behöver rättas", plural(count, "punkt", "punkter")),
        format!("{count} {} mending", plural(count, "thing needs", "things need"));
}

impl crate::text::Language {
    /// The name of a look.
    pub(crate) const fn theme(self, theme: Theme) -> &'static str {
        match (theme, self) {
            (Theme::Auto, Self::Finnish) => "Kuten koneessa",
            (Theme::Auto, Self::Swedish) => "Som i datorn",
            (Theme::Auto, Self::English) => "As the machine is set",
            (Theme::Light, Self::Finnish) => "Vaalea",
            (Theme::Light, Self::Swedish) => "Ljust",
            (Theme::Light, Self::English) => "Light",
            (Theme::Dark, Self::Finnish) => "Tumma",
            (Theme::Dark, Self::Swedish) => "Mörkt",
            (Theme::Dark, Self::English) => "Dark",
        }
    }
}
