//! The headers by which columns are known, in three languages.

use super::column::Field;

/// The language of a file's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
    /// English.
    English,
}

impl Language {
    /// Every language, the first wins a tie.
    pub const ALL: [Self; 3] = [Self::Finnish, Self::Swedish, Self::English];

    /// The name used in texts and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finnish => "Finnish",
            Self::Swedish => "Swedish",
            Self::English => "English",
        }
    }
}

use Language::{English as En, Finnish as Fi, Swedish as Sv};

/// Headers in small letters, without accents, spaces and punctuation; parted by spaces.
pub(super) const SYNONYMS: &[(Field, Language, &str)] = &[
    (
        Field::Number,
        Fi,
        "asiakasnro asiakasnumero asiakasid asiakastunnus asno asnro nro numero tunniste \
         tunnus korttinumero",
    ),
    (Field::Number, Sv, "kundnr kundnummer kundid nr nummer"),
    (
        Field::Number,
        En,
        "customerid clientid customerno clientno customernumber clientnumber customernr \
         clientnr id no number",
    ),
    (Field::LastName, Fi, "sukunimi"),
    (Field::LastName, Sv, "efternamn slaktnamn"),
    (Field::LastName, En, "lastname surname familyname"),
    (Field::FirstName, Fi, "etunimi etunimet kutsumanimi"),
    (Field::FirstName, Sv, "fornamn tilltalsnamn"),
    (Field::FirstName, En, "firstname givenname forename"),
    (
        Field::FullName,
        Fi,
        "nimi kokonimi asiakasnimi asiakkaannimi etunimisukunimi etujasukunimi",
    ),
    (Field::FullName, Sv, "namn kundnamn kundensnamn"),
    (Field::FullName, En, "name fullname customername clientname"),
    (
        Field::FullNameLastFirst,
        Fi,
        "sukunimietunimi sukunimijaetunimi sukujaetunimi",
    ),
    (
        Field::FullNameLastFirst,
        Sv,
        "efternamnfornamn efternamnochfornamn",
    ),
    (Field::FullNameLastFirst, En, "lastnamefirstname lastfirst"),
    (
        Field::Birth,
        Fi,
        "syntymaaika syntymapaiva syntymapvm syntymavuosi synt syntaika syntpvm svuosi \
         synaika synvuosi henkilotunnus hetu sotu",
    ),
    (
        Field::Birth,
        Sv,
        "fodelsedatum fodelsedag fodelsear fodelsetid fodd personnummer personbeteckning",
    ),
    (
        Field::Birth,
        En,
        "born birth birthdate dateofbirth dob birthday birthyear yearofbirth \
         personalidentitycode ssn",
    ),
    (
        Field::Phone,
        Fi,
        "puhelin puhelinnumero puhnro puh puhelinnro matkapuhelin matkapuh gsm kannykka \
         kotipuhelin tyopuhelin",
    ),
    (
        Field::Phone,
        Sv,
        "telefon telefonnummer tfn mobiltelefon mobilnummer mobil hemtelefon",
    ),
    (
        Field::Phone,
        En,
        "phone phonenumber telephone tel mobile mobilephone cell cellphone homephone",
    ),
    (
        Field::Email,
        Fi,
        "sahkoposti sahkopostiosoite sposti spostiosoite meili",
    ),
    (Field::Email, Sv, "epost epostadress mejl"),
    (Field::Email, En, "email emailaddress mail"),
    (
        Field::Address,
        Fi,
        "katuosoite osoite lahiosoite postiosoite kotiosoite katu",
    ),
    (
        Field::Address,
        Sv,
        "adress gatuadress postadress naradress hemadress",
    ),
    (
        Field::Address,
        En,
        "address street streetaddress postaladdress homeaddress addressline",
    ),
    (Field::Postcode, Fi, "postinumero postinro pnro"),
    (Field::Postcode, Sv, "postnummer postnr"),
    (Field::Postcode, En, "postcode postalcode zip zipcode"),
    (
        Field::Town,
        Fi,
        "paikkakunta postitoimipaikka kaupunki kunta",
    ),
    (Field::Town, Sv, "ort postort stad postanstalt"),
    (Field::Town, En, "town city municipality"),
    (
        Field::Health,
        Fi,
        "allergiatterveys terveysallergiat terveys terveystiedot allergiat allergia \
         sairaudet ihosairaudet ihosairaus laakitys laakitykset vastaaiheet terveydentila",
    ),
    (
        Field::Health,
        Sv,
        "halsa halsouppgifter allergier allergi sjukdomar hudsjukdomar medicinering \
         kontraindikationer",
    ),
    (
        Field::Health,
        En,
        "health healthinformation allergies allergy conditions medicalconditions \
         medication contraindications allergieshealth healthallergies",
    ),
    (
        Field::Notes,
        Fi,
        "muistiinpanot muistiinpano huomautukset huomautus huomiot huom lisatiedot \
         lisatieto kommentit vapaateksti muuta",
    ),
    (
        Field::Notes,
        Sv,
        "anteckningar anteckning anmarkning ovrigt kommentar",
    ),
    (Field::Notes, En, "notes note remarks comments comment memo"),
    (
        Field::Marketing,
        Fi,
        "markkinointilupa markkinointi suoramarkkinointilupa suoramarkkinointi uutiskirje \
         markkinointisuostumus mainoslupa",
    ),
    (
        Field::Marketing,
        Sv,
        "marknadsforingstillstand marknadsforing direktmarknadsforing nyhetsbrev reklam",
    ),
    (
        Field::Marketing,
        En,
        "marketing marketingpermission marketingconsent newsletter optin marketingallowed",
    ),
    (
        Field::MarketingBan,
        Fi,
        "markkinointikielto suoramarkkinointikielto eimarkkinointia mainoskielto",
    ),
    (
        Field::MarketingBan,
        Sv,
        "marknadsforingsforbud ingenreklam reklamforbud",
    ),
    (
        Field::MarketingBan,
        En,
        "optout marketingban nomarketing unsubscribed donotcontact",
    ),
    (
        Field::LastVisit,
        Fi,
        "viimeisinkaynti viimeinenkaynti viimekaynti edellinenkaynti viimkaynti \
         viimeksikaynyt",
    ),
    (
        Field::LastVisit,
        Sv,
        "senastebesok sistabesok senastebesoket",
    ),
    (
        Field::LastVisit,
        En,
        "lastvisit lastappointment lastseen latestvisit",
    ),
    (
        Field::Date,
        Fi,
        "paiva pvm paivamaara hoitopaiva kayntipaiva kayntipvm aika ajankohta",
    ),
    (
        Field::Date,
        Sv,
        "datum dag behandlingsdatum besoksdatum besoksdag",
    ),
    (
        Field::Date,
        En,
        "date day treatmentdate visitdate appointmentdate",
    ),
    (
        Field::Treatment,
        Fi,
        "hoito palvelu toimenpide kasittely hoidonnimi tuotepalvelu hoidot",
    ),
    (Field::Treatment, Sv, "behandling tjanst atgard"),
    (
        Field::Treatment,
        En,
        "treatment service procedure treatmentname",
    ),
    (
        Field::By,
        Fi,
        "tekija hoitaja tyontekija terapeutti kosmetologi hoidontekija henkilo",
    ),
    (
        Field::By,
        Sv,
        "behandlare utforare terapeut kosmetolog anstalld personal",
    ),
    (
        Field::By,
        En,
        "by therapist staff employee performedby practitioner provider doneby",
    ),
    (
        Field::Premises,
        Fi,
        "toimipiste toimipaikka liike sijainti paikka",
    ),
    (Field::Premises, Sv, "verksamhetsstalle salong plats stalle"),
    (
        Field::Premises,
        En,
        "location premises branch salon site shop",
    ),
    (
        Field::Products,
        Fi,
        "tuotteet tuote kaytetyttuotteet aineet valmisteet",
    ),
    (Field::Products, Sv, "produkter produkt anvandaprodukter"),
    (
        Field::Products,
        En,
        "products product productsused materials",
    ),
    (Field::Batch, Fi, "era eranumero eranro lot"),
    (Field::Batch, Sv, "batchnummer sats satsnummer"),
    (
        Field::Batch,
        En,
        "batch batchnumber batchno lotnumber lotno",
    ),
    (
        Field::Remarks,
        Fi,
        "huomiot huomautukset huomautus huom muistiinpanot lisatiedot kommentit",
    ),
    (
        Field::Remarks,
        Sv,
        "anmarkning anmarkningar anteckningar ovrigt",
    ),
    (
        Field::Remarks,
        En,
        "remarks notes comments comment observations",
    ),
    (Field::Contract, Fi, "sopimus erillinensopimus sopimustehty"),
    (Field::Contract, Sv, "avtal separatavtal kontrakt"),
    (Field::Contract, En, "contract separatecontract agreement"),
];
