// What a Salesforce client nobody here wrote does with an org: it signs in, queries, writes and reads refusals. The
// script is written against Salesforce's documentation: apart from the names of the fields it works on a real org.
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

const { SALESFORCE_URL: url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, CREATE_FIELD: create, LEGACY_FIELD: legacy, TWINS_FIELD: twins } = process.env;

const connect = (secret) => new jsforce.Connection({
  instanceUrl: url, version: '67.0', oauth2: { loginUrl: url, clientId, clientSecret: secret },
});

const refusal = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error.errorCode ?? error.name;
  }
  return 'no refusal';
};

assert.equal(await refusal(connect('wrong').authorize({ grant_type: 'client_credentials' })), 'invalid_client');
const conn = connect(clientSecret);
const user = await conn.authorize({ grant_type: 'client_credentials' });
assert.match(user.organizationId, /^00D/);

// Create, read, update, delete.
const account = await conn.sobject('Account').create({ Name: "O'Brien & Co" });
assert.ok(account.success);
const people = await conn.sobject('Contact').create(
  Array.from({ length: 5 }, (_, i) => ({ LastName: `Row ${i}`, Email: `row${i}@x.edu`, AccountId: account.id })),
);
assert.ok(people.every((p) => p.success));
const [first] = people;
await conn.sobject('Contact').update({ Id: first.id, [create]: true, FirstName: 'Zoë' });
const read = await conn.sobject('Contact').retrieve(first.id);
assert.equal(read[create], true);
assert.equal(read.Name, 'Zoë Row 0');

// Queries: short pages followed by hand and by jsforce, relations, counts, the recycle bin.
const page = await conn.query('SELECT Id, Name, Account.Name FROM Contact ORDER BY Name');
assert.equal(page.totalSize, 5);
assert.equal(page.done, false);
assert.equal(page.records[0].Account.Name, "O'Brien & Co");
const second = await conn.queryMore(page.nextRecordsUrl);
assert.equal(second.records.length, page.records.length);
const all = await conn.query('SELECT Id FROM Contact', { autoFetch: true, maxFetch: 100 });
assert.equal(all.records.length, 5);
assert.equal((await conn.query("SELECT COUNT() FROM Contact WHERE Email LIKE 'ROW_@x.edu'")).totalSize, 5);
const found = await conn.sobject('Account').find({ Name: "o'brien & co" }, ['Id', 'Name']);
assert.equal(found[0].Id, account.id);
await conn.sobject('Contact').destroy(people[4].id);
assert.equal((await conn.query('SELECT Id FROM Contact', { autoFetch: true })).records.length, 4);
assert.equal((await conn.query('SELECT Id FROM Contact WHERE IsDeleted = true', { scanAll: true })).records.length, 1);

// Upserts by an external id.
const made = await conn.sobject('Contact').upsert({ [legacy]: 'L 1', LastName: 'New' }, legacy);
assert.equal(made.created, true);
const changed = await conn.sobject('Contact').upsert({ [legacy]: 'L 1', LastName: 'Newer' }, legacy);
assert.equal(changed.created, false);
assert.equal(changed.id, made.id);

for (const LastName of ['Twin', 'Other twin']) await conn.sobject('Contact').create({ LastName, [twins]: '7' });
assert.equal(await refusal(conn.sobject('Contact').upsert({ [twins]: '7', LastName: 'Which' }, twins)), 'MULTIPLE_CHOICES');

// Collections: each record for itself, all or none, upserts, reads by id, deletes.
const rows = (names) => names.map((LastName, i) => ({ LastName, Email: `many${i}@x.edu` }));
const codes = (results) => results.map((r) => (r.success ? (r.created === undefined ? 'ok' : r.created) : r.errors[0].statusCode));
const count = async () => (await conn.query('SELECT COUNT() FROM Contact')).totalSize;
const before = await count();
assert.deepEqual(codes(await conn.sobject('Contact').create(rows(['A', '']), { allOrNone: true })),
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
assert.equal(await count(), before);
const [one, none] = await conn.sobject('Contact').create(rows(['A', '']), { allOrNone: false });
assert.deepEqual(codes([one, none]), ['ok', 'REQUIRED_FIELD_MISSING']);
assert.deepEqual(codes(await conn.sobject('Contact').update(
  [{ Id: one.id, LastName: 'Kept?' }, { Id: made.id, LastName: '' }], { allOrNone: true },
)), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
assert.equal((await conn.sobject('Contact').retrieve(one.id)).LastName, 'A');
assert.deepEqual(codes(await conn.sobject('Contact').upsert(
  [{ [legacy]: 'L 1', LastName: 'Newest' }, { [legacy]: 'L 2', LastName: 'Second' }], legacy,
)), [false, true]);
const several = await conn.sobject('Contact').retrieve([made.id, one.id], { fields: ['Id', 'LastName', 'Account.Name'] });
assert.deepEqual(several.map((r) => r.LastName), ['Newest', 'A']);
assert.deepEqual(codes(await conn.sobject('Contact').destroy([one.id, one.id], { allOrNone: true })),
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'ENTITY_IS_DELETED']);
assert.deepEqual(codes(await conn.sobject('Contact').destroy([one.id])), ['ok']);
const tooMany = conn.request({
  method: 'POST', url: '/composite/sobjects', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ records: Array.from({ length: 201 }, () => ({ attributes: { type: 'Contact' }, LastName: 'x' })) }),
});
assert.equal(await refusal(tooMany), 'EXCEEDED_ID_LIMIT');

// A rule against second contacts, that may be waved aside.
const twin = { LastName: 'Again', Email: 'row0@x.edu' };
assert.equal(await refusal(conn.sobject('Contact').create(twin)), 'DUPLICATES_DETECTED');
const anyway = await conn.sobject('Contact').create(twin, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } });
assert.ok(anyway.success);

// A user's address stays until the new one is verified.
const profile = (await conn.query("SELECT Id FROM Profile WHERE UserType = 'Standard'")).records[0];
const login = await conn.sobject('User').create({
  LastName: 'Login', Email: 'login@x.edu', Username: 'login@x.edu', Alias: 'login', ProfileId: profile.Id, TimeZoneSidKey: 'GMT',
  LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US', EmailEncodingKey: 'UTF-8',
});
await conn.sobject('User').update({ Id: login.id, Email: 'new@x.edu' });
assert.equal((await conn.sobject('User').retrieve(login.id)).Email, 'login@x.edu');

// What the org is made of.
const shape = await conn.sobject('Contact').describe();
assert.ok(shape.fields.some((f) => f.name === create && f.label === 'Create in LearnUpon' && f.type === 'boolean'));
assert.ok((await conn.describeGlobal()).sobjects.some((o) => o.name === 'Contact' && o.keyPrefix === '003'));

// Refusals.
assert.equal(await refusal(conn.query('SELECT Id FROM')), 'MALFORMED_QUERY');
assert.equal(await refusal(conn.query('SELECT Nope__c FROM Contact')), 'INVALID_FIELD');
assert.equal(await refusal(conn.query('SELECT Id FROM Nope')), 'INVALID_TYPE');
assert.equal(await refusal(conn.sobject('Contact').create({ FirstName: 'No last name' })), 'REQUIRED_FIELD_MISSING');
assert.equal(await refusal(conn.sobject('Contact').update({ Id: first.id, Email: 'no address' })), 'INVALID_EMAIL_ADDRESS');
assert.equal(await refusal(conn.sobject('Contact').update({ Id: people[4].id, LastName: 'Gone' })), 'ENTITY_IS_DELETED');
assert.equal(await refusal(conn.sobject('Contact').create({ LastName: 'Again', [legacy]: 'l 1' })), 'DUPLICATE_VALUE');
const mixed = await conn.sobject('Contact').update([{ Id: first.id, LastName: 'Fine' }, { Id: made.id, LastName: '' }]);
assert.deepEqual(mixed.map((r) => r.success), [true, false]);
assert.equal(mixed[1].errors[0].statusCode ?? mixed[1].errors[0].errorCode, 'REQUIRED_FIELD_MISSING');
assert.ok(conn.limitInfo.apiUsage.used > 10);

// A session that ended is told by its code, and jsforce asks for another where it knows how.
const ended = { instanceUrl: url, version: '67.0', accessToken: 'ended' };
assert.equal(await refusal(new jsforce.Connection(ended).query('SELECT Id FROM Contact')), 'INVALID_SESSION_ID');
let asked = 0;
const renewed = new jsforce.Connection({
  ...ended,
  refreshFn: (_, done) => {
    asked += 1;
    done(null, conn.accessToken);
  },
});
assert.equal((await renewed.query('SELECT COUNT() FROM Account')).totalSize, 1);
assert.equal(asked, 1);
