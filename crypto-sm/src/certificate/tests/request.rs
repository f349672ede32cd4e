//! Requests for certificates.

use super::*;

fn request() -> Request {
    let names = ["node-1.example".parse().unwrap(), "::1".parse().unwrap()];
    Request::create(
        "steel",
        Some("node"),
        "node-1",
        &names,
        Purpose::Server,
        &key(60),
        &mut rng(),
    )
    .unwrap()
}

#[test]
fn a_request_says_who_asks_and_is_answered_as_the_authority_decides() {
    let request = request();
    assert_eq!(Request::from_der(request.to_der()), Ok(request.clone()));
    assert_eq!(Request::from_pem(&request.to_pem()), Ok(request.clone()));
    assert_eq!(request.subject_name(), "CN=node-1,OU=node,O=steel,C=CN");
    assert_eq!(request.subject().common_name.as_deref(), Some("node-1"));
    assert_eq!(request.alternative_names().len(), 2);
    assert_eq!(request.public_key(), key(60).public_key());
    let issuer = authority("steel", 1);
    let certificate = issuer
        .issue_member(
            "operations",
            "li-na",
            request.public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    assert_eq!(certificate.verify_key(&key(60)), Ok(()));
    assert!(certificate.alternative_names().is_empty());
    for purpose in [Purpose::Signing, Purpose::Encryption, Purpose::Authority] {
        let plain = Request::create("示范", None, "王芳", &[], purpose, &key(7), &mut rng());
        assert_eq!(plain.unwrap().subject_name(), "CN=王芳,O=示范,C=CN");
    }
    let refused = Request::create("", None, "x", &[], Purpose::Signing, &key(7), &mut rng());
    assert_eq!(refused.map_err(|error| error.code()), Err("HT-CRY-028"));
}

#[test]
fn a_request_that_was_changed_or_signed_by_another_is_refused() {
    let request = request();
    let der = request.to_der();
    let mut signature_refused = 0;
    for position in 0..der.len() {
        let mut changed = der.to_vec();
        changed[position] ^= 0x01;
        match Request::from_der(&changed) {
            Ok(_) => panic!("byte {position}"),
            Err(Error::RequestSignature { .. }) => signature_refused += 1,
            Err(_) => {}
        }
    }
    assert!(signature_refused > 60, "{signature_refused}");
    for length in 0..der.len() {
        assert_eq!(
            Request::from_der(&der[..length]),
            Err(Error::RequestEncoding)
        );
    }
    assert_eq!(
        Request::from_der(&[der, &[0]].concat()),
        Err(Error::RequestEncoding)
    );
    // Signed under another user id, as OpenSSL does unless it is told otherwise.
    let signed = CertReq::from_der(der).unwrap();
    let resign = |user_id: &[u8], edit: &dyn Fn(&mut CertReq)| {
        let mut request = signed.clone();
        edit(&mut request);
        let content = request.info.to_der().unwrap();
        let signature = key(60).sign(user_id, &[&content], &mut rng()).unwrap();
        request.signature = BitString::from_bytes(&signature.to_der()).unwrap();
        Request::from_der(&request.to_der().unwrap())
            .map(|_| ())
            .map_err(|error| error.code())
    };
    assert_eq!(resign(USER_ID, &|_| {}), Ok(()));
    assert_eq!(resign(b"", &|_| {}), Err("HT-CRY-057"));
    // Another algorithm, with a right signature.
    let ecdsa = |request: &mut CertReq| {
        request.algorithm.oid = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
    };
    assert_eq!(resign(USER_ID, &ecdsa), Err("HT-CRY-016"));
    // The extension request doubled: two answers to one question.
    let doubled = |request: &mut CertReq| {
        let attribute = request.info.attributes.iter().next().unwrap().clone();
        let mut values = attribute.values.clone();
        let other = x509_cert::request::ExtensionReq(vec![constraints(false)]);
        values
            .insert(x509_cert::der::asn1::Any::encode_from(&other).unwrap())
            .unwrap();
        let attribute = x509_cert::attr::Attribute {
            oid: attribute.oid,
            values,
        };
        request.info.attributes = vec![attribute].try_into().unwrap();
    };
    assert_eq!(resign(USER_ID, &doubled), Err("HT-CRY-056"));
    let malformed = |request: &mut CertReq| {
        let extension = Extension {
            extn_id: SubjectAltName::OID,
            critical: false,
            extn_value: OctetString::new([0x30, 0x01]).unwrap(),
        };
        let wanted = x509_cert::request::ExtensionReq(vec![extension]);
        request.info.attributes = vec![wanted.try_into().unwrap()].try_into().unwrap();
    };
    assert_eq!(resign(USER_ID, &malformed), Err("HT-CRY-018"));
    // None at all is fine.
    let none = |request: &mut CertReq| request.info.attributes = Default::default();
    assert_eq!(resign(USER_ID, &none), Ok(()));
}

use x509_cert::request::CertReq;
