//! Asks a router to do something, and reads what it says to that.

use hyper::Method;
use hyper::header::CONTENT_TYPE;

use super::description::Service;
use super::http;
use super::xml::walk;
use crate::nat::MappingFault;

/// The most values that are read of one answer.
const VALUES: usize = 16;

/// A request that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallFault {
    /// There was no answer, or none that can be used.
    Answer(MappingFault),
    /// The router refused, and says by this number why.
    Code(u16),
}

impl From<CallFault> for MappingFault {
    fn from(fault: CallFault) -> Self {
        match fault {
            CallFault::Answer(fault) => fault,
            CallFault::Code(_) => Self::Refused,
        }
    }
}

/// Asks `service` for an action. The arguments are ours and hold nothing that XML would read otherwise. Returns the
/// values of the answer by name.
pub(super) async fn call(
    service: &Service,
    action: &str,
    arguments: &[(&str, String)],
) -> Result<Vec<(String, String)>, CallFault> {
    let kind = service.kind;
    let arguments: String = arguments
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect();
    let body = format!(
        "<?xml version=\"1.0\"?>\r\n\
         <s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\
         <s:Body><u:{action} xmlns:u=\"{kind}\">{arguments}</u:{action}></s:Body></s:Envelope>\r\n"
    );
    let request = http::request(Method::POST, &service.url)
        .header(CONTENT_TYPE, "text/xml; charset=\"utf-8\"")
        .header("SOAPAction", format!("\"{kind}#{action}\""));
    let (_, answer) = http::exchange(&service.url, request, body)
        .await
        .map_err(CallFault::Answer)?;
    read(&answer, action)
}

/// What an answer to `action` says. Its status is not looked at: only what it says tells what has been done.
fn read(answer: &[u8], action: &str) -> Result<Vec<(String, String)>, CallFault> {
    let done = format!("{action}Response");
    let unusable = CallFault::Answer(MappingFault::Unusable);
    let (mut is_done, mut code, mut values) = (false, None, Vec::new());
    walk(answer, |path, text| {
        match path {
            [.., around, name] if *around == done && values.len() < VALUES => {
                values.push((name.clone(), text.to_owned()));
            }
            [.., around, name] if around == "UPnPError" && name == "errorCode" => {
                code = text.parse().ok();
            }
            _ => {}
        }
        is_done |= path.last() == Some(&done);
    })
    .map_err(|_| unusable)?;
    match code {
        Some(code) => Err(CallFault::Code(code)),
        None if is_done => Ok(values),
        None => Err(unusable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<&[(&str, &str)], CallFault>) {
        let answer = format!("<s:Envelope xmlns:s=\"e\"><s:Body>{body}</s:Body></s:Envelope>");
        let expected = expected.map(|values| {
            let values = values.iter();
            values
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        });
        assert_eq!(read(answer.as_bytes(), "Do"), expected, "{body}");
    }

    #[test]
    fn what_was_done_is_told_from_what_was_not() {
        check("<u:DoResponse xmlns:u=\"s\"/>", Ok(&[]));
        check(
            "<u:DoResponse xmlns:u=\"s\"><NewPort>7440</NewPort><New/></u:DoResponse>",
            Ok(&[("NewPort", "7440"), ("New", "")]),
        );
        check(
            "<s:Fault><faultcode>s:Client</faultcode><detail><UPnPError><errorCode> 718 </errorCode>\
             <errorDescription>Conflict</errorDescription></UPnPError></detail></s:Fault>",
            Err(CallFault::Code(718)),
        );
        let unusable = CallFault::Answer(MappingFault::Unusable);
        check("<u:DoOtherResponse xmlns:u=\"s\"/>", Err(unusable));
        check("<errorCode>718</errorCode>", Err(unusable));
        check(
            "<UPnPError><errorCode>-1</errorCode></UPnPError>",
            Err(unusable),
        );
        check("<html>Please log in</html>", Err(unusable));
        check("<html>Please log in<br></html>", Err(unusable));
        let many = "<New>1</New>".repeat(100);
        let values = [("New", "1"); VALUES];
        check(&format!("<DoResponse>{many}</DoResponse>"), Ok(&values));
    }
}
