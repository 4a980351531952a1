// Package report writes and reads the messages that tell of the fate of other messages: delivery status notifications
// (RFC 3464; the fields that RFC 3461, 6.3 asks for), message disposition notifications, or read receipts (RFC 8098), and
// reports of abuse (RFC 5965), all of them multipart/report (RFC 6522), in ASCII or with addresses and texts beyond it
// (RFC 6533). They say that they are automatic (RFC 3834, 5).
//
//	status := report.Delivery{
//		ReportingMTA: report.Typed{Value: "mx.example.org"},
//		Recipients: []report.Recipient{{
//			Final:      report.Typed{Value: "bob@example.net"},
//			Action:     report.Failed,
//			Status:     report.Status{5, 1, 1},
//			Diagnostic: report.Typed{Value: "550 5.1.1 no such user"},
//		}},
//	}
//	letter := report.Letter{From: postmaster, To: sender, Original: report.Original{Message: file, Size: size}}
//	m, err := letter.Delivery(&status)
//	...
//	_, err = io.Copy(w, m)
//
// Values may come from anybody: control characters within them become spaces, and what is too long is cut, so that none of
// them can add a field or a line. A message is returned without being held in memory.
//
// Reading never fails, but tells a [defect.List] what was wrong. What is read can be written again and is then read as the
// same. Reports are forged as easily as any mail (RFC 3464, 4.1): do not act on one that you do not expect.
//
// The files:
//
//	letter.go    Letter, Message: a report put together; head.go: its header
//	original.go  the message that the report is about; returned.go: what goes back of it; encoder.go: encoded on the way
//	field.go     fields written; fieldscan.go: read; clean.go: what their values may hold
//	typed.go     values with a type; unitext.go: UTF-8 addresses in ASCII; status.go: status codes
//	delivery.go  Delivery; deliveryparse.go: read; deliverytext.go, advice.go: what people are told
//	disposition.go, feedback.go  the same for Disposition and Feedback; dispositionparse.go, feedbackparse.go, people.go
//	text.go      text for people
//	find.go      reports found in messages
package report
