package imap4

// commands is the protocol: each verb, when it may come, what else is to be known
// of it, whether it is offered, how its arguments read, and who answers it.
var commands = []command{
	{"CAPABILITY", anyTime, blind, nil, do(nothing, (*Conn).capability), nil},                                      // RFC 9051, 6.1.1
	{"NOOP", anyTime, fresh | asks, nil, do(nothing, (*Conn).noop), nil},                                           // RFC 9051, 6.1.2
	{"LOGOUT", anyTime, barrier | blind, nil, do(nothing, (*Conn).logout), nil},                                    // RFC 9051, 6.1.3
	{"ID", anyTime, blind, nil, do(idArgs, (*Conn).id), nil},                                                       // RFC 2971, 3.1
	{"LANGUAGE", anyTime, 0, nil, do(languageArgs, (*Conn).language), nil},                                         // RFC 5255, 3.2
	{"STARTTLS", NotAuthenticated, barrier, (*Conn).hasTLS, do(nothing, (*Conn).startTLS), nil},                    // RFC 9051, 6.2.1
	{"AUTHENTICATE", NotAuthenticated, barrier, (*Conn).hasAuth, do(authArgs, (*Conn).authenticate), nil},          // RFC 9051, 6.2.2
	{"LOGIN", NotAuthenticated, barrier, (*Conn).hasAuth, do(loginArgs, (*Conn).login), nil},                       // RFC 9051, 6.2.3
	{"ENABLE", loggedIn, barrier, nil, do(enableArgs, (*Conn).enable), nil},                                        // RFC 5161, 3.1
	{"SELECT", loggedIn, blind, nil, do(selectArgs, (*Conn).selectBox), nil},                                       // RFC 9051, 6.3.2
	{"EXAMINE", loggedIn, blind, nil, do(selectArgs, (*Conn).examine), nil},                                        // RFC 9051, 6.3.3
	{"CREATE", loggedIn, 0, nil, do(createArgs, (*Conn).create), nil},                                              // RFC 9051, 6.3.4
	{"DELETE", loggedIn, 0, nil, do(oneMailbox, (*Conn).deleteBox), nil},                                           // RFC 9051, 6.3.5
	{"RENAME", loggedIn, 0, nil, do(renameArgs, (*Conn).rename), nil},                                              // RFC 9051, 6.3.6
	{"SUBSCRIBE", loggedIn, 0, nil, do(oneMailbox, (*Conn).subscribe), nil},                                        // RFC 9051, 6.3.7
	{"UNSUBSCRIBE", loggedIn, 0, nil, do(oneMailbox, (*Conn).unsubscribe), nil},                                    // RFC 9051, 6.3.8
	{"LIST", loggedIn, 0, nil, do(listArgs, (*Conn).list), nil},                                                    // RFC 9051, 6.3.9
	{"LSUB", loggedIn, 0, nil, do(lsubArgs, (*Conn).lsub), nil},                                                    // RFC 3501, 6.3.9
	{"NAMESPACE", loggedIn, 0, nil, do(nothing, (*Conn).namespace), nil},                                           // RFC 9051, 6.3.10
	{"STATUS", loggedIn, 0, nil, do(statusArgs, (*Conn).status), nil},                                              // RFC 9051, 6.3.11
	{"APPEND", loggedIn, fresh, nil, do(appendArgs, (*Conn).append), appendStreams},                                // RFC 9051, 6.3.12
	{"IDLE", loggedIn, barrier | blind, nil, do(nothing, (*Conn).idle), nil},                                       // RFC 9051, 6.3.13
	{"COMPRESS", loggedIn, barrier | blind, nil, do(compressArgs, (*Conn).compress), nil},                          // RFC 4978, 3
	{"UNAUTHENTICATE", loggedIn, barrier | blind, (*Conn).notCompressed, do(nothing, (*Conn).unauthenticate), nil}, // RFC 8437, 3
	{"CLOSE", Selected, blind, nil, do(nothing, (*Conn).closeBox), nil},                                            // RFC 9051, 6.4.1
	{"UNSELECT", Selected, blind, nil, do(nothing, (*Conn).unselect), nil},                                         // RFC 9051, 6.4.2
	{"CHECK", Selected, fresh | asks, nil, do(nothing, (*Conn).noop), nil},                                         // RFC 3501, 6.4.1
	{"EXPUNGE", Selected, fresh, nil, do(nothing, (*Conn).expunge), nil},                                           // RFC 9051, 6.4.3
	{"UID EXPUNGE", Selected, fresh, nil, do(oneSet, (*Conn).uidExpunge), nil},                                     // RFC 4315, 2.1
	{"SEARCH", Selected, quiet, nil, do(searchArgs, (*Conn).search), nil},                                          // RFC 9051, 6.4.4
	{"UID SEARCH", Selected, 0, nil, do(searchArgs, (*Conn).search), nil},                                          // RFC 9051, 6.4.9
	{"SORT", Selected, quiet, nil, do(sortArgs, (*Conn).sort), nil},                                                // RFC 5256, 3
	{"UID SORT", Selected, 0, nil, do(sortArgs, (*Conn).sort), nil},                                                // RFC 5256, 3
	{"THREAD", Selected, quiet, nil, do(threadArgs, (*Conn).thread), nil},                                          // RFC 5256, 3
	{"UID THREAD", Selected, 0, nil, do(threadArgs, (*Conn).thread), nil},                                          // RFC 5256, 3
	{"FETCH", Selected, quiet | slow, nil, do(fetchArgs, (*Conn).fetch), nil},                                      // RFC 9051, 6.4.5
	{"UID FETCH", Selected, slow, nil, do(fetchArgs, (*Conn).fetch), nil},                                          // RFC 9051, 6.4.9
	{"STORE", Selected, quiet, nil, do(storeArgs, (*Conn).store), nil},                                             // RFC 9051, 6.4.6
	{"UID STORE", Selected, 0, nil, do(storeArgs, (*Conn).store), nil},                                             // RFC 9051, 6.4.9
	{"COPY", Selected, quiet | fresh, nil, do(copyArgs, (*Conn).copy), nil},                                        // RFC 9051, 6.4.7
	{"UID COPY", Selected, fresh, nil, do(copyArgs, (*Conn).copy), nil},                                            // RFC 9051, 6.4.9
	{"MOVE", Selected, quiet | fresh, nil, do(copyArgs, (*Conn).move), nil},                                        // RFC 6851, 3.1
	{"UID MOVE", Selected, fresh, nil, do(copyArgs, (*Conn).move), nil},                                            // RFC 6851, 3.2
	{"REPLACE", Selected, quiet | fresh, nil, do(replaceArgs, (*Conn).replace), replaceStreams},                    // RFC 8508, 3.2
	{"UID REPLACE", Selected, fresh, nil, do(replaceArgs, (*Conn).replace), replaceStreams},                        // RFC 8508, 3.3

	{"SETACL", loggedIn, 0, (*Conn).hasACL, do(setACLArgs, (*Conn).setACL), nil},                                    // RFC 4314, 3.1
	{"DELETEACL", loggedIn, 0, (*Conn).hasACL, do(identifierArgs, (*Conn).deleteACL), nil},                          // RFC 4314, 3.2
	{"GETACL", loggedIn, 0, (*Conn).hasACL, do(oneMailbox, (*Conn).getACL), nil},                                    // RFC 4314, 3.3
	{"LISTRIGHTS", loggedIn, 0, (*Conn).hasACL, do(identifierArgs, (*Conn).listRights), nil},                        // RFC 4314, 3.4
	{"MYRIGHTS", loggedIn, 0, (*Conn).hasACL, do(oneMailbox, (*Conn).myRights), nil},                                // RFC 4314, 3.5
	{"GETQUOTA", loggedIn, 0, (*Conn).hasQuota, do(rootArgs, (*Conn).getQuota), nil},                                // RFC 9208, 4.1.1
	{"GETQUOTAROOT", loggedIn, 0, (*Conn).hasQuota, do(oneMailbox, (*Conn).quotaRoot), nil},                         // RFC 9208, 4.1.2
	{"SETQUOTA", loggedIn, 0, (*Conn).hasQuota, do(setQuotaArgs, (*Conn).setQuota), nil},                            // RFC 9208, 4.1.3
	{"ESEARCH", loggedIn, 0, nil, do(multiArgs, (*Conn).multiSearch), nil},                                          // RFC 7377, 2
	{"CANCELUPDATE", Selected, 0, nil, do(cancelArgs, (*Conn).cancelUpdate), nil},                                   // RFC 5267, 4.3.5
	{"NOTIFY", loggedIn, fresh | slow, nil, do(notifyArgs, (*Conn).notify), nil},                                    // RFC 5465, 3.1
	{"GETMETADATA", loggedIn, 0, (*Conn).hasMetadata, do(getMetadataArgs, (*Conn).getMetadata), nil},                // RFC 5464, 4.2
	{"SETMETADATA", loggedIn, 0, (*Conn).hasMetadata, do(setMetadataArgs, (*Conn).setMetadata), setMetadataStreams}, // RFC 5464, 4.3
}
