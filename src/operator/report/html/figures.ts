const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const balance = new Intl.NumberFormat('en-US', {
  style: 'percent',
  signDisplay: 'exceptZero',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const time = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  dateStyle: 'medium',
  timeStyle: 'short',
});

/** Beyond this an error is only said to be beyond it. */
const mostError = 9.99;

/** `1,234`. */
export function countText(count: number): string {
  return whole.format(count);
}

/** `1,234`, but `12.3M`: as much as a tile holds. */
export function tileText(count: number): string {
  return count < 1e7 ? countText(count) : shortText(count);
}

/** `1.2K`. */
export function shortText(count: number): string {
  return short.format(count);
}

/** `98.2%`; a dash where there is none. */
export function shareText(share: number | null): string {
  return share === null ? '–' : percent.format(share);
}

/** An error in per cent as a tile holds it: a few reads where many were expected are off by thousands. */
export function errorText(error: number | null): string {
  return error !== null && error > mostError ? '> 999%' : shareText(error);
}

/** `+98.2%` or `-1.5%`; a dash where there is none. */
export function balanceText(share: number | null): string {
  if (share === null) {
    return '–';
  }
  return share > mostError ? '> +999%' : balance.format(share);
}

/** `$0.0031`; from one dollar on `$1.20`. */
export function usdText(usd: number): string {
  const least = 0.0001;
  if (usd > 0 && usd < least) {
    return `under $${least}`;
  }
  return `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
}

/** `25 Nov 2026, 02:00 UTC`. */
export function momentText(iso: string): string {
  return `${moment.format(new Date(iso))} UTC`;
}

/** `25 Nov`. */
export function dayText(iso: string): string {
  return day.format(new Date(iso));
}

/** `14:00`. */
export function timeText(iso: string): string {
  return time.format(new Date(iso));
}
