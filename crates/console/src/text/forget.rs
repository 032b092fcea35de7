//! Erasing, certificates, papers, and removing what stood before.

use register::ledger::Reason;

use crate::text::{Language, plural, sentences, texts};

texts! {
    privacy: "Tietosuoja", "Dataskydd", "Data protection";
    erase_client: "Poista asiakas pysyvästi", "Radera kunden permanent", "Erase the client";
    erase_goes: "Tämä häviää pysyvästi", "Det här försvinner permanent", "This goes for good";
    erase_where: "Näistä toimipisteistä", "Från de här verksamhetsställena", "From these premises";
    erase_lead: "Poistoa ei voi perua. Tämä toimipiste poistaa tiedot heti, muut heti kun niihin on yhteys. Myös muutoshistoria häviää, eikä varmuuskopio tuo tietoja takaisin.",
        "Raderingen kan inte ångras. Det här verksamhetsstället raderar genast, de andra så snart de nås. Också ändringshistoriken försvinner, och ingen säkerhetskopia för tillbaka uppgifterna.",
        "It can't be undone. This premises erases at once, the others as soon as they are in reach. The history of changes goes too, and no backup brings anything back.";
    erase_papers: "Paperisopimukset tulevat hävitettävien papereiden listalle.", "Pappersavtalen läggs till listan över papper som ska förstöras.",
        "Contracts on paper are put on the list of papers to destroy.";
    erase_why: "Miksi poistetaan?", "Varför raderas kunden?", "Why is the client erased?";
    erase_request: "Asiakas pyysi", "Kunden bad om det", "The client asked";
    erase_ended: "Asiakkuus päättynyt", "Kundförhållandet avslutat", "Relationship ended";
    erase_name: "Kirjoita asiakkaan nimi", "Skriv kundens namn", "Type the client's name";
    erase_name_wrong: "Nimi ei ole sama kuin kortilla. Tarkista, että kortti on oikea.", "Namnet är inte detsamma som på kortet. Kontrollera att kortet är rätt.",
        "The name is not the one on the card. See that it is the right card.";
    erase_no_name: "Kortilla ei ole nimeä: poista tämä kortti", "Kortet har inget namn: radera det här kortet", "The card has no name: erase this card";
    erase_no_name_wrong: "Vahvista, että tämä kortti poistetaan.", "Bekräfta att det här kortet raderas.", "Confirm that this card is erased.";
    erase_restricted: "Kortin käsittelyä on rajoitettu, joten korttia ei voi poistaa. Poista ensin rajoitus, kun sen syy on ohi.",
        "Behandlingen av kortet är begränsad, så det kan inte raderas. Häv först begränsningen när skälet har fallit bort.",
        "The use of the card is restricted, so it can't be erased. Lift the restriction first, once its reason is over.";
    count_contact: "Yhteystiedot", "Kontaktuppgifter", "Contact details";
    count_contracts: "Erilliset sopimukset", "Separata avtal", "Separate contracts";
    erasures: "Poistotodistukset", "Raderingsintyg", "Certificates of erasure";
    no_erasures: "Ketään ei ole poistettu pysyvästi.", "Ingen har raderats permanent.", "Nobody has been erased.";
    certificate: "Todistus pysyvästä poistosta", "Intyg om permanent radering", "Certificate of erasure";
    certificate_lead: "Asiakkaan tiedot on poistettu. Tässä todistuksessa ei ole henkilötietoja: viite on satunnainen, eikä siitä voi päätellä, kuka asiakas oli.",
        "Kundens uppgifter har raderats. Intyget innehåller inga personuppgifter: referensen är slumpmässig och säger inte vem kunden var.",
        "The client's data was erased. This certificate holds no personal data: the reference is random and does not tell who the client was.";
    certificate_lead_user: "Entisen käyttäjän nimi, vaitiolositoumus ja tunnukset on poistettu. Lokiin ja hoitoihin jää vain satunnainen viite.",
        "En tidigare användares namn, sekretessförbindelse och inloggning har raderats. I loggen och i behandlingarna står bara en slumpmässig referens kvar.",
        "A former user's name, undertaking and log-in were erased. In the log and in treatments only the random reference stays.";
    reference: "Viite", "Referens", "Reference";
    decided_at: "Päätetty", "Beslutad", "Decided";
    decided_where: "Missä", "Var", "Where";
    erase_reason: "Syy", "Skäl", "Reason";
    erased_at: "Poistettu", "Raderad", "Erased";
    awaited: "Odottaa yhteyttä", "Väntar på kontakt", "Waits for the line";
    all_confirmed: "Kaikki toimipisteet ovat vahvistaneet poiston.", "Alla verksamhetsställen har bekräftat raderingen.", "Every premises has confirmed the erasure.";
    some_awaited: "Kaikki toimipisteet eivät ole vielä vahvistaneet. Sivu päivittyy itsestään.", "Alla verksamhetsställen har inte bekräftat ännu. Sidan uppdateras av sig själv.",
        "Not every premises has confirmed yet. The page updates by itself.";
    print: "Tulosta", "Skriv ut", "Print";
    papers: "Hävitettävät paperit", "Papper att förstöra", "Papers to destroy";
    papers_lead: "Poistetun hoidon tai asiakkaan sopimus on yhä paperilla kassakaapissa. Hävitä se ja kuittaa tästä.",
        "Avtalet för en raderad behandling eller kund finns kvar på papper i kassaskåpet. Förstör det och kvittera här.",
        "The contract of an erased treatment or client is still on paper in the safe. Destroy it and tick it off here.";
    no_papers: "Ei hävitettäviä papereita.", "Inga papper att förstöra.", "No papers to destroy.";
    papers_done: "Hävitetyt", "Förstörda", "Destroyed";
    paper_opened: "Odottanut alkaen", "Väntar sedan", "Waits since";
    paper_done: "Paperi on hävitetty", "Pappret är förstört", "The paper is destroyed";
    redact: "Poista vanha tieto myös historiasta (asiakas pyysi)", "Ta bort den gamla uppgiften också ur historiken (kunden bad om det)",
        "Remove the old value from history too (the client asked)";
    redact_entry: "Poista myös historiasta, pysyvästi (asiakas pyysi)", "Ta bort också ur historiken, permanent (kunden bad om det)",
        "Remove from history too, for good (the client asked)";
    withdraw: "Asiakas peruu suostumuksen terveystietoihin", "Kunden återkallar samtycket till hälsouppgifter", "The client withdraws consent to health information";
    withdraw_lead: "Kaikki terveystiedot poistuvat kortilta ja sen historiasta pysyvästi, kaikissa toimipisteissä. Hoitojen lisätiedot jäävät: tarkista ne erikseen.",
        "Alla hälsouppgifter tas bort från kortet och dess historik permanent, på alla verksamhetsställen. Behandlingarnas tilläggsuppgifter blir kvar: kontrollera dem skilt.",
        "All health information goes from the card and its history for good, at all premises. Remarks on treatments stay: check them separately.";
    withdraw_do: "Poista terveystiedot pysyvästi", "Radera hälsouppgifterna permanent", "Erase the health information";
    clear_history: "Tyhjennä aiemmat arvot", "Töm tidigare värden", "Clear earlier values";
    clear_history_lead: "Kaikki, mikä kortilla luki ennen nykyisiä tietoja, häviää pysyvästi kaikissa toimipisteissä: aiemmat nimet, numerot ja osoitteet, muokattujen kirjausten vanhat tekstit ja poistetut kirjaukset. Nykyiset tiedot jäävät.",
        "Allt som stått på kortet före de nuvarande uppgifterna försvinner permanent på alla verksamhetsställen: tidigare namn, nummer och adresser, gamla texter i ändrade anteckningar och borttagna anteckningar. De nuvarande uppgifterna blir kvar.",
        "All that stood on the card before what stands there now goes for good at all premises: earlier names, numbers and addresses, old texts of edited entries, and removed entries. What stands there now stays.";
    clear_history_do: "Tyhjennä pysyvästi", "Töm permanent", "Clear for good";
}

sentences! {
    erase_claimed(until: &str):
        format!("Kortilla on oikeusvaade {until} asti, joten korttia ei voi poistaa. Poista se vaateen päätyttyä, tai peru ensin vaade."),
        format!("Ett rättsligt anspråk gäller kortet till {until}, så det kan inte raderas. Radera det när anspråket har upphört, eller häv först anspråket."),
        format!("A legal claim keeps the card until {until}, so it can't be erased. Erase it when the claim has ended, or lift the claim first.");
    papers_open(count: usize):
        if count == 1 { "Yksi paperi odottaa hävittämistä".to_owned() } else { format!("{count} paperia odottaa hävittämistä") },
        format!("{count} papper väntar på att förstöras"),
        format!("{count} {} to be destroyed", plural(count, "paper waits", "papers wait"));
    paper(safe: &str, folder: &str):
        if folder.is_empty() { format!("Kassakaappi {safe}, ei kansiota") } else { format!("Kassakaappi {safe}, kansio {folder}") },
        if folder.is_empty() { format!("Kassaskåp {safe}, ingen mapp") } else { format!("Kassaskåp {safe}, mapp {folder}") },
        if folder.is_empty() { format!("Safe {safe}, no folder") } else { format!("Safe {safe}, folder {folder}") };
    paper_destroyed(when: &str, who: &str):
        format!("Hävitetty {when}, kuitannut {who}"), format!("Förstört {when}, kvitterat av {who}"), format!("Destroyed {when}, ticked off by {who}");
    entries_go(count: usize):
        if count == 1 { "Yksi terveystieto poistuu".to_owned() } else { format!("{count} terveystietoa poistuu") },
        format!("{count} {} tas bort", plural(count, "hälsouppgift", "hälsouppgifter")),
        format!("{count} health {}", plural(count, "entry goes", "entries go"));
    confirmed_of(confirmed: usize, all: usize):
        format!("{confirmed}/{all} toimipistettä vahvistanut"), format!("{confirmed}/{all} verksamhetsställen har bekräftat"), format!("{confirmed} of {all} premises confirmed");
}

impl Language {
    /// Why something was removed for good.
    pub(crate) const fn reason(self, reason: Reason) -> &'static str {
        match (reason, self) {
            (Reason::Request, _) => self.erase_request(),
            (Reason::Ended, _) => self.erase_ended(),
            (Reason::Retention, Self::Finnish) => "Säilytysaika päättynyt",
            (Reason::Retention, Self::Swedish) => "Förvaringstiden slut",
            (Reason::Retention, Self::English) => "Retention period over",
            (Reason::Rectification, Self::Finnish) => "Oikaisu",
            (Reason::Rectification, Self::Swedish) => "Rättelse",
            (Reason::Rectification, Self::English) => "Rectification",
            (Reason::Consent, Self::Finnish) => "Suostumus peruttu",
            (Reason::Consent, Self::Swedish) => "Samtycket återkallat",
            (Reason::Consent, Self::English) => "Consent withdrawn",
            (Reason::FormerUser, Self::Finnish) => "Entisen käyttäjän säilytysaika päättynyt",
            (Reason::FormerUser, Self::Swedish) => "Förvaringstiden för en tidigare användare slut",
            (Reason::FormerUser, Self::English) => "A former user's retention period over",
        }
    }
}
