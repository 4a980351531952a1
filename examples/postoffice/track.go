package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/queue"
)

// track prints what became of a message, or finds messages.
func track(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("track", "[MESSAGE]", stderr,
		"Prints all that became of MESSAGE, and of the reports about it. MESSAGE is what the\n"+
			"server said when it took the message, and what its Received field has as id, or the\n"+
			"Message-ID of its header.\n"+
			"Without it, lists the newest messages that the flags find. The server may run or not.")
	dir := set.String("data", defaultDir, "data `folder`")
	var q manage.TrackQuery
	set.StringVar(&q.Sender, "from", "", "only messages from this `address`, or part of one")
	set.StringVar(&q.Recipient, "to", "", "only messages to this `address`, or part of one")
	set.StringVar(&q.Message, "message-id", "", "only messages with this `Message-ID` in the header, or this ID")
	timeFlag(set, &q.From, "since", "only messages that came at this `time` or later, or so long ago: 2h, 2006-01-02, 2006-01-02T15:04")
	timeFlag(set, &q.To, "until", "only messages that came before this `time`")
	most := set.Int("most", 100, "list no more than `n`")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	searches := q != (manage.TrackQuery{})
	if len(words) > 1 || len(words) == 1 && searches || len(words) == 0 && !searches {
		set.Usage()
		return errUsage
	}
	t, err := office.OpenTracking(ctx, *dir)
	if err != nil {
		return err
	}
	if searches {
		err = searchTrack(ctx, t, q, *most, stdout)
	} else {
		err = printPath(ctx, t, words[0], stdout)
	}
	return errors.Join(err, t.Close())
}

// timeFlag adds a flag that is a time, or how long ago it was.
func timeFlag(set *flag.FlagSet, at *time.Time, name, usage string) {
	set.Func(name, usage, func(s string) error {
		if d, err := time.ParseDuration(s); err == nil && d >= 0 {
			*at = time.Now().Add(-d)
			return nil
		}
		for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", time.DateTime, time.RFC3339} {
			if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
				*at = t
				return nil
			}
		}
		return errors.New("write it as 2h, 2006-01-02 or 2006-01-02T15:04")
	})
}

func searchTrack(ctx context.Context, t manage.Tracking, q manage.TrackQuery, most int, stdout io.Writer) error {
	list, err := t.Search(ctx, q, most+1)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TIME\tMESSAGE\tOCTETS\tFROM\tTO\tMESSAGE-ID")
	for _, e := range list[:min(len(list), most)] {
		fmt.Fprintf(w, "%s\t%s\t%d\t<%s>\t%s\t%s\n", e.Time.Local().Format(time.DateTime), shown(e.Message), e.Size, shown(e.Sender.String()), recipients(&e),
			shown(e.MessageID))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(list) > most {
		fmt.Fprintln(stdout, "There is more: narrow it down, or ask for it with -most.")
	}
	return nil
}

func printPath(ctx context.Context, t manage.Tracking, message string, stdout io.Writer) error {
	list, err := t.Path(ctx, message)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TIME\tEVENT\tMESSAGE\tFROM\tTO\tROUTE\tHOST\tAFTER\tREPLY")
	for _, e := range list {
		reply := ""
		if e.Reply.Code != 0 {
			reply = e.Reply.Error()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t<%s>\t%s\t%s\t%s\t%v\t%s\n", e.Time.Local().Format("2006-01-02 15:04:05.000"), e.Kind, shown(e.Message),
			shown(e.Sender.String()), recipients(&e), shown(e.Route), shown(e.Remote), e.Latency.Round(time.Millisecond), shown(reply))
	}
	return w.Flush()
}

func recipients(e *queue.Event) string {
	var list []string
	for _, to := range e.To {
		list = append(list, shown(to.Path.String()))
	}
	return strings.Join(list, " ")
}

// shown is text of a peer's as a terminal may get it: on one line, without control characters.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
