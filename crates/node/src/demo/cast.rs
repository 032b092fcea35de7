//! The demo's invented users, one for each role. Their passwords are public: nothing but the demo knows them.

use jiff::civil::Date;
use register::people::Role;

use crate::errand::Errand;
use crate::exit::{Exit, Failure, Outcome};

/// An invented user.
pub(super) struct Actor {
    pub(super) name: &'static str,
    pub(super) role: Role,
    pub(super) password: &'static str,
}

/// Every invented user.
pub(super) const CAST: [Actor; 4] = [
    Actor {
        name: "Outi Omistaja",
        role: Role::Owner,
        password: "sininen kahvikuppi",
    },
    Actor {
        name: "Hilla Hoitaja",
        role: Role::Staff,
        password: "punainen villasukka",
    },
    Actor {
        name: "Ykä Yrittäjä",
        role: Role::Contractor,
        password: "keltainen sateenvarjo",
    },
    Actor {
        name: "Veera Vastaanotto",
        role: Role::Reception,
        password: "valkoinen ruukkukukka",
    },
];

/// What makes them, with their undertaking of confidentiality given on `today`.
pub(super) fn errands(today: Date) -> Outcome<Vec<Errand>> {
    let errand = |actor: &Actor| {
        let hash = console::hash_password(actor.password)
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        Ok(Errand::AddUser {
            name: actor.name.to_owned(),
            role: actor.role.code().to_owned(),
            password: Some(hash.0),
            undertaking: Some(today),
        })
    };
    CAST.iter().map(errand).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_played_and_every_password_is_long_enough() {
        for role in Role::ALL {
            assert!(CAST.iter().any(|actor| actor.role == role));
        }
        for actor in &CAST {
            assert!(
                actor.password.chars().count() >= console::PASSWORD_MIN,
                "{}",
                actor.name
            );
        }
    }
}
