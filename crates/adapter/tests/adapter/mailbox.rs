//! Mail in a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use damso_adapter::mailbox::MailboxFolder;
use damso_service::ports::{Mail, MailError, Mailer};
use damso_testing::Mailbox;

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
    for file in &files {
        assert_eq!(file.extension().unwrap(), "eml");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn mails_are_read_in_the_order_in_which_they_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");
    let reader = Mailbox::new(&folder);
    assert!(reader.mails_to("ada@example.org").is_empty());

    let mailbox = MailboxFolder::open(&folder, "담소 <damso@localhost>".parse().unwrap()).unwrap();
    for number in 0..20 {
        let mail = Mail {
            to: ["ada@example.org", "minji@example.org"][number % 2].to_owned(),
            subject: format!("{number}번째 메일"),
            text: format!("링크:\nhttps://chat.example.org/x#{number}\n\n끝\n"),
            html: format!("<p>{number}</p>\n"),
        };
        mailbox.send(mail).await.unwrap();
    }
    let mails = reader.mails_to("minji@example.org");
    assert_eq!(mails.len(), 10);
    for (mail, number) in mails.iter().zip((1..20).step_by(2)) {
        assert_eq!(mail.subject, format!("{number}번째 메일"));
        assert_eq!(mail.link(), format!("https://chat.example.org/x#{number}"));
        assert!(mail.text.ends_with("\n\n끝\n") && mail.html.trim_end() == format!("<p>{number}</p>"));
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
