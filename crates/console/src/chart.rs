//! Charts as SVG made on the server: bars, with a title and a description for who can't see them.
//!
//! Colours come from classes of the style sheet, so that they follow light, dark and print; everything else is
//! presentation attributes, since the policy of pages allows no inline style.

use maud::{Markup, html};
use register::directory::Month;

use crate::text::Language;

/// Size of the drawing in its own units.
const WIDTH: usize = 720;
const HEIGHT: usize = 200;
/// Room for the scale at the left, and for years below.
const LEFT: usize = 44;
const BELOW: usize = 24;
/// Room above the highest bar, for half the height of the scale's topmost number.
const ABOVE: usize = 10;

/// One series of numbers by month.
pub(crate) struct Chart<'a> {
    /// Tells it apart on its page.
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    /// In order, without gaps.
    pub(crate) bars: Vec<(Month, usize)>,
}

/// `1/2024`, the same in all three languages.
pub(crate) fn show_month(month: Month) -> String {
    format!("{}/{}", month.in_year(), month.year())
}

/// A round number not below the highest: 1, 2 or 5 times a power of ten.
fn ceiling(highest: usize) -> usize {
    let mut step = 1_usize;
    loop {
        for times in [1, 2, 5] {
            let round = step.saturating_mul(times);
            if round >= highest {
                return round;
            }
        }
        step = step.saturating_mul(10);
    }
}

impl Chart<'_> {
    /// The chart as a figure.
    pub(crate) fn show(&self, t: Language) -> Markup {
        let highest = self.bars.iter().max_by_key(|(_, count)| *count);
        let (month, highest) = highest.map_or((Month::from_number(0), 0), |one| *one);
        let total = self.bars.iter().map(|(_, count)| *count).sum();
        let top = ceiling(highest);
        let (title, text) = (format!("{}-title", self.id), format!("{}-text", self.id));
        html! {
            figure .chart {
                figcaption { (self.title) }
                div .scroll tabindex="0" role="group" aria-label=(self.title) {
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (title) " " (text) } {
                        title id=(title) { (self.title) }
                        desc id=(text) { (t.chart_says(highest, &show_month(month), total)) }
                        (self.scale(top))
                        (self.drawn(top))
                    }
                }
            }
        }
    }

    fn scale(&self, top: usize) -> Markup {
        let floor = HEIGHT - BELOW;
        let marks = if top == 1 {
            vec![0, 1]
        } else {
            vec![0, top / 2, top]
        };
        html! {
            @for mark in marks {
                @let y = floor - (floor - ABOVE) * mark / top;
                line .grid x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) stroke-width="1" {}
                text .label x=(LEFT - 6) y=(y + 4) text-anchor="end" font-size="12" { (mark) }
            }
        }
    }

    fn drawn(&self, top: usize) -> Markup {
        let floor = HEIGHT - BELOW;
        let count = self.bars.len().max(1);
        let at = |number: usize| LEFT + (WIDTH - LEFT) * number / count;
        html! {
            @for (number, (month, value)) in self.bars.iter().enumerate() {
                @let (x, next) = (at(number), at(number + 1));
                // What is more than nothing is seen.
                @let height = ((floor - ABOVE) * value / top).max(usize::from(*value > 0));
                @if *value > 0 {
                    rect .bar x=(x + 1) y=(floor - height) width=(next.saturating_sub(x + 2).max(1)) height=(height) {}
                }
                @if month.in_year() == 1 {
                    line .grid x1=(x) x2=(x) y1=(floor) y2=(floor + 6) stroke-width="1" {}
                    text .label x=(x + 4) y=(HEIGHT - 6) font-size="12" { (month.year()) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (highest, expected) in [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (640, 1_000)] {
            assert_eq!(ceiling(highest), expected, "{highest}");
        }
    }

    #[test]
    fn no_bar_leaves_the_drawing_and_no_style_is_inline() {
        let bars = (24_000..24_060).zip((0..).map(|number| number * 37));
        let chart = Chart {
            id: "c",
            title: "Käynnit",
            bars: bars
                .map(|(at, count)| (Month::from_number(at), count))
                .collect(),
        };
        let html = chart.show(Language::Finnish).into_string();
        assert_eq!(html.matches("<rect").count(), 59);
        assert!(!html.contains("style="));
        for rect in html.split("<rect").skip(1) {
            let number = |name: &str| -> usize {
                let (_, rest) = rect.split_once(&format!("{name}=\"")).unwrap();
                rest.split('"').next().unwrap().parse().unwrap()
            };
            assert!(number(" x") + number("width") <= WIDTH);
            assert_eq!(number(" y") + number("height"), HEIGHT - BELOW);
            assert!(number(" y") >= ABOVE);
        }
    }
}
