//! The vault from outside: in a directory, on a faulty disk, at the limits of a disk.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod check;
#[cfg(test)]
mod compaction;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod durable;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod forgetting;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod masters;
#[cfg(test)]
mod model;
