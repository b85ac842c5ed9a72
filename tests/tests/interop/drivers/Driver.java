// BouncyCastle, asked line by line; see peer/driven.rs for the questions.

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSCompressedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.KeyTransRecipientInformation;
import org.bouncycastle.cms.PasswordRecipient;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcePasswordRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.ZlibCompressor;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.util.Store;

public class Driver {
    private static final String BC = "BC";

    private static final Map<String, ASN1ObjectIdentifier> CIPHERS = Map.of(
        "aes-128-cbc", CMSAlgorithm.AES128_CBC,
        "aes-192-cbc", CMSAlgorithm.AES192_CBC,
        "aes-256-cbc", CMSAlgorithm.AES256_CBC,
        "aes-128-gcm", CMSAlgorithm.AES128_GCM,
        "aes-256-gcm", CMSAlgorithm.AES256_GCM,
        "3des-cbc", CMSAlgorithm.DES_EDE3_CBC);

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            System.out.println(answer(line.split("\t", -1)));
        }
    }

    private static String answer(String[] words) {
        try {
            switch (words[0]) {
                case "sign" -> sign(words);
                case "verify" -> verify(words);
                case "encrypt" -> encrypt(words);
                case "decrypt" -> decrypt(words);
                case "write" -> write(words);
                default -> throw new IllegalArgumentException(words[0]);
            }
            return "ok";
        } catch (Exception | LinkageError error) {
            String cause = error.getCause() == null ? "" : " (" + error.getCause() + ")";
            return ("error " + error + cause).replace('\n', ' ');
        }
    }

    private static void sign(String[] words) throws Exception {
        X509Certificate certificate = certificate(words[1]);
        PrivateKey key = key(words[2], certificate);
        String digest = words[4].toUpperCase();
        String algorithm = switch (words[3]) {
            case "rsa-pkcs1" -> digest + "withRSA";
            case "rsa-pss" -> digest + "withRSAandMGF1";
            case "ecdsa" -> digest + "withECDSA";
            default -> "Ed25519";
        };
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
            .setProvider(BC).build(algorithm, key, certificate));
        generator.addCertificate(new X509CertificateHolder(certificate.getEncoded()));
        CMSProcessableByteArray content = new CMSProcessableByteArray(read(words[6]));
        CMSSignedData signed = generator.generate(content, words[5].equals("opaque"));
        write(words[7], signed.getEncoded());
    }

    private static void verify(String[] words) throws Exception {
        boolean isDetached = !words[3].isEmpty();
        CMSSignedData signed = isDetached
            ? new CMSSignedData(new CMSProcessableByteArray(read(words[3])), read(words[2]))
            : new CMSSignedData(read(words[2]));
        Store<X509CertificateHolder> certificates = signed.getCertificates();
        for (SignerInformation signer : signed.getSignerInfos()) {
            X509CertificateHolder holder =
                (X509CertificateHolder) certificates.getMatches(signer.getSID()).iterator().next();
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(holder);
            certificate.checkValidity();
            certificate.verify(certificate(words[1]).getPublicKey());
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider(BC).build(certificate))) {
                throw new IllegalStateException("the signature is not valid");
            }
        }
        write(words[4], (byte[]) signed.getSignedContent().getContent());
    }

    private static void encrypt(String[] words) throws Exception {
        X509Certificate certificate = certificate(words[1]);
        ASN1ObjectIdentifier cipher = CIPHERS.get(words[3]);
        if (cipher == null) {
            throw new UnsupportedOperationException("no name for the cipher " + words[3]);
        }
        RecipientInfoGenerator recipient = recipient(certificate, words[2]);
        CMSProcessableByteArray content = new CMSProcessableByteArray(read(words[4]));
        OutputEncryptor encryptor = new JceCMSContentEncryptorBuilder(cipher).setProvider(BC).build();
        byte[] object;
        if (words[3].endsWith("-gcm")) {
            CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(recipient);
            object = generator.generate(content, (OutputAEADEncryptor) encryptor).getEncoded();
        } else {
            CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(recipient);
            object = generator.generate(content, encryptor).getEncoded();
        }
        write(words[5], object);
    }

    private static RecipientInfoGenerator recipient(X509Certificate certificate, String transport) throws Exception {
        switch (transport) {
            case "rsa-pkcs1":
                return new JceKeyTransRecipientInfoGenerator(certificate).setProvider(BC);
            case "rsa-oaep":
                AlgorithmParameterSpec oaep = new OAEPParameterSpec(
                    "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
                AlgorithmIdentifier algorithm = new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(
                    new ASN1ObjectIdentifier("1.2.840.113549.1.1.7"), oaep);
                return new JceKeyTransRecipientInfoGenerator(certificate, algorithm).setProvider(BC);
            case "ecdh":
                KeyPair ephemeral = ephemeralLike(certificate);
                return new JceKeyAgreeRecipientInfoGenerator(
                    CMSAlgorithm.ECDH_SHA256KDF, ephemeral.getPrivate(), ephemeral.getPublic(),
                    CMSAlgorithm.AES256_WRAP).addRecipient(certificate).setProvider(BC);
            default:
                throw new UnsupportedOperationException("no recipient for " + transport);
        }
    }

    private static KeyPair ephemeralLike(X509Certificate certificate) throws Exception {
        int bits = ((java.security.interfaces.ECPublicKey) certificate.getPublicKey())
            .getParams().getCurve().getField().getFieldSize();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
        generator.initialize(new ECGenParameterSpec("P-" + bits));
        return generator.generateKeyPair();
    }

    private static void decrypt(String[] words) throws Exception {
        PrivateKey key = key(words[2], certificate(words[1]));
        byte[] object = read(words[3]);
        boolean isAuthenticated = ContentInfo.getInstance(object).getContentType()
            .equals(CMSObjectIdentifiers.authEnvelopedData);
        RecipientInformationStore recipients = isAuthenticated
            ? new CMSAuthEnvelopedData(object).getRecipientInfos()
            : new CMSEnvelopedData(object).getRecipientInfos();
        RecipientInformation recipient = recipients.iterator().next();
        Recipient reader;
        if (!(recipient instanceof KeyTransRecipientInformation)) {
            reader = new JceKeyAgreeEnvelopedRecipient(key).setProvider(BC);
        } else if (isAuthenticated) {
            reader = new JceKeyTransAuthEnvelopedRecipient(key).setProvider(BC);
        } else {
            reader = new JceKeyTransEnvelopedRecipient(key).setProvider(BC);
        }
        write(words[4], recipient.getContent(reader));
    }

    private static void write(String[] words) throws Exception {
        X509Certificate certificate = certificate(words[2]);
        byte[] content = read(words[5]);
        byte[] object = switch (words[1]) {
            case "signed, streamed" -> streamed(certificate, key(words[3], certificate), content);
            case "signer by key identifier" -> {
                CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
                byte[] id = SubjectKeyIdentifier.fromExtensions(new X509CertificateHolder(certificate.getEncoded())
                    .getExtensions()).getKeyIdentifier();
                generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
                    .setProvider(BC).build("SHA256withRSA", key(words[3], certificate), id));
                generator.addCertificate(new X509CertificateHolder(certificate.getEncoded()));
                yield generator.generate(new CMSProcessableByteArray(content), true).getEncoded();
            }
            case "encrypted to a password" -> encrypted(content,
                new JcePasswordRecipientInfoGenerator(CMSAlgorithm.AES256_CBC, words[4].toCharArray())
                    .setProvider(BC).setPRF(PasswordRecipient.PRF.HMacSHA256));
            case "compressed and encrypted" -> encrypted(compressed(content),
                new JceKeyTransRecipientInfoGenerator(certificate).setProvider(BC));
            case "certificates only" -> {
                CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
                generator.addCertificate(new X509CertificateHolder(certificate.getEncoded()));
                yield generator.generate(new CMSAbsentContent()).getEncoded();
            }
            default -> throw new UnsupportedOperationException(words[1]);
        };
        write(words[6], object);
    }

    private static byte[] streamed(X509Certificate certificate, PrivateKey key, byte[] content) throws Exception {
        CMSSignedDataStreamGenerator generator = new CMSSignedDataStreamGenerator();
        generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
            .setProvider(BC).build("SHA256withRSA", key, certificate));
        generator.addCertificate(new X509CertificateHolder(certificate.getEncoded()));
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        try (OutputStream stream = generator.open(object, true)) {
            stream.write(content);
        }
        return object.toByteArray();
    }

    private static byte[] compressed(byte[] content) throws Exception {
        byte[] object = new CMSCompressedDataGenerator()
            .generate(new CMSProcessableByteArray(content), new ZlibCompressor()).getEncoded();
        String header = "Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n";
        return (header + Base64.getMimeEncoder().encodeToString(object) + "\r\n").getBytes();
    }

    private static byte[] encrypted(byte[] content, RecipientInfoGenerator recipient) throws Exception {
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        return generator.generate(new CMSProcessableByteArray(content),
            new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider(BC).build()).getEncoded();
    }

    private static X509Certificate certificate(String file) throws Exception {
        try (var input = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509", BC).generateCertificate(input);
        }
    }

    private static PrivateKey key(String file, X509Certificate certificate) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(file));
        String base64 = String.join("", lines.subList(1, lines.size() - 1));
        String algorithm = certificate.getPublicKey().getAlgorithm();
        return KeyFactory.getInstance(algorithm, BC)
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private static byte[] read(String file) throws Exception {
        return Files.readAllBytes(Path.of(file));
    }

    private static void write(String file, byte[] octets) throws Exception {
        Files.write(Path.of(file), octets);
    }
}
