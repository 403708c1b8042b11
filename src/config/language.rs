//! Properties of languages.

/// Languages that are written from right to left, unless their tag names a script.
const RIGHT_TO_LEFT: &[&str] = &[
    "acm", "aeb", "afb", "ajp", "apc", "ar", "arb", "arc", "ars", "ary", "arz", "azb", "bal",
    "bgn", "bqi", "ckb", "dv", "fa", "glk", "he", "hbo", "iw", "ji", "khw", "ks", "lrc", "luz",
    "mzn", "nqo", "pbt", "pes", "pnb", "prs", "ps", "rhg", "sam", "sd", "sdh", "skr", "syr", "ug",
    "ur", "yi",
];

/// Languages that are written from right to left in some regions.
const IN_REGIONS: &[(&str, &str)] = &[
    ("az", "ir"),
    ("kk", "cn"),
    ("ku", "iq"),
    ("ku", "ir"),
    ("pa", "pk"),
    ("tk", "af"),
    ("uz", "af"),
];

/// Scripts that are written from right to left.
const SCRIPTS: &[&str] = &[
    "adlm", "arab", "aran", "armi", "hebr", "mand", "mend", "nkoo", "phnx", "rohg", "samr", "syrc",
    "thaa", "yezi",
];

/// The direction of a language with a BCP 47 tag: `ltr` or `rtl`. A script in the tag decides, as in `az-Arab`.
pub fn direction(language: &str) -> &'static str {
    let tag = language.to_ascii_lowercase();
    let mut parts = tag.split(['-', '_']);
    let name = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.take_while(|part| part.len() > 1).collect();
    let script = rest
        .iter()
        .find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let is_right_to_left = match script {
        Some(script) => SCRIPTS.contains(script),
        None => {
            RIGHT_TO_LEFT.contains(&name)
                || rest
                    .iter()
                    .any(|region| IN_REGIONS.contains(&(name, region)))
        }
    };
    if is_right_to_left { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::direction;

    #[test]
    fn a_script_decides_before_the_language() {
        for tag in [
            "he", "ar", "fa", "ur", "AR-eg", "he-IL", "az-Arab", "pa-PK", "ks", "yi", "dv",
            "ug-CN", "sr-Hebr", "fa_IR", "ckb",
        ] {
            assert_eq!(direction(tag), "rtl", "{tag}");
        }
        for tag in [
            "en",
            "de-CH",
            "",
            "ar-Latn",
            "az",
            "zh-Hant",
            "ku",
            "pa-IN",
            "he-Latn-IL",
            "en-x-arab",
            "sd-Deva",
        ] {
            assert_eq!(direction(tag), "ltr", "{tag}");
        }
    }
}
