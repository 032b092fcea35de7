//! kortisto
fn main() {}
