//! Marketing: permission, campaigns, notices and how many are left.

use register::marketing::{CampaignKind, Medium, NoticeRefusal, Outcome, Stage};

use crate::text::{Language, plural, sentences, texts};

texts! {
    marketing_room: "Markkinointi", "Marknadsföring", "Marketing";
    marketing_lead: "Tiedotteita saa lähettää vain niille, jotka ovat antaneet luvan, ja enintään 12 kertaa 12 kuukauden aikana yhteensä kaikista toimipisteistä.",
        "Utskick får göras bara till dem som har gett tillstånd, och högst 12 gånger på 12 månader från alla verksamhetsställen tillsammans.",
        "Notices go only to those who have allowed them, at most 12 times in 12 months from all premises together.";
    marketing_wording: "Kysy näin: ”Saammeko lähettää sinulle tiedotteita hoitopäivistä, uusista hoidoista ja tapahtumista, enintään 12 kertaa vuodessa? Voit kieltää ne milloin tahansa.”",
        "Fråga så här: ”Får vi skicka dig utskick om behandlingsdagar, nya behandlingar och evenemang, högst 12 gånger om året? Du kan förbjuda dem när som helst.”",
        "Ask like this: “May we send you notices of treatment days, new treatments and events, at most 12 times a year? You can stop them at any time.”";
    asked_wording: "Kysymyksen versio", "Frågans version", "Wording of the question";
    notices: "Tiedotteet", "Utskick", "Notices";
    notices_none: "Ei tiedotteita 12 kuukauden aikana.", "Inga utskick under 12 månader.", "No notices in 12 months.";
    notice_units: "Toimipisteiden välillä siirretyt tiedoteosuudet", "Utskicksandelar som flyttats mellan verksamhetsställen", "Shares of notices moved between premises";
    notice_wishes: "Toimipisteiden pyytämät tiedoteosuudet", "Utskicksandelar som verksamhetsställen begärt", "Shares of notices that premises asked for";
    notice_count: "Määrä", "Antal", "Number";
    notice_sent_by: "Lähettäjä", "Avsändare", "Sent by";
    notice_outcome: "Mitä tiedotteelle tapahtui", "Vad som hände med utskicket", "What became of the notice";
    campaign: "Kampanja", "Kampanj", "Campaign";
    campaigns: "Kampanjat", "Kampanjer", "Campaigns";
    campaigns_none: "Kampanjoita ei ole vielä.", "Det finns inga kampanjer ännu.", "There are no campaigns yet.";
    campaign_new: "Uusi kampanja", "Ny kampanj", "New campaign";
    campaign_kind: "Mistä kampanja kertoo", "Vad kampanjen handlar om", "What the campaign is about";
    campaign_title: "Otsikko", "Rubrik", "Title";
    campaign_title_hint: "Sopii myös sähköpostin aiheeksi.", "Passar också som ämne i e-posten.", "Also fit for the subject of a mail.";
    campaign_title_long: "Kirjoita otsikko yhdelle riville, enintään 120 merkkiä.", "Skriv rubriken på en rad, högst 120 tecken.", "Write the title on one line, at most 120 characters.";
    campaign_text_fi: "Viesti suomeksi", "Meddelandet på finska", "The message in Finnish";
    campaign_text_sv: "Viesti ruotsiksi (ei pakollinen)", "Meddelandet på svenska (frivilligt)", "The message in Swedish (optional)";
    campaign_text_en: "Viesti englanniksi (ei pakollinen)", "Meddelandet på engelska (frivilligt)", "The message in English (optional)";
    campaign_medium: "Miten viesti lähtee", "Hur meddelandet går ut", "How the message goes out";
    audience: "Kenelle", "Till vem", "For whom";
    audience_hint: "Vain luvan antaneille. Tyhjä kohta ei rajaa.", "Bara till dem som gett tillstånd. Ett tomt fält begränsar inte.", "Only to those who have allowed it. An empty field does not narrow it down.";
    audience_treatment: "On saanut hoidon", "Har fått behandlingen", "Has had the treatment";
    audience_premises: "Hoito annettu toimipisteessä", "Behandlingen gavs på verksamhetsstället", "Treatment given at the premises";
    audience_anywhere: "Missä tahansa", "Var som helst", "Anywhere";
    audience_from: "Hoito aikaisintaan", "Behandlingen tidigast", "Treatment not before";
    audience_to: "Hoito viimeistään", "Behandlingen senast", "Treatment not after";
    audience_away: "Ei ole käynyt päivän jälkeen", "Har inte besökt efter dagen", "Has not been here since";
    list_days: "Jakelulista vanhenee, vuorokautta", "Sändlistan föråldras, dygn", "The recipient list expires, days";
    list_days_wrong: "Kirjoita luku 1–60.", "Skriv ett tal 1–60.", "Write a number from 1 to 60.";
    campaign_save: "Tallenna luonnos", "Spara utkastet", "Save the draft";
    campaign_preview: "Esikatselu", "Förhandsgranskning", "Preview";
    campaign_message: "Näin viesti näkyy saajalle", "Så här ser mottagaren meddelandet", "The message as a recipient gets it";
    campaign_left_out: "Jää pois", "Lämnas utanför", "Left out";
    campaign_make_list: "Tee jakelulista", "Gör sändlistan", "Make the recipient list";
    campaign_list: "Jakelulista", "Sändlista", "Recipient list";
    campaign_elsewhere: "Tämä kampanja tehtiin toisessa toimipisteessä. Sen lista tehdään ja lähetetään siellä.",
        "Den här kampanjen gjordes på ett annat verksamhetsställe. Listan görs och skickas där.",
        "This campaign was made at another premises. Its list is made and sent there.";
    campaign_stop: "Pysäytä kampanja", "Stoppa kampanjen", "Stop the campaign";
    campaign_take: "Lataa luovutettu lista", "Ladda ner den utlämnade listan", "Download the list that was handed out";
    campaign_take_hint: "Listalla ovat ne, joille tiedote on kirjattu. Lataus kirjataan lokiin rivimäärineen. Hävitä tiedosto lähetyksen jälkeen.",
        "På listan finns de för vilka utskicket har antecknats. Nedladdningen loggas med antalet rader. Förstör filen efter sändningen.",
        "On the list are those for whom the notice was recorded. The download is logged with the number of rows. Destroy the file after sending.";
    campaign_why: "Miksi lista otetaan", "Varför listan tas", "Why the list is taken";
    campaign_handed: "Luovuta lista lähetettäväksi", "Lämna listan för sändning", "Hand the list out";
    campaign_handed_hint: "Jokaiselle listalla olevalle kirjataan ensin yksi tiedote. Sen jälkeen listan voi ladata.", "Först antecknas ett utskick för var och en på listan. Sedan kan listan laddas ner.",
        "First one notice is recorded for each on the list. Then the list can be downloaded.";
    mail_none: "Tällä koneella ei ole postipalvelinta, joten lista lähetetään muualla. Postipalvelimen voi merkitä koneen asetustiedostoon kohtaan [mail].",
        "Den här datorn har ingen e-postserver, så listan skickas annanstans. En e-postserver kan anges i datorns inställningsfil under [mail].",
        "This computer has no mail relay, so the list is sent elsewhere. A mail relay can be named in the computer's settings file under [mail].";
    mail_send_title: "Lähetys sähköpostilla", "Sändning med e-post", "Sending by e-mail";
    mail_send_hint: "Jokaisesta viestistä kirjataan yksi tiedote juuri ennen lähetystä. Lähetys jatkuu taustalla, myös jos suljet sivun, ja sen voi pysäyttää.",
        "För varje meddelande antecknas ett utskick just innan det skickas. Sändningen fortsätter i bakgrunden även om du stänger sidan och den kan stoppas.",
        "One notice is recorded for each message just before it goes. Sending goes on in the background, also when you close the page, and can be stopped.";
    mail_trial: "Lähetä koeviesti", "Skicka ett provmeddelande", "Send a trial message";
    mail_trial_to: "Koeviestin osoite", "Adress för provmeddelandet", "Address for a trial message";
    mail_trial_hint: "Oma osoitteesi. Koeviestiä ei kirjata tiedotteeksi.", "Din egen adress. Ett provmeddelande antecknas inte som utskick.", "Your own address. A trial message is not recorded as a notice.";
    mail_trial_wrong: "Kirjoita sähköpostiosoite.", "Skriv en e-postadress.", "Write an e-mail address.";
    mail_trial_client: "Osoite on asiakkaan kortilla. Lähetä koeviesti omaan osoitteeseesi.", "Adressen finns på en kunds kort. Skicka provmeddelandet till din egen adress.", "The address is on a client's card. Send the trial message to an address of your own.";
    mail_trial_sent: "Postipalvelin otti koeviestin vastaan.", "E-postservern tog emot provmeddelandet.", "The mail relay took the trial message.";
    mail_trial_unreachable: "Postipalvelin ei vastaa tai ei hyväksy tätä konetta. Tarkista asetustiedoston kohta [mail] ja internetyhteys.",
        "E-postservern svarar inte eller godkänner inte den här datorn. Kontrollera [mail] i inställningsfilen och internetanslutningen.",
        "The mail relay does not answer or does not admit this computer. Check [mail] in the settings file and the internet connection.";
    mail_trial_later: "Postipalvelin pyysi yrittämään myöhemmin.", "E-postservern bad att försöka senare.", "The mail relay asked to try later.";
    mail_trial_refused: "Postipalvelin ei ottanut viestiä vastaan. Tarkista osoite ja lähettäjän osoite.", "E-postservern tog inte emot meddelandet. Kontrollera adressen och avsändarens adress.", "The mail relay refused the message. Check the address and the sender's address.";
    campaign_results: "Tulos", "Resultat", "Result";
    campaign_list_gone: "Jakelulista on poistettu.", "Sändlistan har tagits bort.", "The recipient list is gone.";
    opt_out: "Kirjaa markkinointikielto", "Anteckna marknadsföringsförbud", "Record an opt-out";
    opt_out_hint: "Kirjoita sähköpostiosoite tai puhelinnumero, josta kielto tuli. Kielto tulee voimaan heti kaikilla korteilla, joilla se on.",
        "Skriv e-postadressen eller telefonnumret som förbudet kom från. Förbudet gäller genast på alla kort som har det.",
        "Write the e-mail address or phone number that the opt-out came from. It holds at once on every card that has it.";
    opt_out_contact: "Sähköposti tai puhelin", "E-post eller telefon", "E-mail or phone";
    opt_out_wrong: "Kirjoita sähköpostiosoite tai puhelinnumero.", "Skriv en e-postadress eller ett telefonnummer.", "Write an e-mail address or a phone number.";
    opt_out_nobody: "Yhdelläkään kortilla ei ole tätä osoitetta tai numeroa. Hae asiakas nimellä.", "Inget kort har den här adressen eller det här numret. Sök kunden med namn.",
        "No card has this address or number. Search for the client by name.";
    opt_out_channel: "asiakkaan ilmoitus", "kundens meddelande", "told by the client";
}

sentences! {
    notices_left(sent: u32, here: u32):
        format!("{sent}/12 lähetetty 12 kuukauden aikana, täältä voi lähettää {here}"),
        format!("{sent}/12 skickade under 12 månader, härifrån kan {here} skickas"),
        format!("{sent} of 12 sent in 12 months, {here} can be sent from here");
    recipients_now(count: usize):
        format!("{count} {}", plural(count, "saaja", "saajaa")),
        format!("{count} {}", plural(count, "mottagare", "mottagare")),
        format!("{count} {}", plural(count, "recipient", "recipients"));
    list_expires(when: &str):
        format!("Lista vanhenee ja poistetaan {when}."), format!("Listan föråldras och tas bort {when}."), format!("The list expires and is deleted on {when}.");
    list_shrunk(count: usize):
        format!("{count} on jäänyt pois listan tekemisen jälkeen."), format!("{count} har fallit bort sedan listan gjordes."), format!("{count} dropped out since the list was made.");
    campaign_waiting(place: &str):
        format!("odottaa osuutta toimipisteestä: {place}"), format!("väntar på andel från verksamhetsstället: {place}"), format!("waiting for units from {place}");
    opted_out(count: usize):
        format!("Markkinointikielto kirjattu: {count} {}.", plural(count, "kortti", "korttia")),
        format!("Marknadsföringsförbud antecknat: {count} kort."),
        format!("Opt-out recorded on {count} {}.", plural(count, "card", "cards"));
    mail_send(count: usize):
        format!("Lähetä {count} {}", plural(count, "viesti", "viestiä")), format!("Skicka {count} meddelanden"), format!("Send {count} {}", plural(count, "message", "messages"));
    mail_trouble(since: &str):
        format!("Postipalvelin ei ole vastannut {since} jälkeen. Lähetys jatkuu itsestään, kun se vastaa."), format!("E-postservern har inte svarat sedan {since}. Sändningen fortsätter av sig själv när den svarar."), format!("The mail relay has not answered since {since}. Sending goes on by itself when it does.");
    campaign_was_handed(count: usize):
        format!("{count} {} kirjattu.", plural(count, "tiedote", "tiedotetta")), format!("{count} utskick antecknade."), format!("{count} {} recorded.", plural(count, "notice", "notices"));
}

impl Language {
    pub(crate) const fn campaign_kind_name(self, kind: CampaignKind) -> &'static str {
        match (kind, self) {
            (CampaignKind::TreatmentDay, Self::Finnish) => "Hoitopäivä",
            (CampaignKind::TreatmentDay, Self::Swedish) => "Behandlingsdag",
            (CampaignKind::TreatmentDay, Self::English) => "Treatment day",
            (CampaignKind::NewTreatment, Self::Finnish) => "Uusi hoito",
            (CampaignKind::NewTreatment, Self::Swedish) => "Ny behandling",
            (CampaignKind::NewTreatment, Self::English) => "New treatment",
            (CampaignKind::Event, Self::Finnish) => "Tapahtuma",
            (CampaignKind::Event, Self::Swedish) => "Evenemang",
            (CampaignKind::Event, Self::English) => "Event",
        }
    }

    pub(crate) const fn medium_name(self, medium: Medium) -> &'static str {
        match (medium, self) {
            (Medium::Email, Self::Finnish) => "Sähköposti",
            (Medium::Email, Self::Swedish) => "E-post",
            (Medium::Email, Self::English) => "E-mail",
            (Medium::Sms, Self::Finnish) => "Tekstiviesti (lista muualle)",
            (Medium::Sms, Self::Swedish) => "Textmeddelande (lista annanstans)",
            (Medium::Sms, Self::English) => "Text message (list to take elsewhere)",
            (Medium::Letter, Self::Finnish) => "Kirje (lista muualle)",
            (Medium::Letter, Self::Swedish) => "Brev (lista annanstans)",
            (Medium::Letter, Self::English) => "Letter (list to take elsewhere)",
        }
    }

    pub(crate) const fn stage_name(self, stage: Stage) -> &'static str {
        match (stage, self) {
            (Stage::Draft, Self::Finnish) => "Luonnos",
            (Stage::Draft, Self::Swedish) => "Utkast",
            (Stage::Draft, Self::English) => "Draft",
            (Stage::Listed, Self::Finnish) => "Lista tehty",
            (Stage::Listed, Self::Swedish) => "Listan gjord",
            (Stage::Listed, Self::English) => "List made",
            (Stage::Sending, Self::Finnish) => "Lähetetään",
            (Stage::Sending, Self::Swedish) => "Skickas",
            (Stage::Sending, Self::English) => "Sending",
            (Stage::Done, Self::Finnish) => "Valmis",
            (Stage::Done, Self::Swedish) => "Klar",
            (Stage::Done, Self::English) => "Done",
            (Stage::Stopped, Self::Finnish) => "Pysäytetty",
            (Stage::Stopped, Self::Swedish) => "Stoppad",
            (Stage::Stopped, Self::English) => "Stopped",
            (Stage::Expired, Self::Finnish) => "Lista vanhentunut",
            (Stage::Expired, Self::Swedish) => "Listan föråldrad",
            (Stage::Expired, Self::English) => "List expired",
        }
    }

    pub(crate) const fn outcome_name(self, outcome: Outcome) -> &'static str {
        match (outcome, self) {
            (Outcome::HandedOut, Self::Finnish) => "Luovutetulla listalla",
            (Outcome::HandedOut, Self::Swedish) => "På en utlämnad lista",
            (Outcome::HandedOut, Self::English) => "On a list handed out",
            (Outcome::Trying, Self::Finnish) => "Ei tiedetä, lähtikö",
            (Outcome::Trying, Self::Swedish) => "Okänt om det gick ut",
            (Outcome::Trying, Self::English) => "Not known whether it went out",
            (Outcome::Sent, Self::Finnish) => "Lähetetty",
            (Outcome::Sent, Self::Swedish) => "Skickat",
            (Outcome::Sent, Self::English) => "Sent",
            (Outcome::Later, Self::Finnish) => "Postipalvelin pyysi yrittämään myöhemmin",
            (Outcome::Later, Self::Swedish) => "E-postservern bad att försöka senare",
            (Outcome::Later, Self::English) => "The mail relay asked to try later",
            (Outcome::Failed, Self::Finnish) => "Ei lähtenyt",
            (Outcome::Failed, Self::Swedish) => "Gick inte ut",
            (Outcome::Failed, Self::English) => "Did not go out",
        }
    }

    pub(crate) const fn left_out(self, why: NoticeRefusal) -> &'static str {
        match why {
            NoticeRefusal::NoPermission => pick(
                self,
                "ei ole antanut lupaa",
                "har inte gett tillstånd",
                "has not allowed it",
            ),
            NoticeRefusal::Minor => pick(
                self,
                "mahdollisesti alaikäinen",
                "möjligen minderårig",
                "may be under age",
            ),
            NoticeRefusal::Restricted => pick(
                self,
                "käsittelyä on rajoitettu",
                "behandlingen är begränsad",
                "use is restricted",
            ),
            NoticeRefusal::Awaited => pick(
                self,
                "tietoja ei ole vielä saapunut",
                "uppgifter har inte kommit ännu",
                "something has not arrived yet",
            ),
            NoticeRefusal::Twice => pick(
                self,
                "on jo saanut tämän",
                "har redan fått det här",
                "has had this already",
            ),
            NoticeRefusal::Cap => pick(
                self,
                "12 tiedotetta 12 kuukaudessa on täynnä",
                "12 utskick på 12 månader är fulla",
                "has had 12 notices in 12 months",
            ),
            NoticeRefusal::Units => pick(
                self,
                "jäljellä oleva osuus on toisessa toimipisteessä",
                "återstående andel finns på ett annat verksamhetsställe",
                "the notices left belong to another premises",
            ),
            NoticeRefusal::NoAddress => pick(
                self,
                "ei osoitetta tai numeroa",
                "ingen adress eller nummer",
                "no address or number",
            ),
            NoticeRefusal::Clock => pick(
                self,
                "koneen kello on epäluotettava",
                "datorns klocka är opålitlig",
                "the computer's clock is not trusted",
            ),
            NoticeRefusal::Behind => pick(
                self,
                "palautettu kone odottaa toista toimipistettä",
                "den återställda datorn väntar på ett annat verksamhetsställe",
                "the restored computer waits for another premises",
            ),
            NoticeRefusal::Gone => pick(
                self,
                "korttia ei enää ole",
                "kortet finns inte längre",
                "the card is gone",
            ),
        }
    }
}

const fn pick(t: Language, fi: &'static str, sv: &'static str, en: &'static str) -> &'static str {
    match t {
        Language::Finnish => fi,
        Language::Swedish => sv,
        Language::English => en,
    }
}

/// How a recipient says no, in the three languages, as it ends every message.
#[must_use]
pub fn opt_out_text(contact: &str) -> String {
    format!(
        "Et halua enää tiedotteita? Vastaa tähän viestiin KIELTO tai ota yhteyttä: {contact}\n\
         Vill du inte ha fler utskick? Svara NEJ på det här meddelandet eller kontakta: {contact}\n\
         No more notices? Answer this message with STOP or contact: {contact}"
    )
}
