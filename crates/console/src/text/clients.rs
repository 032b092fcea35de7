//! Finding clients, contact details, marketing.

use register::contact::TextFault;

use crate::text::{plural, sentences, texts};

texts! {
    find_client: "Hae asiakas", "Sök kund", "Find a client";
    find_hint: "Nimi, puhelin tai sähköposti", "Namn, telefon eller e-post", "Name, phone or e-mail";
    new_client: "Uusi asiakas", "Ny kund", "New client";
    save_client: "Tallenna asiakas", "Spara kunden", "Save the client";
    recent: "Viimeksi avatut", "Senast öppnade", "Opened last";
    no_recent: "Tänään avaamasi kortit näkyvät tässä. Aloita haulla.", "Korten som du öppnar i dag visas här. Börja med att söka.",
        "The cards that you open today show here. Start with the search.";
    register_empty: "Rekisteri on tyhjä. Lisää ensimmäinen asiakas tai tuo vanha rekisteri.",
        "Registret är tomt. Lägg till den första kunden eller importera det gamla registret.",
        "The register is empty. Add the first client or import the old register.";
    last_visit: "Käynti", "Besök", "Visit";
    to_choose: "Valittavaa", "Att välja", "To choose";
    contact_details: "Yhteystiedot", "Kontaktuppgifter", "Contact details";
    last_name: "Sukunimi", "Efternamn", "Last name";
    first_name: "Etunimi", "Förnamn", "First name";
    birth_year: "Syntymävuosi", "Födelseår", "Birth year";
    birth_year_hint: "Vain vuosi tallennetaan.", "Bara året sparas.", "Only the year is kept.";
    phone: "Puhelin", "Telefon", "Phone";
    phones: "Puhelinnumerot", "Telefonnummer", "Phone numbers";
    email: "Sähköposti", "E-post", "E-mail";
    emails: "Sähköpostiosoitteet", "E-postadresser", "E-mail addresses";
    address: "Osoite", "Adress", "Address";
    street: "Katuosoite", "Gatuadress", "Street address";
    postcode: "Postinumero", "Postnummer", "Postal code";
    town: "Postitoimipaikka", "Postanstalt", "Town";
    maybe_here: "Vahvista, että kyseessä on eri henkilö, tai avaa jo oleva kortti.",
        "Bekräfta att det är en annan person, eller öppna kortet som redan finns.",
        "Confirm that this is another person, or open the card that is here.";
    other_person: "Tämä on eri henkilö kuin yllä olevat", "Det här är en annan person än de ovan", "This is another person than those above";
    maybe_minor: "Mahdollisesti alaikäinen: varmista ikä ennen hoitoa.", "Eventuellt minderårig: kontrollera åldern före behandlingen.",
        "Possibly under age: make sure of the age before a treatment.";
    marketing: "Markkinointilupa", "Marknadsföringstillstånd", "Marketing permission";
    marketing_question: "Saako asiakkaalle lähettää tiedotteita?", "Får kunden få utskick?", "May notices be sent to the client?";
    marketing_yes: "Tiedotteita saa lähettää", "Utskick får skickas", "Notices may be sent";
    marketing_no: "Markkinointikielto: ei tiedotteita", "Marknadsföringsförbud: inga utskick", "Opt-out: no notices";
    marketing_not_asked: "Lupaa ei ole kysytty: ei tiedotteita.", "Tillstånd har inte begärts: inga utskick.", "Permission has not been asked: no notices.";
    asked_on: "Kysytty", "Frågat", "Asked";
    asked_how: "Miten kysyttiin", "Hur frågan ställdes", "How it was asked";
    asked_how_hint: "Esimerkiksi paikan päällä tai puhelimessa", "Till exempel på plats eller per telefon", "For example in person or by phone";
    note: "Huomautus", "Anteckning", "Note";
    notes: "Huomautukset", "Anteckningar", "Notes";
    no_notes: "Ei huomautuksia.", "Inga anteckningar.", "No notes.";
    not_for_health: "Ei terveystietoja tähän: niille on oma kohta.", "Inga hälsouppgifter här: de har en egen plats.",
        "Not for health information: that has its own place.";
}

sentences! {
    client_count(count: usize):
        format!("Rekisterissä {count} {}", plural(count, "asiakas", "asiakasta")),
        format!("{count} {} i registret", plural(count, "kund", "kunder")),
        format!("{count} {} in the register", plural(count, "client", "clients"));
    found(count: usize, more: bool):
        match (count, more) {
            (0, _) => "Ei löytynyt. Kokeile osaa nimestä tai puhelinnumerosta.".to_owned(),
            (_, true) => format!("Näytetään {count} ensimmäistä. Tarkenna hakua."),
            (1, false) => "Yksi asiakas löytyi.".to_owned(),
            (_, false) => format!("{count} asiakasta löytyi."),
        },
        match (count, more) {
            (0, _) => "Inget hittades. Pröva en del av namnet eller telefonnumret.".to_owned(),
            (_, true) => format!("De {count} första visas. Precisera sökningen."),
            (_, false) => format!("{count} {} hittades.", plural(count, "kund", "kunder")),
        },
        match (count, more) {
            (0, _) => "Nothing found. Try a part of the name or of the phone number.".to_owned(),
            (_, true) => format!("The first {count} are shown. Narrow the search."),
            (_, false) => format!("{count} {} found.", plural(count, "client", "clients")),
        };
    maybe_same(count: usize):
        if count == 1 { "Tämä asiakas voi olla jo rekisterissä".to_owned() } else { "Nämä asiakkaat voivat olla sama henkilö".to_owned() },
        if count == 1 { "Kunden kan redan finnas i registret".to_owned() } else { "De här kunderna kan vara samma person".to_owned() },
        if count == 1 { "This client may be in the register already".to_owned() } else { "These clients may be the same person".to_owned() };
    born(year: u16, age: i32):
        format!("s. {year} · noin {age} v"), format!("f. {year} · cirka {age} år"), format!("b. {year} · about {age}");
}

impl crate::text::Language {
    /// Why a text was not taken, and what to do.
    pub(crate) const fn fault(self, fault: TextFault) -> &'static str {
        match self {
            Self::Finnish => match fault {
                TextFault::Empty => "Täytä tämä kenttä.",
                TextFault::TooLong => "Teksti on liian pitkä. Lyhennä sitä.",
                TextFault::IdentityCode => {
                    "Tekstissä on henkilötunnus. Rekisteriin ei saa tallentaa henkilötunnusta: poista se."
                }
                TextFault::Phone => "Kirjoita puhelinnumero, esimerkiksi 040 123 4567.",
                TextFault::Email => "Kirjoita sähköpostiosoite, esimerkiksi nimi@example.com.",
                TextFault::Year => "Kirjoita syntymävuosi neljällä numerolla, esimerkiksi 1984.",
                TextFault::Date => "Kirjoita päivä muodossa 1.2.2024.",
            },
            Self::Swedish => match fault {
                TextFault::Empty => "Fyll i det här fältet.",
                TextFault::TooLong => "Texten är för lång. Korta av den.",
                TextFault::IdentityCode => {
                    "Texten innehåller en personbeteckning. Den får inte sparas i registret: ta bort den."
                }
                TextFault::Phone => "Skriv telefonnumret, till exempel 040 123 4567.",
                TextFault::Email => "Skriv e-postadressen, till exempel namn@example.com.",
                TextFault::Year => "Skriv födelseåret med fyra siffror, till exempel 1984.",
                TextFault::Date => "Skriv datumet så här: 1.2.2024.",
            },
            Self::English => match fault {
                TextFault::Empty => "Fill in this field.",
                TextFault::TooLong => "The text is too long. Shorten it.",
                TextFault::IdentityCode => {
                    "The text holds a personal identity code. The register must not hold one: take it out."
                }
                TextFault::Phone => "Write the phone number, for example 040 123 4567.",
                TextFault::Email => "Write the e-mail address, for example name@example.com.",
                TextFault::Year => "Write the birth year in four digits, for example 1984.",
                TextFault::Date => "Write the date like this: 1.2.2024.",
            },
        }
    }
}
