//! The change history of a card in words.

use crate::text::{sentences, texts};

texts! {
    changes: "Muutoshistoria", "Ändringshistorik", "Change history";
    changes_lead: "Kortin muutokset uusimmasta vanhimpaan. Historiasta poistetuista tiedoista näkyy vain, että jotakin poistettiin.",
        "Kortets ändringar, den senaste först. Av uppgifter som tagits bort ur historiken syns bara att något togs bort.",
        "The card's changes, newest first. Of what was removed from history, only that something was removed shows.";
    changes_none: "Kortilla ei ole muutoksia.", "Kortet har inga ändringar.", "The card has no changes.";
    changes_older: "Vanhemmat muutokset", "Äldre ändringar", "Older changes";
    changes_newer: "Uudemmat muutokset", "Nyare ändringar", "Newer changes";
    changes_health: "Näytä myös terveystietojen sisältö", "Visa också innehållet i hälsouppgifterna", "Show what the health information said, too";
    changes_health_covered: "sisältö peitetty", "innehållet dolt", "what it says is covered";
    change_added: "lisättiin", "lades till", "added";
    change_changed: "muutettiin", "ändrades", "changed";
    change_settled: "kahdesta arvosta valittiin oikea", "ett av två värden valdes", "one of two values was chosen";
    change_removed: "poistettiin kortilta", "togs bort från kortet", "removed from the card";
    change_kept: "säilytettiin, vaikka se oli poistettu toisaalla", "behölls fast den hade tagits bort på annat håll", "kept, though it had been removed elsewhere";
    change_from: "Ennen", "Före", "Before";
    change_to: "Jälkeen", "Efter", "After";
    told_removed: "poistettu historiasta", "borttaget ur historiken", "removed from history";
    told_overdue: "säilytysaika on päättynyt", "förvaringstiden har gått ut", "its time is over";
    package_change_when: "Muutettu", "Ändrat", "Changed";
    package_change_what: "Mitä muutettiin", "Vad som ändrades", "What was changed";
    package_change_how: "Miten", "Hur", "How";
}

sentences! {
    changes_shown(first: usize, last: usize, total: usize):
        format!("Muutokset {first}–{last}, yhteensä {total}"), format!("Ändringarna {first}–{last} av {total}"), format!("Changes {first} to {last} of {total}");
}
