package convert

import (
	"io"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/charset"
)

// maxSample is how much of a text its charset is guessed from, if it is not UTF-8 as a whole.
const maxSample = 4 << 10

// guess is the charset of a text without a label, in lower case.
func (n *node) guess() (string, error) {
	if n.charset == "" {
		label, err := detect(n.decoded())
		if err != nil {
			return "", err
		}
		n.charset = label
	}
	return n.charset, nil
}

// detect goes over a text to guess its charset: a text that is UTF-8 up to its end is nothing else.
func detect(r io.Reader) (string, error) {
	buf := make([]byte, 2*maxSample)
	var sample []byte
	held, valid := 0, true
	for {
		n, err := io.ReadAtLeast(r, buf[held:], maxSample)
		b := buf[:held+n]
		if sample == nil {
			sample = append(make([]byte, 0, maxSample), b[:min(len(b), maxSample)]...)
		}
		for valid && len(b) > 0 && (err != nil || len(b) >= utf8.UTFMax) {
			char, size := utf8.DecodeRune(b)
			valid = char != utf8.RuneError || size > 1
			b = b[size:]
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if label := charset.Detect(sample); valid && label == "US-ASCII" {
				return "utf-8", nil
			}
			return lower(charset.Detect(sample)), nil
		case err != nil:
			return "", err
		case !valid:
			return lower(charset.Detect(sample)), nil
		}
		held = copy(buf, b)
	}
}

// settle finds out the charset of a text that has no label, or one that may be wrong.
func (n *node) settle() error {
	if n.content != nil {
		return nil
	}
	switch charset.Canonical(n.params.Get("charset")) {
	case "", "US-ASCII":
		_, err := n.guess()
		return err
	}
	return nil
}

// utf8Text opens the text of a leaf in UTF-8. It must have been settled.
func (n *node) utf8Text() io.Reader {
	label := n.charset
	if n.content != nil {
		label = n.params.Get("charset") // it is our own
	}
	if label == "" {
		return n.part.Text()
	}
	r, _ := charset.NewReader(label, n.decoded())
	return r
}
