//! Links that people hand out: giving one away, and reading one from a QR code.

mod scan;
mod share;

pub use scan::Scanner;
pub use share::ShareLink;
