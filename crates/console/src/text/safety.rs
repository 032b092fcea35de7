//! Consents, patch tests, adverse events, minors, contact details only, and what to mind while treating.

use register::consent::ConsentMethod;
use register::minor::GuardianMethod;
use register::patch_test::{PatchResult, PatchState};
use register::warning::Warning;

use crate::text::{Language, plural, sentences, texts};

texts! {
    consent: "Suostumus terveystietojen käsittelyyn", "Samtycke till behandling av hälsouppgifter", "Consent to health information";
    consent_record: "Kirjaa suostumus", "Anteckna samtycket", "Record the consent";
    consent_missing: "Suostumusta ei ole kirjattu", "Samtycke har inte antecknats", "Consent is not on record";
    consent_lead: "Lue teksti asiakkaalle tai anna se luettavaksi. Terveystietoja kirjataan vasta, kun asiakas on suostunut.",
        "Läs texten för kunden eller låt kunden läsa den. Hälsouppgifter antecknas först när kunden har samtyckt.",
        "Read the text to the client or let them read it. Health information is recorded only once the client has consented.";
    consent_method: "Miten asiakas suostui", "Hur kunden samtyckte", "How the client consented";
    consent_date: "Suostumuksen päivä", "Datum för samtycket", "Date of the consent";
    consent_taker: "Suostumuksen vastaanottaja", "Samtycket mottogs av", "Consent taken by";
    consent_version: "Tekstin versio", "Textens version", "Version of the text";
    consent_withdrawn: "Peruttu", "Återkallat", "Withdrawn";
    consent_older: "Suostumus koskee vanhempaa tekstiä.", "Samtycket gäller en äldre text.", "The consent is to an older text.";
    consent_renew: "Kirjaa suostumus uuteen tekstiin", "Anteckna samtycke till den nya texten", "Record consent to the new text";
    consent_read: "Lue teksti", "Läs texten", "Read the text";
    consent_texts: "Suostumusteksti", "Samtyckestext", "Consent text";
    consent_texts_lead: "Teksti, johon asiakas suostuu ennen kuin terveystietoja kirjataan. Vanhat versiot pysyvät luettavina.",
        "Texten som kunden samtycker till innan hälsouppgifter antecknas. Gamla versioner går att läsa.",
        "The text that a client consents to before health information is recorded. Old versions stay readable.";
    consent_in_use: "Käytössä", "I bruk", "In use";
    consent_new_version: "Uusi versio", "Ny version", "New version";
    consent_new_lead: "Uusi versio koskee tästä lähtien annettavia suostumuksia. Asiakkaat, jotka suostuivat vanhaan tekstiin, merkitään kortilla.",
        "Den nya versionen gäller samtycken som ges från och med nu. Kunder som samtyckt till en äldre text märks på kortet.",
        "The new version is for consents given from now on. Clients who consented to an older text are marked on their cards.";
    consent_in_finnish: "Suomeksi", "På finska", "In Finnish";
    consent_in_swedish: "Ruotsiksi", "På svenska", "In Swedish";
    consent_in_english: "Englanniksi", "På engelska", "In English";
    consent_save: "Ota käyttöön", "Ta i bruk", "Put it to use";
    consent_default:
        "Suostun siihen, että hoitola kirjaa asiakasrekisteriin terveystietoni, joilla on merkitystä hoidon turvallisuudelle: ihosairaudet, allergiat, lääkityksen ja testilappujen tulokset. Tietoja näkevät vain hoitoja antavat. Tiedot poistetaan viiden vuoden kuluttua siitä, kun ne viimeksi vahvistettiin. Voin perua suostumukseni milloin tahansa, jolloin tiedot poistetaan pysyvästi.",
        "Jag samtycker till att kliniken antecknar de hälsouppgifter som är viktiga för en säker behandling i kundregistret: hudsjukdomar, allergier, medicinering och resultat av överkänslighetstest. Endast de som ger behandlingar ser uppgifterna. De raderas fem år efter att de senast bekräftades. Jag kan när som helst återkalla mitt samtycke, och då raderas uppgifterna permanent.",
        "I consent to the clinic keeping in its client register the health information that matters for safe treatment: skin diseases, allergies, medication and results of patch tests. Only those who give treatments see it. It is deleted five years after it was last confirmed. I can withdraw my consent at any time, and the information is then removed for good.";
    unchanged: "Ei muutoksia terveystiedoissa", "Inga ändringar i hälsouppgifterna", "No change in health information";
    unchanged_tick: "Asiakkaalta kysyttiin: terveystiedoissa ei ole muutoksia", "Kunden tillfrågades: inga ändringar i hälsouppgifterna", "The client was asked: no change in health information";
    unchanged_look: "Terveystiedot ovat muuttuneet tai odottavat valintaa. Katso ne ensin.", "Hälsouppgifterna har ändrats eller väntar på ett val. Se dem först.", "The health information has changed or waits for a choice. Look at it first.";
    warnings: "Huomioi ennen hoitoa", "Beakta före behandlingen", "Mind before the treatment";
    warning_seen: "Olen nähnyt varoitukset ja puhunut niistä asiakkaan kanssa", "Jag har sett varningarna och talat om dem med kunden", "I have seen the warnings and talked them over with the client";
    warnings_were_seen: "Varoitukset nähty ennen hoitoa", "Varningarna sedda före behandlingen", "Warnings seen before the treatment";
    warnings_seen_by: "Varoitukset näki", "Varningarna sågs av", "Warnings seen by";
    warnings_seen_on: "Varoitukset nähty", "Varningarna sedda den", "Warnings seen on";
    warning_unseen: "Merkitse ensin, että olet nähnyt varoitukset ja puhunut niistä asiakkaan kanssa.", "Markera först att du har sett varningarna och talat om dem med kunden.", "First tick that you have seen the warnings and talked them over with the client.";
    patch_test: "Testilappu", "Överkänslighetstest", "Patch test";
    patch_tests: "Testilaput", "Överkänslighetstest", "Patch tests";
    patch_add: "Lisää testilappu", "Lägg till överkänslighetstest", "Add a patch test";
    patch_edit: "Muokkaa testilappua", "Ändra överkänslighetstestet", "Edit the patch test";
    patch_substance: "Aine tai tuote", "Ämne eller produkt", "Substance or product";
    patch_made: "Tehty", "Gjort", "Made on";
    patch_made_by: "Testin tekijä", "Testet gjordes av", "Made by";
    patch_result: "Tulos", "Resultat", "Result";
    patch_read: "Luettu", "Avläst", "Read on";
    patch_expires: "Voimassa asti", "Giltigt till", "Valid until";
    patch_expires_hint: "Tyhjänä 12 kuukautta testistä.", "Tomt: 12 månader från testet.", "Left empty: 12 months from the test.";
    patch_days_wrong: "Päivä ei voi olla ennen testiä.", "Datumet kan inte vara före testet.", "The day can't be before the test.";
    adverse_event: "Haittatapahtuma", "Negativ händelse", "Adverse event";
    adverse_events: "Haittatapahtumat", "Negativa händelser", "Adverse events";
    adverse_lead: "Hoitojen jälkeen havaitut haitat. Lista on erillään markkinoinnista. Vakavasta haitasta ilmoitetaan Tukesille viipymättä.",
        "Skadliga verkningar efter behandlingar. Listan är skild från marknadsföringen. En allvarlig verkan anmäls till Tukes utan dröjsmål.",
        "Undesirable effects after treatments. The list is apart from marketing. A serious one is reported to Tukes without delay.";
    adverse_none: "Ei haittatapahtumia.", "Inga negativa händelser.", "No adverse events.";
    adverse_add: "Kirjaa haittatapahtuma", "Anteckna negativ händelse", "Record an adverse event";
    adverse_edit: "Muokkaa haittatapahtumaa", "Ändra den negativa händelsen", "Edit the adverse event";
    adverse_treatment: "Mitä hoitoa se seurasi", "Efter vilken behandling", "After which treatment";
    adverse_no_treatment: "Ei tiedossa tai muu", "Okänd eller annan", "Not known, or another";
    adverse_product: "Tuote", "Produkt", "Product";
    adverse_what: "Mitä tapahtui", "Vad hände", "What happened";
    adverse_measures: "Mitä tehtiin", "Vad gjordes", "What was done";
    adverse_tukes: "Ilmoitettu Tukesille", "Anmält till Tukes", "Reported to Tukes";
    adverse_maker: "Ilmoitettu valmistajalle", "Anmält till tillverkaren", "Reported to the manufacturer";
    adverse_untold: "Ei ilmoitettu", "Inte anmält", "Not reported";
    adverse_by: "Kirjaaja", "Antecknat av", "Recorded by";
    adverse_export: "Lataa luettelo (CSV)", "Ladda ner listan (CSV)", "Download the list (CSV)";
    adverse_export_lead: "Tiedostossa on kaikkien asiakkaiden haittatapahtumat. Lataaminen ja sen syy kirjataan lokiin.",
        "Filen innehåller alla kunders negativa händelser. Nedladdningen och dess skäl loggas.",
        "The file holds the adverse events of all clients. Downloading it is logged with the reason.";
    adverse_export_why: "Mihin luetteloa tarvitaan", "Vad listan behövs till", "What the list is needed for";
    contact_only: "Vain yhteystiedot", "Endast kontaktuppgifter", "Contact details only";
    contact_only_lead: "Asiakas antaa kirjata vain yhteystietonsa. Terveystietoja, hoitoja ja haittatapahtumia ei silloin oteta kortille missään toimipisteessä.",
        "Kunden låter bara kontaktuppgifterna antecknas. Hälsouppgifter, behandlingar och negativa händelser tas då inte emot på kortet på något verksamhetsställe.",
        "The client lets only contact details be kept. Health information, treatments and adverse events are then not taken on the card at any premises.";
    contact_only_set: "Pidä vain yhteystiedot", "Behåll endast kontaktuppgifter", "Keep contact details only";
    contact_only_remove: "Poista ne pysyvästi ja pidä vain yhteystiedot", "Radera dem permanent och behåll endast kontaktuppgifter", "Remove them for good and keep contact details only";
    contact_only_agree: "Ymmärrän, että kirjaukset poistuvat pysyvästi kaikissa toimipisteissä", "Jag förstår att anteckningarna raderas permanent på alla verksamhetsställen", "I understand that the entries are removed for good at all premises";
    contact_only_tick: "Merkitse ensin, että kirjaukset saa poistaa.", "Markera först att anteckningarna får raderas.", "First tick that the entries may be removed.";
    contact_only_by_care: "Kortilla on kirjauksia, jotka poistuisivat. Pyydä hoitajaa tai pääkäyttäjää tekemään tämä.", "På kortet finns anteckningar som skulle raderas. Be en behandlare eller huvudanvändaren göra det.", "There are entries on the card that would be removed. Ask a therapist or the owner to do this.";
    contact_only_lift: "Salli muutkin tiedot", "Tillåt även andra uppgifter", "Allow other information again";
    contact_only_lift_text: "Asiakas antaa taas kirjata hoidot ja terveystiedot.", "Kunden låter igen behandlingar och hälsouppgifter antecknas.", "The client again lets treatments and health information be recorded.";
    contact_only_exceeded: "Kortilla on vain yhteystiedot, mutta toisesta toimipisteestä tuli kirjauksia samaan aikaan.", "Kortet har endast kontaktuppgifter, men från ett annat verksamhetsställe kom anteckningar samtidigt.", "The card is for contact details only, but entries came from another premises at the same time.";
    refusal: "Hoidosta kieltäydytty", "Avböjd behandling", "Treatment refused";
    refusals: "Turvallisuussyistä antamatta jätetyt hoidot", "Behandlingar som inte gavs av säkerhetsskäl", "Treatments refused for safety";
    refusal_add: "Kirjaa hoidosta kieltäytyminen", "Anteckna avböjd behandling", "Record a refused treatment";
    refusal_edit: "Muokkaa hoidosta kieltäytymistä", "Ändra den avböjda behandlingen", "Edit the refused treatment";
    refusal_lead: "Syytä ei kirjata: se olisi terveystieto.", "Skälet antecknas inte: det vore en hälsouppgift.", "The reason is not recorded: it would be health information.";
    refusal_by: "Kieltäytyjä", "Avböjd av", "Refused by";
    refusal_other: "Muu hoito", "Annan behandling", "Another treatment";
    refusal_none: "Ei antamatta jätettyjä hoitoja.", "Inga avböjda behandlingar.", "No refused treatments.";
    minor: "Ikä ja huoltaja", "Ålder och vårdnadshavare", "Age and guardian";
    minor_lead: "Kortilla on vain syntymävuosi. Varmista, onko asiakas täyttänyt 18 vuotta. Asiakirjan numeroa tai kopiota ei tallenneta.",
        "På kortet finns bara födelseåret. Kontrollera om kunden har fyllt 18 år. Handlingens nummer eller kopia sparas inte.",
        "The card has only the year of birth. Make sure whether the client is 18. No document number or copy is kept.";
    minor_question: "Onko asiakas täyttänyt 18 vuotta?", "Har kunden fyllt 18 år?", "Is the client 18?";
    minor_yes: "Kyllä, varmistettu", "Ja, kontrollerat", "Yes, verified";
    minor_no: "Ei, asiakas on alaikäinen", "Nej, kunden är minderårig", "No, the client is under age";
    minor_save: "Kirjaa ikä", "Anteckna åldern", "Record the age";
    minor_check: "Tarkista ikä", "Kontrollera åldern", "Check the age";
    minor_is: "Asiakas on alaikäinen.", "Kunden är minderårig.", "The client is under age.";
    minor_by: "Varmistaja", "Kontrollerad av", "Verified by";
    minor_marketing: "Asiakas voi olla alaikäinen, joten markkinointilupaa ei oteta. Varmista ensin ikä kortilla.", "Kunden kan vara minderårig, så marknadsföringstillstånd tas inte. Kontrollera först åldern på kortet.", "The client may be under age, so no marketing permission is taken. Check the age on the card first.";
    guardian: "Huoltajan suostumus", "Vårdnadshavarens samtycke", "Guardian's consent";
    guardian_name: "Huoltajan nimi", "Vårdnadshavarens namn", "Guardian's name";
    guardian_method: "Miten huoltaja suostui", "Hur vårdnadshavaren samtyckte", "How the guardian consented";
    guardian_save: "Kirjaa huoltajan suostumus", "Anteckna vårdnadshavarens samtycke", "Record the guardian's consent";
    guardian_missing: "Huoltajan suostumusta ei ole kirjattu.", "Vårdnadshavarens samtycke har inte antecknats.", "A guardian's consent is not on record.";
    withdraw_consent_too: "Suostumus merkitään perutuksi.", "Samtycket antecknas som återkallat.", "The consent is recorded as withdrawn.";
}

sentences! {
    consent_given(date: &str, version: u32, method: &str):
        format!("Suostumus annettu {date}, tekstin versio {version}, {method}."),
        format!("Samtycke gavs {date}, textens version {version}, {method}."),
        format!("Consent given {date}, version {version} of the text, {method}.");
    consent_withdrawn_on(date: &str):
        format!("Suostumus peruttu {date}."), format!("Samtycket återkallat {date}."), format!("Consent withdrawn {date}.");
    consent_version_title(version: u32):
        format!("Versio {version}"), format!("Version {version}"), format!("Version {version}");
    contact_only_strip(date: &str):
        format!("Vain yhteystiedot {date} alkaen"), format!("Endast kontaktuppgifter från {date}"), format!("Contact details only since {date}");
    contact_only_entries(count: usize):
        if count == 1 { "Kortilla on yksi kirjaus hoidoista tai terveydestä. Se poistuu pysyvästi.".to_owned() } else { format!("Kortilla on {count} kirjausta hoidoista ja terveydestä. Ne poistuvat pysyvästi.") },
        format!("På kortet finns {count} {} om behandlingar och hälsa. De raderas permanent.", plural(count, "anteckning", "anteckningar")),
        format!("There {} {count} {} on treatments and health on the card. They are removed for good.", plural(count, "is", "are"), plural(count, "entry", "entries"));
    guardian_given(name: &str, method: &str, date: &str):
        format!("Huoltajan suostumus: {name}, {method}, {date}"), format!("Vårdnadshavarens samtycke: {name}, {method}, {date}"), format!("Guardian's consent: {name}, {method}, {date}");
}

impl Language {
    /// How consent was given.
    pub(crate) const fn consent_given_how(self, method: ConsentMethod) -> &'static str {
        let (fi, sv, en) = match method {
            ConsentMethod::Paper => (
                "paperilla paikan päällä",
                "på papper på plats",
                "on paper, in person",
            ),
            ConsentMethod::Screen => (
                "näytöllä paikan päällä",
                "på skärm på plats",
                "on screen, in person",
            ),
            ConsentMethod::Spoken => (
                "suullisesti paikan päällä",
                "muntligt på plats",
                "spoken, in person",
            ),
            ConsentMethod::Message => (
                "viestillä tai sähköpostilla",
                "med meddelande eller e-post",
                "by message or e-mail",
            ),
        };
        self.pick(fi, sv, en)
    }

    /// How a guardian consented.
    pub(crate) const fn guardian_how(self, method: GuardianMethod) -> &'static str {
        let (fi, sv, en) = match method {
            GuardianMethod::InPerson => ("paikan päällä", "på plats", "in person"),
            GuardianMethod::Paper => ("paperilla", "på papper", "on paper"),
            GuardianMethod::Phone => ("puhelimitse", "per telefon", "by phone"),
            GuardianMethod::Message => (
                "viestillä tai sähköpostilla",
                "med meddelande eller e-post",
                "by message or e-mail",
            ),
        };
        self.pick(fi, sv, en)
    }

    /// What came of a patch test.
    pub(crate) const fn patch_result_word(self, result: PatchResult) -> &'static str {
        let (fi, sv, en) = match result {
            PatchResult::Waiting => (
                "Odottaa lukemista",
                "Väntar på avläsning",
                "Waiting to be read",
            ),
            PatchResult::Negative => ("Negatiivinen", "Negativt", "Negative"),
            PatchResult::Positive => ("Positiivinen", "Positivt", "Positive"),
        };
        self.pick(fi, sv, en)
    }

    /// What a patch test says today.
    pub(crate) const fn patch_state(self, state: PatchState) -> &'static str {
        let (fi, sv, en) = match state {
            PatchState::Waiting => (
                "Testilapun tulosta ei ole luettu",
                "Överkänslighetstestet har inte avlästs",
                "A patch test has not been read",
            ),
            PatchState::Valid => (
                "Testilappu on voimassa",
                "Överkänslighetstestet är giltigt",
                "The patch test is valid",
            ),
            PatchState::Expired => (
                "Testilappu on vanhentunut",
                "Överkänslighetstestet har gått ut",
                "A patch test has expired",
            ),
            PatchState::Positive => (
                "Testilappu oli positiivinen",
                "Överkänslighetstestet var positivt",
                "A patch test was positive",
            ),
        };
        self.pick(fi, sv, en)
    }

    /// One thing to mind while treating.
    pub(crate) const fn warning(self, warning: Warning) -> &'static str {
        match warning {
            Warning::Contraindication => self.alert_contraindication(),
            Warning::Caution => self.alert_caution(),
            Warning::PatchPositive => self.patch_state(PatchState::Positive),
            Warning::PatchWaiting => self.patch_state(PatchState::Waiting),
            Warning::PatchExpired => self.patch_state(PatchState::Expired),
            Warning::MaybeMinor => self.pick(
                "Asiakas voi olla alaikäinen, eikä ikää tai huoltajan suostumusta ole varmistettu",
                "Kunden kan vara minderårig, och varken ålder eller vårdnadshavarens samtycke har kontrollerats",
                "The client may be under age, and neither age nor a guardian's consent was made sure of",
            ),
        }
    }
}
