package nntp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Cancel-locks (RFC 8315): an article says in Cancel-Lock the hash of a key, and
// whoever can show the key in Cancel-Key may cancel or supersede it.

// CancelKey returns the content of a Cancel-Key field for an article: the key
// that a secret, a user and the article's identifier make (RFC 8315, 4). The
// user may be empty.
func CancelKey(secret []byte, user, id string) string { return "sha256:" + cancelKey(secret, user, id) }

// CancelLock returns the content of the Cancel-Lock field that CancelKey opens.
func CancelLock(secret []byte, user, id string) string {
	return "sha256:" + lockOf(cancelKey(secret, user, id))
}

func cancelKey(secret []byte, user, id string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(user + id))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func lockOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// maxLocks bounds the items of a Cancel-Lock or Cancel-Key that are looked at.
const maxLocks = 32

// Unlocks reports whether one of the keys of a Cancel-Key field opens one of the
// locks of a Cancel-Lock field (RFC 8315, 3.5). It knows sha256 and sha512, and
// sha1, which is obsolete and still found.
func Unlocks(cancelKeys, cancelLocks string) bool {
	locks := lockItems(cancelLocks)
	for _, k := range lockItems(cancelKeys) {
		for _, l := range locks {
			if l.scheme == k.scheme && subtle.ConstantTimeCompare([]byte(l.text), []byte(k.hash())) == 1 {
				return true
			}
		}
	}
	return false
}

// A lockItem is an element of a Cancel-Lock or Cancel-Key.
type lockItem struct{ scheme, text string }

// hash is the lock that a key opens; empty, which is none, if the scheme is not
// known.
func (k lockItem) hash() string {
	var sum []byte
	switch k.scheme {
	case "sha256":
		return lockOf(k.text)
	case "sha512":
		s := sha512.Sum512([]byte(k.text))
		sum = s[:]
	case "sha1":
		s := sha1.Sum([]byte(k.text))
		sum = s[:]
	}
	return base64.StdEncoding.EncodeToString(sum)
}

// lockItems are the elements of a list of known schemes: between them are white
// space and comments, which must be accepted (RFC 8315, 2.1 and 2.2).
func lockItems(s string) []lockItem {
	var items []lockItem
	for item := range strings.FieldsSeq(withoutComments(s)) {
		scheme, text, ok := strings.Cut(item, ":")
		scheme = ascii.Lower(scheme)
		if !ok || text == "" || scheme != "sha256" && scheme != "sha512" && scheme != "sha1" {
			continue // what is not known hides nothing that comes behind it
		}
		if items = append(items, lockItem{scheme, text}); len(items) == maxLocks {
			break
		}
	}
	return items
}

// withoutComments has a space for each comment (RFC 5322, 3.2.2).
func withoutComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && depth > 0:
			i++
		case c == '(':
			if depth++; depth == 1 {
				b = append(b, ' ')
			}
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b = append(b, c)
		}
	}
	return string(b)
}

// cancelFields are the Cancel-Lock, and Cancel-Key, fields that a posted article
// gets: so that its poster, and nobody else, can cancel it later (RFC 8315, 3.1
// and 3.3). Without a login there is nobody to recognize. A poster's own lock is
// left alone; a Cancel-Key of the poster's is to be extended by key, since what it
// is about may have been locked here (RFC 8315, 3.4).
func (s *Server) cancelFields(a *Candidate) (fields, key string) {
	user := a.Source.User
	if len(s.CancelSecret) == 0 || user == "" || strings.ContainsAny(user, "<>") { // RFC 8315, 4
		return "", ""
	}
	if !a.fields.has[fieldCancelLock] {
		fields = "Cancel-Lock: " + CancelLock(s.CancelSecret, user, a.MessageID) + "\r\n"
	}
	if target := a.target(); target != "" {
		key = CancelKey(s.CancelSecret, user, target)
		if !a.fields.has[fieldCancelKey] {
			return fields + "Cancel-Key: " + key + "\r\n", ""
		}
	}
	return fields, key
}

// withKey is a header with one more key in its Cancel-Key.
func withKey(head, key string) string {
	if key == "" {
		return head
	}
	for rest := head; rest != ""; {
		end := fieldEnd(rest)
		if hasPrefixFold(rest, "Cancel-Key:") {
			at := len(head) - len(rest) + end
			return head[:at] + "\t" + key + "\r\n" + head[at:]
		}
		rest = rest[end:]
	}
	return head
}
