//! What was changed on a card, as the package tells it.

use register::changes::{Act, Revision, Told};

use super::part::{Fact, Item, Part, Telling, moment, text};
use crate::card::changes;

impl Telling<'_> {
    /// What was changed, newest first. What was added still stands on the card, or a later change says what it was.
    pub(super) fn changes(&self, history: &[Revision]) -> Part {
        let items = history.iter().map(|one| Item {
            versions: vec![self.change(one)],
            disputed: false,
            missing: None,
        });
        Part {
            key: "changes",
            title: self.t.changes(),
            items: items.collect(),
        }
    }

    fn change(&self, one: &Revision) -> Vec<Fact> {
        let t = self.t;
        let told = |told: &Told| changes::words(t, told, self.names);
        let mut facts = vec![
            moment(
                "changed",
                t.package_change_when(),
                one.stamp.map(|stamp| stamp.at),
            ),
            text(
                "what",
                t.package_change_what(),
                changes::subject(t, one.slot),
            ),
            text("how", t.package_change_how(), changes::deed(t, &one.act)),
        ];
        let (from, to): (Vec<String>, Option<String>) = match &one.act {
            Act::Added(_) | Act::Kept => (Vec::new(), None),
            Act::Removed(gone) => (vec![told(gone)], None),
            Act::Changed { from, to } => (vec![told(from)], Some(told(to))),
            Act::Settled { from, to } => (from.iter().map(told).collect(), Some(told(to))),
        };
        if !from.is_empty() {
            facts.push(text("before", t.change_from(), &from.join(" / ")));
        }
        facts.extend(to.map(|to| text("after", t.change_to(), &to)));
        if let (Some(names), Some(stamp)) = (self.names, one.stamp) {
            let name = names(stamp.author);
            facts.push(text("changed_by", t.package_entered_by(), &name));
        }
        facts
    }
}
