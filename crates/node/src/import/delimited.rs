//! Rows of a delimited text, each with the line it truly starts on.

use csv::{ReaderBuilder, StringRecord};

use super::table::{CELLS_LIMIT, COLUMNS_LIMIT, ROWS_LIMIT, Row, TooBig};

/// Delimiters that are looked for, the likeliest first.
const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];
/// How many rows decide the delimiter and the usual width.
const SAMPLE_ROWS: usize = 100;
/// How often a quotation mark that nothing closes is recovered from in one file.
const RECOVERIES_LIMIT: usize = 1_000;

/// The rows of `text` and the delimiter found. `recognised` counts the cells of a row that are
/// known headers, which is the best sign of the right delimiter.
pub(super) fn read(
    text: &str,
    recognised: impl Fn(&[String]) -> usize,
) -> Result<(Vec<Row>, char), TooBig> {
    let (said, start) = said_delimiter(text);
    let body = text.get(start..).unwrap_or_default();
    let delimiter = said.unwrap_or_else(|| likeliest(body, &recognised));
    let width = usual_width(body, delimiter);
    Ok((rows(text, start, delimiter, width)?, delimiter))
}

/// The delimiter in a first line such as "sep=;", which spreadsheets write and read, and where
/// the table starts.
fn said_delimiter(text: &str) -> (Option<char>, usize) {
    let line = text.lines().next().unwrap_or_default();
    let mut said = line.strip_prefix("sep=").unwrap_or_default().chars();
    match (said.next(), said.next()) {
        (Some(delimiter), None) if delimiter.is_ascii() => (Some(delimiter), line.len()),
        _ => (None, 0),
    }
}

fn likeliest(text: &str, recognised: &impl Fn(&[String]) -> usize) -> char {
    let judged = DELIMITERS.iter().rev().map(|delimiter| {
        let sample = sample(text, *delimiter);
        let known = sample.iter().map(|row| recognised(row)).max().unwrap_or(0);
        let width = common_width(&sample);
        let steady = sample.iter().filter(|row| row.len() == width).count();
        // A text without this delimiter is perfectly steady, and no table.
        let steady = if width > 1 { steady } else { 0 };
        ((known, steady, width), *delimiter)
    });
    judged
        .max_by_key(|(score, _)| *score)
        .map_or(';', |(_, delimiter)| delimiter)
}

fn usual_width(text: &str, delimiter: char) -> usize {
    common_width(&sample(text, delimiter))
}

fn sample(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut reader = reader(text, delimiter);
    let mut record = StringRecord::new();
    let mut sample = Vec::new();
    while sample.len() < SAMPLE_ROWS && matches!(reader.read_record(&mut record), Ok(true)) {
        sample.push(
            record
                .iter()
                .take(COLUMNS_LIMIT)
                .map(str::to_owned)
                .collect(),
        );
    }
    sample
}

fn common_width(sample: &[Vec<String>]) -> usize {
    let count = |width| sample.iter().filter(|row| row.len() == width).count();
    let widths = sample.iter().map(Vec::len);
    widths
        .max_by_key(|width| (count(*width), *width))
        .unwrap_or(0)
}

fn rows(text: &str, start: usize, delimiter: char, width: usize) -> Result<Vec<Row>, TooBig> {
    let mut rows = Vec::new();
    let mut cells = 0;
    let mut recoveries = 0;
    let mut lines = Lines::new(text);
    let mut from = start;
    'again: loop {
        let mut reader = reader(text.get(from..).unwrap_or_default(), delimiter);
        let mut record = StringRecord::new();
        let mut begun = from;
        while let Ok(true) = reader.read_record(&mut record) {
            let ended = from + usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            // The reader passes over empty lines before it starts a record.
            begun += blank_bytes(text.get(begun..).unwrap_or_default());
            let line = lines.at(begun);
            let row = text.get(begun..ended).unwrap_or_default();
            let first = row.split_inclusive(['\n', '\r']).next().unwrap_or_default();
            if record.len() != width
                && !row.get(first.len()..).unwrap_or_default().trim().is_empty()
                && recoveries < RECOVERIES_LIMIT
            {
                // A quotation mark that is never closed swallows row after row: take its first
                // line alone, and go on with the next.
                recoveries += 1;
                push(&mut rows, &mut cells, line, &alone(first, delimiter))?;
                from = begun + first.len();
                continue 'again;
            }
            push(&mut rows, &mut cells, line, &record)?;
            begun = ended;
        }
        return Ok(rows);
    }
}

fn push(
    rows: &mut Vec<Row>,
    total: &mut usize,
    line: u64,
    record: &StringRecord,
) -> Result<(), TooBig> {
    let cells: Vec<String> = record
        .iter()
        .take(COLUMNS_LIMIT)
        .map(str::to_owned)
        .collect();
    *total += cells.len();
    if rows.len() >= ROWS_LIMIT || *total > CELLS_LIMIT {
        return Err(TooBig);
    }
    rows.push(Row { line, cells });
    Ok(())
}

fn alone(line: &str, delimiter: char) -> StringRecord {
    let mut record = StringRecord::new();
    match reader(line, delimiter).read_record(&mut record) {
        Ok(_) => record,
        Err(_) => StringRecord::new(),
    }
}

fn reader(text: &str, delimiter: char) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b';'))
        .from_reader(text.as_bytes())
}

fn blank_bytes(text: &str) -> usize {
    text.len() - text.trim_start_matches(['\n', '\r']).len()
}

/// Counts lines as an editor does: "\n", "\r\n" and a bare "\r" end one.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the byte `to`, which must not lie before the one asked for last.
    fn at(&mut self, to: usize) -> u64 {
        while self.at < to {
            let ends = match (self.text.get(self.at), self.text.get(self.at + 1)) {
                (Some(b'\r'), Some(b'\n')) => false,
                (Some(b'\n' | b'\r'), _) => true,
                _ => false,
            };
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines_and_cells(text: &str) -> (Vec<(u64, Vec<String>)>, char) {
        let known = |cells: &[String]| cells.iter().filter(|cell| *cell == "Nro").count();
        let (rows, delimiter) = read(text, known).unwrap();
        let rows = rows.into_iter().map(|row| (row.line, row.cells)).collect();
        (rows, delimiter)
    }

    fn check(text: &str, expected: &[(u64, &[&str])]) {
        let (rows, _) = lines_and_cells(text);
        let rows: Vec<(u64, Vec<&str>)> = rows
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u64, Vec<&str>)> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.to_vec()))
            .collect();
        assert_eq!(rows, expected, "{text:?}");
    }

    #[test]
    fn lines_are_true_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "", "1;\"x", "y\"", "", "", "2;z", ""].join(end);
            let note = format!("x{end}y");
            check(
                &text,
                &[(1, &["a", "b"]), (3, &["1", &note]), (7, &["2", "z"])],
            );
        }
    }

    #[test]
    fn each_delimiter_is_found_although_others_stand_in_cells() {
        for delimiter in DELIMITERS {
            let text =
                format!("Nro{delimiter}muut\n1{delimiter}\"a;b,c\td|e\"\n2{delimiter}x, y; z");
            let (rows, found) = lines_and_cells(&text);
            assert_eq!(found, delimiter);
            assert_eq!(rows[1].1, ["1", "a;b,c\td|e"]);
        }
    }

    #[test]
    fn a_spreadsheets_word_on_the_delimiter_counts() {
        check("sep=|\r\na|b;c\r\n", &[(2, &["a", "b;c"])]);
    }

    #[test]
    fn a_quote_that_nothing_closes_costs_its_own_row_only() {
        check(
            "a;b;c\n1;\"x;y\n2;p;q\n3;r;\"s\"\n",
            &[
                (1, &["a", "b", "c"]),
                (2, &["1", "x;y\n"]),
                (3, &["2", "p", "q"]),
                (4, &["3", "r", "s"]),
            ],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_in_the_order_of_lines(text in "[a\";,\r\n\t|ä]{0,200}") {
            let (rows, _) = lines_and_cells(&text);
            prop_assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }

        #[test]
        fn what_was_written_is_read(cells in prop::collection::vec(prop::collection::vec("[a-z;\" ,\näö]{1,8}", 3), 1..8)) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(b';')
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(Vec::new());
            writer.write_record(["Nro", "Nro", "Nro"]).unwrap();
            for row in &cells {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let (rows, _) = lines_and_cells(&text);
            let read: Vec<Vec<String>> = rows.into_iter().skip(1).map(|(_, cells)| cells).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
