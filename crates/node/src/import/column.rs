//! What the columns of a file hold: found by their headers, or said by the operator.

use core::str::FromStr;

use register::directory::fold;

use super::ImportError;
use super::finding::Role;
use super::synonym::{Language, SYNONYMS};
use super::table::Row;

/// How many rows from the top are searched for the header: programs put titles above it.
const HEADER_SEARCH_ROWS: usize = 10;
/// The longest header that is shown, in characters.
const HEADER_SHOWN_CHARS: usize = 60;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $code:literal in $roles:ident $repeats:literal),+ $(,)?) => {
        /// What a column holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)+ }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in `--map` and in reports.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            const fn roles(self) -> &'static [Role] {
                match self { $(Self::$variant => $roles,)+ }
            }

            /// Whether several columns may hold it.
            const fn repeats(self) -> bool {
                match self { $(Self::$variant => $repeats,)+ }
            }
        }
    };
}

const CLIENTS: &[Role] = &[Role::Clients];
const TREATMENTS: &[Role] = &[Role::Treatments];
const BOTH: &[Role] = &[Role::Clients, Role::Treatments];

fields! {
    /// The client's number in the other program.
    Number = "number" in BOTH false,
    /// Family name.
    LastName = "last_name" in CLIENTS false,
    /// First name.
    FirstName = "first_name" in CLIENTS false,
    /// Whole name: "Last, First" or "First Last".
    FullName = "name" in CLIENTS false,
    /// Whole name, family name first without a comma.
    FullNameLastFirst = "name_last_first" in CLIENTS false,
    /// Date or year of birth, or identity code; only the year is kept.
    Birth = "birth" in CLIENTS true,
    /// Phone numbers.
    Phone = "phone" in CLIENTS true,
    /// E-mail addresses.
    Email = "email" in CLIENTS true,
    /// Street, postal code and town, or street alone where the others have columns.
    Address = "address" in CLIENTS false,
    /// Postal code.
    Postcode = "postcode" in CLIENTS false,
    /// Town.
    Town = "town" in CLIENTS false,
    /// Health entries.
    Health = "health" in CLIENTS true,
    /// Free text that is not about health.
    Notes = "notes" in CLIENTS true,
    /// Whether the client allows marketing.
    Marketing = "marketing" in CLIENTS false,
    /// Whether the client forbids marketing.
    MarketingBan = "marketing_ban" in CLIENTS false,
    /// The day of the last visit: dates health entries, and tells which cards are due.
    LastVisit = "last_visit" in CLIENTS false,
    /// The day of a treatment.
    Date = "date" in TREATMENTS false,
    /// What was done.
    Treatment = "treatment" in TREATMENTS false,
    /// Who did it.
    By = "by" in TREATMENTS false,
    /// At which premises.
    Premises = "premises" in TREATMENTS false,
    /// Products used; a batch number in it is recognised.
    Products = "products" in TREATMENTS true,
    /// Batch number.
    Batch = "batch" in TREATMENTS true,
    /// Remarks on a treatment.
    Remarks = "remarks" in TREATMENTS true,
    /// Whether a separate contract was made.
    Contract = "contract" in TREATMENTS false,
    /// Nothing that is imported.
    Ignored = "ignore" in BOTH true,
}

/// The operator's word on one column: `--map "COLUMN=FIELD"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRule {
    /// The column's header, or its number from 1.
    pub column: String,
    /// What it holds.
    pub field: Field,
}

/// A `--map` that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapRuleError {
    /// No "=" with something on its left.
    #[error("--map takes COLUMN=FIELD, for example \"Syntymäaika=birth\"")]
    Form,
    /// The right side is no field.
    #[error("--map: there is no field {0:?}; fields are {list}", list = field_list())]
    Field(String),
}

impl FromStr for MapRule {
    type Err = MapRuleError;

    fn from_str(rule: &str) -> Result<Self, MapRuleError> {
        let (column, field) = rule.rsplit_once('=').ok_or(MapRuleError::Form)?;
        if column.trim().is_empty() {
            return Err(MapRuleError::Form);
        }
        let code = field.trim().to_lowercase();
        let field = Field::ALL
            .iter()
            .copied()
            .find(|field| field.code() == code)
            .ok_or(MapRuleError::Field(code))?;
        Ok(Self {
            column: column.trim().to_owned(),
            field,
        })
    }
}

fn field_list() -> String {
    let codes: Vec<&str> = Field::ALL.iter().map(|field| field.code()).collect();
    codes.join(", ")
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header, as far as it is shown.
    pub header: String,
    /// What it holds; `None` when nobody knows, and nothing of it is imported.
    pub field: Option<Field>,
    /// Whether the operator said so.
    pub by_operator: bool,
}

/// What every column of a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// The line of the header.
    pub line: u64,
    /// The language of most headers.
    pub language: Option<Language>,
    /// How many columns a row must have: those up to the last one with a header.
    pub(super) needed: usize,
}

impl Mapping {
    /// Whether any column holds `field`.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.columns
            .iter()
            .any(|column| column.field == Some(field))
    }
}

/// Finds the header among the first rows and reads it. Returns also how many rows it ends after.
pub(super) fn map(
    rows: &[Row],
    role: Role,
    rules: &[MapRule],
) -> Result<(usize, Mapping), ImportError> {
    let best = rows
        .iter()
        .take(HEADER_SEARCH_ROWS)
        .enumerate()
        .map(|(at, row)| {
            (
                recognised(&row.cells, role) + claimed(&row.cells, rules),
                at,
                row,
            )
        })
        // The first of equals is the header; `max_by_key` alone would take the last.
        .max_by_key(|(known, at, _)| (*known, core::cmp::Reverse(*at)));
    let Some((_, at, row)) = best else {
        return Err(ImportError::Empty { file: role });
    };
    let mapping = read_header(row, role, rules);
    let named = mapping.has(Field::LastName)
        || mapping.has(Field::FirstName)
        || mapping.has(Field::FullName)
        || mapping.has(Field::FullNameLastFirst);
    let needs: &[(bool, &str)] = match role {
        Role::Clients => &[(named, "a client's name (last_name, first_name or name)")],
        Role::Treatments => &[
            (mapping.has(Field::Number), "the client's number (number)"),
            (mapping.has(Field::Date), "the day (date)"),
            (mapping.has(Field::Treatment), "what was done (treatment)"),
        ],
    };
    match needs.iter().find(|(there, _)| !there) {
        Some((_, what)) => Err(ImportError::NoColumn {
            file: role,
            line: row.line,
            what: (*what).to_owned(),
        }),
        None => Ok((at + 1, mapping)),
    }
}

/// How many of `cells` are headers that the table of synonyms knows.
pub(super) fn recognised(cells: &[String], role: Role) -> usize {
    cells
        .iter()
        .filter(|cell| known_field(cell, role).is_some())
        .count()
}

/// Whether a rule's column is among the columns of this mapping.
pub(super) fn applies(rule: &MapRule, mapping: &Mapping) -> bool {
    mapping
        .columns
        .iter()
        .enumerate()
        .any(|(at, column)| names(rule, at, &column.header))
}

fn claimed(cells: &[String], rules: &[MapRule]) -> usize {
    let named = |rule: &&MapRule| cells.iter().any(|cell| key(cell) == key(&rule.column));
    rules.iter().filter(named).count()
}

fn names(rule: &MapRule, at: usize, header: &str) -> bool {
    let wanted = key(&rule.column);
    (!wanted.is_empty() && wanted == key(header)) || rule.column.parse() == Ok(at + 1)
}

fn read_header(row: &Row, role: Role, rules: &[MapRule]) -> Mapping {
    let mut languages = [0_usize; Language::ALL.len()];
    let mut columns: Vec<Column> = Vec::with_capacity(row.cells.len());
    for (at, cell) in row.cells.iter().enumerate() {
        let header: String = cell.trim().chars().take(HEADER_SHOWN_CHARS).collect();
        let rule = rules
            .iter()
            .find(|rule| names(rule, at, &header) && rule.field.roles().contains(&role));
        let known = known_field(&header, role);
        if let Some((_, language)) = known
            && let Some(count) = languages.get_mut(language as usize)
        {
            *count += 1;
        }
        columns.push(Column {
            header,
            field: rule
                .map(|rule| rule.field)
                .or(known.map(|(field, _)| field)),
            by_operator: rule.is_some(),
        });
    }
    keep_first(&mut columns);
    let language = Language::ALL
        .iter()
        .zip(languages)
        .rev()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > 0)
        .map(|(language, _)| *language);
    let needed = columns
        .iter()
        .rposition(|column| !column.header.is_empty())
        .map_or(0, |at| at + 1);
    Mapping {
        columns,
        line: row.line,
        language,
        needed,
    }
}

/// Of several columns for one single field the operator's stays, or else the first.
fn keep_first(columns: &mut [Column]) {
    for field in Field::ALL.iter().filter(|field| !field.repeats()) {
        let holds = |column: &Column| column.field == Some(*field);
        let chosen = columns
            .iter()
            .position(|column| holds(column) && column.by_operator)
            .or_else(|| columns.iter().position(holds));
        for (at, column) in columns.iter_mut().enumerate() {
            if holds(column) && Some(at) != chosen {
                column.field = None;
            }
        }
    }
}

fn known_field(header: &str, role: Role) -> Option<(Field, Language)> {
    let exact = |key: &str| {
        SYNONYMS
            .iter()
            .filter(|(field, ..)| field.roles().contains(&role))
            .find(|(_, _, keys)| keys.split_ascii_whitespace().any(|known| known == key))
            .map(|(field, language, _)| (*field, *language))
    };
    // "Puhelin 2", "Puhelin (koti)" and "Asiakkaan puhelin" are all phones.
    let bare = header.split('(').next().unwrap_or_default();
    let whole = key(header);
    let bare = key(bare);
    let bare = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let owned = ["asiakkaan", "kundens", "clients", "customers"]
        .iter()
        .find_map(|owner| bare.strip_prefix(owner));
    exact(&whole)
        .or_else(|| exact(bare))
        .or_else(|| exact(owned?))
}

/// A header in small letters, without accents, spaces and punctuation.
fn key(header: &str) -> String {
    fold(header)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, role: Role) -> Option<Field> {
        known_field(header, role).map(|(field, _)| field)
    }

    #[test]
    fn headers_are_known_in_three_languages_however_they_are_written() {
        for (header, field) in [
            ("Asiakasnro", Field::Number),
            ("SYNTYMÄAIKA", Field::Birth),
            ("syntyma-aika", Field::Birth),
            ("Puhelin 2 (koti)", Field::Phone),
            ("Asiakkaan puhelinnumero", Field::Phone),
            ("E-mail", Field::Email),
            ("Födelseår", Field::Birth),
            ("Postal code", Field::Postcode),
            ("Allergiat/terveys", Field::Health),
            ("Markkinointikielto", Field::MarketingBan),
            ("name", Field::FullName),
        ] {
            assert_eq!(check(header, Role::Clients), Some(field), "{header}");
        }
        assert_eq!(check("Lempiväri", Role::Clients), None);
        assert_eq!(check("", Role::Clients), None);
        assert_eq!(check("date", Role::Treatments), Some(Field::Date));
        assert_eq!(check("date", Role::Clients), None);
    }

    #[test]
    fn synonyms_are_written_as_keys_and_mean_one_thing_per_file() {
        for role in [Role::Clients, Role::Treatments] {
            let mut seen = std::collections::BTreeMap::new();
            for (field, language, keys) in SYNONYMS {
                for word in keys.split_ascii_whitespace() {
                    assert_eq!(key(word), word);
                    if field.roles().contains(&role)
                        && let Some(other) = seen.insert(word, *field)
                    {
                        assert_eq!(other, *field, "{word} ({language:?})");
                    }
                }
            }
        }
    }

    #[test]
    fn map_rules_are_read_and_refused_with_the_list_of_fields() {
        let rule: MapRule = "A=B = phone".parse().unwrap();
        assert_eq!((rule.column.as_str(), rule.field), ("A=B", Field::Phone));
        assert_eq!("phone".parse::<MapRule>(), Err(MapRuleError::Form));
        assert_eq!("=phone".parse::<MapRule>(), Err(MapRuleError::Form));
        let refusal = "A=puhelin".parse::<MapRule>().unwrap_err().to_string();
        assert!(refusal.contains("phone, email"), "{refusal}");
    }

    #[test]
    fn titles_above_the_header_are_passed_over_and_the_operator_wins() {
        let row = |line, cells: &[&str]| Row {
            line,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        };
        let rows = [
            row(1, &["Asiakasrekisteri 2026"]),
            row(3, &["Nro", "Nimi", "Gsm", "Puh", "Muu"]),
        ];
        let rules = ["Muu=notes".parse().unwrap(), "3=ignore".parse().unwrap()];
        let (after, mapping) = map(&rows, Role::Clients, &rules).unwrap();
        assert_eq!((after, mapping.line), (2, 3));
        let fields: Vec<Option<Field>> = mapping.columns.iter().map(|c| c.field).collect();
        assert_eq!(
            fields,
            [
                Some(Field::Number),
                Some(Field::FullName),
                Some(Field::Ignored),
                Some(Field::Phone),
                Some(Field::Notes)
            ]
        );
        assert!(map(&rows[..1], Role::Clients, &[]).is_err());
    }
}
