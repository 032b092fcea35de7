//! How long cards are kept, what stops that, and what stops deletion.

use register::replica::Hold;

use crate::text::{Language, plural, sentences, texts};

texts! {
    retention: "Säilytysajat", "Förvaringstider", "Retention";
    retention_room: "Säilytys", "Förvaring", "Retention";
    retention_lead: "Hoito ja terveystieto poistuvat viiden vuoden kuluttua päiväyksestään, kortti viiden vuoden kuluttua viimeisestä käynnistä. Käyttäjän tiedot poistuvat kahden vuoden kuluttua käyttöoikeuden päättymisestä. Poisto tehdään eräpäivänä itsestään, kun kaikista toimipisteistä on sen jälkeen kuultu.",
        "Behandlingar och hälsouppgifter tas bort fem år efter sitt datum, kortet fem år efter senaste besöket. Uppgifter om en användare tas bort två år efter att åtkomsten avslutades. Raderingen sker av sig själv på förfallodagen, när alla verksamhetsställen har hörts efter den.",
        "Treatments and health information go five years after their date, the card five years after the last visit. What is kept of a user goes two years after their access ended. Deletion runs by itself on the due day, once every premises has been heard after it.";
    due_list: "Poistoon tulossa", "Raderas snart", "Due for deletion";
    due_none: "Mitään ei ole poistettavana.", "Inget att radera.", "Nothing is due.";
    due_until: "Mitä poistuisi viimeistään", "Vad som skulle raderas senast", "What would go by";
    due_until_hint: "Koeajo: mitään ei poisteta. Ilman päivää näytetään seuraavat 30 päivää.", "Provkörning: inget raderas. Utan datum visas de följande 30 dagarna.",
        "A dry run: nothing is deleted. Without a date the next 30 days show.";
    due_show: "Näytä", "Visa", "Show";
    due_card: "Kortti poistuu", "Kortet raderas", "The card goes";
    due_entry: "Kirjaus poistuu", "En anteckning tas bort", "An entry goes";
    due_user: "Entinen käyttäjä: nimi, sitoumus ja tunnukset poistuvat", "Tidigare användare: namn, förbindelse och inloggning tas bort", "Former user: name, undertaking and log-in go";
    due_over: "Aika ohi", "Tiden ute", "Overdue";
    why_held: "Miksi mitään ei poisteta", "Varför inget raderas", "Why nothing is deleted";
    not_held: "Poisto toimii: mikään ei estä sitä.", "Raderingen fungerar: inget hindrar den.", "Deletion works: nothing holds it up.";
    running: "Poisto on käynnissä.", "Raderingen pågår.", "Deletion is under way.";
    run_now: "Poista nyt", "Radera nu", "Delete now";
    run_now_text: "Poistaa pysyvästi kaiken, minkä aika on ohi ja minkä jälkeen kaikista toimipisteistä on kuultu. Tätä ei voi perua.",
        "Raderar permanent allt vars tid är ute, när alla verksamhetsställen har hörts efter det. Det kan inte ångras.",
        "Deletes for good all that is past its time, where every premises has been heard after it. It can't be undone.";
    run_sure: "Olen katsonut listan läpi", "Jag har gått igenom listan", "I have looked through the list";
    run_sure_wrong: "Katso lista läpi ja vahvista se ensin.", "Gå igenom listan och bekräfta först.", "Look through the list and confirm that first.";
    claim: "Oikeusvaade", "Rättsligt anspråk", "Legal claim";
    claim_lead: "Oikeusvaade estää kortin poistamisen määräpäivään asti. Kirjaa syy; se näkyy vain pääkäyttäjälle.",
        "Ett rättsligt anspråk hindrar att kortet raderas före slutdatumet. Skriv skälet; bara huvudanvändaren ser det.",
        "A legal claim keeps the card from being erased until its last day. Write the reason; only the owner sees it.";
    claim_reason: "Syy", "Skäl", "Reason";
    claim_until: "Voimassa asti", "Gäller till", "In force until";
    claim_until_hint: "Enintään 366 päivää eteenpäin; voidaan uusia.", "Högst 366 dagar framåt; kan förnyas.", "At most 366 days ahead; it can be renewed.";
    claim_until_wrong: "Valitse päivä tästä päivästä enintään 366 päivää eteenpäin.", "Välj ett datum från i dag till högst 366 dagar framåt.",
        "Choose a day from today to at most 366 days ahead.";
    claim_set: "Aseta oikeusvaade", "Ställ in anspråket", "Set the legal claim";
    claim_lift: "Peru oikeusvaade", "Häv anspråket", "Lift the legal claim";
    claim_lift_text: "Kortti voidaan taas poistaa. Jos sen säilytysaika on ohi, se poistuu seuraavassa ajossa.",
        "Kortet kan åter raderas. Om förvaringstiden är ute tas det bort vid nästa körning.",
        "The card can be erased again. If its time is over it goes with the next run.";
    restriction: "Käsittelyn rajoittaminen", "Begränsning av behandling", "Restriction";
    restriction_lead: "Kun asiakas on pyytänyt rajoitusta, korttia saa katsoa mutta ei muuttaa, poistaa eikä käyttää markkinointiin.",
        "När kunden har begärt begränsning får kortet ses men inte ändras, raderas eller användas för marknadsföring.",
        "When the client has asked for restriction, the card may be looked at but not changed, erased or used for marketing.";
    restriction_set: "Rajoita käsittelyä", "Begränsa behandlingen", "Restrict the use";
    restriction_lift: "Poista rajoitus", "Häv begränsningen", "Lift the restriction";
    restriction_lift_text: "Korttia voi taas muuttaa. Kerro asiakkaalle ennen kuin poistat rajoituksen.",
        "Kortet kan åter ändras. Informera kunden innan du häver begränsningen.",
        "The card can be changed again. Tell the client before you lift the restriction.";
    kept_while_restricted: "Säilytetään, kunnes rajoitus poistetaan", "Förvaras tills begränsningen hävs", "Kept until the restriction is lifted";
    hidden_card: "Kortti on piilotettu.", "Kortet är dolt.", "The card is hidden.";
}

sentences! {
    kept_until(date: &str):
        format!("Säilytetään {date} asti"), format!("Förvaras till {date}"), format!("Kept until {date}");
    claim_strip(date: &str):
        format!("Oikeusvaade {date} asti: korttia ei voi poistaa"), format!("Rättsligt anspråk till {date}: kortet kan inte raderas"), format!("Legal claim until {date}: the card can't be erased");
    restriction_strip(date: &str):
        format!("Käsittely rajoitettu {date} alkaen: korttia ei voi muuttaa"), format!("Behandlingen begränsad sedan {date}: kortet kan inte ändras"), format!("Restricted since {date}: the card can't be changed");
    would_go(cards: usize, entries: usize, date: &str):
        format!("Viimeistään {date} poistuisi {cards} {} ja kirjauksia {entries} kortilta.", plural(cards, "kortti", "korttia")),
        format!("Senast {date} skulle {cards} kort raderas och anteckningar tas bort från {entries} kort."),
        format!("By {date}, {cards} {} would go, and entries from {entries} {}.", plural(cards, "card", "cards"), plural(entries, "card", "cards"));
    users_would_go(count: usize):
        format!("Lisäksi {} poistuisi tiedot.", if count == 1 { "yhden entisen käyttäjän".to_owned() } else { format!("{count} entisen käyttäjän") }),
        format!("Dessutom skulle uppgifterna om {} raderas.", if count == 1 { "en tidigare användare".to_owned() } else { format!("{count} tidigare användare") }),
        format!("What is kept of {} would go too.", if count == 1 { "one former user".to_owned() } else { format!("{count} former users") });
    run_larger(count: usize):
        format!("Salli {count} kortin poisto"), format!("Tillåt radering av {count} kort"), format!("Let {count} cards go");
    shown_of(shown: usize, all: usize):
        format!("Näytetään {shown} ensimmäistä, yhteensä {all}."), format!("De {shown} första av {all} visas."), format!("The first {shown} of {all} are shown.");
}

impl Language {
    /// Why nothing is deleted by the clock, and what to do.
    pub(crate) fn hold(self, hold: Hold) -> String {
        match (hold, self) {
            (Hold::Clock(_), Self::Finnish) => "Tietokoneen kelloon ei voi luottaa. Tarkista se: jos se on väärässä, korjaa aika; jos oikeassa, vahvista.".to_owned(),
            (Hold::Clock(_), Self::Swedish) => "Datorns klocka är opålitlig. Kontrollera den: ställ om den om den går fel, bekräfta om den går rätt.".to_owned(),
            (Hold::Clock(_), Self::English) => "The computer's clock is not trusted. Check it: if it is wrong, set it; if it is right, confirm it.".to_owned(),
            (Hold::TooMany(count), Self::Finnish) => format!("Poistettavia kortteja on tavallista enemmän: {count}. Katso lista läpi, ja salli poisto, jos se on oikein."),
            (Hold::TooMany(count), Self::Swedish) => format!("Det finns fler kort än vanligt att radera: {count}. Gå igenom listan och tillåt raderingen om den är riktig."),
            (Hold::TooMany(count), Self::English) => format!("More cards than usual are due: {count}. Look through the list, and let them go if it is right."),
            (Hold::Peers, Self::Finnish) => "Toisesta toimipisteestä ei ole kuultu eräpäivän jälkeen. Siellä voi olla uudempi käynti, joten kortit odottavat piilossa. Palauta yhteys.".to_owned(),
            (Hold::Peers, Self::Swedish) => "Ett annat verksamhetsställe har inte hörts efter förfallodagen. Det kan ha ett nyare besök, så korten väntar dolda. Återställ förbindelsen.".to_owned(),
            (Hold::Peers, Self::English) => "Another premises has not been heard after the due day. It may hold a later visit, so the cards wait, hidden. Restore the line.".to_owned(),
            (Hold::Quarantine, Self::Finnish) => "Rekisteri on suljettu, kunnes toinen toimipiste on tavoitettu.".to_owned(),
            (Hold::Quarantine, Self::Swedish) => "Registret är stängt tills det andra verksamhetsstället har nåtts.".to_owned(),
            (Hold::Quarantine, Self::English) => "The register is closed until the other premises was reached.".to_owned(),
        }
    }
}
