//! Starts the client in the page.

fn main() {
    damso_web::start();
}
