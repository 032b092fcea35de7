//! Health and what keeps clients safe, as the register itself rules it, whatever a form or another premises says.

use jiff::civil::{Date, date};
use kortisto_tests::perfect::World;
use register::access::trim;
use register::adverse::AdverseEvent;
use register::card::{Alert, Card};
use register::catalogue::findings;
use register::consent::{ConsentMethod, FIRST_VERSION, HealthConsent};
use register::contact::{BirthYear, Marketing, Name};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, EditError, Target};
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::id::{EntryId, OPERATOR, RecordId};
use register::minor::{AdultCheck, GuardianConsent, GuardianMethod, Minority};
use register::mode::{ContactOnly, TreatmentRefusal};
use register::patch_test::{PatchResult, PatchTest, valid_until};
use register::people::Role;
use register::replica::{Command, Refusal};
use register::settings::CatalogueItem;
use register::treatment::Treatment;
use register::value::Content;
use register::warning::{Warning, warnings};

/// The world's clock begins on this day.
const TODAY: Date = date(2027, 1, 15);

fn field(key: FieldKey, content: Content) -> Change {
    Change::SetField(key, content)
}

fn client(world: &mut World) -> RecordId {
    let name = Content::Name(Name::new("Keksitty", "Kaisa").unwrap());
    world.edit(
        0,
        Target::New(RecordKind::Client),
        field(FieldKey::Name, name),
    )
}

fn refused(world: &mut World, record: RecordId, changes: Vec<Change>) -> Option<EditError> {
    let edit = Edit {
        target: Target::Latest(record),
        author: OPERATOR,
        changes,
    };
    match world.command(0, Command::Edit(edit)) {
        Err(Refusal::Edit(error)) => Some(error),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

fn consent(withdrawn: Option<Date>) -> Change {
    let consent = HealthConsent {
        version: FIRST_VERSION,
        date: TODAY,
        method: ConsentMethod::Paper,
        taker: None,
        withdrawn,
    };
    field(FieldKey::HealthConsent, Content::HealthConsent(consent))
}

fn health(level: AlertLevel) -> Change {
    let entry = HealthEntry {
        kind: HealthKind::Allergy,
        text: "Nikkeliallergia".into(),
        level,
        date: Some(TODAY),
        confirmed: None,
        author: None,
    };
    Change::Add(Collection::Health, Content::Health(entry))
}

fn patch(substance: &str, day: Date, result: PatchResult) -> Change {
    let test = PatchTest {
        substance: substance.into(),
        date: day,
        result,
        read: None,
        expires: valid_until(day),
        by: None,
    };
    Change::Add(Collection::PatchTest, Content::PatchTest(test))
}

fn adverse(day: Date) -> Change {
    let event = AdverseEvent {
        date: day,
        treatment: None,
        product: "naamio Z".into(),
        batch: "LOT 8899".into(),
        what: "turvotus".into(),
        measures: String::new(),
        told_tukes: None,
        told_maker: None,
        by: None,
    };
    Change::Add(Collection::Adverse, Content::AdverseEvent(event))
}

fn refusal(day: Date) -> Change {
    let refusal = TreatmentRefusal {
        date: day,
        treatment: "Kuorinta".into(),
        by: None,
    };
    Change::Add(Collection::Refusal, Content::TreatmentRefusal(refusal))
}

fn treatment() -> Change {
    let treatment = Treatment {
        date: TODAY,
        name: "Kasvohoito".into(),
        item: None,
        by: String::new(),
        by_id: None,
        premises: String::new(),
        products: String::new(),
        batch: String::new(),
        remarks: String::new(),
        contract_made: None,
        contract: None,
        acknowledged: None,
    };
    Change::Add(Collection::Treatment, Content::Treatment(treatment))
}

fn contact_only(on: bool) -> Change {
    let mode = ContactOnly {
        on,
        since: TODAY,
        by: None,
    };
    field(FieldKey::ContactOnly, Content::ContactOnly(mode))
}

fn only(world: &mut World, at: usize) -> Card {
    world.cards(at).into_iter().next().unwrap()
}

#[test]
fn health_is_taken_with_consent_and_not_after_it_was_withdrawn() {
    let mut world = World::new(1);
    let client = client(&mut world);
    let info = || health(AlertLevel::Info);
    let no = Some(EditError::NoConsent);
    assert_eq!(refused(&mut world, client, vec![info()]), no);
    let waiting = patch("Ripsiväri", TODAY, PatchResult::Waiting);
    assert_eq!(refused(&mut world, client, vec![waiting]), no);
    // What befell a client after a treatment is told of without it.
    assert_eq!(refused(&mut world, client, vec![adverse(TODAY)]), None);
    assert_eq!(
        refused(&mut world, client, vec![info(), consent(None)]),
        None
    );
    assert_eq!(refused(&mut world, client, vec![info()]), None);
    let withdrawn = consent(Some(TODAY));
    assert_eq!(refused(&mut world, client, vec![withdrawn]), None);
    assert_eq!(refused(&mut world, client, vec![info()]), no);
    assert!(only(&mut world, 0).lacks_consent());
}

#[test]
fn of_a_consent_given_and_withdrawn_apart_the_withdrawal_counts_until_somebody_chooses() {
    let mut world = World::new(2);
    let client = client(&mut world);
    world.connect(0, 1);
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(client), consent(None));
    world.edit(1, Target::Latest(client), consent(Some(TODAY)));
    world.connect(0, 1);
    let card = only(&mut world, 1);
    assert!(card.health_consent.is_conflict() && !card.health_consented());
    assert_eq!(card.conflicts(), 1);
}

#[test]
fn contact_details_only_refuses_care_and_shows_what_another_premises_recorded_meanwhile() {
    let mut world = World::new(2);
    let client = client(&mut world);
    world.connect(0, 1);
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(client), contact_only(true));
    for change in [treatment(), adverse(TODAY), consent(None)] {
        let refused = refused(&mut world, client, vec![change]);
        assert_eq!(refused, Some(EditError::ContactOnly));
    }
    let both = vec![contact_only(true), treatment()];
    assert_eq!(
        refused(&mut world, client, both),
        Some(EditError::ContactOnly)
    );
    // A treatment refused for safety says nothing of health.
    assert_eq!(refused(&mut world, client, vec![refusal(TODAY)]), None);

    world.edit(1, Target::Latest(client), treatment());
    world.connect(0, 1);
    for at in [0, 1] {
        let card = only(&mut world, at);
        assert!(card.exceeds_contact_only() && card.treatments.len() == 1);
        assert_eq!(card.conflicts(), 1, "a person decides");
    }
    world.edit(0, Target::Latest(client), contact_only(false));
    assert!(!only(&mut world, 0).exceeds_contact_only());
    assert_eq!(refused(&mut world, client, vec![treatment()]), None);
}

#[test]
fn nobody_who_may_be_under_age_allows_marketing() {
    let mut world = World::new(1);
    let client = client(&mut world);
    let year = |year| {
        field(
            FieldKey::BirthYear,
            Content::BirthYear(BirthYear::new(year).unwrap()),
        )
    };
    let allowed = || {
        let said = Marketing {
            allowed: true,
            asked: Some(TODAY),
            channel: String::new(),
            wording: String::new(),
        };
        field(FieldKey::Marketing, Content::Marketing(said))
    };
    let adult = |adult| {
        let check = AdultCheck {
            adult,
            date: TODAY,
            by: None,
        };
        field(FieldKey::AdultCheck, Content::AdultCheck(check))
    };
    let young = vec![year(2009), allowed()];
    assert_eq!(refused(&mut world, client, young), Some(EditError::Minor));
    assert_eq!(refused(&mut world, client, vec![year(2009)]), None);
    assert_eq!(only(&mut world, 0).minority(TODAY), Minority::Maybe);
    assert_eq!(refused(&mut world, client, vec![adult(false)]), None);
    assert_eq!(only(&mut world, 0).minority(TODAY), Minority::Yes);
    assert_eq!(
        refused(&mut world, client, vec![allowed()]),
        Some(EditError::Minor)
    );
    assert_eq!(refused(&mut world, client, vec![adult(true)]), None);
    assert_eq!(refused(&mut world, client, vec![allowed()]), None);
    // Who was 18 last year is asked no more.
    assert_eq!(
        refused(&mut world, client, vec![adult(false), year(2008)]),
        None
    );
    assert_eq!(only(&mut world, 0).minority(TODAY), Minority::No);
}

#[test]
fn a_treatment_is_warned_of_what_its_card_and_the_clients_other_cards_say() {
    let mut world = World::new(1);
    let client = client(&mut world);
    let check = |world: &mut World, person, expected: &[Warning]| {
        let card = only(world, 0);
        assert_eq!(warnings(&card, person, TODAY), expected);
    };
    check(&mut world, Alert::NotAsked, &[]);
    let elsewhere = Alert::Listed(AlertLevel::Contraindication);
    check(&mut world, elsewhere, &[Warning::Contraindication]);

    let old = date(2025, 6, 1);
    let changes = vec![
        consent(None),
        patch("Ripsiväri", old, PatchResult::Negative),
        patch("Kestoväri", TODAY, PatchResult::Waiting),
    ];
    assert_eq!(refused(&mut world, client, changes), None);
    let minded = [
        Warning::Caution,
        Warning::PatchWaiting,
        Warning::PatchExpired,
    ];
    check(&mut world, Alert::NotAsked, &minded);
    assert!(minded.iter().all(|one| !one.stops()));
    // A later test of the same substance stands for the one that expired.
    let again = patch(" ripsiväri", TODAY, PatchResult::Positive);
    assert_eq!(refused(&mut world, client, vec![again]), None);
    let grave = [
        Warning::Contraindication,
        Warning::PatchPositive,
        Warning::PatchWaiting,
    ];
    check(&mut world, Alert::NotAsked, &grave);
    assert!(Warning::PatchPositive.stops() && Warning::Contraindication.stops());
}

#[test]
fn a_minor_is_warned_of_until_a_guardian_consents_and_an_age_limit_all_the_same() {
    let mut world = World::new(1);
    let client = client(&mut world);
    let year = Content::BirthYear(BirthYear::new(2010).unwrap());
    world.edit(0, Target::Latest(client), field(FieldKey::BirthYear, year));
    let warned = |world: &mut World| {
        let card = only(world, 0);
        warnings(&card, card.alert(), TODAY)
    };
    let too_young = |world: &mut World, least_age| {
        let item = CatalogueItem {
            name: "Kestopigmentointi".into(),
            group: String::new(),
            needs_health: false,
            needs_contract: false,
            needs_patch_test: false,
            least_age: Some(least_age),
            retired: false,
        };
        let id = EntryId::from_bytes([7; 16]);
        !findings(id, &item, &only(world, 0), TODAY).is_empty()
    };
    assert_eq!(warned(&mut world), [Warning::MaybeMinor]);
    let guardian = GuardianConsent {
        name: "Hannele Huoltaja".into(),
        method: GuardianMethod::Paper,
        date: TODAY,
        by: None,
    };
    let given = field(FieldKey::Guardian, Content::GuardianConsent(guardian));
    world.edit(0, Target::Latest(client), given);
    assert_eq!(warned(&mut world), []);
    assert!(too_young(&mut world, 18) && too_young(&mut world, 17) && !too_young(&mut world, 16));
    let check = AdultCheck {
        adult: true,
        date: TODAY,
        by: None,
    };
    let checked = field(FieldKey::AdultCheck, Content::AdultCheck(check));
    world.edit(0, Target::Latest(client), checked);
    assert!(!too_young(&mut world, 18));
}

#[test]
fn reception_gets_the_level_of_a_patch_test_and_nothing_of_it() {
    let mut world = World::new(1);
    let client = client(&mut world);
    let positive = patch("Kestoväri", TODAY, PatchResult::Positive);
    let changes = vec![consent(None), positive, adverse(TODAY), refusal(TODAY)];
    assert_eq!(refused(&mut world, client, changes), None);
    let card = only(&mut world, 0);
    assert_eq!(card.alert(), Alert::Listed(AlertLevel::Contraindication));
    let seen = trim(card.clone(), Role::Reception);
    assert!(seen.patch_tests.is_empty() && seen.adverse.is_empty() && seen.refusals.len() == 1);
    assert!(trim(card.clone(), Role::Contractor) == card);
}

#[test]
fn patch_tests_adverse_events_and_refusals_go_after_five_years() {
    const DAY: i64 = 24 * 3600;
    let mut world = World::new(1);
    let client = client(&mut world);
    let (due, later) = (date(2022, 1, 18), date(2022, 2, 18));
    let mut changes = vec![consent(None)];
    for day in [due, later] {
        changes.push(patch("Kestoväri", day, PatchResult::Positive));
        changes.push(adverse(day));
        changes.push(refusal(day));
    }
    assert_eq!(refused(&mut world, client, changes), None);
    for _ in 0..5 {
        world.sleep(DAY);
        world.settle();
    }
    world.restart(0);
    let card = only(&mut world, 0);
    let days = [
        card.patch_tests
            .iter()
            .map(|one| one.field.newest().unwrap().date)
            .collect::<Vec<_>>(),
        card.adverse
            .iter()
            .map(|one| one.field.newest().unwrap().date)
            .collect(),
        card.refusals
            .iter()
            .map(|one| one.field.newest().unwrap().date)
            .collect(),
    ];
    assert_eq!(days, [[later], [later], [later]]);
}

#[test]
fn lists_and_search_tell_of_a_patch_test_from_the_day_on_which_it_holds_no_longer() {
    let mut world = World::new(2);
    let client = client(&mut world);
    world.edit(0, Target::Latest(client), consent(None));
    // Made so that it holds for two more days.
    let made = date(2026, 1, 17);
    world.edit(
        0,
        Target::Latest(client),
        patch("Kestoväri", made, PatchResult::Negative),
    );
    world.connect(0, 1);
    let listed = |world: &World, at: usize| {
        let directory = &world.nodes[at].directory;
        let hit = directory.search("keksitty", 9).pop().unwrap();
        assert_eq!(hit.summary.alert, directory.alert(client));
        hit.summary.alert
    };
    for at in [0, 1] {
        assert_eq!(listed(&world, at), Alert::NotAsked);
        // As a node reads it that was stopped meanwhile.
        world.restart(at);
        assert_eq!(listed(&world, at), Alert::NotAsked);
    }
    for _ in 0..3 {
        world.sleep(24 * 3600);
        world.settle();
    }
    for at in [0, 1] {
        assert_eq!(
            listed(&world, at),
            Alert::Listed(AlertLevel::Caution),
            "at {at}"
        );
    }
    // Tested again, there is nothing to mind.
    let again = patch("kestoväri ", date(2027, 1, 16), PatchResult::Negative);
    world.edit(0, Target::Latest(client), again);
    assert_eq!(listed(&world, 0), Alert::NotAsked);
}
