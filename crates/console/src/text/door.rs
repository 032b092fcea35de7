//! Logging in, first visit, locking, users.

use register::people::Role;

use crate::text::{plural, sentences, texts};

texts! {
    log_in: "Kirjaudu sisään", "Logga in", "Log in";
    log_out: "Kirjaudu ulos", "Logga ut", "Log out";
    user_name: "Käyttäjänimi", "Användarnamn", "User name";
    password: "Salasana", "Lösenord", "Password";
    new_password: "Uusi salasana", "Nytt lösenord", "New password";
    old_password: "Nykyinen salasana", "Nuvarande lösenord", "Present password";
    password_again: "Salasana uudelleen", "Lösenordet en gång till", "The password again";
    password_hint: "Vähintään 15 merkkiä. Muutaman sanan lause on helppo muistaa.",
        "Minst 15 tecken. En mening på några ord är lätt att minnas.",
        "At least 15 characters. A phrase of a few words is easy to remember.";
    password_differs: "Salasanat eivät ole samat.", "Lösenorden är inte lika.", "The passwords are not the same.";
    password_wrong: "Salasana ei täsmää.", "Lösenordet stämmer inte.", "The password is not right.";
    change_password: "Vaihda salasana", "Byt lösenord", "Change the password";
    login_wrong: "Käyttäjänimi tai salasana ei täsmää.", "Användarnamnet eller lösenordet stämmer inte.",
        "The user name or the password is not right.";
    have_code: "Onko sinulla kertakoodi? Ota tunnus käyttöön", "Har du en engångskod? Ta ditt konto i bruk",
        "Have a one-time code? Set up your account";
    setup: "Ota tunnus käyttöön", "Ta kontot i bruk", "Set up your account";
    setup_lead: "Sait kertakoodin pääkäyttäjältä tai asennuksesta. Valitse sillä oma salasana.",
        "Du fick en engångskod av huvudanvändaren eller vid installationen. Välj med den ett eget lösenord.",
        "You got a one-time code from the owner or from the installation. Choose your own password with it.";
    set_up: "Ota käyttöön", "Ta i bruk", "Set up";
    one_time_code: "Kertakoodi", "Engångskod", "One-time code";
    code_hint: "Kirjaimet saavat olla pieniä, väliviivat voi jättää pois.",
        "Bokstäverna får vara små och bindestrecken kan utelämnas.",
        "Small letters will do, and the hyphens may be left out.";
    code_wrong: "Käyttäjänimi ja kertakoodi eivät täsmää, tai koodi on vanhentunut. Pääkäyttäjä voi antaa uuden.",
        "Användarnamnet och engångskoden stämmer inte, eller så har koden gått ut. Huvudanvändaren kan ge en ny.",
        "The user name and the code don't match, or the code has expired. The owner can give a new one.";
    undertaking_title: "Vaitiolositoumus", "Sekretessförbindelse", "Undertaking of confidentiality";
    undertaking_needed: "Asiakaskortit avautuvat, kun vaitiolositoumus on annettu.",
        "Kundkorten öppnas när sekretessförbindelsen har getts.",
        "Client cards open once the undertaking has been given.";
    go_on: "Jatka", "Fortsätt", "Go on";
    lock: "Lukitse", "Lås", "Lock";
    locked: "Lukittu", "Låst", "Locked";
    unlock: "Avaa", "Öppna", "Unlock";
    other_user: "Vaihda käyttäjää", "Byt användare", "Another user";
    role: "Rooli", "Roll", "Role";
    new_user: "Uusi käyttäjä", "Ny användare", "New user";
    add_user: "Lisää käyttäjä", "Lägg till användare", "Add user";
    user_name_hint: "Nimi, jolla kirjaudutaan ja joka näkyy kirjauksissa.", "Namnet för inloggning, som också syns i anteckningarna.",
        "The name to log in with, also shown with entries.";
    name_taken: "Tämänniminen käyttäjä on jo.", "Det finns redan en användare med det namnet.", "There is a user of that name already.";
    code_once: "Koodi näytetään vain nyt. Anna se käyttäjälle itselleen.", "Koden visas bara nu. Ge den till användaren själv.",
        "The code is shown only now. Give it to the user in person.";
    code_use: "Käyttäjä valitsee kirjautumissivulla ”Ota tunnus käyttöön”. Koodi toimii seitsemän päivää.",
        "Användaren väljer ”Ta ditt konto i bruk” på inloggningssidan. Koden gäller i sju dagar.",
        "The user chooses “Set up your account” on the log-in page. The code works for seven days.";
    new_code: "Uusi kertakoodi", "Ny engångskod", "New one-time code";
    end_access: "Päätä käyttöoikeus", "Avsluta åtkomsten", "End access";
    end_access_text: "Käyttäjä ei enää pääse sisään. Kirjaukset säilyvät; nimi ja tunnukset poistuvat kahden vuoden kuluttua. Toimipisteet, joihin ei ole yhteyttä, saavat tiedon yhteyden palattua.",
        "Användaren kommer inte längre in. Anteckningarna står kvar; namnet och inloggningen tas bort efter två år. Verksamhetsställen utan förbindelse får veta det när förbindelsen är tillbaka.",
        "The user can't get in any more. Entries stay; the name and what the user logged in with go after two years. Premises out of reach hear of it when the line is back.";
    access_ended: "Käyttöoikeus päättynyt", "Åtkomsten avslutad", "Access ended";
    in_use: "Käytössä", "I bruk", "In use";
    code_expired: "Ei käytössä: kertakoodi vanhentunut", "Inte i bruk: engångskoden har gått ut", "Not in use: the code has expired";
    operator: "Konekomento", "Kommando vid maskinen", "Command at the machine";
    former_user: "Entinen työntekijä", "Tidigare anställd", "Former employee";
    unknown_user: "Tuntematon käyttäjä", "Okänd användare", "Unknown user";
}

texts! {
    quick_code: "Pikakoodi", "Snabbkod", "Quick code";
    quick_new: "Uusi pikakoodi", "Ny snabbkod", "New quick code";
    quick_hint: "6–12 numeroa. Ei sama numero toistuen eikä numerot järjestyksessä.",
        "6–12 siffror. Inte samma siffra om och om igen, inte siffror i ordning.",
        "6 to 12 digits. Not one digit over and over, and no digits in order.";
    quick_set: "Ota pikakoodi käyttöön", "Ta snabbkoden i bruk", "Set the quick code";
    quick_remove: "Poista pikakoodi", "Ta bort snabbkoden", "Remove the quick code";
    quick_is_on: "Pikakoodi avaa lukitun istuntosi koneella, jolla olet tänään kirjautunut salasanallasi. Kirjautumiseen se ei kelpaa.",
        "Snabbkoden öppnar din låsta session på en dator där du i dag har loggat in med ditt lösenord. Den duger inte för inloggning.",
        "The quick code opens your locked session on a computer where you logged in with your password today. It is no good for logging in.";
    quick_is_off: "Yhteisellä koneella pikakoodi on nopeampi kuin salasana: sillä avaat lukitun istuntosi.",
        "På en delad dator går en snabbkod fortare än lösenordet: med den öppnar du din låsta session.",
        "On a shared computer a quick code is faster than the password: it opens your locked session.";
    quick_wrong: "Pikakoodi ei täsmää.", "Snabbkoden stämmer inte.", "The quick code is not right.";
    quick_over: "Avaa tällä kertaa salasanalla.", "Öppna den här gången med lösenordet.", "Open it with the password this time.";
    quick_instead: "Avaa salasanalla", "Öppna med lösenordet", "Open with the password";
    also_here: "Myös tällä koneella", "Också på den här datorn", "Also on this computer";
    password_guessable: "Salasana on helppo arvata. Valitse muutama sana, jotka eivät kuulu yhteen.",
        "Lösenordet är lätt att gissa. Välj några ord som inte hör ihop.",
        "The password is easy to guess. Choose a few words that don't belong together.";
    confirm_title: "Varmista, että olet sinä", "Bekräfta att det är du", "Confirm that it is you";
    confirm_lead: "Tämä vie tietoja ulos rekisteristä tai poistaa niitä pysyvästi. Anna salasanasi, niin pääset jatkamaan. Viiden minuutin ajan sitä ei kysytä uudelleen.",
        "Det här tar uppgifter ut ur registret eller raderar dem för gott. Ge ditt lösenord för att fortsätta. Under fem minuter frågas det inte igen.",
        "This takes data out of the register or removes it for good. Give your password to go on. For five minutes it is not asked again.";
    arrived_everywhere: "Tieto on perillä kaikissa toimipisteissä.", "Beskedet har nått alla verksamhetsställen.",
        "Every premises knows of it.";
}

sentences! {
    arrival_awaited(names: &str):
        format!("Odottaa synkronointia: {names}"),
        format!("Väntar på synkronisering: {names}"),
        format!("Awaiting synchronisation: {names}");
    quick_weak(count: usize):
        format!("Pikakoodissa on oltava vähintään {count} numeroa, eivätkä ne saa olla samat tai järjestyksessä."),
        format!("Snabbkoden måste ha minst {count} siffror, och de får inte vara samma eller i ordning."),
        format!("The quick code needs at least {count} digits, and they may not be the same or in order.");
    locked_by_quick(name: &str):
        format!("{name}, jatka pikakoodillasi siitä, mihin jäit."),
        format!("{name}, fortsätt med din snabbkod där du slutade."),
        format!("{name}, go on where you were with your quick code.");
    login_wait(minutes: usize):
        format!("Liian monta yritystä. Odota {minutes} min ja yritä uudelleen."),
        format!("För många försök. Vänta {minutes} min och försök igen."),
        format!("Too many attempts. Wait {minutes} min and try again.");
    password_short(count: usize):
        format!("Salasanassa on oltava vähintään {count} merkkiä."),
        format!("Lösenordet måste ha minst {count} tecken."),
        format!("The password needs at least {count} characters.");
    password_long(count: usize):
        format!("Salasanassa voi olla enintään {count} merkkiä."),
        format!("Lösenordet får ha högst {count} tecken."),
        format!("The password may have at most {count} {}.", plural(count, "character", "characters"));
    undertaking(date: &str):
        format!("Sitoudun pitämään salassa kaiken, mitä saan tietää asiakkaista, myös työsuhteen tai sopimuksen päätyttyä. ({date})"),
        format!("Jag förbinder mig att hemlighålla allt som jag får veta om kunderna, också efter att anställningen eller avtalet upphört. ({date})"),
        format!("I undertake to keep secret all that I learn about clients, also after my employment or contract has ended. ({date})");
    locked_by(name: &str):
        format!("{name}, jatka salasanallasi siitä, mihin jäit."),
        format!("{name}, fortsätt med ditt lösenord där du slutade."),
        format!("{name}, go on where you were with your password.");
    code_for(name: &str):
        format!("Kertakoodi: {name}"), format!("Engångskod: {name}"), format!("One-time code: {name}");
    code_until(date: &str):
        format!("Kertakoodi voimassa {date} asti"), format!("Engångskoden gäller till {date}"), format!("One-time code works until {date}");
}

impl crate::text::Language {
    /// The name of a role.
    pub(crate) const fn role_name(self, role: Role) -> &'static str {
        match (role, self) {
            (Role::Owner, Self::Finnish) => "Pääkäyttäjä",
            (Role::Owner, Self::Swedish) => "Huvudanvändare",
            (Role::Owner, Self::English) => "Owner",
            (Role::Staff, Self::Finnish) => "Henkilökunta",
            (Role::Staff, Self::Swedish) => "Personal",
            (Role::Staff, Self::English) => "Staff",
            (Role::Contractor, Self::Finnish) => "Vuokratuoliyrittäjä",
            (Role::Contractor, Self::Swedish) => "Hyrstolsföretagare",
            (Role::Contractor, Self::English) => "Contractor",
            (Role::Reception, Self::Finnish) => "Vastaanotto",
            (Role::Reception, Self::Swedish) => "Reception",
            (Role::Reception, Self::English) => "Reception",
        }
    }

    /// The name of a role and what it may do.
    pub(crate) const fn role_help(self, role: Role) -> &'static str {
        match (role, self) {
            (Role::Owner, Self::Finnish) => "Pääkäyttäjä: kaikki, myös käyttäjät",
            (Role::Owner, Self::Swedish) => "Huvudanvändare: allt, också användarna",
            (Role::Owner, Self::English) => "Owner: everything, users too",
            (Role::Staff, Self::Finnish) => "Henkilökunta: kortit, hoidot ja terveystiedot",
            (Role::Staff, Self::Swedish) => "Personal: kort, behandlingar och hälsouppgifter",
            (Role::Staff, Self::English) => "Staff: cards, treatments and health",
            (Role::Contractor, Self::Finnish) => {
                "Vuokratuoliyrittäjä: kortit, hoidot ja terveystiedot"
            }
            (Role::Contractor, Self::Swedish) => {
                "Hyrstolsföretagare: kort, behandlingar och hälsouppgifter"
            }
            (Role::Contractor, Self::English) => "Contractor: cards, treatments and health",
            (Role::Reception, Self::Finnish) => {
                "Vastaanotto: yhteystiedot ja markkinointilupa, ei terveystietoja"
            }
            (Role::Reception, Self::Swedish) => {
                "Reception: kontaktuppgifter och marknadsföring, inga hälsouppgifter"
            }
            (Role::Reception, Self::English) => {
                "Reception: contact details and marketing, no health information"
            }
        }
    }
}
