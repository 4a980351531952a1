// Package transfer has the content transfer encodings of mail and news as streams: base64 and quoted-printable (RFC
// 2045, 6), the identity encodings, and the two that came from Usenet, uuencode and yEnc.
//
//	var found defect.List
//	e, _ := transfer.Parse("Quoted-Printable (really)")
//	body := transfer.NewReader(e, part, &found)
//	_, err := io.Copy(w, body) // an error is one of part or of w
//	for d := range found.All() {
//		log.Print(d)
//	}
//
// Reading never fails for what it reads: junk, lost padding, cut escapes and the like are read as the encoder may have
// meant them (RFC 2045, 6.7 and 6.8; RFC 7103) and told as defects. What comes out does not depend on how the input is
// cut into reads, and never has more than three octets for one octet of input (uuencoded lines that were cut; the others
// make less of what they read).
//
// [NewCRLFReader] ends the lines of text by CRLF, for messages in files whose lines end in LF.
//
// A [Scanner] finds the files that stand in a text without any MIME header, as news has them.
//
// Files: encoding.go the names, reader.go and output.go the streams, lines.go what all line-wise encodings check, crlf.go
// ends lines; base64.go, qp.go and plain.go read the encodings of MIME, base64writer.go and qpwriter.go write them; scanner.go and
// header.go find files in text, file.go and filewriter.go have what these share, and uu.go, beginbase64.go, yheader.go,
// yenc.go and ywriter.go what they are encoded in.
package transfer
