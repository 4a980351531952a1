// Package smime signs, verifies, encrypts and decrypts MIME entities: S/MIME 4.0 (RFC 8551, with certificates as in
// RFC 8550) and the older versions as far as their algorithms are still safe.
//
//	e, err := smime.ReadEntity(message)
//	switch e.Kind() {
//	case smime.Detached, smime.SignedData:
//		v, err := smime.Verify(e, smime.VerifyOptions{From: []string{"alice@example.org"}})
//		// v.Err() == nil: body[v.Start:v.End], or v.Content, is what Alice signed.
//	case smime.EnvelopedData, smime.AuthEnvelopedData:
//		d, err := smime.Decrypt(e, smime.DecryptOptions{Identities: keys})
//		// d.Content is an entity again; d.Integrity says whether it could have been changed.
//	}
//
// [Sign], [Encrypt] and [Compress] write entities: their header, an empty line and the body, ready to be put below the
// header of a message (which adds MIME-Version) or into a part.
//
// # Algorithms
//
// Signatures: RSA PKCS #1 v1.5, RSA-PSS, ECDSA and Ed25519, with SHA-256 to SHA-512. Encryption: AES in GCM and CBC, and
// ChaCha20-Poly1305; for keys of RSA with OAEP or PKCS #1 v1.5, for those of the NIST curves and X25519 by ECDH. Nothing
// older is read: no SHA-1, no MD5, no triple DES, no RC2. Revocation is not looked up: [Signer] has the chains to do so.
//
// # What it promises
//
// A signed message never says two things: what is ambiguous is refused, and the result names the octets that were signed.
// Show nothing else as signed. Encryption never tells why it failed: [ErrDecrypt] is all there is, after the same work;
// nothing is released before the tag has verified. Content that was only encrypted with CBC says [IntegrityNone].
// Private keys are only used through interfaces, so that they may live in hardware.
//
// # Why not a library
//
// The syntax below (internal/cms) is our own. Of digitorus/pkcs7 (July 2025) and smallstep/pkcs7 0.2.3, each was given
// 10,000 messages with one octet changed of each kind. Both panicked on about 260 of the 10,000 encrypted with CBC, in the
// removal of padding, and told bad padding of RSA (about 5,500 times), bad length and bad padding of the content apart by 37
// different errors: the oracle that Bleichenbacher's and Vaudenay's attacks need. A recover around them would hide the
// panic but not the oracle. Neither reads AuthEnvelopedData, which S/MIME 4.0 makes mandatory, nor RSA-PSS, nor recipients
// by ECDH or by key identifier; one has no OAEP. The choice of the cipher is a variable of the package, DES by default.
//
// The files:
//
//	recognise.go  what kind of S/MIME an entity is
//	entity.go     Entity, its header and body, Limits and errors
//	multipart.go  the two parts of multipart/signed, as a stream
//	canonical.go  line ends
//	digest.go     digests of what was signed
//	verify.go     Verify
//	chain.go      from the signer's certificate to a root
//	address.go    whom a certificate is for
//	result.go     Verification and Signer
//	sign.go       Sign, Identity
//	encrypt.go    Encrypt, Compress
//	decrypt.go    Decrypt, Decompress
//	write.go      application/pkcs7-mime out
package smime
