package convert

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// attachFiles makes attachments of the files that stand in plain texts.
func (c *conversion) attachFiles() error { return c.attachFilesIn(c.root) }

func (c *conversion) attachFilesIn(n *node) error {
	switch {
	case n.isSecured():
		return nil
	case n.isLeaf() && n.isPlainText():
		if _, ok := n.notEncodable(); ok {
			return c.splitText(n)
		}
		return nil
	}
	for _, kid := range n.kids {
		if !isEnclosed(kid) {
			if err := c.attachFilesIn(kid); err != nil {
				return err
			}
		}
	}
	return nil
}

// splitText makes a multipart of a text in which there are files.
func (c *conversion) splitText(n *node) error {
	found, text, err := findFiles(n.decoded(), c.lf)
	if err != nil || !found {
		return err
	}
	s := splitter{types: &c.o.Types, form: c.o.form("", c.o.LineLength, 0)}
	s.label = n.params.Get("charset")
	if charset.Canonical(s.label) == "" || charset.Canonical(s.label) == "US-ASCII" && text.high > 0 {
		if s.label, err = n.guess(); err != nil {
			return err
		}
	}
	label := charset.Canonical(s.label)
	if label == "UTF-8" && text.high == 0 {
		label = "US-ASCII"
	}
	if c.o.Charset != "" || c.o.LineLength > 0 || !writable(label) {
		label = charset.Canonical(c.o.Charset)
		if label == "" {
			label = "UTF-8"
		}
		s.convert = true
		s.form = c.o.form(label, c.o.LineLength, 0)
		if c.o.LineLength > 0 {
			s.form.most = safeLine(label)
		}
	}
	s.charset = lower(label)
	s.encoding = transfer.SevenBit
	if s.convert || text.needs() > 0 || text.control {
		s.encoding = encodingFor(text, true)
	}
	boundary, err := c.newBoundary()
	if err != nil {
		return err
	}
	s.boundary = boundary
	if err := n.edit(); err != nil {
		return err
	}
	source := *n
	c.change(Attached, n)
	n.content = func() io.Reader {
		one := s
		one.scan = transfer.NewScanner(source.decoded(), nil)
		one.taken = map[string]bool{}
		return &one
	}
	n.encoding, n.known, n.scanned = transfer.SevenBit, profile{}, true
	n.header.Del("Content-Transfer-Encoding")
	if n.isMessage() {
		n.set("MIME-Version", "1.0")
	}
	n.setContentType("multipart/mixed", setParam(nil, "boundary", boundary))
	return nil
}

// findFiles reports whether there are files in a text, and the profile of what is around them.
func findFiles(r io.Reader, lf bool) (found bool, text profile, err error) {
	all := scanner{lf: true} // ends of lines are made anew
	s := transfer.NewScanner(r, nil)
	buf := make([]byte, chunk)
	for {
		segment, err := s.Next()
		if err == io.EOF {
			return found, all.profile, nil
		}
		if err != nil {
			return false, profile{}, err
		}
		if segment.File != nil {
			found = true
			continue
		}
		for {
			n, err := segment.Read(buf)
			all.write(buf[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				return false, profile{}, err
			}
		}
		all.line, all.cr = 0, false
	}
}

// A splitter reads a text as the body of a multipart, in which its files are attachments.
type splitter struct {
	types    *Types
	boundary string
	label    string // what the text is in
	charset  string // what it is to be in
	convert  bool   // from the one to the other, or wrapped
	form     textForm
	encoding transfer.Encoding // of texts

	scan  *transfer.Scanner
	taken map[string]bool
	now   io.Reader
	parts int
	done  bool
}

// Read implements io.Reader.
func (s *splitter) Read(p []byte) (int, error) {
	for {
		if s.now == nil {
			if s.done {
				return 0, io.EOF
			}
			if err := s.next(); err != nil {
				return 0, err
			}
		}
		n, err := s.now.Read(p)
		if err == io.EOF {
			s.now, err = nil, nil
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// next starts the next part, or the end.
func (s *splitter) next() error {
	for {
		segment, err := s.scan.Next()
		if err == io.EOF {
			s.done = true
			s.now = strings.NewReader(s.delimiter() + "--\r\n")
			return nil
		}
		if err != nil {
			return err
		}
		if segment.File != nil {
			s.now = s.part(s.fileHeader(segment.File), transfer.Base64, segment)
			return nil
		}
		text := bufio.NewReaderSize(segment, 1<<10)
		ahead, err := text.Peek(1 << 10)
		if err == io.EOF && len(bytes.TrimSpace(ahead)) == 0 {
			continue // the empty lines between files
		}
		var h mime.Header
		setField(&h, "Content-Type", "text/plain", header.Params{{Name: "charset", Value: s.charset}})
		setField(&h, "Content-Transfer-Encoding", string(s.encoding), nil)
		var r io.Reader = text
		if s.convert {
			r, _ = charset.NewReader(s.label, text)
			r = newTextReader(r, s.form)
		} else if s.encoding == transfer.SevenBit {
			r = crlfReader(text)
		}
		s.now = s.part(h, s.encoding, r)
		return nil
	}
}

// delimiter is what stands between parts, without the end of its line.
func (s *splitter) delimiter() string {
	s.parts++
	if s.parts == 1 {
		return "--" + s.boundary
	}
	return "\r\n--" + s.boundary
}

// part reads one part with its delimiter.
func (s *splitter) part(h mime.Header, e transfer.Encoding, r io.Reader) io.Reader {
	head := fmt.Sprintf("%s\r\n%s", s.delimiter(), h.Bytes())
	body := encoded(func() io.Reader { return r }, func(w io.Writer) io.WriteCloser { return transfer.NewWriter(e, w) })
	return io.MultiReader(strings.NewReader(head), body())
}

// fileHeader is the header of an attachment.
func (s *splitter) fileHeader(f *transfer.File) mime.Header {
	name := f.Name
	if !strings.ContainsFunc(name, func(r rune) bool { return r == '\uFFFD' }) && !isASCII(name) {
		name = strings.ToValidUTF8(name, "_")
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	var h mime.Header
	setField(&h, "Content-Type", s.types.Type(name), header.Params{{Name: "name", Value: name}})
	setField(&h, "Content-Transfer-Encoding", "base64", nil)
	setField(&h, "Content-Disposition", "attachment", header.Params{{Name: "filename", Value: name}})
	return h
}

// setField sets a field with parameters. What can't be written is left out.
func setField(h *mime.Header, name, value string, params header.Params) {
	text := value
	if len(params) > 0 {
		if with, err := header.FormatParams(value, params, header.ASCII); err == nil {
			text = with
		}
	}
	_ = h.Set(name, text) // one that is too long stays out
}
