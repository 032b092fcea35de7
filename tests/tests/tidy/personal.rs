//! Looks for data that could be somebody's.

/// Identity codes' check characters, by remainder.
const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// What in `line` could belong to a real person.
pub(crate) fn suspicious(line: &str) -> Vec<String> {
    let mut found = phones(line);
    found.extend(identity_codes(line));
    found.extend(addresses(line));
    found
}

/// Finnish mobile numbers outside the ranges we use for invented people.
fn phones(line: &str) -> Vec<String> {
    candidates(line, |byte| {
        byte.is_ascii_digit() || b"+ -()".contains(&byte)
    })
    .into_iter()
    .filter(|candidate| {
        let digits: String = candidate.chars().filter(char::is_ascii_digit).collect();
        let national = if candidate.trim_start().starts_with('+') {
            digits.strip_prefix("358")
        } else {
            digits
                .strip_prefix("00358")
                .or_else(|| digits.strip_prefix('0'))
        };
        // "+358 (0)40 .." is written as well.
        let Some(national) = national.map(|number| number.strip_prefix('0').unwrap_or(number))
        else {
            return false;
        };
        let mobile =
            national.len() == 9 && (national.starts_with('4') || national.starts_with("50"));
        let invented = ["40000", "44000", "45000", "50000"]
            .iter()
            .any(|range| national.starts_with(range));
        mobile && !invented
    })
    .collect()
}

/// Valid identity codes that a real person could have.
fn identity_codes(line: &str) -> Vec<String> {
    candidates(line, |byte| {
        byte.is_ascii_digit() || byte.is_ascii_uppercase() || b"+-".contains(&byte)
    })
    .into_iter()
    .filter(|candidate| {
        let Some((day, rest)) = candidate.split_at_checked(6) else {
            return false;
        };
        let Some((individual, check)) = rest.get(1..).and_then(|rest| rest.split_at_checked(3))
        else {
            return false;
        };
        let remainder = format!("{day}{individual}")
            .parse::<usize>()
            .map(|number| number % CHECK.len());
        check.len() == 1
            && !individual.starts_with('9')
            && "+-ABCDEFUVWXY".contains(rest.get(..1).unwrap_or("?"))
            && remainder.is_ok_and(|remainder| CHECK.get(remainder) == check.as_bytes().first())
    })
    .collect()
}

/// E-mail addresses outside the domains that belong to nobody (RFC 2606).
fn addresses(line: &str) -> Vec<String> {
    candidates(line, |byte| {
        byte.is_ascii_alphanumeric() || b"@._-+".contains(&byte) || byte >= 0x80
    })
    .into_iter()
    .filter(|candidate| {
        let Some((user, domain)) = candidate.trim_matches('.').split_once('@') else {
            return false;
        };
        let top = domain.rsplit('.').next().unwrap_or_default();
        let real = !user.is_empty()
            && domain.contains('.')
            && (2..=6).contains(&top.len())
            && top.chars().all(|letter| letter.is_ascii_lowercase());
        let nobodys = domain
            .split('.')
            .any(|label| ["example", "test", "invalid", "localhost"].contains(&label));
        real && !nobodys
    })
    .collect()
}

/// Longest runs of bytes that `part` takes, not touching a letter or digit that it doesn't.
fn candidates(line: &str, part: impl Fn(u8) -> bool) -> Vec<String> {
    let bytes = line.as_bytes();
    let word = |index: Option<usize>| {
        index
            .and_then(|index| bytes.get(index))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes
            .iter()
            .skip(start)
            .take_while(|byte| part(**byte))
            .count();
        let end = start + length;
        if length > 0 && !word(start.checked_sub(1)) && !word(Some(end)) {
            found.extend(line.get(start..end).map(str::to_owned));
        }
        start = end.max(start + 1);
    }
    found
}

#[test]
fn only_what_could_be_real_is_suspicious() {
    // Put together here, so that this file itself has none.
    let phone = format!("+358 40 {}", "123 4567");
    let code = format!("131052{}", "-308T");
    for line in [
        phone.as_str(),
        &phone.replace("+358 ", "0"),
        &code,
        &format!("Maija {code};"),
        &["a", "firma.fi"].join("@"),
    ] {
        assert_eq!(suspicious(line).len(), 1, "{line}");
    }
    for line in [
        "0400001234",
        "+358 44 000 1234",
        "131052-308U",
        "131052-9130",
        "a@example.com",
        "1234567890",
        "0.12.3",
    ] {
        assert_eq!(suspicious(line), Vec::<String>::new(), "{line}");
    }
}
