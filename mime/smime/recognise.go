package smime

import (
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// A Kind is a form in which S/MIME comes.
type Kind string

// The kinds; those of application/pkcs7-mime are named as in its parameter smime-type (RFC 8551, 3.2.2).
const (
	None              Kind = "" // not S/MIME
	Detached          Kind = "multipart/signed"
	SignedData        Kind = "signed-data"
	EnvelopedData     Kind = "enveloped-data"
	AuthEnvelopedData Kind = "authEnveloped-data"
	CompressedData    Kind = "compressed-data"
	CertsOnly         Kind = "certs-only"
	Unspecified       Kind = "application/pkcs7-mime" // one of the five above: only the content knows which
)

// Recognise tells from the values of the fields Content-Type and Content-Disposition what kind of S/MIME an entity is
// (RFC 8551, 3.10). Either may be empty. It is a hint for what to call: [Verify], [Decrypt] and [Decompress] go by the
// content and fail if that is of another kind.
func Recognise(contentType, disposition string) Kind {
	media, params := mediaType(contentType)
	switch media {
	case "multipart/signed":
		if isSignature(lower(params.Get("protocol"))) {
			return Detached
		}
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		for _, k := range []Kind{SignedData, EnvelopedData, AuthEnvelopedData, CompressedData, CertsOnly} {
			if lower(params.Get("smime-type")) == lower(string(k)) {
				return k
			}
		}
		return Unspecified
	case "application/octet-stream", "":
		_, where := mediaType(disposition)
		return byName(lower(where.Get("filename")), lower(params.Get("name")))
	}
	return None
}

// byName goes by the file's suffix (RFC 8551, 3.2.1).
func byName(names ...string) Kind {
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, ".p7m"):
			return Unspecified
		case strings.HasSuffix(name, ".p7c"):
			return CertsOnly
		case strings.HasSuffix(name, ".p7z"):
			return CompressedData
		}
	}
	return None
}

func isSignature(media string) bool {
	return media == "application/pkcs7-signature" || media == "application/x-pkcs7-signature"
}

// mediaType parses the value of a field that has parameters. One that says a thing twice is nothing: readers would not
// agree on what it says.
func mediaType(value string) (media string, params header.Params) {
	var found defect.List
	media, params = header.ParseParams(value, &found)
	if found.Has(header.DuplicateParameter) || found.Len() > defect.Max {
		return "", nil
	}
	return lower(media), params
}

// lower folds ASCII only: U+212A is not a k.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
