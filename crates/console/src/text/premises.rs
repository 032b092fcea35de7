//! Whether the premises agree, in plain words.

use std::time::Duration;

use register::replica::PeerState;

use crate::text::{Language, plural, sentences, texts};

texts! {
    premises: "Toimipisteet", "Verksamhetsställen", "Premises";
    premises_lead: "Jokainen toimipiste pitää koko rekisteriä. Kun linja on poikki, työ jatkuu ja muutokset odottavat; linjan palattua ne siirtyvät itsestään.",
        "Varje verksamhetsställe har hela registret. När linjen är bruten fortsätter arbetet och ändringarna väntar; när linjen är tillbaka går de över av sig själva.",
        "Each premises holds the whole register. When the line is down work goes on and changes wait; when it is back they cross by themselves.";
    this_premises: "tämä toimipiste", "det här stället", "this one";
    unnamed_premises: "Toinen toimipiste", "Det andra verksamhetsstället", "The other premises";
    no_peers: "Muita toimipisteitä ei ole liitetty.", "Inga andra verksamhetsställen är anslutna.", "No other premises are paired.";
    alone: "Yksi toimipiste", "Ett verksamhetsställe", "One premises";
    nothing_waits: "Mikään täällä tehty ei odota siirtoa.", "Inget som gjorts här väntar på överföring.", "Nothing made here waits to be sent.";
    state_agreed: "Samat tiedot molemmissa", "Samma uppgifter på båda", "Both have the same";
    state_exchanging: "Tietoja siirretään", "Uppgifter överförs", "Changes are on their way";
    state_greeting: "Yhteyttä avataan", "Förbindelsen öppnas", "Connecting";
    state_apart: "Ei yhteyttä – työ jatkuu täällä", "Ingen förbindelse – arbetet fortsätter här", "Out of reach – work goes on here";
    state_apart_day: "Ei yhteyttä yli vuorokauteen", "Ingen förbindelse på över ett dygn", "Out of reach for more than a day";
    state_apart_month: "Ei yhteyttä yli 30 päivään", "Ingen förbindelse på över 30 dagar", "Out of reach for more than 30 days";
    state_never: "Yhteyttä ei ole vielä ollut", "Ingen förbindelse hittills", "Not reached yet";
    apart_check: "Tarkista yhteys alta.", "Kontrollera förbindelsen nedan.", "Check the line below.";
    update_here: "Tämän koneen ohjelma on vanhempi, eikä tietoja siksi vaihdeta. Päivitä tämä kone.",
        "Programmet på den här datorn är äldre, så inga uppgifter utbyts. Uppdatera den här datorn.",
        "The program of this computer is older, so nothing is exchanged. Update this computer.";
    line_cut: "Yhteys on katkaistu tarkoituksella", "Förbindelsen har brutits avsiktligt", "The line is cut on purpose";
    waits_to_go: "Odottaa siirtoa sinne", "Väntar på att gå dit", "Waits to go there";
    waits_to_come: "Tulossa sieltä tänne", "På väg hit därifrån", "To come from there";
    coming: "Siellä tehtyjä muutoksia siirretään parhaillaan.", "Ändringar som gjorts där överförs just nu.", "Changes made there are on their way.";
    coming_unknown: "Siellä tehdyt muutokset tulevat, kun yhteys palaa; niitä ei vielä tunneta täällä.",
        "Ändringar som gjorts där kommer när förbindelsen är tillbaka; de är inte kända här ännu.",
        "Changes made there come when the line is back; they are not known here yet.";
    nothing_comes: "Kaikki siellä tehty on täällä.", "Allt som gjorts där finns här.", "All that was made there is here.";
    record_settings: "Klinikan yhteiset tiedot", "Klinikens gemensamma uppgifter", "The clinic's common details";
    record_catalogue: "Hoitoluettelo", "Behandlingskatalogen", "The treatment catalogue";
    more_of_line: "Yhteyden ja koneen tiedot", "Uppgifter om förbindelsen och datorn", "More on the line and the computer";
    heard_last: "Viimeksi kuultu", "Senast hörd", "Last heard";
    round_trip: "Viive edestakaisin", "Fördröjning fram och tillbaka", "Round trip";
    clock_there: "Kello siellä", "Klockan där", "The clock there";
    clock_same: "sama kuin täällä", "samma som här", "the same as here";
    compared_last: "Koko rekisteri verrattu", "Hela registret jämfört", "Everything compared";
    compared_never: "ei vielä", "inte ännu", "not yet";
    records_held: "Tietueita täällä", "Poster här", "Records here";
    records_there: "Tietueita siellä", "Poster där", "Records there";
    program_here: "Ohjelmaversio", "Programversion", "Program version";
    program_there: "Ohjelmaversio siellä", "Programversion där", "Program version there";
    certificate_made: "Varmenne alkaa", "Certifikatet börjar", "Certificate begins";
    certificate_valid: "Varmenne voimassa", "Certifikatet gäller", "Certificate valid";
    key_ready: "Tämä kone siirtyy uuteen avaimeen: kaikki toimipisteet tuntevat sen jo.",
        "Datorn går över till en ny nyckel: alla verksamhetsställen känner den redan.",
        "This computer goes over to a new key: every premises knows it by now.";
    revoke: "Poista käytöstä", "Ta ur bruk", "Put out of use";
    revoke_lead: "Kun kone on kadonnut, varastettu tai poistettu lopullisesti. Tätä ei voi perua.",
        "När datorn är borta, stulen eller har tagits bort för gott. Det kan inte ångras.",
        "For a computer that is lost, stolen or retired for good. It can't be undone.";
    revoke_happens: "Mitä tapahtuu", "Det här händer", "What will happen";
    revoke_everywhere: "Yksikään toimipiste ei enää vaihda tietoja sen kanssa. Tieto leviää muihin heti, kun niihin on yhteys.",
        "Inget verksamhetsställe utbyter längre uppgifter med den. Beskedet når de andra så snart de är inom räckhåll.",
        "No premises exchanges anything with it any more. Word goes to the others as soon as they are in reach.";
    revoke_disk: "Sen levyllä olevat tiedot eivät häviä. Jos kone on varastettu, tee ilmoitus tietoturvaloukkauksesta.",
        "Uppgifterna på dess skiva försvinner inte. Om datorn är stulen, anmäl en personuppgiftsincident.",
        "What is on its disk does not go. If it was stolen, record a breach.";
    revoke_staff: "Käyttäjät ja asiakaskortit säilyvät muissa toimipisteissä.", "Användare och kundkort finns kvar på de andra ställena.",
        "Users and client cards stay at the other premises.";
    revoke_new: "Uusi kone liitetään tilalle uutena. Vanha tunnus ei palaa.", "En ny dator ansluts som ny. Den gamla identiteten återkommer inte.",
        "A new computer is paired in its place as a new one. The old identity never comes back.";
    revoke_lost_all: "Mitään siellä tehtyä ei ole vielä siirretty tänne. Se jää saamatta.", "Inget som gjorts där har ännu överförts hit. Det går förlorat.",
        "Nothing made there has come here yet. It will not come.";
    revoke_name: "Kirjoita toimipisteen nimi", "Skriv verksamhetsställets namn", "Type the name of the premises";
    revoke_name_wrong: "Nimi ei ole sama kuin toimipisteen. Tarkista, että toimipiste on oikea.",
        "Namnet är inte verksamhetsställets. Kontrollera att det är rätt ställe.",
        "The name is not that of the premises. See that it is the right one.";
    out_of_use: "Käytöstä poistetut koneet", "Datorer ur bruk", "Computers out of use";
    out_for_good: "Poistoa ei voi perua.", "Det kan inte ångras.", "It can't be undone.";
    out_known_here: "Tämä toimipiste ei enää vaihda tietoja niiden kanssa.", "Det här verksamhetsstället utbyter inte längre uppgifter med dem.",
        "This premises exchanges nothing with them any more.";
    state_other_register: "Eri rekisteri", "Ett annat register", "Another register";
    state_other_version: "Eri ohjelmaversio", "En annan programversion", "Another version";
    other_register_help: "Tämä toimipiste kuuluu toiseen rekisteriin, joten tietoja ei vaihdeta. Tarkista liittäminen.",
        "Verksamhetsstället hör till ett annat register, så inga uppgifter utbyts. Kontrollera anslutningen.",
        "This premises belongs to another register, so nothing is exchanged. Check the pairing.";
    other_version_help: "Toimipisteissä on eri ohjelmaversiot, joten tietoja ei vaihdeta. Päivitä vanhempi.",
        "Verksamhetsställena har olika programversioner, så inga uppgifter utbyts. Uppdatera den äldre.",
        "The premises run different versions, so nothing is exchanged. Update the older one.";
    through_others: "Muutokset kulkevat muiden toimipisteiden kautta.",
        "Ändringarna går via de andra verksamhetsställena.",
        "Changes travel through the other premises.";
    state_twin: "Sama kone kahteen kertaan", "Samma dator två gånger", "The same computer twice";
    twin_help: "Yksi toimipisteiden koneista on kopio toisesta, joka on käytössä. Kopion kanssa ei vaihdeta tietoja. Sammuta kopio.",
        "En av verksamhetsställenas datorer är en kopia av en annan som används. Inga uppgifter utbyts med kopian. Stäng av kopian.",
        "One of the premises' computers is a copy of another that is in use. Nothing is exchanged with the copy. Switch the copy off.";
}

sentences! {
    holds(count: usize):
        if count == 1 { "Täällä on yksi asiakaskortti.".to_owned() } else { format!("Täällä on {count} asiakaskorttia.") },
        format!("Här finns {count} kundkort."),
        format!("{count} client {} here.", plural(count, "card is", "cards are"));
    waiting(count: usize):
        if count == 1 { "Yksi kortti odottaa siirtoa".to_owned() } else { format!("{count} korttia odottaa siirtoa") },
        format!("{count} kort väntar på överföring"),
        format!("{count} {} to be sent", plural(count, "card waits", "cards wait"));
    waiting_since(when: &str):
        format!("(vanhin {when} alkaen)."), format!("(det äldsta sedan {when})."), format!("(the oldest since {when}).");
    line_up_since(when: &str):
        format!("Yhteys {when} alkaen"), format!("Förbindelse sedan {when}"), format!("Connected since {when}");
    line_down_since(when: &str):
        format!("{when} alkaen"), format!("sedan {when}"), format!("since {when}");
    apart_closes(days: i64):
        if days == 0 { "Tämä toimipiste sulkee rekisterin, kunnes yhteys palaa. Tarkista yhteys alta.".to_owned() } else { format!("Jos yhteys ei palaa {days} {} kuluessa, tämä toimipiste sulkee rekisterin, kunnes se palaa. Tarkista yhteys alta.", if days == 1 { "vuorokauden" } else { "päivän" }) },
        if days == 0 { "Det här verksamhetsstället stänger registret tills förbindelsen är tillbaka. Kontrollera förbindelsen nedan.".to_owned() } else { format!("Om förbindelsen inte är tillbaka inom {days} {} stänger det här verksamhetsstället registret tills den är det. Kontrollera förbindelsen nedan.", if days == 1 { "dag" } else { "dagar" }) },
        if days == 0 { "This premises closes the register until the line is back. Check the line below.".to_owned() } else { format!("Unless the line is back within {days} {}, this premises closes the register until it is. Check the line below.", if days == 1 { "day" } else { "days" }) };
    update_there(name: &str):
        format!("Ohjelma toimipisteessä {name} on vanhempi, eikä tietoja siksi vaihdeta. Päivitä se siellä."),
        format!("Programmet på {name} är äldre, så inga uppgifter utbyts. Uppdatera det där."),
        format!("The program at {name} is older, so nothing is exchanged. Update it there.");
    record_user(name: &str):
        format!("Käyttäjä {name}"), format!("Användare {name}"), format!("User {name}");
    records_more(count: usize):
        if count == 1 { "ja yksi muu".to_owned() } else { format!("ja {count} muuta") },
        if count == 1 { "och en annan".to_owned() } else { format!("och {count} andra") },
        if count == 1 { "and one more".to_owned() } else { format!("and {count} more") };
    milliseconds(time: Duration):
        format!("{} ms", time.as_micros().div_ceil(1000)), format!("{} ms", time.as_micros().div_ceil(1000)), format!("{} ms", time.as_micros().div_ceil(1000));
    clock_ahead_there(seconds: i64):
        if seconds > 0 { format!("{} edellä", apart(seconds)) } else { format!("{} jäljessä", apart(seconds)) },
        if seconds > 0 { format!("{} före", apart(seconds)) } else { format!("{} efter", apart(seconds)) },
        if seconds > 0 { format!("{} ahead", apart(seconds)) } else { format!("{} behind", apart(seconds)) };
    certificate_until(until: &str, days: i64):
        if days < 0 { format!("vanhentunut {until}") } else { format!("{until} asti ({days} pv)") },
        if days < 0 { format!("gick ut {until}") } else { format!("till {until} ({days} d)") },
        if days < 0 { format!("ran out {until}") } else { format!("until {until} ({days} d)") };
    key_waits(names: &str):
        format!("Tämä kone siirtyy uuteen avaimeen, kun tieto siitä on perillä: {names}."),
        format!("Datorn går över till en ny nyckel när beskedet har nått {names}."),
        format!("This computer goes over to a new key once word of it has reached {names}.");
    revoke_title(name: &str):
        format!("Poista käytöstä: {name}"), format!("Ta ur bruk: {name}"), format!("Put out of use: {name}");
    revoke_waiting(count: usize):
        if count == 1 { "Yksi täällä muutettu kortti ei ole vielä siellä. Se ei enää mene sinne.".to_owned() } else { format!("{count} täällä muutettua korttia ei ole vielä siellä. Ne eivät enää mene sinne.") },
        format!("{count} {} här finns inte där ännu. De går inte längre dit.", plural(count, "kort som ändrats", "kort som ändrats")),
        format!("{count} {} changed here {} not there yet, and will not go there.", plural(count, "card", "cards"), plural(count, "is", "are"));
    revoke_lost(when: &str):
        format!("Tiedot olivat samat viimeksi {when}. Mitä siellä on sen jälkeen tehty, jää saamatta."),
        format!("Uppgifterna var desamma senast {when}. Det som har gjorts där sedan dess går förlorat."),
        format!("Both last held the same {when}. What was made there since then will not come.");
    out_known_at(names: &str):
        format!("Tieto on perillä: {names}."), format!("Beskedet har nått {names}."), format!("Word has reached {names}.");
    out_unknown_at(names: &str):
        format!("Tieto ei ole vielä perillä: {names}. Sinne asti kadonnut kone voi yhä yhdistää."),
        format!("Beskedet har inte ännu nått {names}. Dit kan den borttagna datorn fortfarande ansluta sig."),
        format!("Word has not yet reached {names}. The computer can still connect there.");
    last_heard(when: &str):
        format!("Viimeksi kuultu {when}"), format!("Senast hörd {when}"), format!("Last heard {when}");
}

/// A difference of clocks in the largest unit of which it holds more than one.
fn apart(seconds: i64) -> String {
    match seconds.unsigned_abs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

impl Language {
    /// Both agree; when that was last found.
    pub(crate) fn agreed_at(self, since: Option<&str>) -> String {
        match (self, since) {
            (Self::Finnish, Some(since)) => format!("Viimeksi synkronoitu {since}."),
            (Self::Finnish, None) => "Tiedot ovat samat.".to_owned(),
            (Self::Swedish, Some(since)) => format!("Senast synkroniserat {since}."),
            (Self::Swedish, None) => "Uppgifterna är desamma.".to_owned(),
            (Self::English, Some(since)) => format!("Last synced {since}."),
            (Self::English, None) => "Both hold the same.".to_owned(),
        }
    }

    /// Something is under way.
    pub(crate) fn exchanging_since(self, since: Option<&str>) -> String {
        match (self, since) {
            (Self::Finnish, Some(since)) => {
                format!("Siirto on kesken. Viimeksi tiedot olivat samat {since}.")
            }
            (Self::Finnish, None) => "Ensimmäinen siirto on kesken.".to_owned(),
            (Self::Swedish, Some(since)) => {
                format!("Överföringen pågår. Uppgifterna var desamma senast {since}.")
            }
            (Self::Swedish, None) => "Den första överföringen pågår.".to_owned(),
            (Self::English, Some(since)) => {
                format!("Changes are crossing. Both last held the same {since}.")
            }
            (Self::English, None) => "The first exchange is under way.".to_owned(),
        }
    }

    /// The line is down.
    pub(crate) fn apart_since(self, since: Option<&str>) -> String {
        match (self, since) {
            (Self::Finnish, Some(since)) => format!(
                "Tiedot olivat samat viimeksi {since}. Sen jälkeen tehdyt muutokset siirtyvät, kun yhteys palaa."
            ),
            (Self::Finnish, None) => "Yhteyttä ei ole vielä ollut.".to_owned(),
            (Self::Swedish, Some(since)) => format!(
                "Uppgifterna var desamma senast {since}. Senare ändringar går över när förbindelsen är tillbaka."
            ),
            (Self::Swedish, None) => "Det har inte funnits någon förbindelse ännu.".to_owned(),
            (Self::English, Some(since)) => format!(
                "Both last held the same {since}. Changes made since then cross when the line is back."
            ),
            (Self::English, None) => "There has been no connection yet.".to_owned(),
        }
    }

    /// The pill in every page's header.
    pub(crate) fn line(self, state: PeerState, waiting: usize, name: &str) -> String {
        match (self, state) {
            (_, PeerState::Agreed) if waiting == 0 => match self {
                Self::Finnish => "Ajan tasalla".to_owned(),
                Self::Swedish => "Uppdaterat".to_owned(),
                Self::English => "Up to date".to_owned(),
            },
            (Self::Finnish, PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting) => {
                "Siirretään".to_owned()
            }
            (Self::Swedish, PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting) => {
                "Överförs".to_owned()
            }
            (Self::English, PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting) => {
                "Exchanging".to_owned()
            }
            (Self::Finnish, PeerState::Apart) => format!("{name}: ei yhteyttä"),
            (Self::Swedish, PeerState::Apart) => format!("{name}: ingen förbindelse"),
            (Self::English, PeerState::Apart) => format!("{name}: out of reach"),
            (_, PeerState::OtherRegister) => format!("{name}: {}", self.state_other_register()),
            (_, PeerState::OtherVersion) => format!("{name}: {}", self.state_other_version()),
            (_, PeerState::Twin) => format!("{name}: {}", self.state_twin()),
        }
    }
}
