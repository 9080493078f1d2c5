//! One holder a folder.

use damso_adapter::folder_lock::{FolderLock, FolderLockError};

#[test]
fn second_holder_is_refused_and_told_who_holds() {
    let folder = tempfile::tempdir().unwrap();
    let first = FolderLock::acquire(folder.path()).unwrap();

    let error = FolderLock::acquire(folder.path()).unwrap_err();
    assert!(matches!(error, FolderLockError::Held { .. }));
    assert!(
        error
            .to_string()
            .contains(&format!("the process {}", std::process::id())),
        "{error}"
    );

    drop(first);
    FolderLock::acquire(folder.path()).unwrap();
}

#[test]
fn missing_folder_is_named() {
    let error = FolderLock::acquire("/nonexistent/folder".as_ref()).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/folder"), "{error}");
}
