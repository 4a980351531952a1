package nntp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
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
// locks of a Cancel-Lock field (RFC 8315, 3.5). It knows sha256, and sha1, which
// is obsolete and still found.
func Unlocks(cancelKeys, cancelLocks string) bool {
	locks := lockItems(cancelLocks)
	for _, k := range lockItems(cancelKeys) {
		scheme, key, _ := strings.Cut(k, ":")
		var lock string
		switch {
		case ascii.EqualFold(scheme, "sha256"):
			lock = lockOf(key)
		case ascii.EqualFold(scheme, "sha1"):
			sum := sha1.Sum([]byte(key))
			lock = base64.StdEncoding.EncodeToString(sum[:])
		default:
			continue
		}
		for _, l := range locks {
			if s, hash, _ := strings.Cut(l, ":"); ascii.EqualFold(s, scheme) && subtle.ConstantTimeCompare([]byte(hash), []byte(lock)) == 1 {
				return true
			}
		}
	}
	return false
}

// lockItems are the items of a list with white space between, without comments.
func lockItems(s string) []string {
	items := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	return items[:min(len(items), maxLocks)]
}

// cancelFields are the Cancel-Lock, and Cancel-Key, fields that a posted article
// gets: so that its poster, and nobody else, can cancel it later (RFC 8315, 3.1
// and 3.2). Without a login there is nobody to recognize. A poster's own fields
// are left alone.
func (s *Server) cancelFields(a *Candidate) string {
	user := a.Source.User
	if len(s.CancelSecret) == 0 || user == "" {
		return ""
	}
	var b strings.Builder
	if !a.fields.has[fieldCancelLock] {
		b.WriteString("Cancel-Lock: " + CancelLock(s.CancelSecret, user, a.MessageID) + "\r\n")
	}
	if target := a.target(); target != "" && !a.fields.has[fieldCancelKey] {
		b.WriteString("Cancel-Key: " + CancelKey(s.CancelSecret, user, target) + "\r\n")
	}
	return b.String()
}
