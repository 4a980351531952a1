package report

// advices explain status codes to people, by subject and detail (RFC 3463, 3; RFC 7504; RFC 7505).
var advices = map[[2]uint16]string{
	{1, 1}:  "There is no mailbox of this name. Please check the address for typing errors.",
	{1, 2}:  "The domain of the address does not exist or takes no mail. Please check it for typing errors.",
	{1, 3}:  "The address is not one that mail can be sent to. Please check it for typing errors.",
	{1, 6}:  "The mailbox has moved, and the new address is not known.",
	{1, 8}:  "The recipient's mail system does not accept your address.",
	{1, 10}: "The domain of the address takes no mail.",
	{2, 1}:  "The mailbox is not in use at this time.",
	{2, 2}:  "The mailbox is full. The recipient has to make room before it can take more.",
	{2, 3}:  "The message is larger than the mailbox takes. Please send a smaller one.",
	{2, 4}:  "The mailing list could not pass the message on.",
	{3, 1}:  "The recipient's mail system has no room.",
	{3, 2}:  "The recipient's mail system takes no mail at this time.",
	{3, 4}:  "The message is larger than the recipient's mail system takes. Please send a smaller one.",
	{4, 1}:  "The recipient's mail system does not answer.",
	{4, 2}:  "The connection to the recipient's mail system was lost.",
	{4, 3}:  "The recipient's domain could not be looked up.",
	{4, 4}:  "No way to the recipient's domain is known. Please check the address for typing errors.",
	{4, 5}:  "The recipient's mail system is too busy.",
	{4, 6}:  "The message has come back again and again: mail for this address goes in circles.",
	{4, 7}:  "The message could not be delivered in the time that there was for it.",
	{5, 3}:  "The message has too many recipients.",
	{6, 1}:  "The recipient's mail system cannot take what the message holds.",
	{6, 3}:  "The recipient's mail system cannot take what the message holds.",
	{6, 7}:  "The recipient's mail system cannot take addresses with letters such as these.",
	{7, 1}:  "The recipient's mail system does not let you write to this address.",
}

// subjects explain codes that have nothing better, by subject alone.
var subjects = [...]string{
	1: "There is something wrong with the address.",
	2: "The mailbox could not take the message.",
	3: "The recipient's mail system could not take the message.",
	4: "The recipient's mail system could not be reached.",
	5: "The mail systems did not understand each other.",
	6: "The recipient's mail system could not take the message as it is.",
	7: "The message was refused for reasons of security or policy.",
}

// advice explains a status code to people; "" if there is nothing to say.
func advice(s Status) string {
	if text, ok := advices[[2]uint16{s[1], s[2]}]; ok {
		return text
	}
	if int(s[1]) < len(subjects) {
		return subjects[s[1]]
	}
	return ""
}
