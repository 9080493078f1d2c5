//! Mail in a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use damso_adapter::mailbox::MailboxFolder;
use damso_service::ports::{Mail, Mailer};

#[tokio::test]
async fn each_mail_is_one_private_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");
    let mailbox = MailboxFolder::open(&folder, "damso@localhost").unwrap();
    for number in 0..3 {
        let mail = Mail {
            to: "ada@example.org".to_owned(),
            subject: "비밀번호 재설정".to_owned(),
            text: format!("number {number}\n"),
        };
        mailbox.send(mail).await.unwrap();
    }
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 3);
    for file in &files {
        assert_eq!(file.extension().unwrap(), "eml");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(file).unwrap();
        assert!(
            text.starts_with("From: <damso@localhost>\r\nTo: <ada@example.org>\r\n"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn bad_recipient_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = MailboxFolder::open(folder.path(), "damso@localhost").unwrap();
    let mail = Mail {
        to: "ada@example.org\r\nBcc: eve@example.org".to_owned(),
        subject: String::new(),
        text: String::new(),
    };
    mailbox.send(mail).await.unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    MailboxFolder::open(folder.path(), "no address").unwrap_err();
}
