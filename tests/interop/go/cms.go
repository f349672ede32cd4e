package main

import (
	"time"

	"github.com/emmansun/gmsm/pkcs"
	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// When messages are verified.
var messageTime = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func keyAndCertificate(secret, der []byte) (*sm2.PrivateKey, *smx509.Certificate, error) {
	key, err := sm2.NewPrivateKey(secret)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := smx509.ParseCertificate(der)
	return key, certificate, err
}

func pool(der []byte) (*smx509.CertPool, error) {
	root, err := smx509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	roots := smx509.NewCertPool()
	roots.AddCert(root)
	return roots, nil
}

// cmsSign: form (direct or attributes), place (attached or detached), content, then secret and certificate of each signer.
func cmsSign(a [][]byte) ([][]byte, error) {
	message, err := pkcs7.NewSMSignedData(a[2])
	if err != nil {
		return nil, err
	}
	for i := 3; i+1 < len(a); i += 2 {
		key, certificate, err := keyAndCertificate(a[i], a[i+1])
		if err != nil {
			return nil, err
		}
		if string(a[0]) == "direct" {
			err = message.SignWithoutAttr(certificate, key, pkcs7.SignerInfoConfig{})
		} else {
			err = message.AddSigner(certificate, key, pkcs7.SignerInfoConfig{})
		}
		if err != nil {
			return nil, err
		}
	}
	if string(a[1]) == "detached" {
		message.Detach()
	}
	return one(message.Finish())
}

// cmsVerify: root, message, content (empty: in the message); gives the content.
func cmsVerify(a [][]byte) ([][]byte, error) {
	roots, err := pool(a[0])
	if err != nil {
		return nil, err
	}
	message, err := pkcs7.Parse(a[1])
	if err != nil {
		return nil, err
	}
	if len(a[2]) > 0 {
		message.Content = a[2]
	}
	return one(message.Content, message.VerifyWithChainAtTime(roots, &messageTime))
}

// cmsEncrypt: content, then each recipient's certificate; EnvelopedData of GM/T 0010 with SM4-CBC.
func cmsEncrypt(a [][]byte) ([][]byte, error) {
	var recipients []*smx509.Certificate
	for _, der := range a[1:] {
		certificate, err := smx509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		recipients = append(recipients, certificate)
	}
	return one(pkcs7.EncryptSM(pkcs.SM4CBC, a[0], recipients))
}

// cmsDecrypt: secret, certificate, message.
func cmsDecrypt(a [][]byte) ([][]byte, error) {
	key, certificate, err := keyAndCertificate(a[0], a[1])
	if err != nil {
		return nil, err
	}
	message, err := pkcs7.Parse(a[2])
	if err != nil {
		return nil, err
	}
	return one(message.Decrypt(certificate, key))
}

// cmsSignAndEncrypt: content, signer's secret and certificate, recipient's certificate.
func cmsSignAndEncrypt(a [][]byte) ([][]byte, error) {
	message, err := pkcs7.NewSMSignedAndEnvelopedData(a[0], pkcs.SM4CBC)
	if err != nil {
		return nil, err
	}
	key, certificate, err := keyAndCertificate(a[1], a[2])
	if err != nil {
		return nil, err
	}
	if err := message.AddSigner(certificate, key); err != nil {
		return nil, err
	}
	recipient, err := smx509.ParseCertificate(a[3])
	if err != nil {
		return nil, err
	}
	if err := message.AddRecipient(recipient); err != nil {
		return nil, err
	}
	return one(message.Finish())
}

// cmsDecryptAndVerify: root of the signers, recipient's secret and certificate, message.
func cmsDecryptAndVerify(a [][]byte) ([][]byte, error) {
	roots, err := pool(a[0])
	if err != nil {
		return nil, err
	}
	key, certificate, err := keyAndCertificate(a[1], a[2])
	if err != nil {
		return nil, err
	}
	message, err := pkcs7.Parse(a[3])
	if err != nil {
		return nil, err
	}
	return one(message.DecryptAndVerify(certificate, key, func() error {
		return message.VerifyWithChainAtTime(roots, &messageTime)
	}))
}
