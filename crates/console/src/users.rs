//! The clinic's own users, for the owner.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use register::access::Action;
use register::contact::{TextFault, required};
use register::directory::fold;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::people::{Profile, Role, User};
use register::replica::{Answer, Command, Report};
use register::value::Content;

use crate::clock::{show_date, show_moment};
use crate::form::{Faults, Field, Form, Input, choices, hidden};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::secret::setup_code;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The longest name of a user, in characters.
const NAME: usize = 80;

/// The list, and the form for a new user.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let form = Form::default().with("role", Role::Staff.code());
    show(&who, &form, &Faults::default()).await
}

/// Makes a user, and shows the one-time code, once.
pub(crate) async fn add(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(profile) = read_new(&who, &form, &mut faults) else {
        let mut response = show(&who, &form, &faults).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let name = profile.name.clone();
    let invited = invite(&who, profile).await?;
    Ok(show_code(&who, &name, &invited.code))
}

/// A new user as a form, or a program, describes them.
pub(crate) fn read_new(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Profile> {
    let t = who.t();
    let name = faults.take("name", bounded(form.get("name")), t);
    if name.as_deref().is_some_and(|name| is_taken(who, name)) {
        faults.add("name", t.name_taken());
    }
    let role = Role::from_code(form.get("role"));
    if role.is_none() {
        faults.add("role", t.choose_one());
    }
    let (name, role) = (name?, role?);
    faults.is_empty().then_some(Profile { name, role })
}

/// A user who can set a password of their own, once.
pub(crate) struct Invited {
    pub(crate) id: RecordId,
    /// What lets them, kept nowhere.
    pub(crate) code: String,
    /// Until when.
    pub(crate) expires: Timestamp,
}

/// Makes a user.
pub(crate) async fn invite(who: &Visitor, profile: Profile) -> Result<Invited, Problem> {
    let named = Change::SetField(FieldKey::Profile, Content::Profile(profile));
    let_set_up(who, Target::New(RecordKind::Staff), vec![named]).await
}

/// Gives a user a new one-time code, for a forgotten password.
pub(crate) async fn code(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    let user = find(&who, &id)?;
    let invited = invite_again(&who, &user).await?;
    Ok(show_code(&who, &user.profile.name, &invited.code))
}

/// Gives a user a new one-time code.
pub(crate) async fn invite_again(who: &Visitor, user: &User) -> Result<Invited, Problem> {
    let target = Target::Seen(user.id, user.heads.clone());
    let_set_up(who, target, Vec::new()).await
}

async fn let_set_up(
    who: &Visitor,
    target: Target,
    mut changes: Vec<Change>,
) -> Result<Invited, Problem> {
    let (code, kept) = setup_code((who.house().clock)())?;
    let expires = kept.expires;
    changes.push(Change::SetField(
        FieldKey::SetupCode,
        Content::SetupCode(kept),
    ));
    let (id, _) = who.edit(target, changes).await?;
    Ok(Invited { id, code, expires })
}

/// Ends a user's access, here at once, elsewhere when the premises hear of it.
pub(crate) async fn end(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    let user = find(&who, &id)?;
    // An owner who shuts themselves out leaves nobody to let anyone in.
    if user.id == who.user.id {
        return Err(Problem::Forbidden);
    }
    shut_out(&who, &user).await?;
    Ok(redirect("/admin/users"))
}

/// Ends the access of a user, or of a token.
pub(crate) async fn shut_out(who: &Visitor, user: &User) -> Result<(), Problem> {
    let change = Change::SetField(FieldKey::Disabled, Content::Disabled(true));
    who.edit(Target::Seen(user.id, user.heads.clone()), vec![change])
        .await?;
    who.house().sessions.close_all_of(user.id, None);
    Ok(())
}

fn bounded(name: &str) -> Result<String, TextFault> {
    let name = required(name)?;
    if name.chars().count() > NAME {
        return Err(TextFault::TooLong);
    }
    Ok(name)
}

pub(crate) fn is_taken(who: &Visitor, name: &str) -> bool {
    let wanted = fold(name);
    let directory = who.house().desk.directory();
    directory
        .users()
        .chain(directory.tokens())
        .any(|user| fold(&user.profile.name) == wanted)
}

/// A person; a token is none.
pub(crate) fn find(who: &Visitor, id: &str) -> Result<User, Problem> {
    let id: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    let directory = who.house().desk.directory();
    let person = directory.user(id).filter(|user| user.token.is_none());
    person.cloned().ok_or(Problem::NotFound)
}

fn show_code(who: &Visitor, name: &str, code: &str) -> Response {
    let t = who.t();
    let main = html! {
        h1 { (t.code_for(name)) }
        p .lead { (t.code_once()) }
        p .code { (code) }
        p { (t.code_use()) }
        p { a .button href="/admin/users" { (t.users()) } }
    };
    Page {
        title: t.one_time_code(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(who)
}

async fn show(who: &Visitor, form: &Form, faults: &Faults) -> Result<Response, Problem> {
    let t = who.t();
    // The published one is of a moment ago, when access may not have ended yet.
    let Answer::Report(report) = who.house().desk.ask(Command::Report).await? else {
        return Err(Problem::Internal);
    };
    let report = &*report;
    let roles = Role::ALL.map(|role| (role.code(), t.role_help(role)));
    let mut users: Vec<User> = who.house().desk.directory().users().cloned().collect();
    users.sort_by_cached_key(|user| (user.disabled, fold(&user.profile.name)));
    let main = html! {
        h1 { (t.users()) }
        div .scroll {
            table {
                thead { tr { th { (t.user_name()) } th { (t.role()) } th { (t.state()) } th { (t.undertaking_title()) } th { span .hide { (t.actions()) } } } }
                tbody { @for user in &users { (row(who, report, user)) } }
            }
        }
        section .panel {
            header { h2 { (t.new_user()) } }
            (faults.summary(t))
            form method="post" action="/admin/users" novalidate {
                (hidden("csrf", who.csrf()))
                (Field::new("name", t.user_name(), Input::Text).hint(t.user_name_hint()).required().show(form, faults))
                (choices("role", t.role(), &roles, form, faults))
                button .primary { (t.add_user()) }
            }
        }
    };
    let page = Page {
        title: t.users(),
        room: Room::Desk,
        record: None,
        main,
    };
    Ok(page.show(who))
}

fn row(who: &Visitor, report: &Report, user: &User) -> Markup {
    let t = who.t();
    let path = format!("/admin/users/{}", user.id);
    let button = |to: &str, label: &str, class: &str| {
        html! {
            form method="post" action={ (path) (to) } {
                (hidden("csrf", who.csrf()))
                button class=(class) { (label) }
            }
        }
    };
    html! {
        tr {
            td { strong { (user.profile.name) }
                @if who.may(Action::ReadAudit) { p { a href={ (path) "/audit" } { (t.user_log_link()) } } } }
            td { (t.role_name(user.profile.role)) }
            td { (state(t, who, user)) @if user.disabled { (arrival(who, report, user)) } }
            td { @if let Some(undertaking) = &user.undertaking { (show_date(undertaking.date)) } @else { "–" } }
            td { div .acts {
                @if !user.disabled {
                    (button("/code", t.new_code(), "quiet"))
                    @if user.factor.is_some() && user.id != who.user.id {
                        details { summary { (t.factor_reset()) }
                            p { (t.factor_reset_text()) }
                            (button("/factor", t.factor_reset(), "danger"))
                        }
                    }
                    @if user.id != who.user.id {
                        details { summary { (t.end_access()) }
                            p { (t.end_access_text()) }
                            (button("/end", t.end_access(), "danger"))
                        }
                    }
                }
            } }
        }
    }
}

/// Where it is known that the access of a user, or of a token, has ended.
pub(crate) fn arrival(who: &Visitor, report: &Report, user: &User) -> Markup {
    let t = who.t();
    let awaited: Vec<String> = report
        .peers
        .iter()
        .filter(|peer| peer.users.contains(&user.id))
        .map(|peer| who.house().premises_name(peer.peer, t))
        .collect();
    html! {
        br;
        @if awaited.is_empty() { span .muted { (t.arrived_everywhere()) } }
        @else { strong { (t.arrival_awaited(&awaited.join(", "))) } }
    }
}

fn state(t: Language, who: &Visitor, user: &User) -> String {
    let now = (who.house().clock)();
    let code = user.setup.as_ref().filter(|code| now < code.expires);
    match (user.disabled, &user.password, code) {
        (true, ..) => t.access_ended().to_owned(),
        (false, _, Some(code)) => t.code_until(&show_moment(code.expires)),
        (false, Some(_), None) => t.in_use().to_owned(),
        (false, None, None) => t.code_expired().to_owned(),
    }
}
