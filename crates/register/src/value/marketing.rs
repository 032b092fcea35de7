//! The stored fields of notices, of their units, and of campaigns.

use jiff::Timestamp;

use crate::contact::Marketing;
use crate::id::{NodeId, RecordId};
use crate::marketing::{
    Audience, CampaignKind, Medium, Notice, Outcome, Plan, Progress, Recipients, Share, Stage, Want,
};

use super::ValueError;
use super::fields::{Fields, Rest};
use super::form::{put_record, record};

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

pub(super) fn write_permission(permission: &Marketing, to: &mut Fields) {
    to.put_flag("allowed", Some(permission.allowed));
    to.put_date("asked", permission.asked);
    to.put_text("channel", &permission.channel);
    to.put_text("wording", &permission.wording);
}

pub(super) fn write_notice(notice: &Notice, to: &mut Fields) {
    put_time(to, "at", notice.at);
    to.put_text("about", notice.kind.code());
    to.put_text("medium", notice.medium.code());
    put_record(to, "campaign", Some(notice.campaign));
    put_record(to, "by", Some(notice.by));
    to.put_bytes("node", notice.node.as_bytes());
    to.put_text("outcome", notice.outcome.code());
}

pub(super) fn read_notice(from: &mut Fields) -> Result<Notice, ValueError> {
    Ok(Notice {
        at: from.timestamp("at")?,
        kind: CampaignKind::from_code(&from.text("about")?).ok_or(ValueError::Newer)?,
        medium: Medium::from_code(&from.text("medium")?).ok_or(ValueError::Newer)?,
        campaign: record(from, "campaign")?.ok_or(ValueError::Damaged)?,
        node: node(from, "node")?,
        by: record(from, "by")?.ok_or(ValueError::Damaged)?,
        outcome: Outcome::from_code(&from.text("outcome")?).ok_or(ValueError::Newer)?,
    })
}

pub(super) fn write_share(share: &Share, to: &mut Fields) {
    to.put_bytes("from", share.from.as_bytes());
    to.put_bytes("to", share.to.as_bytes());
    to.put_number("units", share.units.into());
    put_time(to, "at", share.at);
}

pub(super) fn read_share(from: &mut Fields) -> Result<Share, ValueError> {
    Ok(Share {
        from: node(from, "from")?,
        to: node(from, "to")?,
        units: units(from, "units")?,
        at: from.timestamp("at")?,
    })
}

pub(super) fn write_want(want: &Want, to: &mut Fields) {
    to.put_bytes("node", want.node.as_bytes());
    to.put_number("units", want.units.into());
    put_time(to, "at", want.at);
}

pub(super) fn read_want(from: &mut Fields) -> Result<Want, ValueError> {
    Ok(Want {
        node: node(from, "node")?,
        units: units(from, "units")?,
        at: from.timestamp("at")?,
    })
}

pub(super) fn write_plan(plan: &Plan, to: &mut Fields) {
    to.put_text("about", plan.kind.code());
    to.put_text("title", &plan.title);
    for (language, text) in LANGUAGES.iter().zip(&plan.texts) {
        to.put_text(language, text);
    }
    to.put_text("medium", plan.medium.code());
    to.put_bytes("node", plan.node.as_bytes());
    to.put_number("list_days", plan.list_days.into());
    let mut audience = Fields::of(&Rest::default());
    audience.put_text("treatment", &plan.audience.treatment);
    audience.put_text("premises", &plan.audience.premises);
    audience.put_date("from", plan.audience.from);
    audience.put_date("to", plan.audience.to);
    audience.put_date("away_since", plan.audience.away_since);
    to.put_fields("audience", audience);
}

pub(super) fn read_plan(from: &mut Fields) -> Result<Plan, ValueError> {
    let audience = match from.fields("audience")? {
        None => Audience::default(),
        Some(mut fields) => Audience {
            treatment: fields.text("treatment")?,
            premises: fields.text("premises")?,
            from: fields.date("from")?,
            to: fields.date("to")?,
            away_since: fields.date("away_since")?,
        },
    };
    let [finnish, swedish, english] = LANGUAGES.map(|language| from.text(language));
    Ok(Plan {
        kind: CampaignKind::from_code(&from.text("about")?).ok_or(ValueError::Newer)?,
        title: from.text("title")?,
        texts: [finnish?, swedish?, english?],
        audience,
        medium: Medium::from_code(&from.text("medium")?).ok_or(ValueError::Newer)?,
        node: node(from, "node")?,
        list_days: u8::try_from(from.number("list_days")?).map_err(|_| ValueError::Damaged)?,
    })
}

pub(super) fn write_progress(progress: &Progress, to: &mut Fields) {
    to.put_text("stage", progress.stage.code());
    put_time(to, "since", progress.since);
    to.put_number("listed", progress.listed.into());
    if let Some(expires) = progress.expires {
        put_time(to, "expires", expires);
    }
}

pub(super) fn read_progress(from: &mut Fields) -> Result<Progress, ValueError> {
    Ok(Progress {
        stage: Stage::from_code(&from.text("stage")?).ok_or(ValueError::Newer)?,
        since: from.timestamp("since")?,
        listed: units(from, "listed")?,
        expires: from.optional_timestamp("expires")?,
    })
}

pub(super) fn write_recipients(part: &Recipients, to: &mut Fields) {
    let ids: Vec<u8> = part.0.iter().flat_map(|id| *id.as_bytes()).collect();
    to.put_bytes("ids", &ids);
}

pub(super) fn read_recipients(from: &mut Fields) -> Result<Recipients, ValueError> {
    let bytes = from.blob("ids")?;
    let ids = bytes.chunks(RecordId::BYTES).map(RecordId::from_slice);
    let ids: Option<Vec<RecordId>> = ids.collect();
    ids.map(Recipients).ok_or(ValueError::Damaged)
}

fn put_time(to: &mut Fields, key: &str, at: Timestamp) {
    to.put_number(key, u64::try_from(at.as_second()).unwrap_or(0));
}

fn node(from: &mut Fields, key: &str) -> Result<NodeId, ValueError> {
    let bytes = from.bytes(key)?.ok_or(ValueError::Damaged)?;
    Ok(NodeId::from_bytes(bytes))
}

fn units(from: &mut Fields, key: &str) -> Result<u32, ValueError> {
    u32::try_from(from.number(key)?).map_err(|_| ValueError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Content;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let node = NodeId::from_bytes([1; 16]);
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let campaign = RecordId::from_bytes([2; 16]);
        let plan = Plan {
            kind: CampaignKind::Event,
            title: "Syysilta".into(),
            texts: ["Tervetuloa".into(), String::new(), "Welcome".into()],
            audience: Audience {
                treatment: "kasvo".into(),
                from: Some(jiff::civil::date(2026, 1, 2)),
                ..Audience::default()
            },
            medium: Medium::Email,
            node,
            list_days: 14,
        };
        let progress = Progress {
            stage: Stage::Listed,
            since: at,
            listed: 3,
            expires: Some(at),
        };
        let notice = Notice {
            at,
            kind: CampaignKind::Event,
            medium: Medium::Email,
            campaign,
            node,
            by: campaign,
            outcome: Outcome::HandedOut,
        };
        let (from, to, units) = (node, NodeId::from_bytes([3; 16]), 6);
        for content in [
            Content::Plan(plan),
            Content::Progress(progress),
            Content::Notice(notice),
            Content::Share(Share {
                from,
                to,
                units,
                at,
            }),
            Content::Want(Want { node, units, at }),
            Content::Recipients(Recipients(vec![campaign, RecordId::from_bytes([9; 16])])),
        ] {
            let (read, rest) = Content::decode(&content.encode(&Rest::default())).unwrap();
            assert!(read == content && rest == Rest::default());
        }
    }

    #[test]
    fn a_permission_of_before_wordings_were_kept_still_reads() {
        let old = Content::Marketing(Marketing {
            allowed: true,
            asked: None,
            channel: "puhelin".into(),
            wording: String::new(),
        });
        let bytes = old.encode(&Rest::default());
        assert!(Content::decode(&bytes).unwrap().0 == old);
    }
}
