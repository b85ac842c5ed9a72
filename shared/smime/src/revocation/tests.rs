//! What lists say of a path, through the one public door.

use mail::UnixTime;

use crate::asn1::{Writer, oid, tag};
use crate::chain::forge::{Authority, Key, ListTemplate, NOW, Template, extension, name, provider};
use crate::{
    CLOCKS_APART_SECONDS_MAX, Certificate, Crl, PathBuilder, Reason, RevocationInfo,
    RevocationStatus, revocation_of,
};

/// Alice, number 7, below a root.
fn alice() -> (Authority, Certificate) {
    let root = Authority::root("Root", 1);
    let alice = root.issue(&Template::user("Alice", &Key::new(2)).serial(7));
    (root, alice)
}

fn outcome_with(
    root: &Authority,
    offered: &[&Certificate],
    target: &Certificate,
    crls: &[Crl],
) -> Result<(), Reason> {
    let builder = PathBuilder {
        anchors: vec![&root.certificate],
        intermediates: offered.to_vec(),
        crls: Some(crls),
        ..PathBuilder::default()
    };
    builder
        .build(target, NOW, &provider())
        .map(|_| ())
        .map_err(|error| error.reason)
}

fn outcome(root: &Authority, target: &Certificate, lists: &[ListTemplate]) -> Result<(), Reason> {
    let crls: Vec<Crl> = lists.iter().map(|list| root.crl(list)).collect();
    outcome_with(root, &[], target, &crls)
}

const UNKNOWN: Result<(), Reason> = Err(Reason::RevocationUnknown);
const REVOKED: Result<(), Reason> = Err(Reason::Revoked);

#[test]
fn a_list_tells_good_from_revoked() {
    let (root, alice) = alice();
    assert_eq!(outcome(&root, &alice, &[]), UNKNOWN);
    assert_eq!(
        outcome(&root, &alice, &[ListTemplate::new().revoked(8)]),
        Ok(())
    );
    assert_eq!(
        outcome(&root, &alice, &[ListTemplate::new().revoked(6).revoked(7)]),
        REVOKED
    );
}

#[test]
fn every_certificate_below_the_anchor_must_be_covered() {
    let root = Authority::root("Root", 1);
    let sub = root.authority("Sub", 2);
    let alice = sub.user("Alice");
    let from = |authority: &Authority| authority.crl(&ListTemplate::new().revoked(99));
    let judge = |crls: &[Crl]| outcome_with(&root, &[&sub.certificate], &alice, crls);
    assert_eq!(judge(&[from(&root)]), UNKNOWN);
    assert_eq!(judge(&[from(&sub)]), UNKNOWN);
    assert_eq!(judge(&[from(&root), from(&sub)]), Ok(()));
    let revoking = root.crl(&ListTemplate::new().revoked(1));
    assert_eq!(judge(&[revoking, from(&sub)]), REVOKED);
}

#[test]
fn a_list_holds_from_this_update_to_next_update() {
    let (root, alice) = alice();
    let judge = |this: i64, next: Option<i64>| {
        let list = ListTemplate::new().updates(UnixTime(this), next.map(UnixTime));
        outcome(&root, &alice, &[list])
    };
    assert_eq!(judge(NOW.0, Some(NOW.0)), Ok(()));
    assert_eq!(judge(NOW.0 - 9, Some(NOW.0 - 1)), UNKNOWN);
    let apart = NOW.0 + CLOCKS_APART_SECONDS_MAX;
    assert_eq!(judge(apart, Some(apart + 9)), Ok(()));
    assert_eq!(judge(apart + 1, Some(apart + 9)), UNKNOWN);
    assert_eq!(judge(NOW.0, None), UNKNOWN);
}

#[test]
fn the_newer_of_two_lists_speaks() {
    let (root, alice) = alice();
    let at = |this: i64| ListTemplate::new().updates(UnixTime(this), Some(UnixTime(NOW.0 + 1)));
    let (older, newer) = (NOW.0 - 1, NOW.0);
    assert_eq!(
        outcome(&root, &alice, &[at(older).revoked(7), at(newer)]),
        Ok(())
    );
    assert_eq!(
        outcome(&root, &alice, &[at(older), at(newer).revoked(7)]),
        REVOKED
    );
}

/// RFC 5280 §5.2.3.
#[test]
fn of_two_lists_of_one_second_the_higher_number_speaks() {
    let (root, alice) = alice();
    let numbered = |number| ListTemplate::new().number(number);
    let (older, newer) = (numbered(255), numbered(256).revoked(7));
    assert_eq!(outcome(&root, &alice, &[older, newer]), REVOKED);
    let (older, newer) = (numbered(255), numbered(256).revoked(7));
    assert_eq!(outcome(&root, &alice, &[newer, older]), REVOKED);
}

#[test]
fn only_the_issuer_with_the_right_key_and_usage_signs_lists() {
    let (root, alice) = alice();
    let impostor = Authority::root("Root", 9);
    let forged = impostor.crl(&ListTemplate::new());
    assert_eq!(outcome_with(&root, &[], &alice, &[forged]), UNKNOWN);

    let key = Key::new(3);
    let mute = root.authority_from(
        Template::authority("Mute", &key).key_usage(0b0000_0100),
        key,
    );
    let bob = mute.user("Bob");
    let crls = [
        root.crl(&ListTemplate::new()),
        mute.crl(&ListTemplate::new()),
    ];
    assert_eq!(
        outcome_with(&root, &[&mute.certificate], &bob, &crls),
        UNKNOWN
    );
}

#[test]
fn a_key_of_its_own_may_sign_the_lists_if_it_has_a_path() {
    let root = Authority::root("Root", 1);
    let sub = root.authority("Sub", 2);
    let alice = sub.issue(&Template::user("Alice", &Key::new(3)).serial(7));
    let key = Key::new(4);
    let for_lists = Template::user("Sub", &key).key_usage(0b0000_0010).serial(5);
    let for_lists = root.authority_from(for_lists, key);
    let judge = |offered: &[&Certificate], roots_list: &ListTemplate| {
        let crls = [root.crl(roots_list), for_lists.crl(&ListTemplate::new())];
        outcome_with(&root, offered, &alice, &crls)
    };
    let both = [&sub.certificate, &for_lists.certificate];
    assert_eq!(judge(&both, &ListTemplate::new()), Ok(()));
    assert_eq!(judge(&both, &ListTemplate::new().revoked(5)), UNKNOWN);
    assert_eq!(judge(&both[..1], &ListTemplate::new()), UNKNOWN);
}

#[test]
fn no_list_vouches_for_its_own_signer() {
    let root = Authority::root("Root", 1);
    let key = Key::new(4);
    let template = Template::user("Root", &key)
        .key_usage(0b0000_0010)
        .serial(5);
    let for_lists = root.authority_from(template, key);
    let alice = root.user("Alice");
    let crls = [for_lists.crl(&ListTemplate::new())];
    assert_eq!(
        outcome_with(&root, &[&for_lists.certificate], &alice, &crls),
        UNKNOWN
    );
}

#[test]
fn scope_limits_what_a_list_covers() {
    let (root, alice) = alice();
    let flag = |number| Writer::new().element(tag::context_primitive(number), &[0xff]);
    let judge = |scope: Writer| outcome(&root, &alice, &[ListTemplate::new().scope(scope)]);
    assert_eq!(judge(Writer::new()), Ok(()));
    assert_eq!(judge(flag(1)), Ok(()));
    assert_eq!(judge(flag(2)), UNKNOWN);
    assert_eq!(judge(flag(5)), UNKNOWN);
    let uri = Writer::new().element(tag::context_primitive(6), b"http://lists.example/1");
    let full_name = Writer::new()
        .raw(&uri.wrap(tag::context(0)))
        .wrap(tag::context(0));
    assert_eq!(judge(Writer::new().raw(&full_name)), UNKNOWN);
}

/// One distribution point: the full name's content, reasons, CRL issuer.
fn point(full_name: &[u8], reasons: Option<&[u8]>, issuer: Option<&[u8]>) -> Vec<u8> {
    let mut point = Writer::new();
    if !full_name.is_empty() {
        let names = Writer::new().raw(full_name).wrap(tag::context(0));
        point = point.raw(&Writer::new().raw(&names).wrap(tag::context(0)));
    }
    if let Some(reasons) = reasons {
        point = point.element(tag::context_primitive(1), reasons);
    }
    if let Some(issuer) = issuer {
        let directory_name = Writer::new().raw(issuer).wrap(tag::context(4));
        point = point.raw(&Writer::new().raw(&directory_name).wrap(tag::context(2)));
    }
    point.sequence()
}

#[test]
fn a_list_at_a_named_point_covers_who_names_the_point() {
    let root = Authority::root("Root", 1);
    let uri = |text: &str| {
        Writer::new()
            .element(tag::context_primitive(6), text.as_bytes())
            .into_bytes()
    };
    let (here, there) = (uri("http://lists.example/1"), uri("http://lists.example/2"));
    let points = Writer::new().raw(&point(&here, None, None)).sequence();
    let template = Template::user("Alice", &Key::new(2)).serial(7);
    let alice = root.issue(&template.with(oid::CRL_DISTRIBUTION_POINTS, false, &points));
    let list_at = |name: &[u8]| {
        let names = Writer::new().raw(name).wrap(tag::context(0));
        ListTemplate::new()
            .scope(Writer::new().raw(&Writer::new().raw(&names).wrap(tag::context(0))))
    };
    assert_eq!(outcome(&root, &alice, &[list_at(&here)]), Ok(()));
    assert_eq!(
        outcome(&root, &alice, &[list_at(&here).revoked(7)]),
        REVOKED
    );
    assert_eq!(outcome(&root, &alice, &[list_at(&there)]), UNKNOWN);
}

#[test]
fn lists_for_some_reasons_must_cover_all_together() {
    let (root, alice) = alice();
    let list_for = |bits: &[u8]| {
        ListTemplate::new().scope(Writer::new().element(tag::context_primitive(3), bits))
    };
    let compromise = list_for(&[5, 0b0110_0000]);
    let others = list_for(&[7, 0b0001_1111, 0b1000_0000]);
    assert_eq!(
        outcome(&root, &alice, std::slice::from_ref(&compromise)),
        UNKNOWN
    );
    assert_eq!(
        outcome(&root, &alice, &[compromise.clone(), others.clone()]),
        Ok(())
    );
    assert_eq!(
        outcome(&root, &alice, &[compromise, others.revoked(7)]),
        REVOKED
    );
}

#[test]
fn a_delta_brings_its_base_up_to_date() {
    let (root, alice) = alice();
    let remove = extension(
        oid::REASON_CODE,
        false,
        &Writer::new().element(tag::ENUMERATED, &[8]).into_bytes(),
    );
    let base = || ListTemplate::new().number(4);
    let on_hold = base().revoked(7);
    let delta = |number| ListTemplate::new().delta_of(4).number(number);
    assert_eq!(
        outcome(&root, &alice, &[base(), delta(5).revoked(7)]),
        REVOKED
    );
    assert_eq!(
        outcome(&root, &alice, &[on_hold, delta(5).entry(7, &[remove])]),
        Ok(())
    );
    assert_eq!(outcome(&root, &alice, &[delta(5)]), UNKNOWN);
    let older_base = ListTemplate::new().number(3);
    assert_eq!(
        outcome(&root, &alice, &[older_base, delta(5).revoked(7)]),
        Ok(())
    );
    assert_eq!(
        outcome(&root, &alice, &[base(), delta(4).revoked(7)]),
        Ok(())
    );
}

#[test]
fn an_indirect_list_names_the_issuer_of_each_entry() {
    let root = Authority::root("Root", 1);
    let clerk = root.authority("Clerk", 2);
    let points = Writer::new()
        .raw(&point(&[], None, Some(&clerk.name)))
        .sequence();
    let template = Template::user("Alice", &Key::new(3)).serial(7);
    let alice = root.issue(&template.with(oid::CRL_DISTRIBUTION_POINTS, false, &points));
    let issued_by = |issuer: &[u8]| {
        let directory_name = Writer::new().raw(issuer).wrap(tag::context(4));
        let names = Writer::new().raw(&directory_name).sequence();
        extension(oid::CERTIFICATE_ISSUER, true, &names)
    };
    let indirect =
        || ListTemplate::new().scope(Writer::new().element(tag::context_primitive(4), &[0xff]));
    let judge = |list: &ListTemplate| {
        let crls = [
            root.crl(&ListTemplate::new().scope(only_authorities())),
            clerk.crl(list),
        ];
        outcome_with(&root, &[&clerk.certificate], &alice, &crls)
    };
    assert_eq!(judge(&indirect()), Ok(()));
    assert_eq!(judge(&indirect().entry(7, &[])), Ok(()));
    assert_eq!(
        judge(&indirect().entry(7, &[issued_by(&root.name)])),
        REVOKED
    );
    let carried = indirect().entry(6, &[issued_by(&root.name)]).revoked(7);
    assert_eq!(judge(&carried), REVOKED);
    assert_eq!(
        judge(&indirect().entry(7, &[issued_by(&name("Other"))])),
        Ok(())
    );
    assert_eq!(judge(&ListTemplate::new()), UNKNOWN);
}

fn only_authorities() -> Writer {
    Writer::new().element(tag::context_primitive(2), &[0xff])
}

#[test]
fn what_is_critical_and_unknown_spoils_the_list() {
    let (root, alice) = alice();
    let unknown = extension(oid::DATA, true, &[5, 0]);
    let spoilt = ListTemplate::new().with(oid::DATA, true, &[5, 0]);
    assert_eq!(outcome(&root, &alice, &[spoilt]), UNKNOWN);
    assert_eq!(
        outcome(&root, &alice, &[ListTemplate::new().entry(8, &[unknown])]),
        UNKNOWN
    );
    let uncritical = ListTemplate::new().with(oid::DATA, false, &[5, 0]);
    assert_eq!(outcome(&root, &alice, &[uncritical]), Ok(()));
}

#[test]
fn a_long_list_is_read_and_a_too_long_one_given_up() {
    let (root, alice) = alice();
    let list = (100..20_100).fold(ListTemplate::new(), ListTemplate::revoked);
    let crls = [root.crl(&list)];
    let mut builder = PathBuilder {
        anchors: vec![&root.certificate],
        crls: Some(&crls),
        ..PathBuilder::default()
    };
    assert!(builder.build(&alice, NOW, &provider()).is_ok());
    builder.budget.crl_entries = 19_999;
    let error = builder.build(&alice, NOW, &provider()).unwrap_err();
    assert_eq!(error.reason, Reason::LimitExceeded);
}

/// The lists of each authority are signed by a key that the next authority certified: a path in a
/// path in a path.
#[test]
fn signers_of_signers_end_at_a_depth() {
    let root = Authority::root("Root", 1);
    let judge = |depth: usize| {
        let authorities: Vec<Authority> = (2..)
            .take(depth + 1)
            .map(|seed| root.authority(&format!("CA {seed}"), seed))
            .collect();
        let mut certificates: Vec<_> = authorities
            .iter()
            .map(|authority| authority.certificate.clone())
            .collect();
        let mut crls = vec![root.crl(&ListTemplate::new())];
        for (seed, pair) in (2..).zip(authorities.windows(2)) {
            let key = Key::new(100 + seed);
            let template = Template::user(&format!("CA {seed}"), &key).key_usage(0b0000_0010);
            let for_lists = pair[1].authority_from(template, key);
            crls.push(for_lists.crl(&ListTemplate::new()));
            certificates.push(for_lists.certificate);
        }
        crls.push(authorities[depth].crl(&ListTemplate::new()));
        let alice = authorities[0].user("Alice");
        let offered: Vec<_> = certificates.iter().collect();
        outcome_with(&root, &offered, &alice, &crls)
    };
    let deepest = PathBuilder::default().budget.crl_signer_depth;
    assert_eq!(judge(deepest), Ok(()));
    assert_eq!(judge(deepest + 1), UNKNOWN);
}

#[test]
fn each_certificate_of_a_path_is_told_apart() {
    use RevocationStatus::{Good, Revoked, Unknown};
    let root = Authority::root("Root", 1);
    let sub = root.authority("Sub", 2);
    let alice = sub.issue(&Template::user("Alice", &Key::new(3)).serial(7));
    let path = [alice, sub.certificate.clone(), root.certificate.clone()];
    let judge = |lists: &[Crl]| {
        let known: Vec<_> = lists.iter().cloned().map(RevocationInfo::Crl).collect();
        revocation_of(&path, &known, NOW, &provider())
    };
    let of_root = root.crl(&ListTemplate::new());
    let of_sub = sub.crl(&ListTemplate::new().revoked(7));
    assert_eq!(judge(&[]), [Unknown, Unknown]);
    assert_eq!(judge(std::slice::from_ref(&of_root)), [Unknown, Good]);
    assert_eq!(judge(std::slice::from_ref(&of_sub)), [Revoked, Unknown]);
    assert_eq!(judge(&[of_root, of_sub]), [Revoked, Good]);
    let nobody = revocation_of(&path[2..], &[], NOW, &provider());
    assert!(nobody.is_empty(), "an anchor is not asked about");
}

mod ocsp {
    use super::*;
    use crate::chain::forge::ocsp_response;
    use crate::revocation::RESPONDERS_MAX;
    use crate::{ENDLESS_ANSWER_SECONDS, OcspResponse};

    const GOOD: &[u8] = &[0x80, 0];
    const NOT_KNOWN: &[u8] = &[0x82, 0];
    const LATER: UnixTime = UnixTime(NOW.0 + 60);

    fn revoked() -> Vec<u8> {
        let time = Writer::new().element(tag::GENERALIZED_TIME, b"20260101000000Z");
        time.wrap(tag::context(1))
    }

    fn outcome_by(
        root: &Authority,
        alice: &Certificate,
        crls: &[Crl],
        response: OcspResponse,
    ) -> Result<(), Reason> {
        let responses = [response];
        let builder = PathBuilder {
            anchors: vec![&root.certificate],
            crls: Some(crls),
            responses: &responses,
            ..PathBuilder::default()
        };
        builder
            .build(alice, NOW, &provider())
            .map(|_| ())
            .map_err(|error| error.reason)
    }

    #[test]
    fn the_issuer_answers() {
        let (root, alice) = alice();
        let judge = |status: &[u8], until, crls: &[Crl]| {
            let response = ocsp_response(&root, &alice, status, until, (&root.key, &[]));
            outcome_by(&root, &alice, crls, response)
        };
        let list = [root.crl(&ListTemplate::new())];
        assert_eq!(judge(GOOD, LATER, &[]), Ok(()));
        assert_eq!(judge(&revoked(), LATER, &list), REVOKED);
        assert_eq!(judge(NOT_KNOWN, LATER, &[]), UNKNOWN);
        assert_eq!(judge(NOT_KNOWN, LATER, &list), Ok(()));
        assert_eq!(judge(GOOD, UnixTime(NOW.0 - 1), &[]), UNKNOWN);
    }

    /// The mail of a thief brings what still speaks well of the certificate.
    #[test]
    fn a_good_answer_does_not_outweigh_a_list_or_another_answer() {
        let (root, alice) = alice();
        let response =
            |status: &[u8]| ocsp_response(&root, &alice, status, LATER, (&root.key, &[]));
        let path = [alice.clone(), root.certificate.clone()];
        let judge = |known: [RevocationInfo; 2]| revocation_of(&path, &known, NOW, &provider());
        let good = || RevocationInfo::Ocsp(response(GOOD));
        let list = root.crl(&ListTemplate::new().revoked(7));
        let revoking = [
            RevocationInfo::Crl(list),
            RevocationInfo::Ocsp(response(&revoked())),
        ];
        for revoking in revoking {
            assert_eq!(judge([good(), revoking]), [RevocationStatus::Revoked]);
        }
    }

    #[test]
    fn only_so_many_responders_are_tried() {
        let (root, alice) = alice();
        let key = Key::new(5);
        let template = Template::user("Responder", &key)
            .extended_key_usage(&[oid::OCSP_SIGNING])
            .with(oid::OCSP_NO_CHECK, false, &[5, 0]);
        let responder = root.issue(&template);
        let judge = |others: usize| {
            let mut certificates = vec![&alice; others];
            certificates.push(&responder);
            let signer = (&key, &certificates[..]);
            outcome_by(
                &root,
                &alice,
                &[],
                ocsp_response(&root, &alice, GOOD, LATER, signer),
            )
        };
        assert_eq!(judge(RESPONDERS_MAX - 1), Ok(()));
        assert_eq!(judge(RESPONDERS_MAX), UNKNOWN);
    }

    #[test]
    fn an_answer_without_an_end_holds_for_a_while() {
        let (root, alice) = alice();
        let response = ocsp_response(&root, &alice, GOOD, None, (&root.key, &[]));
        let path = [alice, root.certificate.clone()];
        let judge = |after: i64| {
            let now = UnixTime(NOW.0 + after);
            let known = [RevocationInfo::Ocsp(response.clone())];
            revocation_of(&path, &known, now, &provider())
        };
        assert_eq!(judge(ENDLESS_ANSWER_SECONDS), [RevocationStatus::Good]);
        assert_eq!(
            judge(ENDLESS_ANSWER_SECONDS + 1),
            [RevocationStatus::Unknown]
        );
        assert_eq!(judge(-CLOCKS_APART_SECONDS_MAX), [RevocationStatus::Good]);
        assert_eq!(
            judge(-CLOCKS_APART_SECONDS_MAX - 1),
            [RevocationStatus::Unknown]
        );
    }

    #[test]
    fn an_answer_holds_for_one_certificate_of_one_issuer() {
        let (root, alice) = alice();
        let bob = root.issue(&Template::user("Bob", &Key::new(2)).serial(8));
        let about_bob = ocsp_response(&root, &bob, GOOD, LATER, (&root.key, &[]));
        assert_eq!(outcome_by(&root, &alice, &[], about_bob), UNKNOWN);
        let other = Authority::root("Root", 9);
        let of_other = ocsp_response(&other, &alice, GOOD, LATER, (&root.key, &[]));
        assert_eq!(outcome_by(&root, &alice, &[], of_other), UNKNOWN);
    }

    #[test]
    fn a_responder_answers_if_the_issuer_certified_it_for_that() {
        let (root, alice) = alice();
        let key = Key::new(5);
        let judge = |issuer: &Authority, template: Template| {
            let certificate = issuer.issue(&template);
            let signer = (&key, &[&certificate][..]);
            let response = ocsp_response(&root, &alice, GOOD, LATER, signer);
            outcome_by(&root, &alice, &[], response)
        };
        let responder = || {
            Template::user("Responder", &key)
                .extended_key_usage(&[oid::OCSP_SIGNING])
                .with(oid::OCSP_NO_CHECK, false, &[5, 0])
        };
        assert_eq!(judge(&root, responder()), Ok(()));
        assert_eq!(
            judge(&root, responder().without(oid::OCSP_NO_CHECK)),
            UNKNOWN
        );
        assert_eq!(
            judge(&root, responder().without(oid::EXTENDED_KEY_USAGE)),
            UNKNOWN
        );
        let mut expired = responder();
        expired.not_after = UnixTime(NOW.0 - 1);
        assert_eq!(judge(&root, expired), UNKNOWN);
        assert_eq!(judge(&Authority::root("Other", 6), responder()), UNKNOWN);
        let stranger = ocsp_response(&root, &alice, GOOD, LATER, (&Key::new(7), &[]));
        assert_eq!(outcome_by(&root, &alice, &[], stranger), UNKNOWN);
    }
}

/// Whatever is changed, reading ends in a value or an error: never in a panic, never in a long time.
#[test]
fn altered_objects_are_read_or_refused() {
    use crate::chain::Link;
    use crate::chain::forge::ocsp_response;

    let root = Authority::root("Root", 1);
    let alice = root.issue(
        &Template::user("Alice", &Key::new(2))
            .address("alice@example.org")
            .mailboxes(&["example.org"], &[".example.com"])
            .policies(&[oid::ANY_POLICY])
            .with(oid::CRL_DISTRIBUTION_POINTS, false, &{
                Writer::new()
                    .raw(&point(&[], Some(&[1, 6]), Some(&root.name)))
                    .sequence()
            }),
    );
    let list = root.crl(
        &ListTemplate::new()
            .revoked(7)
            .number(3)
            .delta_of(2)
            .scope(only_authorities()),
    );
    let until = UnixTime(NOW.0 + 1);
    let response = ocsp_response(&root, &alice, &[0x80, 0], until, (&root.key, &[&alice]));
    let read = |der: &[u8]| {
        let link = Link::read(der).map(|link| super::point::DistributionPoint::of(&link).is_ok());
        let list = super::List::read(der).map(|list| {
            list.look_up(&[7], &list.issuer, &mut crate::Budget::default())
                .is_ok()
        });
        let response = super::Response::read(der).map(|response| response.responders().count());
        (link.is_ok(), list.is_ok(), response.is_ok())
    };
    assert_eq!(read(alice.der()), (true, false, false));
    assert_eq!(read(list.der()), (false, true, false));
    assert_eq!(read(response.der()), (false, false, true));
    for der in [alice.der(), list.der(), response.der()] {
        for index in 0..der.len() {
            assert_eq!(read(&der[..index]), (false, false, false), "cut at {index}");
            for value in [
                0,
                1,
                0x30,
                0x7f,
                0x80,
                0xff,
                der[index] ^ 1,
                der[index] ^ 0x20,
            ] {
                let mut altered = der.to_vec();
                altered[index] = value;
                read(&altered);
            }
        }
    }
}
