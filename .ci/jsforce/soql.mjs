// Reads queries, a JSON array of strings, and answers which of them a SOQL parser nobody here wrote takes, as a JSON
// array of booleans.
import { isQueryValid } from '@jetstreamapp/soql-parser-js';

let input = '';
for await (const chunk of process.stdin) input += chunk;
console.log(JSON.stringify(JSON.parse(input).map((query) => isQueryValid(query))));
