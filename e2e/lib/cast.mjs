// Friends who have been talking for a while: what the screens show when they are in use.

import { befriend, direct, group, send, setAvatar } from "./api.mjs";
import { Person } from "./person.mjs";
import { landscape } from "./pictures.mjs";

const STORIES = {
  ko: {
    me: { name: "김서연", status: "느리게, 오래" },
    friends: [
      { name: "이도윤", status: "비 오는 날의 재즈" },
      { name: "박지우", status: "제주 한 달 살기 중" },
      { name: "최하은", status: "" },
      { name: "정민준", status: "회의 중에는 답이 늦어요. 급한 일은 전화 주세요, 밤 열 시까지 받아요" },
    ],
    stranger: { name: "한결", greeting: "등산 모임에서 만난 한결이에요" },
    presence: "회의 중",
    nickname: "제주 간 지우",
    group: "주말 등산 모임",
    directTalk: [
      [0, "오늘 저녁에 시간 있어요?"],
      ["me", "네, 여섯 시 이후로 괜찮아요!"],
      [0, "그럼 늘 가던 찻집에서 봐요. 새로 들어온 세작이 아주 좋대요. 창가 자리로 예약해 둘게요."],
      [0, "https://example.org/tea?menu=spring"],
      ["me", "좋아요 ☺"],
    ],
    groupTalk: [
      [1, "이번 주 토요일, 북한산 어때요?"],
      ["me", "저는 좋아요. 몇 시에 모일까요?"],
      [3, "아침 일곱 시, 구파발역 2번 출구 앞이요"],
    ],
    photos: ["백운대.jpg", "하산길.jpg", "도시락.jpg"],
    photoWords: "지난번에 찍은 사진이에요",
    file: { name: "등산_코스_안내_최종본.pdf", words: "코스 안내도 올려 둘게요" },
    last: "사진 잘 나왔네요! 토요일에 봐요",
    formatted:
      "> 몇 시에 볼까요?\n**여섯 시**에 *늘 가던* 찻집, ~~창가~~ 안쪽 자리예요. `세작` 두 잔.\n- 우산\n- 책 두 권\n```js\nconst hour = 18;\n```\n범인은 ||집사||예요",
    covered: "범인은",
    sought: "토요일",
    poll: { question: "이번 달 산행은 언제가 좋을까요?", options: ["첫째 토요일", "둘째 일요일 아침 일찍, 해가 뜨기 전에", "다음 달에 가요"] },
    called: "이번에는 몇 시에 만날까요? 늦는 사람이 커피 사기로 해요.\n준비물: 물, 간식, **여벌 옷**",
    folders: ["등산", "회사"],
    unread: ["내일 몇 시까지 오실 거예요?", "답 주시면 예약할게요"],
    failing: "이 메시지는 보낼 수 없어요",
  },
  en: {
    me: { name: "Seoyeon Kim", status: "Slowly, and for long" },
    friends: [
      { name: "이도윤", status: "Jazz for a rainy day" },
      { name: "Jiwoo Park", status: "A month on Jeju" },
      { name: "Haeun Choi", status: "" },
      { name: "Minjun Jung", status: "Slow to answer in meetings. Call me if it cannot wait" },
    ],
    stranger: { name: "Gyeol Han", greeting: "We met at the hiking club" },
    presence: "In a meeting",
    nickname: "Jiwoo, on the island",
    group: "Weekend hikers",
    directTalk: [
      [0, "Do you have time this evening?"],
      ["me", "Yes, any time after six!"],
      [0, "Then let us meet at the usual tea house. I hear the new first-flush green is lovely. I'll book the window."],
      [0, "https://example.org/tea?menu=spring"],
      ["me", "Great ☺"],
    ],
    groupTalk: [
      [1, "Bukhansan this Saturday?"],
      ["me", "I'd love to. When do we meet?"],
      [3, "Seven in the morning, Gupabal station, exit 2"],
    ],
    photos: ["summit.jpg", "on the way down.jpg", "lunch.jpg"],
    photoWords: "From last time",
    file: { name: "hiking_routes_final_version.pdf", words: "And the map of the route" },
    last: "These turned out well! See you on Saturday",
    formatted:
      "> When do we meet?\n**At six**, *the usual* tea house, ~~by the window~~ inside. Two `sejak`.\n- umbrella\n- two books\n```js\nconst hour = 18;\n```\nIt was ||the butler|| who did it",
    covered: "who did it",
    sought: "Saturday",
    poll: { question: "When shall we hike this month?", options: ["The first Saturday", "The second Sunday, early in the morning before sunrise", "Next month"] },
    called: "When do we meet this time? Whoever is late buys the coffee.\nBring: water, snacks, **a change of clothes**",
    folders: ["Hiking", "Work"],
    unread: ["What time will you be there tomorrow?", "I'll book once I know"],
    failing: "This one cannot be sent",
  },
};

/** Makes everybody and what they said. `options` are those of the window of `me`. */
export async function stage(t, browser, language, options) {
  const story = STORIES[language];
  const me = await Person.register(t, browser, { name: story.me.name, language, options });
  const cast = await Promise.all(story.friends.map(({ name }) => Person.register(t, browser, { name, language })));
  const stranger = await Person.register(t, browser, { name: story.stranger.name, language });
  await tellAboutThemselves([me, ...cast], [story.me, ...story.friends]);
  for (const friend of cast) {
    await befriend(friend, me);
  }
  await stranger.call("POST", "/friend-requests", { user_id: me.id, message: story.stranger.greeting });
  const conversations = await talk(me, cast, story);
  await come(cast, story);
  return { me, cast, stranger, story, ...conversations };
}

async function tellAboutThemselves(everybody, descriptions) {
  for (const [at, person] of everybody.entries()) {
    const { status } = descriptions[at];
    await person.call("PATCH", "/me", { status_message: status });
    // Some have a picture, and some have none.
    if (at % 2 === 0) {
      await setAvatar(person, await landscape(person.page, `${at}.jpg`, 400, 400, at));
    }
  }
}

/** Two are here, one is busy and says why, and one is away. */
async function come([here, busy, leaving, away], story) {
  await busy.call("PUT", "/me/presence", { status: "busy", text: story.presence });
  await away.call("PUT", "/me/presence", { status: "away" });
  await Promise.all([here, busy, leaving, away].map((friend) => friend.start()));
}

async function talk(me, cast, story) {
  const who = (speaker) => (speaker === "me" ? me : cast[speaker]);
  const waiting = await direct(cast[2], me);
  for (const text of story.unread) {
    await send(cast[2], waiting, { text });
  }
  const withFriend = await direct(me, cast[0]);
  for (const [speaker, text] of story.directTalk) {
    await send(who(speaker), withFriend, { text });
  }
  const hikers = await group(me, story.group, [cast[0], cast[1], cast[3]]);
  for (const [speaker, text] of story.groupTalk) {
    await send(who(speaker), hikers, { text });
  }
  const photos = await Promise.all(story.photos.map((name, at) => landscape(me.page, name, 960, 720, at + 1)));
  await send(cast[1], hikers, { files: [photos[0]] });
  await send(me, hikers, { text: story.photoWords, files: photos });
  await send(cast[3], hikers, { files: [document(story.file.name)], text: story.file.words });
  await send(me, hikers, { text: story.last });
  await reactTo(me, cast, withFriend, hikers);
  return { withFriend, hikers };
}

/** Some messages were changed, and people have reacted to some. */
async function reactTo(me, cast, withFriend, hikers) {
  const messages = async (id) => (await me.call("GET", `/conversations/${id}/messages`)).items;
  const react = (person, { conversation_id: id, seq }, emoji) =>
    person.call("PUT", `/conversations/${id}/messages/${seq}/reactions/${encodeURIComponent(emoji)}`);
  const [first, answer, invitation] = await messages(withFriend.id);
  await react(me, first, "👍");
  await react(cast[0], answer, "❤️");
  for (const text of [`${answer.text} ☺`, answer.text.replace("!", ".")]) {
    await me.call("PATCH", `/conversations/${withFriend.id}/messages/${answer.seq}`, { text });
  }
  await react(me, invitation, "🙏");
  await react(cast[0], invitation, "😮");
  const said = (await messages(hikers.id)).filter(({ kind }) => kind === "user");
  for (const [person, emoji] of [[me, "👍"], [cast[0], "👍"], [cast[1], "🔥"], [cast[3], "👍"], [cast[3], "❤️"]]) {
    await react(person, said[0], emoji);
  }
  for (const [person, emoji] of [[cast[0], "😂"], [cast[1], "❤️"], [cast[3], "❤️"], [me, "❤️"], [cast[0], "🇰🇷"]]) {
    await react(person, said.at(-1), emoji);
  }
}

function document(name) {
  return { name, mimeType: "application/pdf", buffer: Buffer.alloc(248_000, "%PDF-1.7\n") };
}
