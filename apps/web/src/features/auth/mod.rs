//! The way in: welcome, sign-in, sign-up.

mod frame;
mod sign_in;
mod sign_up;
mod welcome;

pub use sign_in::SignInPage;
pub use sign_up::SignUpPage;
pub(crate) use sign_up::password_praise;
pub use welcome::WelcomePage;
