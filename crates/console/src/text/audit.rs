//! The audit log: what happened, in words.

use register::audit::{Act, Edited, Group, Purpose, Topic};
use register::document::{Collection, FieldKey, RecordKind};
use register::ledger::Reason;

use crate::text::{Language, sentences, texts};

texts! {
    audit: "Lokitiedot", "Logguppgifter", "Audit log";
    audit_room: "Loki", "Logg", "Log";
    audit_lead: "Kuka teki mitä, milloin, missä ja miksi. Lokia säilytetään kaksi vuotta. Myös lokin lukeminen kirjataan.",
        "Vem gjorde vad, när, var och varför. Loggen sparas i två år. Även läsning av loggen antecknas.",
        "Who did what, when, where and why. The log is kept for two years. Reading the log is logged too.";
    audit_when: "Milloin", "När", "When";
    audit_who: "Kuka", "Vem", "Who";
    audit_what: "Mitä", "Vad", "What";
    audit_where: "Missä", "Var", "Where";
    audit_why: "Miksi", "Varför", "Why";
    audit_record: "Kenestä", "Vem det gäller", "Whom about";
    audit_from: "Alkaen", "Från och med", "From";
    audit_until: "Päättyen", "Till och med", "To";
    audit_anybody: "Kuka tahansa", "Vem som helst", "Anybody";
    audit_anything: "Kaikki tapahtumat", "Alla händelser", "Everything";
    audit_anywhere: "Kaikki toimipisteet", "Alla verksamhetsställen", "Every premises";
    audit_filter: "Rajaa", "Avgränsa", "Filter";
    audit_older: "Vanhemmat tapahtumat", "Äldre händelser", "Older entries";
    audit_none: "Ei tapahtumia.", "Inga händelser.", "No entries.";
    audit_reason_erased: "Syy poistettiin asiakkaan mukana.", "Skälet raderades med kunden.", "The reason went with the client.";
    audit_reason_missing: "Syy ei ole tässä toimipisteessä.", "Skälet finns inte på det här verksamhetsstället.", "The reason is not at this premises.";
    audit_erased_client: "Poistettu asiakas", "Raderad kund", "Erased client";
    audit_not_checked: "Lokia ei ole vielä tarkistettu tämän käynnistyksen jälkeen.", "Loggen har inte kontrollerats sedan starten.", "The log has not been verified since the start.";
    audit_check: "Tarkista nyt", "Kontrollera nu", "Verify now";
    audit_checking: "Tarkistus on aloitettu. Lataa sivu hetken kuluttua uudelleen.", "Kontrollen har börjat. Ladda om sidan om en stund.", "The verification has begun. Load the page again in a while.";
    audit_all_there: "Kaikki kirjaukset ovat myös toisessa toimipisteessä, jos siihen on yhteys.", "Alla anteckningar finns även på det andra verksamhetsstället, om det är i kontakt.", "Every entry is at the other premises too, where it is in reach.";
    audit_contradiction: "Toimipisteiden lokit ovat ristiriidassa keskenään. Kumpikaan versio ei ole hävinnyt. Selvitä komennolla kortisto audit verify.",
        "Verksamhetsställenas loggar motsäger varandra. Ingen version har gått förlorad. Utred med kommandot kortisto audit verify.",
        "The logs of two premises contradict each other. Neither version is lost. Find out more with kortisto audit verify.";
    history: "Kortin historia", "Kortets historik", "The card's history";
    history_lead: "Kuka on katsonut tai muuttanut korttia, milloin, missä ja miksi.", "Vem som har sett eller ändrat kortet, när, var och varför.",
        "Who looked at or changed the card, when, where and why.";
    user_log: "Käyttäjän loki", "Användarens logg", "The user's log";
    user_log_lead: "Mitä käyttäjä teki, ja mitä kortteja hän katsoi valitulla aikavälillä.", "Vad användaren gjorde, och vilka kort hen såg under den valda tiden.",
        "What the user did, and which cards they looked at in the chosen time.";
    user_log_link: "Loki", "Logg", "Log";
    cards_seen: "Katsotut kortit", "Kort som setts", "Cards looked at";
    cards_seen_none: "Ei katsottuja kortteja tällä aikavälillä.", "Inga kort har setts under den här tiden.", "No cards were looked at in this time.";
    seen_first: "Ensimmäisen kerran", "Första gången", "First";
    seen_last: "Viimeksi", "Senast", "Last";
    seen_times: "Kertoja", "Gånger", "Times";
    itself: "Kortisto itse", "Kortisto självt", "Kortisto itself";
    package_consulted: "Milloin ja miksi korttia on katsottu", "När och varför kortet har setts", "When and why the card was consulted";
    package_when: "Aika", "Tid", "Time";
    package_purpose: "Tarkoitus", "Ändamål", "Purpose";
    package_role: "Katsojan tehtävä", "Den som såg, roll", "Role of who looked";
    package_who: "Katsoja", "Den som såg", "Who looked";
    package_consulted_more: "Vanhempia katseluja on enemmän kuin tähän mahtuu.", "Det finns fler äldre visningar än vad som ryms här.", "There are more earlier views than fit here.";
    act_revealed: "Avasi terveystiedot", "Öppnade hälsouppgifterna", "Opened the health information";
    act_changed: "Muutti tietoja", "Ändrade uppgifter", "Made a change";
    act_history_cleared: "Tyhjensi kortin muutoshistorian", "Tömde kortets ändringshistorik", "Cleared the card's change history";
    act_mailed: "Lähetti kampanjan postipalvelimelle", "Skickade en kampanj till e-postservern", "Gave a campaign to the mail relay";
    act_exported: "Vei asiakkaita", "Exporterade kunder", "Exported clients";
    act_traced: "Etsi tuotteen tai erän saaneita", "Sökte vilka som fått en produkt eller batch", "Looked up who received a product or batch";
    act_imported: "Toi uusia asiakkaita", "Importerade nya kunder", "Imported new clients";
    act_logged_in: "Kirjautui sisään", "Loggade in", "Logged in";
    act_refused: "Kirjautuminen epäonnistui", "Inloggningen misslyckades", "Failed to log in";
    act_logged_out: "Kirjautui ulos", "Loggade ut", "Logged out";
    act_locked_itself: "Näyttö lukittui, kun sitä ei käytetty", "Skärmen låstes när ingen använde den", "The screen locked since nobody used it";
    act_locked: "Lukitsi näytön", "Låste skärmen", "Locked the screen";
    act_unlocked: "Avasi lukituksen", "Låste upp skärmen", "Unlocked the screen";
    act_set_password: "Asetti salasanan", "Ställde in lösenordet", "Set a password";
    act_peers: "Muutti toimipisteiden paritusta", "Ändrade parkopplingen av verksamhetsställen", "Changed the pairing of premises";
    act_allowed: "Salli suuren poistoajon", "Tillät en stor radering", "Allowed a large deletion run";
    act_clock: "Vahvisti kellonajan", "Bekräftade klockan", "Confirmed the clock";
    act_released: "Avasi suljetun rekisterin", "Öppnade det stängda registret", "Opened the closed register";
    act_restored: "Palautettiin varmuuskopiosta", "Återställdes från säkerhetskopia", "Was restored from a backup";
    act_backed_up: "Teki varmuuskopion", "Gjorde en säkerhetskopia", "Made a backup";
    act_package: "Teki asiakkaalle koosteen tiedoista", "Sammanställde uppgifterna för kunden", "Made the package for the client";
    act_log_read: "Luki lokia", "Läste loggen", "Read the log";
    act_began: "Loki alkoi", "Loggen började", "The log began";
    act_newer: "Tapahtuma, jonka uudempi ohjelmaversio tuntee", "En händelse som en nyare version känner till", "Something that a newer version knows";
    package_consulted_unread: "Lokia luetaan vielä. Tee kooste hetken kuluttua uudelleen.", "Loggen läses ännu. Gör sammanställningen på nytt om en stund.", "The log is still being read. Make the package again in a while.";
}

sentences! {
    act_viewed(purpose: &str):
        format!("Katsoi korttia: {purpose}"), format!("Såg kortet: {purpose}"), format!("Looked at the card: {purpose}");
    act_door_refused(path: &str):
        format!("Ei päässyt sivulle {path}"), format!("Släpptes inte in på sidan {path}"), format!("Was refused the page {path}");
    act_erased(reason: &str):
        format!("Poisti kortin pysyvästi: {reason}"), format!("Raderade kortet permanent: {reason}"), format!("Erased the card: {reason}");
    act_redacted(reason: &str):
        format!("Poisti arvoja pysyvästi: {reason}"), format!("Raderade värden permanent: {reason}"), format!("Removed values for good: {reason}");
    act_retention(cards: u64, entries: u64):
        format!("Säilytysajan poistoajo: {cards} korttia, kirjauksia {entries} kortilta"),
        format!("Radering enligt förvaringstid: {cards} kort, anteckningar på {entries} kort"),
        format!("Retention run: {cards} cards, and entries of {entries} cards");
    act_witnessed(entry: u64):
        format!("Vahvisti toisen toimipisteen lokin kirjaukseen {entry} asti"),
        format!("Bekräftade det andra verksamhetsställets logg till anteckning {entry}"),
        format!("Countersigned the other premises' log up to entry {entry}");
    audit_unread(count: u64):
        format!("Lokia luetaan vielä muistiin: {count} kirjausta puuttuu tältä sivulta."),
        format!("Loggen läses ännu in: {count} anteckningar saknas på sidan."),
        format!("The log is still being read: {count} entries are missing on this page.");
    audit_sound(when: &str, entries: u64):
        format!("Tarkistettu {when}: {entries} kirjausta, kaikki kunnossa."),
        format!("Kontrollerad {when}: {entries} anteckningar, allt i ordning."),
        format!("Verified {when}: {entries} entries, all in order.");
    audit_unsound(when: &str, findings: usize):
        format!("Tarkistettu {when}: lokista löytyi {findings} virhettä. Selvitä komennolla kortisto audit verify."),
        format!("Kontrollerad {when}: {findings} fel hittades i loggen. Utred med kommandot kortisto audit verify."),
        format!("Verified {when}: {findings} faults were found in the log. Find out more with kortisto audit verify.");
    audit_unsent(count: u64):
        format!("{count} kirjausta ei ole vielä toisessa toimipisteessä."),
        format!("{count} anteckningar finns ännu inte på det andra verksamhetsstället."),
        format!("{count} entries are not at the other premises yet.");
}

impl Language {
    /// The one of three texts that is in this language.
    pub(super) const fn pick<'a>(self, fi: &'a str, sv: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Finnish => fi,
            Self::Swedish => sv,
            Self::English => en,
        }
    }

    /// A kind of acts.
    pub(crate) const fn audit_group(self, group: Group) -> &'static str {
        match group {
            Group::Looks => self.pick("Katselut", "Visningar", "Looks"),
            Group::Changes => self.pick("Muutokset", "Ändringar", "Changes"),
            Group::Transfers => self.pick(
                "Tuonnit, viennit ja koosteet",
                "Importer, exporter och sammanställningar",
                "Imports, exports and packages",
            ),
            Group::Doors => self.pick("Kirjautumiset", "Inloggningar", "Log-ins"),
            Group::Refusals => self.pick("Evätyt", "Nekade", "Refusals"),
            Group::Forgetting => self.pick("Poistot", "Raderingar", "Deletions"),
            Group::Node => self.pick(
                "Laite ja toimipisteet",
                "Dator och verksamhetsställen",
                "Node and premises",
            ),
            Group::Log => self.pick("Loki itse", "Loggen själv", "The log itself"),
        }
    }

    /// Why a card was looked at.
    pub(crate) const fn purpose(self, purpose: Purpose) -> &'static str {
        match purpose {
            Purpose::Care => self.pick("Asiakkaan hoito", "Kundens behandling", "Client care"),
            Purpose::Request => self.pick(
                "Asiakkaan oma pyyntö",
                "Kundens egen begäran",
                "The client's own request",
            ),
            Purpose::Upkeep => self.pick(
                "Rekisterin ylläpito",
                "Registrets skötsel",
                "Upkeep of the register",
            ),
        }
    }

    /// What happened.
    pub(crate) fn act(self, act: &Act) -> String {
        let counted = |word: &str, count: u64| format!("{word} ({count})");
        let plain = match act {
            Act::Viewed(purpose) => return self.act_viewed(self.purpose(*purpose)),
            Act::Edited(edited) => return self.edited(edited),
            Act::Mailed(count) => return counted(self.act_mailed(), *count),
            Act::Exported(count) => return counted(self.act_exported(), *count),
            Act::Imported(count) => return counted(self.act_imported(), *count),
            Act::Traced(count) => return counted(self.act_traced(), *count),
            Act::DoorRefused(path) => return self.act_door_refused(path),
            Act::Erased(reason) => return self.act_erased(self.erasing(*reason)),
            Act::Redacted(reason) => return self.act_redacted(self.erasing(*reason)),
            Act::RetentionAllowed(count) => return counted(self.act_allowed(), *count),
            Act::RetentionRan(cards, entries) => return self.act_retention(*cards, *entries),
            Act::Witnessed(witness) => {
                return self.act_witnessed(witness.checkpoint.point.sequence);
            }
            Act::Revealed => self.act_revealed(),
            Act::Changed => self.act_changed(),
            Act::HistoryCleared => self.act_history_cleared(),
            Act::LoggedIn => self.act_logged_in(),
            Act::Refused => self.act_refused(),
            Act::LoggedOut => self.act_logged_out(),
            Act::Locked => self.act_locked(),
            Act::LockedItself => self.act_locked_itself(),
            Act::Unlocked => self.act_unlocked(),
            Act::SetPassword => self.act_set_password(),
            Act::Peers => self.act_peers(),
            Act::ClockConfirmed => self.act_clock(),
            Act::Released => self.act_released(),
            Act::Restored => self.act_restored(),
            Act::BackedUp => self.act_backed_up(),
            Act::PackageMade => self.act_package(),
            Act::LogRead => self.act_log_read(),
            Act::Began(_) => self.act_began(),
            Act::Newer => self.act_newer(),
        };
        plain.to_owned()
    }

    fn edited(self, edited: &Edited) -> String {
        let (made, changed) = match edited.kind() {
            Some(RecordKind::Client) => (
                self.pick("Teki kortin", "Gjorde kortet", "Made the card"),
                self.pick("Muutti korttia", "Ändrade kortet", "Changed the card"),
            ),
            Some(RecordKind::Staff) => (
                self.pick("Teki käyttäjän", "Gjorde användaren", "Made the user"),
                self.pick("Muutti käyttäjää", "Ändrade användaren", "Changed the user"),
            ),
            Some(RecordKind::Settings) => {
                let word = self.pick(
                    "Muutti asetuksia",
                    "Ändrade inställningarna",
                    "Changed the settings",
                );
                (word, word)
            }
            Some(RecordKind::Catalogue) => {
                let word = self.pick(
                    "Muutti hoitoluetteloa",
                    "Ändrade behandlingslistan",
                    "Changed the treatment catalogue",
                );
                (word, word)
            }
            Some(RecordKind::Campaign) => (
                self.pick("Teki kampanjan", "Gjorde kampanjen", "Made the campaign"),
                self.pick(
                    "Muutti kampanjaa",
                    "Ändrade kampanjen",
                    "Changed the campaign",
                ),
            ),
            None => {
                let word = self.pick("Muutti tietoja", "Ändrade uppgifter", "Made a change");
                (word, word)
            }
        };
        let word = if edited.new { made } else { changed };
        let topics: Vec<&str> = edited.known().map(|topic| self.topic(topic)).collect();
        if topics.is_empty() {
            word.to_owned()
        } else {
            format!("{word}: {}", topics.join(", "))
        }
    }

    const fn topic(self, topic: Topic) -> &'static str {
        match topic {
            Topic::Field(field) => self.field_topic(field),
            Topic::Entries(collection) => self.collection_topic(collection),
        }
    }

    const fn field_topic(self, field: FieldKey) -> &'static str {
        match field {
            FieldKey::Name => self.pick("nimi", "namn", "name"),
            FieldKey::BirthYear => self.pick("syntymävuosi", "födelseår", "birth year"),
            FieldKey::Address => self.pick("osoite", "adress", "address"),
            FieldKey::Origin => {
                self.pick("tuonnin lähde", "importens källa", "source of the import")
            }
            FieldKey::Marketing => self.pick(
                "markkinointilupa",
                "marknadsföringstillstånd",
                "marketing permission",
            ),
            FieldKey::HealthAsked => self.pick(
                "terveystietojen kysyminen",
                "frågan om hälsouppgifter",
                "that health was asked about",
            ),
            FieldKey::LegalClaim => self.pick("oikeusvaade", "rättsligt anspråk", "legal claim"),
            FieldKey::Restriction => self.pick("käsittelyn rajoitus", "begränsning", "restriction"),
            FieldKey::Profile => self.pick("nimi ja rooli", "namn och roll", "name and role"),
            FieldKey::Password => self.pick("salasana", "lösenord", "password"),
            FieldKey::SetupCode => self.pick("kertakoodi", "engångskod", "one-time code"),
            FieldKey::QuickCode => self.pick("pikakoodi", "snabbkod", "quick code"),
            FieldKey::ApiToken => self.pick("rajapinta-avain", "API-nyckel", "API token"),
            FieldKey::Agreement => self.pick("sopimus", "avtal", "agreement"),
            FieldKey::HealthConsent => self.consent(),
            FieldKey::ContactOnly => self.pick(
                "vain yhteystiedot",
                "endast kontaktuppgifter",
                "contact details only",
            ),
            FieldKey::AdultCheck => self.pick("iän varmistus", "ålderskontroll", "age check"),
            FieldKey::Guardian => self.pick(
                "huoltajan suostumus",
                "vårdnadshavarens samtycke",
                "guardian's consent",
            ),
            FieldKey::SecondFactor => {
                self.pick("toinen tunniste", "andra faktorn", "second factor")
            }
            FieldKey::Undertaking => {
                self.pick("vaitiolositoumus", "sekretessförbindelse", "undertaking")
            }
            FieldKey::Disabled => self.pick(
                "käyttöoikeuden päättyminen",
                "åtkomstens slut",
                "end of access",
            ),
            FieldKey::Plan => self.pick(
                "kampanjan sisältö",
                "kampanjens innehåll",
                "what the campaign is",
            ),
            FieldKey::Progress => self.pick(
                "kampanjan vaihe",
                "kampanjens skede",
                "stage of the campaign",
            ),
            FieldKey::Controller => {
                self.pick("rekisterinpitäjä", "personuppgiftsansvarig", "controller")
            }
        }
    }

    const fn collection_topic(self, collection: Collection) -> &'static str {
        match collection {
            Collection::Field => self.pick("tiedot", "uppgifter", "fields"),
            Collection::Phone => self.pick("puhelin", "telefon", "phone"),
            Collection::Email => self.pick("sähköposti", "e-post", "e-mail"),
            Collection::Health => self.pick("terveystieto", "hälsouppgift", "health information"),
            Collection::Treatment => self.pick("hoito", "behandling", "treatment"),
            Collection::Note => self.pick("muistiinpano", "anteckning", "note"),
            Collection::Premises => self.pick("toimipiste", "verksamhetsställe", "premises"),
            Collection::Item => self.pick("hoitoluettelo", "behandlingslista", "catalogue"),
            Collection::Task => self.pick(
                "tuhottava paperi",
                "papper att förstöra",
                "paper to destroy",
            ),
            Collection::Request => self.pick("pyyntö", "begäran", "request"),
            Collection::PatchTest => self.pick("testilappu", "överkänslighetstest", "patch test"),
            Collection::Adverse => {
                self.pick("haittatapahtuma", "negativ händelse", "adverse event")
            }
            Collection::Refusal => self.pick(
                "hoidosta kieltäytyminen",
                "avböjd behandling",
                "treatment refused",
            ),
            Collection::ConsentText => {
                self.pick("suostumusteksti", "samtyckestext", "consent text")
            }
            Collection::Breach => {
                self.pick("tietoturvaloukkaus", "personuppgiftsincident", "breach")
            }
            Collection::RequestProof => self.pick(
                "todiste pyynnöstä, jonka kortti on poistettu",
                "bevis på en begäran vars kort har raderats",
                "proof of a request whose card is erased",
            ),
            Collection::PrivacyNotice => self.pick(
                "tietosuojaseloste",
                "dataskyddsbeskrivning",
                "privacy notice",
            ),
            Collection::Notice => self.pick("tiedote", "utskick", "notice"),
            Collection::Share => self.pick(
                "tiedotteiden siirto toimipisteelle",
                "utskick överförda till ett verksamhetsställe",
                "notices moved to a premises",
            ),
            Collection::Want => self.pick(
                "tiedotteiden pyyntö",
                "begäran om utskick",
                "notices asked for",
            ),
            Collection::Recipients => self.pick(
                "vastaanottajaluettelo",
                "mottagarlista",
                "list of recipients",
            ),
            Collection::Judgement => self.pick("kaksoiskappaleet", "dubbletter", "duplicates"),
        }
    }

    const fn erasing(self, reason: Reason) -> &'static str {
        match reason {
            Reason::Request => self.pick("asiakas pyysi", "kunden bad om det", "the client asked"),
            Reason::Ended => self.pick(
                "asiakkuus päättynyt",
                "kundförhållandet avslutat",
                "relationship ended",
            ),
            Reason::Retention => self.pick(
                "säilytysaika ohi",
                "förvaringstiden ute",
                "retention period over",
            ),
            Reason::Rectification => self.pick("oikaisu", "rättelse", "rectification"),
            Reason::Consent => self.pick(
                "suostumus peruttu",
                "samtycket återtaget",
                "consent withdrawn",
            ),
            Reason::FormerUser => self.pick(
                "entisen käyttäjän säilytysaika ohi",
                "förvaringstiden för en tidigare användare ute",
                "a former user's retention period over",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_its_topics() {
        let edited = Edited {
            kind: RecordKind::Client.code(),
            new: false,
            topics: vec!["note".into(), "levitation".into(), "phone".into()],
        };
        let told = Language::Finnish.act(&Act::Edited(edited));
        assert_eq!(told, "Muutti korttia: muistiinpano, puhelin");
    }

    #[test]
    fn every_group_has_a_word_in_addresses_that_reads_back() {
        for group in Group::ALL {
            assert_eq!(Group::from_word(group.word()), Some(group));
        }
    }
}
