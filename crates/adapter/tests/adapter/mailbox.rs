//! Mail in a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use damso_adapter::mailbox::MailboxFolder;
use damso_service::ports::{Mail, MailError, Mailer};
use mail_parser::MessageParser;

#[tokio::test]
async fn each_mail_is_one_private_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");
    let mailbox = MailboxFolder::open(&folder, "damso@localhost".parse().unwrap()).unwrap();
    for number in 0..3 {
        let mail = Mail {
            to: "ada@example.org".to_owned(),
            subject: "비밀번호 재설정".to_owned(),
            text: format!("number {number}\n"),
            html: format!("<p>number {number}</p>\n"),
        };
        mailbox.send(mail).await.unwrap();
    }
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 3);
    for (number, file) in files.iter().enumerate() {
        assert_eq!(file.extension().unwrap(), "eml");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes = fs::read(file).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.subject(), Some("비밀번호 재설정"));
        assert_eq!(mail.body_text(0).unwrap().trim_end(), format!("number {number}"));
        assert_eq!(
            mail.body_html(0).unwrap().trim_end(),
            format!("<p>number {number}</p>")
        );
    }
}

#[tokio::test]
async fn bad_recipient_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = MailboxFolder::open(folder.path(), "damso@localhost".parse().unwrap()).unwrap();
    let mail = Mail {
        to: "ada@example.org\r\nBcc: eve@example.org".to_owned(),
        subject: String::new(),
        text: String::new(),
        html: String::new(),
    };
    assert!(matches!(mailbox.send(mail).await, Err(MailError::Refused(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
