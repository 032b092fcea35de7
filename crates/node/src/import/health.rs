//! Health cells: how many entries they hold, what about, and how loudly.

use register::directory::fold;
use register::health::{AlertLevel, HealthKind};

/// Cells that say that there is nothing.
const NOTHING: [&str; 20] = [
    "-",
    "--",
    "–",
    "ei",
    "ei ole",
    "ei mitaan",
    "ei tiedossa",
    "ei allergioita",
    "ei sairauksia",
    "ei laakityksia",
    "none",
    "no",
    "n/a",
    "nej",
    "inga",
    "inga allergier",
    "nothing",
    "no allergies",
    "0",
    "terve",
];
const ALLERGY: [&str; 7] = [
    "allerg",
    "yliherk",
    "overkansl",
    "anafyl",
    "hypersens",
    "intoleran",
    "overkans",
];
const MEDICATION: [&str; 14] = [
    "laakit",
    "laake",
    "medic",
    "medik",
    "marevan",
    "warfar",
    "isotretin",
    "roaccut",
    "kortiso",
    "cortiso",
    "antibioot",
    "antibiot",
    "verenohen",
    "blodfortun",
];
const SKIN: [&str; 16] = [
    "ihottum", "psoria", "ruusufin", "rosace", "ekseem", "eksem", "eczem", "akne", "acne", "atoop",
    "atopi", "vitilig", "iho", "hudsjuk", "utslag", "skin",
];
const FORBIDS: [&str; 13] = [
    "vasta-aihe",
    "vastaaihe",
    "kontraindik",
    "contraindic",
    "ei saa ",
    "kielletty",
    "far inte",
    "forbjud",
    "must not",
    "do not",
    "don't",
    "no treatment",
    "inga behandling",
];
/// What "ei …" must be about to forbid something.
const TREATMENTS: [&str; 8] = [
    "hoito",
    "kasittely",
    "laser",
    "neulaus",
    "kuorin",
    "pigment",
    "sahko",
    "ultraaani",
];
/// "Ei …" with one of these forbids nothing.
const ALLOWS: [&str; 4] = ["ei esta", "ei rajoita", "ei haittaa", "ei vaikuta"];

/// One entry of a health cell.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) kind: HealthKind,
    pub(super) text: String,
    pub(super) level: AlertLevel,
}

/// The entries of a cell.
///
/// Line breaks and " / " part entries; commas and semicolons outside parentheses do where a
/// capital letter follows. "Ruusufinni; herkkä iho" and "allergia: nikkeli, kromi" stay whole, since
/// a part torn off would no longer say what it is.
pub(super) fn complaints(cell: &str) -> Vec<Complaint> {
    if NOTHING.contains(&fold(cell).trim().trim_end_matches('.')) {
        return Vec::new();
    }
    split(cell)
        .into_iter()
        .map(|text| {
            let folded = fold(text);
            Complaint {
                kind: kind(&folded),
                text: text.to_owned(),
                level: level(&folded),
            }
        })
        .collect()
}

/// Whether a text clearly speaks of health.
pub(super) fn speaks_of_health(text: &str) -> bool {
    kind(&fold(text)) != HealthKind::Other
}

fn split(cell: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, c) in cell.char_indices() {
        let rest = cell.get(at + c.len_utf8()..).unwrap_or_default();
        let before = cell.get(..at).unwrap_or_default();
        let capital = rest.trim_start().starts_with(|c: char| c.is_uppercase());
        let parted = match c {
            '(' => {
                depth += usize::from(rest.contains(')'));
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            '\n' => true,
            '/' => depth == 0 && before.ends_with(' ') && rest.starts_with(' '),
            ',' | ';' => depth == 0 && capital,
            _ => false,
        };
        if parted {
            parts.push(cell.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
    }
    parts.push(cell.get(start..).unwrap_or_default());
    parts
        .into_iter()
        .map(|part| part.trim().trim_end_matches([',', ';']).trim())
        .filter(|part| !part.is_empty())
        .collect()
}

fn kind(folded: &str) -> HealthKind {
    let says = |stems: &[&str]| {
        folded
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| stems.iter().any(|stem| word.contains(stem)))
    };
    // "iho" inside a word ("aihioita") is no skin: those stems must start it.
    let starts = |stems: &[&str]| {
        folded
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    if says(&ALLERGY) {
        HealthKind::Allergy
    } else if says(&MEDICATION) {
        HealthKind::Medication
    } else if starts(&SKIN) || folded.contains("ihottum") {
        HealthKind::Skin
    } else {
        HealthKind::Other
    }
}

fn level(folded: &str) -> AlertLevel {
    let refuses = folded
        .split_once("ei ")
        .filter(|(before, _)| !before.ends_with(char::is_alphanumeric))
        .is_some_and(|(_, after)| TREATMENTS.iter().any(|word| after.contains(word)));
    let allows = ALLOWS.iter().any(|words| folded.contains(words));
    if FORBIDS.iter().any(|words| folded.contains(words)) || (refuses && !allows) {
        AlertLevel::Contraindication
    } else {
        AlertLevel::Caution
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(cell: &str, expected: &[&str]) {
        let texts: Vec<String> = complaints(cell).into_iter().map(|one| one.text).collect();
        assert_eq!(texts, expected, "{cell}");
    }

    #[test]
    fn cells_are_parted_where_a_new_entry_starts() {
        check("Ruusufinni; herkkä iho", &["Ruusufinni; herkkä iho"]);
        check(
            "Ruusufinni; herkkä iho, Diabetes (tyyppi 2, Metformin)",
            &["Ruusufinni; herkkä iho", "Diabetes (tyyppi 2, Metformin)"],
        );
        check("Epilepsia / Raskaana", &["Epilepsia", "Raskaana"]);
        check(
            "Isotretinoiini lopetettu 3/2026",
            &["Isotretinoiini lopetettu 3/2026"],
        );
        check("Allergia: nikkeli, kromi", &["Allergia: nikkeli, kromi"]);
        check(
            "Epilepsia;Psoriasis,\nAstma",
            &["Epilepsia", "Psoriasis", "Astma"],
        );
        check("Auki (jäänyt, Sulku", &["Auki (jäänyt", "Sulku"]);
        for nothing in ["", "-", "Ei ole", "Ei allergioita.", "Inga"] {
            check(nothing, &[]);
        }
    }

    #[test]
    fn kinds_and_levels_are_guessed_with_care() {
        use AlertLevel::{Caution, Contraindication};
        use HealthKind::{Allergy, Medication, Other, Skin};
        for (cell, kind, level) in [
            ("Lateksiallergia", Allergy, Caution),
            ("Lääkeaineallergia", Allergy, Caution),
            ("Atooppinen ihottuma", Skin, Caution),
            ("Ruusufinni; herkkä iho", Skin, Caution),
            ("Verenohennuslääkitys (Marevan)", Medication, Caution),
            (
                "Sydämentahdistin - ei sähköhoitoja!",
                Other,
                Contraindication,
            ),
            ("Raskaana", Other, Caution),
            ("Ei estä hoitoa", Other, Caution),
            ("Seinähoito", Other, Caution),
            ("Vasta-aihe: laser", Other, Contraindication),
        ] {
            let found = complaints(cell);
            assert_eq!((found[0].kind, found[0].level), (kind, level), "{cell}");
        }
        assert!(speaks_of_health("kertoi että on allergiaa"));
        assert!(!speaks_of_health("Kahvi maidolla"));
    }

    proptest! {
        #[test]
        fn no_letter_of_any_cell_is_lost(cell in "[A-Za-zäÄ ,;/()\n]{0,60}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
            let found = complaints(&cell);
            let kept: String = found.iter().map(|one| letters(&one.text)).collect();
            let nothing = NOTHING.contains(&fold(&cell).trim().trim_end_matches('.'));
            prop_assert!(kept == letters(&cell) || nothing);
        }
    }
}
