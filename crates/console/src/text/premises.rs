//! Whether the premises agree, in plain words.

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
    state_other_register: "Eri rekisteri", "Ett annat register", "Another register";
    state_other_version: "Eri ohjelmaversio", "En annan programversion", "Another version";
    other_register_help: "Tämä toimipiste kuuluu toiseen rekisteriin, joten tietoja ei vaihdeta. Tarkista liittäminen.",
        "Verksamhetsstället hör till ett annat register, så inga uppgifter utbyts. Kontrollera anslutningen.",
        "This premises belongs to another register, so nothing is exchanged. Check the pairing.";
    other_version_help: "Toimipisteissä on eri ohjelmaversiot, joten tietoja ei vaihdeta. Päivitä vanhempi.",
        "Verksamhetsställena har olika programversioner, så inga uppgifter utbyts. Uppdatera den äldre.",
        "The premises run different versions, so nothing is exchanged. Update the older one.";
    state_twin: "Sama kone kahteen kertaan", "Samma dator två gånger", "The same computer twice";
    twin_help: "Yksi toimipisteiden koneista on kopio toisesta, joka on käytössä. Kopion kanssa ei vaihdeta tietoja. Sammuta kopio.",
        "En av verksamhetsställenas datorer är en kopia av en annan som används. Inga uppgifter utbyts med kopian. Stäng av kopian.",
        "One of the premises' computers is a copy of another that is in use. Nothing is exchanged with the copy. Switch the copy off.";
    check_line: "Tarkista linja", "Kontrollera linjen", "Check the line";
    check_line_hint: "Vertaa koko rekisteriä jokaisen yhteydessä olevan toimipisteen kanssa.",
        "Jämför hela registret med varje verksamhetsställe som nås.",
        "Compares the whole register with every premises in reach.";
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
    last_heard(when: &str):
        format!("Viimeksi kuultu {when}"), format!("Senast hörd {when}"), format!("Last heard {when}");
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
