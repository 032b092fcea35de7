//! The treatment catalogue, what it finds before a treatment is recorded, batch recall, and contracts on paper.

use register::catalogue::Finding;

use crate::text::{Language, plural, sentences, texts};

texts! {
    catalogue: "Hoitovalikoima", "Behandlingsutbud", "Treatment catalogue";
    catalogue_room: "Hoidot", "Behandlingar", "Treatments";
    catalogue_lead: "Näitä hoitoja ehdotetaan, kun hoitoa kirjataan. Se, mitä hoito edellyttää, tarkistetaan asiakkaan kortista ennen tallennusta.",
        "De här behandlingarna föreslås när en behandling antecknas. Vad behandlingen kräver kontrolleras mot kundens kort innan den sparas.",
        "These treatments are offered when a treatment is recorded. What a treatment needs is checked against the client's card before it is saved.";
    catalogue_empty: "Valikoimassa ei ole vielä hoitoja. Pääkäyttäjä lisää ensimmäisen.",
        "Utbudet har inga behandlingar ännu. Huvudanvändaren lägger till den första.",
        "The catalogue has no treatments yet. The owner adds the first one.";
    catalogue_ungrouped: "Muut hoidot", "Övriga behandlingar", "Other treatments";
    catalogue_retired: "Poistettu käytöstä", "Ur bruk", "Retired";
    item_new: "Lisää hoito valikoimaan", "Lägg till en behandling i utbudet", "Add a treatment to the catalogue";
    item_edit: "Muokkaa valikoiman hoitoa", "Ändra behandlingen i utbudet", "Edit a treatment of the catalogue";
    item_group: "Ryhmä", "Grupp", "Group";
    item_group_hint: "Esimerkiksi ”Kasvohoidot”. Saman ryhmän hoidot näkyvät yhdessä.", "Till exempel ”Ansiktsbehandlingar”. Behandlingar i samma grupp visas tillsammans.",
        "Such as “Facials”. Treatments of one group are listed together.";
    item_needs: "Mitä hoito edellyttää", "Vad behandlingen kräver", "What the treatment needs";
    item_needs_nothing: "Ei edellytyksiä", "Inga krav", "Needs nothing";
    needs_health: "Terveystiedot", "Hälsouppgifter", "Health information";
    needs_contract: "Erillinen sopimus", "Separat avtal", "Separate contract";
    needs_patch_test: "Testilappu", "Överkänslighetstest", "Patch test";
    least_age: "Alaikäraja, vuotta", "Minimiålder, år", "Least age, years";
    least_age_hint: "Tyhjä: ei ikärajaa.", "Tomt: ingen åldersgräns.", "Empty: no age limit.";
    least_age_wrong: "Anna ikäraja kokonaisina vuosina 1–99 tai jätä kenttä tyhjäksi.", "Ange åldersgränsen i hela år 1–99 eller lämna fältet tomt.",
        "Give the age in whole years, 1 to 99, or leave the field empty.";
    item_state: "Tila", "Läge", "State";
    item_active: "Käytössä", "I bruk", "Active";
    item_retired: "Poistettu käytöstä: ei ehdoteta enää, mutta vanhat kirjaukset säilyvät", "Ur bruk: föreslås inte längre, men gamla anteckningar finns kvar",
        "Retired: offered no more, while old entries stay";
    item_doubled: "Valikoimassa on jo tämänniminen hoito.", "Utbudet har redan en behandling med det namnet.", "The catalogue has a treatment of this name already.";
    item_settle: "Tätä hoitoa on muutettu kahdessa paikassa yhtä aikaa. Tallentamalla ratkaiset, mikä jää voimaan.",
        "Den här behandlingen har ändrats på två håll samtidigt. När du sparar avgör du vad som gäller.",
        "This treatment was changed in two places at once. Saving settles what holds.";
    same_as_last: "Täytä kuten viime kerralla", "Fyll i som senast", "Same as last time";
    check_batch: "Kopioitu edellisestä hoidosta: tarkista eränumero.", "Kopierat från den senaste behandlingen: kontrollera batchnumret.",
        "Copied from the previous treatment: check the batch number.";
    folder_needed: "Kirjoita, missä kansiossa sopimus on.", "Skriv i vilken mapp avtalet finns.", "Write in which folder the contract is.";
    safe_hint: "Tyhjä: hoidon toimipisteen kassakaappi.", "Tomt: kassaskåpet på behandlingens verksamhetsställe.", "Empty: the safe of the treatment's premises.";
    look_first: "Tarkista ennen kirjaamista", "Kontrollera innan du antecknar", "Look at this before you record it";
    tick_first: "Vahvista tämä, ennen kuin hoito kirjataan.", "Bekräfta detta innan behandlingen antecknas.", "Confirm this before the treatment is recorded.";

    batches: "Erän jäljitys", "Spåra en batch", "Trace a batch";
    batches_lead: "Etsi kaikki asiakkaat, jotka ovat saaneet tiettyä tuote-erää. Jokainen haku kirjautuu lokiin.",
        "Sök alla kunder som har fått en viss produktbatch. Varje sökning loggas.",
        "Find every client who received a batch of a product. Every search is logged.";
    batch_query: "Eränumero tai sen osa", "Batchnummer eller en del av det", "Batch number, or part of it";
    product_query: "Tuote tai hoito", "Produkt eller behandling", "Product or treatment";
    batch_query_needed: "Kirjoita eränumero, tuote tai molemmat.", "Skriv batchnumret, produkten eller båda.", "Write the batch number, the product, or both.";
    batch_none: "Kukaan ei ole saanut tällaista.", "Ingen har fått detta.", "Nobody received this.";
    batch_csv: "Vie CSV-tiedostoon", "Exportera till en CSV-fil", "Export as a CSV file";
    batch_csv_why: "Miksi luettelo viedään?", "Varför exporteras listan?", "Why is the list exported?";
    batch_csv_hint: "Syy ja rivien määrä kirjautuvat lokiin.", "Skälet och antalet rader loggas.", "The reason and the number of rows are logged.";
    print_hint: "Sivun voi tulostaa selaimesta.", "Sidan kan skrivas ut från webbläsaren.", "The page can be printed from the browser.";

    contracts: "Sopimukset kassakaapeissa", "Avtal i kassaskåpen", "Contracts in the safes";
    contracts_lead: "Sopimukset ovat paperilla toimipisteiden kassakaapeissa. Tästä näet, missä kukin on ja mitkä on hävitettävä.",
        "Avtalen finns på papper i verksamhetsställenas kassaskåp. Här ser du var vart och ett finns och vilka som ska förstöras.",
        "Contracts lie on paper in the safes of the premises. Here you see where each is and which have to be destroyed.";
    contracts_none: "Yhtään sopimusta ei löytynyt.", "Inga avtal hittades.", "No contracts were found.";
    contracts_all_safes: "Kaikki kassakaapit", "Alla kassaskåp", "All safes";
    contracts_state: "Näytä", "Visa", "Show";
    contracts_kept: "Kassakaapissa", "I kassaskåpet", "In the safe";
    contracts_due: "Hävitettävä pian", "Ska snart förstöras", "Soon to be destroyed";
    contracts_destroyed: "Hävitetyt", "Förstörda", "Destroyed";
    contracts_goes: "Säilytetään", "Förvaras till", "Kept until";
    contracts_find: "Kansio tai sen osa", "Mapp eller en del av namnet", "Folder, or part of it";
    contracts_no_folder: "Kansiota ei ole kirjattu", "Mappen är inte antecknad", "No folder on record";
    contracts_no_safe: "Kassakaappia ei ole kirjattu", "Kassaskåpet är inte antecknat", "No safe on record";
    contracts_tasks: "Hävitettävät paperit", "Papper som ska förstöras", "Papers to destroy";
}

sentences! {
    needs_age(years: u8):
        format!("Alaikäraja {years} vuotta"), format!("Minimiålder {years} år"), format!("Least age {years}");
    batch_found(lines: usize, clients: usize):
        format!("{clients} {} on saanut tätä, yhteensä {lines} {}", plural(clients, "asiakas", "asiakasta"), plural(lines, "kirjaus", "kirjausta")),
        format!("{clients} {} har fått detta, sammanlagt {lines} {}", plural(clients, "kund", "kunder"), plural(lines, "anteckning", "anteckningar")),
        format!("{clients} {} received this, {lines} {} in all", plural(clients, "client", "clients"), plural(lines, "entry", "entries"));
    first_shown(shown: usize):
        format!("Näkyvissä on ensimmäiset {shown}. Rajaa hakua nähdäksesi loput."),
        format!("De första {shown} visas. Begränsa sökningen för att se resten."),
        format!("The first {shown} show. Narrow the search to see the rest.");
    first_lines_shown(shown: usize):
        format!("Näkyvissä on {shown} uusinta kirjausta. CSV-tiedostossa on kaikki."),
        format!("De {shown} senaste anteckningarna visas. CSV-filen innehåller alla."),
        format!("The {shown} newest entries show. The CSV file has them all.");
    contracts_count(count: usize):
        format!("{count} {}", plural(count, "sopimus", "sopimusta")), format!("{count} avtal"), format!("{count} {}", plural(count, "contract", "contracts"));
    safe_named(safe: &str):
        format!("Kassakaappi: {safe}"), format!("Kassaskåp: {safe}"), format!("Safe: {safe}");
}

impl Language {
    /// What a finding says.
    pub(crate) fn finding(self, finding: Finding) -> String {
        match (finding, self) {
            (Finding::HealthNotAsked, Self::Finnish) => {
                "Hoito edellyttää terveystietoja, eikä niitä ole kysytty asiakkaalta.".to_owned()
            }
            (Finding::HealthNotAsked, Self::Swedish) => {
                "Behandlingen kräver hälsouppgifter, och kunden har inte tillfrågats.".to_owned()
            }
            (Finding::HealthNotAsked, Self::English) => {
                "The treatment needs health information, and the client has not been asked."
                    .to_owned()
            }
            (Finding::ContractMissing, Self::Finnish) => {
                "Hoito edellyttää erillistä sopimusta, eikä kortilla ole siitä voimassa olevaa."
                    .to_owned()
            }
            (Finding::ContractMissing, Self::Swedish) => {
                "Behandlingen kräver ett separat avtal, och kortet har inget gällande avtal om den."
                    .to_owned()
            }
            (Finding::ContractMissing, Self::English) => {
                "The treatment needs a separate contract, and the card has none in force for it."
                    .to_owned()
            }
            (Finding::PossiblyTooYoung(age), Self::Finnish) => format!(
                "Hoidon alaikäraja on {age} vuotta, ja syntymävuoden perusteella asiakas voi olla nuorempi."
            ),
            (Finding::PossiblyTooYoung(age), Self::Swedish) => format!(
                "Behandlingens minimiålder är {age} år, och enligt födelseåret kan kunden vara yngre."
            ),
            (Finding::PossiblyTooYoung(age), Self::English) => format!(
                "The least age for the treatment is {age}, and by the year of birth the client may be younger."
            ),
            (Finding::AgeNotKnown(age), Self::Finnish) => format!(
                "Hoidon alaikäraja on {age} vuotta, eikä asiakkaan syntymävuotta ole kirjattu."
            ),
            (Finding::AgeNotKnown(age), Self::Swedish) => format!(
                "Behandlingens minimiålder är {age} år, och kundens födelseår är inte antecknat."
            ),
            (Finding::AgeNotKnown(age), Self::English) => format!(
                "The least age for the treatment is {age}, and the client's year of birth is not on record."
            ),
            (Finding::Retired, Self::Finnish) => {
                "Hoito on poistettu käytöstä valikoimasta.".to_owned()
            }
            (Finding::Retired, Self::Swedish) => "Behandlingen har tagits ur bruk.".to_owned(),
            (Finding::Retired, Self::English) => "The treatment has been retired.".to_owned(),
        }
    }

    /// What is confirmed of a finding that needs a tick.
    pub(crate) fn finding_tick(self, finding: Finding) -> String {
        match (finding, self) {
            (Finding::HealthNotAsked, Self::Finnish) => {
                "Kirjaan hoidon, vaikka terveystietoja ei ole kysytty".to_owned()
            }
            (Finding::HealthNotAsked, Self::Swedish) => {
                "Jag antecknar behandlingen trots att hälsan inte har frågats".to_owned()
            }
            (Finding::HealthNotAsked, Self::English) => {
                "I record the treatment though health has not been asked about".to_owned()
            }
            (Finding::ContractMissing, Self::Finnish) => {
                "Kirjaan hoidon ilman erillistä sopimusta".to_owned()
            }
            (Finding::ContractMissing, Self::Swedish) => {
                "Jag antecknar behandlingen utan separat avtal".to_owned()
            }
            (Finding::ContractMissing, Self::English) => {
                "I record the treatment without a separate contract".to_owned()
            }
            (Finding::PossiblyTooYoung(age), Self::Finnish) => {
                format!("Olen tarkistanut, että asiakas on täyttänyt {age} vuotta")
            }
            (Finding::PossiblyTooYoung(age), Self::Swedish) => {
                format!("Jag har kontrollerat att kunden har fyllt {age} år")
            }
            (Finding::PossiblyTooYoung(age), Self::English) => {
                format!("I have checked that the client is {age} or older")
            }
            (Finding::AgeNotKnown(_) | Finding::Retired, _) => String::new(),
        }
    }
}
