//! Two cards of one person: linking them, and saying that they are not.

use crate::document::Collection;
use crate::edit::{Change, Edit, EditError, Target};
use crate::id::RecordId;
use crate::retention::day;
use crate::same::{Judgement, Verdict, place};
use crate::value::Content;

use super::answer::{Answer, Refusal};
use super::{Cx, Replica};

impl Replica {
    /// Puts a verdict on a pair of cards. Neither may be restricted.
    pub(super) fn judge(
        &mut self,
        (one, other): (RecordId, RecordId),
        verdict: Verdict,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        if one == other {
            return Err(EditError::Unsound.into());
        }
        for record in [one, other] {
            if self.card(record, cx)?.restricted() {
                return Err(EditError::Restricted.into());
            }
        }
        let (record, entry) = place(one, other);
        let judgement = Judgement {
            verdict,
            date: day(cx.now),
        };
        let content = Content::Judgement(judgement);
        let edit = Edit {
            target: Target::Latest(record),
            author,
            changes: vec![Change::SetEntry(Collection::Judgement, entry, content)],
        };
        let (record, heads) = self.edit(&edit, cx)?;
        Ok(Answer::Edited { record, heads })
    }
}
