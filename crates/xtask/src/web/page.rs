//! The page that loads everything else.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The addresses of what the page loads.
pub struct Names {
    /// The stylesheet.
    pub css: String,
    /// The small script that runs before the first paint and starts the client.
    pub boot: String,
    /// The module that loads the client.
    pub js: String,
    /// The client.
    pub wasm: String,
    /// Modules that `js` imports.
    pub imported: Vec<String>,
}

/// Fills in the template.
///
/// `{{css}}`, `{{boot}}`, `{{js}}` and `{{wasm}}` stand for addresses, inside an attribute. What the
/// template does not mention is added at the end of its head, so that a page without any placeholder works.
pub fn render(template: &Path, names: &Names) -> Result<String> {
    let template =
        fs::read_to_string(template).with_context(|| format!("{} cannot be read", template.display()))?;
    fill(&template, names).context("index.html of the client")
}

fn fill(template: &str, names: &Names) -> Result<String> {
    let mut page = template.to_owned();
    let mut links = String::new();
    let parts = [
        ("{{css}}", &names.css, css_link as fn(&str) -> String),
        ("{{boot}}", &names.boot, boot_script),
        ("{{js}}", &names.js, module_link),
        ("{{wasm}}", &names.wasm, wasm_link),
    ];
    for (placeholder, address, link) in parts {
        if page.contains(placeholder) {
            require_attribute(&page, placeholder)?;
            page = page.replace(placeholder, address);
        } else {
            links.push_str(&link(address));
        }
    }
    links.extend(names.imported.iter().map(|address| module_link(address)));
    if let Some(unknown) = page.find("{{") {
        bail!(
            "unknown placeholder: {}",
            page[unknown..].lines().next().unwrap_or_default()
        );
    }
    let Some(end_of_head) = page.find("</head>") else {
        bail!("there is no </head>");
    };
    page.insert_str(end_of_head, &links);
    Ok(page)
}

fn require_attribute(page: &str, placeholder: &str) -> Result<()> {
    match page
        .split(placeholder)
        .next()
        .and_then(|before| before.chars().last())
    {
        Some('"' | '\'') => Ok(()),
        _ => bail!(
            "{placeholder} stands for an address: write href=\"{placeholder}\" or src=\"{placeholder}\""
        ),
    }
}

fn css_link(address: &str) -> String {
    format!("<link rel=\"stylesheet\" href=\"{address}\">\n")
}

/// Not a module and not deferred: it chooses the theme before anything is painted.
fn boot_script(address: &str) -> String {
    format!("<script src=\"{address}\"></script>\n")
}

fn module_link(address: &str) -> String {
    format!("<link rel=\"modulepreload\" href=\"{address}\">\n")
}

/// `crossorigin` makes the preload match the module's own fetch, which would else load the file twice.
fn wasm_link(address: &str) -> String {
    format!("<link rel=\"preload\" href=\"{address}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n")
}

#[cfg(test)]
mod tests {
    use super::{Names, fill};

    fn names() -> Names {
        Names {
            css: "/assets/a.css".into(),
            boot: "/assets/b.js".into(),
            js: "/assets/c.js".into(),
            wasm: "/assets/d.wasm".into(),
            imported: vec!["/assets/e.js".into()],
        }
    }

    #[test]
    fn page_without_placeholders_gets_every_link() {
        let page = fill("<head></head><body></body>", &names()).unwrap();
        for address in [
            "/assets/a.css",
            "/assets/b.js",
            "/assets/c.js",
            "/assets/d.wasm",
            "/assets/e.js",
        ] {
            assert_eq!(page.matches(address).count(), 1, "{page}");
        }
    }

    #[test]
    fn placeholder_takes_the_place_of_a_link() {
        let page = fill(
            "<head><link rel=\"stylesheet\" href=\"{{css}}\"></head>",
            &names(),
        )
        .unwrap();
        assert_eq!(page.matches("stylesheet").count(), 1, "{page}");
        assert!(page.contains("href=\"/assets/a.css\""), "{page}");
    }

    #[test]
    fn broken_templates_are_refused() {
        for template in ["<head>{{css}}</head>", "<head>{{other}}</head>", "<body></body>"] {
            assert!(fill(template, &names()).is_err(), "{template}");
        }
    }
}
