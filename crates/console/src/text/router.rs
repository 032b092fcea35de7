//! What the router does for the line.

use crate::line::{Forwarding, NotForwarding, Outside, Ports};
use crate::text::{Language, sentences, texts};

texts! {
    router_here: "Reititin täällä", "Routern här", "The router here";
    forwarding_off: "Reititintä ei pyydetä ohjaamaan porttia tälle koneelle.",
        "Routern ombeds inte vidarebefordra någon port till den här datorn.",
        "The router is not asked to forward a port to this computer.";
    forwarding_asking: "Reititintä pyydetään ohjaamaan portti tälle koneelle.",
        "Routern ombeds vidarebefordra en port till den här datorn.",
        "The router is being asked to forward a port to this computer.";
    forwarding_no_router: "Reititintä, jota voisi pyytää ohjaamaan portin, ei ole tiedossa.",
        "Ingen router är känd som kunde ombes vidarebefordra en port.",
        "No router is known that could be asked to forward a port.";
    forwarding_no_answer: "Reititin ei vastaa pyyntöön ohjata portti tälle koneelle. Pyyntöjen vastaanotto (UPnP tai PCP) voi olla pois päältä sen asetuksissa.",
        "Routern svarar inte på begäran att vidarebefordra en port hit. Mottagandet (UPnP eller PCP) kan vara avstängt i dess inställningar.",
        "The router does not answer the request to forward a port to this computer. It may be set up not to take any (UPnP or PCP).";
    forwarding_unusable: "Reititin vastaa pyyntöön ohjata portti, mutta vastauksesta ei saa selvää.",
        "Routern svarar på begäran att vidarebefordra en port, men svaret går inte att tyda.",
        "The router answers the request to forward a port, but the answer makes no sense.";
    forwarding_refused: "Reititin kieltäytyy ohjaamasta porttia tälle koneelle. Niin se voi tehdä myös, kun se on itse toisen reitittimen takana.",
        "Routern vägrar vidarebefordra en port till den här datorn. Så kan den göra också när den själv står bakom en annan router.",
        "The router refuses to forward a port to this computer. It may do so also because it stands behind another router itself.";
    ports_unknown: "Miten reititin kohtelee yhteyksiä, selviää, kun toinen toimipiste on yhteydessä muusta verkosta.",
        "Hur routern behandlar förbindelser visar sig när ett verksamhetsställe är anslutet från ett annat nätverk.",
        "What the router does to connections shows once a premises is connected from another network.";
    ports_open: "Tämän koneen osoitetta ei muunneta matkalla.",
        "Den här datorns adress översätts inte på vägen.",
        "This computer's address is not translated on the way.";
    ports_kept: "Reititin säilyttää portin, joten toimipisteet löytävät toisensa myös ilman porttiohjausta.",
        "Routern behåller porten, så verksamhetsställena hittar varandra också utan portvidarebefordran.",
        "The router keeps the port, so that the premises find each other without forwarding too.";
    ports_changing: "Reititin antaa jokaiselle yhteydelle eri portin: tänne löytää vain ohjatun portin kautta.",
        "Routern ger varje förbindelse en annan port: hit hittar man bara via en vidarebefordrad port.",
        "The router gives each connection another port: only a forwarded port leads here.";
}

sentences! {
    forwarding_public(at: &str, by: &str):
        format!("Reititin ohjaa osoitteen {at} tälle koneelle ({by})."),
        format!("Routern vidarebefordrar {at} till den här datorn ({by})."),
        format!("The router forwards {at} to this computer ({by}).");
    forwarding_private(port: u16, ip: &str, by: &str):
        format!("Reititin ohjaa portin {port} tälle koneelle ({by}), mutta on itse toisen reitittimen takana: sen osoitetta {ip} ei löydä internetistä."),
        format!("Routern vidarebefordrar porten {port} till den här datorn ({by}) men står själv bakom en annan router: dess adress {ip} hittas inte från internet."),
        format!("The router forwards port {port} to this computer ({by}), but stands behind another router itself: its address {ip} is not found from the internet.");
    forwarding_somewhere(port: u16, by: &str):
        format!("Reititin ohjaa portin {port} tälle koneelle ({by}), mutta ei kerro osoitettaan."),
        format!("Routern vidarebefordrar porten {port} till den här datorn ({by}) men säger inte sin adress."),
        format!("The router forwards port {port} to this computer ({by}), but does not say its address.");
    router_by_hand(port: u16):
        format!("Jos yhteys muihin toimipisteisiin toimii, mitään ei tarvitse tehdä. Jos ei, jommankumman toimipisteen reitittimen on ohjattava UDP-portti {port} koneelleen, mikä tehdään sen asetuksissa."),
        format!("Om förbindelsen till de andra fungerar behövs inget. Annars ska routern på det ena eller andra verksamhetsstället vidarebefordra UDP-port {port} till datorn där, vilket görs i dess inställningar."),
        format!("If the line to the others works, there is nothing to do. If not, the router at either premises has to forward UDP port {port} to the computer there, which is done in its settings.");
    seen_at(at: &str):
        format!("Muut näkevät tämän koneen osoitteessa {at}."),
        format!("De andra ser den här datorn på adressen {at}."),
        format!("The others see this computer at {at}.");
}

impl Language {
    /// Whether the router forwards a port, or why not.
    pub(crate) fn forwarding(self, forwarding: Forwarding) -> String {
        match forwarding {
            Forwarding::Off => self.forwarding_off().to_owned(),
            Forwarding::Asking => self.forwarding_asking().to_owned(),
            Forwarding::On { by, port, at } => match at {
                Outside::Public(ip) => {
                    let at = std::net::SocketAddr::new(ip, port);
                    self.forwarding_public(&at.to_string(), by.name())
                }
                Outside::Private(ip) => self.forwarding_private(port, &ip.to_string(), by.name()),
                Outside::Unknown => self.forwarding_somewhere(port, by.name()),
            },
            Forwarding::Not(why) => match why {
                NotForwarding::NoRouter => self.forwarding_no_router(),
                NotForwarding::NoAnswer => self.forwarding_no_answer(),
                NotForwarding::Unusable => self.forwarding_unusable(),
                NotForwarding::Refused => self.forwarding_refused(),
            }
            .to_owned(),
        }
    }

    /// What the router does to what goes out.
    pub(crate) const fn ports(self, ports: Ports) -> &'static str {
        match ports {
            Ports::Unknown => self.ports_unknown(),
            Ports::Open => self.ports_open(),
            Ports::Kept => self.ports_kept(),
            Ports::Changing => self.ports_changing(),
        }
    }
}
