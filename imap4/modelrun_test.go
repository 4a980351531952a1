package imap4_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/memnet"
)

var modelSeed = flag.Uint64("model-seed", 0, "play this one script of TestModel, and no other")

// Whatever several sessions do to shared mailboxes, each is told what it needs to
// know what is in its mailbox, and nothing where it may not be told: a client that
// applies each response as it comes ends with what the store has.
func TestModel(t *testing.T) {
	seeds := []uint64{*modelSeed}
	if *modelSeed == 0 {
		seeds = nil
		for seed := range uint64(60) {
			seeds = append(seeds, seed+1)
		}
	}
	for _, seed := range seeds {
		var script []string
		synctest.Test(t, func(t *testing.T) {
			p := &play{t: t, rand: rand.New(rand.NewPCG(seed, 0)), script: &script}
			p.store.History = []int{0, 0, 0, 4, -1}[seed%5]
			p.store.NoMetas = seed%2 == 0
			err := p.run()
			if err != nil {
				t.Errorf("seed %d (-model-seed %d): %s\n%v", seed, seed, strings.Join(script, "\n"), err)
			}
		})
		require.False(t, t.Failed())
	}
}

// A play is some sessions on some mailboxes.
type play struct {
	t        *testing.T
	rand     *rand.Rand
	store    memory.Store
	sessions []*modelled
	script   *[]string
	truth    map[string]mailboxTruth
}

// A mailboxTruth is what a mailbox has.
type mailboxTruth struct {
	state imap4.State
	flags map[imap4.UID]string
	uids  []imap4.UID
}

var modes = []string{"", "CONDSTORE", "QRESYNC", "UIDONLY", "QRESYNC UIDONLY", ""}

func (p *play) run() error {
	l := memnet.Listen()
	srv := &imap4.Server{
		Auth:    &auth.Authenticator{Accounts: everybody{}, AllowInsecure: true},
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) { return p.store.Account("tim"), nil }),
		Logger:  slog.New(slog.DiscardHandler),
		Limits:  imap4.Limits{ConnsPerAddr: -1},
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		for _, s := range p.sessions {
			s.nc.Close()
		}
		srv.Close()
		<-served
	}()
	for i := range 2 + p.rand.IntN(4) {
		nc, err := l.Dial(p.t.Context())
		if err != nil {
			return err
		}
		s := &modelled{
			name: string(rune('A' + i)), enabled: modes[p.rand.IntN(len(modes))], nc: nc,
			lines: make(chan string, 10_000), script: p.script,
		}
		go s.read()
		p.sessions = append(p.sessions, s)
		commands := []string{"LOGIN tim x", "CREATE other"}
		if s.enabled != "" {
			commands = append(commands, "ENABLE "+s.enabled)
		}
		if i > 0 {
			commands = slices.Delete(commands, 1, 2)
		}
		for _, command := range append(commands, s.selects("INBOX")) {
			if err := p.one(s, command); err != nil {
				return err
			}
		}
	}
	for range 6 {
		for range 15 {
			if err := p.step(); err != nil {
				return err
			}
		}
		if err := p.rest(); err != nil {
			return err
		}
	}
	return nil
}

// selects is the command by which a session selects a mailbox, anew.
func (s *modelled) selects(box string) string {
	s.box, s.rows, s.exists, s.base, s.earlier = box, nil, 0, nil, false
	return "SELECT " + box
}

// one has a session carry out a command, to its end.
func (p *play) one(s *modelled, command string) error {
	if err := s.send(command); err != nil {
		return err
	}
	return s.hear()
}

// step has one or several sessions do something at once.
func (p *play) step() error {
	var busy []*modelled
	for range 1 + p.rand.IntN(len(p.sessions)) {
		s := p.sessions[p.rand.IntN(len(p.sessions))]
		if slices.Contains(busy, s) {
			continue
		}
		busy = append(busy, s)
		command := "DONE"
		if s.command != "IDLE" {
			command = p.command(s)
		}
		if err := s.send(command); err != nil {
			return err
		}
		if command == "DONE" {
			s.command = "DONE"
		}
		if p.rand.IntN(3) > 0 {
			synctest.Wait()
		}
	}
	for _, s := range p.sessions { // some of them in IDLE
		last := s.command
		if err := s.hear(); err != nil {
			return err
		}
		p.silent(s, last)
	}
	return nil
}

// silent is what a client knows that has changed flags and asked not to be told.
// Those of messages that others have changed too it is told.
func (p *play) silent(s *modelled, command string) {
	if !strings.Contains(command, ".SILENT") {
		return
	}
	for i := range s.rows { // a client that wants to be sure asks again
		s.rows[i].known = s.rows[i].known && s.status != "OK"
	}
}

// command makes one up for a session.
func (p *play) command(s *modelled) string {
	uid, n := "", s.count()
	if s.is("UIDONLY") || p.rand.IntN(2) == 0 {
		uid = "UID "
	}
	set := "1"
	if n > 0 {
		set = p.set(s, uid != "")
	} else {
		uid = "UID " // there are no sequence numbers
	}
	box := []string{"INBOX", "other"}[p.rand.IntN(2)]
	flags := []string{`\Flagged`, `\Seen`, `\Deleted`, `\Deleted`, "one", "Two", `\Answered three`}[p.rand.IntN(7)]
	what := p.rand.IntN(16)
	if n > 30 && what == 8 {
		what = 6 // lest copies of all are copied again and again
	}
	switch what {
	case 0, 1:
		return fmt.Sprintf("APPEND %s (%s) {6+}\r\nA:bb\r\n", box, flags)
	case 2:
		return fmt.Sprintf("APPEND %s {6+}\r\nA:bb\r\n (%s) {6+}\r\nA:bb\r\n", box, flags)
	case 3, 4:
		return fmt.Sprintf("%sSTORE %s %sFLAGS (%s)", uid, set, []string{"+", "-", ""}[p.rand.IntN(3)], flags)
	case 5:
		return fmt.Sprintf("%sSTORE %s %sFLAGS.SILENT (%s)", uid, set, []string{"+", "-", ""}[p.rand.IntN(3)], flags)
	case 6:
		return "EXPUNGE"
	case 7:
		return fmt.Sprintf("UID EXPUNGE %d:%d", 1+p.rand.IntN(20), 1+p.rand.IntN(20))
	case 8:
		return fmt.Sprintf("%sCOPY %s %s", uid, set, box)
	case 9:
		return fmt.Sprintf("%sMOVE %s %s", uid, set, box)
	case 10:
		return fmt.Sprintf("%sFETCH %s (FLAGS)", uid, set)
	case 11:
		return fmt.Sprintf("%sFETCH %s (UID BODY[HEADER])", uid, set)
	case 12:
		if s.is("UIDONLY") {
			return "UID SEARCH ALL"
		}
		return uid + "SEARCH ALL"
	case 13:
		return "IDLE"
	case 14:
		if p.rand.IntN(3) > 0 {
			return p.reselect(s, box)
		}
	}
	return "NOOP"
}

// set makes a set of messages up that a session knows.
func (p *play) set(s *modelled, uid bool) string {
	most := s.count()
	if uid {
		most += 10
	}
	from, to := 1+p.rand.IntN(most), 1+p.rand.IntN(most)
	switch p.rand.IntN(4) {
	case 0:
		return "1:*"
	case 1:
		return fmt.Sprintf("%d,%d", from, to)
	case 2:
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d:%d", from, to)
}

// reselect selects a mailbox, and with QRESYNC goes on from what was known of it
// when all rested last.
func (p *play) reselect(s *modelled, box string) string {
	truth, known := p.truth[box]
	if !s.is("QRESYNC") || !known {
		return s.selects(box)
	}
	command := fmt.Sprintf("%s (QRESYNC (%d %d))", s.selects(box), truth.state.UIDValidity, truth.state.ModSeq)
	for _, u := range truth.uids {
		s.rows = append(s.rows, row{uid: u, flags: truth.flags[u], known: true})
	}
	s.earlier = true
	return command
}

// rest has all sessions come to rest, and compares.
func (p *play) rest() error {
	for _, s := range p.sessions {
		if s.command == "IDLE" {
			s.command = "DONE"
			if err := p.one2(s); err != nil {
				return err
			}
		}
	}
	if err := p.look(); err != nil {
		return err
	}
	for _, s := range p.sessions {
		if err := p.one(s, "NOOP"); err != nil {
			return err
		}
		if err := p.compare(s, false); err != nil {
			return fmt.Errorf("%s after NOOP: %w", s.name, err)
		}
		if err := p.one(s, "UID FETCH 1:* (FLAGS)"); err != nil {
			return err
		}
		if err := p.compare(s, true); err != nil {
			return fmt.Errorf("%s after FETCH: %w", s.name, err)
		}
	}
	return nil
}

func (p *play) one2(s *modelled) error {
	if err := s.send("DONE"); err != nil {
		return err
	}
	return s.hear()
}

// look looks into the store.
func (p *play) look() error {
	a := p.store.Account("tim")
	p.truth = map[string]mailboxTruth{}
	for box, err := range a.Mailboxes(p.t.Context()) {
		if err != nil {
			return err
		}
		state, all, err := a.Scan(p.t.Context(), box.ID, 0)
		if err != nil {
			return err
		}
		truth := mailboxTruth{state: state, flags: map[imap4.UID]string{}}
		for m, err := range all {
			if err != nil {
				return err
			}
			truth.uids = append(truth.uids, m.UID)
			words := slices.Clone(m.Flags.Keywords)
			for i, name := range []string{`\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`} {
				if m.Flags.System&(1<<i) != 0 {
					words = append(words, name)
				}
			}
			slices.Sort(words)
			truth.flags[m.UID] = strings.Join(words, " ")
		}
		p.truth[box.Name[0]] = truth
	}
	return nil
}

// compare compares what a session knows with what there is: with all, it must
// know everything.
func (p *play) compare(s *modelled, all bool) error {
	truth := p.truth[s.box]
	if s.count() != len(truth.uids) {
		return fmt.Errorf("it knows of %d messages in %s, there are %d", s.count(), s.box, len(truth.uids))
	}
	if all && len(s.rows) != len(truth.uids) {
		return errors.New("not all were told")
	}
	for i, r := range s.rows {
		if !s.is("UIDONLY") && r.uid != 0 && r.uid != truth.uids[i] {
			return fmt.Errorf("message %d has UID %d, and not %d", i+1, truth.uids[i], r.uid)
		}
		flags, there := truth.flags[r.uid]
		switch {
		case all && (r.uid == 0 || !r.known):
			return fmt.Errorf("message %d was not told", i+1)
		case r.uid != 0 && !there:
			return fmt.Errorf("UID %d is gone", r.uid)
		case r.uid != 0 && r.known && r.flags != flags:
			return fmt.Errorf("UID %d has the flags %q, and not %q", r.uid, flags, r.flags)
		}
	}
	return nil
}
