//! The papers in Finnish.

use super::{Change, Clause};

pub(super) const NOTICE: [Clause; 10] = [
    (
        "4. Henkilötietojen käsittelyn tarkoitus ja peruste",
        "Käytämme asiakasrekisterin tietoja asiakassuhteen hoitamiseen ja asiakkaan turvallisuuden takaamiseen. Rekisteriä käyttävät klinikan henkilökunta ja klinikan tiloissa toimivat vuokratuoli- ja sopimusyrittäjät.\n\
         Yhteystietojen ja hoitotietojen käsittely perustuu asiakassuhteeseen (tietosuoja-asetuksen 6 artiklan 1 kohdan b alakohta). Terveystietoja käsittelemme vain nimenomaisella suostumuksellasi (9 artiklan 2 kohdan a alakohta). Voit perua suostumuksen milloin tahansa, ja silloin poistamme terveystietosi. Markkinointi perustuu lupaan, jota olemme kysyneet sinulta.",
    ),
    (
        "5. Rekisterin tietosisältö",
        "Nimi, syntymävuosi ja yhteystiedot.\n\
         Tarvittaessa ihosairaudet ja muut terveystiedot, jotka voivat vaikuttaa hoitoon.\n\
         Annetut hoidot ja tieto siitä, onko hoidosta tehty erillinen sopimus.\n\
         Markkinointilupa tai -kielto sekä tietosuojaa koskevat pyyntösi.\n\
         Syntymäajasta tallennamme vain vuoden. Henkilötunnusta emme tallenna lainkaan.",
    ),
    (
        "6. Mistä tiedot saadaan",
        "Saamme tiedot sinulta itseltäsi haastattelemalla. Hoidosta riippuen voit täyttää erillisen sopimuksen, joka säilytetään paperilla kassakaapissa; rekisterissä on vain merkintä sopimuksesta.\n\
         Tietojen antaminen on vapaaehtoista, ja voit kieltää niiden tallentamisen tai antaa pelkät yhteystietosi. Jos hoidon turvallisuus edellyttää terveystietoja etkä halua antaa niitä, voimme kieltäytyä hoidosta.",
    ),
    (
        "7. Tietojen luovutukset",
        "Emme luovuta tietoja eteenpäin. Jos lähetämme sinulle tiedotteita sähköpostilla, sähköpostipalvelumme käsittelee osoitteesi ja viestin puolestamme.",
    ),
    (
        "8. Tietojen siirto EU:n tai ETA:n ulkopuolelle",
        "Emme siirrä tietoja EU:n emmekä ETA:n ulkopuolelle.",
    ),
    (
        "9. Rekisterin suojaus ja säilytysaika",
        "Tiedot ovat klinikan omissa tietokoneissa toimipisteissämme, eivät ulkopuolisen palvelimella. Ne on salattu koneen levyllä. Toimipisteet pitävät rekisterin samana vaihtamalla tietoja vain keskenään salatun yhteyden yli, jossa kumpikin kone tunnistaa toisensa. Varmuuskopiot ovat salattuja ja enintään 35 päivää vanhoja.\n\
         Jokaisella käyttäjällä on oma tunnus ja salasana, ja hän näkee vain sen, mitä hänen työnsä vaatii. Kortit avautuvat vasta, kun käyttäjä on antanut päivätyn vaitiolositoumuksen. Jokaisesta kortin avaamisesta jää merkintä: kuka, milloin ja miksi.\n\
         Hoitomerkintä poistetaan, kun hoidosta on viisi vuotta, ja terveystieto, kun sen kirjaamisesta tai viimeisestä vahvistamisesta käynnillä on viisi vuotta. Koko kortti poistetaan, kun viimeisestä käynnistä on viisi vuotta. Tietosuojapyynnöt säilytetään viisi vuotta niiden päättymisestä ja lokitiedot kaksi vuotta.",
    ),
    (
        "10. Oikeus tarkastaa tiedot",
        "Voit pyytää kaikki sinua koskevat tiedot nähtäväksesi, myös tiedon siitä, milloin ja miksi korttiasi on katsottu. Voit esittää pyynnön haluamallasi tavalla: käynnillä, puhelimitse, sähköpostilla tai kirjeellä. Varmistamme henkilöllisyytesi ennen kuin annamme tietoja, mutta emme kysy henkilötunnustasi. Vastaamme viipymättä ja viimeistään kuukaudessa.",
    ),
    (
        "11. Oikeus oikaista ja poistaa tiedot",
        "Jos jokin tieto on väärin, oikaisemme sen pyynnöstäsi ilman aiheetonta viivytystä. Halutessasi poistamme vanhan tiedon myös muutoshistoriasta. Kun asiakkuutesi on päättynyt, voit pyytää tietojesi välitöntä poistamista. Voit esittää pyynnön haluamallasi tavalla.",
    ),
    (
        "12. Markkinointi ja muut oikeudet",
        "Jos olet antanut luvan, lähetämme 0–12 kertaa vuodessa tiedotteen hoitopäivistä, uusista hoidoista tai tapahtumista. Tiedote voi koskea myös samoissa tiloissa toimivia vuokratuoli- ja sopimusyrittäjiä. Voit kieltää markkinoinnin milloin tahansa, ja kielto on voimassa heti. Emme käytä tietoja markkinointi- tai mielipidetutkimuksiin.\n\
         Voit myös pyytää tietojesi käsittelyn rajoittamista, vastustaa käsittelyä ja saada antamasi tiedot koneellisesti luettavina siirrettäväksi toiselle. Emme tee automaattisia päätöksiä emmekä profilointia.",
    ),
    (
        "13. Oikeus valittaa",
        "Jos katsot, että käsittelemme tietojasi lain vastaisesti, voit tehdä valituksen tietosuojavaltuutetulle: www.tietosuoja.fi.",
    ),
];

pub(super) const RECORD: [Clause; 7] = [
    (
        "Käsittelyn tarkoitukset",
        "Asiakkaat: asiakassuhteen hoitaminen, asiakasturvallisuus ja luvan antaneille markkinointi.\n\
         Käyttäjät: käyttöoikeuksien hallinta ja käsittelyn valvonta.",
    ),
    (
        "Rekisteröityjen ryhmät ja henkilötietojen ryhmät",
        "Asiakkaat: nimi, syntymävuosi ja yhteystiedot; ihosairaudet ja muut hoitoon vaikuttavat terveystiedot (erityinen henkilötietoryhmä, 9 artikla); annetut hoidot ja merkintä erillisestä sopimuksesta; markkinointilupa; tietosuojapyynnöt.\n\
         Käyttäjät (henkilökunta, vastaanotto, vuokratuoli- ja sopimusyrittäjät): nimi, rooli, salasanan tiiviste, vaitiolositoumuksen ja sopimuksen päivä, lokitiedot.",
    ),
    (
        "Vastaanottajien ryhmät",
        "Rekisteriä käyttävät klinikan tiloissa toimivat vuokratuoli- ja sopimusyrittäjät, joiden kanssa on sovittu käsittelystä. Muille tietoja ei luovuteta.",
    ),
    ("Siirrot EU:n tai ETA:n ulkopuolelle", "Ei ole."),
    (
        "Tietojen poistamisen määräajat",
        "Hoito-, sopimus- ja terveysmerkintä: 5 vuotta merkinnän päivästä; terveystiedolla viimeisestä vahvistamisesta.\n\
         Asiakaskortti: 5 vuotta viimeisestä käynnistä, tai perustamisesta jos käyntejä ei ole.\n\
         Tietosuojapyynnöt: 5 vuotta päättymisestä. Poistotodistukset: 5 vuotta.\n\
         Tietoturvaloukkaukset: 5 vuotta päättymisestä.\n\
         Lokitiedot: 2 vuotta. Entiset käyttäjät: 2 vuotta.",
    ),
    (
        "Tekniset ja organisatoriset turvatoimet",
        "Tiedot ovat vain toimipisteiden omissa tietokoneissa, levyllä salattuina. Toimipisteiden välinen yhteys on salattu ja molemminpuolisesti tunnistettu (TLS 1.3). Varmuuskopiot on salattu, ja niitä säilytetään enintään 35 päivää.\n\
         Henkilökohtaiset tunnukset ja salasanat, mahdollisuus toiseen tunnisteeseen, lukkiutuminen, roolien mukaiset oikeudet. Vaitiolositoumus ennen käyttöä. Korttien avaamiset ja muutokset kirjataan lokiin.",
    ),
    (
        "Henkilötietojen käsittelijät",
        "Rekisteriä ei ole annettu ulkopuolisen palveluntarjoajan hoidettavaksi.\n\
         Kun tiedotteita lähetetään sähköpostilla, klinikan sähköpostipalvelu käsittelee saajan osoitteen ja viestin.",
    ),
];

pub(super) const UNDERTAKING: [&str; 4] = [
    "Sitoudun pitämään salassa kaiken, mitä saan tietää klinikan asiakkaista ja muista luottamuksellisista asioista. Sitoumus on voimassa myös sen jälkeen, kun työni tai sopimukseni klinikalla on päättynyt.",
    "Katson ja käsittelen asiakastietoja vain, kun työtehtäväni sitä vaatii. Tiedän, että jokaisesta kortin avaamisesta jää merkintä.",
    "En luovuta tunnuksiani kenellekään, en kopioi asiakastietoja muualle enkä vie niitä mukanani. Ilmoitan heti, jos epäilen, että tietoja on päässyt vääriin käsiin.",
    "Käsittelen tietoja rekisterinpitäjän ohjeiden mukaan (tietosuoja-asetuksen 29 artikla ja 32 artiklan 4 kohta).",
];

pub(super) const CHANGES: [Change; 9] = [
    (
        "1–3. Rekisterinpitäjä, yhteyshenkilö, rekisterin nimi",
        "Kirjoitettu tekstiin käsin.",
        "Otetaan klinikan asetuksista, samoin kuin vienteihin ja paketteihin.",
        "Tieto muuttuu yhdessä paikassa ja on kaikissa papereissa sama.",
    ),
    (
        "4. Tarkoitus",
        "Asiakassuhteen hoito ja asiakasturvallisuus; käsittelyn perustetta ei mainittu.",
        "Sama tarkoitus; mukana käsittelyn peruste, terveystiedoissa nimenomainen suostumus.",
        "Tietosuoja-asetuksen 13 artikla vaatii kertomaan perusteen ja oikeuden perua suostumus.",
    ),
    (
        "5. Tietosisältö",
        "Nimi, syntymävuosi, yhteystiedot, terveystiedot tarvittaessa, hoidot, tieto erillisestä sopimuksesta.",
        "Samat tiedot; lisäksi markkinointilupa ja tietosuojapyynnöt, ja sanotaan, ettei henkilötunnusta tallenneta.",
        "Nekin ovat asiakkaasta tallennettuja tietoja, joista hänen pitää tietää.",
    ),
    (
        "7. Tietojen luovutukset",
        "Tietoja ei luovuteta.",
        "Tietoja ei luovuteta; sähköpostipalvelu mainitaan.",
        "Tietosuoja-asetuksen 13 artikla vaatii kertomaan, kuka tietoja käsittelee puolestamme.",
    ),
    (
        "9. Suojaus",
        "Tiedot ovat ulkopuolisen palveluntarjoajan palvelimella palomuurin takana.",
        "Tiedot ovat klinikan omissa koneissa toimipisteissä, salattuina, ja kulkevat vain niiden välillä.",
        "Tiedot eivät enää ole ulkopuolisella.",
    ),
    (
        "9. Säilytysaika",
        "Viisi vuotta, minkä jälkeen tiedot poistetaan.",
        "Viisi vuotta merkinnän päivästä ja kortille viimeisestä käynnistä; poisto tapahtuu itsestään.",
        "Sanotaan, mistä aika lasketaan. Itse aika ei muutu.",
    ),
    (
        "10. Tarkastusoikeus",
        "Pyyntö tehdään henkilökohtaisella käynnillä.",
        "Pyynnön voi tehdä käynnillä, puhelimitse, sähköpostilla tai muuten; vastaus kuukaudessa.",
        "Laki ei salli vaatia käyntiä (12 artikla); henkilöllisyys varmistetaan muutenkin.",
    ),
    (
        "11. Oikaisu ja poisto",
        "Pyyntö tehdään asiakaskäynnillä; poisto asiakkuuden päätyttyä.",
        "Pyynnön voi tehdä miten vain; vanha tieto poistetaan pyynnöstä myös historiasta.",
        "Sama kuin kohdassa 10; poisto ulottuu nyt joka koneelle.",
    ),
    (
        "12–13. Muut oikeudet",
        "Markkinoinnin kielto; muita oikeuksia ei mainittu. Lakina henkilötietolaki.",
        "Myös rajoittaminen, vastustaminen, siirto ja valitus tietosuojavaltuutetulle.",
        "Henkilötietolaki on kumottu; tietosuoja-asetus (EU) 2016/679 vaatii nämä tiedot.",
    ),
];
