//! Whom a campaign reaches now, and why the others are left out.

use std::collections::{BTreeMap, BTreeSet};

use register::id::RecordId;
use register::marketing::{CAP, Campaign, Medium, NoticeRefusal, Outcome, Plan, RECIPIENTS, Stage};
use register::replica::{Answer, Command};

use crate::clock::today;
use crate::house::House;
use crate::problem::Problem;

/// Cards opened at once while an audience is chosen.
const AT_ONCE: usize = 32;

/// Whom a campaign would reach.
#[derive(Default)]
pub(crate) struct Choice {
    /// By id; one card of each person.
    pub(crate) reached: Vec<RecordId>,
    /// How many are left out, by reason.
    pub(crate) left_out: BTreeMap<NoticeRefusal, usize>,
}

impl Choice {
    fn leave_out(&mut self, why: NoticeRefusal) {
        *self.left_out.entry(why).or_default() += 1;
    }
}

/// Whom the campaign would reach if its list were made now.
pub(crate) async fn choose(
    house: &House,
    campaign: RecordId,
    plan: &Plan,
) -> Result<Choice, Problem> {
    let mut choice = Choice::default();
    let willing = willing(house, plan, &mut choice);
    let fitting = if plan.audience.asks_treatments() || plan.medium == Medium::Letter {
        narrowed(house, plan, willing, &mut choice).await?
    } else {
        willing
    };
    let now = (house.clock)();
    let founder = house.desk.report.borrow().founder;
    let directory = house.desk.directory();
    let shares = directory.house_shares();
    let mut people = BTreeSet::new();
    for id in fitting {
        if people.contains(&id) {
            continue;
        }
        people.extend(directory.linked(id).iter().map(|hit| hit.id));
        let left = directory.notices_left(id, house.desk.node, founder, &shares, now);
        if directory.noticed(id, campaign).is_some() {
            choice.leave_out(NoticeRefusal::Twice);
        } else if left.sent >= CAP {
            choice.leave_out(NoticeRefusal::Cap);
        } else {
            if left.here == 0 {
                choice.leave_out(NoticeRefusal::Units);
            }
            // Who waits for a unit of another premises is on the list: it may come before the list expires.
            choice.reached.push(id);
        }
    }
    choice.reached.truncate(RECIPIENTS);
    Ok(choice)
}

/// Clients who allow notices, as far as lists know, and were last here when the audience wants it.
fn willing(house: &House, plan: &Plan, choice: &mut Choice) -> Vec<RecordId> {
    let today = today(house.clock);
    let directory = house.desk.directory();
    let mut willing = Vec::new();
    for (id, summary) in directory.clients() {
        if !plan.audience.away(summary.last_visit) {
            continue;
        }
        match directory.may_get(id, plan.medium, today) {
            Ok(()) => willing.push(id),
            Err(why) => choice.leave_out(why),
        }
    }
    willing
}

/// Those of them whose cards say that they belong to the audience.
async fn narrowed(
    house: &House,
    plan: &Plan,
    willing: Vec<RecordId>,
    choice: &mut Choice,
) -> Result<Vec<RecordId>, Problem> {
    let mut fitting = Vec::new();
    for some in willing.chunks(AT_ONCE) {
        let Answer::Cards(cards) = house.desk.ask(Command::Look(some.to_vec())).await? else {
            return Err(Problem::Internal);
        };
        for card in cards.iter().filter(|card| plan.audience.takes(card)) {
            if card.reaches(plan.medium) {
                fitting.push(card.id);
            } else {
                choice.leave_out(NoticeRefusal::NoAddress);
            }
        }
    }
    Ok(fitting)
}

/// What became of a campaign so far, and who of its list can still be reached.
#[derive(Default)]
pub(crate) struct Standing {
    /// Of its list, who may get it now and has not.
    pub(crate) open: Vec<RecordId>,
    /// Of these, who waits for a unit of another premises.
    pub(crate) waiting: usize,
    /// Of its list, who dropped out.
    pub(crate) dropped: usize,
    /// Of its list, for whom its notice was recorded as handed out, unless they have said no since.
    pub(crate) handed: Vec<RecordId>,
    /// Notices by what became of them.
    pub(crate) outcomes: BTreeMap<Outcome, usize>,
}

/// How a campaign stands: its list as it holds at this moment.
pub(crate) fn standing(house: &House, campaign: &Campaign, plan: &Plan) -> Standing {
    let mut standing = Standing::default();
    let (now, today) = ((house.clock)(), today(house.clock));
    let founder = house.desk.report.borrow().founder;
    let directory = house.desk.directory();
    let shares = directory.house_shares();
    for (_, summary) in directory.clients() {
        for one in summary
            .tally
            .sent
            .iter()
            .filter(|one| one.campaign == campaign.id)
        {
            *standing.outcomes.entry(one.outcome).or_default() += 1;
        }
    }
    let open = campaign.stands().is_some_and(|stands| match stands.stage {
        Stage::Listed | Stage::Sending => true,
        Stage::Draft | Stage::Done | Stage::Stopped | Stage::Expired => false,
    });
    for id in campaign.recipients() {
        let allowed = directory.may_get(id, plan.medium, today).is_ok();
        if let Some(sent) = directory.noticed(id, campaign.id) {
            let handed = allowed && sent.outcome == Outcome::HandedOut;
            standing.handed.extend(handed.then_some(id));
            continue;
        }
        if !open {
            continue;
        }
        let left = directory.notices_left(id, house.desk.node, founder, &shares, now);
        if !allowed || left.sent >= CAP {
            standing.dropped += 1;
            continue;
        }
        standing.waiting += usize::from(left.here == 0);
        standing.open.push(id);
    }
    standing
}

/// Where a recipient says no: what the clinic gives as its contact, or else the premises.
pub(crate) fn opt_out_contact(house: &House) -> String {
    let directory = house.desk.directory();
    let controller = directory
        .settings()
        .and_then(|settings| settings.controller.newest().cloned());
    let ways = controller.map(|one| [one.email, one.phone]);
    let ways = ways.into_iter().flatten().filter(|way| !way.is_empty());
    let contact = ways.collect::<Vec<_>>().join(", ");
    if contact.is_empty() {
        house.desk.premises.clone()
    } else {
        contact
    }
}
