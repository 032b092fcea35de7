//! Keys pressed in the demo's terminal.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use tokio::sync::mpsc;

use crate::exit::{Attempt as _, Outcome};

/// Keys that wait to be acted on, at most.
const WAITING: usize = 16;

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Cut the line, or heal it.
    Cut(bool),
    /// Stop or start a node, by its place.
    Toggle(usize),
    /// Say how things stand.
    Status,
    /// End the demo.
    Quit,
}

impl Key {
    fn read(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            // In raw mode the terminal makes no signal of it.
            KeyCode::Char('c' | 'd') if control => Some(Self::Quit),
            KeyCode::Char('q') => Some(Self::Quit),
            KeyCode::Char('c') => Some(Self::Cut(true)),
            KeyCode::Char('h') => Some(Self::Cut(false)),
            KeyCode::Char('1') => Some(Self::Toggle(0)),
            KeyCode::Char('2') => Some(Self::Toggle(1)),
            KeyCode::Char('s') => Some(Self::Status),
            _ => None,
        }
    }
}

/// The keys of a terminal, which gets its usual ways back when this is dropped.
#[derive(Debug)]
pub(super) struct Keys {
    pressed: mpsc::Receiver<Key>,
}

impl Keys {
    /// Takes the terminal's keys one by one.
    pub(super) fn start() -> Outcome<Self> {
        terminal::enable_raw_mode().attempt("take keys from the terminal")?;
        let (press, pressed) = mpsc::channel(WAITING);
        // A thread of its own, since waiting for a key can't be called off: it goes with the process.
        std::thread::spawn(move || {
            while let Ok(event) = crossterm::event::read() {
                if let Event::Key(event) = event
                    && let Some(key) = Key::read(&event)
                    && press.blocking_send(key).is_err()
                {
                    break;
                }
            }
        });
        Ok(Self { pressed })
    }

    /// The next key. A terminal that is gone means to quit.
    pub(super) async fn next(&mut self) -> Key {
        self.pressed.recv().await.unwrap_or(Key::Quit)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_c_quits_and_c_cuts() {
        let read = |code, modifiers| Key::read(&KeyEvent::new(code, modifiers));
        let plain = KeyModifiers::NONE;
        assert_eq!(
            read(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Some(Key::Quit)
        );
        assert_eq!(read(KeyCode::Char('c'), plain), Some(Key::Cut(true)));
        assert_eq!(read(KeyCode::Char('h'), plain), Some(Key::Cut(false)));
        assert_eq!(read(KeyCode::Char('2'), plain), Some(Key::Toggle(1)));
        assert_eq!(read(KeyCode::Char('x'), plain), None);
    }
}
