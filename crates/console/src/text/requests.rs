//! What clients ask under the law, and the package that answers them.

use register::request::{Channel, CheckMethod, DocumentType, Outcome, RequestKind};

use crate::text::{Language, plural, sentences, texts};

texts! {
    request: "Pyyntö", "Begäran", "Request";
    requests: "Pyynnöt", "Begäranden", "Requests";
    requests_lead: "Asiakkaiden pyynnöt, joihin vastataan kuukauden kuluessa. Uusi pyyntö kirjataan asiakkaan kortilla.",
        "Kundernas begäranden som besvaras inom en månad. En ny begäran antecknas på kundens kort.",
        "Clients' requests, to be answered within a month. A new one is recorded on the client's card.";
    requests_open: "Avoimet", "Öppna", "Open";
    requests_closed: "Päättyneet", "Avslutade", "Closed";
    requests_none_open: "Yhtään pyyntöä ei ole avoinna.", "Ingen begäran är öppen.", "No request is open.";
    requests_closed_where: "Päättyneet pyynnöt näkyvät asiakkaan kortilla viiden vuoden ajan.",
        "Avslutade begäranden syns på kundens kort i fem år.",
        "Closed requests show on the client's card for five years.";
    requests_none: "Ei pyyntöjä.", "Inga begäranden.", "No requests.";
    record_request: "Kirjaa pyyntö", "Anteckna begäran", "Record a request";
    request_about: "Mitä pyydetään", "Vad begärs", "What is asked for";
    request_channel: "Miten pyyntö tuli", "Hur begäran kom", "How it came in";
    request_received: "Saapunut", "Inkom", "Received";
    request_received_wrong: "Päivä ei voi olla tulevaisuudessa.", "Datumet kan inte ligga i framtiden.", "The date can't be in the future.";
    request_due: "Määräaika", "Tidsfrist", "Deadline";
    request_late: "Myöhässä", "Försenad", "Late";
    identity_check: "Henkilöllisyyden varmistaminen", "Identitetskontroll", "Identity check";
    identity_check_hint: "Kirjaa vain tapa ja asiakirjan laji. Numeroa tai kopiota ei tallenneta.",
        "Anteckna bara sättet och typen av handling. Nummer eller kopia sparas inte.",
        "Record only the method and the type of document. No number or copy is kept.";
    identity_method: "Tapa", "Sätt", "Method";
    identity_document: "Asiakirjan laji, jos asiakirja nähtiin", "Typ av handling, om en handling visades", "Type of document, if one was seen";
    identity_document_wrong: "Valitse nähdyn asiakirjan laji.", "Välj typen av handling som visades.", "Choose the type of the document seen.";
    identity_checker: "Varmistaja", "Kontrollerad av", "Checked by";
    identity_save: "Kirjaa varmistus", "Anteckna kontrollen", "Record the check";
    identity_missing: "Ei vielä varmistettu", "Inte kontrollerad ännu", "Not checked yet";
    extension: "Jatkoaika", "Förlängning", "Extension";
    extension_lead: "Jatkoaikaa voi ottaa, jos pyyntö on laaja tai pyyntöjä on monta. Kerro asiakkaalle syy kuukauden kuluessa.",
        "Tiden kan förlängas om begäran är omfattande eller det finns många. Meddela kunden skälet inom en månad.",
        "More time can be taken for a complex request or many of them. Tell the client why within a month.";
    extension_until: "Uusi määräaika", "Ny tidsfrist", "New deadline";
    extension_save: "Ota jatkoaika", "Förläng tiden", "Take more time";
    request_reason: "Perustelu", "Skäl", "Reason";
    request_reason_missing: "Kirjoita perustelu: asiakkaan on saatava se tietää.", "Skriv skälet: kunden ska få veta det.",
        "Write the reason: the client must be told it.";
    request_close: "Päätä pyyntö", "Avsluta begäran", "Close the request";
    request_outcome: "Miten pyyntö päättyi", "Hur begäran avslutades", "How it ended";
    request_close_hint: "Perustelu tarvitaan, kun pyyntö evätään.", "Skälet behövs när begäran avslås.", "A refusal needs a reason.";
    request_state_open: "Avoinna", "Öppen", "Open";
    request_way_contact: "Oikaise yhteystiedot", "Rätta kontaktuppgifterna", "Put the contact details right";
    identity_document_type: "Asiakirjan laji", "Typ av handling", "Type of document";
    identity_checked: "Varmistettu", "Kontrollerad", "Checked on";
    extension_reason: "Jatkoajan perustelu", "Skäl till förlängningen", "Reason for more time";
    request_ended: "Päättynyt", "Avslutad", "Closed on";
    requests_outlived: "Pyynnöt, joiden kortti on poistettu", "Begäranden vars kort har raderats", "Requests whose card is erased";
    requests_outlived_why: "Todisteena säilytetään viisi vuotta, mitä pyydettiin, milloin ja miten siihen vastattiin. Asiakkaan tietoja ei ole.",
        "Som bevis förvaras i fem år vad som begärdes, när och hur det besvarades. Inga uppgifter om kunden finns kvar.",
        "As proof it is kept for five years what was asked, when, and how it was answered. Nothing of the client is left.";
    proof_card_went: "Kortti poistettiin ennen vastausta", "Kortet raderades före svaret", "The card went before the answer";
    proof_kept_until: "Säilytetään", "Förvaras till", "Kept until";
    package: "Asiakkaan tiedot", "Kundens uppgifter", "The client's data";
    package_card: "Asiakaskortti", "Kundkort", "Client card";
    package_record: "Kortin tunniste", "Kortets beteckning", "Card's reference";
    package_created: "Luotu", "Skapat", "Created";
    package_changed: "Muutettu", "Ändrat", "Changed";
    package_entered: "Tallennettu", "Sparat", "Entered";
    package_entered_by: "Kirjaaja", "Antecknat av", "Entered by";
    package_given_by_user: "Hoidon antaja (käyttäjä)", "Utförd av (användare)", "Given by (user)";
    package_origin: "Tietojen alkuperä", "Uppgifternas ursprung", "Origin of the data";
    package_source: "Lähde", "Källa", "Source";
    package_legacy_id: "Aiempi asiakasnumero", "Tidigare kundnummer", "Earlier client number";
    package_health_asked: "Terveystietoja kysytty", "Hälsouppgifter har frågats", "Health asked about";
    package_controller: "Rekisterinpitäjä", "Personuppgiftsansvarig", "Controller";
    package_business_id: "Y-tunnus", "FO-nummer", "Business ID";
    package_register: "Rekisterin nimi", "Registrets namn", "Name of the register";
    package_contact: "Yhteyshenkilö", "Kontaktperson", "Contact person";
    package_nothing: "Ei tietoja.", "Inga uppgifter.", "Nothing is held.";
    package_files: "Anna tiedot asiakkaalle", "Ge uppgifterna till kunden", "Give the data to the client";
    package_print: "Tulosta sivu tai lataa tiedostot. Jokainen kerta kirjataan lokiin.", "Skriv ut sidan eller ladda ner filerna. Varje gång loggas.",
        "Print the page or download the files. Each time is logged.";
    package_json: "Lataa JSON", "Ladda ner JSON", "Download JSON";
    package_csv: "Lataa CSV", "Ladda ner CSV", "Download CSV";
    package_names: "Lisää työntekijöiden nimet", "Lägg till de anställdas namn", "Add the employees' names";
    package_names_reason: "Miksi nimet lisätään", "Varför namnen läggs till", "Why the names are added";
    package_again: "Kokoa uudelleen", "Sammanställ på nytt", "Put it together again";
    request_owner_decides: "Pääkäyttäjä jatkaa ja päättää pyynnön.", "Huvudanvändaren förlänger och avslutar begäran.", "The owner extends and closes the request.";
}

sentences! {
    package_cards(count: usize):
        format!("Asiakkaalla on {count} toisiinsa yhdistettyä korttia. Kaikkien tiedot ovat tässä."),
        format!("Kunden har {count} kort som hör ihop. Uppgifterna på alla finns här."),
        format!("The client has {count} cards that are linked. What is on all of them is here.");
    package_other_card(number: usize):
        format!("Saman asiakkaan {number}. kortti"),
        format!("Samma kunds kort nummer {number}"),
        format!("The same client's card number {number}");
    package_lead(date: &str):
        format!("Kaikki, mitä asiakasrekisterissä on tästä asiakkaasta {date}."),
        format!("Allt som kundregistret innehåller om kunden {date}."),
        format!("Everything that the client register holds on this client on {date}.");
    requests_due(count: usize, date: &str):
        format!("{} avoinna, lähin määräaika {date}", if count == 1 { "Yksi pyyntö".to_owned() } else { format!("{count} pyyntöä") }),
        format!("{count} {}, närmaste tidsfrist {date}", plural(count, "öppen begäran", "öppna begäranden")),
        format!("{count} {}, the soonest due {date}", plural(count, "request open", "requests open"));
    extension_until_hint(date: &str):
        format!("Viimeistään {date}: kolme kuukautta saapumisesta."), format!("Senast {date}: tre månader från ankomsten."), format!("By {date}: three months from receipt.");
    extension_until_wrong(from: &str, to: &str):
        format!("Valitse päivä, joka on {from} jälkeen ja viimeistään {to}."), format!("Välj ett datum efter {from} och senast {to}."), format!("Choose a day after {from} and by {to}.");
}

impl Language {
    /// What is asked for.
    pub(crate) const fn request_kind(self, kind: RequestKind) -> &'static str {
        let (fi, sv, en) = match kind {
            RequestKind::Inspection => ("Tarkastuspyyntö", "Begäran om tillgång", "Inspection"),
            RequestKind::Rectification => ("Oikaisupyyntö", "Begäran om rättelse", "Rectification"),
            RequestKind::Erasure => ("Poistopyyntö", "Begäran om radering", "Erasure"),
            RequestKind::Restriction => (
                "Käsittelyn rajoittaminen",
                "Begränsning av behandling",
                "Restriction",
            ),
            RequestKind::Objection => (
                "Käsittelyn vastustaminen",
                "Invändning mot behandling",
                "Objection",
            ),
            RequestKind::Portability => (
                "Siirto järjestelmästä toiseen",
                "Dataportabilitet",
                "Portability",
            ),
        };
        self.one_of(fi, sv, en)
    }

    /// How a request came in.
    pub(crate) const fn channel(self, channel: Channel) -> &'static str {
        let (fi, sv, en) = match channel {
            Channel::InPerson => ("Paikan päällä", "På plats", "In person"),
            Channel::Phone => ("Puhelimitse", "Per telefon", "By phone"),
            Channel::Email => ("Sähköpostitse", "Per e-post", "By e-mail"),
            Channel::Other => ("Muulla tavalla", "På annat sätt", "In another way"),
        };
        self.one_of(fi, sv, en)
    }

    /// How somebody's identity was made sure of.
    pub(crate) const fn check_method(self, method: CheckMethod) -> &'static str {
        let (fi, sv, en) = match method {
            CheckMethod::Document(_) => ("Asiakirja nähtiin", "Handling visades", "Document seen"),
            CheckMethod::KnownClient => ("Tuttu asiakas", "Känd kund", "Known client"),
            CheckMethod::CodeSent => (
                "Koodi kortilla olevaan numeroon",
                "Kod till numret på kortet",
                "Code sent to the number on file",
            ),
        };
        self.one_of(fi, sv, en)
    }

    /// A type of document.
    pub(crate) const fn document_type(self, document: DocumentType) -> &'static str {
        let (fi, sv, en) = match document {
            DocumentType::Passport => ("Passi", "Pass", "Passport"),
            DocumentType::IdentityCard => ("Henkilökortti", "Identitetskort", "Identity card"),
            DocumentType::DrivingLicence => ("Ajokortti", "Körkort", "Driving licence"),
            DocumentType::Other => ("Muu asiakirja", "Annan handling", "Another document"),
        };
        self.one_of(fi, sv, en)
    }

    /// How a request ended.
    pub(crate) const fn outcome(self, outcome: Outcome) -> &'static str {
        let (fi, sv, en) = match outcome {
            Outcome::Done => ("Toteutettu", "Verkställd", "Done"),
            Outcome::Refused => ("Evätty", "Avslagen", "Refused"),
        };
        self.one_of(fi, sv, en)
    }

    const fn one_of(self, fi: &'static str, sv: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Finnish => fi,
            Self::Swedish => sv,
            Self::English => en,
        }
    }
}
