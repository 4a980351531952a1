// Command typetable makes types.txt of a mime.types file, such as /etc/mime.types of Debian's package media-types,
// which is in the public domain. What it writes is a line for each type that has extensions: the type, and the
// extensions with the one to be given to new files first.
//
//	typetable /etc/mime.types > types.txt
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
)

// ours are the entries that mail needs other than the file has them: an extension that mail programs know goes first,
// and an extension means what most senders mean by it.
const ours = `application/gzip gz
application/javascript
application/ms-tnef tnef
application/pgp-encrypted
application/pgp-keys asc
application/pgp-signature sig
application/pkcs7-mime p7m p7c
application/pkcs7-signature p7s
application/rtf rtf
application/x-bzip2 bz2
application/x-7z-compressed 7z
application/octet-stream bin
audio/mp4 m4a
audio/mpeg mp3
audio/midi mid
audio/ogg ogg
audio/x-wav wav
image/heic heic
image/jpeg jpg
image/svg+xml svg
image/tiff tif
image/webp webp
message/rfc822 eml
text/calendar ics
text/html html
text/plain txt
text/vcard vcf
text/x-python py
video/mp2t ts
video/mp4 mp4
video/mpeg mpg
video/quicktime mov
`

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: typetable FILE > types.txt")
	}
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if err := write(os.Stdout, f); err != nil {
		log.Fatal(err)
	}
}

// write writes the table of what r has and ours.
func write(w io.Writer, r io.Reader) error {
	table := map[string][]string{}
	taken := map[string]bool{}
	add := func(line string) {
		words := strings.Fields(line)
		for _, ext := range words[1:] {
			if ext = strings.ToLower(ext); !taken[ext] {
				taken[ext] = true
				table[words[0]] = append(table[words[0]], ext)
			}
		}
	}
	for line := range strings.Lines(ours) {
		add(line)
	}
	s := bufio.NewScanner(r)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			add(line)
		}
	}
	if err := s.Err(); err != nil {
		return err
	}
	types := make([]string, 0, len(table))
	for t := range table {
		types = append(types, t)
	}
	slices.Sort(types)
	for _, t := range types {
		if _, err := fmt.Fprintln(w, t, strings.Join(table[t], " ")); err != nil {
			return err
		}
	}
	return nil
}
