//! What a card leaves behind when it, or a line of it, goes: papers to destroy, and proof of requests. Both stand in the
//! settings, without anything that tells whose they were.

use std::collections::BTreeMap;

use crate::document::{Collection, Slot};
use crate::edit::{CHANGES_LIMIT, Change, Edit, EditError, Target};
use crate::id::{EntryId, ITSELF, RecordId, SETTINGS};
use crate::ledger::Reason;
use crate::request::{Request, RequestProof};
use crate::retention::day;
use crate::settings::PaperTask;
use crate::treatment::Treatment;
use crate::value::Content;

use super::{Cx, Replica};

impl Replica {
    /// Contracts on paper whose lines leave the register become tasks (clause 6).
    ///
    /// A task's id follows from what it is about and the register's secret, so that two premises that let one line go
    /// apart from each other open one task, and one that was ticked off is not opened again.
    pub(super) fn open_paper_tasks(
        &mut self,
        record: RecordId,
        treatments: &[(EntryId, Treatment)],
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let today = day(cx.now);
        let mut tasks: BTreeMap<EntryId, PaperTask> = BTreeMap::new();
        for (entry, treatment) in treatments {
            if let Some(task) = PaperTask::left_by(treatment, today) {
                tasks.insert(self.task_id(record, *entry, &task), task);
            }
        }
        let content = |(id, task)| (id, Content::PaperTask(task));
        let tasks = tasks.into_iter().map(content).collect();
        self.leave(Collection::Task, tasks, author, cx)
    }

    /// Requests under the law are kept for five years after they were closed, also when their card goes before
    /// (clause 9). Their ids follow from card and entry, so that two premises that erase apart keep one.
    pub(super) fn keep_proofs(
        &mut self,
        record: RecordId,
        requests: &[(EntryId, Request)],
        reason: Reason,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let today = day(cx.now);
        let mut proofs: BTreeMap<EntryId, RequestProof> = BTreeMap::new();
        for (entry, request) in requests {
            let id = self.left_id("request", &[record.as_bytes(), entry.as_bytes()]);
            let Some(proof) = RequestProof::left_by(record, request, reason, today) else {
                continue;
            };
            // Of a conflict's values the one counts that says how it ended.
            let better = proofs.get(&id).is_none_or(|known| {
                let order = |one: &RequestProof| (one.outcome.is_none(), one.ended);
                order(&proof) < order(known)
            });
            if better {
                proofs.insert(id, proof);
            }
        }
        let content = |(id, proof)| (id, Content::RequestProof(proof));
        let proofs = proofs.into_iter().map(content).collect();
        self.leave(Collection::RequestProof, proofs, ITSELF, cx)
    }

    /// Puts what is left behind into the settings, as far as it is not there.
    fn leave(
        &mut self,
        collection: Collection,
        mut left: BTreeMap<EntryId, Content>,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        if left.is_empty() {
            return Ok(());
        }
        if let Some(sheet) = self.sheet(SETTINGS, cx)? {
            let there = sheet.document.leaves();
            left.retain(|id, _| !there.contains_key(&Slot::Entry(collection, *id)));
            self.put_back(SETTINGS, sheet);
        }
        let open = |(id, content)| Change::SetEntry(collection, id, content);
        let changes: Vec<Change> = left.into_iter().map(open).collect();
        for part in changes.chunks(CHANGES_LIMIT) {
            let edit = Edit {
                target: Target::Latest(SETTINGS),
                author,
                changes: part.to_vec(),
            };
            self.edit(&edit, cx)?;
        }
        Ok(())
    }

    fn task_id(&self, record: RecordId, entry: EntryId, task: &PaperTask) -> EntryId {
        let about: [&[u8]; 4] = [
            record.as_bytes(),
            entry.as_bytes(),
            task.safe.as_bytes(),
            task.folder.as_bytes(),
        ];
        self.left_id("paper", &about)
    }

    fn left_id(&self, what: &str, about: &[&[u8]]) -> EntryId {
        let mut id = [0; EntryId::BYTES];
        let derived = self.secret.derive(what, about);
        id.iter_mut().zip(derived).for_each(|(to, from)| *to = from);
        EntryId::from_bytes(id)
    }
}
