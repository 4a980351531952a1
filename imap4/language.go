package imap4

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The languages of texts for people (RFC 5255, 3). Codes, and what else programs
// read, are the same in all of them.

// A language is one that LANGUAGE can choose.
type language struct {
	tag   string
	texts map[string]string // by the English ones; nil for English
}

// languages can be chosen. The first is what is spoken before: English in ASCII.
var languages = []language{
	{"i-default", nil}, // RFC 2277, 4.5
	{"en", nil},
	{"de", german},
}

// text returns an English text in the language. What is not known stays: what a
// program says by its Replies. Of some only parts are known.
func (l *language) text(english string) string {
	if l == nil || l.texts == nil {
		return english
	}
	if text, ok := l.texts[english]; ok {
		return text
	}
	const syntaxError, missing = "syntax error: ", " is missing"
	if why, ok := strings.CutPrefix(english, syntaxError); ok {
		return l.texts[syntaxError] + l.text(why)
	}
	if what, ok := strings.CutSuffix(english, missing); ok {
		return what + l.texts[missing]
	}
	return english
}

// text returns an English text in the client's language.
func (c *Conn) text(english string) string { return c.lang.text(english) }

// findLanguage returns the language for a range, nil if there is none: the one of
// that tag, or one that the range names a kind of, or the one that it is a kind of
// itself (RFC 4647, 3.3.1 and 3.4).
func findLanguage(wanted string) *language {
	for wanted = ascii.Upper(wanted); wanted != ""; wanted = wanted[:max(0, strings.LastIndexByte(wanted, '-'))] {
		for i := range languages {
			if tag := ascii.Upper(languages[i].tag); tag == wanted || strings.HasPrefix(tag, wanted+"-") {
				return &languages[i]
			}
		}
	}
	return nil
}

// maxRanges bounds the ranges in one command.
const maxRanges = 30

// languageArgs takes language ranges (RFC 5255, 3.2).
func languageArgs(p *parser) (ranges []string) {
	for p.err == nil && p.i < len(p.s) {
		p.space()
		if ranges = append(ranges, p.astring()); len(ranges) > maxRanges {
			p.refuse(tooManyArgs)
		}
	}
	return ranges
}

// language lists the languages, or changes to the first one of those that the
// client wants.
func (c *Conn) language(_ context.Context, ranges []string) Reply {
	if len(ranges) == 0 {
		b := []byte("LANGUAGE (")
		for i := range languages {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, languages[i].tag...)
		}
		c.line(string(append(b, ')')))
		return OK("", "languages listed")
	}
	for _, wanted := range ranges {
		if ascii.EqualFold(wanted, "DEFAULT") || wanted == "*" {
			// The same for all, so that nobody learns of a user by it.
			if wanted = c.srv.Language; findLanguage(wanted) == nil {
				wanted = languages[0].tag
			}
		}
		if l := findLanguage(wanted); l != nil {
			c.lang = l
			c.line("LANGUAGE (" + l.tag + ")")
			return OK("", "language changed")
		}
	}
	return No("", "that language is not spoken here")
}

// Language is the tag of the language that the client has chosen by LANGUAGE (RFC
// 5255, 3), for a Backend that has Replies in it: "en", "de", or "i-default", which
// is English for those who have not chosen. Text outside ASCII reaches only
// clients that have chosen another one than English.
func (c *Conn) Language() string {
	if c.lang == nil {
		return languages[0].tag
	}
	return c.lang.tag
}

// appendReply appends a reply as the client reads it.
func (c *Conn) appendReply(b []byte, r Reply) []byte {
	if c.lang == nil || c.lang.texts == nil {
		return r.AppendTo(b)
	}
	r.Text = c.text(r.Text)
	return r.appendTo(b, appendUTF8)
}

// appendUTF8 is appendPrintable in UTF-8 (RFC 5255, 3.5): what is no text becomes
// spaces and question marks.
func appendUTF8(b []byte, s string) []byte {
	if len(s) > maxReplyText {
		s = s[:maxReplyText]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
	}
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			r = ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			r = '?'
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
