package smime_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"log"
	"strings"

	"github.com/wirepost/wirepost/mime/smime"
)

// Alice signs a part for everybody to read, and a receiver checks it.
func ExampleVerify() {
	alice := people().p256 // from a file or a smart card

	const part = "Content-Type: text/plain\r\n\r\nHello Bob\r\n"
	var message bytes.Buffer
	message.WriteString("From: alice@example.org\r\nMIME-Version: 1.0\r\n")
	err := smime.Sign(&message, strings.NewReader(part), smime.SignOptions{Identities: []smime.Identity{alice}})
	if err != nil {
		log.Fatal(err)
	}

	_, body, _ := bytes.Cut(message.Bytes(), []byte("\r\n\r\n"))
	e, err := smime.ReadEntity(&message)
	if err != nil {
		log.Fatal(err)
	}
	v, err := smime.Verify(e, smime.VerifyOptions{
		From:  []string{"alice@example.org"},
		Chain: x509.VerifyOptions{Roots: people().roots},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Err(), string(body[v.Start:v.End]) == part)
	fmt.Println(v.Signers[0].Addresses)
	// Output:
	// <nil> true
	// [alice@example.org]
}

// A part is encrypted for Bob, who decrypts it.
func ExampleDecrypt() {
	bob := people().bob

	var sealed bytes.Buffer
	err := smime.Encrypt(&sealed, strings.NewReader("Content-Type: text/plain\r\n\r\nHello Bob\r\n"),
		smime.EncryptOptions{Recipients: []*x509.Certificate{bob.Certificate}})
	if err != nil {
		log.Fatal(err)
	}

	e, err := smime.ReadEntity(&sealed)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Kind())
	d, err := smime.Decrypt(e, smime.DecryptOptions{Identities: []smime.Identity{bob}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, %q\n", d.Integrity, d.Content)
	// Output:
	// authEnveloped-data
	// authenticated encryption, "Content-Type: text/plain\r\n\r\nHello Bob\r\n"
}

func ExampleRecognise() {
	fmt.Println(smime.Recognise("application/octet-stream", `attachment; filename="smime.p7m"`))
	// Output: application/pkcs7-mime
}

func ExampleCompress() {
	var packed bytes.Buffer
	err := smime.Compress(&packed, strings.NewReader("Content-Type: text/plain\r\n\r\nHello\r\n"), smime.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	e, err := smime.ReadEntity(&packed)
	if err != nil {
		log.Fatal(err)
	}
	entity, err := smime.Decompress(e, smime.Limits{})
	fmt.Printf("%q %v\n", entity, err)
	// Output: "Content-Type: text/plain\r\n\r\nHello\r\n" <nil>
}
