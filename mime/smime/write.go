package smime

import (
	"fmt"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// writePKCS7 writes an application/pkcs7-mime entity (RFC 8551, 3.2).
func writePKCS7(w io.Writer, kind Kind, content []byte) error {
	file := "smime.p7m"
	if kind == CompressedData {
		file = "smime.p7z"
	}
	_, err := fmt.Fprintf(w, "Content-Type: application/pkcs7-mime; smime-type=%s;\r\n name=\"%s\"\r\n"+
		"Content-Disposition: attachment; filename=\"%[2]s\"\r\n", kind, file)
	if err != nil {
		return err
	}
	return writeBase64(w, content)
}

// writeBase64 writes the last field of a header, the empty line, and the body, which ends with a line end.
func writeBase64(w io.Writer, content []byte) error {
	if _, err := io.WriteString(w, "Content-Transfer-Encoding: base64\r\n\r\n"); err != nil {
		return err
	}
	t := transfer.NewWriter(transfer.Base64, w)
	if _, err := t.Write(content); err != nil {
		return err
	}
	return t.Close()
}
