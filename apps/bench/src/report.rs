//! What is printed and written to a file.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// One measured number.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// In which unit.
    pub unit: &'static str,
    /// The number.
    pub value: f64,
}

impl Figure {
    /// Names a number.
    pub fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            value,
        }
    }
}

/// The same figures of several runs.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was run.
    pub label: String,
    /// The runs that were kept.
    pub runs: Vec<Vec<Figure>>,
    /// What was measured before and after each run, also of those that were thrown away.
    pub conditions: Vec<Value>,
    /// Which runs were thrown away and why, and whatever else a reader has to know.
    pub remarks: Vec<String>,
}

/// Median and spread of one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Half are smaller, half are larger.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Sums numbers up; `None` when there are none.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { median, min, max })
    }
}

impl Row {
    /// The summary of one figure.
    pub fn summary(&self, name: &str) -> Option<Summary> {
        let all = self.runs.iter().flatten();
        Summary::of(
            all.filter(|figure| figure.name == name)
                .map(|figure| figure.value)
                .collect(),
        )
    }

    /// The median of one figure.
    pub fn median(&self, name: &str) -> Option<f64> {
        self.summary(name).map(|summary| summary.median)
    }

    fn names(&self) -> impl Iterator<Item = &Figure> {
        self.runs.first().into_iter().flatten()
    }
}

/// Everything a workload found out.
#[derive(Clone, Debug)]
pub struct Report {
    /// `W1`.
    pub workload: &'static str,
    /// What was done, at which scale, and what was left out.
    pub header: Vec<String>,
    /// What was measured.
    pub rows: Vec<Row>,
}

impl Report {
    /// Adds a figure that compares medians, if there are two to compare.
    pub fn add_ratio(&mut self, label: &str, part: Option<f64>, whole: Option<f64>) {
        if let (Some(part), Some(whole)) = (part, whole)
            && 0.0 < whole
        {
            self.rows.push(Row {
                label: label.to_owned(),
                runs: vec![vec![Figure::new("ratio of medians", "×", part / whole)]],
                conditions: Vec::new(),
                remarks: Vec::new(),
            });
        }
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut out = format!("\n{}\n", self.workload);
        for line in &self.header {
            let _ = writeln!(out, "  {line}");
        }
        for row in &self.rows {
            let _ = writeln!(out, "\n  {} ({} runs)", row.label, row.runs.len());
            for figure in row.names() {
                if let Some(summary) = row.summary(&figure.name) {
                    let Summary { median, min, max } = summary;
                    let _ = writeln!(
                        out,
                        "    {:<44} {:>12} {:<6} {:>12} … {}",
                        figure.name,
                        number(median),
                        figure.unit,
                        number(min),
                        number(max)
                    );
                }
            }
            for remark in &row.remarks {
                let _ = writeln!(out, "    ! {remark}");
            }
        }
        out
    }

    /// Everything, for programs.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let figures = row.names().filter_map(|figure| {
                let Summary { median, min, max } = row.summary(&figure.name)?;
                let runs: Vec<f64> = row
                    .runs
                    .iter()
                    .flatten()
                    .filter(|other| other.name == figure.name)
                    .map(|other| other.value)
                    .collect();
                Some(json!({
                    "name": figure.name, "unit": figure.unit,
                    "median": median, "min": min, "max": max, "runs": runs,
                }))
            });
            json!({
                "label": row.label,
                "figures": figures.collect::<Vec<_>>(),
                "conditions": row.conditions,
                "remarks": row.remarks,
            })
        });
        json!({
            "workload": self.workload,
            "header": self.header,
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    /// Writes everything for programs.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text =
            serde_json::to_string_pretty(&self.json()).context("the report cannot be written as JSON")?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        std::fs::write(path, text + "\n").with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Three digits that say something, and separated thousands.
fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size == 0.0 || 100.0 <= size => 0,
        _ if 10.0 <= size => 1,
        _ if 1.0 <= size => 2,
        _ => 3,
    };
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut grouped = String::new();
    let digits = whole.trim_start_matches('-');
    for (at, digit) in digits.chars().enumerate() {
        if 0 < at && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_spread_do_not_depend_on_the_order() {
        let expected = Summary {
            median: 2.0,
            min: 1.0,
            max: 9.0,
        };
        assert_eq!(Summary::of(vec![9.0, 1.0, 2.0]), Some(expected));
        assert_eq!(Summary::of(vec![4.0, 2.0]).map(|all| all.median), Some(3.0));
        assert_eq!(Summary::of(Vec::new()), None);
    }

    #[test]
    fn numbers_are_short_and_readable() {
        let cases = [
            (0.0, "0"),
            (0.1234, "0.123"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (1_234.6, "1,235"),
            (1_234_567.0, "1,234,567"),
            (-1_234.0, "-1,234"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_report_holds_each_run_in_json_and_the_median_in_the_table() {
        let run = |value| vec![Figure::new("sends", "/s", value)];
        let report = Report {
            workload: "W1",
            header: vec!["tiny".to_owned()],
            rows: vec![Row {
                label: "closed loop".to_owned(),
                runs: vec![run(10.0), run(30.0), run(20.0)],
                conditions: Vec::new(),
                remarks: vec!["one run was thrown away".to_owned()],
            }],
        };
        let json = report.json();
        assert_eq!(json["rows"][0]["figures"][0]["median"], 20.0);
        assert_eq!(json["rows"][0]["figures"][0]["runs"], json!([10.0, 30.0, 20.0]));
        let table = report.table();
        assert!(table.contains("20.0") && table.contains("thrown away"), "{table}");
    }
}
