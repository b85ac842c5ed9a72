//! `cargo xtask roots FILE`: the public trust anchors for e-mail, from Mozilla's list to one file of ours.
//!
//! Debian's package `libnss3` carries that list with its trust bits as a PKCS#11 module; the newest
//! package is that of the distribution's unstable branch. Lists made for TLS (`ca-certificates`,
//! certifi, webpki-roots) are the wrong ones: they lack the authorities for e-mail only and have others
//! that are not trusted for it.
//!
//! An example, so that nobody who builds or tests the project waits for a PKCS#11 library.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Where `smime` takes the list from: the certificates, one after the other.
const ROOTS: &str = "shared/smime/data/public-roots.der";
/// And which list it is.
const TITLE: &str = "shared/smime/data/public-roots.txt";
/// Of what NSS adds to PKCS#11 (its `pkcs11n.h`): the vendor's range and name.
const NSS: u64 = 0x8000_0000 | 0x4E53_4350;
/// How far an object of trust trusts for e-mail, `CKA_TRUST_EMAIL_PROTECTION`.
const TRUST_EMAIL: AttributeType = AttributeType::VendorDefined(NSS + 0x2000 + 11);
/// That it does as an authority, `CKT_NSS_TRUSTED_DELEGATOR`.
const TRUSTED_DELEGATOR: u64 = NSS + 2;
/// From when on what an authority issues is no longer trusted for e-mail,
/// `CKA_NSS_EMAIL_DISTRUST_AFTER`: a time, or one octet that says never.
const DISTRUST_AFTER: AttributeType = AttributeType::VendorDefined(NSS + 36);

fn main() -> Result<()> {
    let package = env::args_os().nth(1).map(PathBuf::from);
    let package = package.context("name the file of a package libnss3, `libnss3_….deb`")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = root.context("xtask does not lie in a workspace")?;
    let unpacked = root.join("target/roots");
    unpack(&package, &unpacked)?;

    let date = packaged_on(&unpacked)?;
    let module = Pkcs11::new(find(&unpacked, "libnssckbi.so")?)?;
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let version = module.get_library_info()?.library_version();
    let slots = module.get_slots_with_token()?;
    let session = module.open_ro_session(*slots.first().context("the module has no token")?)?;
    let roots = trusted_for_email(&session)?;

    fs::write(root.join(ROOTS), roots.concat())?;
    fs::write(root.join(TITLE), format!("{version} {date}\n"))?;
    println!("{ROOTS}: list {version} of {date}, {} roots", roots.len());
    Ok(())
}

/// The roots as DER, in the order of their names.
fn trusted_for_email(session: &Session) -> Result<Vec<Vec<u8>>> {
    let trusted = TRUSTED_DELEGATOR.to_ne_bytes().to_vec();
    let trusts = session.find_objects(&[Attribute::VendorDefined((TRUST_EMAIL, trusted))])?;
    let mut roots = Vec::new();
    for trust in trusts {
        let whom = [AttributeType::Issuer, AttributeType::SerialNumber];
        let mut certificate = session.get_attributes(trust, &whom)?;
        certificate.push(Attribute::Class(ObjectClass::CERTIFICATE));
        for found in session.find_objects(&certificate)? {
            roots.extend(root(session, found)?);
        }
    }
    if roots.is_empty() {
        bail!("the list has no roots for e-mail");
    }
    roots.sort();
    Ok(roots.into_iter().map(|(_, der)| der).collect())
}

/// Name and DER of a root. One that is trusted only for what it issued before some day is left out: its
/// last certificates run out within two years.
fn root(session: &Session, certificate: ObjectHandle) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let (mut name, mut der) = (Vec::new(), Vec::new());
    let wanted = [AttributeType::Label, AttributeType::Value, DISTRUST_AFTER];
    for attribute in session.get_attributes(certificate, &wanted)? {
        match attribute {
            Attribute::Label(label) => name = label,
            Attribute::Value(value) => der = value,
            Attribute::VendorDefined((_, after)) if after.len() > 1 => {
                println!("left out: {}", String::from_utf8_lossy(&name));
                return Ok(None);
            }
            _ => {}
        }
    }
    Ok(Some((name, der)))
}

fn unpack(package: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    output(Command::new("dpkg-deb").arg("-x").arg(package).arg(folder))?;
    Ok(())
}

/// The file of this name somewhere in a folder.
fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name() == name {
                return Ok(entry.path());
            }
        }
    }
    bail!("the package has no {name}");
}

/// When the package took over this release of NSS. Later entries of its changelog are repairs that
/// leave the list as it is, and their dates would make it look newer than it is.
fn packaged_on(unpacked: &Path) -> Result<String> {
    let changelog = find(unpacked, "changelog.Debian.gz")?;
    let changelog = String::from_utf8(output(Command::new("zcat").arg(changelog))?)?;
    let newest = changelog.lines().next().and_then(release);
    let mut entry = None;
    let mut date = None;
    for line in changelog.lines() {
        if line.starts_with("nss (") {
            entry = release(line);
        } else if line.starts_with(" -- ") && entry == newest {
            date = line.split_once(">  ").map(|(_, date)| date);
        }
    }
    let date = date.context("the changelog of libnss3 is not as expected")?;
    Ok(OffsetDateTime::parse(date, &Rfc2822)?.date().to_string())
}

/// The release of NSS in an entry's first line, `nss (2:3.87.1-1) unstable`.
fn release(line: &str) -> Option<&str> {
    line.split(['(', '-']).nth(1)
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output();
    let output = output.with_context(|| format!("`{program}` cannot be run"))?;
    if !output.status.success() {
        bail!(
            "`{program}` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(output.stdout)
}
