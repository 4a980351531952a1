package imap4test

import (
	"fmt"
	"slices"
)

// A verb is a command, with arguments that are good where it may come.
type verb struct {
	name, args, ref string
	in              []state
	needs           string
	manual          bool // it is not one line and one answer
}

var (
	always  = []state{greeted, authenticated, selected}
	before  = []state{greeted}
	behind  = []state{authenticated, selected}
	opened  = []state{selected}
	inWords = map[state]string{greeted: "before the login", authenticated: "after the login", selected: "with a mailbox selected"}
)

// verbs returns the commands, and where they may come.
func verbs() []verb {
	return []verb{
		{"CAPABILITY", "", "RFC 9051, 6.1.1", always, "", false},
		{"NOOP", "", "RFC 9051, 6.1.2", always, "", false},
		{"LOGOUT", "", "RFC 9051, 6.1.3", always, "", true},
		{"ID", " NIL", "RFC 2971, 3.1", always, "ID", false},
		{"LOGIN", " ${user} ${password}", "RFC 9051, 6.2.3", before, "", false},
		{"AUTHENTICATE", " PLAIN ${plain}", "RFC 9051, 6.2.2", before, "SASL-IR", false},
		{"STARTTLS", "", "RFC 9051, 6.2.1", before, "", true},
		{"ENABLE", " X-NO-SUCH-EXTENSION", "RFC 9051, 6.3.1", behind, "ENABLE", false},
		{"SELECT", " ${box}", "RFC 9051, 6.3.2", behind, "", false},
		{"EXAMINE", " ${box}", "RFC 9051, 6.3.3", behind, "", false},
		{"CREATE", " ${box2}", "RFC 9051, 6.3.4", behind, "", false},
		{"DELETE", " ${box}", "RFC 9051, 6.3.5", []state{authenticated}, "", false},
		{"RENAME", " ${box} ${box2}", "RFC 9051, 6.3.6", behind, "", false},
		{"SUBSCRIBE", " ${box}", "RFC 9051, 6.3.7", behind, "", false},
		{"UNSUBSCRIBE", " ${box}", "RFC 9051, 6.3.8", behind, "", false},
		{"LIST", ` "" ${box}`, "RFC 9051, 6.3.9", behind, "", false},
		{"LSUB", ` "" ${box}`, "RFC 3501, 6.3.9", behind, "", false},
		{"NAMESPACE", "", "RFC 9051, 6.3.10", behind, "NAMESPACE", false},
		{"STATUS", " ${box} (MESSAGES)", "RFC 9051, 6.3.11", behind, "", false},
		{"APPEND", " ${box} <<${small}>>", "RFC 9051, 6.3.12", behind, "", false},
		{"IDLE", "", "RFC 9051, 6.3.13", behind, "IDLE", true},
		{"GETQUOTAROOT", " ${box}", "RFC 9208, 4.1.2", behind, "QUOTA", false},
		{"GETACL", " ${box}", "RFC 4314, 3.3", behind, "ACL", false},
		{"MYRIGHTS", " ${box}", "RFC 4314, 3.5", behind, "ACL", false},
		{"LISTRIGHTS", " ${box} ${who}", "RFC 4314, 3.4", behind, "ACL", false},
		{"SETACL", " ${box} ${who} lr", "RFC 4314, 3.1", behind, "ACL", false},
		{"DELETEACL", " ${box} ${who}", "RFC 4314, 3.2", behind, "ACL", false},
		{"GETMETADATA", " ${box} /private/comment", "RFC 5464, 4.2", behind, "METADATA", false},
		{"SETMETADATA", ` ${box} (/private/comment "x")`, "RFC 5464, 4.3", behind, "METADATA", false},
		{"NOTIFY", " NONE", "RFC 5465, 3.1", behind, "NOTIFY", false},
		{"CHECK", "", "RFC 3501, 6.4.1", opened, "", false},
		{"CLOSE", "", "RFC 9051, 6.4.1", opened, "", false},
		{"UNSELECT", "", "RFC 9051, 6.4.2", opened, "UNSELECT", false},
		{"EXPUNGE", "", "RFC 9051, 6.4.3", opened, "", false},
		{"SEARCH", " ALL", "RFC 9051, 6.4.4", opened, "", false},
		{"FETCH", " 1 FLAGS", "RFC 9051, 6.4.5", opened, "", false},
		{"STORE", ` 1 +FLAGS (\Seen)`, "RFC 9051, 6.4.6", opened, "", false},
		{"COPY", " 1 ${box}", "RFC 9051, 6.4.7", opened, "", false},
		{"MOVE", " 1 ${box2}", "RFC 9051, 6.4.8", opened, "MOVE", false},
		{"UID SEARCH", " ALL", "RFC 9051, 6.4.9", opened, "", false},
		{"UID FETCH", " 1 FLAGS", "RFC 9051, 6.4.9", opened, "", false},
		{"UID STORE", ` 1 +FLAGS (\Seen)`, "RFC 9051, 6.4.9", opened, "", false},
		{"UID COPY", " 1 ${box}", "RFC 9051, 6.4.9", opened, "", false},
		{"UID MOVE", " 1 ${box2}", "RFC 9051, 6.4.9", opened, "MOVE", false},
		{"UID EXPUNGE", " 1", "RFC 9051, 6.4.9", opened, "UIDPLUS", false},
		{"SORT", " (DATE) US-ASCII ALL", "RFC 5256, 3", opened, "SORT", false},
		{"THREAD", " REFERENCES US-ASCII ALL", "RFC 5256, 3", opened, "THREAD=REFERENCES", false},
		{"REPLACE", " 1 ${box} <<${small}>>", "RFC 8508, 3.3", opened, "REPLACE", false},
	}
}

// tableCases are each command in each state, in other letters, and with an
// argument too many.
func tableCases() []testCase {
	var list []testCase
	for _, v := range verbs() {
		for _, in := range always {
			switch {
			case !slices.Contains(v.in, in) && (v.name != "DELETE" || in == greeted):
				list = append(list, v.outOfOrder(in))
			case !v.manual && slices.Contains(v.in, in):
				list = append(list, v.inOrder(in))
			}
		}
		if !v.manual {
			list = append(list, v.anyCase())
		}
		if v.args == "" {
			list = append(list, v.arguments())
		}
	}
	return list
}

// begin is where a case begins that wants the scratch mailboxes in a state.
func begin(in state) state {
	if in == authenticated {
		return filled
	}
	return in
}

func (v verb) required() []string {
	if v.needs == "" {
		return nil
	}
	return []string{v.needs}
}

// steps is a script, of which the lines are known to be right.
func steps(script string) []step {
	list, err := parseScript(script)
	if err != nil {
		panic(err) // TestScripts reads them all
	}
	return list
}

func scripted(name, ref, requirement string, in state, needs []string, script string) testCase {
	lines := steps(script)
	return testCase{name, ref, requirement, in, needs, func(s *session, vars map[string]string) { s.play(lines, vars) }}
}

func (v verb) outOfOrder(in state) testCase {
	needs := v.required()
	if in == greeted { // what is offered then is not all that there is; without it the command is refused as well
		needs = nil
	}
	return scripted(
		"order/"+v.name+" "+inWords[in], "RFC 9051, 3", fmt.Sprintf("%s %s is refused and changes nothing", v.name, inWords[in]),
		begin(in), needs, "C: "+v.name+v.args+"\nS: NO|BAD\nC: NOOP\n",
	)
}

func (v verb) inOrder(in state) testCase {
	script := "C: " + v.name + v.args + "\nC: NOOP\n"
	if v.name == "MOVE" || v.name == "UID MOVE" {
		script = "C: CREATE ${box2}\n" + script
	}
	return scripted(
		"order/"+v.name+" "+inWords[in], v.ref, v.name+" "+inWords[in]+" is in order", begin(in), v.required(), script,
	)
}

func (v verb) anyCase() testCase {
	mixed := []byte(v.name)
	for i := range mixed {
		if i%2 == 0 && mixed[i] != ' ' {
			mixed[i] += 'a' - 'A'
		}
	}
	in := v.in[len(v.in)-1]
	if v.needs == "SASL-IR" || v.name == "LOGIN" {
		in = greeted
	}
	script := "C: " + string(mixed) + v.args + "\n"
	if v.name == "MOVE" || v.name == "UID MOVE" {
		script = "C: CREATE ${box2}\n" + script
	}
	return scripted("syntax/"+v.name+" in mixed case", "RFC 9051, 9", "names of commands are not case sensitive", begin(in), v.required(), script)
}

func (v verb) arguments() testCase {
	in := v.in[len(v.in)-1]
	return scripted(
		"syntax/"+v.name+" with an argument", "RFC 9051, 9", v.name+" has no arguments: with one it is BAD",
		begin(in), v.required(), "C: "+v.name+" x\nS: BAD\nC: NOOP\n",
	)
}
