package logs

import (
	"log/slog"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how many octets of a record's message, and of its attributes, stay
// in memory.
const maxText = 2000

// appendAttr appends an attribute as " group.key=value". Nothing is appended
// behind maxText.
func appendAttr(b []byte, group string, a slog.Attr, secret bool) []byte {
	if len(b) >= maxText || a.Equal(slog.Attr{}) {
		return b
	}
	secret = secret || isSecret(a.Key)
	if a.Value.Kind() == slog.KindLogValuer && !secret {
		a.Value = a.Value.Resolve()
	}
	if a.Value.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range a.Value.Group() {
			b = appendAttr(b, group, inner, secret)
		}
		return b
	}
	value := hidden
	if !secret {
		value = a.Value.String()
	}
	b = appendText(append(b, ' '), group+a.Key)
	return appendText(append(b, '='), value)
}

// appendText appends s, in quotes unless it is a plain word.
func appendText(b []byte, s string) []byte {
	s = cut(s)
	if isWord(s) {
		return append(b, s...)
	}
	return strconv.AppendQuote(b, s)
}

func isWord(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == '"' || r == '=' || r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return s != ""
}

// cut shortens s to maxText octets, or a little less, lest it part a letter.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n]) // the rest need not stay
}
