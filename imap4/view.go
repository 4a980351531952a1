package imap4

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A view is the mailbox that is open, as the client knows it: what has been told
// is in exists, gone and dirty are what has not. Its columns have a row for each
// message, in the order of sequence numbers, and are compact: 16 octets a
// message.
type view struct {
	id       MailboxID
	path     []string
	rights   string
	readOnly bool
	dead     bool // the mailbox itself is gone

	validity uint32
	uidNext  UID
	modSeq   ModSeq // changes up to here are in it

	uids  []UID
	mods  []ModSeq
	flags []uint32 // SystemFlags, and above them an index of words

	words    [][]string        // sets of keywords; the first is the empty one
	index    map[string]uint32 // of words, by keywordKey
	keywords []string          // all that the client knows, sorted by what they fold to
	unknown  bool              // keywords has one that the client was not told

	exists int   // messages that were told
	gone   []UID // expunged, and not told yet
	dirty  []UID // changed, and not told yet

	live []*liveSearch // whose results the client is kept informed of
	own  UIDSet        // messages that the client itself has put here with the last command

	recent UID // messages from here on are \Recent; 0: none are
	told   int // RECENT, as it was told
}

// len returns how many messages there are.
func (v *view) len() int { return len(v.uids) }

// find returns the row of a message, or where it would be.
func (v *view) find(u UID) (int, bool) { return slices.BinarySearch(v.uids, u) }

// systemBits is the part of view.flags that holds SystemFlags.
const systemBits = 8

// pack makes a number of flags.
func (v *view) pack(f Flags) uint32 {
	return uint32(f.System) | v.wordsOf(f.Keywords)<<systemBits
}

// wordsOf returns the index of a set of keywords.
func (v *view) wordsOf(keywords []string) uint32 {
	if len(keywords) == 0 {
		return 0
	}
	key := keywordKey(keywords)
	if i, ok := v.index[key]; ok {
		return i
	}
	if v.index == nil {
		v.index = map[string]uint32{}
		v.words = [][]string{nil}
	}
	if len(v.words) > manyWords && len(v.words) > 2*v.len() {
		v.sweep()
	}
	i := uint32(len(v.words))
	v.words = append(v.words, slices.Clone(keywords))
	v.index[key] = i
	for _, k := range keywords {
		v.learn(k)
	}
	return i
}

// manyWords is how many sets of keywords there may be without a thought.
const manyWords = 1000

// sweep forgets the sets of keywords that no message has any more, so that a client
// that makes up ever new ones gains nothing.
func (v *view) sweep() {
	old, index := v.words, v.index
	at := make([]uint32, len(old))
	v.words = [][]string{nil}
	for i, f := range v.flags {
		n := f >> systemBits
		if n > 0 && at[n] == 0 {
			at[n] = uint32(len(v.words))
			v.words = append(v.words, old[n])
		}
		v.flags[i] = f&(1<<systemBits-1) | at[n]<<systemBits
	}
	v.index = make(map[string]uint32, len(v.words))
	for key, n := range index {
		if at[n] > 0 {
			v.index[key] = at[n]
		}
	}
	unknown := v.unknown
	v.keywords = nil
	for _, set := range v.words {
		for _, k := range set {
			v.learn(k)
		}
	}
	v.unknown = unknown
}

// learn notes a keyword that is used in the mailbox.
func (v *view) learn(k string) {
	i, known := slices.BinarySearchFunc(v.keywords, ascii.Upper(k), func(a, b string) int {
		return strings.Compare(ascii.Upper(a), b)
	})
	if !known {
		v.keywords = slices.Insert(v.keywords, i, k)
		v.unknown = true
	}
}

// keywordKey is the same for the same keywords, whatever their case and order.
func keywordKey(keywords []string) string {
	if len(keywords) == 1 {
		return ascii.Upper(keywords[0])
	}
	folded := make([]string, len(keywords))
	for i, k := range keywords {
		folded[i] = ascii.Upper(k)
	}
	slices.Sort(folded)
	return strings.Join(folded, " ")
}

// flagsOf returns the flags of a row.
func (v *view) flagsOf(i int) Flags {
	f := Flags{System: SystemFlags(v.flags[i] & (1<<systemBits - 1))}
	if n := v.flags[i] >> systemBits; n > 0 {
		f.Keywords = v.words[n]
	}
	return f
}

// isRecent reports whether a message is \Recent in this session.
func (v *view) isRecent(u UID) bool { return v.recent > 0 && u >= v.recent }

// recents counts the messages that are \Recent.
func (v *view) recents() int {
	if v.recent == 0 {
		return 0
	}
	i, _ := v.find(v.recent)
	return v.len() - i
}

// load makes the columns of a scan since 0. It returns an error of the scan.
func (v *view) load(all func(func(Meta, error) bool)) error {
	for m, err := range all {
		if err != nil {
			return err
		}
		v.add(m)
	}
	v.uids, v.mods, v.flags = fitted(v.uids), fitted(v.mods), fitted(v.flags)
	return nil
}

// fitted returns s without the room that append has left.
func fitted[T any](s []T) []T {
	if cap(s)-len(s) < len(s)/16+16 {
		return s
	}
	return append(make([]T, 0, len(s)), s...)
}

// add adds a message, which must have a UID above all there are.
func (v *view) add(m Meta) {
	if n := v.len(); m.Expunged || n > 0 && v.uids[n-1] >= m.UID {
		return
	}
	v.uids = append(v.uids, m.UID)
	v.mods = append(v.mods, m.ModSeq)
	v.flags = append(v.flags, v.pack(m.Flags))
	v.uidNext = max(v.uidNext, m.UID+1)
}

// merge takes in one message of a scan since v.modSeq.
func (v *view) merge(m Meta) {
	i, found := v.find(m.UID)
	switch {
	case !found:
		v.add(m)
	case m.Expunged:
		v.gone = append(v.gone, m.UID)
	case v.set(i, m):
		v.dirty = append(v.dirty, m.UID)
	}
}

// set gives a row what a message has now, and reports whether that is news. What
// is older than what is known comes from a scan that overlapped with a change of
// ours.
func (v *view) set(i int, m Meta) bool {
	if m.ModSeq <= v.mods[i] {
		return false
	}
	v.mods[i] = m.ModSeq
	v.flags[i] = v.pack(m.Flags)
	return true
}

// expunge removes rows and returns their sequence numbers, ascending, each as it
// was before any of them went. UIDs are in ascending order, without repeats.
func (v *view) expunge(gone []UID) (rows []int) {
	kept, next := 0, 0
	for i, u := range v.uids {
		for next < len(gone) && gone[next] < u {
			next++
		}
		if next < len(gone) && gone[next] == u {
			rows = append(rows, i+1)
			continue
		}
		v.uids[kept], v.mods[kept], v.flags[kept] = u, v.mods[i], v.flags[i]
		kept++
	}
	v.uids, v.mods, v.flags = v.uids[:kept], v.mods[:kept], v.flags[:kept]
	return rows
}
