package rvp

// A State is what a user shows of himself: the local name of the element that
// is r:state's only child (rvp-exchange2000, 9.1.5 to 9.1.11). Others than the
// known ones are passed on as they are.
type State string

// The known states. Invisible is shown to others as Offline.
const (
	Online    State = "online"
	Offline   State = "offline"
	Away      State = "away"
	Busy      State = "busy"
	BackSoon  State = "back-soon"
	OnPhone   State = "on-phone"
	AtLunch   State = "at-lunch"
	Idle      State = "idle"
	Invisible State = "invisible"
)

// Valid reports whether s may be written as the name of an element: up to 64
// letters, digits, hyphens and underscores of ASCII, the first one a letter, and
// not the name of what else an r:state may hold.
func (s State) Valid() bool {
	if len(s) == 0 || len(s) > 64 || !isLetter(s[0]) || s == "leased-value" || s == "view-id" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// inner is the state as the content of a property.
func (s State) inner() string { return "<r:" + string(s) + "/>" }
