//! How a letter looks: as text, and as a page that loads nothing and reads well in the dark.

use std::fmt::Write as _;

use damso_domain::Locale;

use super::Parts;
use super::typed::{END_OF_ISOLATE, ISOLATE};

/// For programs that know it; the colours in the elements are for the others, and light.
const DARK: &str = "@media (prefers-color-scheme: dark) {\
    .paper { background: #141210 !important; } \
    .card { background: #1b1815 !important; border-color: #2d2822 !important; } \
    .ink { color: #f1ebe3 !important; } \
    .soft { color: #bdb2a5 !important; } \
    .line { border-color: #2d2822 !important; } \
    .button { background: #f0764a !important; color: #1f0d05 !important; } \
    .link { color: #ffab85 !important; } }";

const FONT: &str = "font-family: Pretendard, -apple-system, 'Apple SD Gothic Neo', 'Malgun Gothic', \
    'Noto Sans KR', system-ui, sans-serif;";

/// The letter in plain text, a link alone on its line.
pub(super) fn text(parts: &Parts) -> String {
    let mut blocks = vec![parts.greeting.clone()];
    blocks.extend(parts.lead.iter().cloned());
    if !parts.facts.is_empty() {
        let facts: Vec<_> = parts
            .facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        blocks.push(facts.join("\n"));
    }
    if let Some(button) = &parts.button {
        blocks.push(format!("{}:\n{}", button.label, button.url));
    }
    blocks.extend(parts.rest.iter().cloned());
    // The mark of a signature (RFC 3676 §4.3).
    blocks.push(format!("-- \n{}", parts.footer));
    blocks.join("\n\n") + "\n"
}

/// The letter as a page.
pub(super) fn html(parts: &Parts, locale: Locale) -> String {
    let mut body = heading(parts.title);
    body += &paragraph(&parts.greeting);
    for lead in &parts.lead {
        body += &paragraph(lead);
    }
    body += &facts(parts);
    body += &button(parts);
    for rest in &parts.rest {
        body += &paragraph(rest);
    }
    let (lang, title, footer) = (locale.as_str(), escaped(parts.title), escaped(&parts.footer));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no, url=no\">\n\
         <title>{title}</title>\n<style>{DARK}</style>\n</head>\n\
         <body class=\"paper\" style=\"margin: 0; padding: 24px 12px; background: #f6f2ec;\">\n\
         <div class=\"card\" style=\"max-width: 520px; margin: 0 auto; padding: 28px 24px; background: #fffdfa; \
         border: 1px solid #e7dfd3; border-radius: 12px; {FONT}\">\n{body}\
         <p class=\"soft line\" style=\"margin: 24px 0 0; padding: 16px 0 0; border-top: 1px solid #e7dfd3; \
         color: #5f574e; font-size: 13px; line-height: 1.5;\">{footer}</p>\n</div>\n</body>\n</html>\n"
    )
}

fn heading(title: &str) -> String {
    let title = escaped(title);
    format!(
        "<h1 class=\"ink\" style=\"margin: 0 0 16px; color: #231f1b; font-size: 20px; line-height: 1.4;\">{title}</h1>\n"
    )
}

fn paragraph(text: &str) -> String {
    let text = escaped(text);
    format!(
        "<p class=\"ink\" style=\"margin: 0 0 16px; color: #231f1b; font-size: 15px; line-height: 1.6; \
         word-break: keep-all; overflow-wrap: anywhere;\">{text}</p>\n"
    )
}

fn facts(parts: &Parts) -> String {
    if parts.facts.is_empty() {
        return String::new();
    }
    let mut table = "<table style=\"margin: 0 0 16px; border-collapse: collapse;\">\n".to_owned();
    for (name, value) in &parts.facts {
        let (name, value) = (escaped(name), escaped(value));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "<tr><th class=\"soft\" style=\"padding: 3px 16px 3px 0; color: #5f574e; font-size: 14px; \
             font-weight: normal; text-align: left; vertical-align: top; white-space: nowrap;\">{name}</th>\
             <td class=\"ink\" style=\"padding: 3px 0; color: #231f1b; font-size: 14px; word-break: break-word;\">\
             {value}</td></tr>"
        );
    }
    table + "</table>\n"
}

/// The button, and the bare link below it for whoever wants to see where it goes, or to copy it.
fn button(parts: &Parts) -> String {
    let Some(button) = &parts.button else {
        return String::new();
    };
    let (label, url) = (escaped(button.label), escaped(&button.url));
    format!(
        "<p style=\"margin: 24px 0 12px;\"><a class=\"button\" href=\"{url}\" style=\"display: inline-block; \
         padding: 12px 20px; background: #bd3d15; color: #ffffff; border-radius: 8px; font-size: 15px; \
         font-weight: 600; text-decoration: none;\">{label}</a></p>\n\
         <p class=\"soft\" style=\"margin: 0 0 20px; color: #5f574e; font-size: 13px; line-height: 1.5; \
         word-break: break-all;\"><a class=\"link\" href=\"{url}\" style=\"color: #9c3a12;\">{url}</a></p>\n"
    )
}

/// A text for the page: nothing in it is markup, and what was typed keeps to itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            ISOLATE => escaped.push_str("<bdi>"),
            END_OF_ISOLATE => escaped.push_str("</bdi>"),
            c => escaped.push(c),
        }
    }
    escaped
}
