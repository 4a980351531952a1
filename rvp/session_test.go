package rvp_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// Two users chat (RVP-136, RVP-137, RVP-142).
func TestConversation(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		var got *rvp.MessageEvent
		ben.Events = func(e rvp.ClientEvent) {
			if m, ok := e.(*rvp.MessageEvent); ok {
				got = m
			}
			o.happened("ben", e)
		}
		o.logOn(anna, ben)
		v := anna.Converse(node("ben"))
		require.NoError(t, v.SendMessage(t.Context(), &rvp.Message{
			Body: []byte("Grüße ]]> \r\n<b>"), Format: &rvp.Format{Font: "Segoe UI", Effects: "B"},
		}))
		require.Equal(t, []string{"connected", "ben is online", "anna says Grüße ]]> \r\n<b>"}, collapse(o.seen("ben")))
		require.Equal(t, rvp.Contact{Node: node("anna"), Description: "anna"}, got.From)
		require.Equal(t, "Segoe UI", got.Message.Format.Font)
		require.Equal(t, v.Session(), got.Conversation.Session())
		require.Equal(t, []rvp.Node{node("anna")}, got.Conversation.Members())
		require.NoError(t, got.Conversation.Send(t.Context(), "hello"))
		require.Contains(t, o.seen("anna"), "ben says hello")
		require.Same(t, v, o.heardIn("anna"), "the answer belongs to it")

		require.NoError(t, v.SendMessage(t.Context(), &rvp.Message{Type: "text/x-msmsgsinvite; charset=UTF-8", Body: []byte("Application-Name: x\r\n")}))
		require.Equal(t, []string{"anna sends text/x-msmsgsinvite; charset=UTF-8"}, o.seen("ben"), "RVP-143")
	})
}

// collapse leaves out repetitions, and what was before "online" of the own state.
func collapse(all []string) (rest []string) {
	for _, s := range all {
		if s != "ben is offline" {
			rest = append(rest, s)
		}
	}
	return rest
}

// Typing is told at most every 4 seconds (RVP-139).
func TestTyping(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		o.seen("ben")
		v := anna.Converse(node("ben"))
		for range 100 {
			require.NoError(t, v.Typing(t.Context()))
			pass(100 * time.Millisecond)
		}
		require.Equal(t, []string{
			"anna@example.test is typing", "anna@example.test is typing", "anna@example.test is typing",
		}, o.seen("ben"), "at 0, 4 and 8 s")
	})
}

// Several talk, come and go (RVP-141, RVP-144).
func TestConversationOfMany(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben, cleo := o.client("anna", 1), o.client("ben", 2), o.client("cleo", 3)
		o.logOn(anna, ben, cleo)
		for _, name := range []string{"anna", "ben", "cleo"} {
			o.seen(name)
		}
		v := anna.Converse(node("ben"))
		require.NoError(t, v.Send(t.Context(), "one"))
		require.NoError(t, v.Invite(t.Context(), node("cleo")))
		require.Equal(t, []string{"anna says one", "anna joins"}, o.seen("ben"))
		require.Equal(t, []string{"anna joins"}, o.seen("cleo"))
		theirs := o.heardIn("cleo")
		require.Equal(t, v.Session(), theirs.Session())
		require.ElementsMatch(t, []rvp.Node{node("anna"), node("ben")}, theirs.Members())
		require.NoError(t, theirs.Send(t.Context(), "two"))
		require.Equal(t, []string{"cleo says two"}, o.seen("anna"))
		require.Equal(t, []string{"cleo says two"}, o.seen("ben"))
		require.Same(t, v, o.heardIn("anna"))

		bens := o.heardIn("ben")
		require.NoError(t, bens.Leave(t.Context()))
		require.Equal(t, []string{"ben leaves"}, o.seen("anna"))
		require.Equal(t, []rvp.Node{node("cleo")}, v.Members())
		require.ErrorIs(t, bens.Send(t.Context(), "?"), rvp.ErrLeft)

		require.NoError(t, v.Invite(t.Context(), node("ben")), "who is asked back is back")
		require.NoError(t, v.Send(t.Context(), "three"))
		require.Equal(t, []string{"anna joins", "anna says three"}, o.seen("ben"))
	})
}

// A message to a conversation that was left is refused, and its sender learns that
// (RVP-144).
func TestMessageAfterLeave(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben, cleo := o.client("anna", 1), o.client("ben", 2), o.client("cleo", 3)
		o.logOn(anna, ben, cleo)
		v := anna.Converse(node("ben"), node("cleo"), node("dora"))
		err := v.Send(t.Context(), "one")
		require.ErrorIs(t, err, rvp.ErrNotReachable, "dora is not logged on")
		failed, ok := errors.AsType[*rvp.RequestError](err)
		require.True(t, ok)
		require.Equal(t, rvp.RequestError{Method: "NOTIFY", Node: node("dora"), Status: 412, Err: rvp.ErrNotReachable}, *failed)
		require.Contains(t, o.seen("ben"), "anna says one", "the others get it")
		require.Contains(t, o.seen("cleo"), "anna says one")

		// The notice does not arrive, for instance.
		o.unplug("192.0.2.1", true)
		require.Error(t, o.heardIn("ben").Leave(t.Context()))
		o.unplug("192.0.2.1", false)
		pass(10 * time.Minute)
		require.Contains(t, v.Members(), node("ben"))
		err = v.Send(t.Context(), "two")
		require.ErrorIs(t, err, rvp.ErrLeft)
		require.NotContains(t, v.Members(), node("ben"))
		require.NotContains(t, o.seen("ben"), "anna says two")
	})
}

// A program that does not take its events has messages refused, and forgets no state.
func TestBusyProgram(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		waiting := make(chan struct{})
		told := 0
		var last rvp.State
		ben.Events = func(e rvp.ClientEvent) {
			<-waiting
			switch e := e.(type) {
			case *rvp.MessageEvent:
				told++
			case *rvp.PresenceEvent:
				last = e.State
			}
		}
		o.logOn(anna, ben)
		_, err := ben.Watch(t.Context(), node("anna"))
		require.NoError(t, err)
		v := anna.Converse(node("ben"))
		sent := 0
		for err == nil {
			if err = v.Send(t.Context(), "x"); err == nil {
				sent++
			}
			require.Less(t, sent, 1100)
		}
		require.ErrorIs(t, err, rvp.ErrNotReachable)
		for _, s := range []rvp.State{rvp.Busy, rvp.Away, rvp.AtLunch} {
			require.NoError(t, anna.SetState(t.Context(), s))
		}
		close(waiting)
		o.seen("ben")
		require.Equal(t, sent, told, "what was taken is told")
		require.Equal(t, rvp.AtLunch, last)
		require.NoError(t, v.Send(t.Context(), "x"), "there is room again")
	})
}
