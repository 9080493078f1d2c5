//! What the settings say about the copy of everything that is mine; fetched with the settings.

use damso_domain::Locale;

use super::locale;

/// What the settings say about the copy of everything that is mine.
pub struct DataTexts {
    pub title: &'static str,
    pub detail: &'static str,

    pub export: &'static str,
    pub export_text: &'static str,
    pub contents: [&'static str; 4],
    pub start: &'static str,
    pub start_anew: &'static str,
    pub replaces: &'static str,
    pub waiting: &'static str,
    pub running: &'static str,
    pub counting: &'static str,
    pub count: fn(&str, &str) -> String,
    pub stay: &'static str,
    pub progress: &'static str,
    pub ready: &'static str,
    pub made: fn(&str) -> String,
    pub until: fn(&str) -> String,
    pub download: &'static str,
    pub stop: &'static str,
    pub stop_title: &'static str,
    pub stop_text: &'static str,
    pub stopped: &'static str,
    pub remove: &'static str,
    pub remove_title: &'static str,
    pub remove_text: &'static str,
    pub removed: &'static str,
    pub failed: &'static str,
    pub failed_text: &'static str,
    pub expired: &'static str,
    pub expired_text: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn data() -> &'static DataTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: DataTexts = DataTexts {
    title: "내 데이터",
    detail: "내보내기",

    export: "데이터 내보내기",
    export_text: "담소에 있는 내 모든 것을 ZIP 파일 하나로 받아요. 브라우저로 읽을 수 있고, 다른 프로그램에서도 쓸\u{a0}수\u{a0}있어요.",
    contents: [
        "내가 볼 수 있는 모든 대화와 메시지",
        "주고받은 사진과 파일의 원본",
        "프로필과 설정, 친구와 차단한 사람",
        "로그인한 기기와 최근 활동",
    ],
    start: "내보내기 시작",
    start_anew: "새로 내보내기",
    replaces: "새 파일이 준비되면 지금 파일은 사라져요.",
    waiting: "곧 시작해요",
    running: "파일을 만들고 있어요",
    counting: "얼마나 되는지 세고 있어요.",
    count: |done, total| format!("{total}개 중 {done}개"),
    stay: "이 화면을 닫아도 계속 만들어요.",
    progress: "내보내기 진행률",
    ready: "파일이 준비됐어요",
    made: |when| format!("{when}에 요청했어요"),
    until: |when| format!("{when}까지 받을\u{a0}수\u{a0}있어요"),
    download: "내려받기",
    stop: "그만두기",
    stop_title: "내보내기를 그만둘까요?",
    stop_text: "지금까지 만든 것은 사라져요. 언제든 다시 시작할 수 있어요.",
    stopped: "내보내기를 그만뒀어요.",
    remove: "삭제",
    remove_title: "내보낸 파일을 삭제할까요?",
    remove_text: "서버에 있는 파일만 사라져요. 이미 받은 파일과 계정은 그대로예요.",
    removed: "내보낸 파일을 삭제했어요.",
    failed: "파일을 만들지 못했어요",
    failed_text: "여러 번 시도했지만 끝내지 못했어요. 잠시 뒤에 다시 시작해 주세요.",
    expired: "받을 수 있는 기간이 지났어요",
    expired_text: "필요하면 새로 만들어 주세요.",
};

static EN: DataTexts = DataTexts {
    title: "My data",
    detail: "Export",

    export: "Export your data",
    export_text: "Everything of yours on Damso in one ZIP file: to read in a browser, and to use in other programs.",
    contents: [
        "All conversations and messages that you can see",
        "Photos and files as they were sent",
        "Your profile and settings, friends and blocked people",
        "Your devices and recent activity",
    ],
    start: "Start the export",
    start_anew: "Export again",
    replaces: "Once the new file is ready, this one goes.",
    waiting: "It will begin in a moment",
    running: "Your file is being made",
    counting: "Counting how much there is.",
    count: |done, total| format!("{done} of {total}"),
    stay: "It goes on if you leave this page.",
    progress: "Progress of the export",
    ready: "Your file is ready",
    made: |when| format!("Asked for {when}"),
    until: |when| format!("To be had until {when}"),
    download: "Download",
    stop: "Stop",
    stop_title: "Stop the export?",
    stop_text: "What has been made so far goes. You can start again at any time.",
    stopped: "The export was stopped.",
    remove: "Remove",
    remove_title: "Remove the exported file?",
    remove_text: "Only the file on the server goes. What you have downloaded and your account stay as they are.",
    removed: "The exported file is removed.",
    failed: "The file could not be made",
    failed_text: "Several attempts did not succeed. Please start again later.",
    expired: "The file is not there any more",
    expired_text: "Make a new one if you need it.",
};
