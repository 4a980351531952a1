//go:build interop

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A programmed is what a script is told.
type programmed struct {
	IMAP, IMAPS, Trust string
	Name, Password     string
	Other, OtherSecret string
	Letters            []string // in Latin-1: each rune is an octet
}

// tellScript writes what a script needs to know.
func tellScript(t *testing.T, p *program, trust string) string {
	t.Helper()
	alice, bob := p.ready.Users[0], p.ready.Users[1]
	told := programmed{port(p.ready.IMAP), port(p.ready.IMAPS), trust, alice.Name, alice.Password, bob.Name, bob.Password, nil}
	for _, text := range texts() {
		octets := make([]rune, len(text))
		for i := range len(text) {
			octets[i] = rune(text[i])
		}
		told.Letters = append(told.Letters, string(octets))
	}
	b, err := json.Marshal(told)
	require.NoError(t, err)
	return writeFile(t, "told.json", string(b))
}

// imaplibScript uses every method of Python's imaplib.
const imaplibScript = `
import imaplib, json, re, ssl, sys, time
how, told = sys.argv[1], json.load(open(sys.argv[2]))
letters = [l.encode("latin-1") for l in told["Letters"]]
context = ssl.create_default_context(cafile=told["Trust"])

def connect():
    if how == "tls":
        return imaplib.IMAP4_SSL("localhost", int(told["IMAPS"]), ssl_context=context, timeout=60)
    m = imaplib.IMAP4("localhost", int(told["IMAP"]), timeout=60)
    if how == "starttls":
        ok(m.starttls(context))
    return m

def ok(answer, want="OK"):
    assert answer[0] == want, answer
    return answer[1]

def refused(m, call, *args):
    try:
        answer = call(*args)
        assert answer[0] == "NO", answer
    except m.error as e:
        assert not isinstance(e, m.abort), e
    ok(m.noop())

m = connect()
assert m.PROTOCOL_VERSION == "IMAP4REV1"
for wrong in (lambda: m.login(told["Name"], "wrong"), lambda: m.login_cram_md5(told["Name"], told["Password"])):
    refused(m, wrong)
if how == "tls":
    ok(m.authenticate("PLAIN", lambda _: ("\0" + told["Name"] + "\0" + told["Password"]).encode()))
elif how == "starttls":
    answers = iter([told["Name"].encode(), told["Password"].encode()])
    ok(m.authenticate("LOGIN", lambda _: next(answers)))
else:
    ok(m.login(told["Name"], told["Password"]))
assert b"UIDPLUS" in ok(m.capability())[0]
assert b"Public Folders/" in ok(m.namespace())[0]
assert len([b for b in ok(m.list()) if b"Public" not in b]) == 6, m.list()
assert len(ok(m.lsub())) == 6
ok(m.create("Work"))
ok(m.create('"Work/Gr&APwA3w-e"'))
refused(m, m.create, "Work")
ok(m.subscribe("Work"))
assert any(b"Work" in b for b in ok(m.lsub()))
ok(m.unsubscribe("Work"))
assert not any(b"Work" in b for b in ok(m.lsub()))
ok(m.rename('"Work/Gr&APwA3w-e"', '"Work/of 2026"'))
ok(m.delete('"Work/of 2026"'))
refused(m, m.delete, "Nonsense")
refused(m, m.select, "Nonsense")

assert ok(m.select("INBOX")) == [b"0"]
for i, letter in enumerate(letters):
    ok(m.append("INBOX", r"(\Flagged)" if i == 1 else None, imaplib.Time2Internaldate(1767362645 + i), letter))
ok(m.noop())
assert m.response("EXISTS")[1][-1] == str(len(letters)).encode()
ok(m.recent())
for i, letter in enumerate(letters):
    (head, got), end = ok(m.fetch(str(i + 1), "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"))
    assert got == letter, (i, got[:300], letter[:300])
    assert int(re.search(rb"RFC822.SIZE (\d+)", head)[1]) == len(letter)
    assert time.mktime(imaplib.Internaldate2tuple(head)) == 1767362645 + i, head
assert imaplib.ParseFlags(ok(m.fetch("2", "(FLAGS)"))[0])[0] == rb"\Flagged"
ok(m.fetch("1:*", "(ENVELOPE BODY BODYSTRUCTURE)"))
ok(m.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT DATE)])"))
assert ok(m.search(None, "FLAGGED")) == [b"2"]
m.literal = "\u65e5\u672c".encode()
assert ok(m.search("UTF-8", "SUBJECT")) == [b"2"]
assert ok(m.sort("(REVERSE SIZE)", "UTF-8", "ALL"))[0].split()[0] == b"4"
assert ok(m.thread("REFERENCES", "UTF-8", "ALL"))[0].count(b"(") >= 1
assert rb"\Answered" in ok(m.store("1", "+FLAGS", r"(\Answered Important)"))[0]
assert b"Important" not in ok(m.store("1", "-FLAGS", "Important"))[0]
ok(m.copy("1:3", "Work"))
ok(m.uid("MOVE", "2", "Archive"))
assert m.response("EXPUNGE")[1] == [b"2"]
ok(m.uid("COPY", "1", "Trash"))
ok(m.store("1", "FLAGS", r"\Deleted"))
assert ok(m.expunge()) == [b"1"]
ok(m.check())
assert b"MESSAGES 3" in ok(m.status("Work", "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)"))[0]
ok(m.store("1", "+FLAGS", r"\Deleted"))
ok(m.unselect())
assert b"MESSAGES %d" % (len(letters) - 2) in ok(m.status("INBOX", "(MESSAGES)"))[0]
ok(m.select("INBOX"))
ok(m.close())
assert b"MESSAGES %d" % (len(letters) - 3) in ok(m.status("INBOX", "(MESSAGES)"))[0]
ok(m.select("INBOX", readonly=True))
refused(m, m.store, "1", "+FLAGS", r"\Seen")
refused(m, m.fetch, "999", "(FLAGS)")
refused(m, m.fetch, "1", "(NONSENSE)")
refused(m, m.partial, "1", "RFC822", "1", "100")
refused(m, m.proxyauth, "x")
refused(m, m.getannotation, "INBOX", "/comment", "value.shared")
refused(m, m.setannotation, "INBOX", '/comment ("value.shared" "x")')
refused(m, lambda: m.xatom("XNONSENSE"))

assert told["Name"].encode() in ok(m.getacl("Work"))[0]
assert b"a" in ok(m.myrights("Work"))[0].split()[-1]
ok(m.setacl("Work", told["Other"], "lrs"))
ok(m.getquota(told["Name"]))
assert b"INBOX" in ok(m.getquotaroot("INBOX"))[0][0]
# The first user of a first start is the administrator.
assert b" 100000)" in ok(m.setquota(told["Name"], "(STORAGE 100000)"))[0]

o = connect()
ok(o.login(told["Other"], told["OtherSecret"]))
theirs = '"Other Users/%s/Work"' % told["Name"]
assert ok(o.select(theirs)) == [b"3"]
assert ok(o.fetch("1", "BODY.PEEK[]"))[0][1] == letters[0]
refused(o, o.expunge)
refused(o, o.setquota, told["Name"], "(STORAGE 1)")
refused(o, o.append, theirs, None, None, letters[0])
ok(m.deleteacl("Work", told["Other"]))
refused(o, o.select, theirs)
assert not any(b"Work" in b for b in ok(o.list()))
o.shutdown()

ok(m.unselect())
ok(m.enable("UTF8=ACCEPT"))
ok(m.create('"B\u00fccher"'))
ok(m.select("Archive"))
ok(m.copy("1", '"B\u00fccher"')) # its APPEND writes "UTF8 (" into the message
assert ok(m.select('"B\u00fccher"')) == [b"1"]
assert ok(m.search(None, "SUBJECT", '"\u65e5\u672c"')) == [b"1"]
assert ok(m.fetch("1", "BODY.PEEK[]"))[0][1] == letters[1]
ok(m.logout(), "BYE")
`

// TestIMAPPython uses every method of Python's imaplib.
func TestIMAPPython(t *testing.T) {
	for _, how := range []string{"plain", "starttls", "tls"} {
		t.Run(how, func(t *testing.T) {
			p, trust := startIMAP(t)
			runClient(t, "python3", writeFile(t, "all.py", imaplibScript), how, tellScript(t, p, trust))
		})
	}
}

// imapflowScript uses imapflow. In idle it is told of mail that its other
// connection brings.
const imapflowScript = `
const { ImapFlow } = require("imapflow"), assert = require("assert"), fs = require("fs");
const told = JSON.parse(fs.readFileSync(process.argv[3])), secure = process.argv[2] === "tls";
const letters = told.Letters.map(l => Buffer.from(l, "latin1"));
const make = () => new ImapFlow({
	host: "localhost", port: Number(secure ? told.IMAPS : told.IMAP), secure, qresync: true, logger: false,
	tls: { ca: fs.readFileSync(told.Trust) }, auth: { user: told.Name, pass: told.Password },
});
const read = async (c, uid) => {
	const { content } = await c.download(String(uid), undefined, { uid: true });
	const parts = [];
	for await (const part of content) parts.push(part);
	return Buffer.concat(parts);
};
(async () => {
	const c = make(), other = make();
	await c.connect();
	await other.connect();
	assert(c.enabled.has("QRESYNC"), "QRESYNC");
	const boxes = await c.list({ statusQuery: { messages: true, unseen: true } });
	for (const use of ["\\Sent", "\\Drafts", "\\Trash", "\\Junk", "\\Archive", "\\Inbox"])
		assert(boxes.find(b => b.specialUse === use), use);
	assert((await c.mailboxCreate("Gr\u00fc\u00dfe/2026")).created);
	await c.mailboxSubscribe("Gr\u00fc\u00dfe/2026");
	await c.mailboxRename("Gr\u00fc\u00dfe/2026", "Gr\u00fc\u00dfe/2027");
	const lock = await c.getMailboxLock("INBOX");
	const uids = [];
	for (const letter of letters)
		uids.push((await c.append("INBOX", letter, ["\\Flagged"], new Date(1767362645000))).uid);
	for (const [i, uid] of uids.entries()) {
		assert((await read(c, uid)).equals(letters[i]), "letter " + i);
		const m = await c.fetchOne(String(uid), { uid: true, source: true, size: true, flags: true, envelope: true, bodyStructure: true, internalDate: true }, { uid: true });
		assert(m.source.equals(letters[i]), "source " + i);
		assert.strictEqual(m.size, letters[i].length);
		assert(m.flags.has("\\Flagged"));
		assert.strictEqual(m.envelope.from[0].address, "bob@postoffice.test");
		assert.strictEqual(m.internalDate.getTime(), 1767362645000);
	}
	assert.strictEqual((await c.fetchOne(String(uids[0]), { envelope: true }, { uid: true })).envelope.subject, "Gr\u00fc\u00dfe");
	assert.deepStrictEqual(await c.search({ subject: "nested" }, { uid: true }), [uids[2]]);
	assert.deepStrictEqual(await c.search({ larger: 1000000 }, { uid: true }), [uids[3]]);
	await c.messageFlagsAdd(String(uids[0]), ["\\Seen", "$Forwarded"], { uid: true });
	await c.messageFlagsRemove(String(uids[0]), ["\\Flagged"], { uid: true });
	assert.deepStrictEqual([...(await c.fetchOne(String(uids[0]), { flags: true }, { uid: true })).flags].filter(f => f !== "\\Recent").sort(), ["$Forwarded", "\\Seen"]);
	assert.strictEqual((await c.messageCopy("1:2", "Gr\u00fc\u00dfe/2027")).uidMap.size, 2);
	assert.strictEqual((await c.messageMove(String(uids[2]), "Archive", { uid: true })).uidMap.size, 1);
	await c.messageDelete(String(uids[1]), { uid: true });
	assert.strictEqual((await c.status("INBOX", { messages: true })).messages, letters.length - 2);
	await c.getQuota("INBOX");

	// What the other connection does is seen in IDLE.
	const seen = new Promise(resolve => {
		const news = { exists: false, expunge: false, flags: false };
		for (const name in news)
			c.on(name, e => { news[name] = true; if (Object.values(news).every(Boolean)) resolve(e); });
	});
	const idle = c.idle();
	await other.mailboxOpen("INBOX");
	await other.append("INBOX", letters[0]);
	await other.messageFlagsAdd(String(uids[4]), ["\\Answered"], { uid: true });
	await other.messageDelete(String(uids[5]), { uid: true });
	await seen;
	await c.noop();
	await idle;
	const changed = [];
	for await (const m of c.fetch("1:*", { uid: true, flags: true }, { changedSince: 1n })) changed.push(m.uid);
	assert(changed.length > 0);
	lock.release();
	await c.mailboxDelete("Gr\u00fc\u00dfe/2027");
	await other.logout();
	await c.logout();
	console.log("done");
})().catch(e => { console.error(e); process.exit(1); });
`

// TestIMAPNode uses imapflow, which npm installs.
func TestIMAPNode(t *testing.T) {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s: %v", name, err)
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte("{}"), 0o600))
	if out, err := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "imapflow@1.0.188").CombinedOutput(); err != nil {
		t.Skipf("npm cannot install imapflow: %v: %.1000s", err, out)
	}
	script := filepath.Join(dir, "all.js")
	require.NoError(t, os.WriteFile(script, []byte(imapflowScript), 0o600))
	for _, how := range []string{"plain", "tls"} {
		t.Run(how, func(t *testing.T) {
			p, trust := startIMAP(t)
			require.Contains(t, runClient(t, "node", script, how, tellScript(t, p, trust)), "done\n", fmt.Sprint(how))
		})
	}
}
