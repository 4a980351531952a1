package smtp

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The parsers of arguments. They are pure: text in, values out. An error that
// is a Reply is the answer; any other one is answered by badSyntax.

var errSyntax = errors.New("smtp: syntax error in arguments")

// badArgument is badSyntax that says what is wrong.
func badArgument(what string) Reply {
	r := badSyntax
	r.Text += ": " + what
	return r
}

// nothing takes no arguments.
func nothing(s string) (struct{}, error) {
	if strings.Trim(s, " ") != "" {
		return struct{}{}, badArgument("nothing may follow this command")
	}
	return struct{}{}, nil
}

// text takes anything.
func text(s string) (string, error) { return s, nil }

// something takes anything but nothing.
func something(s string) (string, error) {
	if s = strings.Trim(s, " "); s == "" {
		return "", badArgument("there is none")
	}
	return s, nil
}

// maxHello bounds the name that a client gives itself: a domain or an address
// literal (RFC 5321, 4.5.3.1.2).
const maxHello = 255

// hello takes the client's name. Real clients send underscores, names without
// a dot and worse, so any word without control characters will do; it is a
// claim, not an address.
func hello(s string) (string, error) {
	s = strings.Trim(s, " ")
	if s == "" || len(s) > maxHello {
		return "", badArgument("want the name of your host")
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return "", badArgument("want the name of your host, one word")
		}
	}
	return s, nil
}

// mailArgs takes FROM:<reverse-path> and its parameters.
func mailArgs(s string) (mailRequest, error) {
	p, rest, err := bracketed(s, "FROM:")
	if err != nil {
		return mailRequest{}, err
	}
	req := mailRequest{MailParams: MailParams{Path: p}}
	if rest != "" {
		req, err = req.with(rest)
	}
	if err == nil && !req.UTF8 && !p.IsASCII() {
		err = needsUTF8
	}
	return req, err
}

// with returns r with the parameters of MAIL, as far as they parse.
func (r mailRequest) with(params string) (mailRequest, error) {
	err := eachParam(params, func(key, value string) error {
		for i := range mailParams {
			param := &mailParams[i]
			if key == param.keyword {
				r.need(param.extension)
				return param.set(&r, value)
			}
		}
		return badParameter
	})
	if r.Body == BodyBinary {
		r.need("BINARYMIME")
	}
	return r, err
}

// rcptArgs takes TO:<forward-path> and its parameters.
func rcptArgs(s string) (rcptRequest, error) {
	p, rest, err := bracketed(s, "TO:")
	if err != nil {
		return rcptRequest{}, err
	}
	if p.IsNull() {
		return rcptRequest{}, badArgument("want an address, as in TO:<a@b.example>")
	}
	req := rcptRequest{RcptParams: RcptParams{Path: p}}
	err = eachParam(rest, func(key, value string) error {
		for i := range rcptParams {
			param := &rcptParams[i]
			if key == param.keyword {
				req.needs = append(req.needs, param.extension)
				req.utf8 = req.utf8 || !ascii.Is(value)
				return param.set(&req.RcptParams, value)
			}
		}
		return badParameter
	})
	return req, err
}

// bracketed parses key<path> and returns what follows. Spaces after the colon
// are against RFC 5321, 3.3, but harmless and common.
func bracketed(s, key string) (p Path, rest string, err error) {
	if len(s) < len(key) || !ascii.EqualFold(s[:len(key)], key) {
		return Path{}, "", badArgument("want " + key + "<a@b.example>")
	}
	s, ok := strings.CutPrefix(strings.TrimLeft(s[len(key):], " "), "<")
	if !ok {
		return Path{}, "", badArgument("want the address in angle brackets, as in " + key + "<a@b.example>")
	}
	if rest, null := strings.CutPrefix(s, ">"); null {
		return Path{}, rest, nil
	}
	if p, rest, err = cutPath(s); err != nil {
		return Path{}, "", badArgument("cannot read that address")
	}
	if rest, ok = strings.CutPrefix(rest, ">"); !ok {
		return Path{}, "", badArgument(`want ">" behind the address`)
	}
	return p, rest, nil
}

// maxParams bounds the parameters of one command; no extension comes near it.
const maxParams = 20

// eachParam calls take for each esmtp-param of s (RFC 5321, 4.1.2).
func eachParam(s string, take func(key, value string) error) error {
	if s != "" && s[0] != ' ' {
		return badArgument("want a space before parameters")
	}
	var seen []string
	for param := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' }) {
		key, value, hasValue := strings.Cut(param, "=")
		if !isKeyword(key) || hasValue && !isParamValue(value) || len(seen) == maxParams {
			return badArgument("cannot read the parameters")
		}
		key = strings.ToUpper(key) // ASCII only: isKeyword
		if slices.Contains(seen, key) {
			return badArgument("a parameter is there twice")
		}
		seen = append(seen, key)
		if err := take(key, value); err != nil {
			return err
		}
	}
	return nil
}

func isKeyword(s string) bool {
	for i := range len(s) {
		if !ascii.IsAlnum(s[i]) && (s[i] != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

func isParamValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '=' || c == 0x7f {
			return false
		}
	}
	return s != ""
}

// maxSizeDigits is how long a SIZE may be (RFC 1870, 6.1).
const maxSizeDigits = 20

// size parses the value of SIZE. One that does not fit is larger than any
// limit, not a syntax error.
func size(s string) (int64, error) {
	if s == "" || len(s) > maxSizeDigits || strings.Trim(s, "0123456789") != "" {
		return 0, errSyntax
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, declaredTooBig
	}
	return n, nil
}
