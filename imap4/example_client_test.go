package imap4_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/mime/header"
)

// clientExampleServer answers each command with what is written down for its
// verb, over memory.
func clientExampleServer(answers map[string]string) *imap4.Options {
	return &imap4.Options{
		TLS: imap4.TLSNone, PlaintextAuth: true, // memory needs none
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := memnet.Pipe()
			go clientExampleServe(far, answers)
			return near, nil
		},
	}
}

func clientExampleServe(nc net.Conn, answers map[string]string) {
	defer nc.Close()
	in := bufio.NewScanner(nc)
	io.WriteString(nc, "* OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS IDLE ESEARCH CONDSTORE ENABLE QRESYNC] ready\r\n")
	for in.Scan() {
		tag, rest, isCommand := strings.Cut(in.Text(), " ")
		if !isCommand {
			continue // of a literal
		}
		for prefix, answer := range answers {
			if strings.HasPrefix(rest, prefix) {
				io.WriteString(nc, answer)
			}
		}
		io.WriteString(nc, tag+" OK done\r\n")
	}
}

// clientExamplePassword has no environment to ask.
func clientExamplePassword() string { return os.Getenv("MAIL_PASSWORD") + "secret" }

func ExampleDial() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	o := clientExampleServer(map[string]string{ // in the place of a server; nil is usual
		"SELECT": "* 2 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n",
		"UID FETCH": "* 1 FETCH (UID 7 ENVELOPE (NIL \"=?utf-8?q?Gr=C3=BC=C3=9Fe?=\" NIL NIL NIL NIL NIL NIL NIL NIL) BODY[] {5}\r\nHello)\r\n" +
			"* 2 FETCH (UID 8 ENVELOPE (NIL \"lunch?\" NIL NIL NIL NIL NIL NIL NIL NIL) BODY[] {7}\r\nAt one?)\r\n",
	})
	c, err := imap4.Dial(ctx, "mail.here.example:143", o)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(ctx, "tim", clientExamplePassword()); err != nil {
		log.Fatal(err)
	}
	box, err := c.Select(ctx, "INBOX", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(box.Messages, "messages")

	all := imap4.UIDSet{{First: 1, Last: 1<<32 - 1}}
	items := &imap4.FetchItems{Envelope: true, Sections: []imap4.FetchSection{{}}}
	for m, err := range c.Fetch(ctx, all, items) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(m.UID, " ", header.DecodeText(*m.Envelope.Subject, nil), ": ")
		for body := range m.Sections() {
			io.Copy(os.Stdout, body) // as it comes; nothing is held in memory
		}
		fmt.Println()
	}
	// Output:
	// 2 messages
	// 7 Grüße: Hello
	// 8 lunch?: At one?
}

func ExampleClient_Append() {
	ctx := context.Background()
	c, err := imap4.Dial(ctx, "mail.here.example:143", clientExampleServer(map[string]string{"APPEND": ""}))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	text := "From: tim@here.example\r\nSubject: draft\r\n\r\nDear all,\r\n"
	_, err = c.Append(ctx, "Drafts", imap4.Outgoing{
		Flags: imap4.Flags{System: imap4.Draft | imap4.Seen},
		Body:  strings.NewReader(text),
		Size:  int64(len(text)),
	})
	if r, is := errors.AsType[imap4.Reply](err); is {
		log.Fatal("the server refuses: ", r.Text) // and the conversation goes on
	}
	fmt.Println("appended:", err == nil)
	// Output: appended: true
}

func ExampleClient_Pipeline() {
	ctx := context.Background()
	c, err := imap4.Dial(ctx, "mail.here.example:143", clientExampleServer(map[string]string{
		`STATUS "INBOX"`: "* STATUS INBOX (MESSAGES 3)\r\n",
		`STATUS "Sent"`:  "* STATUS Sent (MESSAGES 5)\r\n",
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	var inbox, sent *imap4.MailboxStatus
	err = c.Pipeline(ctx, // both commands are on their way before the first answer comes
		func(c *imap4.Client) (err error) {
			inbox, err = c.Status(ctx, "INBOX", imap4.ItemMessages)
			return err
		},
		func(c *imap4.Client) (err error) { sent, err = c.Status(ctx, "Sent", imap4.ItemMessages); return err },
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(inbox.Messages, sent.Messages)
	// Output: 3 5
}

func ExampleClient_Idle() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := clientExampleServer(map[string]string{"IDLE": "+ idling\r\n* 4 EXISTS\r\n"})
	o.Updates = func(u imap4.Update) {
		if u.Kind == imap4.UpdateExists {
			fmt.Println("messages:", u.Number)
			cancel() // ends Idle, not the conversation
		}
	}
	c, err := imap4.Dial(ctx, "mail.here.example:143", o)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Idle(ctx); err != nil {
		log.Fatal(err)
	}
	// Output: messages: 4
}

func ExampleClient_Sync() {
	ctx := context.Background()
	c, err := imap4.Dial(ctx, "mail.here.example:143", clientExampleServer(map[string]string{
		"ENABLE": "* ENABLED QRESYNC\r\n",
		"SELECT": "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 6] ok\r\n* OK [HIGHESTMODSEQ 12] ok\r\n" +
			"* VANISHED (EARLIER) 3\r\n* 1 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (11))\r\n",
		"UID FETCH": "* 2 FETCH (UID 5 FLAGS () MODSEQ (12))\r\n",
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	// What was kept from the last time; the zero value fetches all.
	state := imap4.SyncState{UIDValidity: 7, ModSeq: 10, UIDs: imap4.NewUIDSet(3, 4)}
	for change, err := range c.Sync(ctx, "INBOX", &state) {
		switch {
		case err != nil:
			log.Fatal(err)
		case change.Reset:
			fmt.Println("forget everything")
		case change.Message == nil:
			fmt.Println("gone:", change.Vanished)
		case change.New:
			fmt.Println("new:", change.Message.UID)
		default:
			fmt.Println("changed:", change.Message.UID)
		}
	}
	fmt.Println("next time:", state)
	// Output:
	// gone: [{3 3}]
	// changed: 4
	// new: 5
	// next time: {7 12 [{4 5}]}
}
