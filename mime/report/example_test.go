package report_test

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/report"
)

func ExampleLetter_Delivery() {
	status := report.Delivery{
		ReportingMTA: report.Typed{Value: "mx.example.org"},
		Recipients: []report.Recipient{{
			Final:      report.Typed{Value: "bob@example.net"},
			Action:     report.Failed,
			Status:     report.Status{5, 1, 1},
			Remote:     report.Typed{Value: "in.example.net"},
			Diagnostic: report.Typed{Value: "550 5.1.1 no such user"},
		}},
	}
	message := "From: alice@example.org\r\nSubject: Lunch\r\n\r\nAt noon?\r\n"
	letter := report.Letter{
		From:      header.Address{Name: "Mail system", Local: "postmaster", Domain: "example.org"},
		To:        []header.Address{{Local: "alice", Domain: "example.org"}},
		Date:      time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC),
		MessageID: "<1@mx.example.org>",
		Original:  report.Original{Message: strings.NewReader(message), Size: int64(len(message))},
		Random:    strings.NewReader("not quite random"),
	}
	m, err := letter.Delivery(&status)
	if err != nil {
		fmt.Println(err)
		return
	}
	var out strings.Builder
	if _, err := io.Copy(&out, m); err != nil {
		fmt.Println(err)
	}
	fmt.Print(strings.ReplaceAll(out.String(), "\r\n", "\n"))
	// Output:
	// From: Mail system <postmaster@example.org>
	// To: alice@example.org
	// Subject: Mail could not be delivered
	// Date: Mon, 4 May 2026 12:00:00 +0000
	// Message-ID: <1@mx.example.org>
	// Auto-Submitted: auto-replied
	// MIME-Version: 1.0
	// Content-Type: multipart/report; report-type=delivery-status;
	//  boundary="=_NZXXIIDROVUXIZJAOJQW4ZDP"
	//
	// --=_NZXXIIDROVUXIZJAOJQW4ZDP
	// Content-Type: text/plain; charset=us-ascii
	//
	// This is the mail system of mx.example.org.
	//
	// Your message with the subject "Lunch" could not be delivered to the
	// address below. It will not be tried again.
	//
	//     <bob@example.net>
	//     There is no mailbox of this name. Please check the address for
	//     typing errors.
	//     The host in.example.net has answered:
	//         550 5.1.1 no such user
	//
	// If you need help, please write to postmaster@example.org and enclose
	// this report.
	//
	// The second part of this report tells programs the same. The third part
	// is what is returned of the message.
	//
	// --=_NZXXIIDROVUXIZJAOJQW4ZDP
	// Content-Type: message/delivery-status
	//
	// Reporting-MTA: dns; mx.example.org
	//
	// Final-Recipient: rfc822;bob@example.net
	// Action: failed
	// Status: 5.1.1
	// Remote-MTA: dns; in.example.net
	// Diagnostic-Code: smtp; 550 5.1.1 no such user
	//
	// --=_NZXXIIDROVUXIZJAOJQW4ZDP
	// Content-Type: text/rfc822-headers
	//
	// From: alice@example.org
	// Subject: Lunch
	//
	// --=_NZXXIIDROVUXIZJAOJQW4ZDP--
}

func ExampleParseDelivery() {
	part := "Reporting-MTA: dns; mx.example.org\r\n\r\n" +
		"Final-Recipient: rfc822;<bob@example.net>\r\nAction: failed\r\nStatus: 5.1.1\r\n"
	var found defect.List
	d := report.ParseDelivery([]byte(part), &found)
	for _, r := range d.Recipients {
		fmt.Println(r.Final.Value, r.Action, r.Status)
	}
	for f := range found.All() {
		fmt.Println(f)
	}
	// Output:
	// bob@example.net failed 5.1.1
	// angle brackets around an address at octet 38
}

func ExampleParseDisposition() {
	part := "Final-Recipient: rfc822;bob@example.net\r\nOriginal-Message-ID: <1@example.org>\r\n" +
		"Disposition: manual-action/MDN-sent-manually; displayed\r\n"
	d := report.ParseDisposition([]byte(part), nil)
	fmt.Println(d.Final.Value, "has", d.MessageID, d.Type)
	// Output: bob@example.net has <1@example.org> displayed
}

func ExampleParseFeedback() {
	part := "Feedback-Type: abuse\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\nSource-IP: 192.0.2.1\r\nOriginal-Rcpt-To: <bob@example.net>\r\n"
	f := report.ParseFeedback([]byte(part), nil)
	fmt.Println(f.Type, f.SourceIP, f.RcptTo)
	// Output: abuse 192.0.2.1 [bob@example.net]
}
