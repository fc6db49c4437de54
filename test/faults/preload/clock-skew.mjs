// Loaded before the service: its clock is FAULTS_SKEW_MS ahead, or behind if that is negative.

const skew = Number(process.env.FAULTS_SKEW_MS);
const RealDate = Date;

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + skew);
    else super(...args);
  }

  static now() {
    return RealDate.now() + skew;
  }
};
