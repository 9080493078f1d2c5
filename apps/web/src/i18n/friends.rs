//! What the friends screen says.

/// What the friends screen says.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct FriendsTexts {
    pub title: &'static str,
    pub add: &'static str,
    pub search: &'static str,
    pub search_placeholder: &'static str,
    pub count: fn(usize) -> String,
    pub incoming: fn(usize) -> String,
    pub outgoing: fn(usize) -> String,
    pub accept: &'static str,
    pub accept_name: fn(&str) -> String,
    pub decline: &'static str,
    pub decline_name: fn(&str) -> String,
    pub cancel_request: &'static str,
    pub cancel_request_name: fn(&str) -> String,
    pub now_friends: fn(&str) -> String,
    pub declined: &'static str,
    pub cancelled: &'static str,
    pub none_title: &'static str,
    pub none_text: &'static str,
    pub none_found_title: fn(&str) -> String,
    pub none_found_text: &'static str,
    pub start_chat: &'static str,
    pub notes_to_self: &'static str,
    pub edit_profile: &'static str,
    pub remove: &'static str,
    pub remove_title: fn(&str) -> String,
    pub remove_text: &'static str,
    pub removed: fn(&str) -> String,
    pub since: fn(&str) -> String,
    pub choose_title: &'static str,
    pub choose_text: &'static str,
    pub handle: &'static str,
    pub handle_placeholder: &'static str,
    pub find: &'static str,
    pub message: &'static str,
    pub message_placeholder: &'static str,
    pub send_request: &'static str,
    pub request_sent: fn(&str) -> String,
    pub not_found: &'static str,
    pub already_friends: &'static str,
    pub is_yourself: &'static str,
    pub already_asked: &'static str,
    pub asked_you: &'static str,
    pub not_a_friend: &'static str,
}

impl FriendsTexts {
    /// In Korean.
    pub const KO: Self = Self {
        title: "친구",
        add: "친구 추가",
        search: "친구 검색",
        search_placeholder: "ㅅㅇ처럼 초성으로 찾기",
        count: |count| format!("친구 {count}"),
        incoming: |count| format!("받은 친구 요청 {count}"),
        outgoing: |count| format!("보낸 친구 요청 {count}"),
        accept: "수락",
        accept_name: |name| format!("{name} 님의 요청 수락"),
        decline: "거절",
        decline_name: |name| format!("{name} 님의 요청 거절"),
        cancel_request: "요청 취소",
        cancel_request_name: |name| format!("{name} 님에게 보낸 요청 취소"),
        now_friends: |name| format!("{name} 님과 친구가 되었어요."),
        declined: "요청을 거절했어요. 상대에게는 알리지 않아요.",
        cancelled: "요청을 취소했어요.",
        none_title: "아직 친구가 없어요",
        none_text: "아이디를 알면 바로 친구로 추가할 수 있어요.",
        none_found_title: |query| format!("‘{query}’ 친구를 찾지 못했어요"),
        none_found_text: "이름, 아이디, 초성으로 찾을 수 있어요.",
        start_chat: "1:1 채팅",
        notes_to_self: "나와의 채팅",
        edit_profile: "프로필 편집",
        remove: "친구 삭제",
        remove_title: |name| format!("{name} 님을 친구에서 삭제할까요?"),
        remove_text: "나눈 대화는 남아요. 다시 친구가 되려면 요청을 보내야 해요.",
        removed: |name| format!("{name} 님을 친구에서 삭제했어요."),
        since: |date| format!("{date}부터 친구"),
        choose_title: "누구와 이야기할까요?",
        choose_text: "왼쪽에서 친구를 고르면 프로필이 보여요.",
        handle: "친구의 아이디",
        handle_placeholder: "예: minji",
        find: "찾기",
        message: "인사 한마디 (선택)",
        message_placeholder: "예: 등산 모임에서 만난 민지예요",
        send_request: "친구 요청 보내기",
        request_sent: |name| format!("{name} 님에게 친구 요청을 보냈어요."),
        not_found: "이 아이디를 쓰는 사람이 없어요.",
        already_friends: "이미 친구예요.",
        is_yourself: "내 아이디예요.",
        already_asked: "이미 요청을 보냈어요. 답을 기다리고 있어요.",
        asked_you: "이 사람이 먼저 친구 요청을 보냈어요.",
        not_a_friend: "아직 친구가 아니에요",
    };

    /// In English.
    pub const EN: Self = Self {
        title: "Friends",
        add: "Add friend",
        search: "Search friends",
        search_placeholder: "Name or handle",
        count: |count| {
            if count == 1 {
                "1 friend".to_owned()
            } else {
                format!("{count} friends")
            }
        },
        incoming: |count| {
            if count == 1 {
                "1 friend request".to_owned()
            } else {
                format!("{count} friend requests")
            }
        },
        outgoing: |count| {
            if count == 1 {
                "1 sent request".to_owned()
            } else {
                format!("{count} sent requests")
            }
        },
        accept: "Accept",
        accept_name: |name| format!("Accept {name}'s request"),
        decline: "Decline",
        decline_name: |name| format!("Decline {name}'s request"),
        cancel_request: "Cancel request",
        cancel_request_name: |name| format!("Cancel the request to {name}"),
        now_friends: |name| format!("You and {name} are friends now."),
        declined: "Request declined. They are not told.",
        cancelled: "Request cancelled.",
        none_title: "No friends yet",
        none_text: "Ask somebody for their handle and add them. That's where it starts.",
        none_found_title: |query| format!("No friend found for “{query}”"),
        none_found_text: "Search by name or handle.",
        start_chat: "Chat",
        notes_to_self: "Notes to self",
        edit_profile: "Edit profile",
        remove: "Remove friend",
        remove_title: |name| format!("Remove {name} from your friends?"),
        remove_text: "Your conversation stays. To be friends again, one of you sends a request.",
        removed: |name| format!("{name} is no longer a friend."),
        since: |date| format!("Friends since {date}"),
        choose_title: "Who do you want to talk to?",
        choose_text: "Choose a friend on the left to see their profile.",
        handle: "Your friend's handle",
        handle_placeholder: "e.g. minji",
        find: "Find",
        message: "A word of greeting (optional)",
        message_placeholder: "e.g. It's Minji from the hiking club",
        send_request: "Send friend request",
        request_sent: |name| format!("Friend request sent to {name}."),
        not_found: "Nobody has this handle.",
        already_friends: "You are friends already.",
        is_yourself: "That's you.",
        already_asked: "You have already asked. Waiting for an answer.",
        asked_you: "They have sent you a request already.",
        not_a_friend: "Not a friend yet",
    };
}
