package rvp

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is when the tests of views begin.
var noon = time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)

// leased is a PROPPATCH of the state as clients send it.
func leased(s State, timeout time.Duration, view string) PropertyChange {
	return PropertyChange{
		Name: PropState, Leased: true, View: view,
		Lease: Lease{Value: StateProperty(s).Inner, Default: StateProperty(Offline).Inner, Timeout: timeout},
	}
}

// viewing applies PROPPATCHes to one Record.
type viewing struct {
	t      *testing.T
	r      Record
	now    time.Time
	limits Limits
}

func newViewing(t *testing.T) *viewing {
	return &viewing{t: t, now: noon, limits: Limits{}.filled()}
}

func (v *viewing) patch(logon string, c ...PropertyChange) ([]PropertyChange, effect) {
	v.t.Helper()
	p := patch{changes: c, logon: logon, limits: &v.limits}
	granted, e, err := p.apply(&v.r, v.now)
	require.NoError(v.t, err)
	return granted, e
}

// pass lets time pass, and leases end.
func (v *viewing) pass(d time.Duration) effect {
	v.now = v.now.Add(d)
	e, _ := v.r.expire(v.now)
	return e
}

// TestVisibleState: RVP-076, RVP-079, RVP-080, rules 2 and 3 of view.go.
func TestVisibleState(t *testing.T) {
	type step struct {
		logon string
		state State
		want  State
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"one logon", []step{{"a", Online, Online}, {"a", Busy, Busy}, {"a", Offline, Offline}}},
		{"RVP-079: offline without an ID is at once", []step{{"a", Online, Online}, {"a", Away, Away}, {"a", Offline, Offline}}},
		{"RVP-076: the other logon's state", []step{{"a", Online, Online}, {"b", Busy, Busy}, {"b", Offline, Online}, {"a", Offline, Offline}}},
		{"RVP-076: the earlier one goes", []step{{"a", Online, Online}, {"b", Busy, Busy}, {"a", Offline, Busy}}},
		{"idle does not show while the other is up", []step{{"a", Online, Online}, {"b", Online, Online}, {"a", Idle, Online}, {"b", Idle, Idle}, {"a", Offline, Idle}, {"b", AtLunch, AtLunch}}},
		{"the last choice counts", []step{{"a", Busy, Busy}, {"b", AtLunch, AtLunch}, {"a", OnPhone, OnPhone}, {"b", AtLunch, OnPhone}}},
		{"invisible is a choice", []step{{"a", Online, Online}, {"b", Invisible, Invisible}, {"b", Offline, Online}}},
		{"RVP-080: unknown states", []step{{"a", "gone-fishing", "gone-fishing"}, {"a", BackSoon, BackSoon}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newViewing(t)
			for i, s := range c.steps {
				v.now = v.now.Add(time.Second)
				_, e := v.patch(s.logon, leased(s.state, time.Hour, ""))
				require.Equal(t, s.want, v.r.state(v.now), "step %d", i)
				require.Equal(t, s.want, e.after, "step %d", i)
			}
		})
	}
}

// TestGrantedLease: RVP-068, RVP-069, RVP-070, RVP-074, RVP-075.
func TestGrantedLease(t *testing.T) {
	v := newViewing(t)
	granted, _ := v.patch("a", leased(Online, 20*time.Minute, ""))
	require.Equal(t, []PropertyChange{{
		Name: PropState, Leased: true, View: "1",
		Lease: Lease{Value: "<r:online/>", Default: "<r:offline/>", Timeout: 20 * time.Minute},
	}}, granted)
	require.Equal(t, noon.Add(20*time.Minute), v.r.Next)

	granted, _ = v.patch("b", leased(Busy, 100*time.Hour, "1"))
	require.Equal(t, "1", granted[0].View, "RVP-070: a live ID is that view, whoever the logon is")
	require.Equal(t, 4*time.Hour, granted[0].Lease.Timeout, "RVP-075")

	v.now = v.now.Add(time.Hour)
	granted, e := v.patch("", PropertyChange{Name: PropState, View: "1", Lease: Lease{Value: "<r:away/>"}})
	require.Equal(t, Lease{Value: "<r:away/>", Default: "<r:offline/>", Timeout: 3 * time.Hour}, granted[0].Lease, "RVP-074: the lease goes on")
	require.Equal(t, Away, e.after)

	granted, _ = v.patch("c", PropertyChange{Name: PropState, Leased: true, View: "77", Lease: Lease{Value: "<r:online/>"}})
	require.Equal(t, "2", granted[0].View, "a dead ID is as good as none")
	require.Equal(t, 4*time.Hour, granted[0].Lease.Timeout)

	granted, e = v.patch("c", PropertyChange{Name: PropState, Remove: true})
	require.Equal(t, "<r:offline/>", granted[0].Lease.Value)
	require.Equal(t, Away, e.after)
	require.Len(t, v.r.Views, 1)
}

// TestLeaseEnds: RVP-071 and RVP-072.
func TestLeaseEnds(t *testing.T) {
	v := newViewing(t)
	v.patch("a", leased(Online, 20*time.Minute, ""))
	v.now = v.now.Add(15 * time.Minute)
	revision := v.r.Revision
	_, e := v.patch("a", leased(Online, 20*time.Minute, ""))
	require.True(t, e.isNothing(), "RVP-072: a refresh is told to nobody")
	require.Equal(t, revision, v.r.Revision)
	require.Equal(t, v.now.Add(20*time.Minute), v.r.Next)

	e = v.pass(20*time.Minute - 1)
	require.True(t, e.isNothing())
	require.Equal(t, Online, v.r.state(v.now))
	require.Equal(t, Offline, v.r.state(v.now.Add(1)), "a lease ends at its exact time, even if nobody has looked")
	e = v.pass(1)
	require.Equal(t, effect{before: Online, after: Offline}, e)
	require.Empty(t, v.r.Views)
	require.True(t, v.r.Next.IsZero())

	_, e = v.patch("a", leased(Busy, time.Minute, "1"))
	require.Equal(t, effect{before: Offline, after: Busy}, e)
	v.now = v.now.Add(time.Minute + time.Second)
	_, e = v.patch("a", leased(Busy, time.Minute, "2"))
	require.True(t, e.isNothing(), "late, but before anybody saw it")
}

// TestLive: views of logons that are there, not what a lease has left, nor what has ended.
func TestLive(t *testing.T) {
	r := Record{Views: []View{
		{ID: rest, State: Away},
		{ID: 1, State: Busy, Until: noon},
		{ID: 2, State: Offline, Until: noon.Add(time.Hour)},
		{ID: 3, State: Invisible, Until: noon.Add(1)},
		{ID: 4, State: Idle},
	}}
	require.Equal(t, []View{r.Views[3], r.Views[4]}, slices.Collect(r.Live(noon)))
	for v := range r.Live(noon) {
		require.EqualValues(t, 3, v.ID)
		break
	}
}

// TestDefaultRemains: RVP-071, with a default that is not offline.
func TestDefaultRemains(t *testing.T) {
	v := newViewing(t)
	c := leased(Online, time.Minute, "")
	c.Lease.Default = "<r:away/>"
	v.patch("a", c)
	e := v.pass(time.Minute)
	require.Equal(t, effect{before: Online, after: Away}, e)
	require.True(t, v.r.Next.IsZero())
	require.Equal(t, Away, v.r.state(v.now.Add(1000*time.Hour)))
	_, e = v.patch("b", leased(Idle, time.Minute, ""))
	require.Equal(t, effect{before: Away, after: Idle}, e)
	e = v.pass(time.Minute)
	require.Equal(t, effect{before: Idle, after: Offline}, e, "what a lease left behind is gone when somebody logs on")
}

// TestForWhom: RVP-077, RVP-078, RVP-081.
func TestForWhom(t *testing.T) {
	state := func(s State) []Property { return []Property{StateProperty(s)} }
	for _, c := range []struct {
		e           effect
		others, own []Property
	}{
		{effect{Offline, Online, nil}, state(Online), state(Online)},
		{effect{Online, Busy, nil}, state(Busy), state(Busy)},
		{effect{Busy, Away, nil}, state(Away), state(Away)},
		{effect{Busy, BackSoon, nil}, state(BackSoon), state(BackSoon)},
		{effect{Busy, OnPhone, nil}, state(OnPhone), state(OnPhone)},
		{effect{Busy, AtLunch, nil}, state(AtLunch), state(AtLunch)},
		{effect{Online, Idle, nil}, state(Idle), nil},
		{effect{Online, Offline, nil}, state(Offline), nil},
		{effect{Online, Invisible, nil}, state(Offline), state(Invisible)},
		{effect{Invisible, Offline, nil}, nil, nil},
		{effect{Offline, Invisible, nil}, nil, state(Invisible)},
		{effect{Busy, Busy, nil}, nil, nil},
	} {
		require.Equal(t, c.others, c.e.forOthers(), "%v", c.e)
		require.Equal(t, c.own, c.e.forOwner(), "%v", c.e)
		v := Property{Name: PropEmail, Inner: "a@example.test"}
		c.e.values = []Property{v}
		require.Equal(t, append(slices.Clone(c.others), v), c.e.forOthers())
		require.Equal(t, append(slices.Clone(c.own), v), c.e.forOwner())
	}
}

// TestValues are properties other than the state.
func TestValues(t *testing.T) {
	v := newViewing(t)
	name := xml.Name{Space: "urn:x", Local: "mood"}
	set := func(value string, timeout time.Duration) PropertyChange {
		return PropertyChange{Name: name, Leased: timeout != 0, Lease: Lease{Value: value, Default: "so so", Timeout: timeout}}
	}
	_, e := v.patch("", set("good", 0))
	require.Equal(t, []Property{{name, "good"}}, e.values)
	_, e = v.patch("", set("good", 0))
	require.True(t, e.isNothing())
	granted, e := v.patch("", set("better", 9*time.Hour))
	require.Equal(t, []Property{{name, "better"}}, e.values)
	require.Equal(t, 4*time.Hour, granted[0].Lease.Timeout)
	e = v.pass(4 * time.Hour)
	require.Equal(t, []Property{{name, "so so"}}, e.values)
	require.True(t, v.r.Next.IsZero())
	_, e = v.patch("", PropertyChange{Name: name, Remove: true})
	require.Equal(t, []Property{{Name: name}}, e.values)
	require.Empty(t, v.r.Values)
	_, e = v.patch("", PropertyChange{Name: name, Remove: true})
	require.True(t, e.isNothing())

	v.patch("", PropertyChange{Name: name, Leased: true, Lease: Lease{Value: "short", Timeout: time.Second}})
	e = v.pass(time.Second)
	require.Equal(t, []Property{{Name: name}}, e.values, "without a default it is gone")
	require.Empty(t, v.r.Values)
}

// TestPatchRefused: what cannot be done changes nothing.
func TestPatchRefused(t *testing.T) {
	v := newViewing(t)
	big := PropertyChange{Name: PropEmail, Lease: Lease{Value: string(make([]byte, maxValueOctets))}}
	bad := PropertyChange{Name: PropState, Lease: Lease{Value: "<r:busy/><r:away/>"}}
	p := patch{changes: []PropertyChange{leased(Online, 0, ""), big, bad}, limits: &v.limits}
	_, e, err := p.apply(&v.r, v.now)
	require.Equal(t, patchError{0, http.StatusInsufficientStorage, http.StatusConflict}, err)
	require.True(t, e.isNothing())

	v = newViewing(t)
	for i := range v.limits.Values {
		v.patch("", PropertyChange{Name: xml.Name{Space: "urn:x", Local: "v" + strconv.Itoa(i)}, Lease: Lease{Value: "x"}})
	}
	p = patch{changes: []PropertyChange{{Name: PropEmail}}, limits: &v.limits}
	_, _, err = p.apply(&v.r, v.now)
	require.Equal(t, patchError{http.StatusInsufficientStorage}, err)
}

// TestDrop ends the views of a logon that is gone.
func TestDrop(t *testing.T) {
	v := newViewing(t)
	v.patch("a", leased(Online, time.Hour, ""))
	v.patch("b", leased(Busy, time.Hour, ""))
	e, err := v.r.drop("b", v.now)
	require.NoError(t, err)
	require.Equal(t, effect{before: Busy, after: Online}, e)
	_, err = v.r.drop("b", v.now)
	require.ErrorIs(t, err, errUnchanged)
}

// A said is what a logon of the model has said.
type said struct {
	logon, view string
	state       State
	until, set  time.Time
}

// TestViewModel has random logons say things, and compares with a model that keeps all
// they said. Properties: the visible state is the model's; what watchers are told forms
// a chain without gaps, and Revision grows exactly with it; Next is the end of the
// first lease; nothing grows without bound.
func TestViewModel(t *testing.T) {
	states := []State{Online, Online, Busy, Away, Idle, Offline, Invisible, "x"}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		v := newViewing(t)
		v.limits.Views = 6
		var model []said
		told, revision := Offline, uint64(0)
		for i := range 60 {
			v.now = v.now.Add(time.Duration(1+rnd.IntN(400)) * time.Second)
			model = slices.DeleteFunc(model, func(s said) bool { return !s.until.After(v.now) })
			var e effect
			if rnd.IntN(4) == 0 {
				var err error
				if e, err = v.r.expire(v.now); err != nil {
					require.ErrorIs(t, err, errUnchanged)
					e = effect{before: told, after: told}
				}
			} else {
				logon := string(rune('a' + rnd.IntN(5)))
				state, view := states[rnd.IntN(len(states))], ""
				at := slices.IndexFunc(model, func(s said) bool { return s.logon == logon })
				if at >= 0 && rnd.IntN(2) == 0 {
					view = model[at].view
				}
				lease := time.Duration(60+rnd.IntN(1200)) * time.Second
				var granted []PropertyChange
				granted, e = v.patch(logon, leased(state, lease, view))
				if at < 0 {
					model = append(model, said{logon: logon})
					at = len(model) - 1
				}
				m := &model[at]
				if m.state != state {
					m.state, m.set = state, v.now
				}
				m.until, m.view = v.now.Add(lease), granted[0].View
				if state == Offline {
					model = slices.Delete(model, at, at+1)
				}
			}
			where := fmt.Sprintf("seed %d, step %d", seed, i)
			require.Equal(t, told, e.before, where)
			told = e.after
			if e.before != e.after {
				revision++
			}
			require.Equal(t, revision, v.r.Revision, where)
			require.Equal(t, visibleOf(model), v.r.state(v.now), where)
			require.Len(t, v.r.Views, len(model), where)
			next := time.Time{}
			for _, m := range model {
				if next.IsZero() || m.until.Before(next) {
					next = m.until
				}
			}
			require.Equal(t, next, v.r.Next, where)
		}
	}
}

// visibleOf is rule 2 of view.go.
func visibleOf(model []said) State {
	best := said{state: Offline}
	for _, m := range model {
		if m.state == Idle && best.state == Offline {
			best = said{state: Idle}
		}
		if m.state != Idle && (best.state == Offline || best.state == Idle || m.set.After(best.set)) {
			best = m
		}
	}
	return best.state
}

// TestViewLimit: the view that would end first makes room.
func TestViewLimit(t *testing.T) {
	v := newViewing(t)
	v.limits.Views = 3
	for i, s := range []State{Online, Busy, Away, OnPhone} {
		v.patch(strconv.Itoa(i), leased(s, time.Duration(10+i)*time.Minute, ""))
	}
	require.Len(t, v.r.Views, 3)
	require.Equal(t, Busy, v.r.Views[0].State)
	require.Equal(t, uint64(4), v.r.LastView)
}
