package nntp

// The replies that do not depend on the conversation.
var (
	helpReply      = R(100, "commands follow")
	capableReply   = R(101, "capabilities follow")
	streamingReply = R(203, "streaming permitted")
	byeReply       = Reply{Code: 205, Text: "bye", Close: true}
	compressReply  = R(206, "compression active")
	listReply      = R(215, "information follows")
	headersReply   = R(221, "headers follow")
	overviewReply  = R(224, "overview follows")
	hdrReply       = R(225, "headers follow")
	newnewsReply   = R(230, "new articles follow")
	newgroupsReply = R(231, "new newsgroups follow")
	ihaveReply     = R(235, "article transferred")
	postedReply    = R(240, "article posted")
	loggedInReply  = R(281, "authentication accepted")
	titlesReply    = R(282, "newsgroups follow")
	sendReply      = R(335, "send it")
	passwordReply  = R(381, "password required")
	startTLSReply  = R(382, "begin TLS")

	sessionEnded  = Reply{Code: 400, Text: "this login has ended, log in again", Close: true}
	shuttingDown  = Reply{Code: 400, Text: "shutting down, come back later", Close: true}
	internalError = Reply{Code: 400, Text: "internal error", Close: true}
	tooManyErrors = Reply{Code: 400, Text: "too many errors", Close: true}
	tooManyLogins = Reply{Code: 400, Text: "too many failed logins", Close: true}
	tooManyConns  = Reply{Code: 400, Text: "too many connections, try again later", Close: true}
	idleTooLong   = Reply{Code: 400, Text: "idle for too long", Close: true}
	tryLater      = Reply{Code: 400, Text: "cannot take articles now, try again later", Close: true}
	accessDenied  = Reply{Code: 502, Text: "no service for your address", Close: true}
	bareLF        = Reply{Code: 501, Text: "a line must end in CRLF, this one ended in LF", Close: true}
	notNNTP       = Reply{Code: 501, Text: "this is an NNTP server", Close: true}
	pipelined     = Reply{Code: 501, Text: "nothing may follow that command before its answer", Close: true}

	localError      = R(403, "local error, try again later")
	noSuchGroup     = R(411, "no such newsgroup")
	noGroup         = R(412, "no newsgroup selected")
	noCurrent       = R(420, "no current article")
	noSelected      = R(420, "no articles selected")
	noNext          = R(421, "no next article")
	noPrevious      = R(422, "no previous article")
	noSuchNumber    = R(423, "no such article in this newsgroup")
	emptyRange      = R(423, "no articles in that range")
	noSuchID        = R(430, "no such article")
	haveIt          = R(435, "article not wanted")
	ihaveLater      = R(436, "try again later")
	mayNotPost      = R(440, "posting not permitted")
	authRequired    = R(480, "log in first")
	badCredentials  = R(481, "name or password wrong")
	authCancelled   = R(481, "login cancelled")
	authFailed      = R(481, "login failed")
	noTitles        = R(481, "no such newsgroups")
	authOrder       = R(482, "send AUTHINFO USER first")
	authProtocol    = R(482, "cannot make sense of that answer")
	authNeedsTLS    = R(483, "this login needs TLS, send STARTTLS first")
	unknownCommand  = R(500, "command not known")
	lineTooLong     = R(501, "line too long")
	badOctets       = R(501, "line holds a NUL or a CR")
	badSyntax       = R(501, "syntax error in arguments")
	unknownKeyword  = R(501, "keyword not known")
	notPermitted    = R(502, "not permitted")
	alreadyLoggedIn = R(502, "you have logged in already")
	tlsActive       = R(502, "TLS is active already")
	notCompressed   = R(502, "not while compression is active")
	afterLogin      = R(502, "STARTTLS comes before the login")
	noSuchList      = R(503, "nothing is kept for that")
	badMechanism    = R(503, "login mechanism not offered")
	noCompression   = R(503, "compression algorithm not offered")
	tooManyToOpen   = R(503, "too many articles for a field that is not in the overview, ask for fewer")
	noHeader        = R(503, "no such metadata item")
	badBase64       = R(504, "not base64")
	cannotTLS       = R(580, "cannot begin TLS")
)

// isFault tells the replies to commands that should not have been sent at all
// from those that refuse a proper one.
func isFault(r Reply) bool {
	switch r {
	case unknownCommand, lineTooLong, badOctets, badSyntax, unknownKeyword, badBase64,
		alreadyLoggedIn, tlsActive, notCompressed, afterLogin:
		return true
	}
	return false
}

// isMiss tells the answers to who asks for what is not there: to look for
// articles that may have expired is what readers do.
func isMiss(r Reply) bool {
	switch r.Code {
	case 411, 412, 420, 421, 422, 423, 430, 435:
		return true
	}
	return false
}
