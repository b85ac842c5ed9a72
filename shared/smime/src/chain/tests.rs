//! Paths of all kinds through the one public door.

use der::oid::ObjectIdentifier;
use mail::UnixTime;

use super::forge::{Authority, Key, NOW, Template, name_of, provider};
use super::{Budget, PathBuilder, PathError, PolicyInputs, Usage, ValidPath, topmost_authorities};
use crate::asn1::{Writer, oid, tag};
use crate::{Certificate, Reason};

const GOLD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.1");
const SILVER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.2");

fn builder<'a>(anchor: &'a Certificate, intermediates: &[&'a Certificate]) -> PathBuilder<'a> {
    PathBuilder {
        anchors: vec![anchor],
        intermediates: intermediates.to_vec(),
        ..PathBuilder::default()
    }
}

fn build<'a>(builder: &PathBuilder<'a>, target: &'a Certificate) -> Result<ValidPath, PathError> {
    builder.build(target, NOW, &provider())
}

/// The number of certificates in the path, or why there is none and at which certificate.
fn outcome(
    anchor: &Certificate,
    intermediates: &[&Certificate],
    target: &Certificate,
) -> Result<usize, (Reason, usize)> {
    build(&builder(anchor, intermediates), target)
        .map(|path| path.certificates.len())
        .map_err(|error| (error.reason, error.at))
}

#[test]
fn a_path_runs_from_the_target_to_the_anchor() {
    let root = Authority::root("Root", 1);
    let sub = root.authority("Sub", 2);
    let alice = sub.user("Alice");
    let path = build(&builder(&root.certificate, &[&sub.certificate]), &alice).unwrap();
    assert_eq!(
        path.certificates,
        [alice, sub.certificate, root.certificate.clone()]
    );
    assert_eq!(path.anchor(), Some(&root.certificate));
}

#[test]
fn a_missing_link_is_an_untrusted_root() {
    let root = Authority::root("Root", 1);
    let sub = root.authority("Sub", 2);
    let alice = sub.user("Alice");
    assert_eq!(
        outcome(&root.certificate, &[], &alice),
        Err((Reason::UntrustedRoot, 0))
    );
}

#[test]
fn the_right_name_with_the_wrong_key_is_no_issuer() {
    let root = Authority::root("Root", 1);
    let impostor = Authority::root("Root", 9);
    let alice = impostor.user("Alice");
    assert_eq!(
        outcome(&root.certificate, &[], &alice),
        Err((Reason::SignatureInvalid, 0))
    );
}

#[test]
fn names_chain_whatever_their_case_and_spaces() {
    let root = Authority::root("Root  of ALL", 1);
    let written_otherwise = Authority {
        name: super::forge::name("root of all "),
        ..root.clone()
    };
    let alice = written_otherwise.user("Alice");
    assert_eq!(outcome(&root.certificate, &[], &alice), Ok(2));
}

#[test]
fn validity_counts_on_every_level() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let mut template = Template::authority("Sub", &key);
    template.not_after = UnixTime(NOW.0 - 1);
    let sub = root.authority_from(template, key);
    let alice = sub.user("Alice");
    assert_eq!(
        outcome(&root.certificate, &[&sub.certificate], &alice),
        Err((Reason::Expired, 1))
    );

    let mut early = Template::user("Alice", &Key::new(3));
    early.not_before = UnixTime(NOW.0 + 1);
    assert_eq!(
        outcome(&root.certificate, &[], &root.issue(&early)),
        Err((Reason::NotYetValid, 0))
    );
}

#[test]
fn a_renewed_authority_is_found_beside_the_expired_one() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let mut old = Template::authority("Sub", &key);
    old.not_after = UnixTime(NOW.0 - 1);
    let renewed = root.authority_from(Template::authority("Sub", &key).serial(2), key.clone());
    let old = root.authority_from(old, key);
    let alice = renewed.user("Alice");
    let both = [&old.certificate, &renewed.certificate];
    assert_eq!(outcome(&root.certificate, &both, &alice), Ok(3));
}

#[test]
fn who_is_no_authority_issues_nothing() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let fake = |template: Template| {
        let mallory = root.authority_from(template, key.clone());
        let alice = mallory.user("Alice");
        outcome(&root.certificate, &[&mallory.certificate], &alice)
    };
    let wrong = Err((Reason::WrongUsage, 1));
    let authority = || Template::authority("Mallory", &key);
    assert_eq!(fake(authority()), Ok(3));
    assert_eq!(fake(Template::user("Mallory", &key)), wrong);
    assert_eq!(fake(authority().without(oid::BASIC_CONSTRAINTS)), wrong);
    assert_eq!(fake(authority().basic_constraints(false, None)), wrong);
    assert_eq!(fake(authority().key_usage(0b0000_0010)), wrong);
    assert_eq!(
        fake(authority().extended_key_usage(&[oid::OCSP_SIGNING])),
        wrong
    );
    assert_eq!(
        fake(authority().extended_key_usage(&[oid::EMAIL_PROTECTION])),
        Ok(3)
    );
}

/// Who trusts a person's certificate trusts nobody for that person's word.
#[test]
fn an_anchor_that_is_no_authority_vouches_for_itself_alone() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let judge = |template: Template| {
        let anchor = root.authority_from(template, key.clone());
        let itself = outcome(&anchor.certificate, &[], &anchor.certificate);
        (
            itself,
            outcome(&anchor.certificate, &[], &anchor.user("Eve")),
        )
    };
    let authority = || Template::authority("Mallory", &key);
    let wrong = Err((Reason::WrongUsage, 1));
    assert_eq!(judge(Template::user("Mallory", &key)), (Ok(1), wrong));
    assert_eq!(judge(authority()).1, Ok(2));
    assert_eq!(judge(authority().basic_constraints(false, None)).1, wrong);
    assert_eq!(judge(authority().without(oid::BASIC_CONSTRAINTS)).1, wrong);
    assert_eq!(judge(authority().key_usage(0b0000_0010)).1, wrong);

    let template = Template::authority("Root", &key).without(oid::BASIC_CONSTRAINTS);
    assert_eq!(judge(template.clone()).1, wrong);
    assert_eq!(judge(template.without(oid::KEY_USAGE)).1, Ok(2));
}

#[test]
fn path_length_counts_authorities_but_not_key_rollover() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let last = Template::authority("Last", &key).basic_constraints(true, Some(0));
    let last = root.authority_from(last, key);
    let rolled = last.authority("Last", 3);
    let below = last.authority("Below", 4);
    let through = |between: &Authority| {
        let alice = between.user("Alice");
        let offered = [&last.certificate, &between.certificate];
        outcome(&root.certificate, &offered, &alice)
    };
    assert_eq!(through(&rolled), Ok(4));
    assert_eq!(through(&below), Err((Reason::WrongUsage, 1)));
}

#[test]
fn the_targets_usage_must_fit() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let judge = |template: Template, usage| {
        let target = root.issue(&template);
        let mut builder = builder(&root.certificate, &[]);
        builder.usage = usage;
        build(&builder, &target)
            .map(|_| ())
            .map_err(|error| error.reason)
    };
    let user = || Template::user("Alice", &key);
    let wrong = Err(Reason::WrongUsage);
    assert_eq!(judge(user(), Usage::EmailSigning), Ok(()));
    assert_eq!(judge(user(), Usage::EmailEncryption), wrong);
    assert_eq!(
        judge(user().key_usage(0b0010_0000), Usage::EmailEncryption),
        Ok(())
    );
    assert_eq!(judge(user().key_usage(0b0010_0000), Usage::Email), Ok(()));
    assert_eq!(judge(user().key_usage(0b0000_0100), Usage::Email), wrong);
    assert_eq!(judge(user().without(oid::KEY_USAGE), Usage::Email), Ok(()));
    let for_ocsp = || user().extended_key_usage(&[oid::OCSP_SIGNING]);
    assert_eq!(judge(for_ocsp(), Usage::Email), wrong);
    assert_eq!(judge(for_ocsp(), Usage::Any), Ok(()));
    assert_eq!(judge(for_ocsp(), Usage::OcspSigning), Ok(()));
    assert_eq!(judge(user(), Usage::OcspSigning), wrong);
}

#[test]
fn an_unknown_critical_extension_is_refused_an_uncritical_one_is_not() {
    let root = Authority::root("Root", 1);
    let judge = |is_critical| {
        let template = Template::user("Alice", &Key::new(2)).with(GOLD, is_critical, &[5, 0]);
        outcome(&root.certificate, &[], &root.issue(&template))
    };
    assert_eq!(judge(false), Ok(2));
    assert_eq!(judge(true), Err((Reason::WrongUsage, 0)));
}

#[test]
fn name_constraints_bind_addresses_below() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let template =
        Template::authority("Sub", &key).mailboxes(&["example.org"], &["eve@example.org"]);
    let sub = root.authority_from(template, key);
    let judge = |address| {
        let template = Template::user("User", &Key::new(3)).address(address);
        outcome(
            &root.certificate,
            &[&sub.certificate],
            &sub.issue(&template),
        )
    };
    let refused = Err((Reason::WrongUsage, 0));
    assert_eq!(judge("alice@example.org"), Ok(3));
    assert_eq!(judge("Eve@Example.org"), refused);
    assert_eq!(judge("alice@example.com"), refused);
    assert_eq!(judge("alice@sub.example.org"), refused);
}

#[test]
fn name_constraints_bind_addresses_wherever_they_stand() {
    const VISIBLE_STRING: u8 = 26;
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let template = Template::authority("Sub", &key).mailboxes(&["example.org"], &[]);
    let sub = root.authority_from(template, key);
    let judge = |template: &Template| {
        let user = sub.issue(template);
        assert_eq!(user.addresses().len(), 1);
        outcome(&root.certificate, &[&sub.certificate], &user)
    };
    for (address, expected) in [
        ("alice@example.org", Ok(3)),
        ("alice@example.com", Err((Reason::WrongUsage, 0))),
    ] {
        let user = || Template::user("User", &Key::new(3));
        for tag in [
            tag::IA5_STRING,
            tag::OCTET_STRING,
            tag::TELETEX_STRING,
            VISIBLE_STRING,
        ] {
            let mut template = user();
            template.subject = name_of(oid::EMAIL_ADDRESS, tag, address.as_bytes());
            assert_eq!(judge(&template), expected, "{tag}");
        }
        let mailbox = Writer::new()
            .element(tag::UTF8_STRING, address.as_bytes())
            // Nothing may follow here.
            .octets(b"x");
        let name = Writer::new()
            .oid(oid::SMTP_UTF8_MAILBOX)
            .raw(&mailbox.wrap(tag::context(0)))
            .wrap(tag::context(0));
        let names = Writer::new().raw(&name).sequence();
        let template = user().with(oid::SUBJECT_ALT_NAME, false, &names);
        assert_eq!(judge(&template), expected, "SmtpUTF8Mailbox");
    }
}

#[test]
fn only_so_many_addresses_are_read() {
    let root = Authority::root("Root", 1);
    let names = (0..300).fold(Writer::new(), |list, n| {
        list.element(
            tag::context_primitive(1),
            format!("alice{n}@example.org").as_bytes(),
        )
    });
    let alice = Template::user("Alice", &Key::new(3));
    let alice = alice.with(oid::SUBJECT_ALT_NAME, false, &names.sequence());
    assert_eq!(root.issue(&alice).addresses().len(), 256);
}

/// Three authorities below one that is not there, two of them by the same issuer.
#[test]
fn the_topmost_authorities_are_those_whose_issuer_is_not_there() {
    let root = Authority::root("Root", 1);
    let (sub, other) = (root.authority("Sub", 2), root.authority("Other", 3));
    let below = sub.authority("Below", 4);
    let all = [&below, &sub, &other].map(|authority| authority.certificate.clone());
    let [_, sub, other] = &all;
    assert_eq!(topmost_authorities(&all), [sub, other]);
    let with_root = [&all[..], &[root.certificate.clone(), root.user("Alice")]].concat();
    assert_eq!(topmost_authorities(&with_root), [&root.certificate]);
}

/// A constraint that cannot be read permits no address and excludes them all.
#[test]
fn name_constraints_that_are_no_text_are_no_gap() {
    const RFC822_NAME: u8 = tag::context_primitive(1);
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let broken = Writer::new().element(RFC822_NAME, b"\xff.org").sequence();
    for kind in [0, 1] {
        let subtrees = Writer::new()
            .element(tag::context(kind), &broken)
            .sequence();
        let template = Template::authority("Sub", &key);
        let template = template.with(oid::NAME_CONSTRAINTS, true, &subtrees);
        let sub = root.authority_from(template, key.clone());
        let user = sub.issue(&Template::user("User", &Key::new(3)).address("alice@example.org"));
        let judged = outcome(&root.certificate, &[&sub.certificate], &user);
        assert_eq!(judged, Err((Reason::WrongUsage, 0)), "{kind}");
    }
}

#[test]
fn name_constraints_of_an_anchor_hold_too() {
    let key = Key::new(1);
    let template = Template::authority("Root", &key).mailboxes(&["example.org"], &[]);
    let itself = Authority::root("Root", 1);
    let root = itself.authority_from(template, key);
    let judge = |address| {
        let template = Template::user("User", &Key::new(3)).address(address);
        outcome(&root.certificate, &[], &root.issue(&template))
    };
    assert_eq!(judge("alice@example.org"), Ok(2));
    assert_eq!(judge("alice@example.com"), Err((Reason::WrongUsage, 0)));
}

/// The root, an authority from the template, and Alice with her policies.
fn policy_outcome(
    authority: impl Fn(Template) -> Template,
    alice: &[ObjectIdentifier],
    inputs: PolicyInputs,
) -> Result<(), Reason> {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let sub = root.authority_from(authority(Template::authority("Sub", &key)), key);
    let alice = sub.issue(&Template::user("Alice", &Key::new(3)).policies(alice));
    let mut builder = builder(&root.certificate, &[&sub.certificate]);
    builder.policies = inputs;
    build(&builder, &alice)
        .map(|_| ())
        .map_err(|error| error.reason)
}

fn explicit(accepted: &[ObjectIdentifier]) -> PolicyInputs {
    PolicyInputs {
        accepted: accepted.to_vec(),
        require_explicit: true,
        ..PolicyInputs::default()
    }
}

#[test]
fn an_explicit_policy_must_hold_on_every_level() {
    let gold = |template: Template| template.policies(&[GOLD]);
    let refused = Err(Reason::WrongUsage);
    assert_eq!(policy_outcome(gold, &[GOLD], explicit(&[])), Ok(()));
    assert_eq!(policy_outcome(gold, &[GOLD], explicit(&[GOLD])), Ok(()));
    assert_eq!(policy_outcome(gold, &[GOLD], explicit(&[SILVER])), refused);
    assert_eq!(policy_outcome(gold, &[SILVER], explicit(&[])), refused);
    assert_eq!(
        policy_outcome(gold, &[SILVER], PolicyInputs::default()),
        Ok(())
    );
}

#[test]
fn any_policy_stands_for_all_unless_inhibited() {
    let any = |template: Template| template.policies(&[oid::ANY_POLICY]);
    let inhibited = PolicyInputs {
        inhibit_any: true,
        ..explicit(&[])
    };
    assert_eq!(policy_outcome(any, &[GOLD], explicit(&[GOLD])), Ok(()));
    assert_eq!(
        policy_outcome(any, &[oid::ANY_POLICY], explicit(&[GOLD])),
        Ok(())
    );
    assert_eq!(
        policy_outcome(any, &[GOLD], inhibited),
        Err(Reason::WrongUsage)
    );
    let inhibits = |template: Template| {
        let none = Writer::new().integer(0).into_bytes();
        any(template).with(oid::INHIBIT_ANY_POLICY, true, &none)
    };
    let refused = Err(Reason::WrongUsage);
    assert_eq!(policy_outcome(inhibits, &[GOLD], explicit(&[GOLD])), Ok(()));
    assert_eq!(
        policy_outcome(inhibits, &[oid::ANY_POLICY], explicit(&[])),
        refused
    );
}

#[test]
fn policies_are_mapped_unless_inhibited() {
    let mapped = |template: Template| template.policies(&[GOLD]).mappings(&[(GOLD, SILVER)]);
    let inhibited = PolicyInputs {
        inhibit_mapping: true,
        ..explicit(&[])
    };
    let refused = Err(Reason::WrongUsage);
    assert_eq!(policy_outcome(mapped, &[SILVER], explicit(&[GOLD])), Ok(()));
    assert_eq!(
        policy_outcome(mapped, &[SILVER], explicit(&[SILVER])),
        refused
    );
    assert_eq!(policy_outcome(mapped, &[GOLD], explicit(&[])), refused);
    assert_eq!(policy_outcome(mapped, &[SILVER], inhibited), refused);
    let to_any = |template: Template| {
        template
            .policies(&[GOLD])
            .mappings(&[(GOLD, oid::ANY_POLICY)])
    };
    assert_eq!(
        policy_outcome(to_any, &[SILVER], PolicyInputs::default()),
        refused
    );
}

#[test]
fn a_certificate_may_require_an_explicit_policy() {
    let requires = |template: Template| {
        let at_once = Writer::new()
            .element(tag::context_primitive(0), &[0])
            .sequence();
        template
            .policies(&[GOLD])
            .with(oid::POLICY_CONSTRAINTS, true, &at_once)
    };
    assert_eq!(
        policy_outcome(requires, &[GOLD], PolicyInputs::default()),
        Ok(())
    );
    assert_eq!(
        policy_outcome(requires, &[SILVER], PolicyInputs::default()),
        Err(Reason::WrongUsage)
    );
}

#[test]
fn weak_signatures_and_weak_keys_bind_nothing() {
    let root = Authority::root("Root", 1);
    let sha1_with_rsa = Writer::new().oid(oid::SHA1_WITH_RSA).null().sequence();
    let mut old = Template::user("Alice", &Key::new(2));
    old.algorithm = sha1_with_rsa;
    let weak = Err((Reason::WeakAlgorithm, 0));
    assert_eq!(outcome(&root.certificate, &[], &root.issue(&old)), weak);

    let rsa_spki = |octets: usize| {
        let modulus = [&[0][..], &vec![0xff; octets]].concat();
        let key = Writer::new()
            .element(tag::INTEGER, &modulus)
            .integer(65_537)
            .sequence();
        Writer::new()
            .raw(&Writer::new().oid(oid::RSA).null().sequence())
            .element(tag::BIT_STRING, &[&[0], &key[..]].concat())
            .sequence()
    };
    let mut short = Template::user("Alice", &Key::new(2));
    short.spki = rsa_spki(255);
    assert_eq!(outcome(&root.certificate, &[], &root.issue(&short)), weak);
    short.spki = rsa_spki(256);
    assert_eq!(outcome(&root.certificate, &[], &root.issue(&short)), Ok(2));
}

#[test]
fn a_curve_must_be_named() {
    let root = Authority::root("Root", 1);
    let mut template = Template::user("Alice", &Key::new(2));
    let parameters = Writer::new()
        .oid(oid::EC)
        .raw(&Writer::new().integer(1).sequence());
    template.spki = Writer::new()
        .raw(&parameters.sequence())
        .element(tag::BIT_STRING, &[0, 4])
        .sequence();
    assert_eq!(
        outcome(&root.certificate, &[], &root.issue(&template)),
        Err((Reason::UnsupportedAlgorithm, 0))
    );
}

#[test]
fn bridges_and_cross_certificates_lead_to_the_anchor() {
    let root = Authority::root("Root", 1);
    let bridge = root.authority("Bridge", 2);
    let other_root = Authority::root("Other Root", 3);
    let crossed = bridge.issue(&Template::authority("Other Root", &other_root.key));
    let sub = other_root.authority("Sub", 4);
    let alice = sub.user("Alice");
    let offered = [
        &other_root.certificate,
        &crossed,
        &bridge.certificate,
        &sub.certificate,
    ];
    assert_eq!(outcome(&root.certificate, &offered, &alice), Ok(5));
}

#[test]
fn key_identifiers_choose_among_equal_names_but_may_lie() {
    let root = Authority::root("Root", 1);
    let mut authorities = Vec::new();
    for seed in 10..20 {
        let key = Key::new(seed);
        let template = Template::authority("Sub", &key).key_ids(&[seed], b"root");
        authorities.push(root.authority_from(template, key));
    }
    let offered: Vec<_> = authorities
        .iter()
        .map(|authority| &authority.certificate)
        .collect();
    let judge = |signer: usize, said: u8, signatures| {
        let template = Template::user("Alice", &Key::new(2)).key_ids(b"alice", &[said]);
        let alice = authorities[signer].issue(&template);
        let mut builder = builder(&root.certificate, &offered);
        builder.budget.signatures = signatures;
        build(&builder, &alice)
            .map(|_| ())
            .map_err(|error| error.reason)
    };
    assert_eq!(judge(7, 17, 2), Ok(()));
    assert_eq!(judge(7, 12, 2), Err(Reason::LimitExceeded));
    assert_eq!(judge(7, 12, 11), Ok(()));
}

#[test]
fn a_target_that_is_an_anchor_is_a_path_by_itself() {
    let root = Authority::root("Root", 1);
    let pinned = root.user("Alice");
    assert_eq!(outcome(&pinned, &[], &pinned), Ok(1));

    let named_so = Authority {
        name: super::forge::name("Alice"),
        ..root
    };
    let not_by_itself = named_so.user("Alice");
    assert_eq!(
        outcome(&not_by_itself, &[], &not_by_itself),
        Err((Reason::SignatureInvalid, 0))
    );
}

#[test]
fn the_failure_that_came_closest_is_told() {
    let root = Authority::root("Root", 1);
    let key = Key::new(2);
    let sub = |template: Template| root.authority_from(template, key.clone());
    let mut expired = Template::authority("Sub", &key);
    expired.not_after = UnixTime(NOW.0 - 1);
    let expired = sub(expired);
    let unfit = sub(Template::authority("Sub", &key).key_usage(0b0000_0010));
    let stranger = Authority::root("Sub", 9);
    let alice = expired.user("Alice");
    let offered = [&stranger.certificate, &expired.certificate];
    assert_eq!(
        outcome(&root.certificate, &offered, &alice),
        Err((Reason::Expired, 1))
    );
    let offered = [&expired.certificate, &unfit.certificate];
    assert_eq!(
        outcome(&root.certificate, &offered, &alice),
        Err((Reason::WrongUsage, 1))
    );
}

mod attacks {
    use super::*;

    /// The reason, and that it was found within the budget's time: all of these end in milliseconds,
    /// without the budget most would outlast the universe.
    fn reason(builder: &PathBuilder<'_>, target: &Certificate) -> Reason {
        builder.build(target, NOW, &provider()).unwrap_err().reason
    }

    #[test]
    fn authorities_that_certify_each_other_make_no_endless_path() {
        let (a, b) = (Authority::root("A", 1), Authority::root("B", 2));
        let a_by_b = b.issue(&Template::authority("A", &a.key));
        let b_by_a = a.issue(&Template::authority("B", &b.key));
        let alice = a.user("Alice");
        let root = Authority::root("Root", 3);
        let offered = [&a.certificate, &b.certificate, &a_by_b, &b_by_a];
        assert_eq!(
            outcome(&root.certificate, &offered, &alice),
            Err((Reason::UntrustedRoot, 0))
        );
    }

    /// Three authorities on each of eight levels, each certified by all of the level above: 3^8 paths.
    fn lattice() -> (Vec<Certificate>, Certificate) {
        let level = |level: u8| -> Vec<Authority> {
            (0..3)
                .map(|n| Authority::root(&format!("Level {level}"), 10 * level + n))
                .collect()
        };
        let mut certificates = Vec::new();
        let mut above = level(0);
        for number in 1..=8 {
            let below = level(number);
            for issuer in &above {
                for subject in &below {
                    let name = format!("Level {number}");
                    certificates.push(issuer.issue(&Template::authority(&name, &subject.key)));
                }
            }
            above = below;
        }
        let alice = above[0].user("Alice");
        (certificates, alice)
    }

    #[test]
    fn a_lattice_of_cross_certificates_ends_with_the_budget() {
        let (certificates, alice) = lattice();
        let root = Authority::root("Root", 250);
        let offered: Vec<_> = certificates.iter().collect();
        let mut builder = builder(&root.certificate, &offered);
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
        builder.budget.signatures = u32::MAX;
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
        builder.budget.steps = 3;
        let error = build(&builder, &alice).unwrap_err();
        assert_eq!(
            error.detail,
            "the search was given up: too many possible issuers"
        );
    }

    #[test]
    fn paths_that_reach_an_anchor_are_limited() {
        let root = Authority::root("Root", 1);
        let key = Key::new(2);
        let mut subs = Vec::new();
        for serial in 0..20 {
            let unfit = Template::authority("Sub", &key)
                .key_usage(0b0000_0010)
                .serial(serial);
            subs.push(root.authority_from(unfit, key.clone()));
        }
        let offered: Vec<_> = subs.iter().map(|sub| &sub.certificate).collect();
        let alice = subs[0].user("Alice");
        let mut builder = builder(&root.certificate, &offered);
        assert_eq!(reason(&builder, &alice), Reason::WrongUsage);
        builder.budget.paths = 0;
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
    }

    #[test]
    fn a_path_is_only_so_long() {
        let root = Authority::root("Root", 1);
        let mut authorities = vec![root.clone()];
        for seed in 2..13 {
            let above = authorities.last().unwrap();
            authorities.push(above.authority(&format!("Authority {seed}"), seed));
        }
        let certificates: Vec<_> = authorities.iter().map(|one| &one.certificate).collect();
        let judge = |depth: usize| {
            let alice = authorities[depth].user("Alice");
            outcome(&root.certificate, &certificates, &alice)
        };
        let longest = Budget::default().path_length;
        assert_eq!(judge(longest - 2), Ok(longest));
        assert_eq!(judge(longest - 1), Err((Reason::LimitExceeded, 0)));
    }

    /// A store of all public authorities has hundreds.
    #[test]
    fn certificates_that_lead_nowhere_cost_nothing() {
        let root = Authority::root("Root", 1);
        let alice = root.user("Alice");
        let bob = root.user("Bob");
        let offered = vec![&bob; 1_000];
        assert!(build(&builder(&root.certificate, &offered), &alice).is_ok());
    }

    #[test]
    fn a_key_of_enormous_size_costs_more_than_a_small_one() {
        let root = Authority::root("Root", 1);
        let mut huge = Template::authority("Sub", &Key::new(2));
        let modulus = [&[0][..], &[0xff; 2048]].concat();
        let key = Writer::new()
            .element(tag::INTEGER, &modulus)
            .integer(3)
            .sequence();
        huge.spki = Writer::new()
            .raw(&Writer::new().oid(oid::RSA).null().sequence())
            .element(tag::BIT_STRING, &[&[0], &key[..]].concat())
            .sequence();
        let sub = root.authority_from(huge, Key::new(2));
        let mut template = Template::user("Alice", &Key::new(3));
        template.algorithm = Writer::new().oid(oid::SHA256_WITH_RSA).null().sequence();
        let alice = sub.issue(&template);
        let mut builder = builder(&root.certificate, &[]);
        builder.intermediates = vec![&sub.certificate];
        builder.budget.signatures = 63;
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
        builder.budget.signatures = 64;
        assert_eq!(reason(&builder, &alice), Reason::SignatureInvalid);
    }

    #[test]
    fn names_times_constraints_are_limited() {
        let root = Authority::root("Root", 1);
        let key = Key::new(2);
        let hosts: Vec<String> = (0..400).map(|n| format!("host{n}.example")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let sub = Template::authority("Sub", &key).mailboxes(&hosts, &[]);
        let sub = root.authority_from(sub, key);
        let addresses = (0..400).fold(Writer::new(), |list, n| {
            let address = format!("alice@host{n}.example");
            list.element(tag::context_primitive(1), address.as_bytes())
        });
        let alice = Template::user("Alice", &Key::new(3));
        let alice = alice.with(oid::SUBJECT_ALT_NAME, false, &addresses.sequence());
        let alice = sub.issue(&alice);
        let builder = builder(&root.certificate, &[&sub.certificate]);
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
    }

    #[test]
    fn policy_mappings_do_not_multiply() {
        let policy = |n: u32| ObjectIdentifier::from_arcs([1, 2, 3, n]).unwrap();
        let all: Vec<_> = (0..30).map(policy).collect();
        let each_to_each: Vec<_> = all
            .iter()
            .flat_map(|&from| all.iter().map(move |&to| (from, to)))
            .collect();
        let root = Authority::root("Root", 1);
        let mut authorities = vec![root.clone()];
        for seed in 2..10 {
            let key = Key::new(seed);
            let template = Template::authority(&format!("Authority {seed}"), &key)
                .policies(&all)
                .mappings(&each_to_each);
            let above = authorities.last().unwrap();
            authorities.push(above.authority_from(template, key));
        }
        let alice = Template::user("Alice", &Key::new(20)).policies(&all);
        let alice = authorities.last().unwrap().issue(&alice);
        let offered: Vec<_> = authorities.iter().map(|one| &one.certificate).collect();
        let mut builder = builder(&root.certificate, &offered);
        builder.policies = explicit(&all);
        assert_eq!(reason(&builder, &alice), Reason::LimitExceeded);
        // With room for them the work is the sum of the mappings, not the product: 8 x 30 x 30 x 2.
        builder.budget.policy_nodes = 20_000;
        assert!(build(&builder, &alice).is_ok());
    }
}
