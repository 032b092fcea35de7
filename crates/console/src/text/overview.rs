//! The owner's overview: figures in words.

use crate::text::{sentences, texts};

texts! {
    overview_lead: "Luvut tästä rekisteristä juuri nyt. Poistetut kortit eivät ole mukana, joten menneet kuukaudet pienenevät, kun kortteja poistetaan.",
        "Siffror ur registret just nu. Raderade kort är inte med, så tidigare månader minskar när kort raderas.",
        "Figures of this register right now. Erased cards are not in them, so past months shrink as cards are erased.";
    overview_needs: "Vaatii toimia", "Kräver åtgärd", "Needs action";
    overview_calm: "Mikään ei vaadi toimia.", "Inget kräver åtgärd.", "Nothing needs action.";
    overview_now: "Tilanne nyt", "Läget nu", "As things stand";
    figure: "Mitä", "Vad", "What";
    number: "Luku", "Antal", "Number";
    figure_clients: "Asiakkaita", "Kunder", "Clients";
    figure_requests: "Avoimia tietosuojapyyntöjä", "Öppna begäranden om dataskydd", "Requests open";
    figure_requests_late: "Pyyntöjä, joiden määräaika on ohi", "Begäranden vars tidsfrist gått ut", "Requests past their deadline";
    figure_due: "Kortteja, jotka poistetaan 30 päivän kuluessa", "Kort som raderas inom 30 dagar", "Cards due for deletion within 30 days";
    figure_conflicts: "Kortteja, joissa on valittava oikea arvo", "Kort där det rätta värdet ska väljas", "Cards with a value to choose";
    figure_duplicates: "Pareja, jotka voivat olla sama asiakas", "Par som kan vara samma kund", "Pairs that may be the same client";
    figure_papers: "Papereita tuhottavana", "Papper att förstöra", "Papers to destroy";
    figure_breaches: "Avoimia tietoturvaloukkauksia", "Öppna personuppgiftsincidenter", "Breaches open";
    figure_backup: "Viimeisin varmuuskopio", "Senaste säkerhetskopia", "Last backup";
    figure_storage: "Tämän koneen tiedot levyllä", "Uppgifterna på den här datorns disk", "This computer's data on disk";
    figure_free: "Vapaata levytilaa", "Ledigt diskutrymme", "Free disk space";
    over_time: "Asiakkaat ja käynnit viiden vuoden ajalta", "Kunder och besök under fem år", "Clients and visits over five years";
    chart_visits: "Käynnit kuukausittain", "Besök per månad", "Visits by month";
    chart_clients: "Käyneet asiakkaat kuukausittain", "Kunder som besökt oss per månad", "Clients who visited by month";
    chart_made: "Uudet kortit kuukausittain", "Nya kort per månad", "New cards by month";
    visits_word: "Käyntejä", "Besök", "Visits";
    visitors_word: "Kävi asiakkaita", "Kunder på besök", "Clients who visited";
    made_word: "Uusia kortteja", "Nya kort", "New cards";
    month_word: "Kuukausi", "Månad", "Month";
    same_as_table: "Samat luvut taulukkona", "Samma siffror som tabell", "The same figures as a table";
    at_least: "vähintään", "minst", "at least";
}

sentences! {
    chart_says(highest: usize, month: &str, total: usize):
        format!("Yhteensä {total}. Eniten, {highest}, kuukautena {month}. Luvut ovat taulukossa kuvien alla."),
        format!("Sammanlagt {total}. Flest, {highest}, i {month}. Siffrorna finns i tabellen under bilderna."),
        format!("{total} in all. Most, {highest}, in {month}. The figures are in the table below the charts.");
    figure_waiting(name: &str): format!("Muutoksia odottaa lähettämistä: {name}"), format!("Ändringar som väntar på att skickas: {name}"), format!("Changes waiting to be sent: {name}");
    waits_since(count: usize, since: &str): format!("{count}, vanhin odottanut {since} lähtien"), format!("{count}, den äldsta har väntat sedan {since}"), format!("{count}, the oldest since {since}");
    figure_days(count: i64): match count { 0 => "tänään".to_owned(), 1 => "eilen".to_owned(), _ => format!("{count} päivää sitten") },
        match count { 0 => "i dag".to_owned(), 1 => "i går".to_owned(), _ => format!("för {count} dagar sedan") },
        match count { 0 => "today".to_owned(), 1 => "yesterday".to_owned(), _ => format!("{count} days ago") };
}
