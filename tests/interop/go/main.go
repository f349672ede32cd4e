// A peer of the interoperability tests: github.com/emmansun/gmsm behind one line per request (see ../src/peer.rs).
package main

import (
	"bufio"
	"crypto"
	gocipher "crypto/cipher"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/emmansun/gmsm/cipher"
	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/kdf"
	"github.com/emmansun/gmsm/padding"
	"github.com/emmansun/gmsm/pkcs"
	"github.com/emmansun/gmsm/pkcs8"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"github.com/emmansun/gmsm/smx509"
)

// An operation takes byte strings and gives byte strings; an error is a refusal.
type operation func(a [][]byte) ([][]byte, error)

var errRefused = errors.New("refused")

func one(b []byte, err error) ([][]byte, error) {
	if err != nil {
		return nil, err
	}
	return [][]byte{b}, nil
}

func truth(ok bool) ([][]byte, error) {
	if !ok {
		return nil, errRefused
	}
	return nil, nil
}

func number(b []byte) int { return int(binary.BigEndian.Uint32(b)) }

// blocks runs a block mode over a copy of the data.
func blocks(mode gocipher.BlockMode, data []byte) ([]byte, error) {
	if len(data)%mode.BlockSize() != 0 {
		return nil, errRefused
	}
	out := make([]byte, len(data))
	mode.CryptBlocks(out, data)
	return out, nil
}

func aead(name string, key []byte) (gocipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if name == "ccm" {
		return cipher.NewCCM(block)
	}
	return gocipher.NewGCM(block)
}

func sealWith(name string) operation {
	return func(a [][]byte) ([][]byte, error) {
		mode, err := aead(name, a[0])
		if err != nil {
			return nil, err
		}
		return one(mode.Seal(nil, a[1], a[3], a[2]), nil)
	}
}

func openWith(name string) operation {
	return func(a [][]byte) ([][]byte, error) {
		mode, err := aead(name, a[0])
		if err != nil {
			return nil, err
		}
		return one(mode.Open(nil, a[1], a[3], a[2]))
	}
}

func agree(a [][]byte) ([][]byte, error) {
	// role, own secret, own ephemeral secret, own id, peer public, peer ephemeral public, peer id, length
	curve := ecdh.P256()
	own, err := curve.NewPrivateKey(a[1])
	if err != nil {
		return nil, err
	}
	ownEphemeral, err := curve.NewPrivateKey(a[2])
	if err != nil {
		return nil, err
	}
	peer, err := curve.NewPublicKey(a[4])
	if err != nil {
		return nil, err
	}
	peerEphemeral, err := curve.NewPublicKey(a[5])
	if err != nil {
		return nil, err
	}
	shared, err := own.SM2MQV(ownEphemeral, peer, peerEphemeral)
	if err != nil {
		return nil, err
	}
	// GB/T 32918.3: the initiator's identity comes first, whoever calculates.
	responder := string(a[0]) == "responder"
	return one(shared.SM2SharedKey(responder, number(a[7]), own.PublicKey(), peer, a[3], a[6]))
}

func writeKey(marshal func(*sm2.PrivateKey) ([]byte, error)) operation {
	return func(a [][]byte) ([][]byte, error) {
		key, err := sm2.NewPrivateKey(a[0])
		if err != nil {
			return nil, err
		}
		return one(marshal(key))
	}
}

func secretOf(key any, err error) ([][]byte, error) {
	if err != nil {
		return nil, err
	}
	secret, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, errRefused
	}
	return one(secret.D.FillBytes(make([]byte, 32)), nil)
}

func pointOf(key any, err error) ([][]byte, error) {
	if err != nil {
		return nil, err
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return nil, errRefused
	}
	return one(uncompressed(public), nil)
}

func uncompressed(public *ecdsa.PublicKey) []byte {
	point := make([]byte, 65)
	point[0] = 4
	public.X.FillBytes(point[1:33])
	public.Y.FillBytes(point[33:])
	return point
}

// verifyChain checks a leaf against a root, the certificates between them given in any order.
func verifyChain(a [][]byte) ([][]byte, error) {
	roots, between := smx509.NewCertPool(), smx509.NewCertPool()
	root, err := smx509.ParseCertificate(a[0])
	if err != nil {
		return nil, err
	}
	roots.AddCert(root)
	leaf, err := smx509.ParseCertificate(a[1])
	if err != nil {
		return nil, err
	}
	for _, der := range a[2:] {
		certificate, err := smx509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		between.AddCert(certificate)
	}
	_, err = leaf.Verify(smx509.VerifyOptions{
		Roots:         roots,
		Intermediates: between,
		KeyUsages:     []smx509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return nil, err
}

func subject(common []byte) pkix.Name {
	return pkix.Name{Country: []string{"CN"}, Organization: []string{"steel"}, CommonName: string(common)}
}

// issue: issuer's secret, issuer's certificate (empty: self-signed), subject's point, common name, kind.
func issue(a [][]byte) ([][]byte, error) {
	key, err := sm2.NewPrivateKey(a[0])
	if err != nil {
		return nil, err
	}
	public, err := sm2.NewPublicKey(a[2])
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)),
		Subject:               subject(a[3]),
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
		SignatureAlgorithm:    smx509.SM2WithSM3,
	}
	switch string(a[4]) {
	case "authority":
		template.IsCA = true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	case "signing":
		template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
		template.DNSNames = []string{"localhost"}
	case "encryption":
		template.KeyUsage = x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment | x509.KeyUsageKeyAgreement
		template.DNSNames = []string{"localhost"}
	}
	parent := template
	if len(a[1]) > 0 {
		certificate, err := smx509.ParseCertificate(a[1])
		if err != nil {
			return nil, err
		}
		parent = certificate.ToX509()
	}
	return one(smx509.CreateCertificate(rand.Reader, template, parent, public, key))
}

func operations() map[string]operation {
	return map[string]operation{
		"sm3": func(a [][]byte) ([][]byte, error) {
			digest := sm3.Sum(a[0])
			return one(digest[:], nil)
		},
		"hmac": func(a [][]byte) ([][]byte, error) {
			mac := hmac.New(sm3.New, a[0])
			mac.Write(a[1])
			return one(mac.Sum(nil), nil)
		},
		"kdf": func(a [][]byte) ([][]byte, error) {
			return one(kdf.Kdf(sm3.New, a[0], number(a[1])), nil)
		},
		"hkdf": func(a [][]byte) ([][]byte, error) {
			// input keying material, salt, info, length
			return one(hkdf.Key(sm3.New, a[0], a[1], string(a[2]), number(a[3])))
		},
		"pbkdf2": func(a [][]byte) ([][]byte, error) {
			// password, salt, iterations, length
			return one(pbkdf2.Key(sm3.New, string(a[0]), a[1], number(a[2]), number(a[3])))
		},
		"sm4-ecb-encrypt": func(a [][]byte) ([][]byte, error) {
			block, err := sm4.NewCipher(a[0])
			if err != nil {
				return nil, err
			}
			return one(blocks(cipher.NewECBEncrypter(block), a[1]))
		},
		"sm4-ecb-decrypt": func(a [][]byte) ([][]byte, error) {
			block, err := sm4.NewCipher(a[0])
			if err != nil {
				return nil, err
			}
			return one(blocks(cipher.NewECBDecrypter(block), a[1]))
		},
		"sm4-cbc-encrypt": func(a [][]byte) ([][]byte, error) {
			block, err := sm4.NewCipher(a[0])
			if err != nil {
				return nil, err
			}
			return one(blocks(gocipher.NewCBCEncrypter(block, a[1]), padding.NewPKCS7Padding(16).Pad(a[2])))
		},
		"sm4-cbc-decrypt": func(a [][]byte) ([][]byte, error) {
			block, err := sm4.NewCipher(a[0])
			if err != nil {
				return nil, err
			}
			padded, err := blocks(gocipher.NewCBCDecrypter(block, a[1]), a[2])
			if err != nil {
				return nil, err
			}
			return one(padding.NewPKCS7Padding(16).Unpad(padded))
		},
		"sm4-ctr": func(a [][]byte) ([][]byte, error) {
			block, err := sm4.NewCipher(a[0])
			if err != nil {
				return nil, err
			}
			out := make([]byte, len(a[2]))
			gocipher.NewCTR(block, a[1]).XORKeyStream(out, a[2])
			return one(out, nil)
		},
		"sm4-gcm-seal": sealWith("gcm"),
		"sm4-gcm-open": openWith("gcm"),
		"sm4-ccm-seal": sealWith("ccm"),
		"sm4-ccm-open": openWith("ccm"),
		"sm2-public": func(a [][]byte) ([][]byte, error) {
			key, err := sm2.NewPrivateKey(a[0])
			if err != nil {
				return nil, err
			}
			return one(uncompressed(&key.PublicKey), nil)
		},
		"sm2-point": func(a [][]byte) ([][]byte, error) {
			public, err := sm2.NewPublicKey(a[0])
			if err != nil {
				return nil, err
			}
			return one(uncompressed(public), nil)
		},
		"sm2-sign": func(a [][]byte) ([][]byte, error) {
			key, err := sm2.NewPrivateKey(a[0])
			if err != nil {
				return nil, err
			}
			return one(key.Sign(rand.Reader, a[2], sm2.NewSM2SignerOption(true, a[1])))
		},
		"sm2-verify": func(a [][]byte) ([][]byte, error) {
			public, err := sm2.NewPublicKey(a[0])
			if err != nil {
				return nil, err
			}
			return truth(sm2.VerifyASN1WithSM2(public, a[1], a[2], a[3]))
		},
		"sm2-encrypt-raw": func(a [][]byte) ([][]byte, error) {
			public, err := sm2.NewPublicKey(a[0])
			if err != nil {
				return nil, err
			}
			return one(sm2.Encrypt(rand.Reader, public, a[1], sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2)))
		},
		"sm2-encrypt-der": func(a [][]byte) ([][]byte, error) {
			public, err := sm2.NewPublicKey(a[0])
			if err != nil {
				return nil, err
			}
			return one(sm2.EncryptASN1(rand.Reader, public, a[1]))
		},
		"sm2-decrypt-raw": decrypt(sm2.NewPlainDecrypterOpts(sm2.C1C3C2)),
		"sm2-decrypt-der": decrypt(sm2.ASN1DecrypterOpts),
		"sm2-agree":       agree,
		"spki-write": writeKey(func(key *sm2.PrivateKey) ([]byte, error) {
			return smx509.MarshalPKIXPublicKey(&key.PublicKey)
		}),
		"spki-read": func(a [][]byte) ([][]byte, error) { return pointOf(smx509.ParsePKIXPublicKey(a[0])) },
		"pkcs8-write": writeKey(func(key *sm2.PrivateKey) ([]byte, error) {
			return smx509.MarshalPKCS8PrivateKey(key)
		}),
		"pkcs8-read": func(a [][]byte) ([][]byte, error) { return secretOf(smx509.ParsePKCS8PrivateKey(a[0])) },
		"sec1-write": writeKey(smx509.MarshalSM2PrivateKey),
		"sec1-read": func(a [][]byte) ([][]byte, error) {
			key, err := smx509.ParseSM2PrivateKey(a[0])
			return secretOf(key, err)
		},
		"pkcs8-encrypted-write": func(a [][]byte) ([][]byte, error) {
			key, err := sm2.NewPrivateKey(a[0])
			if err != nil {
				return nil, err
			}
			form := pkcs.NewPBESEncrypter(pkcs.SM4CBC, pkcs.NewPBKDF2Opts(pkcs.SM3, 16, 2048))
			return one(pkcs8.MarshalPrivateKey(key, a[1], form))
		},
		"pkcs8-encrypted-read": func(a [][]byte) ([][]byte, error) {
			return secretOf(pkcs8.ParsePKCS8PrivateKey(a[0], a[1]))
		},
		"cms-sign":               cmsSign,
		"cms-verify":             cmsVerify,
		"cms-encrypt":            cmsEncrypt,
		"cms-decrypt":            cmsDecrypt,
		"cms-sign-and-encrypt":   cmsSignAndEncrypt,
		"cms-decrypt-and-verify": cmsDecryptAndVerify,
		"certificate-issue":      issue,
		"chain-verify":           verifyChain,
		"csr-make": func(a [][]byte) ([][]byte, error) {
			key, err := sm2.NewPrivateKey(a[0])
			if err != nil {
				return nil, err
			}
			template := &x509.CertificateRequest{Subject: subject(a[1]), SignatureAlgorithm: smx509.SM2WithSM3, DNSNames: []string{"localhost"}}
			return one(smx509.CreateCertificateRequest(rand.Reader, template, key))
		},
		"csr-verify": func(a [][]byte) ([][]byte, error) {
			request, err := smx509.ParseCertificateRequest(a[0])
			if err != nil {
				return nil, err
			}
			if err := request.CheckSignature(); err != nil {
				return nil, err
			}
			return pointOf(request.PublicKey, nil)
		},
		"crl-make": func(a [][]byte) ([][]byte, error) {
			// issuer's secret, issuer's certificate, revoked serial number
			key, err := sm2.NewPrivateKey(a[0])
			if err != nil {
				return nil, err
			}
			issuer, err := smx509.ParseCertificate(a[1])
			if err != nil {
				return nil, err
			}
			begin := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
			template := &x509.RevocationList{
				SignatureAlgorithm: smx509.SM2WithSM3,
				Number:             big.NewInt(1),
				ThisUpdate:         begin,
				NextUpdate:         time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC),
				RevokedCertificateEntries: []x509.RevocationListEntry{
					{SerialNumber: new(big.Int).SetBytes(a[2]), RevocationTime: begin, ReasonCode: 1},
				},
			}
			return one(smx509.CreateRevocationList(rand.Reader, template, issuer, key))
		},
		"crl-verify": func(a [][]byte) ([][]byte, error) {
			// issuer's certificate, list; gives the revoked serial numbers
			issuer, err := smx509.ParseCertificate(a[0])
			if err != nil {
				return nil, err
			}
			list, err := smx509.ParseRevocationList(a[1])
			if err != nil {
				return nil, err
			}
			if err := list.CheckSignatureFrom(issuer); err != nil {
				return nil, err
			}
			serials := [][]byte{}
			for _, entry := range list.RevokedCertificateEntries {
				serials = append(serials, entry.SerialNumber.Bytes())
			}
			return serials, nil
		},
	}
}

func decrypt(opts crypto.DecrypterOpts) operation {
	return func(a [][]byte) ([][]byte, error) {
		key, err := sm2.NewPrivateKey(a[0])
		if err != nil {
			return nil, err
		}
		return one(key.Decrypt(rand.Reader, a[1], opts))
	}
}

// answer runs one request; a panic of the library is reported as such, never taken for a refusal.
func answer(known map[string]operation, line string) (text string) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", cause, debug.Stack())
			text = "panicked"
		}
	}()
	words := strings.Fields(line)
	run, ok := known[words[0]]
	if !ok {
		return "unsupported"
	}
	arguments := make([][]byte, 0, len(words))
	for _, word := range words[1:] {
		argument := []byte{}
		if word != "-" {
			decoded, err := hex.DecodeString(word)
			if err != nil {
				return "malformed"
			}
			argument = decoded
		}
		arguments = append(arguments, argument)
	}
	values, err := run(arguments)
	if err != nil {
		return "refused"
	}
	out := []string{"ok"}
	for _, value := range values {
		if len(value) == 0 {
			out = append(out, "-")
		} else {
			out = append(out, hex.EncodeToString(value))
		}
	}
	return strings.Join(out, " ")
}

func main() {
	known := operations()
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		fmt.Fprintln(out, answer(known, strings.TrimSpace(line)))
		out.Flush()
	}
}
