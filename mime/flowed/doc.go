// Package flowed reads and writes text/plain with format=flowed (RFC 3676), whose paragraphs are wrapped so that they can
// be wrapped anew, and whose quotations have a depth.
//
//	r := flowed.NewReader(body, params["delsp"] == "yes")
//	for {
//		p, err := r.Next() // p.Quote and p.Text
//		if err == io.EOF {
//			break
//		}
//	}
//
// The text is in UTF-8 or another charset that has ASCII in its place, with its transfer encoding undone. Lines may end
// in CRLF or LF; they are written with CRLF. There is no malformed text: what breaks the rules is a line of its own.
//
// Files: reader.go, text.go and writer.go, which has the lines, with wrap.go, which has the places to break them.
package flowed
