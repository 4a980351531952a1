package rvptest

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/conform"
)

// An answer is what a server answers, read by somebody who takes it as it comes.
// It is zero if the server hung up.
type answer struct {
	status int
	reason string
	header header
	body   string
}

func (a answer) hungUp() bool { return a.status == 0 }

// ok reports whether it is a success.
func (a answer) ok() bool { return a.status/100 == 2 }

// refused reports whether it is an error that is the client's.
func (a answer) refused() bool { return a.status/100 == 4 }

func (a answer) String() string {
	if a.hungUp() {
		return "(hung up)"
	}
	return strings.TrimSpace(fmt.Sprint(a.status, " ", a.reason))
}

// form is what is wrong with the form of an answer, "" if nothing is (RVP-003,
// RVP-004, RVP-008, RVP-012).
func (a answer) form() string {
	switch {
	case a.hungUp():
		return "there is none"
	case len(a.header.all("RVP-Notifications-Version")) != 1:
		return "it has no, or more than one, RVP-Notifications-Version"
	case a.header.get("RVP-Notifications-Version") != "0.2":
		return "RVP-Notifications-Version is " + a.header.get("RVP-Notifications-Version")
	case len(a.header.all("Transfer-Encoding")) > 0:
		return "it has a Transfer-Encoding"
	case len(a.header.all("Content-Length")) != 1:
		return "it has no Content-Length, or more than one"
	case len(a.header.all("DAV")) > 0:
		return "it has a DAV header"
	}
	return ""
}

// A header is lines of "Name: value".
type header []string

// all returns the values of a field.
func (h header) all(name string) (values []string) {
	for _, line := range h {
		n, v, _ := strings.Cut(line, ":")
		if ascii.EqualFold(n, name) {
			values = append(values, strings.Trim(v, " \t"))
		}
	}
	return values
}

// get returns the first value of a field, or "".
func (h header) get(name string) string {
	if values := h.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// maxBody bounds what is read of an answer.
const maxBody = 4 << 20

// readAnswer reads an answer. Its framing is HTTP's, so that what clients of RVP would not
// understand is seen, and told by form.
func readAnswer(r *conform.Run, p *conform.Peer, method string) answer {
	for {
		a := readHead(r, p)
		if a.hungUp() {
			return a
		}
		if a.status/100 == 1 {
			continue
		}
		if method != "HEAD" && a.status != 204 && a.status != 304 {
			a.body = readBody(r, p, a.header)
		}
		return a
	}
}

func readHead(r *conform.Run, p *conform.Peer) (a answer) {
	line, err := p.Line()
	if err == io.EOF {
		return a
	}
	version, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/1.") || err != nil || len(code) != 3 {
		r.Failf("not an answer of HTTP: %q", line)
	}
	a.status, a.reason = status, reason
	for {
		line, err := p.Line()
		switch {
		case err != nil:
			r.Failf("the server hung up in the midst of an answer")
		case line == "":
			return a
		case len(a.header) > 100:
			r.Failf("an answer with more than 100 lines in its header")
		case !strings.Contains(line, ":"):
			r.Failf("a line of a header without a colon: %q", line)
		}
		a.header = append(a.header, line)
	}
}

func readBody(r *conform.Run, p *conform.Peer, h header) string {
	length := h.get("Content-Length")
	switch {
	case len(h.all("Transfer-Encoding")) > 0:
		return readChunks(r, p)
	case length == "":
		return p.Octets(maxBody) // up to the end of the connection
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > maxBody {
		r.Failf("Content-Length is %q", length)
	}
	body := p.Octets(n)
	if len(body) < n {
		r.Failf("the server hung up in the midst of a body")
	}
	return body
}

func readChunks(r *conform.Run, p *conform.Peer) string {
	var b strings.Builder
	for {
		line, err := p.Line()
		if err != nil {
			r.Failf("the server hung up in the midst of a body")
		}
		n, err := strconv.ParseUint(line, 16, 22)
		if err != nil || b.Len() > maxBody {
			r.Failf("not the size of a chunk: %q", line)
		}
		if n > 0 {
			b.WriteString(p.Octets(int(n)))
		}
		if _, err := p.Line(); err != nil {
			r.Failf("the server hung up in the midst of a body")
		}
		if n == 0 {
			return b.String()
		}
	}
}
