//! Files that `npm run build` has made. Read once, at the start, so that no request reaches a file.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use patchbay_model::id::hex;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

/// Files of one folder that are served.
const FILES_MAX: usize = 1_000;

const NOT_BUILT: &str = "the page is not built: run `make desktop`, which needs Node, and start again";

/// Scripts and styles come from our own files and nowhere else, no text becomes markup (Trusted Types), and no other
/// page frames this one. Pictures and sounds come from where customers' providers keep them. `$more` is what the page
/// asks besides its own host.
macro_rules! policy {
    ($more:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'",
            $more,
            "; img-src 'self' https:; media-src 'self' https:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
    };
}

const POLICY: &str = policy!("");

/// The same where agents talk in the browser: Twilio's signalling, at its edges, and where its SDK tells how good calls
/// were. Sound itself goes by WebRTC, of which this policy knows nothing.
const TELEPHONE_POLICY: &str = policy!(
    " wss://*.twilio.com https://eventgw.twilio.com https://eventgw.us1.twilio.com https://eventgw.ie1.twilio.com \
     https://eventgw.au1.twilio.com"
);

const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=()";
const TELEPHONE_PERMISSIONS: &str = "camera=(), microphone=(self), geolocation=()";

#[derive(Clone)]
struct File {
    bytes: Bytes,
    etag: HeaderValue,
}

/// The files of a folder, by their paths in it.
#[derive(Clone, Default)]
pub(crate) struct Built {
    files: Arc<BTreeMap<String, File>>,
    /// Whether its pages are telephones.
    telephone: bool,
}

impl Built {
    /// The files below a folder. Only what was there at the start is served, so no path leads out of it.
    pub(crate) fn read(folder: &Path) -> Built {
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(current) = folders.pop() {
            for entry in std::fs::read_dir(&current).into_iter().flatten().flatten() {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder {
                    folders.push(path);
                } else if files.len() < FILES_MAX
                    && let Ok(bytes) = std::fs::read(&path)
                    && let Ok(name) = path.strip_prefix(folder)
                {
                    let name = name.to_string_lossy().replace('\\', "/");
                    files.insert(name, File { etag: etag(&bytes), bytes: bytes.into() });
                }
            }
        }
        Built { files: Arc::new(files), telephone: false }
    }

    /// Pages that may listen and talk, and ask who connects their calls.
    pub(crate) fn with_telephone(self, telephone: bool) -> Built {
        Built { telephone, ..self }
    }

    /// A file as it is.
    pub(crate) fn file(&self, path: &str, request: &HeaderMap) -> Response {
        let Some(File { bytes, etag }) = self.files.get(path) else {
            let why = if self.files.is_empty() { NOT_BUILT } else { "there is no such file" };
            return (StatusCode::NOT_FOUND, why).into_response();
        };
        // The bundler puts a hash of their content into the names of all files below `assets/`.
        let kept =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
            (CACHE_CONTROL, HeaderValue::from_static(kept)),
            (ETAG, etag.clone()),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]);
        match request.get(IF_NONE_MATCH) == Some(etag) {
            true => (StatusCode::NOT_MODIFIED, headers).into_response(),
            false => (headers, bytes.clone()).into_response(),
        }
    }

    /// A file of a page of our own, under our policy.
    pub(crate) fn page(&self, path: &str, request: &HeaderMap) -> Response {
        let mut response = self.file(path, request);
        if response.status() != StatusCode::NOT_FOUND {
            let (policy, permissions) = match self.telephone {
                true => (TELEPHONE_POLICY, TELEPHONE_PERMISSIONS),
                false => (POLICY, PERMISSIONS),
            };
            let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
            response.headers_mut().extend([
                fixed(CONTENT_SECURITY_POLICY, policy),
                fixed(REFERRER_POLICY, "no-referrer"),
                fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
                fixed(HeaderName::from_static("permissions-policy"), permissions),
            ]);
        }
        response
    }
}

fn etag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{}\"", hex(&hasher.finish().to_be_bytes()));
    // Made of hexadecimal digits: it is one always.
    HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("wav") => "audio/wav",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(files: &[(&str, &str)]) -> Built {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Built::read(folder.path())
    }

    fn served(files: &[(&str, &str)], path: &str) -> (StatusCode, HeaderMap) {
        let response = built(files).page(path, &HeaderMap::new());
        (response.status(), response.headers().clone())
    }

    #[test]
    fn files_have_their_types_and_the_policy() {
        let check = |path: &str, content_type: &str, cache: &str| {
            let (status, headers) = served(&[(path, "x")], path);
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], content_type);
            assert!(headers[CACHE_CONTROL].to_str().unwrap().contains(cache), "{path}");
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        };
        check("index.html", "text/html; charset=utf-8", "no-cache");
        check("assets/index-1a2b.js", "text/javascript; charset=utf-8", "immutable");
        check("assets/deep/er.css", "text/css; charset=utf-8", "immutable");
    }

    #[test]
    fn only_a_telephone_listens_and_asks_others() {
        let check = |telephone: bool| {
            let page = built(&[("index.html", "x")]).with_telephone(telephone);
            let headers = page.page("index.html", &HeaderMap::new()).headers().clone();
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert_eq!(policy.contains("twilio.com"), telephone, "{policy}");
            assert!(
                policy.contains("connect-src 'self'") && policy.ends_with("trusted-types 'none'"),
                "{policy}"
            );
            let permissions = headers["permissions-policy"].to_str().unwrap();
            assert_eq!(permissions.contains("microphone=(self)"), telephone, "{permissions}");
        };
        check(false);
        check(true);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["../secret", "/etc/passwd", "assets/../index.html", ""] {
            assert_eq!(served(&[("index.html", "x")], path).0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(served(&[], "index.html").0, StatusCode::NOT_FOUND);
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let built = built(&[("a.css", "a{}")]);
        let first = built.file("a.css", &HeaderMap::new());
        let again = HeaderMap::from_iter([(IF_NONE_MATCH, first.headers()[ETAG].clone())]);
        assert_eq!(built.file("a.css", &again).status(), StatusCode::NOT_MODIFIED);
        let other = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("\"0\""))]);
        assert_eq!(built.file("a.css", &other).status(), StatusCode::OK);
    }
}
