package nntp

import "github.com/wirepost/wirepost/internal/ascii"

// A fieldKind is one of the fields that an article has once at most (RFC 5536,
// 3.1 and 3.2; RFC 8315, 2) and that the engine knows.
type fieldKind uint8

const (
	fieldFrom fieldKind = iota
	fieldSubject
	fieldDate
	fieldNewsgroups
	fieldMessageID
	fieldPath
	mandatory // the fields above (RFC 5536, 3.1)
	fieldApproved
	fieldControl
	fieldSupersedes
	fieldDistribution
	fieldExpires
	fieldFollowupTo
	fieldInjectionDate
	fieldInjectionInfo
	fieldXref
	fieldReferences
	fieldCancelLock
	fieldCancelKey
	fieldSender
	fieldReplyTo
	fieldOrganization
	fieldSummary
	fieldArchive
	fieldUserAgent
	fieldMIMEVersion
	fieldContentType
	fieldContentTransferEncoding
	fieldKinds
)

var fieldNames = [fieldKinds]string{
	fieldFrom: "From", fieldSubject: "Subject", fieldDate: "Date", fieldNewsgroups: "Newsgroups",
	fieldMessageID: "Message-ID", fieldPath: "Path", fieldApproved: "Approved", fieldControl: "Control",
	fieldSupersedes: "Supersedes", fieldDistribution: "Distribution", fieldExpires: "Expires",
	fieldFollowupTo: "Followup-To", fieldInjectionDate: "Injection-Date", fieldInjectionInfo: "Injection-Info",
	fieldXref: "Xref", fieldReferences: "References", fieldCancelLock: "Cancel-Lock", fieldCancelKey: "Cancel-Key",
	fieldSender: "Sender", fieldReplyTo: "Reply-To", fieldOrganization: "Organization", fieldSummary: "Summary",
	fieldArchive: "Archive", fieldUserAgent: "User-Agent", fieldMIMEVersion: "MIME-Version",
	fieldContentType: "Content-Type", fieldContentTransferEncoding: "Content-Transfer-Encoding",
}

// fields is the content of the fields of one article. A field that it has not
// is empty, as is one that has no content.
type fields struct {
	value [fieldKinds]string
	has   [fieldKinds]bool
	twice fieldKind // one that comes twice; mandatory if none does
}

func newFields(h Header) (f fields) {
	f.twice = mandatory
	for i := range h {
		k := kindOf(h[i].Name)
		switch {
		case k == fieldKinds:
		case f.has[k]:
			f.twice = k
		default:
			f.has[k] = true
			f.value[k] = content(h[i].Value)
		}
	}
	return f
}

func kindOf(name string) fieldKind {
	for k := range fieldKinds {
		if len(fieldNames[k]) == len(name) && ascii.EqualFold(fieldNames[k], name) {
			return k
		}
	}
	return fieldKinds
}
