//! Pairing with another premises.

use crate::pairing::PairingFault;
use crate::text::{Language, plural, sentences, texts};

texts! {
    pair_title: "Liitä toimipiste", "Anslut ett verksamhetsställe", "Pair a premises";
    pair_lead: "Kaksi toimipistettä liitetään kutsulla. Toisessa tehdään kutsu ja toisessa se syötetään; sitten kumpikin vahvistaa, että molemmilla näytöillä on samat sanat.",
        "Två verksamhetsställen ansluts med en inbjudan. På det ena görs inbjudan och på det andra matas den in; sedan bekräftar båda att samma ord står på båda skärmarna.",
        "Two premises are paired by an invitation. It is made at one and entered at the other; then both confirm that both screens show the same words.";
    pair_begin: "Aloita", "Börja", "Begin";
    pair_prove: "Liittäminen antaa toiselle koneelle koko rekisterin, joten salasana kysytään ensin.",
        "Anslutningen ger en annan dator hela registret, så lösenordet frågas först.",
        "Pairing gives another computer the whole register, so the password is asked for first.";
    pair_prove_do: "Anna salasana", "Ge lösenordet", "Give the password";
    pair_invite: "Tee kutsu tässä toimipisteessä", "Gör en inbjudan här", "Make an invitation here";
    pair_invite_text: "Kutsu kelpaa kerran, kymmenen minuuttia. Sen haltija voi pyytää pääsyä rekisteriin, joten näytä se vain liitettävän toimipisteen omistajalle.",
        "Inbjudan gäller en gång, i tio minuter. Den som har den kan be om att få registret, så visa den bara för ägaren på stället som ansluts.",
        "The invitation works once, for ten minutes. Whoever holds it may ask for the register, so show it only to the owner of the premises that joins.";
    pair_address: "Osoite, josta tämä toimipiste tavoitetaan", "Adress där det här stället nås", "Address at which this premises is reached";
    pair_address_hint: "Vain, jos toimipisteet ovat eri verkoissa: reitittimen julkinen nimi tai osoite, esimerkiksi hoitola.example.fi. Muuten jätä tyhjäksi.",
        "Bara om ställena finns i olika nätverk: routerns publika namn eller adress, till exempel klinik.example.fi. Lämna annars tomt.",
        "Only when the premises are in different networks: the router's public name or address, such as clinic.example.com. Leave empty otherwise.";
    pair_invite_do: "Tee kutsu", "Gör en inbjudan", "Make an invitation";
    pair_accept: "Syötä toisessa toimipisteessä tehty kutsu", "Mata in en inbjudan från det andra stället", "Enter an invitation from the other premises";
    pair_accept_text: "Jos tällä koneella ei ole vielä asiakkaita, se saa toisen toimipisteen rekisterin.",
        "Om den här datorn ännu inte har några kunder får den det andra ställets register.",
        "If this computer holds no clients yet, it gets the other premises' register.";
    pair_invitation: "Kutsu", "Inbjudan", "Invitation";
    pair_invitation_hint: "Alkaa sanalla KORTISTO. Väleillä, viivoilla ja kirjainkoolla ei ole väliä.",
        "Börjar med KORTISTO. Mellanslag, streck och stora eller små bokstäver spelar ingen roll.",
        "Begins with KORTISTO. Spaces, dashes and capitals don't matter.";
    pair_accept_do: "Liity", "Anslut", "Join";
    pair_invited: "Kutsu on tehty", "Inbjudan är gjord", "The invitation is made";
    pair_hand_over: "Avaa toisen toimipisteen konsolissa sama sivu ja syötä kutsu sinne: lue kuva puhelimella tai kopioi teksti turvallista tietä.",
        "Öppna samma sida i konsolen på det andra stället och mata in inbjudan där: läs bilden med en telefon eller kopiera texten på ett säkert sätt.",
        "Open this same page in the other premises' console and enter the invitation there: scan the picture with a phone, or copy the text in a safe way.";
    pair_waiting: "Odotetaan, että kutsu syötetään toisessa toimipisteessä.", "Väntar på att inbjudan matas in på det andra stället.", "Waiting for the invitation to be entered at the other premises.";
    pair_withdraw: "Peru kutsu", "Återta inbjudan", "Withdraw the invitation";
    pair_meeting: "Otetaan yhteyttä toiseen toimipisteeseen.", "Kontaktar det andra verksamhetsstället.", "Contacting the other premises.";
    pair_compare: "Vertaa sanoja", "Jämför orden", "Compare the words";
    pair_same: "Samat sanat – liitä", "Samma ord – anslut", "The same words – pair";
    pair_differs: "Eri sanat – keskeytä", "Andra ord – avbryt", "Different words – stop";
    pair_ready: "Valmis: molemmissa on samat tiedot.", "Klart: båda har samma uppgifter.", "Ready: both hold the same.";
    pair_connecting: "Yhteyttä avataan.", "Förbindelsen öppnas.", "Connecting.";
    pair_comparing_all: "Tietoja siirretään ja verrataan.", "Uppgifter överförs och jämförs.", "The register is being sent and compared.";
    pair_may_leave: "Sivulta voi poistua: siirto jatkuu itsestään.", "Sidan kan lämnas: överföringen fortsätter av sig själv.", "You may leave this page: it goes on by itself.";
    pair_failed: "Liittäminen ei onnistunut", "Anslutningen lyckades inte", "Pairing did not succeed";
    pair_again: "Aloita alusta", "Börja om", "Start over";
    pair_do: "Liitä toimipiste", "Anslut ett verksamhetsställe", "Pair a premises";
}

sentences! {
    pair_until(when: &str):
        format!("Voimassa {when} asti."), format!("Gäller till {when}."), format!("Holds until {when}.");
    pair_other(name: &str, clients: u64):
        match clients {
            0 => format!("Toinen toimipiste on {name}. Siellä ei ole vielä asiakkaita."),
            1 => format!("Toinen toimipiste on {name}. Siellä on yksi asiakas."),
            _ => format!("Toinen toimipiste on {name}. Siellä on {} asiakasta.", thousands(clients)),
        },
        match clients {
            0 => format!("Det andra verksamhetsstället är {name}. Där finns inga kunder ännu."),
            1 => format!("Det andra verksamhetsstället är {name}. Där finns en kund."),
            _ => format!("Det andra verksamhetsstället är {name}. Där finns {} kunder.", thousands(clients)),
        },
        match clients {
            0 => format!("The other premises is {name}. It holds no clients yet."),
            _ => format!("The other premises is {name}. It holds {} {}.", thousands(clients),
                plural(usize::try_from(clients).unwrap_or(usize::MAX), "client", "clients")),
        };
    pair_compare_text(name: &str):
        format!("Soita toimipisteeseen {name} ja lue sanat ääneen. Vahvista vain, jos siellä näkyvät täsmälleen samat sanat."),
        format!("Ring {name} och läs upp orden. Bekräfta bara om exakt samma ord syns där."),
        format!("Call {name} and read the words out. Confirm only if exactly the same words are shown there.");
    pair_there(name: &str):
        format!("{name} on vahvistanut, että sanat ovat samat."), format!("{name} har bekräftat att orden är desamma."),
        format!("{name} has confirmed that the words are the same.");
    pair_here(name: &str):
        format!("Vahvistit sanat. Odotetaan, että myös {name} vahvistaa."), format!("Du har bekräftat orden. Väntar på att även {name} bekräftar."),
        format!("You have confirmed the words. Waiting for {name} to confirm them too.");
    pair_paired(name: &str):
        format!("{name} on liitetty"), format!("{name} är anslutet"), format!("{name} is paired");
    pair_arriving(here: u64, all: u64):
        format!("Rekisteri saapuu: {} / {}", thousands(here), thousands(all)),
        format!("Registret anländer: {} / {}", thousands(here), thousands(all)),
        format!("The register is arriving: {} / {}", thousands(here), thousands(all));
}

/// A number with spaces between the thousands, which don't break.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// One sentence in each language.
type Three = [&'static str; 3];

impl Language {
    /// Why pairing didn't begin or came to nothing, and what to do.
    pub(crate) const fn pair_fault(self, fault: PairingFault) -> &'static str {
        let [fi, sv, en] = match fault {
            PairingFault::NotOne
            | PairingFault::Mistyped
            | PairingFault::Newer
            | PairingFault::Address
            | PairingFault::NoAddress
            | PairingFault::Busy
            | PairingFault::Oneself
            | PairingFault::Unable => beginning(fault),
            PairingFault::Unreachable
            | PairingFault::OtherNode
            | PairingFault::Clock
            | PairingFault::Late
            | PairingFault::Spent
            | PairingFault::Guessed
            | PairingFault::Cancelled => reaching(fault),
            _ => ending(fault),
        };
        match self {
            Self::Finnish => fi,
            Self::Swedish => sv,
            Self::English => en,
        }
    }
}

/// What keeps it from beginning.
const fn beginning(fault: PairingFault) -> Three {
    match fault {
        PairingFault::NotOne => [
            "Tämä ei ole kutsu. Kopioi koko teksti, joka alkaa sanalla KORTISTO.",
            "Det här är ingen inbjudan. Kopiera hela texten som börjar med KORTISTO.",
            "This is no invitation. Copy the whole text that begins with KORTISTO.",
        ],
        PairingFault::Mistyped => [
            "Kutsussa on kirjoitusvirhe tai siitä puuttuu osa. Kopioi se uudelleen.",
            "Inbjudan har ett skrivfel eller saknar en del. Kopiera den på nytt.",
            "The invitation has a typing error or a part is missing. Copy it again.",
        ],
        PairingFault::Newer => [
            "Kutsu on tehty uudemmalla ohjelmaversiolla. Päivitä ensin tämän toimipisteen ohjelma.",
            "Inbjudan är gjord med en nyare programversion. Uppdatera först programmet här.",
            "The invitation was made by a newer version. Update the program at this premises first.",
        ],
        PairingFault::Address => [
            "Osoite ei kelpaa. Anna nimi tai osoite, tarvittaessa portti: hoitola.example.fi:7440.",
            "Adressen duger inte. Ge ett namn eller en adress, vid behov en port: klinik.example.fi:7440.",
            "The address can't be used. Give a name or an address, with a port if needed: clinic.example.com:7440.",
        ],
        PairingFault::NoAddress => [
            "Tämän toimipisteen osoitetta ei tiedetä. Anna osoite, josta se tavoitetaan.",
            "Det här ställets adress är inte känd. Ge en adress där det nås.",
            "No address of this premises is known. Give one at which it is reached.",
        ],
        PairingFault::Oneself => [
            "Tämä on tämän saman toimipisteen kutsu. Syötä se toisessa toimipisteessä.",
            "Det här är inbjudan från detta samma ställe. Mata in den på det andra.",
            "This is the invitation of this very premises. Enter it at the other.",
        ],
        PairingFault::Busy => [
            "Liittäminen on jo kesken. Vie se loppuun tai keskeytä se ensin.",
            "En anslutning pågår redan. Slutför eller avbryt den först.",
            "Another pairing is under way. Finish or cancel it first.",
        ],
        _ => [
            "Juuri nyt ei onnistu. Yritä hetken kuluttua uudelleen.",
            "Det går inte just nu. Försök igen om en stund.",
            "It can't be done just now. Try again in a moment.",
        ],
    }
}

/// What keeps the two from meeting.
const fn reaching(fault: PairingFault) -> Three {
    match fault {
        PairingFault::Unreachable => [
            "Toiseen toimipisteeseen ei saada yhteyttä. Tarkista, että sen kone ja verkko ovat päällä; jos toimipisteet ovat eri verkoissa, tee uusi kutsu ja anna siihen julkinen osoite.",
            "Det andra stället kan inte nås. Kontrollera att dess dator och nätverk är på; om ställena finns i olika nätverk, gör en ny inbjudan med en publik adress.",
            "The other premises can't be reached. Check that its computer and network are on; if the premises are in different networks, make a new invitation with a public address.",
        ],
        PairingFault::OtherNode => [
            "Kutsun osoitteessa vastaa eri kone kuin se, joka kutsuu. Tarkista osoite ja tee uusi kutsu. Jos osoite on oikea, joku voi olla välissä: älä jatka.",
            "På inbjudans adress svarar en annan dator än den som bjuder in. Kontrollera adressen och gör en ny inbjudan. Om adressen är rätt kan någon vara emellan: fortsätt inte.",
            "Another computer than the one that invites answers at the address. Check the address and make a new invitation. If it is right, somebody may be in between: don't go on.",
        ],
        PairingFault::Clock => [
            "Koneiden kellot eivät täsmää. Korjaa kellot ja tee uusi kutsu.",
            "Datorernas klockor stämmer inte. Ställ klockorna och gör en ny inbjudan.",
            "The computers' clocks are not right. Set them and make a new invitation.",
        ],
        PairingFault::Late => [
            "Kutsun kymmenen minuuttia on kulunut. Tee uusi kutsu.",
            "Inbjudans tio minuter har gått. Gör en ny inbjudan.",
            "The invitation's ten minutes are over. Make a new one.",
        ],
        PairingFault::Spent => [
            "Kutsu on jo käytetty, peruttu tai korvattu uudella. Tee uusi kutsu.",
            "Inbjudan är redan använd, återtagen eller ersatt. Gör en ny inbjudan.",
            "The invitation was used, withdrawn or replaced. Make a new one.",
        ],
        PairingFault::Guessed => [
            "Joku yritti liittyä kolmesti ilman oikeaa kutsua, joten kutsu peruttiin. Tee uusi kutsu ja tarkista, että se syötetään uusimpana.",
            "Någon försökte ansluta tre gånger utan rätt inbjudan, så den återtogs. Gör en ny inbjudan och se till att den senaste matas in.",
            "Somebody tried to join three times without the right invitation, so it was withdrawn. Make a new one, and see that the latest is entered.",
        ],
        _ => [
            "Liittäminen keskeytettiin toisessa toimipisteessä. Sovi asiasta ja tee uusi kutsu.",
            "Anslutningen avbröts på det andra stället. Kom överens och gör en ny inbjudan.",
            "It was cancelled at the other premises. Talk it over and make a new invitation.",
        ],
    }
}

/// What keeps two that have met from being paired.
const fn ending(fault: PairingFault) -> Three {
    match fault {
        PairingFault::Lost => [
            "Yhteys katkesi ennen kuin liittäminen oli valmis. Tee uusi kutsu.",
            "Förbindelsen bröts innan anslutningen var klar. Gör en ny inbjudan.",
            "The line broke before pairing was done. Make a new invitation.",
        ],
        PairingFault::Unfinished => [
            "Liittäminen ei tullut valmiiksi molemmissa toimipisteissä. Tee uusi kutsu; se korjaa tilanteen.",
            "Anslutningen blev inte klar på båda ställena. Gör en ny inbjudan; den ställer allt till rätta.",
            "Pairing was not finished at both premises. Make a new invitation; it mends that.",
        ],
        PairingFault::TwoRegisters => [
            "Molemmissa toimipisteissä on asiakkaita eri rekistereissä, eikä niitä voi yhdistää näin. Liitettävän koneen on oltava tyhjä: perusta sille uusi hakemisto ja tuo asiakkaat rekisteriin tuonnilla.",
            "Båda ställena har kunder i olika register, och de kan inte förenas så här. Datorn som ansluts måste vara tom: grunda en ny katalog på den och importera kunderna till registret.",
            "Both premises hold clients in different registers, which can't be joined like this. The computer that joins has to be empty: make a new directory on it and import its clients into the register.",
        ],
        PairingFault::OutdatedHere => [
            "Tämän toimipisteen ohjelma on liian vanha toiselle. Päivitä se ja tee uusi kutsu.",
            "Programmet här är för gammalt för det andra stället. Uppdatera det och gör en ny inbjudan.",
            "The program at this premises is too old for the other. Update it and make a new invitation.",
        ],
        PairingFault::OutdatedThere => [
            "Toisen toimipisteen ohjelma on liian vanha. Päivitä se siellä ja tee uusi kutsu.",
            "Programmet på det andra stället är för gammalt. Uppdatera det där och gör en ny inbjudan.",
            "The program at the other premises is too old. Update it there and make a new invitation.",
        ],
        PairingFault::RevokedHere => [
            "Tämä kone on poistettu rekisteristä lopullisesti. Perusta sille uusi hakemisto ja liitä se sitten.",
            "Den här datorn har tagits ur bruk för gott. Grunda en ny katalog på den och anslut den sedan.",
            "This computer was taken out of use for good. Make a new directory on it and pair that.",
        ],
        PairingFault::RevokedThere => [
            "Toisen toimipisteen kone on poistettu rekisteristä lopullisesti. Siellä on perustettava uusi hakemisto ennen liittämistä.",
            "Datorn på det andra stället har tagits ur bruk för gott. Där måste en ny katalog grundas före anslutningen.",
            "The other premises' computer was taken out of use for good. A new directory has to be made there first.",
        ],
        PairingFault::OtherKey => [
            "Koneen avain ei ole sen oma. Palauta koneen oikeat avaimet tai perusta sille uusi hakemisto.",
            "Datorns nyckel är inte dess egen. Återställ datorns rätta nycklar eller grunda en ny katalog på den.",
            "The computer's key is not its own. Restore its right keys, or make a new directory on it.",
        ],
        PairingFault::Copy => [
            "Toimipisteissä on saman koneen kaksi kopiota. Perusta toiselle uusi hakemisto ja liitä se.",
            "Ställena har två kopior av samma dator. Grunda en ny katalog på den ena och anslut den.",
            "The premises have two copies of one computer. Make a new directory on one of them and pair that.",
        ],
        _ => [
            "Toista toimipistettä ei saatu kirjattua tällä koneella. Tarkista levytila ja tee uusi kutsu.",
            "Det andra stället kunde inte skrivas in på den här datorn. Kontrollera diskutrymmet och gör en ny inbjudan.",
            "The other premises could not be written down on this computer. Check the disk space and make a new invitation.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_stand_apart() {
        let shown = [0, 999, 3_412, 20_000, 1_000_000].map(thousands);
        let wanted = ["0", "999", "3 412", "20 000", "1 000 000"];
        assert_eq!(shown.map(|one| one.replace('\u{a0}', " ")), wanted);
    }
}
