//! Folders of one's own list of conversations. Nobody else is told of them.
//!
//! Locks: folders, then the rows of members, then the account, as in every change of how somebody sees a conversation.

use damso_domain::{FolderId, FolderName, UserId};
use damso_protocol::{
    CreateFolderRequest, ErrorKind, FieldErrorKind, Folder, Folders, FoldersUpdated, ServerEvent,
    UpdateFolderRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user_change::UserChange;

use crate::{Context, Fields, ServiceError, ServiceResult, account, view};

/// Makes, names, arranges and deletes folders.
#[derive(Clone)]
pub struct FolderService {
    context: Context,
}

impl FolderService {
    pub(crate) const fn new(context: Context) -> Self {
        Self { context }
    }

    /// All folders of `user`, in their order.
    pub async fn list(&self, user: UserId) -> ServiceResult<Folders> {
        let listed = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::folder::list(conn, user).await)
            .await?;
        Ok(Folders {
            items: view::folders(listed),
        })
    }

    /// Makes a folder, after all others.
    pub async fn create(&self, user: UserId, request: &CreateFolderRequest) -> ServiceResult<Folder> {
        let mut fields = Fields::default();
        let name = fields.check("name", FolderName::parse(&request.name));
        fields.refuse()?;
        let Some(name) = name else {
            return Err(ErrorKind::MalformedRequest.into());
        };
        let id = FolderId::new();
        let stored = name.clone();
        let event = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Of two at once the second one counts both.
                account::lock_own(conn, user).await?;
                let before = repository::folder::list(conn, user).await?;
                if Folder::MOST <= before.len() {
                    return Err(ErrorKind::TooManyFolders.into());
                }
                repository::folder::insert(conn, user, id, &stored).await?;
                number(conn, user).await
            })
            .await?;
        self.tell(user, event);
        Ok(Folder {
            id,
            name: name.into_string(),
        })
    }

    /// Renames a folder, or moves it among the others.
    pub async fn update(
        &self,
        user: UserId,
        id: FolderId,
        request: &UpdateFolderRequest,
    ) -> ServiceResult<Folder> {
        let mut fields = Fields::default();
        let name = request.name.as_deref().map(FolderName::parse);
        let name = name.and_then(|name| fields.check("name", name));
        if request.position.is_some_and(|position| position < 0) {
            fields.add("position", FieldErrorKind::OutOfRange, "is not negative");
        }
        fields.refuse()?;
        let position = request.position;
        let (folder, event) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let before = repository::folder::lock_all(conn, user).await?;
                let mut order: Vec<FolderId> = before.iter().map(|folder| folder.id).collect();
                let at = order.iter().position(|one| *one == id);
                let at = at.ok_or(ErrorKind::FolderNotFound)?;
                if let Some(name) = &name {
                    repository::folder::rename(conn, id, name).await?;
                }
                if let Some(position) = position {
                    order.remove(at);
                    let to = usize::try_from(position).unwrap_or(usize::MAX).min(order.len());
                    order.insert(to, id);
                }
                repository::folder::arrange(conn, &order).await?;
                let event = number(conn, user).await?;
                let folder = event.items.iter().find(|folder| folder.id == id).cloned();
                Ok::<_, ServiceError>((folder.ok_or(ErrorKind::FolderNotFound)?, event))
            })
            .await?;
        self.tell(user, event);
        Ok(folder)
    }

    /// Deletes a folder; the conversations in it stay, in none.
    pub async fn delete(&self, user: UserId, id: FolderId) -> ServiceResult<()> {
        let event = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                if !repository::folder::delete(conn, user, id).await? {
                    return Err(ErrorKind::FolderNotFound.into());
                }
                number(conn, user).await
            })
            .await?;
        self.tell(user, event);
        Ok(())
    }

    fn tell(&self, user: UserId, event: FoldersUpdated) {
        self.context
            .hub
            .to_user(user, &ServerEvent::FoldersUpdated(event));
    }
}

/// Gives the change a number of the user's own stream, and says what there is now.
async fn number(conn: &mut Connection, user: UserId) -> ServiceResult<FoldersUpdated> {
    let changes = [(user, UserChange::Folders(user))];
    let user_rev = repository::user_change::record(conn, &changes).await?[0];
    let listed = repository::folder::list(conn, user).await?;
    Ok(FoldersUpdated {
        user_rev,
        items: view::folders(listed),
    })
}
