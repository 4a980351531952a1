package pop3

import (
	"context"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A language is one that LANG can choose (RFC 6856, 3).
type language struct {
	tag, name string
	texts     map[string]string // by the English ones; nil for English
}

// languages can be chosen. The first is what is spoken before LANG.
var languages = []language{
	{"en", "English", nil},
	{"de", "Deutsch", german},
}

// text returns an English text in the language. What is not known stays: what a
// program says by its Replies.
func (l *language) text(english string) string {
	if l == nil || l.texts == nil {
		return english
	}
	if text, ok := l.texts[english]; ok {
		return text
	}
	return english
}

// localized returns r with its text in a language.
func (r Reply) localized(l *language) Reply {
	r.Text = l.text(r.Text)
	return r
}

// findLanguage returns the language for a range, nil if there is none: the one
// of that tag, or one that the range names a kind of, or the one that it is a
// kind of itself (RFC 4647, 3.3.1 and 3.4).
func findLanguage(wanted string) *language {
	for wanted != "" {
		for i := range languages {
			tag := languages[i].tag
			if len(tag) >= len(wanted) && ascii.EqualFold(tag[:len(wanted)], wanted) &&
				(len(tag) == len(wanted) || tag[len(wanted)] == '-') {
				return &languages[i]
			}
		}
		wanted = wanted[:max(0, strings.LastIndexByte(wanted, '-'))]
	}
	return nil
}

// language lists the languages, or changes to one.
func (c *Conn) language(_ context.Context, wanted string) Reply {
	if wanted == "" {
		r := languagesReply
		r.body = &listing{
			length: len(languages),
			format: func(b []byte, i int) []byte {
				return append(append(b, languages[i].tag+" "+languages[i].name...), "\r\n"...)
			},
		}
		return r
	}
	if wanted == "*" {
		// The same for all, so that nobody learns of a user by it (RFC 6856, 7).
		wanted = c.srv.Language
		if findLanguage(wanted) == nil {
			wanted = languages[0].tag
		}
	}
	l := findLanguage(wanted)
	if l == nil {
		return noLanguage
	}
	c.lang = l
	return OK(l.tag + " " + l.text("language changed"))
}

// Language is the tag of the language that the client has chosen by LANG (RFC
// 6856, 3), for a Backend that has Replies in it: "en", "de", or "" before it
// has. Text outside ASCII reaches only clients that have chosen.
func (c *Conn) Language() string {
	if c.lang == nil {
		return ""
	}
	return c.lang.tag
}

// maildropHas says how much there is.
func (c *Conn) maildropHas() Reply {
	return OK(c.lang.text("maildrop has") + " " + c.drop.describe(c.lang))
}
