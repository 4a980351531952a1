package queue

import "strings"

// A ReportClass is what kind of trouble an administrator wants to know of, as bits. The names are those of Postfix's
// notify_classes where it has one. A failure or delay is of the class of its action and of the one of its status code
// (RFC 3463, 3).
type ReportClass uint16

// The classes.
const (
	ClassBounce       ReportClass = 1 << iota // failed, and the sender is told
	ClassDoubleBounce                         // failed, and there is no sender to be told
	ClassDelay                                // delayed
	ClassRecipient                            // X.1: there is no such mailbox or domain
	ClassAmbiguous                            // X.1.4: several mailboxes match the address
	ClassMailbox                              // X.2: the mailbox is full, or switched off
	ClassResource                             // X.3, and X.2.2, X.4.5: no room or time here or there
	ClassNetwork                              // X.4: the destination cannot be found or reached
	ClassProtocol                             // X.5: the hosts did not understand each other
	ClassConversion                           // X.6: the content could not be taken or converted
	ClassPolicy                               // X.7: refused for reasons of security or policy
	numClasses        = iota
)

// ClassAll is every trouble.
const ClassAll ReportClass = 1<<numClasses - 1

var classNames = [numClasses]string{
	"bounce", "2bounce", "delay", "recipient", "ambiguous", "mailbox", "resource", "network", "protocol", "conversion", "policy",
}

// String lists the classes with commas between.
func (c ReportClass) String() string {
	var names []string
	for i, name := range classNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// classOf is of which classes the fate of a recipient is.
func classOf(to *ReportRecipient, nobody bool) (c ReportClass) {
	switch {
	case to.Action == ActionDelayed:
		c = ClassDelay
	case to.Action != ActionFailed:
		return 0
	case nobody:
		c = ClassDoubleBounce
	default:
		c = ClassBounce
	}
	status := statusOf(to.Reply)
	switch status[1] {
	case 1:
		c |= ClassRecipient
		if status[2] == 4 {
			c |= ClassAmbiguous
		}
	case 2:
		c |= ClassMailbox
		if status[2] == 2 {
			c |= ClassResource
		}
	case 3:
		c |= ClassResource
	case 4:
		c |= ClassNetwork
		if status[2] == 5 {
			c |= ClassResource
		}
	case 5:
		c |= ClassProtocol
	case 6:
		c |= ClassConversion
	case 7:
		c |= ClassPolicy
	}
	return c
}
