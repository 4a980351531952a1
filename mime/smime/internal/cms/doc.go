// Package cms reads and writes what S/MIME needs of the Cryptographic Message Syntax (RFC 5652): SignedData, EnvelopedData,
// AuthEnvelopedData (RFC 5083) and CompressedData (RFC 3274). It knows neither MIME nor trust: a signature that verifies
// here says only that the key in the given certificate made it.
//
// Rules that hold everywhere in it:
//
//  1. Input is BER and hostile. [Normalise] makes it DER once, with a limit on depth; all else reads DER.
//  2. What a reader does not understand it refuses. There is no "probably".
//  3. After a recipient was chosen, decryption has one error, [ErrDecrypt], and does the same work however it fails.
//
// The files:
//
//	ber.go        BER to DER
//	oid.go        the object identifiers
//	algorithm.go  AlgorithmIdentifier and the parameters of RSA
//	content.go    ContentInfo
//	signed.go     SignedData
//	signer.go     SignerInfo and its attributes
//	verify.go     the check of one signature
//	sign.go       making SignedData
//	attribute.go  the attributes that are signed here
//	cipher.go     content encryption: GCM, ChaCha20-Poly1305
//	cbc.go        and CBC
//	enveloped.go  EnvelopedData and AuthEnvelopedData
//	recipient.go  RecipientInfo
//	decrypt.go    from a private key to the content
//	encrypt.go    making both kinds of enveloped data
//	agree.go      ECDH
//	derive.go     the derivation of keys from its secret
//	wrap.go       AES Key Wrap
//	compress.go   CompressedData
//	errors.go     what callers tell apart
package cms
