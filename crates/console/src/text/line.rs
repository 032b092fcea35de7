//! What stands between two premises, and what to do about it.

use register::replica::Older;

use crate::line::Cause;
use crate::text::{Language, texts};

texts! {
    check_line: "Tarkista yhteys", "Kontrollera förbindelsen", "Check the line";
    check_line_hint: "Selvittää, mikä yhteyden estää, ja vertaa koko rekisteriä jokaisen yhteydessä olevan toimipisteen kanssa. Työtä voi jatkaa.",
        "Tar reda på vad som hindrar förbindelsen och jämför hela registret med varje verksamhetsställe som nås. Arbetet kan fortsätta.",
        "Finds out what is in the way, and compares the whole register with every premises in reach. Work can go on.";
    check_running: "Yhteyttä tarkistetaan. Tulos ilmestyy tähän.", "Förbindelsen kontrolleras. Resultatet visas här.", "The line is being checked. The result appears here.";
    check_result: "Tarkistuksen tulos", "Kontrollens resultat", "What the check found";
}

type Words = (String, String);

fn plain((what, then): (&str, &str)) -> Words {
    (what.to_owned(), then.to_owned())
}

impl Language {
    /// What a check found, and what to do.
    pub(crate) fn cause(self, cause: &Cause, name: &str) -> Words {
        match self {
            Self::Finnish => finnish(cause, name),
            Self::Swedish => swedish(cause, name),
            Self::English => english(cause, name),
        }
    }
}

fn finnish(cause: &Cause, name: &str) -> Words {
    plain(match cause {
        Cause::Connected => return (format!("{name}: yhteys toimii."), String::new()),
        Cause::NoPeers => ("Muita toimipisteitä ei ole liitetty.", "Pääkäyttäjä liittää toisen toimipisteen."),
        Cause::Cut => ("Yhteys on katkaistu tarkoituksella tällä koneella.", "Se palaa, kun katkaisu puretaan tai ohjelma käynnistetään uudelleen."),
        Cause::NoNetwork => ("Tämä kone ei ole verkossa.", "Tarkista verkkojohto tai langaton verkko ja että reitittimessä on virta."),
        Cause::Revoked => ("Toinen toimipiste on poistanut tämän koneen käytöstä, joten mikään toimipiste ei vastaa sille.", "Jos näin ei pitänyt käydä, kysy pääkäyttäjältä. Poistoa ei voi perua: kone otetaan käyttöön uutena."),
        Cause::CertificateOver => ("Tämän koneen varmenne on vanhentunut, joten muut eivät hyväksy sitä.", "Tarkista ensin koneen kello. Jos se on oikeassa, varmenne on uusittava tällä koneella."),
        Cause::CertificateEarly => ("Tämän koneen kello näyttää aikaa ennen sen varmenteen alkua.", "Korjaa koneen kello."),
        Cause::NoAddress => return (format!("{name}: osoitetta ei ole tiedossa."), "Pääkäyttäjä antaa osoitteen liittämällä toimipisteen uudelleen. Yhteys aukeaa myös, kun toinen toimipiste soittaa tänne.".to_owned()),
        Cause::NameUnknown(host) => return (format!("{name}: nimeä {host} ei löydy."), "Tarkista, toimiiko internet täällä. Jos toimii, nimi on voitu kirjoittaa väärin tai se on poistettu: tarkista osoite.".to_owned()),
        Cause::NoAnswer(at) => return (format!("{name}: mistään osoitteesta ({}) ei vastata.", at.join(", ")), "Soita toiseen toimipisteeseen: onko siellä sähköt, onko kone päällä ja toimiiko internet? Jos kaikki toimii, reitittimen porttiohjaus on voinut kadota tai osoite muuttua.".to_owned()),
        Cause::ChangingPorts => ("Tämän toimipisteen reititin antaa jokaiselle yhteydelle eri portin, joten toinen toimipiste ei löydä tänne.", "Toinen toimipiste tarvitsee reitittimeensä porttiohjauksen (UDP). Yksi riittää, kummassa tahansa."),
        Cause::BehindRouter => ("Tämän toimipisteen reititin on itse toisen reitittimen takana, joten sen porttiohjaus ei tuo ketään tänne.", "Toinen toimipiste tarvitsee reitittimeensä porttiohjauksen (UDP), tai tänne pyydetään operaattorilta julkinen osoite."),
        Cause::NeverReached => return (format!("{name}: yhteyttä ei ole saatu kertaakaan liittämisen jälkeen."), "Tarkista osoite ja se, että myös toinen toimipiste on liittänyt tämän.".to_owned()),
        Cause::OtherKey(at) => return (format!("{name}: osoitteessa {at} on kone, jolla on eri avain."), "Jos toisen toimipisteen kone on vaihdettu, liitä se uutena. Muuten osoite on siirtynyt jollekin muulle: tarkista osoite. Tietoja ei ole vaihdettu.".to_owned()),
        Cause::NotAccepted(at) => return (format!("{name}: osoitteessa {at} oleva kone ei tunnista tätä konetta."), "Tarkista, että myös toinen toimipiste on liittänyt tämän koneen. Jos on, tämän koneen varmenne on voinut vanhentua tai sen kello olla väärässä.".to_owned()),
        Cause::PeerCertificate(at) => return (format!("{name}: osoitteessa {at} näytetty varmenne ei ole nyt voimassa tämän koneen kellon mukaan."), "Tarkista kummankin koneen kello. Jos kellot ovat oikeassa, varmenne on uusittava toisessa toimipisteessä.".to_owned()),
        Cause::OtherRegister => return (format!("{name} kuuluu toiseen rekisteriin, joten tietoja ei vaihdeta."), "Tarkista, että liitit oikean koneen.".to_owned()),
        Cause::OtherVersion(older) => return (format!("{name}: ohjelmaversiot eivät sovi yhteen, joten tietoja ei vaihdeta."), match older {
            Some(Older::Here) => "Päivitä tämän koneen ohjelma.".to_owned(),
            Some(Older::There) => format!("Päivitä ohjelma toimipisteessä {name}."),
            None => "Päivitä vanhempi.".to_owned(),
        }),
        Cause::Twin => return (format!("{name}: jommankumman koneen levystä on käynnistetty kopio."), "Sammuta kopio: se kone, joka käynnistettiin myöhemmin kopiosta tai vanhasta levystä. Kopion kanssa ei vaihdeta tietoja.".to_owned()),
    })
}

fn swedish(cause: &Cause, name: &str) -> Words {
    plain(match cause {
        Cause::Connected => return (format!("{name}: förbindelsen fungerar."), String::new()),
        Cause::NoPeers => ("Inga andra verksamhetsställen är anslutna.", "Huvudanvändaren ansluter det andra verksamhetsstället."),
        Cause::Cut => ("Förbindelsen har brutits avsiktligt på den här datorn.", "Den återkommer när avbrottet hävs eller programmet startas om."),
        Cause::NoNetwork => ("Den här datorn har inget nätverk.", "Kontrollera nätverkskabeln eller det trådlösa nätet och att routern har ström."),
        Cause::Revoked => ("Ett annat verksamhetsställe har tagit den här datorn ur bruk, så inget verksamhetsställe svarar den.", "Fråga huvudanvändaren om det inte var meningen. Det kan inte ångras: datorn tas i bruk som ny."),
        Cause::CertificateOver => ("Datorns certifikat har gått ut, så de andra godkänner det inte.", "Kontrollera först datorns klocka. Om den går rätt ska certifikatet förnyas på den här datorn."),
        Cause::CertificateEarly => ("Datorns klocka visar en tid före certifikatets början.", "Ställ datorns klocka."),
        Cause::NoAddress => return (format!("{name}: adressen är inte känd."), "Huvudanvändaren anger adressen genom att ansluta verksamhetsstället på nytt. Förbindelsen öppnas också när det andra stället ringer hit.".to_owned()),
        Cause::NameUnknown(host) => return (format!("{name}: namnet {host} hittas inte."), "Kontrollera om internet fungerar här. Om det gör det kan namnet vara felskrivet eller borttaget: kontrollera adressen.".to_owned()),
        Cause::NoAnswer(at) => return (format!("{name}: ingen svarar på någon adress ({}).", at.join(", ")), "Ring det andra verksamhetsstället: finns det ström, är datorn på och fungerar internet? Om allt fungerar kan routerns portvidarebefordran ha försvunnit eller adressen ha ändrats.".to_owned()),
        Cause::ChangingPorts => ("Routern här ger varje förbindelse en annan port, så det andra verksamhetsstället hittar inte hit.", "Det andra verksamhetsstället behöver portvidarebefordran (UDP) i sin router. En räcker, på vilketdera stället som helst."),
        Cause::BehindRouter => ("Routern här står själv bakom en annan router, så dess portvidarebefordran leder ingen hit.", "Det andra verksamhetsstället behöver portvidarebefordran (UDP) i sin router, eller så begärs en publik adress hit av operatören."),
        Cause::NeverReached => return (format!("{name}: förbindelsen har aldrig öppnats efter anslutningen."), "Kontrollera adressen, och att det andra stället också har anslutit det här.".to_owned()),
        Cause::OtherKey(at) => return (format!("{name}: på adressen {at} finns en dator med en annan nyckel."), "Om datorn på det andra stället har bytts ut ska den anslutas som ny. Annars har adressen gått till någon annan: kontrollera adressen. Inga uppgifter har utbytts.".to_owned()),
        Cause::NotAccepted(at) => return (format!("{name}: datorn på adressen {at} känner inte igen den här datorn."), "Kontrollera att det andra stället också har anslutit den här datorn. Om det har det kan certifikatet här ha gått ut eller klockan gå fel.".to_owned()),
        Cause::PeerCertificate(at) => return (format!("{name}: certifikatet som visas på adressen {at} gäller inte nu enligt den här datorns klocka."), "Kontrollera klockan på båda datorerna. Om klockorna går rätt ska certifikatet förnyas på det andra stället.".to_owned()),
        Cause::OtherRegister => return (format!("{name} hör till ett annat register, så inga uppgifter utbyts."), "Kontrollera att du anslöt rätt dator.".to_owned()),
        Cause::OtherVersion(older) => return (format!("{name}: programversionerna passar inte ihop, så inga uppgifter utbyts."), match older {
            Some(Older::Here) => "Uppdatera programmet på den här datorn.".to_owned(),
            Some(Older::There) => format!("Uppdatera programmet på {name}."),
            None => "Uppdatera den äldre.".to_owned(),
        }),
        Cause::Twin => return (format!("{name}: en kopia av den ena datorns skiva har startats."), "Stäng av kopian: den dator som startades senare från en kopia eller en gammal skiva. Inga uppgifter utbyts med kopian.".to_owned()),
    })
}

fn english(cause: &Cause, name: &str) -> Words {
    plain(match cause {
        Cause::Connected => return (format!("{name}: the line works."), String::new()),
        Cause::NoPeers => ("No other premises are paired.", "The owner pairs the other premises."),
        Cause::Cut => ("The line is cut on purpose at this computer.", "It is back when the cut is healed or the program is started again."),
        Cause::NoNetwork => ("This computer is on no network.", "Check the cable or the wireless network, and that the router has power."),
        Cause::Revoked => ("Another premises has put this computer out of use, so no premises answers it.", "If that was not meant, ask the owner. It can't be undone: the computer is taken into use as a new one."),
        Cause::CertificateOver => ("This computer's certificate has run out, so that the others don't accept it.", "Check the computer's clock first. If it is right, the certificate has to be renewed at this computer."),
        Cause::CertificateEarly => ("This computer's clock shows a time before its certificate begins.", "Set the computer's clock."),
        Cause::NoAddress => return (format!("{name}: its address is not known."), "The owner gives the address by pairing the premises again. The line also opens when the other premises calls here.".to_owned()),
        Cause::NameUnknown(host) => return (format!("{name}: the name {host} can't be found."), "See whether the internet works here. If it does, the name may be misspelt or gone: check the address.".to_owned()),
        Cause::NoAnswer(at) => return (format!("{name}: nobody answers at any address ({}).", at.join(", ")), "Call the other premises: is there power, is the computer on, does the internet work? If all is well there, the router's port forwarding may be gone or the address may have changed.".to_owned()),
        Cause::ChangingPorts => ("The router here gives each connection another port, so that the other premises can't find the way in.", "The other premises needs a forwarded port (UDP) in its router. One is enough, at either of them."),
        Cause::BehindRouter => ("The router here stands behind another router itself, so that the port which it forwards leads nobody here.", "The other premises needs a forwarded port (UDP) in its router, or the provider is asked for a public address here."),
        Cause::NeverReached => return (format!("{name}: it was never reached since it was paired."), "Check the address, and that the other premises has paired with this one too.".to_owned()),
        Cause::OtherKey(at) => return (format!("{name}: at {at} there is a computer with another key."), "If the computer at the other premises was replaced, pair it as a new one. Otherwise the address belongs to somebody else: check the address. Nothing was exchanged.".to_owned()),
        Cause::NotAccepted(at) => return (format!("{name}: the computer at {at} does not know this one."), "See that the other premises has paired with this computer too. If it has, the certificate here may have run out, or a clock may be wrong.".to_owned()),
        Cause::PeerCertificate(at) => return (format!("{name}: the certificate shown at {at} is not valid by this computer's clock."), "Check the clock of both computers. If they are right, the certificate has to be renewed at the other premises.".to_owned()),
        Cause::OtherRegister => return (format!("{name} belongs to another register, so nothing is exchanged."), "See that you paired the right computer.".to_owned()),
        Cause::OtherVersion(older) => return (format!("{name}: the two programs' versions don't fit, so nothing is exchanged."), match older {
            Some(Older::Here) => "Update the program of this computer.".to_owned(),
            Some(Older::There) => format!("Update the program at {name}."),
            None => "Update the older one.".to_owned(),
        }),
        Cause::Twin => return (format!("{name}: a copy of one computer's disk was started."), "Switch the copy off: the computer that was started later from a copy or an old disk. Nothing is exchanged with the copy.".to_owned()),
    })
}
