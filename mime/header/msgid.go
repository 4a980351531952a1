package header

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of message identifiers.
const (
	BareID     defect.Kind = "a message identifier without angle brackets"
	UnclosedID defect.Kind = "a message identifier without >"
	BadID      defect.Kind = "a message identifier that is no left side, @ and right side"
	StrayText  defect.Kind = "text beside what the field is for"
)

// MaxMessageIDs is how many message identifiers [ParseMessageIDs] returns at most.
const MaxMessageIDs = 50_000

// ParseMessageIDs reads the identifiers of Message-ID, In-Reply-To and References (RFC 5322, 3.6.4 and 4.5.4), each with
// its angle brackets, as IMAP and NNTP have it, without white space and comments. Words beside them are dropped; only if
// there are no angle brackets at all, words with an at sign are taken as identifiers, and get brackets.
func ParseMessageIDs(value string, found *defect.List) []string {
	var ids []string
	stray := -1
	for i := 0; i < len(value); {
		switch c := value[i]; {
		case is(c, isSpace):
			i++
		case c == '(':
			i, _ = skipComment(value, i)
		case c != '<':
			stray = i
			i++
		case len(ids) == MaxMessageIDs:
			found.Add(TooLong, int64(i))
			return ids
		default:
			var id string
			if ids == nil {
				ids = make([]string, 0, min(strings.Count(value[i:], "<"), 64))
			}
			if id, i = cutID(value, i, found); id != "" {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 && stray >= 0 {
		return bareIDs(value, found)
	}
	if stray >= 0 {
		found.Add(StrayText, int64(stray))
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// cutID reads the identifier in angle brackets that opens at i.
func cutID(s string, i int, found *defect.List) (id string, end int) {
	for end = i + 1; end < len(s) && s[end] != '>' && s[end] != '<'; end++ {
	}
	inner := s[i+1 : end]
	if end == len(s) || s[end] == '<' {
		found.Add(UnclosedID, int64(i))
		if inner = trimSpace(inner); strings.ContainsAny(inner, " \t\r\n") {
			inner = inner[:strings.IndexAny(inner, " \t\r\n")]
		}
		return bracket(inner, i, found), end
	}
	end++
	if isTidy(inner) {
		if strings.IndexByte(inner, '@') <= 0 {
			found.Add(BadID, int64(i))
		}
		if inner == "" {
			return "", end
		}
		return clean(s[i:end], found), end
	}
	return bracket(inner, i, found), end
}

// isTidy reports whether s has neither white space nor comments.
func isTidy(s string) bool {
	for i := range len(s) {
		if is(s[i], isSpace) || s[i] == '(' {
			return false
		}
	}
	return true
}

// bracket returns what is in the brackets without white space and comments, in brackets.
func bracket(inner string, at int, found *defect.List) string {
	b := make([]byte, 1, len(inner)+2)
	b[0] = '<'
	for i := skipCFWS(inner, 0); i < len(inner); i = skipCFWS(inner, i) {
		b = append(b, inner[i])
		i++
	}
	if len(b) == 1 {
		found.Add(BadID, int64(at))
		return ""
	}
	id := clean(string(append(b, '>')), found)
	if strings.IndexByte(id, '@') <= 1 {
		found.Add(BadID, int64(at))
	}
	return id
}

// bareIDs takes the words that look like identifiers.
func bareIDs(value string, found *defect.List) []string {
	var ids []string
	for i := 0; i < len(value); {
		if i = skipCFWS(value, i); i == len(value) {
			break
		}
		start := i
		for i < len(value) && !is(value[i], isSpace) && value[i] != '(' && value[i] != ',' {
			i++
		}
		word := strings.Trim(value[start:i], "<>")
		switch at := strings.IndexByte(word, '@'); {
		case len(ids) == MaxMessageIDs:
			found.Add(TooLong, int64(start))
			return ids
		case at > 0 && at < len(word)-1 && !strings.ContainsAny(word, "\"<>"):
			found.Add(BareID, int64(start))
			ids = append(ids, "<"+clean(word, found)+">")
		default:
			found.Add(StrayText, int64(start))
		}
		if i < len(value) && value[i] == ',' {
			i++
		}
	}
	return ids
}

// NewMessageID makes a message identifier with its angle brackets (RFC 5322, 3.6.4): 120 bits from random, crypto/rand.Reader
// if nil, at domain. The domain should be one that the caller answers for.
func NewMessageID(random io.Reader, domain string) (string, error) {
	if err := checkAddress(Address{Local: "id", Domain: domain}, UTF8); err != nil {
		return "", err
	}
	if random == nil {
		random = rand.Reader
	}
	var b [15]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("header: no random octets for a message identifier: %w", err)
	}
	return "<" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:])) + "@" + domain + ">", nil
}
