package name

// A Pattern is that of a LIST or LSUB, with its reference before it: "*" stands for anything, "%" for anything without a
// separator (RFC 9051, 6.3.9). It may be used by several goroutines.
//
// It is an automaton whose states are bits: state i is that the first i characters of the pattern have matched. An octet
// of a name costs one operation for each 64 characters of the pattern, whatever is in it.
type Pattern struct {
	separator byte
	text      []byte            // without wildcards in a row
	equal     map[byte][]uint64 // the states that an octet leads on from
	percents  []uint64          // the states that are before a "%"
	wild      []uint64          // the states that are before a "*" or "%"
	stars     []uint64          // the states that are before a "*"
	never     bool
}

// Compile reads a pattern, in UTF-8. The cost of a match is bounded whatever the pattern; who takes several in a command
// has to bound their number. The separator is an octet of ASCII.
func Compile(pattern string, separator byte) *Pattern {
	p := &Pattern{separator: separator, text: collapse(pattern), equal: map[byte][]uint64{}}
	if len(p.text) > 2*maxName+1 { // there are more characters than in any name
		p.never = true
		return p
	}
	words := len(p.text)/64 + 1
	p.percents, p.wild, p.stars = make([]uint64, words), make([]uint64, words), make([]uint64, words)
	for i, c := range p.text {
		word, bit := i/64, uint64(1)<<(i%64)
		switch c {
		case '*':
			p.stars[word] |= bit
			p.wild[word] |= bit
		case '%':
			p.percents[word] |= bit
			p.wild[word] |= bit
		default:
			if p.equal[c] == nil {
				p.equal[c] = make([]uint64, words)
			}
			p.equal[c][word] |= bit
		}
	}
	return p
}

// collapse makes one wildcard of each run of them: the stronger one.
func collapse(pattern string) []byte {
	text := make([]byte, 0, len(pattern))
	for i := range len(pattern) {
		c := pattern[i]
		if last := len(text) - 1; last >= 0 && (c == '*' || c == '%') && (text[last] == '*' || text[last] == '%') {
			if c == '*' {
				text[last] = c
			}
			continue
		}
		text = append(text, c)
	}
	return text
}

// Match reports whether a name, as [Join] writes it, is what the pattern asks for. INBOX matches in any case, as it does
// in SELECT.
func (p *Pattern) Match(name string) bool {
	var room [roomWords]uint64
	states := p.run(name, false, room[:])
	return states != nil && states[len(p.text)/64]>>(len(p.text)%64)&1 != 0
}

// MatchBelow reports whether there can be a name below this one that matches, whether or not this one does: where LIST has
// to go on looking, and what RECURSIVEMATCH is about (RFC 5258, 3).
func (p *Pattern) MatchBelow(name string) bool {
	var room [roomWords]uint64
	states := p.run(name, true, room[:])
	if states == nil {
		return false
	}
	for i, c := range p.text {
		if states[i/64]>>(i%64)&1 != 0 && c != p.separator { // no component is empty
			return true
		}
	}
	return false
}

// roomWords is how many words of states need no allocation: those of patterns of up to 255 octets.
const roomWords = 4

// run returns the states that the pattern is in after a name, and after the separator behind it if below is set. nil is
// none. It puts them into room if that is large enough.
func (p *Pattern) run(name string, below bool, room []uint64) []uint64 {
	if p.never || len(name) > maxName {
		return nil
	}
	states := room
	if words := len(p.text)/64 + 1; words > len(room) {
		states = make([]uint64, words)
	} else {
		states = states[:words]
	}
	states[0] = 1
	p.skip(states)
	fold := 0 // so many octets match in any case
	if len(name) >= len(Inbox) && IsInbox(name[:len(Inbox)]) &&
		(len(name) == len(Inbox) || name[len(Inbox)] == p.separator) {
		fold = len(Inbox)
	}
	for i := range len(name) {
		alive := false
		if i < fold {
			alive = p.step(states, upper(name[i]), upper(name[i])|0x20)
		} else {
			alive = p.step(states, name[i], name[i])
		}
		if !alive {
			return nil
		}
	}
	if below && !p.step(states, p.separator, p.separator) {
		return nil
	}
	return states
}

// step takes one octet, which is as good as other, and reports whether there are states left.
func (p *Pattern) step(states []uint64, c, other byte) bool {
	equal, alike := p.equal[c], p.equal[other]
	carry, alive := uint64(0), uint64(0)
	for i, now := range states {
		match := uint64(0)
		if equal != nil {
			match = equal[i]
		}
		if alike != nil {
			match |= alike[i]
		}
		on := now & match
		stay := now & p.stars[i]
		if c != p.separator {
			stay |= now & p.percents[i]
		}
		states[i] = on<<1 | carry | stay
		carry = on >> 63
		alive |= states[i]
	}
	p.skip(states)
	return alive != 0
}

// skip adds the states behind wildcards that stand for nothing. No two of them are in a row.
func (p *Pattern) skip(states []uint64) {
	carry := uint64(0)
	for i, now := range states {
		over := now & p.wild[i]
		states[i] |= over<<1 | carry
		carry = over >> 63
	}
}
