package nntp

import (
	"net/netip"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// additions are the fields that posting adds.
type additions struct {
	path      string
	moderated string // Message-ID and Date, which a moderator needs too
	injected  string // the rest
	key       string // for the Cancel-Key that it has
}

// complete works out what the article lacks (RFC 5537, 3.5).
func (s *Server) complete(a *Candidate, id string, now time.Time) (add additions, err error) {
	v := &a.fields.value
	var b strings.Builder
	if !a.fields.has[fieldMessageID] {
		if id == "" {
			if id, err = s.newID(); err != nil {
				return add, err
			}
		}
		a.MessageID = id
		b.WriteString("Message-ID: " + id + "\r\n")
		v[fieldMessageID] = id
	}
	date := header.FormatDate(now)
	if !a.fields.has[fieldDate] {
		b.WriteString("Date: " + date + "\r\n")
		v[fieldDate] = date
	}
	add.moderated = b.String()
	b.Reset()
	// An article that brings both a Message-ID and a Date may be injected at
	// several servers, and is to be the same everywhere (RFC 5537, 3.5).
	if !a.fields.has[fieldInjectionDate] && !(a.fields.has[fieldMessageID] && a.fields.has[fieldDate]) {
		b.WriteString("Injection-Date: " + date + "\r\n")
	}
	b.WriteString("Injection-Info: " + s.injectionInfo(a.Source) + "\r\n")
	fields, key := s.cancelFields(a)
	b.WriteString(fields)
	add.key = key
	add.injected = b.String()
	var shown netip.Addr
	if s.ShowPoster {
		shown = a.Source.Addr
	}
	path := v[fieldPath]
	if !a.fields.has[fieldPath] {
		path = notForMail
		v[fieldPath] = path
	}
	add.path = "Path: " + postedPrefix(s.hostname(), shown) + path + "\r\n"
	return add, nil
}

// newID makes a message identifier.
func (s *Server) newID() (string, error) {
	return header.NewMessageID(nil, s.hostname())
}

// injectionInfo is the content of Injection-Info (RFC 5536, 3.2.8).
func (s *Server) injectionInfo(from *Source) string {
	var b strings.Builder
	b.WriteString(s.hostname())
	param := func(name, value string) {
		if value != "" {
			b.WriteString("; " + name + "=" + quoted(value))
		}
	}
	if s.ShowPoster {
		param("posting-account", from.User)
		if from.Addr.IsValid() {
			param("posting-host", from.Addr.String())
		}
	}
	param("mail-complaints-to", s.Complaints)
	return b.String()
}

// quoted is a quoted-string (RFC 5322, 3.2.4) of one line.
func quoted(s string) string {
	b := []byte{'"'}
	for _, c := range appendText(nil, s) {
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return string(append(b, '"'))
}
