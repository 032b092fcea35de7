//! One person with a card at each premises: linked, told apart, and erased as one.

use kortisto_tests::html::{Form, forms};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

const HEALTH: &str = "Kobolttiallergia";
/// The alert of the card that names it.
const ALERT: &str = "Vasta-aihe";
const LINKED: &str = "Sama asiakas:";
const OPT_OUT: &str = "Markkinointikielto";

/// A person's two cards, one made at each premises, and the owner at both consoles.
struct Person {
    pair: Pair,
    here: Visitor,
    there: Visitor,
    /// Warns, and allows notices.
    loud: String,
    /// Warns of nothing, and forbids notices.
    quiet: String,
}

impl Person {
    async fn meet(home: &std::path::Path, seed: u64) -> Self {
        let pair = Pair::start(home, seed).await.unwrap();
        let here = pair.first.owner_first().await.unwrap();
        let phone = ("phone", "040 000 8811");
        let loud = [("last", "Kaksonen"), ("first", "Kaisa"), phone];
        let loud = here.add_client(&loud).await.unwrap();
        let health = [
            ("kind", "allergy"),
            ("text", HEALTH),
            ("level", "contraindication"),
        ];
        here.add_entry(&loud, "health", &health).await.unwrap();
        let there = pair.owner_at_second().await.unwrap();
        waiting::until("the card is known there", AGREE_TIME, async || {
            let page = there.open(&format!("/clients/{loud}")).await?;
            Ok(page.html.contains("Kaksonen").then_some(()))
        })
        .await
        .unwrap();
        let quiet = [("last", "Uusinimi"), ("first", "Kaisa"), phone];
        let quiet = there
            .add_client(&[&quiet[..], &[("sure", "yes")]].concat())
            .await
            .unwrap();
        for (visitor, card, allowed) in [(&here, &loud, "yes"), (&there, &quiet, "no")] {
            let form = visitor.open(&format!("/clients/{card}/marketing")).await;
            let form = form.unwrap().form("/marketing").unwrap();
            visitor.save(&form.with("allowed", allowed)).await.unwrap();
        }
        let person = Self {
            pair,
            here,
            there,
            loud,
            quiet,
        };
        person
            .wait(&person.here, &person.quiet, OPT_OUT, true)
            .await;
        person
            .wait(&person.there, &person.loud, "Tiedotteita saa", true)
            .await;
        person
    }

    /// Waits until a card says something, or says it no more.
    async fn wait(&self, visitor: &Visitor, card: &str, words: &str, says: bool) -> Page {
        waiting::until("the card says so", AGREE_TIME, async || {
            let page = visitor.open(&format!("/clients/{card}")).await?;
            Ok((page.html.contains(words) == says).then_some(page))
        })
        .await
        .unwrap()
    }

    /// The form that puts a verdict on the two cards.
    async fn verdict(&self, visitor: &Visitor, verdict: &str) -> Form {
        let page = visitor.open("/duplicates").await.unwrap();
        let ours = |form: &Form| {
            let named = [form.get("one"), form.get("other")];
            let both = [&self.loud, &self.quiet];
            form.get("verdict") == Some(verdict)
                && both.iter().all(|card| named.contains(&Some(card.as_str())))
        };
        let found = forms(&page.html).into_iter().find(ours);
        found.unwrap()
    }
}

#[tokio::test]
async fn a_merge_links_cards_at_both_premises_and_can_be_undone() {
    let home = tempfile::tempdir().unwrap();
    let person = Person::meet(home.path(), 61).await;
    let (here, there) = (&person.here, &person.there);
    let pairs = here.open("/duplicates").await.unwrap();
    for place in ["Poikuekatu, Poikuekatu, ", "Poikuekatu, Aleksanterinkatu, "] {
        assert!(pairs.html.contains(place), "{place}: {}", pairs.html);
    }
    let list = here.open("/clients").await.unwrap();
    assert!(list.html.contains("1 pari arvioitavana"), "{}", list.html);

    // An open page of the card on which the verdict doesn't stand hears of it too.
    let mut open_page = there.events().await.unwrap();
    here.save(&person.verdict(here, "same").await)
        .await
        .unwrap();
    let named = person.loud.as_str().max(&person.quiet);
    open_page.changed(named).await.unwrap();
    for visitor in [there, here] {
        let page = person.wait(visitor, &person.quiet, LINKED, true).await;
        assert!(page.html.contains(ALERT) && !page.html.contains(HEALTH));
        assert!(page.html.contains(&format!("/clients/{}", person.loud)));
        let page = person.wait(visitor, &person.loud, LINKED, true).await;
        assert!(page.html.contains(OPT_OUT), "{}", page.html);
    }
    let list = here.open("/clients").await.unwrap();
    assert!(!list.html.contains("arvioitavana"));

    one_package(&person).await;
    there
        .save(&person.verdict(there, "different").await)
        .await
        .unwrap();
    for visitor in [here, there] {
        let page = person.wait(visitor, &person.quiet, LINKED, false).await;
        assert!(!page.html.contains(ALERT));
        let page = person.wait(visitor, &person.loud, LINKED, false).await;
        assert!(!page.html.contains(OPT_OUT));
        // It is remembered, and can be said otherwise.
        let page = visitor.open("/duplicates").await.unwrap();
        assert!(page.html.contains("Ei arvioitavia pareja."));
        person.verdict(visitor, "same").await;
    }
}

/// The package of either card holds both, each marked as what it is (GDPR Article 15).
async fn one_package(person: &Person) {
    for (asked, other) in [(&person.quiet, &person.loud), (&person.loud, &person.quiet)] {
        let path = format!("/clients/{asked}/package");
        let page = person.here.open(&path).await.unwrap();
        assert!(page.html.contains("2 toisiinsa yhdistettyä korttia"));
        for word in [HEALTH, "Kaksonen", "Uusinimi", other.as_str()] {
            assert!(page.html.contains(word), "the page lacks {word}");
        }
        let json = person.here.open(&format!("{path}.json")).await.unwrap();
        let json: serde_json::Value = serde_json::from_str(&json.html).unwrap();
        assert_eq!(json["record"][0]["id"], asked.as_str());
        assert_eq!(json["linked_cards"].as_array().unwrap().len(), 1);
        assert_eq!(json["linked_cards"][0]["record"][0]["id"], other.as_str());
        let csv = person.here.open(&format!("{path}.csv")).await.unwrap();
        for card in [asked, other] {
            let named = format!("{card};name;1;1;first_name;Kaisa");
            assert!(csv.html.contains(&named), "{}", csv.html);
        }
        let log = person.here.open(&format!("/clients/{other}/history")).await;
        assert!(
            log.unwrap().html.contains("koosteen"),
            "each card's log says so"
        );
    }
}

#[tokio::test]
async fn verdicts_given_apart_keep_the_cards_linked_until_somebody_judges() {
    let home = tempfile::tempdir().unwrap();
    let person = Person::meet(home.path(), 62).await;
    let (here, there) = (&person.here, &person.there);
    person.pair.line.cut();
    here.save(&person.verdict(here, "same").await)
        .await
        .unwrap();
    there
        .save(&person.verdict(there, "different").await)
        .await
        .unwrap();
    person.wait(there, &person.quiet, LINKED, false).await;
    person.pair.line.heal();
    let page = person.wait(there, &person.quiet, LINKED, true).await;
    assert!(page.html.contains(ALERT));
    let page = here.open("/duplicates").await.unwrap();
    let page = if page.html.contains("Arvioitu eri tavoin") {
        page
    } else {
        waiting::until("both verdicts are known here", AGREE_TIME, async || {
            let page = here.open("/duplicates").await?;
            Ok(page.html.contains("Arvioitu eri tavoin").then_some(page))
        })
        .await
        .unwrap()
    };
    assert_eq!(
        forms(&page.html)
            .iter()
            .filter(|one| one.get("verdict").is_some())
            .count(),
        2
    );
    here.save(&person.verdict(here, "different").await)
        .await
        .unwrap();
    for visitor in [here, there] {
        person.wait(visitor, &person.quiet, LINKED, false).await;
    }
}

#[tokio::test]
async fn a_person_is_erased_with_every_card_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let person = Person::meet(home.path(), 63).await;
    let (here, there) = (&person.here, &person.there);
    here.save(&person.verdict(here, "same").await)
        .await
        .unwrap();
    person.wait(there, &person.quiet, LINKED, true).await;
    let path = format!("/clients/{}/erase", person.quiet);
    let page = here.open(&path).await.unwrap();
    assert!(page.html.contains("Myös nämä saman asiakkaan kortit"));
    let erase = page.form("/erase").unwrap();
    let erase = erase
        .with("reason", "request")
        .with("name", "Uusinimi Kaisa");

    let claim = format!("/clients/{}/claim", person.loud);
    let form = here.open(&claim).await.unwrap().form("/claim").unwrap();
    let until = crate::today().saturating_add(jiff::Span::new().days(100));
    let form = form.with("reason", "Reklamaatio");
    here.save(&form.with("until", &until.to_string()))
        .await
        .unwrap();
    let answer = here.send(&erase).await.unwrap();
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let page = here.open(&path).await.unwrap();
    assert!(page.form("/erase").is_err());
    assert!(page.html.contains("Kortti Kaksonen Kaisa") && page.html.contains("oikeusvaade"));
    let arguments = ["--client", &person.quiet, "--reason", "request"];
    let said = person.pair.first.command(&["erase"], &arguments).unwrap();
    assert_eq!(said.code, Some(8), "{said:?}");
    assert!(said.err.contains(&person.loud), "{said:?}");
    assert_eq!(person.pair.first.clients().unwrap().len(), 2);

    let page = here.open(&claim).await.unwrap();
    let all = forms(&page.html);
    let lift = all.iter().find(|form| form.get("lift").is_some());
    here.save(lift.unwrap()).await.unwrap();
    here.save(&erase).await.unwrap();
    for visitor in [here, there] {
        waiting::until("both cards are erased", AGREE_TIME, async || {
            let page = visitor.open("/erasures").await?;
            let both = [&person.loud, &person.quiet];
            let listed = both.iter().all(|card| page.html.contains(card.as_str()));
            Ok(listed.then_some(()))
        })
        .await
        .unwrap();
        for card in [&person.loud, &person.quiet] {
            let gone = visitor.open(&format!("/clients/{card}")).await.unwrap();
            assert_eq!(gone.status, StatusCode::GONE);
        }
    }
}

#[tokio::test]
async fn erasing_that_was_cut_off_between_two_cards_goes_on_when_asked_again() {
    let home = tempfile::tempdir().unwrap();
    let person = Person::meet(home.path(), 65).await;
    let here = &person.here;
    here.save(&person.verdict(here, "same").await)
        .await
        .unwrap();
    let first = &person.pair.first;
    let gone = person.loud.clone().max(person.quiet.clone());
    let erase = |reason| {
        let arguments = ["--client", &gone, "--reason", reason, "--json"];
        let certificate = first.command(&["erase"], &arguments).unwrap().json();
        certificate.unwrap()
    };
    // Retention takes a card alone: as if the node had stopped after the first of the two.
    let alone = erase("retention");
    assert_eq!(alone["record"], gone);
    assert_eq!(alone.get("linked"), None);
    assert_eq!(first.clients().unwrap().len(), 1);
    let all = erase("request");
    assert_eq!(all["record"], gone);
    assert_eq!(
        all["linked"][0]["record"],
        person.loud.clone().min(person.quiet.clone())
    );
    assert_eq!(first.clients().unwrap().len(), 0);
}
