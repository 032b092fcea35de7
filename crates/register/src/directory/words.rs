//! Texts that many lines share, each kept once and counted.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::fold;

/// A text that is shared, and how many lines have it.
#[derive(Default)]
struct Word {
    text: String,
    /// Folded, for search.
    folded: String,
    count: u32,
}

/// Every shared text by a small number. Numbers of texts that nobody has any more are given again.
#[derive(Default)]
pub(super) struct Words {
    words: Vec<Word>,
    /// Numbers by the hash of their texts.
    numbers: BTreeMap<u64, Vec<u32>>,
    free: Vec<u32>,
}

impl Words {
    /// The number of a text, which has one line more.
    pub(super) fn take(&mut self, text: String) -> u32 {
        let hash = hash(&text);
        let same = self.numbers.get(&hash).into_iter().flatten();
        let known = same.copied().find(|number| self.text(*number) == text);
        let number = known.unwrap_or_else(|| self.make(hash, text));
        if let Some(word) = self.word(number) {
            word.count += 1;
        }
        number
    }

    fn make(&mut self, hash: u64, text: String) -> u32 {
        let word = Word {
            folded: fold(&text),
            text,
            count: 0,
        };
        let number = self.free.pop().unwrap_or_else(|| {
            self.words.push(Word::default());
            // Lines are bounded by memory long before numbers are.
            u32::try_from(self.words.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(place) = self.word(number) {
            *place = word;
        }
        self.numbers.entry(hash).or_default().push(number);
        number
    }

    /// A line less has this text. The last one takes it along.
    pub(super) fn drop(&mut self, number: u32) {
        let Some(word) = self.word(number) else {
            return;
        };
        word.count = word.count.saturating_sub(1);
        if word.count > 0 {
            return;
        }
        let gone = core::mem::take(word);
        let hash = hash(&gone.text);
        if let Some(same) = self.numbers.get_mut(&hash) {
            same.retain(|one| *one != number);
            if same.is_empty() {
                self.numbers.remove(&hash);
            }
        }
        super::index::wipe(gone.text);
        super::index::wipe(gone.folded);
        self.free.push(number);
    }

    fn word(&mut self, number: u32) -> Option<&mut Word> {
        self.words.get_mut(usize::try_from(number).ok()?)
    }

    pub(super) fn text(&self, number: u32) -> &str {
        let at = usize::try_from(number).ok();
        at.and_then(|at| self.words.get(at))
            .map_or("", |word| &word.text)
    }

    /// For each number whether its text holds all of these words, folded. With no words, all do.
    pub(super) fn holding(&self, words: &[&str]) -> Vec<bool> {
        let all = self.words.iter();
        all.map(|word| words.iter().all(|part| word.folded.contains(part)))
            .collect()
    }
}

/// The same at each run: the hasher has no random key.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_goes_with_its_last_line() {
        let mut words = Words::default();
        let one = words.take("Erä 22B1".into());
        let other = words.take("seerumi".into());
        assert_eq!(words.take("Erä 22B1".into()), one);
        assert_ne!(one, other);
        assert_eq!(words.holding(&["era", "22b"]), [true, false]);
        words.drop(one);
        assert_eq!(words.text(one), "Erä 22B1");
        words.drop(one);
        assert_eq!(words.text(one), "");
        assert_eq!(words.take("kuorinta".into()), one, "its number is free");
    }
}
