//! The owner's desk: the clinic's settings and its papers.

use crate::text::{sentences, texts};

texts! {
    desk: "Pääkäyttäjän sivut", "Huvudanvändarens sidor", "The owner's pages";
    desk_short: "Hallinta", "Förvaltning", "Office";
    desk_overview: "Yleiskatsaus", "Översikt", "Overview";
    desk_clinic: "Klinikan tiedot", "Klinikens uppgifter", "The clinic";
    desk_papers: "Asiakirjat", "Dokument", "Documents";
    desk_breaches: "Tietoturvaloukkaukset", "Personuppgiftsincidenter", "Breaches";
    clinic_lead: "Nämä tiedot painetaan tietosuojaselosteeseen, muihin asiakirjoihin ja jokaiseen asiakkaan pakettiin. Ne ovat samat kaikissa toimipisteissä.",
        "Dessa uppgifter trycks i dataskyddsbeskrivningen, i andra dokument och i varje paket till en kund. De är desamma på alla verksamhetsställen.",
        "These are printed in the privacy notice, in other documents and in every package for a client. They are the same at all premises.";
    controller: "Rekisterinpitäjä", "Personuppgiftsansvarig", "Controller";
    clinic_name: "Rekisterinpitäjän nimi", "Den personuppgiftsansvariges namn", "Controller's name";
    business_id: "Y-tunnus", "FO-nummer", "Business ID";
    business_id_hint: "Esimerkiksi 1234567-1", "Till exempel 1234567-1", "For example 1234567-1";
    business_id_wrong: "Tarkista Y-tunnus: seitsemän numeroa, viiva ja tarkistusnumero.",
        "Kontrollera FO-numret: sju siffror, ett bindestreck och en kontrollsiffra.",
        "Check the business ID: seven digits, a hyphen and a check digit.";
    postal_address: "Postiosoite", "Postadress", "Postal address";
    register_name: "Rekisterin nimi", "Registrets namn", "Name of the register";
    contact_person: "Yhteyshenkilö rekisteriä koskevissa asioissa", "Kontaktperson i ärenden som gäller registret", "Contact person for the register";
    contact_phone: "Yhteyshenkilön puhelin", "Kontaktpersonens telefon", "Contact person's phone";
    contact_email: "Yhteyshenkilön sähköposti", "Kontaktpersonens e-post", "Contact person's e-mail";
    premises_printed: "Toimipisteet", "Verksamhetsställen", "Premises";
    premises_name_label: "Toimipisteen nimi", "Verksamhetsställets namn", "Name of the premises";
    premises_address: "Käyntiosoite", "Besöksadress", "Street address";
    premises_phone: "Puhelin", "Telefon", "Phone";
    periods: "Säilytysajat", "Förvaringstider", "Retention periods";
    periods_lead: "Ajat ovat tietosuojaselosteen lupaus asiakkaille, joten niitä ei voi muuttaa tässä.",
        "Tiderna är dataskyddsbeskrivningens löfte till kunderna och kan därför inte ändras här.",
        "The periods are the privacy notice's promise to clients, so they can't be changed here.";
    period_card: "Asiakaskortti viimeisestä käynnistä, merkinnät päivästään", "Kundkort från det senaste besöket, anteckningar från sitt datum", "Client card from the last visit, entries from their date";
    period_requests: "Tietosuojapyynnöt ja poistotodistukset", "Begäranden om dataskydd och raderingsintyg", "Requests and certificates of erasure";
    period_breaches: "Tietoturvaloukkaukset päättymisestä", "Personuppgiftsincidenter från att de avslutats", "Breaches from their end";
    period_audit: "Lokitiedot", "Logguppgifter", "Audit log";
    period_users: "Entiset käyttäjät", "Tidigare användare", "Former users";
    two_versions: "Tästä tiedosta on kaksi versiota, koska sitä muutettiin kahdessa toimipisteessä. Tallenna oikea.",
        "Det finns två versioner av uppgiften eftersom den ändrades på två verksamhetsställen. Spara den rätta.",
        "There are two versions of this, since it was changed at two premises. Save the right one.";
    also_says: "Toinen versio", "Den andra versionen", "The other version";
    papers_desk_lead: "Asiakirjat tehdään klinikan tiedoista. Tulosta selaimen tulostuksella A4-paperille.",
        "Dokumenten görs av klinikens uppgifter. Skriv ut på A4 med webbläsarens utskrift.",
        "The documents are made from the clinic's settings. Print them on A4 with the browser's own print command.";
    clinic_missing: "Klinikan tiedoista puuttuu jotakin, ja paikka jää asiakirjoissa tyhjäksi.",
        "Något saknas i klinikens uppgifter och stället blir tomt i dokumenten.",
        "Something is missing from the clinic's settings, and its place stays empty in the documents.";
    privacy_notice: "Tietosuojaseloste", "Dataskyddsbeskrivning", "Privacy notice";
    privacy_notice_for: "Asiakkaille: esille toimipisteisiin ja verkkosivulle", "Till kunderna: att visa på verksamhetsställena och på webbplatsen", "For clients: to be shown on the premises and the website";
    processing_record: "Seloste käsittelytoimista", "Register över behandling", "Record of processing";
    processing_record_for: "Tietosuojavaltuutetulle, kun hän sitä pyytää (30 artikla)", "Till dataombudsmannen när hen ber om det (artikel 30)", "For the Data Protection Ombudsman on request (Article 30)";
    undertaking_form: "Vaitiolositoumus", "Sekretessförbindelse", "Undertaking of confidentiality";
    undertaking_form_for: "Jokaiselle käyttäjälle allekirjoitettavaksi", "För varje användare att skriva under", "For every user to sign";
    notice_compared: "Mikä selosteessa on muuttunut", "Vad som har ändrats i beskrivningen", "What has changed in the notice";
    notice_compared_lead: "Vanha seloste kirjoitettiin ennen Kortistoa. Tässä on kohta kohdalta, mitä siinä luki, mitä nyt lukee ja miksi.",
        "Den gamla beskrivningen skrevs före Kortisto. Här ser du punkt för punkt vad som stod, vad som står nu och varför.",
        "The old notice was written before Kortisto. Here is, clause by clause, what it said, what it says now, and why.";
    notice_same: "Kohdat 6, 7 ja 8 ovat sisällöltään ennallaan: tiedot saadaan asiakkaalta, niitä ei luovuteta, eikä niitä siirretä EU:n tai ETA:n ulkopuolelle.",
        "Punkterna 6, 7 och 8 har samma innehåll som förut: uppgifterna fås av kunden, de lämnas inte ut och de överförs inte utanför EU eller EES.",
        "Clauses 6, 7 and 8 say the same as before: the data comes from the client, is not disclosed, and is not transferred outside the EU or EEA.";
    clause_word: "Kohta", "Punkt", "Clause";
    said_then: "Ennen", "Förr", "Then";
    says_now: "Nyt", "Nu", "Now";
    why_word: "Miksi", "Varför", "Why";
    notice_in_use: "Käyttöönotetut versiot", "Versioner som tagits i bruk", "Versions put in use";
    notice_none_in_use: "Mitään versiota ei ole vielä merkitty käyttöön.", "Ingen version har ännu tagits i bruk.", "No version has been put in use yet.";
    notice_is_current: "Käytössä oleva seloste on sama kuin tämä teksti.", "Beskrivningen som är i bruk är densamma som denna text.", "The notice in use is the same as this text.";
    notice_differs: "Teksti on muuttunut siitä, mikä on käytössä. Merkitse uusi versio käyttöön, kun se on asiakkaiden nähtävillä.",
        "Texten har ändrats sedan den version som är i bruk. Ta den nya versionen i bruk när kunderna kan se den.",
        "The text has changed since the version in use. Put the new version in use once clients can see it.";
    notice_from: "Käytössä alkaen", "I bruk från", "In use from";
    notice_mark: "Merkitse käyttöön", "Ta i bruk", "Put in use";
    notice_from_wrong: "Versio on jo merkitty tästä päivästä. Valitse toinen päivä.", "En version är redan tagen i bruk från den dagen. Välj en annan dag.", "A version is in use from that day already. Choose another day.";
    print_language: "Asiakirjan kieli", "Dokumentets språk", "Language of the document";
    paper_print_hint: "Tulostuu ilman valikoita ja painikkeita.", "Skrivs ut utan menyer och knappar.", "Prints without menus and buttons.";
    notice_controller: "1. Rekisterinpitäjä", "1. Personuppgiftsansvarig", "1. Controller";
    notice_contact: "2. Yhteyshenkilö rekisteriä koskevissa asioissa", "2. Kontaktperson i ärenden som gäller registret", "2. Contact person for the register";
    notice_register: "3. Rekisterin nimi", "3. Registrets namn", "3. Name of the register";
    record_controller: "Rekisterinpitäjä ja yhteyshenkilö", "Personuppgiftsansvarig och kontaktperson", "Controller and contact person";
    undertaking_name: "Nimi", "Namn", "Name";
    undertaking_role: "Tehtävä", "Uppgift", "Role";
    undertaking_date: "Paikka ja päivä", "Ort och datum", "Place and date";
    undertaking_sign: "Allekirjoitus", "Underskrift", "Signature";
    undertaking_received: "Vastaanottaja", "Mottagare", "Received by";
    undertaking_print: "Tulosta vaitiolositoumus", "Skriv ut sekretessförbindelsen", "Print the undertaking";
    agreement: "Sopimus käsittelystä", "Avtal om behandling", "Processing agreement";
    agreement_lead: "Päivä, jona käyttäjän kanssa on sovittu tietojen käsittelystä (28 ja 29 artikla). Vuokratuoliyrittäjän kanssa sopimus tehdään kirjallisesti.",
        "Den dag då behandlingen av uppgifter avtalades med användaren (artiklarna 28 och 29). Med en hyrstolsföretagare görs avtalet skriftligt.",
        "The day on which the processing was agreed with the user (Articles 28 and 29). With a rental-chair entrepreneur the agreement is made in writing.";
    agreement_made: "Sovittu", "Avtalat", "Agreed";
    agreement_none: "Ei merkitty", "Inte antecknat", "Not noted";
    agreement_save: "Merkitse sopimus", "Anteckna avtalet", "Note the agreement";
    agreement_wrong: "Kirjoita sopimuksen päivä muodossa 1.2.2024. Se ei voi olla tulevaisuudessa.",
        "Skriv avtalets datum så här: 1.2.2024. Det kan inte ligga i framtiden.",
        "Write the agreement's date like this: 1.2.2024. It can't be in the future.";
}

sentences! {
    years(count: i16): format!("{count} vuotta"), format!("{count} år"), format!("{count} years");
    notice_version(date: &str): format!("Käytössä {date} alkaen"), format!("I bruk från {date}"), format!("In use from {date}");
    printed_on(date: &str): format!("Tulostettu {date}"), format!("Utskriven {date}"), format!("Printed on {date}");
}
