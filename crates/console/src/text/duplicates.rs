//! Cards that may be, are, or are not of one person.

use crate::text::{plural, sentences, texts};

texts! {
    duplicates: "Kaksoiskappaleet", "Dubbletter", "Duplicates";
    duplicates_lead: "Näillä korteilla on sama puhelinnumero, sama sähköposti tai sama nimi ja syntymävuosi. Yhdistäminen linkittää kortit: varoitukset näkyvät molemmilla, tiukin markkinointilupa koskee molempia, ja asiakkaan pysyvä poisto poistaa molemmat. Mitään ei kopioida, ja yhdistämisen voi purkaa.",
        "De här korten har samma telefonnummer, samma e-post eller samma namn och födelseår. En sammanslagning länkar korten: varningarna syns på båda, det strängaste marknadsföringstillståndet gäller båda, och när kunden raderas permanent raderas båda. Inget kopieras, och sammanslagningen kan ångras.",
        "These cards have the same phone number, the same e-mail, or the same name and birth year. A merge links the cards: alerts show on both, the strictest marketing permission holds for both, and erasing the client erases both. Nothing is copied, and a merge can be undone.";
    no_duplicates: "Ei arvioitavia pareja.", "Inga par att bedöma.", "No pairs to judge.";
    pairs_disputed: "Arvioitu eri tavoin eri toimipisteissä", "Olika bedömda på olika verksamhetsställen", "Judged differently at two premises";
    pairs_disputed_lead: "Kunnes joku arvioi parin uudelleen, kortit pysyvät yhdistettyinä.", "Tills någon bedömer paret på nytt hålls korten sammanslagna.",
        "Until somebody judges the pair once more, the cards stay merged.";
    pairs_open: "Arvioitavat parit", "Par att bedöma", "Pairs to judge";
    pairs_same: "Yhdistetyt kortit", "Sammanslagna kort", "Merged cards";
    pairs_different: "Eri henkilöiksi todetut", "Konstaterade olika personer", "Found to be different people";
    judge_same: "Sama henkilö – yhdistä", "Samma person – slå ihop", "Same person – merge";
    judge_different: "Eri henkilöt", "Olika personer", "Different people";
    unmerge: "Pura yhdistäminen", "Ångra sammanslagningen", "Undo the merge";
    same_client: "Sama asiakas:", "Samma kund:", "Same client:";
    card_made: "Kortin teki", "Kortet gjordes av", "Card made by";
    package_judged: "Vertailu toiseen korttiin", "Jämförelse med ett annat kort", "Comparison with another card";
    package_same: "Todettu saman asiakkaan kortiksi", "Konstaterat vara samma kunds kort", "Found to be the same client's";
    package_different: "Todettu toisen henkilön kortiksi", "Konstaterat vara en annan persons kort", "Found to be another person's";
    merges: "Yhdistämiset", "Sammanslagningar", "Merges";
    linked_alert: "Varoitus sisältää myös linkitetyt kortit.", "Varningen omfattar också de länkade korten.", "The alert covers the linked cards too.";
    linked_marketing: "Tiukin linkitettyjen korttien vastaus ratkaisee.", "Det strängaste svaret på de länkade korten gäller.", "The strictest answer on the linked cards holds.";
    erase_linked: "Myös nämä saman asiakkaan kortit poistetaan", "Också de här korten för samma kund raderas", "These cards of the same client are erased too";
}

sentences! {
    likely_pairs(count: usize, more: bool):
        if more { format!("Näytetään {count} ensimmäistä paria") } else { format!("{count} {} arvioitavana", plural(count, "pari", "paria")) },
        if more { format!("De {count} första paren visas") } else { format!("{count} par att bedöma") },
        if more { format!("The first {count} pairs are shown") } else { format!("{count} {} to judge", plural(count, "pair", "pairs")) };
    on_card(name: &str, words: &str):
        format!("Kortti {name}: {words}"), format!("Kortet {name}: {words}"), format!("The card {name}: {words}");
}
