//go:build interop

package mime_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A composer writes messages that are legal, if odd, in as many forms as it knows.
type composer struct {
	rand     *rand.Rand
	serial   int  // of boundaries and names
	simple   bool // leave out what munpack does not read
	comments bool // there is one in a Content-Type
	words    bool // there is an encoded word in the name of a file
}

func (c *composer) pick(choices ...string) string { return choices[c.rand.IntN(len(choices))] }

func (c *composer) next() int { c.serial++; return c.serial }

// message is a message with LF at the end of lines.
func (c *composer) message(depth int) string {
	top := c.pick("Subject: x\n", "SUBJECT: folded\n\tand\n so on\n", "X-Empty:\nSubject: =?utf-8?q?=C3=A9?=\n")
	return top + c.pick("MIME-Version: 1.0\n", "Mime-version: 1.0\n") + c.part(depth)
}

// part is the fields that describe a part, a blank line, and the body, without a last line end.
func (c *composer) part(depth int) string {
	switch n := c.rand.IntN(6); {
	case depth > 0 && n < 3:
		return c.multipart(depth)
	case depth > 0 && n == 3:
		return c.field("Content-Type", "message/rfc822") + c.encodingField("7bit", "8bit", "") + "\n" + c.message(depth-1)
	case n == 4:
		return c.binary()
	}
	return c.text()
}

// field writes a field in one of the ways that mean the same. Its parameters come one by one.
func (c *composer) field(name, value string, params ...string) string {
	name = c.pick(name, name, strings.ToLower(name), strings.ToUpper(name))
	between := c.pick("; ", ";", ";\n ", ";\n\t", " ; ")
	if !c.simple && c.rand.IntN(10) == 0 && name == "Content-Type" && value != "multipart/digest" { // that Python does not know with a comment
		c.comments = true
		value += " (a comment)"
	}
	return name + c.pick(":", ": ", ":\n ") + strings.Join(append([]string{value}, params...), between) + "\n"
}

func (c *composer) encodingField(choices ...string) string {
	if e := c.pick(choices...); e != "" {
		return "Content-Transfer-Encoding" + c.pick(":", ": ", ":\t") + c.pick(e, strings.ToUpper(e)) + "\n" // compat32 reads no fold here
	}
	return ""
}

func (c *composer) multipart(depth int) string {
	n := c.next()
	if c.simple {
		n += 1000 // munpack takes a line that begins like a delimiter for one
	}
	form := c.pick("b%d", "\"=_%d\"", "\"a b'()+_,-./:=?%d\"", "\"----=_Next_%d."+strings.Repeat("x", 40)+"\"", "%d")
	given := fmt.Sprintf(form, n)
	boundary := strings.Trim(given, `"`)
	kind := c.pick("mixed", "alternative", "related", "parallel", "x-other", "MIXED")
	if !c.simple && c.rand.IntN(6) == 0 {
		kind = "digest"
	}
	var b strings.Builder
	b.WriteString(c.field("Content-Type", "multipart/"+kind, "charset=x", c.pick("boundary=", "Boundary=", "BOUNDARY = ")+given)[:])
	b.WriteString(c.encodingField("7bit", "8bit", "binary", "") + "\n" + c.pick("", "A preamble.\n", "--\n--x"+given+"\n"))
	for range 1 + c.rand.IntN(4) {
		part := c.part(depth - 1)
		if kind == "digest" && c.rand.IntN(2) == 0 {
			part = "\n" + c.message(depth-1)
		}
		b.WriteString("\n--" + boundary + c.pick("", "", "", " ", " \t") + "\n" + part)
	}
	b.WriteString("\n--" + boundary + "--" + c.pick("", "\n", "\nAn epilogue.\n", c.padded("\n\n")))
	return b.String()
}

// padded is the end of a line, and what may stand before it on a delimiter, which munpack does not know of the last one.
func (c *composer) padded(eol string) string {
	if c.simple {
		return eol
	}
	return " " + eol
}

// texts has a text for each charset, each of which has what no other one has.
var texts = []struct{ label, text string }{
	{"us-ascii", "Plain English.\nFrom me.\n.\n"},
	{"utf-8", "Grüße, мир, 世界 😀\n"},
	{"iso-8859-1", "Größe, naïve\n"},
	{"ISO-8859-15", "5 €\n"},
	{"koi8-r", "Привет, мир\n"},
	{"windows-1251", "Привет «мир»\n"},
	{"iso-2022-jp", "こんにちは、世界\n漢字 ABC\n"},
	{"shift_jis", "カタカナ 表示\n"},
	{"euc-jp", "日本語\n"},
	{"gb2312", "你好，世界\n"},
	{"big5", "繁體中文\n"},
	{"euc-kr", "안녕하세요\n"},
	{"utf-7", "1 + é\n"},
	{"windows-1252", "“5 €”\n"},
}

// text is a text part. Its lines are those of the message, so it is encoded with LF.
func (c *composer) text() string {
	if c.rand.IntN(12) == 0 {
		return c.pick("\nno header", "\n", "Content-Description: empty\n\n", "X: y\n\n\n\n--no\n-- \nme\n")
	}
	t := texts[c.rand.IntN(len(texts))]
	octets, whole := charset.Encode(t.label, strings.Repeat(t.text, c.rand.IntN(4)))
	if !whole && t.label == "utf-7" {
		octets = []byte("1 +- +AOk-\n")
	}
	label := c.pick(t.label, strings.ToUpper(t.label), `"`+t.label+`"`)
	choices := []string{"quoted-printable", "base64", "8bit"}
	if !c.simple {
		choices = append(choices, "x-uuencode")
	}
	encoding := c.pick(choices...)
	head := c.field("Content-Type", c.pick("text/plain", "Text/HTML", "text/x-other"), "charset="+label, c.pick("format=fixed", "x=\"a;b\""))
	return head + c.disposition() + c.encodingField(encoding) + "\n" + c.encode(encoding, octets, false)
}

func (c *composer) binary() string {
	octets := make([]byte, c.rand.IntN(300))
	for i := range octets {
		octets[i] = byte(c.rand.Uint32())
	}
	encoding := c.pick("base64", "quoted-printable", "base64")
	if c.simple {
		encoding = "base64" // munpack drops CR
	}
	head := c.disposition() + c.encodingField(encoding)
	return c.field("Content-Type", c.pick("application/octet-stream", "image/x-none", "audio/basic")) + head + "\n" + c.encode(encoding, octets, true)
}

// disposition is a Content-Disposition with the name of a file, or nothing.
func (c *composer) disposition() string {
	n := c.next()
	names := []string{"", "filename=file%d.bin", "filename=\"file %d.bin\"", "FILENAME=\"file%d\""}
	if !c.simple {
		names = append(names, "filename*=utf-8''na%%C3%%AFve%d.txt", "filename*=iso-8859-1'de'Gr%%FC%%DFe%d", "filename*0=long%d; filename*1=\"er.txt\"",
			"filename*0*=utf-8''%%C3%%A9%d; filename*1*=%%C3%%A9; filename*2=\".txt\"", "filename=\"a\\\\b\\\"c%d.txt\"", "filename=\"=?utf-8?q?na=C3=AFve%d?=\"")
	}
	name := c.pick(names...)
	if name == "" {
		return ""
	}
	c.words = c.words || strings.Contains(name, "=?")
	return c.field("Content-Disposition", c.pick("attachment", "inline", "ATTACHMENT"), fmt.Sprintf(name, n))
}

// encode writes octets with an encoding, in a form that is unlike that of most encoders.
func (c *composer) encode(encoding string, octets []byte, binary bool) string {
	var b bytes.Buffer
	w := transfer.NewWriter(transfer.Encoding(encoding), &b)
	if binary {
		w = transfer.NewBinaryWriter(transfer.Encoding(encoding), &b)
	}
	if encoding == "8bit" {
		return string(octets)
	}
	_, _ = w.Write(octets) // a Buffer takes all
	_ = w.Close()
	coded := strings.ReplaceAll(b.String(), "\r\n", "\n")
	if encoding != "base64" || c.simple || c.rand.IntN(2) == 0 {
		return coded
	}
	coded = strings.ReplaceAll(coded, "\n", "")
	var lines strings.Builder
	for width := 1 + c.rand.IntN(100); coded != ""; {
		n := min(width, len(coded))
		lines.WriteString(coded[:n] + c.pick("\n", " \n", "\n\n"))
		coded = coded[n:]
	}
	return lines.String()
}

// uuText is a text with a file in it, whose name is numbered. There is only one, since uudecode reads no more.
func (c *composer) uuText() string {
	var b strings.Builder
	b.WriteString(c.pick("", "Hello,\n\nit begins with this:\n", "-- \nme\n"))
	octets := bytes.Repeat([]byte(c.pick("\x00", "x", "ab\xff")), c.rand.IntN(200))
	var coded bytes.Buffer
	w := transfer.NewFileWriter(transfer.File{Encoding: transfer.UUEncode, Name: fmt.Sprintf("uu%d", c.next()), Mode: 0o600}, &coded)
	_, _ = w.Write(octets)
	_ = w.Close()
	text := strings.ReplaceAll(coded.String(), "\r\n", "\n")
	if c.rand.IntN(2) == 0 {
		text = strings.ReplaceAll(text, "`", " ") // as older encoders write zero
	}
	return b.String() + text + c.pick("", "bye\n")
}
