//! The clinic's papers: as they are true now, and the privacy notices that were put in use.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::{Govern, KeepPapers};
use register::document::RecordKind;
use register::edit::Target;
use register::settings::PrivacyNotice;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::letterhead::Letterhead;
use crate::papers::notice::{is_in_use, of_now, parted, versions};
use crate::papers::{Clause, notice, record, undertaking};
use crate::problem::Problem;
use crate::text::Language;

use super::body::{Asked, Sent};
use super::caller::Caller;
use super::refusal::Refusal;
use super::shape::{Item, items};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(Govern, routes!(paper))
        .api(Govern, routes!(notices))
        .api(KeepPapers, routes!(put_in_use))
}

/// A part of a paper.
#[derive(Serialize, ToSchema)]
#[schema(as = Clause)]
struct ClauseShape {
    title: String,
    paragraphs: Vec<String>,
}

impl ClauseShape {
    fn of(one: Clause) -> Self {
        Self {
            title: one.title,
            paragraphs: one.paragraphs,
        }
    }
}

/// What the notice says differently from the one before Kortisto.
#[derive(Serialize, ToSchema)]
struct Difference {
    /// The clause of the old notice.
    clause: &'static str,
    said_then: &'static str,
    says_now: &'static str,
    why: &'static str,
}

/// A paper, as it is true now.
#[derive(Serialize, ToSchema)]
struct Paper {
    title: &'static str,
    clauses: Vec<ClauseShape>,
    /// Of the notice: what it says differently from the one before Kortisto.
    differences: Vec<Difference>,
}

/// In which language.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wording {
    /// `fi`, `sv` or `en`; Finnish when left out.
    #[serde(rename = "in")]
    #[param(pattern = "^(fi|sv|en)$")]
    language: Option<String>,
}

/// A paper, made from the settings
///
/// The privacy notice (GDPR Article 13), the record of processing (Article 30), or the undertaking of confidentiality.
#[utoipa::path(get, path = "/api/v1/papers/{paper}", tag = "papers", params(Wording,
    ("paper" = String, Path, description = "`notice`, `record` or `undertaking`.")),
    responses((status = 200, description = "The paper.", body = Paper)))]
async fn paper(
    who: Caller,
    Path(name): Path<String>,
    Asked(wording): Asked<Wording>,
) -> Result<Json<Paper>, Refusal> {
    let asked = wording.language.as_deref().unwrap_or("fi");
    let t = Language::from_code(asked).ok_or_else(|| {
        Refusal::unreadable(StatusCode::BAD_REQUEST, "A paper is in fi, sv or en.")
    })?;
    let head = Letterhead::of(who.house());
    let (title, clauses) = match name.as_str() {
        "notice" => (t.privacy_notice(), notice::clauses(t, &head)),
        "record" => (t.processing_record(), record::clauses(t, head)),
        "undertaking" => {
            let title = t.undertaking_form();
            let whole = Clause {
                title: title.to_owned(),
                paragraphs: undertaking::paragraphs(t, &head),
            };
            (title, vec![whole])
        }
        _ => return Err(Problem::NotFound.into()),
    };
    let changes = if name == "notice" {
        t.notice_changes().as_slice()
    } else {
        &[]
    };
    let differences = changes
        .iter()
        .map(|(clause, said_then, says_now, why)| Difference {
            clause,
            said_then,
            says_now,
            why,
        });
    Ok(Json(Paper {
        title,
        clauses: clauses.into_iter().map(ClauseShape::of).collect(),
        differences: differences.collect(),
    }))
}

/// A notice that was put in use.
#[derive(Serialize, ToSchema)]
struct Notice {
    /// Since when.
    #[schema(format = Date)]
    from: String,
    fi: Vec<ClauseShape>,
    sv: Vec<ClauseShape>,
    en: Vec<ClauseShape>,
}

impl Notice {
    fn of(one: &PrivacyNotice) -> Self {
        let [fi, sv, en] = one
            .texts
            .each_ref()
            .map(|text| parted(text).into_iter().map(ClauseShape::of).collect());
        Self {
            from: one.from.to_string(),
            fi,
            sv,
            en,
        }
    }
}

/// The notices that were put in use.
#[derive(Serialize, ToSchema)]
struct Notices {
    /// Whether the newest says what is true now; null when none was put in use.
    is_current: Option<bool>,
    /// The newest first.
    notices: Vec<Item<Notice>>,
}

/// The privacy notices that were put in use
#[utoipa::path(get, path = "/api/v1/privacy-notices", tag = "papers",
    responses((status = 200, description = "The notices.", body = Notices)))]
async fn notices(who: Caller) -> Json<Notices> {
    Json(Notices {
        is_current: is_in_use(&who),
        notices: items(&versions(&who), Notice::of),
    })
}

/// From when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticeBody {
    /// The day from which it is in use; of no other one.
    #[schema(format = Date)]
    from: String,
}

/// Put the privacy notice of now in use
///
/// It is kept as it is, whatever the settings say later.
#[utoipa::path(post, path = "/api/v1/privacy-notices", tag = "papers", request_body = NoticeBody,
    responses((status = 201, description = "It is kept.", body = Notices)))]
async fn put_in_use(who: Caller, Sent(body): Sent<NoticeBody>) -> Result<Response, Refusal> {
    let mut faults = Faults::default();
    let change = of_now(&who, &Form::default().with("from", body.from), &mut faults);
    let change = change.ok_or_else(|| Refusal::faults(&faults))?;
    // Beside whatever else happened to the settings meanwhile.
    who.edit(Target::New(RecordKind::Settings), vec![change])
        .await?;
    Ok((StatusCode::CREATED, notices(who).await).into_response())
}
