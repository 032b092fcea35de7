//! Tokens of the API, and the page that describes it.

use register::access::Scope;

use crate::text::{sentences, texts};

texts! {
    tokens: "Rajapinta-avaimet", "API-nycklar", "API tokens";
    token: "Rajapinta-avain", "API-nyckel", "API token";
    tokens_lead: "Avaimella toinen ohjelma käyttää rekisteriä ohjelmointirajapinnan kautta. Se saa tehdä vain sen, mitä sille on sallittu, ja kaikki, mitä sillä tehdään, näkyy lokissa avaimen nimellä.",
        "Med en nyckel använder ett annat program registret genom programmeringsgränssnittet. Programmet får bara göra det som nyckeln tillåter, och allt det gör syns i loggen under nyckelns namn.",
        "With a token another program uses the register through the API. It may do only what the token allows, and all that it does is in the audit log under the token's name.";
    tokens_none: "Avaimia ei ole. Niitä ei tarvita, ellei toinen ohjelma käytä rekisteriä.",
        "Det finns inga nycklar. De behövs bara om ett annat program använder registret.",
        "There are no tokens. None is needed unless another program uses the register.";
    token_new: "Uusi avain", "Ny nyckel", "New token";
    token_name: "Avaimen nimi", "Nyckelns namn", "Name of the token";
    token_name_hint: "Ohjelma, joka avainta käyttää, esimerkiksi \"Ajanvaraus\".",
        "Programmet som använder nyckeln, till exempel \"Tidsbokning\".",
        "The program that uses it, such as \"Booking\".";
    token_scopes: "Mitä avaimella saa tehdä", "Vad nyckeln tillåter", "What the token allows";
    token_scopes_needed: "Valitse ainakin yksi.", "Välj minst en.", "Choose at least one.";
    token_expires: "Viimeinen voimassaolopäivä", "Sista giltighetsdag", "Last day";
    token_expires_hint: "Jätä tyhjäksi, jos avain on voimassa, kunnes se poistetaan käytöstä.",
        "Lämna tomt om nyckeln gäller tills den återkallas.",
        "Leave empty if it works until it is revoked.";
    token_expires_wrong: "Viimeinen voimassaolopäivä ei voi olla mennyt.",
        "Sista giltighetsdagen kan inte ha passerat.",
        "The last day can't be in the past.";
    token_make: "Luo avain", "Skapa nyckel", "Make token";
    token_once: "Kopioi avain nyt. Sitä ei näytetä uudelleen, eikä sitä voi selvittää jälkikäteen.",
        "Kopiera nyckeln nu. Den visas inte igen och kan inte tas reda på senare.",
        "Copy the token now. It is not shown again, and nobody can find it out later.";
    token_use: "Ohjelma lähettää sen jokaisessa pyynnössä otsakkeessa Authorization.",
        "Programmet skickar den i rubriken Authorization i varje begäran.",
        "The program sends it with every request in the header Authorization.";
    token_made: "Luotu", "Skapad", "Made";
    token_used: "Viimeksi käytetty", "Senast använd", "Last used";
    token_unused: "Ei vielä käytetty", "Inte använd ännu", "Not used yet";
    token_expired: "Vanhentunut", "Förfallen", "Expired";
    token_revoked: "Poistettu käytöstä", "Återkallad", "Revoked";
    token_revoke: "Poista käytöstä", "Återkalla", "Revoke";
    token_revoke_text: "Avain lakkaa heti toimimasta täällä ja muissa toimipisteissä, kun tieto saapuu niihin. Tätä ei voi perua.",
        "Nyckeln slutar genast gälla här, och på de andra verksamhetsställena när uppgiften når dem. Det kan inte ångras.",
        "The token stops working here at once, and at the other premises when they hear of it. This can't be undone.";
    program: "Ohjelma", "Program", "Program";
    api_title: "Ohjelmointirajapinta", "Programmeringsgränssnitt", "API";
    api_lead: "Samat toiminnot kuin sivuilla, JSON-muodossa. Kuvaus on tehty ohjelman omasta koodista ja on siksi englanniksi.",
        "Samma funktioner som på sidorna, som JSON. Beskrivningen görs av programmets egen kod och är därför på engelska.",
        "The same capabilities as the pages, as JSON. The description is made from the program's own code.";
    api_description: "Kuvaus OpenAPI 3.1 -muodossa", "Beskrivningen i formatet OpenAPI 3.1", "The description as OpenAPI 3.1";
    api_parameters: "Parametrit", "Parametrar", "Parameters";
    api_body: "Pyynnön sisältö", "Begärans innehåll", "Request body";
    api_answers: "Vastaukset", "Svar", "Answers";
    api_schemas: "Tietorakenteet", "Datastrukturer", "Schemas";
    api_example: "Esimerkki", "Exempel", "Example";
    api_required: "pakollinen", "obligatorisk", "required";
    scope_clients_read: "Hakea asiakkaita ja avata kortteja ilman terveystietoja",
        "Söka kunder och öppna kort utan hälsouppgifter",
        "Find clients and open cards, without health information";
    scope_clients_list: "Käydä läpi koko asiakasluettelo",
        "Gå igenom hela kundförteckningen",
        "Go through the list of all clients";
    scope_clients_write: "Luoda kortteja, muuttaa yhteystietoja, muistiinpanoja ja markkinointilupaa, valita ristiriidoissa ja yhdistää kortteja",
        "Skapa kort, ändra kontaktuppgifter, anteckningar och marknadsföringstillstånd, välja vid konflikter och slå ihop kort",
        "Make cards; change contact details, notes and marketing permission; settle conflicts and merge cards";
    scope_care_read: "Lukea terveystietoja ja hoitoja, jäljittää eriä",
        "Läsa hälsouppgifter och behandlingar, spåra batcher",
        "Read health information and treatments; trace batches";
    scope_care_write: "Kirjata hoitoja ja terveystietoja",
        "Anteckna behandlingar och hälsouppgifter",
        "Record treatments and health information";
    scope_requests: "Kirjata asiakkaiden lakiin perustuvia pyyntöjä",
        "Anteckna kundernas lagstadgade begäranden",
        "Take down what clients ask under the law";
    scope_requests_decide: "Päättää pyynnöistä, koota asiakkaan kaikki tiedot, estää kortin poistamisen tai käytön",
        "Avgöra begäranden, sammanställa allt om en kund, hindra att ett kort raderas eller används",
        "Decide requests; put together everything held on a client; keep a card from deletion or use";
    scope_redact: "Poistaa tietoja pysyvästi myös historiasta ja kirjata terveystietojen suostumuksen peruutuksen",
        "Radera uppgifter permanent även ur historiken och anteckna att ett hälsosamtycke återkallats",
        "Remove data for good from history as well; record that a consent to health information was withdrawn";
    scope_erase: "Poistaa asiakkaita pysyvästi",
        "Radera kunder permanent",
        "Erase clients";
    scope_campaigns: "Tehdä, lähettää ja pysäyttää kampanjoita näkemättä asiakkaita",
        "Göra, skicka och stoppa kampanjer utan att se kunder",
        "Make, send and stop campaigns, without seeing clients";
    scope_settings: "Muuttaa hoitovalikoimaa, klinikan tietoja ja suostumustekstiä",
        "Ändra behandlingsutbudet, klinikens uppgifter och samtyckestexten",
        "Change the treatment catalogue, the clinic's settings and the consent text";
    scope_premises: "Nähdä toimipisteiden tila ja kuitata hävitetyt paperit",
        "Se verksamhetsställenas läge och kvittera förstörda papper",
        "See how the premises stand; tick off destroyed papers";
    scope_reports: "Nähdä yhteenveto, käyttäjät, rajapinta-avaimet, asiakirjat ja tietoturvaloukkaukset",
        "Se översikten, användarna, nycklarna, dokumenten och personuppgiftsincidenterna",
        "See the overview, users, tokens, papers and the breach register";
    scope_papers: "Kirjata tietoturvaloukkauksia, ottaa tietosuojaseloste käyttöön ja merkitä sopimuksia",
        "Anteckna personuppgiftsincidenter, ta dataskyddsbeskrivningen i bruk och anteckna avtal",
        "Write in the breach register, put a privacy notice in use, note agreements";
    scope_end_access: "Nähdä käyttäjät ja rajapinta-avaimet ja päättää niiden pääsy",
        "Se användare och nycklar och avsluta deras åtkomst",
        "See users and tokens, and end their access";
    scope_give_access: "Luoda käyttäjiä ja rajapinta-avaimia; joka kerta tarvitaan myös omistajan salasana",
        "Skapa användare och nycklar; varje gång behövs också ägarens lösenord",
        "Make users and tokens; each time the owner's password is needed too";
    scope_join_premises: "Liittää ja poistaa toimipisteitä ja vaihtaa koneen avain; joka kerta tarvitaan myös omistajan salasana",
        "Ansluta och ta bort verksamhetsställen och byta datorns nyckel; varje gång behövs också ägarens lösenord",
        "Pair and put out premises and change the computer's key; each time the owner's password is needed too";
    scope_audit: "Lukea lokia",
        "Läsa loggen",
        "Read the audit log";
}

sentences! {
    token_for(name: &str): format!("Avain ohjelmalle {name}"), format!("Nyckel för {name}"), format!("Token for {name}");
    token_until(day: &str): format!("Voimassa {day} asti"), format!("Gäller till och med {day}"), format!("Works until {day}");
}

impl super::Language {
    /// What a scope lets a program do, in a sentence.
    pub(crate) const fn scope(self, scope: Scope) -> &'static str {
        match scope {
            Scope::ClientsRead => self.scope_clients_read(),
            Scope::ClientsList => self.scope_clients_list(),
            Scope::ClientsWrite => self.scope_clients_write(),
            Scope::CareRead => self.scope_care_read(),
            Scope::CareWrite => self.scope_care_write(),
            Scope::Requests => self.scope_requests(),
            Scope::RequestsDecide => self.scope_requests_decide(),
            Scope::Redact => self.scope_redact(),
            Scope::Erase => self.scope_erase(),
            Scope::Campaigns => self.scope_campaigns(),
            Scope::Settings => self.scope_settings(),
            Scope::Premises => self.scope_premises(),
            Scope::Reports => self.scope_reports(),
            Scope::Papers => self.scope_papers(),
            Scope::EndAccess => self.scope_end_access(),
            Scope::GiveAccess => self.scope_give_access(),
            Scope::JoinPremises => self.scope_join_premises(),
            Scope::Audit => self.scope_audit(),
        }
    }
}
