// Package mailfile reads and writes the files that other mail programs keep messages in: mbox, in
// the form mboxrd, and Maildir with the folders of Maildir++.
//
//	for m, err := range mailfile.ReadMbox(f) {
//		// m.Body has the message with CRLF, until the next one is asked for
//	}
//
// What a message has there is the message with lines ended by LF; a Message has CRLF. Of flags there
// are Status and X-Status of mbox, and the info of Maildir's names. One message is in memory as far
// as its longest line.
package mailfile
