//! Paths as addresses, after RFC 8089.

/// `file://` and the path, with every byte written out that is more than a plain letter, digit or sign of a path.
pub fn of_path(path: &[u8]) -> String {
    let mut uri = String::from("file://");
    for byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_becomes_one_address() {
        assert_eq!(of_path(b"/home/a b/\xc3\xa4#1?.txt"), "file:///home/a%20b/%C3%A4%231%3F.txt");
        assert_eq!(of_path(b"/\xff%"), "file:///%FF%25");
    }
}
