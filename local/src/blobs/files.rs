//! One file per object: a line with its media type, then its bytes.

use patchbay_center::ports::StoredBlob;
use patchbay_model::BlobKey;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where files are written before they get their name; no segment of a key begins with a dot.
const UNFINISHED: &str = ".unfinished";
/// What no segment of a key has: an object and a folder never want the same name.
const MARK: char = '@';
/// Bytes of a media type (RFC 6838, 4.2: twice 127) with its parameters.
const TYPE_BYTES_MAX: u64 = 1_024;

#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    written: AtomicU64,
}

impl Files {
    /// Opens the folder; what a process left unfinished is thrown away.
    pub(super) fn open(folder: &Path) -> io::Result<Files> {
        let unfinished = folder.join(UNFINISHED);
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&unfinished)?,
        }
        Ok(Files { folder: folder.to_owned(), written: AtomicU64::new(0) })
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        self.folder.join(format!("{key}{MARK}"))
    }

    /// Whole or not at all, and on disk when it returns: written beside its place, then renamed.
    pub(super) fn write(&self, key: &BlobKey, blob: &StoredBlob) -> io::Result<()> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(UNFINISHED).join(number.to_string());
        let mut file = File::create(&unfinished)?;
        file.write_all(blob.content_type.as_bytes())?;
        file.write_all(b"\n")?;
        file.write_all(&blob.bytes)?;
        file.sync_all()?;
        let path = self.path(key);
        let parents: Vec<&Path> =
            path.ancestors().skip(1).take_while(|parent| parent.starts_with(&self.folder)).collect();
        fs::create_dir_all(parents[0])?;
        fs::rename(&unfinished, &path)?;
        // A name is on disk when its folder is, and so is a folder's own.
        parents.into_iter().try_for_each(|parent| File::open(parent)?.sync_all())
    }

    /// `None`: there is none. `Some(None)`: it is longer than `bytes_max`.
    pub(super) fn read(&self, key: &BlobKey, bytes_max: usize) -> io::Result<Option<Option<StoredBlob>>> {
        let file = match File::open(self.path(key)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        reader.by_ref().take(TYPE_BYTES_MAX).read_until(b'\n', &mut line)?;
        let broken = || io::Error::new(ErrorKind::InvalidData, "the file does not begin with a media type");
        let content_type =
            line.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok()).ok_or_else(broken)?;
        let mut bytes = Vec::new();
        let wanted = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        reader.take(wanted).read_to_end(&mut bytes)?;
        if bytes.len() > bytes_max {
            return Ok(Some(None));
        }
        Ok(Some(Some(StoredBlob { content_type: content_type.to_owned(), bytes: bytes.into() })))
    }

    pub(super) fn delete(&self, key: &BlobKey) -> io::Result<()> {
        match fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
