//! The table: what each operation answers to each role, as the contract has it.
//!
//! A cell is a status, with a letter where a status has more than one reason; [`REASONS`] spells them out. `own` stands
//! for what everybody may do who is signed in, `open` for what needs no sign-in. Lines with `#` are remarks.

use damso_protocol::ErrorKind;

use super::world::Role;

/// The tables, each with the operations of one part of the API.
pub const TABLES: [&str; 5] = [ACCOUNT, PEOPLE, CONVERSATIONS, MESSAGES, FILES];

/// What a refusal in a cell stands for.
const REASONS: [(&str, ErrorKind); 35] = [
    ("400", ErrorKind::MalformedRequest),
    ("401", ErrorKind::NotAuthenticated),
    ("401k", ErrorKind::PasskeyInvalid),
    ("401p", ErrorKind::InvalidCredentials),
    ("401r", ErrorKind::RefreshTokenInvalid),
    ("403", ErrorKind::NotAllowed),
    ("403a", ErrorKind::ReauthenticationRequired),
    ("403b", ErrorKind::BlockedByYou),
    ("403f", ErrorKind::NotFriends),
    ("403r", ErrorKind::RemovedFromGroup),
    ("404a", ErrorKind::AttachmentNotFound),
    ("404c", ErrorKind::ConversationNotFound),
    ("404e", ErrorKind::ExportNotFound),
    ("404f", ErrorKind::FriendNotFound),
    ("404i", ErrorKind::ImageNotFound),
    ("404o", ErrorKind::FolderNotFound),
    ("404k", ErrorKind::PasskeyNotFound),
    ("404v", ErrorKind::InviteNotFound),
    ("404l", ErrorKind::LinkInvalid),
    ("404m", ErrorKind::MessageNotFound),
    ("404p", ErrorKind::MemberNotFound),
    ("404r", ErrorKind::FriendRequestNotFound),
    ("404s", ErrorKind::SessionNotFound),
    ("404u", ErrorKind::UserNotFound),
    ("409f", ErrorKind::AlreadyFriends),
    ("409g", ErrorKind::NotAGroup),
    ("409p", ErrorKind::NotAPoll),
    ("409l", ErrorKind::CannotLeave),
    ("409t", ErrorKind::TotpNotEnabled),
    ("409u", ErrorKind::AttachmentInUse),
    ("422", ErrorKind::InvalidFields),
    ("422b", ErrorKind::CannotBlockSelf),
    ("422f", ErrorKind::CannotBefriendSelf),
    ("422m", ErrorKind::MentionNotMember),
    ("422r", ErrorKind::CannotReportSelf),
];

pub const ACCOUNT: &str = "
# operation        | of what                 | anonymous outsider friend member admin owner removed blocked deleted ended
get_docs           | the page                | open 200
get_docs_script    | its script              | open 200
get_docs_style     | its style               | open 200
get_health         | the server              | open 200
get_readiness      | the server              | open 200
get_openapi        | the description         | open 200
get_server         | the server              | open 200
open_realtime      | without a handshake     | open 400
sign_up            | a new account           | open 201
sign_in            | one's own account       | 401p      200      200    200    200   200   200     200     401p    200
refresh            | one's own session       | 401r      200      200    200    200   200   200     200     401r    401r
judge_password     | a word                  | open 200
sign_out           | one's own session       | own 204
get_me             | oneself                 | own 200
update_me          | one's own name          | own 200
set_avatar         | one's own picture       | own 200
set_avatar         | the owner's picture     | 401       404a     404a   404a   404a  200   404a    404a    401     401
delete_avatar      | one's own               | own 200
change_password    | one's own               | own 204
set_presence       | one's own               | own 200
get_settings       | one's own               | own 200
update_settings    | one's own               | own 200
list_folders       | one's own               | own 200
create_folder      | a new one               | own 201
update_folder      | one's own               | own 200
update_folder      | the owner's             | 401       404o     404o   404o   404o  200   404o    404o    401     401
delete_folder      | one's own               | own 204
delete_folder      | the owner's             | 401       404o     404o   404o   404o  204   404o    404o    401     401
list_sessions      | one's own               | own 200
rename_session     | one's own session       | own 204
rename_session     | the owner's session     | 401       404s     404s   404s   404s  204   404s    404s    401     401
end_session        | the owner's session     | 401       404s     404s   404s   404s  204   404s    404s    401     401
end_session        | one's own session       | own 204
end_other_sessions | one's own               | own 204
reauthenticate     | oneself                 | own 204
# What a stolen token must not be enough for asks for a proof besides the session.
change_email       | one's own, unproved     | own 403a
change_email       | one's own, proved       | own 202
resend_verification | one's own              | own 202
confirm_email      | a link that is none     | open 404l
request_password_reset | an address          | open 202
confirm_password_reset | a link that is none | open 404l
get_totp           | one's own               | own 200
start_totp         | one's own, unproved     | own 403a
confirm_totp       | one's own, unproved     | own 403a
confirm_totp       | one's own, proved       | own 409t
start_totp         | one's own, proved       | own 200
renew_recovery_codes | one's own, unproved   | own 403a
renew_recovery_codes | one's own, proved     | own 409t
disable_totp       | one's own, unproved     | own 403a
disable_totp       | one's own, proved       | own 409t
list_passkeys      | one's own               | own 200
start_adding_passkey | one's own, unproved   | own 403a
start_adding_passkey | one's own, proved     | own 200
add_passkey        | one's own, unproved     | own 403a
add_passkey        | never begun, proved     | own 422
rename_passkey     | one that is not there   | own 404k
remove_passkey     | one's own, unproved     | own 403a
remove_passkey     | not there, proved       | own 404k
start_passkey      | whoever has one         | open 200
sign_in_with_passkey | one that is none      | open 401k
list_security_events | one's own             | own 200
sync               | everything of one's own | own 200
sync               | the group               | own 200
create_export      | one's own, unproved     | own 403a
create_export      | one's own, proved       | own 202
list_exports       | one's own               | own 200
get_export         | one's own export        | own 200
get_export         | the owner's export      | 401       404e     404e   404e   404e  200   404e    404e    401     401
get_export_content | one's own, unproved     | own 403a
get_export_content | one's own, proved       | own 200
get_export_content | the owner's export      | 401       404e     404e   404e   404e  200   404e    404e    401     401
delete_export      | one's own export        | own 204
delete_export      | the owner's export      | 401       404e     404e   404e   404e  204   404e    404e    401     401
delete_me          | oneself                 | own 200
";

pub const PEOPLE: &str = "
# operation            | of what                 | anonymous outsider friend member admin owner removed blocked deleted ended
list_users             | the owner               | own 200
get_user               | the owner               | own 200
get_user               | who is gone             | own 200
get_user               | nobody                  | own 404u
get_mutual             | the owner               | own 200
get_mutual             | who is gone             | own 200
get_mutual             | nobody                  | own 404u
get_user_by_handle     | the owner               | own 200
get_user_by_handle     | who is gone             | own 404u
get_user_by_handle     | nobody                  | own 404u
list_friends           | one's own               | own 200
update_friend          | the owner               | 401       404f     200    404f   404f  404f  404f    200     401     401
delete_friend          | the owner               | 401       404f     204    404f   404f  404f  404f    204     401     401
list_friend_requests   | one's own               | own 200
create_friend_request  | the owner               | 401       201      409f   201    201   422f  201     409f    401     401
create_friend_request  | nobody                  | own 404u
create_friend_request  | who is gone             | own 404u
accept_friend_request  | a request to the owner  | 401       404r     404r   404r   404r  200   404r    404r    401     401
decline_friend_request | a request to the owner  | 401       404r     404r   404r   404r  204   404r    404r    401     401
# Whom a request was made to can decline it; only who made it can withdraw it.
cancel_friend_request  | a request to the owner  | 401       404r     404r   404r   404r  404r  404r    404r    401     401
cancel_friend_request  | a request of one's own  | own 204
accept_friend_request  | a request of one's own  | own 404r
decline_friend_request | a request of one's own  | own 404r
list_blocks            | one's own               | own 200
put_block              | the owner               | 401       200      200    200    200   422b  200     200     401     401
put_block              | nobody                  | own 404u
delete_block           | whom one does not block | own 204
delete_block           | nobody                  | own 404u
create_report          | the owner               | 401       201      201    201    201   422r  201     201     401     401
create_report          | who is gone             | own 404u
create_report          | nobody                  | own 404u
create_friend_invite   | one's own               | own 201
delete_friend_invites  | one's own               | own 204
# Whoever has it sees it, and befriends by it; to the blocked it is as any other.
get_invite             | a link of the owner     | open 200
get_invite             | a link that is none     | open 404v
create_friend_request  | by a link, the owner    | 401       201      409f   201    201   422f  201     409f    401     401
create_friend_request  | by a link that is none  | own 404v
";

pub const CONVERSATIONS: &str = "
# operation         | of what                    | anonymous outsider friend member admin owner removed blocked deleted ended
list_conversations  | one's own                  | own 200
# There are no message requests yet: who is no friend is refused.
create_conversation | a direct with the owner    | 401       403f     201    403f   403f  403f  403f    201     401     401
create_conversation | a group with the owner     | 401       403f     201    403f   403f  422   403f    201     401     401
get_conversation    | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
get_conversation    | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
get_conversation    | the notes                  | 401       404c     404c   404c   404c  200   404c    404c    401     401
get_conversation    | nothing                    | own 404c
update_conversation | the group's name           | 401       404c     404c   403    200   200   404c    403     401     401
update_conversation | the group's history        | 401       404c     404c   403    200   200   404c    403     401     401
update_conversation | the group, owner's picture | 401       404c     404c   403    404a  200   404c    403     401     401
update_conversation | the direct's name          | 401       404c     409g   404c   404c  409g  404c    404c    401     401
update_conversation | the notes' name            | 401       404c     404c   404c   404c  409g  404c    404c    401     401
update_membership   | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
update_membership   | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
leave_conversation  | the group                  | 401       404c     404c   204    204   204   404c    204     401     401
leave_conversation  | the direct                 | 401       404c     204    404c   404c  204   404c    404c    401     401
leave_conversation  | the notes                  | 401       404c     404c   404c   404c  409l  404c    404c    401     401
list_members        | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
list_members        | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
add_members         | the group, a friend        | 401       404c     404c   200    200   200   404c    200     401     401
add_members         | the group, a stranger      | 401       404c     404c   403f   403f  403f  404c    403f    401     401
add_members         | the direct, a friend       | 401       404c     409g   404c   404c  409g  404c    404c    401     401
update_member       | the group, the member      | 401       404c     404c   403    403   200   404c    403     401     401
update_member       | the group, the admin       | 401       404c     404c   403    403   200   404c    403     401     401
update_member       | the group, the removed     | 401       404c     404c   404p   404p  404p  404c    404p    401     401
delete_member       | the group, the member      | 401       404c     404c   403    204   204   404c    403     401     401
delete_member       | the group, the admin       | 401       404c     404c   403    403   204   404c    403     401     401
delete_member       | the group, the owner       | 401       404c     404c   403    403   403   404c    403     401     401
delete_member       | the group, the removed     | 401       404c     404c   404p   404p  404p  404c    404p    401     401
delete_member       | the direct, the friend     | 401       404c     409g   404c   404c  409g  404c    404c    401     401
create_typing       | the group                  | 401       404c     404c   204    204   204   404c    204     401     401
create_typing       | the direct                 | 401       404c     204    404c   404c  204   404c    404c    401     401
list_reads          | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
list_reads          | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
list_unread_mentions | the group                 | 401       404c     404c   200    200   200   404c    200     401     401
list_unread_mentions | the direct                | 401       404c     200    404c   404c  200   404c    404c    401     401
mark_read           | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
mark_read           | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
set_draft           | the group                  | 401       404c     404c   200    200   200   404c    200     401     401
set_draft           | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
set_draft           | the notes                  | 401       404c     404c   404c   404c  200   404c    404c    401     401
set_notice          | the group                  | 401       404c     404c   403    200   200   404c    403     401     401
set_notice          | the group, no such         | 401       404c     404c   403    404m  404m  404c    403     401     401
set_notice          | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
set_notice          | the notes                  | 401       404c     404c   404c   404c  200   404c    404c    401     401
delete_notice       | the group                  | 401       404c     404c   403    200   200   404c    403     401     401
delete_notice       | the direct                 | 401       404c     200    404c   404c  200   404c    404c    401     401
delete_notice       | the notes                  | 401       404c     404c   404c   404c  200   404c    404c    401     401
# Who is in the group and comes by a link is answered with it, and who was taken out does not come back.
list_group_invites  | the group                  | 401       404c     404c   403    200   200   404c    403     401     401
list_group_invites  | the direct                 | 401       404c     409g   404c   404c  409g  404c    404c    401     401
create_group_invite | the group                  | 401       404c     404c   403    201   201   404c    403     401     401
create_group_invite | the direct                 | 401       404c     409g   404c   404c  409g  404c    404c    401     401
create_group_invite | the notes                  | 401       404c     404c   404c   404c  409g  404c    404c    401     401
delete_group_invite | the group                  | 401       404c     404c   403    204   204   404c    403     401     401
delete_group_invite | the group, no such         | 401       404c     404c   403    404v  404v  404c    403     401     401
delete_group_invite | the direct                 | 401       404c     409g   404c   404c  409g  404c    404c    401     401
join_group          | the group                  | 401       200      200    200    200   200   403r    200     401     401
join_group          | a link that is none        | own 404v
# A direct of the owner and the blocked: to the blocked it is as any other.
get_conversation    | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
update_membership   | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
leave_conversation  | the blocked's direct       | 401       404c     404c   404c   404c  204   404c    204     401     401
list_members        | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
create_typing       | the blocked's direct       | 401       404c     404c   404c   404c  204   404c    204     401     401
list_reads          | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
list_unread_mentions | the blocked's direct      | 401       404c     404c   404c   404c  200   404c    200     401     401
mark_read           | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
set_draft           | the blocked's direct       | 401       404c     404c   404c   404c  200   404c    200     401     401
set_notice          | the blocked's direct       | 401       404c     404c   404c   404c  403b  404c    200     401     401
delete_notice       | the blocked's direct       | 401       404c     404c   404c   404c  403b  404c    200     401     401
";

pub const MESSAGES: &str = "
# operation        | of what                           | anonymous outsider friend member admin owner removed blocked deleted ended
list_messages      | the group                         | 401       404c     404c   200    200   200   404c    200     401     401
list_shared_media  | the group                         | 401       404c     404c   200    200   200   404c    200     401     401
list_messages      | the direct                        | 401       404c     200    404c   404c  200   404c    404c    401     401
list_shared_media  | the direct                        | 401       404c     200    404c   404c  200   404c    404c    401     401
list_messages      | the notes                         | 401       404c     404c   404c   404c  200   404c    404c    401     401
list_shared_media  | the notes                         | 401       404c     404c   404c   404c  200   404c    404c    401     401
search_messages    | everywhere                        | own 200
search_people      | everywhere                        | own 200
search_messages    | the group                         | 401       404c     404c   200    200   200   404c    200     401     401
search_messages    | the direct                        | 401       404c     200    404c   404c  200   404c    404c    401     401
search_messages    | the notes                         | 401       404c     404c   404c   404c  200   404c    404c    401     401
send_message       | the group                         | 401       404c     404c   201    201   201   404c    201     401     401
send_message       | the direct                        | 401       404c     201    404c   404c  201   404c    404c    401     401
send_message       | the notes                         | 401       404c     404c   404c   404c  201   404c    404c    401     401
send_message       | the group, unsent file            | 401       404c     404c   404a   404a  201   404c    404a    401     401
send_message       | the group, sent file              | 401       404c     404c   404a   404a  409u  404c    404a    401     401
send_message       | the group, forwarding its own     | 401       404c     404c   201    201   201   404c    201     401     401
send_message       | the group, forwarding the direct  | 401       404c     404c   404m   404m  201   404c    404m    401     401
send_message       | the direct, forwarding the group  | 401       404c     404m   404c   404c  201   404c    404c    401     401
get_message        | the group, the owner's            | 401       404c     404c   200    200   200   404c    200     401     401
get_message        | the group, no such                | 401       404c     404c   404m   404m  404m  404c    404m    401     401
get_message        | the direct, the owner's           | 401       404c     200    404c   404c  200   404c    404c    401     401
# Everybody is mentioned by those who run the group; nobody is outside of groups.
send_message       | the group, mentioning everybody   | 401       404c     404c   403    201   201   404c    403     401     401
send_message       | the group, mentioning the owner   | 401       404c     404c   201    201   201   404c    201     401     401
send_message       | the group, mentioning nobody here | 401       404c     404c   422m   422m  422m  404c    422m    401     401
send_message       | the direct, mentioning the owner  | 401       404c     409g   404c   404c  409g  404c    404c    401     401
edit_message       | the group, the owner's            | 401       404c     404c   403    403   200   404c    403     401     401
edit_message       | the group, the member's           | 401       404c     404c   200    403   403   404c    403     401     401
edit_message       | the direct, the owner's           | 401       404c     403    404c   404c  200   404c    404c    401     401
delete_message     | the group, the owner's            | 401       404c     404c   403    204   204   404c    403     401     401
delete_message     | the group, the member's           | 401       404c     404c   204    204   204   404c    403     401     401
delete_message     | the group, for me                 | 401       404c     404c   204    204   204   404c    204     401     401
delete_message     | the direct, the owner's           | 401       404c     403    404c   404c  204   404c    404c    401     401
delete_message     | the direct, for me                | 401       404c     204    404c   404c  204   404c    404c    401     401
list_message_edits | the group, the owner's            | 401       404c     404c   403    403   200   404c    403     401     401
list_message_edits | the group, the member's           | 401       404c     404c   200    403   403   404c    403     401     401
list_message_edits | the direct, the owner's           | 401       404c     403    404c   404c  200   404c    404c    401     401
add_reaction       | the group, the owner's            | 401       404c     404c   204    204   204   404c    204     401     401
add_reaction       | the direct, the owner's           | 401       404c     204    404c   404c  204   404c    404c    401     401
remove_reaction    | the group, the owner's            | 401       404c     404c   204    204   204   404c    204     401     401
remove_reaction    | the direct, the owner's           | 401       404c     204    404c   404c  204   404c    404c    401     401
list_reactions     | the group, the owner's            | 401       404c     404c   200    200   200   404c    200     401     401
list_reactions     | the direct, the owner's           | 401       404c     200    404c   404c  200   404c    404c    401     401
create_poll        | the group                         | 401       404c     404c   201    201   201   404c    201     401     401
create_poll        | the direct                        | 401       404c     409g   404c   404c  409g  404c    404c    401     401
create_poll        | the notes                         | 401       404c     404c   404c   404c  409g  404c    404c    401     401
put_poll_vote      | the group, the owner's poll       | 401       404c     404c   200    200   200   404c    200     401     401
put_poll_vote      | the group, the owner's            | 401       404c     404c   409p   409p  409p  404c    409p    401     401
put_poll_vote      | the group, no such                | 401       404c     404c   404m   404m  404m  404c    404m    401     401
put_poll_vote      | the direct, the owner's           | 401       404c     409p   404c   404c  409p  404c    404c    401     401
delete_poll_vote   | the group, the owner's poll       | 401       404c     404c   200    200   200   404c    200     401     401
list_poll_votes    | the group, the owner's poll       | 401       404c     404c   200    200   200   404c    200     401     401
close_poll         | the group, the owner's poll       | 401       404c     404c   403    200   200   404c    403     401     401
close_poll         | the group, the member's poll      | 401       404c     404c   200    200   200   404c    403     401     401
list_readers       | the group, the owner's            | 401       404c     404c   200    200   200   404c    200     401     401
list_readers       | the direct, the owner's           | 401       404c     200    404c   404c  200   404c    404c    401     401
create_report      | the group, the owner's            | 401       404c     404c   201    201   422r  404c    201     401     401
create_report      | the group, no such                | 401       404c     404c   404m   404m  404m  404c    404m    401     401
create_report      | the direct, the owner's           | 401       404c     201    404c   404c  422r  404c    404c    401     401
create_report      | the notes, the owner's            | 401       404c     404c   404c   404c  422r  404c    404c    401     401
# Who blocks says nothing to whom they block; to the blocked the direct is as any other.
list_messages      | the blocked's direct              | 401       404c     404c   404c   404c  200   404c    200     401     401
list_shared_media  | the blocked's direct              | 401       404c     404c   404c   404c  200   404c    200     401     401
send_message       | the blocked's direct              | 401       404c     404c   404c   404c  403b  404c    201     401     401
get_message        | the blocked's direct, the owner's | 401       404c     404c   404c   404c  200   404c    200     401     401
edit_message       | the blocked's direct, the owner's | 401       404c     404c   404c   404c  403b  404c    403     401     401
add_reaction       | the blocked's direct, the owner's | 401       404c     404c   404c   404c  403b  404c    204     401     401
remove_reaction    | the blocked's direct, the owner's | 401       404c     404c   404c   404c  204   404c    204     401     401
list_reactions     | the blocked's direct, the owner's | 401       404c     404c   404c   404c  200   404c    200     401     401
create_poll        | the blocked's direct              | 401       404c     404c   404c   404c  409g  404c    409g    401     401
put_poll_vote      | the blocked's direct, the owner's | 401       404c     404c   404c   404c  409p  404c    409p    401     401
list_readers       | the blocked's direct, the owner's | 401       404c     404c   404c   404c  200   404c    200     401     401
create_report      | the blocked's direct, the owner's | 401       404c     404c   404c   404c  422r  404c    201     401     401
delete_message     | the blocked's direct, the owner's | 401       404c     404c   404c   404c  204   404c    403     401     401
delete_message     | the blocked's direct, for me      | 401       404c     404c   404c   404c  204   404c    204     401     401
";

pub const FILES: &str = "
# operation             | of what                  | anonymous outsider friend member admin owner removed blocked deleted ended
create_attachment       | a new file               | own 201
create_attachment_parts | an announced file        | 401       404a     404a   404a   404a  200   404a    404a    401     401
complete_attachment     | an announced file        | 401       404a     404a   404a   404a  200   404a    404a    401     401
complete_attachment     | a sent file              | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment          | an announced file        | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment          | an unsent file           | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment          | a sent file              | 401       404a     404a   200    200   200   404a    200     401     401
get_attachment          | a file of the notes      | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment          | a file taken back        | 401       404a     404a   404a   404a  404a  404a    404a    401     401
get_attachment_content  | an unsent file           | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment_content  | a sent file              | 401       404a     404a   200    200   200   404a    200     401     401
get_attachment_content  | a file of the notes      | 401       404a     404a   404a   404a  200   404a    404a    401     401
get_attachment_content  | a file taken back        | 401       404a     404a   404a   404a  404a  404a    404a    401     401
delete_attachment       | an unsent file           | 401       404a     404a   404a   404a  204   404a    404a    401     401
delete_attachment       | a sent file              | 401       404a     404a   404a   404a  409u  404a    404a    401     401
get_image               | the owner's picture      | own 200
get_image               | the group's picture      | own 200
get_image               | the owner's last picture | own 404i
get_image               | nothing                  | own 404i
get_attachment          | a file of the blocked    | 401       404a     404a   404a   404a  200   404a    200     401     401
get_attachment_content  | a file of the blocked    | 401       404a     404a   404a   404a  200   404a    200     401     401
";

/// One line of a table.
#[derive(Debug)]
pub struct Row {
    pub operation: &'static str,
    /// What it is asked of.
    pub what: &'static str,
    /// Whether everybody acts on something of their own, so that no call disturbs the next.
    pub is_own: bool,
    /// What each role is answered, in the order of [`Role::ALL`].
    pub cells: Vec<Cell>,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub status: u16,
    /// Why, for a refusal.
    pub kind: Option<ErrorKind>,
}

impl Cell {
    fn parse(text: &str) -> Self {
        let reason = REASONS.iter().find(|(cell, _)| *cell == text);
        let status = text[..3].parse().unwrap();
        assert_eq!(reason.is_some(), 400 <= status, "no reason {text}");
        Self {
            status,
            kind: reason.map(|(_, kind)| *kind),
        }
    }
}

/// The lines of a table.
pub fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    let lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let columns: Vec<_> = line.split('|').map(str::trim).collect();
        let [operation, what, cells] = columns[..] else {
            panic!("not three columns: {line}");
        };
        let cells: Vec<_> = cells.split_whitespace().collect();
        let answers: Vec<_> = match cells[..] {
            ["open", cell] => vec![cell; Role::ALL.len()],
            ["own", cell] => Role::ALL
                .iter()
                .map(|role| if role.is_signed_in() { cell } else { "401" })
                .collect(),
            _ => cells.clone(),
        };
        assert_eq!(answers.len(), Role::ALL.len(), "{line}");
        Row {
            operation,
            what,
            is_own: cells.len() == 2,
            cells: answers.into_iter().map(Cell::parse).collect(),
        }
    })
}
