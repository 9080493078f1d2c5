"""What no description tells: who asks, and what there is to ask for."""

import itertools

import schemathesis
from hypothesis import strategies as st

from factors import code_of
from people import PASSWORD, Person

# What ends the session or the account that asks, or may: for somebody who was made for that one request.
ENDING = ["change_password", "delete_me", "end_other_sessions", "end_session", "sign_out"]


class Scene:
    """The account that asks, and what it has. What an operation uses up is there for that operation alone."""

    def __init__(self):
        self.minji = minji = Person("minji")
        friends = [Person(name) for name in ["seoyeon", "jiho", "leaving", "blocked"]]
        others = [Person(name) for name in ["accepted", "declined", "asked"]]
        for friend in friends:
            minji.befriend(friend)
        seoyeon, jiho, leaving, blocked = friends
        accepted, declined, asked = others
        group, direct = minji.create_group([seoyeon, jiho]), minji.open_direct(seoyeon)
        losing = minji.create_group([jiho])
        linked = minji.create_group([jiho])
        attachment = minji.upload()
        mailed, forgetful = Person("mailed"), Person("forgetful")
        has_codes, ends_codes, begins_codes = [Person(name) for name in ["has.codes", "ends.codes", "begins.codes"]]
        has_codes.turn_totp_on()
        [recovery_code, *_] = ends_codes.turn_totp_on()
        secret = begins_codes.start_totp()
        copied, uncopied = Person("copied"), Person("uncopied")
        copy = copied.export()
        # Who asks where it is not the account itself.
        self.others = {
            "confirm_totp": begins_codes,
            "delete_export": uncopied,
            "disable_totp": ends_codes,
            "get_export": copied,
            "get_export_content": copied,
            "renew_recovery_codes": has_codes,
        }
        self.codes = {"confirm_totp": lambda: code_of(secret), "disable_totp": lambda: recovery_code}
        self.mine = self.fill(group, [attachment])
        self.fill(direct, [minji.upload()])
        self.fill(losing, [])
        poll = minji.ask_to_choose(group)
        # Named by id in paths, bodies and queries; stays until the end.
        self.kept = {
            "AttachmentId": [attachment],
            "ConversationId": [group, direct],
            "FolderId": [minji.make_folder("가족")],
            "PasskeyId": [minji.add_passkey("휴대폰")],
            "ImageId": [seoyeon.ask("put", "/me/avatar", attachment_id=seoyeon.upload())["avatar"]["id"]],
            "SessionId": [minji.sign_in()],
            "UserId": [seoyeon.id, jiho.id],
        }
        jiho.befriend(seoyeon)
        jiho_link = jiho.invite_to(jiho.create_group([seoyeon]))
        self.used_up = {
            "accept_friend_request": {"friend_request_id": accepted.request_friend(minji)},
            "add_members": {"conversation_id": minji.create_group([jiho])},
            "add_reaction": {"emoji": "🎉"},
            "close_poll": {"conversation_id": group, "seq": minji.ask_to_choose(group)},
            "cancel_friend_request": {"friend_request_id": minji.request_friend(asked)},
            "decline_friend_request": {"friend_request_id": declined.request_friend(minji)},
            "delete_attachment": {"attachment_id": minji.upload()},
            "delete_export": {"export_id": uncopied.export()},
            "delete_folder": {"folder_id": minji.make_folder("회사")},
            "delete_friend": {"user_id": leaving.id},
            "delete_group_invite": {"conversation_id": linked, "code": minji.invite_to(linked)},
            "delete_member": {"conversation_id": minji.create_group([seoyeon, jiho])},
            "delete_message": {"conversation_id": losing},
            "delete_poll_vote": {"conversation_id": group, "seq": poll},
            "get_export": {"export_id": copy},
            "get_export_content": {"export_id": copy},
            "get_invite": {"code": minji.invite_to(linked)},
            "get_user_by_handle": {"handle": seoyeon.handle},
            "join_group": {"code": jiho_link},
            "list_poll_votes": {"conversation_id": group, "seq": poll},
            "leave_conversation": {"conversation_id": minji.create_group([jiho])},
            "put_block": {"user_id": blocked.id},
            "put_poll_vote": {"conversation_id": group, "seq": poll},
            "remove_passkey": {"passkey_id": minji.add_passkey("노트북")},
            "remove_reaction": {"emoji": "👍"},
            "update_member": {"conversation_id": minji.create_group([seoyeon, jiho])},
        }
        new_password = f"{PASSWORD}, changed"
        self.fields = {
            "AddPasskeyRequest": minji.make_passkey("열쇠"),
            "ChangePasswordRequest": {"current_password": PASSWORD, "new_password": new_password},
            "CompletedPart": {"number": 1},
            "ConfirmEmailRequest": {"token": mailed.set_address()},
            "ConfirmPasswordResetRequest": {"token": forgetful.forget_password(), "new_password": new_password},
            "CreateFolderRequest": {"name": "등산"},
            "CreatePollRequest": {"options": ["김밥", "국수"]},
            "PollVoteRequest": {"options": [1]},
            "CreateFriendRequest": {"handle": Person("strange").handle},
            "DeletionRequest": {"password": PASSWORD},
            "ReauthenticateRequest": {"password": PASSWORD},
            "RefreshRequest": {"refresh_token": Person("renewed").refresh_token},
            "SendMessageRequest": {"attachment_ids": [minji.upload()]},
            "SetNoticeRequest": {"seq": self.mine},
            "SetAvatarRequest": {"attachment_id": minji.upload()},
            # In the future.
            "SetPresenceRequest": {"expires_at": "2100-01-01T00:00:00.000Z"},
            "SignInRequest": {"login": minji.handle, "password": PASSWORD},
            "SignUpRequest": {"handle": "somebody.new"},
            "UpdateConversationRequest": {"avatar_attachment_id": minji.upload()},
            "UploadPartsRequest": {"numbers": [1]},
        }
        self.ours = [person.id for person in friends + others]
        self.ours += [value for values in self.kept.values() for value in values]
        self.ours += [value for values in self.used_up.values() for value in values.values()]

    def fill(self, conversation: str, attachments: list[str]) -> int:
        """Writes what can be read, edited and reacted to, and tells the number of a message of the account."""
        seq = self.minji.write(conversation, "여섯 시에 볼까?", attachments)
        self.minji.ask("put", f"/conversations/{conversation}/messages/{seq}/reactions/👍")
        self.minji.ask("patch", f"/conversations/{conversation}/messages/{seq}", text="일곱 시에 볼까?")
        return seq

    def who_asks(self, case, context) -> Person:
        """Whom the operation has its own things of; what answers have led to belongs to the account."""
        operation = context.operation.definition.raw["operationId"]
        is_ours = all(case.path_parameters.get(name) in self.ours for name in self.used_up.get(operation, {}))
        return self.others.get(operation, self.minji) if is_ours else self.minji

    def in_path(self, operation: str) -> dict[str, list]:
        """What to put into the path of an operation."""
        kept = {
            "attachment_id": self.kept["AttachmentId"],
            "conversation_id": self.kept["ConversationId"],
            "folder_id": self.kept["FolderId"],
            "image_id": self.kept["ImageId"],
            "passkey_id": self.kept["PasskeyId"],
            "seq": [self.mine],
            "session_id": self.kept["SessionId"],
            "user_id": self.kept["UserId"],
        }
        return kept | {name: [value] for name, value in self.used_up.get(operation, {}).items()}


scene = Scene()


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Gives what there is as examples; beside them everything is made up."""
    schemas = raw_schema["components"]["schemas"]
    for name, values in scene.kept.items():
        schemas[name]["examples"] = values
    for name, fields in scene.fields.items():
        for field, value in fields.items():
            schemas[name]["properties"][field]["example"] = value
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            own = scene.in_path(operation["operationId"])
            for parameter in operation.get("parameters", []):
                if parameter["name"] in own:
                    parameter["example"] = own[parameter["name"]][0]


@schemathesis.hook
def before_generate_path_parameters(context, strategy):
    """Asks for what there is as often as for what there is not."""
    own = scene.in_path(context.operation.definition.raw["operationId"])
    existing = {name: st.sampled_from(values) for name, values in own.items()}

    def put_in(drawn):
        if not isinstance(drawn, dict):
            return st.just(drawn)
        known = {name: existing[name] for name in drawn if name in existing}
        return st.fixed_dictionaries(known).map(lambda values: {**drawn, **values})

    return st.one_of(strategy, strategy.flatmap(put_in))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Of what is ours an operation uses up only what is there for it, also when answers have led it elsewhere."""
    operation = case.operation.definition.raw["operationId"]
    own = scene.used_up.get(operation, {})
    for name, value in own.items():
        if case.path_parameters.get(name) in scene.ours:
            case.path_parameters[name] = value
    if isinstance(case.body, dict) and case.meta.generation.mode.is_positive:
        # Of several ways one.
        if operation == "reauthenticate" and case.body.get("password") == PASSWORD:
            case.body = {"password": PASSWORD}
        if operation == "create_friend_request" and case.body.get("handle") is not None:
            for other in ["user_id", "invite_code"]:
                case.body.pop(other, None)
        # Good once, and one of them for half a minute.
        if operation in scene.codes:
            case.body["code"] = scene.codes[operation]()
    if operation == "create_report" and isinstance(case.body, dict):
        about_a_person(case.body)


def about_a_person(body):
    """A report is about a person or about a message, which no schema says: of both the person stays."""
    seq, conversation = body.get("seq"), body.get("conversation_id")
    is_well_formed = seq is None or (type(seq) is int and 0 <= seq)
    is_ours = conversation is None or conversation in scene.kept["ConversationId"]
    if body.get("user_id") in scene.kept["UserId"] and is_well_formed and is_ours:
        body.pop("conversation_id", None)
        body.pop("seq", None)


@schemathesis.hook
def map_body(context, body):
    """JSON Schema takes 5.0 for an integer, and we do not."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, list):
        return [map_body(context, item) for item in body]
    if isinstance(body, dict):
        return {name: map_body(context, value) for name, value in body.items()}
    return body


# In seconds; an access token is good for fifteen minutes.
@schemathesis.auth(
    refresh_interval=300,
    cache_by_key=lambda case, context: scene.who_asks(case, context).handle,
    retry_on=[],
).skip_for(operation_id=ENDING)
class Staying:
    """Who is signed in from the beginning to the end."""

    def get(self, case, context):
        person = scene.who_asks(case, context)
        person.renew()
        person.prove()
        return person.headers

    def set(self, case, headers, context):
        case.headers.update(headers)


@schemathesis.auth(refresh_interval=None).apply_to(operation_id=ENDING)
class Passing:
    """Somebody new each time."""

    numbers = itertools.count()

    def get(self, case, context):
        return Person(f"passing.{next(self.numbers)}")

    def set(self, case, person, context):
        case.headers.update(person.headers)
        if case.path_parameters.get("session_id") in scene.kept["SessionId"]:
            case.path_parameters["session_id"] = person.session
