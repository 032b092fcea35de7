//! Treatments, health, choices on a card.

use register::card::Alert;
use register::health::{AlertLevel, HealthKind};
use register::value::Kind;

use crate::card::Section;
use crate::text::{Language, plural, sentences, texts};

texts! {
    treatment: "Hoito", "Behandling", "Treatment";
    treatments: "Annetut hoidot", "Utförda behandlingar", "Treatments given";
    record_treatment: "Kirjaa hoito", "Anteckna behandling", "Record a treatment";
    copy_previous: "Kopioi edellinen", "Kopiera den senaste", "Copy the previous one";
    copy_as_new: "Kopioi uudeksi", "Kopiera som ny", "Copy as new";
    no_treatments: "Ei vielä hoitoja.", "Inga behandlingar ännu.", "No treatments yet.";
    given_by: "Hoidon antaja", "Utförd av", "Given by";
    at_premises: "Toimipiste", "Verksamhetsställe", "Premises";
    products: "Tuotteet", "Produkter", "Products";
    batch: "Eränumero", "Batchnummer", "Batch";
    remarks: "Lisätiedot", "Tilläggsuppgifter", "Remarks";
    separate_contract: "Erillinen sopimus", "Separat avtal", "Separate contract";
    contract_question: "Tehtiinkö erillinen sopimus?", "Ingicks ett separat avtal?", "Was a separate contract made?";
    contract_where: "Missä sopimus on", "Var avtalet finns", "Where the contract is";
    contract_kind: "Sopimuksen laji", "Typ av avtal", "Kind of contract";
    contract_date: "Allekirjoitettu", "Undertecknat", "Signed";
    contract_contradiction: "Sopimuksen paikka on annettu: valitse ”Kyllä” tai tyhjennä sen tiedot.",
        "Avtalets plats är angiven: välj ”Ja” eller töm uppgifterna.",
        "It is said where the contract is: choose “Yes” or clear those fields.";
    safe: "Kassakaappi", "Kassaskåp", "Safe";
    folder: "Kansio", "Mapp", "Folder";
    destroyed_on: "Hävitetty", "Förstört", "Destroyed";
    health: "Terveystiedot", "Hälsouppgifter", "Health information";
    show_health: "Näytä terveystiedot", "Visa hälsouppgifterna", "Show the health information";
    about_what: "Aihe", "Gäller", "About";
    in_words: "Sanallisesti", "I ord", "In words";
    health_hint: "Vain hoitoon vaikuttava tieto.", "Bara det som påverkar behandlingen.", "Only what bears on a treatment.";
    alert_level_label: "Varoituksen taso", "Varningsnivå", "Alert level";
    taken_down: "Kirjattu", "Antecknat", "Taken down";
    confirmed: "Vahvistettu", "Bekräftat", "Confirmed";
    still_holds: "Yhä voimassa", "Gäller fortfarande", "Still holds";
    asked_none_known: "Kysytty: ei tiedossa", "Frågat: inget känt", "Asked: none known";
    health_not_asked: "Terveystietoja ei ole kysytty", "Hälsouppgifter har inte frågats", "Health has not been asked about";
    health_none_known: "Kysytty: ei tiedossa olevia terveystietoja", "Frågat: inga kända hälsouppgifter", "Asked: nothing known about health";
    alert_contraindication: "Vasta-aihe", "Kontraindikation", "Contraindication";
    alert_caution: "Varoitus: terveystiedot huomioitava", "Varning: beakta hälsouppgifterna", "Caution: mind the health information";
    alert_info: "Terveystietoja kirjattu", "Hälsouppgifter antecknade", "Health information listed";
    remove_entry: "Poista tämä kirjaus", "Ta bort den här anteckningen", "Remove this entry";
    remove_entry_text: "Kirjaus poistuu kortilta kaikissa toimipisteissä. Jos sitä on samaan aikaan muokattu toisaalla, se jää näkyviin, kunnes joku ratkaisee asian.",
        "Anteckningen tas bort från kortet på alla verksamhetsställen. Om den samtidigt har ändrats på annat håll syns den tills någon avgör saken.",
        "The entry goes from the card at all premises. If it was edited elsewhere at the same time, it stays visible until somebody decides.";
    choose: "Valitse", "Välj", "Choose";
    choose_first: "Tässä on kaksi arvoa. Valitse ensin oikea.", "Här finns två värden. Välj först det rätta.", "There are two values here. Choose the right one first.";
    choose_title: "Valitse oikea tieto", "Välj den rätta uppgiften", "Choose what is right";
    choose_lead: "Samaa tietoa on muutettu kahdessa paikassa yhtä aikaa. Mitään ei ole hävinnyt.",
        "Samma uppgift har ändrats på två håll samtidigt. Inget har gått förlorat.",
        "The same thing was changed in two places at once. Nothing was lost.";
    conflicts_lead: "Kun kaksi toimipistettä muuttaa samaa tietoa yhteyden ollessa poikki, molemmat arvot säilyvät ja joku valitsee oikean.",
        "När två verksamhetsställen ändrar samma uppgift medan linjen är bruten sparas båda värdena, och någon väljer det rätta.",
        "When two premises change the same thing while the line is down, both values are kept and somebody picks the right one.";
    no_conflicts: "Ei valittavaa: kaikki tiedot ovat yksiselitteisiä.", "Inget att välja: alla uppgifter är entydiga.", "Nothing to choose: everything is clear.";
    two_values: "Kaksi arvoa", "Två värden", "Two values";
    disputed: "Kirjaus poistettiin yhdessä paikassa ja sitä muokattiin toisessa. Se näkyy, kunnes valitset.",
        "Anteckningen togs bort på ett ställe och ändrades på ett annat. Den syns tills du väljer.",
        "The entry was removed in one place and edited in another. It stays visible until you choose.";
    disputed_short: "Poistettu toisaalla", "Borttagen på annat håll", "Removed elsewhere";
    which_is_right: "Kumpi on oikein?", "Vilket är rätt?", "Which is right?";
    this_is_right: "Tämä on oikein", "Det här är rätt", "This is right";
    keep_this: "Säilytä tämä", "Behåll detta", "Keep this";
    remove_for_good: "Poista kirjaus", "Ta bort anteckningen", "Remove the entry";
    write_third: "Kirjoita kolmas arvo", "Skriv ett tredje värde", "Write a third value";
    use_third: "Käytä alla olevaa", "Använd det nedan", "Use what is below";
    keep_chosen: "Tallenna valinta", "Spara valet", "Save the choice";
    origin_unknown: "Ei tiedossa, kuka ja milloin", "Okänt av vem och när", "Not known by whom or when";
}

sentences! {
    older_treatments(count: usize):
        if count == 1 { "Näytä yksi vanhempi hoito".to_owned() } else { format!("Näytä {count} vanhempaa hoitoa") },
        format!("Visa {count} äldre {}", plural(count, "behandling", "behandlingar")),
        format!("Show {count} older {}", plural(count, "treatment", "treatments"));
    contract_lies(safe: &str, folder: &str):
        format!("Sopimus: kassakaappi {safe}, kansio {folder}"),
        format!("Avtalet: kassaskåp {safe}, mapp {folder}"),
        format!("Contract: safe {safe}, folder {folder}");
    health_covered(count: usize):
        if count == 1 { "Yksi kirjaus. Avaaminen kirjautuu lokiin.".to_owned() } else { format!("{count} kirjausta. Avaaminen kirjautuu lokiin.") },
        format!("{count} {}. Öppnandet loggas.", plural(count, "anteckning", "anteckningar")),
        format!("{count} {}. Opening them is logged.", plural(count, "entry", "entries"));
    health_asked_on(date: &str):
        format!("Viimeksi kysytty {date}"), format!("Senast frågat {date}"), format!("Last asked {date}");
    taken_down_on(date: &str):
        format!("Kirjattu {date}."), format!("Antecknat {date}."), format!("Taken down {date}.");
    confirmed_on(date: &str):
        format!("Vahvistettu {date}."), format!("Bekräftat {date}."), format!("Confirmed {date}.");
    choices_wait(count: usize):
        if count == 1 { "Kortissa on yksi tieto, josta pitää valita oikea arvo".to_owned() } else { format!("Kortissa on {count} tietoa, joista pitää valita oikea arvo") },
        format!("Kortet har {count} {} där det rätta värdet ska väljas", plural(count, "uppgift", "uppgifter")),
        format!("{count} {} on the card {} for a choice", plural(count, "thing", "things"), plural(count, "waits", "wait"));
    cards_wait(count: usize):
        if count == 1 { "Yksi kortti odottaa valintaa".to_owned() } else { format!("{count} korttia odottaa valintaa") },
        format!("{count} kort väntar på ett val"),
        format!("{count} {} for a choice", plural(count, "card waits", "cards wait"));
    origin(who: &str, place: &str, when: &str):
        format!("{who}, {place}, {when}"), format!("{who}, {place}, {when}"), format!("{who}, {place}, {when}");
    created_at(when: &str):
        format!("Kortti luotu {when}"), format!("Kortet skapat {when}"), format!("Card made {when}");
    changed_at(when: &str):
        format!("Viimeksi muutettu {when}"), format!("Senast ändrat {when}"), format!("Last changed {when}");
    imported_as(number: &str):
        format!("Tuotu vanhasta rekisteristä, asiakasnumero {number}"),
        format!("Importerat från det gamla registret, kundnummer {number}"),
        format!("Imported from the old register, client number {number}");
}

impl Language {
    /// What a health entry is about.
    pub(crate) const fn health_kind(self, kind: HealthKind) -> &'static str {
        match (kind, self) {
            (HealthKind::Skin, Self::Finnish) => "Ihosairaus",
            (HealthKind::Skin, Self::Swedish) => "Hudsjukdom",
            (HealthKind::Skin, Self::English) => "Skin disease",
            (HealthKind::Allergy, Self::Finnish) => "Allergia",
            (HealthKind::Allergy, Self::Swedish) => "Allergi",
            (HealthKind::Allergy, Self::English) => "Allergy",
            (HealthKind::Medication, Self::Finnish) => "Lääkitys",
            (HealthKind::Medication, Self::Swedish) => "Medicinering",
            (HealthKind::Medication, Self::English) => "Medication",
            (HealthKind::Other, Self::Finnish) => "Muu terveystieto",
            (HealthKind::Other, Self::Swedish) => "Annan hälsouppgift",
            (HealthKind::Other, Self::English) => "Other health information",
        }
    }

    /// How loudly an entry speaks.
    pub(crate) const fn alert_level(self, level: AlertLevel) -> &'static str {
        match (level, self) {
            (AlertLevel::Info, Self::Finnish) => "Tiedoksi",
            (AlertLevel::Info, Self::Swedish) => "För kännedom",
            (AlertLevel::Info, Self::English) => "Good to know",
            (AlertLevel::Caution, Self::Finnish) => "Varoitus: noudata varovaisuutta",
            (AlertLevel::Caution, Self::Swedish) => "Varning: var försiktig",
            (AlertLevel::Caution, Self::English) => "Caution: take care",
            (AlertLevel::Contraindication, Self::Finnish) => "Vasta-aihe: hoitoa ei anneta",
            (AlertLevel::Contraindication, Self::Swedish) => {
                "Kontraindikation: behandlingen ges inte"
            }
            (AlertLevel::Contraindication, Self::English) => {
                "Contraindication: the treatment is not given"
            }
        }
    }

    /// Health at a glance in one or two words.
    pub(crate) const fn alert_short(self, alert: Alert) -> &'static str {
        match (alert, self) {
            (Alert::NotAsked, Self::Finnish) => "Ei kysytty",
            (Alert::NotAsked, Self::Swedish) => "Inte frågat",
            (Alert::NotAsked, Self::English) => "Not asked",
            (Alert::NoneKnown, Self::Finnish) => "Ei tiedossa",
            (Alert::NoneKnown, Self::Swedish) => "Inget känt",
            (Alert::NoneKnown, Self::English) => "None known",
            (Alert::Listed(AlertLevel::Info), Self::Finnish) => "Tiedoksi",
            (Alert::Listed(AlertLevel::Info), Self::Swedish) => "För kännedom",
            (Alert::Listed(AlertLevel::Info), Self::English) => "Good to know",
            (Alert::Listed(AlertLevel::Caution), Self::Finnish) => "Varoitus",
            (Alert::Listed(AlertLevel::Caution), Self::Swedish) => "Varning",
            (Alert::Listed(AlertLevel::Caution), Self::English) => "Caution",
            (Alert::Listed(AlertLevel::Contraindication), _) => self.alert_contraindication(),
        }
    }

    /// The title of an entry's form.
    pub(crate) const fn section_title(self, section: Section, is_there: bool) -> &'static str {
        match (section, is_there, self) {
            (Section::Treatment, false, _) => self.record_treatment(),
            (Section::Treatment, true, Self::Finnish) => "Muokkaa hoitoa",
            (Section::Treatment, true, Self::Swedish) => "Ändra behandlingen",
            (Section::Treatment, true, Self::English) => "Edit the treatment",
            (Section::Health, false, Self::Finnish) => "Lisää terveystieto",
            (Section::Health, false, Self::Swedish) => "Lägg till hälsouppgift",
            (Section::Health, false, Self::English) => "Add health information",
            (Section::Health, true, Self::Finnish) => "Muokkaa terveystietoa",
            (Section::Health, true, Self::Swedish) => "Ändra hälsouppgiften",
            (Section::Health, true, Self::English) => "Edit health information",
            (Section::PatchTest, false, _) => self.patch_add(),
            (Section::PatchTest, true, _) => self.patch_edit(),
            (Section::Adverse, false, _) => self.adverse_add(),
            (Section::Adverse, true, _) => self.adverse_edit(),
            (Section::Refusal, false, _) => self.refusal_add(),
            (Section::Refusal, true, _) => self.refusal_edit(),
            (Section::Note, false, Self::Finnish) => "Lisää huomautus",
            (Section::Note, false, Self::Swedish) => "Lägg till anteckning",
            (Section::Note, false, Self::English) => "Add a note",
            (Section::Note, true, Self::Finnish) => "Muokkaa huomautusta",
            (Section::Note, true, Self::Swedish) => "Ändra anteckningen",
            (Section::Note, true, Self::English) => "Edit the note",
        }
    }

    /// What a value is of, as the heading of a choice.
    pub(crate) const fn kind_name(self, kind: Kind) -> &'static str {
        match kind {
            Kind::BirthYear => self.birth_year(),
            Kind::Phone => self.phone(),
            Kind::Email => self.email(),
            Kind::Address => self.address(),
            Kind::Marketing => self.marketing(),
            Kind::Note => self.note(),
            Kind::Judgement => self.duplicates(),
            Kind::Health | Kind::HealthAsked => self.health(),
            Kind::Treatment | Kind::CatalogueItem => self.treatment(),
            Kind::Request => self.request(),
            Kind::Notice | Kind::Share | Kind::Want => self.notices(),
            Kind::Plan | Kind::Progress | Kind::Recipients => self.campaign(),
            Kind::HealthConsent | Kind::ConsentText => self.consent(),
            Kind::ContactOnly => self.contact_only(),
            Kind::TreatmentRefusal => self.refusal(),
            Kind::PatchTest => self.patch_test(),
            Kind::AdverseEvent => self.adverse_event(),
            Kind::AdultCheck => self.minor(),
            Kind::GuardianConsent => self.guardian(),
            Kind::Name
            | Kind::Origin
            | Kind::Profile
            | Kind::Password
            | Kind::SetupCode
            | Kind::SecondFactor
            | Kind::QuickCode
            | Kind::Undertaking
            | Kind::Disabled
            | Kind::Controller
            | Kind::Premises
            | Kind::LegalClaim
            | Kind::Restriction
            | Kind::PaperTask
            | Kind::Breach
            | Kind::PrivacyNotice
            | Kind::RequestProof
            | Kind::Agreement
            | Kind::ApiToken => self.name(),
        }
    }
}
