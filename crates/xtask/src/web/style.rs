//! The one stylesheet: tokens first, then the general styles, then each component's own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::inputs::list_files;

/// Joins `style/tokens.css`, the rest of `style/` by name and the stylesheets in `src/` by path.
pub fn collect(web_app: &Path) -> Result<String> {
    let mut sheet = String::new();
    for file in stylesheets(web_app)? {
        let css = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let css = without_comments(&css).with_context(|| format!("{} cannot be read", file.display()))?;
        // A browser ignores imports behind other rules, and would do so silently.
        if css.contains("@import") {
            bail!(
                "{} uses @import: every stylesheet is joined into one anyway",
                file.display()
            );
        }
        sheet.push_str(&css);
    }
    Ok(sheet)
}

fn stylesheets(web_app: &Path) -> Result<Vec<PathBuf>> {
    let tokens = web_app.join("style/tokens.css");
    let mut general = css_below(&web_app.join("style"))?;
    general.retain(|file| *file != tokens);
    Ok([vec![tokens], general, css_below(&web_app.join("src"))?].concat())
}

fn css_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if dir.is_dir() {
        list_files(dir, &mut files)?;
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    files.sort();
    Ok(files)
}

/// Takes out comments, indentation and empty lines, and touches neither strings nor `url(…)`.
fn without_comments(css: &str) -> Result<String> {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        let token = if rest.starts_with("/*") {
            let end = rest.find("*/").context("a comment does not end")?;
            rest = &rest[end + 2..];
            // A comment separates words like a space does.
            push_space(&mut out);
            continue;
        } else if matches!(next, '"' | '\'') {
            string_length(rest, next).context("a string does not end")?
        } else if rest
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("url("))
        {
            url_length(rest).context("a url( does not end")?
        } else if next == '\n' {
            end_line(&mut out);
            1
        } else if next.is_whitespace() {
            push_space(&mut out);
            rest = &rest[next.len_utf8()..];
            continue;
        } else {
            next.len_utf8()
        };
        if next != '\n' {
            out.push_str(&rest[..token]);
        }
        rest = &rest[token..];
    }
    end_line(&mut out);
    Ok(out)
}

/// One space is enough, and none at the start of a line.
fn push_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
}

fn end_line(out: &mut String) {
    while out.ends_with(' ') {
        out.pop();
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// The length of the string `text` starts with, its quotes included. A backslash hides the next character.
fn string_length(text: &str, quote: char) -> Option<usize> {
    let mut hidden = false;
    text.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == quote && !hidden;
        hidden = c == '\\' && !hidden;
        ends.then_some(at + c.len_utf8())
    })
}

/// The length of the `url(…)` that `text` starts with: it may hold `/*` without starting a comment.
fn url_length(text: &str) -> Option<usize> {
    let inside = text[4..].trim_start();
    let before = text.len() - inside.len();
    let content = match inside.chars().next()? {
        quote @ ('"' | '\'') => string_length(inside, quote)?,
        _ => 0,
    };
    inside[content..].find(')').map(|end| before + content + end + 1)
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_and_indentation_go_and_the_rest_stays() {
        let cases = [
            ("a {\n    color: red;\n\n}\n", "a {\ncolor: red;\n}\n"),
            ("/* one */a/* two */b{}", "a b{}\n"),
            ("a{b:calc(1px  +  2px)}", "a{b:calc(1px + 2px)}\n"),
            (
                r#"a::before{content:"/* \" */  x"}"#,
                "a::before{content:\"/* \\\" */  x\"}\n",
            ),
            ("a{b:url( data:x/*y;'  ) c}", "a{b:url( data:x/*y;'  ) c}\n"),
            ("a{b:URL(\"a)b\")}", "a{b:URL(\"a)b\")}\n"),
            ("q{quotes:'한' '글'}", "q{quotes:'한' '글'}\n"),
            ("a{b:\"x\\\n  y\"}", "a{b:\"x\\\n  y\"}\n"),
            ("", ""),
        ];
        for (css, expected) in cases {
            assert_eq!(without_comments(css).unwrap(), expected, "{css}");
        }
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for css in ["/* a", "a{b:'c}", "a{b:url(c}"] {
            assert!(without_comments(css).is_err(), "{css}");
        }
    }
}
