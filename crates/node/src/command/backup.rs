//! `kortisto backup` and `kortisto restore`.

use super::{once, print, print_json};
use crate::backup::Trouble;
use crate::backup::seal::{Key, Seal, exposed};
use crate::cli::{Backup, Restore};
use crate::clock;
use crate::errand::{Errand, Reply, astray};
use crate::exit::{Attempt as _, Exit, Outcome};
use crate::restore::{self, Wish};

pub(super) async fn back_up(args: Backup) -> Outcome<Exit> {
    let seal = match (&args.passphrase_file, &args.recipient) {
        (Some(path), _) => Seal::of_passphrase_file(path)?,
        (None, recipient) => Seal::of_recipient(recipient.as_deref().unwrap_or_default())?,
    };
    let (passphrase, recipient) = exposed(&seal);
    // The running node has a current directory of its own.
    let to = std::path::absolute(&args.to).attempt("find the place of the backup")?;
    let errand = Errand::Backup {
        to,
        passphrase,
        recipient,
    };
    let Reply::BackedUp(made) = once(&args.dir, errand).await? else {
        return Err(astray());
    };
    if args.json {
        return print_json(&made);
    }
    let mut text = format!(
        "backed up {} clients, as of {}, in {} bytes; read back and whole\n  backup  {}\n  ledger  {}\n",
        made.clients, made.at, made.bytes, made.file, made.ledger
    );
    if made.removed > 0 {
        text.push_str(&format!(
            "{} backups that were too old were removed\n",
            made.removed
        ));
    }
    print(&text)
}

pub(super) async fn restore(args: &Restore) -> Outcome<Exit> {
    let key = match (&args.passphrase_file, &args.identity) {
        (Some(path), _) => Key::of_passphrase_file(path)?,
        (None, Some(path)) => Key::of_identity_file(path)?,
        (None, None) => {
            let sentence = "give the file with the passphrase or the one with the private key";
            return Err(Trouble::new(crate::backup::Fault::Other, sentence).into());
        }
    };
    let wish = Wish {
        directory: &args.dir,
        from: &args.from,
        key: &key,
        ledger: args.ledger.as_deref(),
    };
    let restored = restore::restore(&wish, clock::now()).await?;
    if args.json {
        return print_json(&restored);
    }
    let mut text = format!(
        "{} is restored in {}, as of {}: {} clients\n",
        restored.premises,
        args.dir.display(),
        restored.created,
        restored.clients
    );
    if let Some(ledger) = &restored.ledger {
        text.push_str(&format!("  ledger    {ledger}\n"));
    }
    text.push_str(if restored.quarantine {
        "It is in quarantine: it shows nobody until it has met another premises, or the owner lets it.\n"
    } else {
        "Whoever the ledger file names was erased again; the node may serve.\n"
    });
    print(&text)
}
