//! People as others see them.

use damso_domain::{Handle, UserId};
use damso_protocol::{ErrorKind, User, Users};
use damso_repository as repository;
use damso_repository::Connection;

use crate::{Context, ServiceResult, view};

/// The most ids one call looks up.
pub const MAX_IDS: usize = 100;

/// Looks people up.
#[derive(Clone)]
pub struct UserService {
    pub(crate) context: Context,
}

impl UserService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// A person by id; deleted accounts too, because names of authors must be known.
    pub async fn get(&self, viewer: UserId, id: UserId) -> ServiceResult<User> {
        let user = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::user::find(conn, id).await)
            .await?
            .ok_or(ErrorKind::UserNotFound)?;
        Ok(view::user(&user, viewer))
    }

    /// Those of `ids` that exist.
    pub async fn list(&self, viewer: UserId, ids: Vec<UserId>) -> ServiceResult<Users> {
        if ids.is_empty() || MAX_IDS < ids.len() {
            return Err(ErrorKind::MalformedRequest.into());
        }
        let users = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::user::list(conn, &ids).await)
            .await?;
        Ok(Users {
            items: users.iter().map(|user| view::user(user, viewer)).collect(),
        })
    }

    /// A person by handle, unless they are not to be found by it.
    pub async fn by_handle(&self, viewer: UserId, handle: &str) -> ServiceResult<User> {
        let handle = Handle::parse(handle).map_err(|_| ErrorKind::UserNotFound)?;
        let user = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                repository::user::find_by_handle_for(conn, viewer, &handle).await
            })
            .await?
            .ok_or(ErrorKind::UserNotFound)?;
        Ok(view::user(&user, viewer))
    }
}
