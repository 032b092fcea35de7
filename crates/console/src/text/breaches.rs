//! The breach register and what the node held (GDPR Articles 33 and 34).

use crate::text::{sentences, texts};

texts! {
    breaches_lead: "Tietoturvaloukkaus on mikä tahansa tapaus, jossa henkilötietoja katoaa, muuttuu tai joutuu vääriin käsiin. Kirjaa jokainen, pienikin. Tietosuojavaltuutetulle ilmoitetaan 72 tunnin kuluessa siitä, kun loukkaus huomattiin, ellei siitä todennäköisesti aiheudu riskiä ihmisille.",
        "En personuppgiftsincident är varje fall där personuppgifter försvinner, ändras eller hamnar hos fel person. Anteckna alla, också små. Dataombudsmannen ska underrättas inom 72 timmar från att incidenten upptäcktes, om den sannolikt medför en risk för människor.",
        "A breach is any case in which personal data is lost, changed or comes into the wrong hands. Record every one, even small ones. The Data Protection Ombudsman has to be told within 72 hours of its being noticed, unless it is unlikely to be a risk to people.";
    breach: "Tietoturvaloukkaus", "Personuppgiftsincident", "Breach";
    breach_new: "Kirjaa loukkaus", "Anteckna en incident", "Record a breach";
    breaches_open: "Avoimet", "Öppna", "Open";
    breaches_closed: "Päättyneet", "Avslutade", "Closed";
    breaches_none_open: "Avoimia loukkauksia ei ole.", "Det finns inga öppna incidenter.", "No breach is open.";
    breaches_kept: "Päättynyt loukkaus poistetaan viiden vuoden kuluttua.", "En avslutad incident raderas efter fem år.", "A closed breach is deleted after five years.";
    breach_noticed: "Huomattu", "Upptäckt", "Noticed";
    breach_noticed_date: "Päivä, jona huomattiin", "Den dag då den upptäcktes", "Day on which it was noticed";
    breach_noticed_time: "Kellonaika", "Klockslag", "Time";
    breach_time_hint: "Esimerkiksi 13.05", "Till exempel 13.05", "For example 13.05";
    breach_time_wrong: "Kirjoita kellonaika muodossa 13.05.", "Skriv klockslaget så här: 13.05.", "Write the time like this: 13.05.";
    breach_ahead: "Hetki on tulevaisuudessa tai liian kaukana menneisyydessä.", "Tidpunkten ligger i framtiden eller för långt tillbaka.", "That moment is in the future, or too long ago.";
    told_date_wrong: "Kirjoita ilmoituksen päivä muodossa 1.2.2024. Se ei voi olla tulevaisuudessa.",
        "Skriv dagen så här: 1.2.2024. Den kan inte ligga i framtiden.",
        "Write the day like this: 1.2.2024. It can't be in the future.";
    breach_what: "Mitä tapahtui ja milloin", "Vad som hände och när", "What happened and when";
    breach_what_hint: "Älä kirjoita asiakkaiden nimiä: riittää, keitä ja montako.", "Skriv inte kunders namn: det räcker med vilka och hur många.", "Don't write clients' names: which kind and how many is enough.";
    breach_categories: "Keitä ja millaisia tietoja se koskee", "Vilka personer och uppgifter det gäller", "Whom and what kind of data it concerns";
    breach_people: "Noin montako ihmistä", "Ungefär hur många personer", "About how many people";
    breach_people_wrong: "Kirjoita luku, esimerkiksi 12.", "Skriv ett tal, till exempel 12.", "Write a number, for example 12.";
    breach_consequences: "Todennäköiset seuraukset", "Sannolika konsekvenser", "Likely consequences";
    breach_measures: "Mitä on tehty", "Vad som har gjorts", "What has been done";
    breach_authority: "Ilmoitus tietosuojavaltuutetulle", "Anmälan till dataombudsmannen", "Telling the Data Protection Ombudsman";
    breach_persons: "Ilmoitus niille, joita se koskee", "Information till dem som det gäller", "Telling the people concerned";
    telling_open: "Ei vielä päätetty", "Inte beslutat ännu", "Not decided yet";
    telling_told: "Ilmoitettu", "Underrättats", "Told";
    telling_not: "Ei ilmoiteta", "Underrättas inte", "Not told";
    telling_date: "Ilmoituksen päivä", "Dag för anmälan", "Day they were told";
    telling_reason: "Miksi ei ilmoiteta", "Varför inte", "Why not";
    persons_date: "Päivä, jona heille ilmoitettiin", "Den dag då de underrättades", "Day the people were told";
    persons_reason: "Miksi heille ei ilmoiteta", "Varför de inte underrättas", "Why the people are not told";
    breach_delay: "Miksi ilmoitus viivästyi yli 72 tuntia", "Varför anmälan dröjde över 72 timmar", "Why telling took longer than 72 hours";
    breach_delay_needed: "Ilmoitus on myöhässä: kirjoita syy viivästykseen.", "Anmälan är försenad: skriv orsaken till dröjsmålet.", "It is late: write why it took longer.";
    telling_reason_needed: "Kirjoita, miksi ei ilmoiteta.", "Skriv varför ingen underrättas.", "Write why nobody is told.";
    breach_close: "Tapaus on käsitelty loppuun", "Ärendet är slutbehandlat", "The case is closed";
    breach_incomplete: "Tapauksen voi päättää, kun kaikki kohdat on täytetty ja molemmista ilmoituksista on päätetty.",
        "Ärendet kan avslutas när alla punkter är ifyllda och båda underrättelserna har avgjorts.",
        "It can be closed once every field is filled in and both decisions about telling are made.";
    breach_closed: "Päättynyt", "Avslutad", "Closed";
    breach_late: "72 tuntia on kulunut", "72 timmar har gått", "The 72 hours have passed";
    breach_helpers: "Avuksi selvitykseen", "Hjälp för utredningen", "To help find out";
    breach_seen_by: "Mitä kortteja käyttäjä katsoi tiettynä aikana:", "Vilka kort en användare såg under en viss tid:",
        "Which cards a user looked at in a given time:";
    held: "Mitä tämä kone sisälsi", "Vad den här datorn innehöll", "What this node held";
    held_lead: "Tulosta tämä, jos kone katoaa tai joutuu vääriin käsiin. Luvut ovat tältä hetkeltä.",
        "Skriv ut detta om datorn försvinner eller hamnar i fel händer. Siffrorna är från detta ögonblick.",
        "Print this when the computer is lost or falls into the wrong hands. The figures are of this moment.";
    held_clients: "Asiakaskortteja", "Kundkort", "Client cards";
    held_users: "Käyttäjiä", "Användare", "Users";
    held_kinds: "Millaisia tietoja", "Slag av uppgifter", "Kinds of data";
    held_kinds_text: "Asiakkaista nimi, syntymävuosi, yhteystiedot, terveystiedot, hoidot, merkinnät sopimuksista, suostumukset, pyynnöt ja muistiinpanot. Käyttäjistä nimi, rooli ja salasanan tiiviste. Loki korttien katseluista.",
        "Om kunder namn, födelseår, kontaktuppgifter, hälsouppgifter, behandlingar, anteckningar om avtal, samtycken, begäranden och anteckningar. Om användare namn, roll och lösenordets kontrollsumma. En logg över öppnade kort.",
        "Of clients name, year of birth, contact details, health information, treatments, notes of contracts, consents, requests and notes. Of users name, role and the password's hash. A log of opened cards.";
    held_sealed: "Miten tiedot on suojattu", "Hur uppgifterna är skyddade", "How the data is protected";
    held_sealed_text: "Kaikki on salattu levyllä. Jokaisella kortilla on oma avain.", "Allt är krypterat på disken. Varje kort har en egen nyckel.", "Everything is encrypted on disk. Every card has a key of its own.";
    held_keys: "Missä avaimet ovat", "Var nycklarna finns", "Where the keys are";
    keys_unknown: "Ei tiedossa", "Inte känt", "Not known";
    keys_beside_file: "Samassa koneessa tietojen vieressä, ilman erillistä salaisuutta. Levyn saanut voi avata tiedot, ellei koko levyä ole salattu.",
        "I samma dator bredvid uppgifterna, utan någon skild hemlighet. Den som fått disken kan öppna uppgifterna, om inte hela disken är krypterad.",
        "In the same computer beside the data, with no secret apart. Whoever has the disk can open the data, unless the whole disk is encrypted.";
    keys_beside_secret: "Samassa koneessa, suljettuna salaisuudella, jota tietojen vieressä ei ole.",
        "I samma dator, förseglade med en hemlighet som inte finns bredvid uppgifterna.",
        "In the same computer, sealed with a secret that does not lie beside the data.";
    keys_apart_file: "Erillisellä taltiolla. Pelkkä kone ilman taltiota ei avaa tietoja.",
        "På en skild volym. Datorn utan volymen öppnar inte uppgifterna.",
        "On a volume apart. The computer without that volume does not open the data.";
    keys_apart_secret: "Erillisellä taltiolla ja suljettuna salaisuudella.", "På en skild volym och förseglade med en hemlighet.", "On a volume apart, and sealed with a secret.";
    held_backup: "Viimeisin varmuuskopio", "Senaste säkerhetskopia", "Last backup";
    held_no_backup: "Tämä kone ei tee varmuuskopioita.", "Den här datorn gör inga säkerhetskopior.", "This computer makes no backups.";
    held_never_backed: "Ei vielä onnistunutta varmuuskopiota.", "Ingen lyckad säkerhetskopia ännu.", "No good backup yet.";
    held_peers: "Muut toimipisteet, joilla on samat tiedot", "Andra verksamhetsställen med samma uppgifter", "Other premises that hold the same";
    held_no_peers: "Ei muita.", "Inga andra.", "No others.";
}

sentences! {
    hours_left(hours: i64): if hours == 1 { "1 tunti jäljellä".to_owned() } else { format!("{hours} tuntia jäljellä") },
        if hours == 1 { "1 timme kvar".to_owned() } else { format!("{hours} timmar kvar") },
        if hours == 1 { "1 hour left".to_owned() } else { format!("{hours} hours left") };
    tell_by(moment: &str): format!("Ilmoita viimeistään {moment}"), format!("Anmäl senast {moment}"), format!("To be told by {moment}");
    breaches_run(count: usize): if count == 1 { "Yhdestä tietoturvaloukkauksesta ei ole vielä päätetty ilmoitusta".to_owned() } else { format!("{count} tietoturvaloukkauksesta ei ole vielä päätetty ilmoitusta") },
        if count == 1 { "Om en personuppgiftsincident har anmälan inte avgjorts ännu".to_owned() } else { format!("Om {count} personuppgiftsincidenter har anmälan inte avgjorts ännu") },
        if count == 1 { "Of one breach it is not decided yet whether to tell".to_owned() } else { format!("Of {count} breaches it is not decided yet whether to tell") };
    breach_goes(date: &str): format!("Poistetaan {date}"), format!("Raderas {date}"), format!("To be deleted {date}");
    told_on(date: &str): format!("Ilmoitettu {date}"), format!("Underrättats {date}"), format!("Told {date}");
    not_told(why: &str): format!("Ei ilmoiteta: {why}"), format!("Underrättas inte: {why}"), format!("Not told: {why}");
}
