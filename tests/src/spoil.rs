//! Frames that are not what they should be.

use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

/// Spoils a frame in one of many ways.
pub fn spoil(frame: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let at = rng.next_u32() as usize % frame.len().max(1);
    match rng.next_u32() % 6 {
        0 => frame.truncate(at),
        1 => frame.extend(vec![rng.next_u32() as u8; 1 + at]),
        2 => frame
            .iter_mut()
            .skip(at)
            .for_each(|byte| *byte = rng.next_u32() as u8),
        // The longest list, text, map and byte string that MessagePack can announce.
        3 => frame
            .splice(at.., [0xdd, 0xff, 0xff, 0xff, 0xff])
            .for_each(drop),
        4 => {
            let copy: Vec<u8> = frame.iter().skip(at).copied().collect();
            frame.extend(copy);
        }
        _ => {
            let bit = 1 << (rng.next_u32() % 8);
            frame
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= bit);
        }
    }
}
