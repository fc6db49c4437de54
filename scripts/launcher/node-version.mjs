// Imported first by every launcher, so that an old Node ends with a sentence and not with a stack trace.

const NEEDED = '20.19.0';

const [major, minor] = process.versions.node.split('.').map(Number);
const [neededMajor, neededMinor] = NEEDED.split('.').map(Number);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(`This project needs Node ${NEEDED} or newer; this is Node ${process.versions.node}.`);
  console.error('Get a current one from https://nodejs.org or with your version manager.');
  process.exit(1);
}
