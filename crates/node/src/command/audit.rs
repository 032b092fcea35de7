//! `kortisto audit verify`.

use super::{once, print, print_json};
use crate::cli::Status;
use crate::errand::{AuditVerified, Errand, Reply, astray};
use crate::exit::{Exit, Outcome};

pub(super) async fn verify(args: &Status) -> Outcome<Exit> {
    let Reply::AuditVerified(verified) = once(&args.dir, Errand::VerifyAudit).await? else {
        return Err(astray());
    };
    if args.json {
        print_json(&verified)?;
    } else {
        print(&for_people(&verified))?;
    }
    Ok(if verified.sound {
        Exit::Done
    } else {
        Exit::Damage
    })
}

fn for_people(verified: &AuditVerified) -> String {
    let mut text = format!(
        "{} logs with {} entries followed, {} counter-signatures verified\n",
        verified.logs, verified.entries, verified.witnesses
    );
    for note in &verified.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    for finding in &verified.findings {
        text.push_str(&format!("found: {}\n", finding.sentence));
    }
    if verified.omitted > 0 {
        text.push_str(&format!("found: {} more\n", verified.omitted));
    }
    if verified.sound {
        text.push_str("nothing is wrong\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_log_and_one_that_is_not_are_told_apart() {
        let sound = AuditVerified {
            sound: true,
            logs: 2,
            entries: 9,
            ..AuditVerified::default()
        };
        assert_eq!(
            for_people(&sound),
            "2 logs with 9 entries followed, 0 counter-signatures verified\nnothing is wrong\n"
        );
        let wrong = AuditVerified {
            omitted: 3,
            ..AuditVerified::default()
        };
        assert!(for_people(&wrong).ends_with("found: 3 more\n"));
    }
}
