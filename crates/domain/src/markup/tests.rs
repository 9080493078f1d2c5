use super::*;

const DOCUMENT: &str = include_str!("../../../../docs/formatting.md");

/// A tree as the document writes it.
fn written(text: &str) -> String {
    let blocks: Vec<String> = parse(text).iter().map(block).collect();
    blocks.join(" ").replace('\n', "⏎")
}

fn block(block: &Block<'_>) -> String {
    match block {
        Block::Paragraph(inner) => words(inner),
        Block::Quote(inner) => format!("[quote {}]", words(inner)),
        Block::List(items) => {
            let items: Vec<String> = items.iter().map(list_item).collect();
            format!("[list {}]", items.join(" "))
        }
        Block::Code { language: None, text } => format!("[block {text}]"),
        Block::Code {
            language: Some(language),
            text,
        } => format!("[block {language}: {text}]"),
    }
}

fn list_item(item: &Item<'_>) -> String {
    match item.number {
        Some(number) => format!("[{number}. {}]", words(&item.words)),
        None => format!("[- {}]", words(&item.words)),
    }
}

fn words(inner: &[Inline<'_>]) -> String {
    let word = |word: &Inline<'_>| match word {
        Inline::Text(text) => (*text).to_owned(),
        Inline::Link(link) => format!("[link {link}]"),
        Inline::Code(code) => format!("[code {code}]"),
        Inline::Mention { text, place } => format!("[mention {place}: {text}]"),
        Inline::Marked(Mark::Bold, inner) => format!("[bold {}]", words(inner)),
        Inline::Marked(Mark::Italic, inner) => format!("[italic {}]", words(inner)),
        Inline::Marked(Mark::Strike, inner) => format!("[strike {}]", words(inner)),
        Inline::Marked(Mark::Spoiler, inner) => format!("[spoiler {}]", words(inner)),
    };
    inner.iter().map(word).collect()
}

#[test]
fn texts_are_read_as_the_document_says() {
    let (_, examples) = DOCUMENT.split_once("```text\n").unwrap();
    let examples: Vec<&str> = examples.lines().take_while(|line| *line != "```").collect();
    assert!(40 < examples.len(), "{}", examples.len());
    for example in examples {
        let (typed, read) = example.split_once(" => ").unwrap();
        assert_eq!(written(&typed.replace('⏎', "\n")), read, "{typed}");
    }
}

#[test]
fn a_mention_is_taken_as_it_stands() {
    for (text, names, expected) in [
        ("@민지 봐", &["@민지"][..], "[mention 0: @민지] 봐"),
        (
            "**@a**b** 와 @민지**야",
            &["@a**b", "@민지"],
            "[bold [mention 0: @a**b]] 와 [mention 1: @민지]**야",
        ),
        (
            "> @a_b_\n- @c",
            &["@a_b_", "@c"],
            "[quote [mention 0: @a_b_]] [list [- [mention 1: @c]]]",
        ),
        ("`@민지`", &["@민지"], "[code @민지]"),
        ("||@민지||", &["@민지"], "[spoiler [mention 0: @민지]]"),
        (
            "앞\n\n> 말\n\n@민지 끝",
            &["@민지"],
            "앞 [quote 말] [mention 0: @민지] 끝",
        ),
    ] {
        let mut from = 0;
        let mentions: Vec<Range<usize>> = names
            .iter()
            .map(|name| {
                let start = from + text[from..].find(name).unwrap();
                from = start + name.len();
                start..from
            })
            .collect();
        let blocks: Vec<String> = parse_with(text, &mentions).iter().map(block).collect();
        assert_eq!(blocks.join(" "), expected, "{text}");
    }
}

#[test]
fn a_plain_text_has_no_marks_and_covers_spoilers() {
    for (text, expected) in [
        ("**중요**합니다", "중요합니다"),
        ("범인은 ||**집사**||!", "범인은 ▒▒▒!"),
        ("> 물음\n답 `x`", "물음\n답 x"),
        ("- **a**\n2. _b_", "- a\n2. b"),
        ("```rust\nlet x;\n```", "let x;"),
        ("snake_case", "snake_case"),
    ] {
        assert_eq!(plain(text), expected);
    }
    assert!(matches!(plain("- 그냥 글"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn marks_do_not_nest_in_themselves() {
    fn depth(inner: &[Inline<'_>]) -> usize {
        let of = |word: &Inline<'_>| match word {
            Inline::Marked(_, inner) => 1 + depth(inner),
            Inline::Text(_) | Inline::Link(_) | Inline::Code(_) | Inline::Mention { .. } => 0,
        };
        inner.iter().map(of).max().unwrap_or(0)
    }
    let open = "** * _ ~~ ||".replace(' ', " (");
    let text = format!(
        "{}x{}",
        format!("{open} (").repeat(500),
        ")**)*)_)~~)||".repeat(500)
    );
    for block in parse(&text) {
        let Block::Paragraph(inner) = block else { panic!() };
        assert!(depth(&inner) <= MAX_DEPTH);
    }
    assert_eq!(
        written("||~~***_x_***~~||"),
        "[spoiler [strike [bold [italic [italic x]]]]]"
    );
}

/// Readers that look back or ahead again and again would not end here.
#[test]
fn long_texts_take_linear_time() {
    for piece in [
        "`",
        "` ",
        "`\n",
        "**a ",
        "*a",
        "_a ",
        "||a",
        "~~ ",
        "```a\n",
        "```\n",
        "http://.",
        "http://a",
        "(http://a)))",
        "> ",
        "> a\n",
        "- a\n",
        "\\",
        "[",
        "***a",
        "a***",
        "h",
        "한",
    ] {
        let text = piece.repeat(50_000);
        let blocks = parse(&text);
        assert!(!blocks.is_empty() || text.trim().is_empty(), "{piece}");
    }
}
