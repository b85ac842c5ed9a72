#!/usr/bin/env bash
# Makes the keys and seeds of the fuzz targets afresh, with OpenSSL; some need the new one that `xtask/openssl` builds.
set -euo pipefail
cd "$(dirname "$0")"
new=${SEALGATE_OPENSSL:-../target/openssl/apps/openssl}
rm -rf keys seeds
mkdir -p keys seeds/{mime,cms,certificate,pkcs12,pipeline}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days 36500 -subj '/O=Fuzz/CN=Fuzz CA' \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$work/ca.key" -out keys/ca.pem
touch "$work/index"
openssl ca -gencrl -config <(printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s\ndefault_md=sha256\n' "$work/index") \
    -crldays 36500 -keyfile "$work/ca.key" -cert keys/ca.pem -out "$work/crl.pem"

# Name, address, key usage, and how the key is made.
certify() {
    local name=$1 address=$2 usage=$3
    shift 3
    openssl genpkey -algorithm "$@" -out "keys/$name.key"
    openssl pkey -in "keys/$name.key" -pubout -out "$work/$name.pub"
    openssl req -new -key "$work/ca.key" -subj "/CN=$name" -out "$work/request"
    printf 'subjectAltName=email:%s\nkeyUsage=%s\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n' \
        "$address" "$usage" > "$work/extensions"
    openssl x509 -req -in "$work/request" -force_pubkey "$work/$name.pub" -CA keys/ca.pem -CAkey "$work/ca.key" \
        -days 36500 -sha256 -extfile "$work/extensions" -out "keys/$name.pem"
}
certify rsa bob@acme.test digitalSignature,keyEncipherment RSA -pkeyopt rsa_keygen_bits:2048
certify p256 bob@acme.test digitalSignature,keyAgreement EC -pkeyopt ec_paramgen_curve:P-256
certify x25519 bob@acme.test keyAgreement X25519
certify partner alice@partner.test digitalSignature,keyAgreement EC -pkeyopt ec_paramgen_curve:P-256

header=$'From: alice@partner.test\r\nTo: bob@acme.test\r\nSubject: Hello\r\nMessage-ID: <1@partner.test>\r\n'
text=$'Content-Type: text/plain\r\n\r\nHello Bob\r\n'
mixed=$'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'$text$'--b\r\nContent-Type: message/rfc822\r\n\r\n'
mixed+=$header$text$'\r\n--b\r\nContent-Type: image/png; name*=utf-8\'\'%C3%A4.png\r\nContent-Transfer-Encoding: base64\r\n'
mixed+=$'Content-Disposition: attachment\r\n\r\niVBORw0KGgo=\r\n--b--\r\n'
printf '%s' "$text" > "$work/text"
printf '%s%s' "$header" "$text" > seeds/mime/text.eml
printf '%s%s' "$header" "$mixed" > seeds/mime/mixed.eml
printf '%sContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe=\r\n!\r\n' \
    "$header" > seeds/mime/quoted.eml
cp seeds/mime/mixed.eml seeds/pipeline/plain.eml
hidden=$'From: Alice <alice@partner.test>\r\nTo: bob@acme.test\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@partner.test>\r\n'
hidden+=$'HP-Outer: Subject: [...]\r\nHP-Outer: To: bob@acme.test\r\nContent-Type: multipart/alternative; boundary=h; hp="cipher"\r\n\r\n'
hidden+=$'--h\r\nContent-Type: text/plain; hp-legacy-display="1"\r\n\r\nSubject: x\r\n\r\nHello\r\n--h\r\nContent-Type: text/html; hp-legacy-display="1"\r\n\r\n'
hidden+=$'<body><div class="header-protection-legacy-display">Subject: x</div>Hello</body>\r\n--h--\r\n'
printf '%s' "$hidden" > seeds/mime/legacy-display.eml

sign=(openssl cms -sign -signer keys/partner.pem -inkey keys/partner.key -certfile keys/ca.pem -in "$work/text")
encrypt=(openssl cms -encrypt -binary -in "$work/text")
mail() { printf '%s' "$header"; sed 's/\r\?$/\r/'; }

"${sign[@]}" -crlfeol | mail > seeds/pipeline/signed.eml
"${sign[@]}" -nodetach -outform DER -out seeds/cms/signed.der
"${sign[@]}" -nodetach -outform DER -stream -indef -out seeds/cms/signed-ber.der
openssl cms -sign -signer keys/rsa.pem -inkey keys/rsa.key -keyopt rsa_padding_mode:pss -nodetach -in "$work/text" \
    -outform DER -out seeds/cms/signed-pss.der
"${encrypt[@]}" -aes-256-cbc -recip keys/rsa.pem -outform DER -out seeds/cms/rsa-cbc.der
"${encrypt[@]}" -aes-128-gcm -recip keys/p256.pem -outform DER -out seeds/cms/ecdh-gcm.der
"${encrypt[@]}" -aes-256-cbc -recip keys/p256.pem -keyid -outform DER -stream -indef -out seeds/cms/ecdh-ber.der
"${encrypt[@]}" -des3 -recip keys/rsa.pem -keyopt rsa_padding_mode:oaep -outform DER -out seeds/cms/oaep-3des.der
"${encrypt[@]}" -aes-128-cbc -pwri_password secret -outform DER -out seeds/cms/password.der
openssl crl2pkcs7 -certfile keys/ca.pem -in "$work/crl.pem" -outform DER -out seeds/cms/certificates.der
"${sign[@]}" -crlfeol | openssl cms -encrypt -binary -aes-256-cbc -recip keys/rsa.pem keys/p256.pem | mail \
    > seeds/pipeline/signed-encrypted.eml
"${encrypt[@]}" -aes-256-gcm -recip keys/p256.pem | mail > seeds/pipeline/encrypted.eml
# The same under another spelling of its type.
sed 's,application/pkcs7-mime,Application/X-PKCS7-MIME,' seeds/pipeline/encrypted.eml > seeds/pipeline/spelled.eml
openssl cms -encrypt -binary -in seeds/mime/legacy-display.eml -aes-256-gcm -recip keys/p256.pem | mail \
    > seeds/pipeline/header-protected.eml
# One that the managed mailbox may send and the gateway signs.
sed 's/^From: .*/From: bob@acme.test/; s/^To: .*/To: alice@partner.test/' seeds/pipeline/plain.eml \
    > seeds/pipeline/leaving.eml
# One whose client's signature is damaged and has lost its protocol.
sed 's/^From: .*/From: bob@acme.test/; s/^To: .*/To: alice@partner.test/; s/protocol="[^"]*"; //; s/^MII/MMM/' \
    seeds/pipeline/signed.eml > seeds/pipeline/signed-again.eml
cp seeds/pipeline/*.eml seeds/cms/

"$new" cms -compress -in "$work/text" -outform DER -out seeds/cms/compressed.der
for set in ML-KEM-512 ML-DSA-44; do
    "$new" genpkey -algorithm "$set" -out "$work/$set.key"
    "$new" pkey -in "$work/$set.key" -pubout -out "$work/$set.pub"
    "$new" x509 -new -subj "/CN=$set" -force_pubkey "$work/$set.pub" -CA keys/ca.pem -CAkey "$work/ca.key" -days 36500 \
        -out "$work/$set.pem"
done
"$new" cms -encrypt -in "$work/text" -aes-256-gcm -recip "$work/ML-KEM-512.pem" -outform DER -out seeds/cms/ml-kem.der
"$new" cms -sign -in "$work/text" -nodetach -nocerts -signer "$work/ML-DSA-44.pem" -inkey "$work/ML-DSA-44.key" \
    -outform DER -out seeds/cms/ml-dsa.der

for name in ca rsa p256 x25519 partner; do
    openssl x509 -in "keys/$name.pem" -outform DER -out "seeds/certificate/$name.der"
done
openssl crl -in "$work/crl.pem" -outform DER -out seeds/certificate/crl.der
openssl pkey -in keys/p256.key -outform DER -out seeds/certificate/p256-key.der
openssl pkey -in keys/x25519.key -outform DER -out seeds/certificate/x25519-key.der
openssl ec -in keys/p256.key -out seeds/certificate/p256-sec1.pem

# Few iterations, so that the fuzzer gets on.
export=(openssl pkcs12 -export -inkey keys/p256.key -in keys/p256.pem -certfile keys/ca.pem -passout pass:secret -iter 1)
"${export[@]}" -out seeds/pkcs12/aes.p12
"${export[@]}" -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -out seeds/pkcs12/3des.p12
"${export[@]}" -keypbe NONE -certpbe NONE -nomac -out seeds/pkcs12/open.p12
