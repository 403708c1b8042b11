//! XML-RPC: writes calls and reads answers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The maximum nesting of an answer.
const DEEPEST: usize = 64;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `string`, and all other types as text: dates, decimal numbers.
    Text(String),
    /// `int` of any width.
    Number(i64),
    /// `boolean`.
    Bool(bool),
    /// `base64`.
    Bytes(Vec<u8>),
    /// `array`.
    List(Vec<Self>),
    /// `struct`.
    Struct(BTreeMap<String, Self>),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The result, or another value that means a failure.
    Value(Value),
    /// The number and message of a failure.
    Fault(i64, String),
}

impl Value {
    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A field of a struct as text.
    pub fn field(&self, name: &str) -> Option<String> {
        let Self::Struct(fields) = self else {
            return None;
        };
        match fields.get(name)? {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(_) | Self::Bytes(_) | Self::List(_) | Self::Struct(_) => None,
        }
    }

    /// The strings in the list of a field; empty if there is no such list.
    pub fn words(&self, name: &str) -> Vec<&str> {
        let list = match self {
            Self::Struct(fields) => fields.get(name),
            Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Bytes(_) | Self::List(_) => {
                None
            }
        };
        // PHP sends a list with gaps as a struct.
        let values: Vec<&Self> = match list {
            Some(Self::List(values)) => values.iter().collect(),
            Some(Self::Struct(values)) => values.values().collect(),
            Some(Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Bytes(_)) | None => {
                Vec::new()
            }
        };
        values
            .into_iter()
            .filter_map(|value| {
                if let Self::Text(text) = value {
                    Some(text.as_str())
                } else {
                    None
                }
            })
            .collect()
    }
}

impl Answer {
    /// The reason of a failure.
    pub fn reason(&self) -> String {
        match self {
            Self::Fault(0, words) => words.clone(),
            Self::Fault(number, words) => format!("{words} ({number})"),
            Self::Value(_) => "the wiki refuses it without saying why".to_owned(),
        }
    }
}

/// The body of a call.
pub fn request(method: &str, parameters: &[Value]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodCall><methodName>{method}</methodName><params>"
    );
    for parameter in parameters {
        xml.push_str("<param>");
        write(parameter, &mut xml);
        xml.push_str("</param>");
    }
    xml.push_str("</params></methodCall>");
    xml
}

fn write(value: &Value, xml: &mut String) {
    xml.push_str("<value>");
    match value {
        Value::Text(text) => xml.push_str(&format!("<string>{}</string>", escape(text.as_str()))),
        Value::Number(number) => xml.push_str(&format!("<int>{number}</int>")),
        Value::Bool(yes) => xml.push_str(&format!("<boolean>{}</boolean>", u8::from(*yes))),
        Value::Bytes(bytes) => {
            xml.push_str(&format!("<base64>{}</base64>", STANDARD.encode(bytes)));
        }
        Value::List(values) => {
            xml.push_str("<array><data>");
            values.iter().for_each(|value| write(value, xml));
            xml.push_str("</data></array>");
        }
        Value::Struct(fields) => {
            xml.push_str("<struct>");
            for (name, value) in fields {
                xml.push_str(&format!("<member><name>{}</name>", escape(name.as_str())));
                write(value, xml);
                xml.push_str("</member>");
            }
            xml.push_str("</struct>");
        }
    }
    xml.push_str("</value>");
}

/// The plain text of a call, without XML and base64.
pub fn meaning(parameters: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    parameters
        .iter()
        .for_each(|parameter| add_meaning(parameter, &mut bytes));
    bytes
}

fn add_meaning(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        Value::Bytes(bytes) => out.extend_from_slice(bytes),
        Value::Number(_) | Value::Bool(_) => {}
        Value::List(values) => values.iter().for_each(|value| add_meaning(value, out)),
        Value::Struct(fields) => fields.values().for_each(|value| add_meaning(value, out)),
    }
    out.push(b'\n');
}

/// Parses an answer. `None` if it is not XML-RPC.
pub fn answer(xml: &str) -> Option<Answer> {
    let response = parse(xml)?;
    if response.name != "methodResponse" {
        return None;
    }
    if let Some(fault) = response.child("fault") {
        let fault = value(fault.child("value")?)?;
        let number = fault
            .field("faultCode")
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        return Some(Answer::Fault(
            number,
            fault.field("faultString").unwrap_or_default(),
        ));
    }
    value(response.child("params")?.child("param")?.child("value")?).map(Answer::Value)
}

fn value(element: &Element) -> Option<Value> {
    let Some(inner) = element.children.first() else {
        return Some(Value::Text(element.text.clone()));
    };
    let text = inner.text.trim();
    let value = match inner.name.as_str() {
        "int" | "i4" | "i8" => Value::Number(text.parse().ok()?),
        "boolean" => Value::Bool(text == "1"),
        "base64" => Value::Bytes(
            STANDARD
                .decode(text.split_whitespace().collect::<String>())
                .ok()?,
        ),
        "array" => Value::List(
            inner
                .child("data")?
                .children
                .iter()
                .map(value)
                .collect::<Option<_>>()?,
        ),
        "struct" => Value::Struct(inner.children.iter().map(member).collect::<Option<_>>()?),
        _ => Value::Text(inner.text.clone()),
    };
    Some(value)
}

fn member(element: &Element) -> Option<(String, Value)> {
    Some((
        element.child("name")?.text.clone(),
        value(element.child("value")?)?,
    ))
}

/// An XML element.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

fn parse(xml: &str) -> Option<Element> {
    let mut reader = Reader::from_str(xml.trim_start());
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < DEEPEST => open.push(named(&start)),
            Event::Start(_) => return None,
            Event::Empty(start) => open.last_mut()?.children.push(named(&start)),
            Event::End(_) => {
                let element = open.pop()?;
                open.last_mut()?.children.push(element);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text),
            Event::CData(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(reference) => open.last_mut()?.text.push_str(&resolved(&reference)?),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    // If an element is still open, the list is longer.
    if open.len() == 1 {
        open.pop()?.children.pop()
    } else {
        None
    }
}

fn named(start: &BytesStart<'_>) -> Element {
    Element {
        name: start.name().as_ref().to_owned(),
        ..Element::default()
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    resolve_predefined_entity(reference).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(value: &Value) -> Option<Answer> {
        let mut xml = "<?xml version=\"1.0\"?>\n<methodResponse><params><param>".to_owned();
        write(value, &mut xml);
        answer(&(xml + "</param></params></methodResponse>"))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let list = Value::List(vec![
            Value::text(" a < b & \"c\" ]]> \n x "),
            Value::Number(-7),
            Value::Bool(true),
            Value::Bytes(vec![0, 255]),
        ]);
        let value = Value::Struct(
            [
                ("list".to_owned(), list),
                ("empty".to_owned(), Value::text("")),
            ]
            .into(),
        );
        assert_eq!(answered(&value), Some(Answer::Value(value)));
    }

    #[test]
    fn failures_are_told_from_answers() {
        let fault = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>133</int></value></member>\
            <member><name>faultString</name><value><string>The page is locked &#38; shut</string></value></member></struct></value></fault></methodResponse>";
        assert_eq!(
            answer(fault).map(|fault| fault.reason()),
            Some("The page is locked & shut (133)".to_owned())
        );
        let empty = "<methodResponse><params><param><value><struct></struct></value></param></params></methodResponse>";
        assert_eq!(
            answer(empty),
            Some(Answer::Value(Value::Struct(BTreeMap::new())))
        );
        for broken in [
            "",
            "<html><body>Hello</body></html>",
            "<methodResponse><params>",
            "<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>",
        ] {
            assert_eq!(answer(broken), None, "{broken}");
        }
    }
}
