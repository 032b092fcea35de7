//! What everybody is told first: a closed register, a clock in doubt, what waits, backups.

use register::replica::Quarantine;

use crate::desk::BackupFault;
use crate::text::{Language, plural, sentences, texts};

texts! {
    closed_title: "Rekisteri on suljettu", "Registret är stängt", "The register is closed";
    closed_short: "Rekisteri on suljettu: asiakkaita ei näytetä.", "Registret är stängt: inga kunder visas.", "The register is closed: no client is shown.";
    closed_opens: "Rekisteri avautuu itsestään heti, kun toinen toimipiste on tavoitettu ja poistot on vaihdettu. Tarkista, että molempien toimipisteiden kone ja verkko ovat päällä.",
        "Registret öppnas av sig självt så snart det andra verksamhetsstället har nåtts och raderingarna har utbytts. Kontrollera att dator och nätverk är på på båda ställena.",
        "The register opens by itself as soon as the other premises was reached and erasures were exchanged. See that the computers and the network are on at both.";
    closed_look: "Katso toimipisteiden tila", "Visa verksamhetsställenas läge", "Look at the premises";
    release_title: "Avaa rekisteri ilman toista toimipistettä", "Öppna registret utan det andra verksamhetsstället", "Open the register without the other premises";
    release_text: "Jos joku on sillä välin poistettu toisessa toimipisteessä, hänen tietonsa näkyvät täällä, kunnes yhteys palaa. Avaaminen kirjataan lokiin nimelläsi.",
        "Om någon under tiden har raderats på det andra verksamhetsstället syns personens uppgifter här tills förbindelsen är tillbaka. Öppnandet loggas i ditt namn.",
        "If somebody was erased at the other premises meanwhile, their data shows here until the line is back. Opening is logged in your name.";
    release_sure: "Ymmärrän tämän ja vastaan siitä", "Jag förstår det här och ansvarar för det", "I understand this and answer for it";
    release: "Avaa rekisteri", "Öppna registret", "Open the register";
    clock_title: "Kellonaika epäluotettava.", "Klockan opålitlig.", "Clock not trusted.";
    clock_effect: "Säilytysajan mukaan ei poisteta mitään, ennen kuin kello on tarkistettu.", "Inget raderas enligt förvaringstid innan klockan har kontrollerats.",
        "Nothing is deleted by its retention period until the clock has been checked.";
    clock_confirm: "Kello on oikeassa", "Klockan går rätt", "The clock is right";
    clock_confirm_text: "Vertaa kelloa puhelimen kelloon. Jos se on väärässä, korjaa tietokoneen aika; älä vahvista.",
        "Jämför klockan med telefonens. Om den går fel, ställ om datorns tid; bekräfta inte.",
        "Compare the clock with a phone's. If it is wrong, set the computer's time; do not confirm.";
    revoked: "Tämä kone on poistettu käytöstä.", "Den här datorn har tagits ur bruk.", "This computer was put out of use.";
    revoked_help: "Toinen toimipiste ei enää vaihda tietoja sen kanssa, eikä tällä koneella tehty enää siirry muualle. Kysy pääkäyttäjältä, ja lopeta työ tällä koneella.",
        "Det andra verksamhetsstället utbyter inte längre uppgifter med den, och det som görs på den når inga andra. Fråga huvudanvändaren och sluta arbeta på datorn.",
        "The other premises exchanges nothing with it any more, and what is done at this computer goes nowhere. Ask the owner, and stop working at it.";
    twin_which: "Sammuta se kone, joka käynnistettiin myöhemmin kopiosta, vanhasta levystä tai virtuaalikoneen tallenteesta; jätä päälle se, jolla on tehty töitä viimeksi.",
        "Stäng av den dator som startades senare från en kopia, en gammal skiva eller en sparad virtuell maskin; låt den vara på där man har arbetat senast.",
        "Switch off the computer that was started later, from a copy, an old disk or a virtual machine's snapshot; leave the one on at which people worked last.";
    dismiss: "Luettu", "Läst", "Read";
    backup_none: "Varmuuskopiota ei ole.", "Det finns ingen säkerhetskopia.", "There is no backup.";
    backup_none_help: "Jos tämä kone hajoaa, tiedot ovat vain toisessa toimipisteessä. Pääkäyttäjä ottaa varmuuskopioinnin käyttöön.",
        "Om den här datorn går sönder finns uppgifterna bara på det andra verksamhetsstället. Huvudanvändaren tar säkerhetskopieringen i bruk.",
        "If this computer breaks, the data is only at the other premises. The owner sets backups up.";
}

sentences! {
    clock_behind(now: &str, seen: &str):
        format!("Kone näyttää aikaa {now}, vaikka sen kello on jo ollut {seen}."),
        format!("Datorn visar {now}, fast dess klocka redan har varit {seen}."),
        format!("The computer shows {now}, though its clock has already been {seen}.");
    clock_ahead(now: &str, seen: &str):
        format!("Kone näyttää aikaa {now}, mutta viimeksi kello oli {seen}."),
        format!("Datorn visar {now}, men senast var klockan {seen}."),
        format!("The computer shows {now}, but last the clock was {seen}.");
    clock_differs(name: &str, days: i64):
        format!("Kello eroaa toimipisteen {name} kellosta yli {days} {}.", if days == 1 { "päivän" } else { "päivää" }),
        format!("Klockan skiljer sig mer än {days} {} från klockan på {name}.", if days == 1 { "dag" } else { "dagar" }),
        format!("The clock is more than {days} {} from the one at {name}.", if days == 1 { "day" } else { "days" });
    twin_seen(name: &str, when: &str):
        format!("{name}: koneen levystä on käynnistetty kopio (huomattu {when})."),
        format!("{name}: en kopia av datorns skiva har startats (märktes {when})."),
        format!("{name}: a copy of the computer's disk was started (noticed {when}).");
    certificate_runs_out(name: &str, days: i64):
        if days < 0 { format!("{name}: koneen varmenne on vanhentunut. Uusi se, niin yhteys palaa.") } else { format!("{name}: koneen varmenne vanhenee {days} päivän kuluttua. Uusi se ajoissa.") },
        if days < 0 { format!("{name}: datorns certifikat har gått ut. Förnya det, så återkommer förbindelsen.") } else { format!("{name}: datorns certifikat går ut om {days} dagar. Förnya det i tid.") },
        if days < 0 { format!("{name}: the computer's certificate has run out. Renew it and the line is back.") } else { format!("{name}: the computer's certificate runs out in {days} days. Renew it in time.") };
    met_erasure(when: &str):
        format!("Kortti, jota muokkasit, oli poistettu pysyvästi toisella toimipisteellä (tieto saapui {when}). Muutostasi ei säilytetty."),
        format!("Kortet som du ändrade hade raderats permanent på ett annat verksamhetsställe (beskedet kom {when}). Din ändring sparades inte."),
        format!("The card that you changed had been erased at another premises (word came {when}). Your change was not kept.");
    unconfirmed(count: usize):
        if count == 1 { "Yksi poisto odottaa toisen toimipisteen vahvistusta.".to_owned() } else { format!("{count} poistoa odottaa toisen toimipisteen vahvistusta.") },
        format!("{count} {} väntar på bekräftelse från ett annat verksamhetsställe.", plural(count, "radering", "raderingar")),
        format!("{count} {} for another premises to confirm.", plural(count, "erasure waits", "erasures wait"));
    deletion_waits(since: &str, names: &str):
        format!("Poistoja on odottanut yli 30 päivää, {since} alkaen: {names} ei ole ollut yhteydessä. Palauta yhteys, tai pura liittäminen, jos toimipiste on lopettanut."),
        format!("Raderingar har väntat i över 30 dagar, sedan {since}: {names} har inte varit i kontakt. Återställ förbindelsen, eller häv anslutningen om verksamhetsstället har upphört."),
        format!("Deletions have waited for more than 30 days, since {since}: {names} has not been in touch. Restore the line, or unpair the premises if it has closed.");
    deletion_stuck(since: &str):
        format!("Poistoja on odottanut yli 30 päivää, {since} alkaen."),
        format!("Raderingar har väntat i över 30 dagar, sedan {since}."),
        format!("Deletions have waited for more than 30 days, since {since}.");
    backup_old(when: &str, days: i64):
        format!("Viimeisin onnistunut varmuuskopio on {days} päivän takaa ({when})."),
        format!("Den senaste lyckade säkerhetskopian är {days} dagar gammal ({when})."),
        format!("The last good backup is {days} days old ({when}).");
    backup_good(when: &str):
        format!("Viimeisin varmuuskopio {when}"), format!("Senaste säkerhetskopian {when}"), format!("Last backup {when}");
    backup_failed(when: &str, why: &str):
        format!("Viimeisin yritys {when} epäonnistui: {why}"), format!("Det senaste försöket {when} misslyckades: {why}"), format!("The last attempt {when} failed: {why}");
}

impl Language {
    /// Why the register is closed.
    pub(crate) const fn closed_why(self, why: Option<Quarantine>) -> &'static str {
        match (why, self) {
            (Some(Quarantine::Restored), Self::Finnish) => {
                "Tämä kone on palautettu varmuuskopiosta. Kopiossa voi olla asiakkaita, jotka on sen jälkeen poistettu pysyvästi, joten ketään ei vielä näytetä."
            }
            (Some(Quarantine::Restored), Self::Swedish) => {
                "Datorn har återställts från en säkerhetskopia. I kopian kan det finnas kunder som sedan dess har raderats permanent, så ingen visas ännu."
            }
            (Some(Quarantine::Restored), Self::English) => {
                "This computer was restored from a backup. It may hold clients who were erased since, so nobody is shown yet."
            }
            (Some(Quarantine::Alone), Self::Finnish) => {
                "Tämä toimipiste ei ole tavoittanut toista yli 35 päivään. Toisella on voitu poistaa asiakkaita pysyvästi, joten ketään ei näytetä."
            }
            (Some(Quarantine::Alone), Self::Swedish) => {
                "Det här verksamhetsstället har inte nått det andra på över 35 dagar. Där kan kunder ha raderats permanent, så ingen visas."
            }
            (Some(Quarantine::Alone), Self::English) => {
                "This premises has not reached the other for more than 35 days. Clients may have been erased there, so nobody is shown."
            }
            (None, _) => self.closed_short(),
        }
    }

    /// Why a backup failed, and what to do.
    pub(crate) const fn backup_fault(self, fault: BackupFault) -> &'static str {
        match (fault, self) {
            (BackupFault::Missing, Self::Finnish) => {
                "kohdetta ei löydy. Kiinnitä tikku tai tarkista kansio."
            }
            (BackupFault::Missing, Self::Swedish) => {
                "målet hittas inte. Sätt i minnet eller kontrollera mappen."
            }
            (BackupFault::Missing, Self::English) => {
                "the place is not there. Plug the stick in, or check the folder."
            }
            (BackupFault::Full, Self::Finnish) => "kohde on täynnä. Tee tilaa.",
            (BackupFault::Full, Self::Swedish) => "målet är fullt. Gör plats.",
            (BackupFault::Full, Self::English) => "the place is full. Make room.",
            (BackupFault::Denied, Self::Finnish) => {
                "kohteeseen ei saa kirjoittaa. Tarkista oikeudet."
            }
            (BackupFault::Denied, Self::Swedish) => {
                "det går inte att skriva till målet. Kontrollera rättigheterna."
            }
            (BackupFault::Denied, Self::English) => {
                "writing there is not allowed. Check the permissions."
            }
            (BackupFault::Unverified, Self::Finnish) => {
                "kopio ei ollut ehjä, kun se luettiin takaisin. Vaihda tikku."
            }
            (BackupFault::Unverified, Self::Swedish) => {
                "kopian var inte hel när den lästes tillbaka. Byt minne."
            }
            (BackupFault::Unverified, Self::English) => {
                "the copy was not whole when read back. Change the stick."
            }
            (BackupFault::Other, Self::Finnish) => "syy on tämän koneen lokissa.",
            (BackupFault::Other, Self::Swedish) => "orsaken finns i datorns logg.",
            (BackupFault::Other, Self::English) => "the reason is in this computer's log.",
        }
    }
}
