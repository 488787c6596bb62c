import { Agent } from 'node:http';
import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { benchToken } from '../simulated-tmdb.ts';

/** Four attempts for a job, the most that axios-retry's documentation shows. */
export const retries = 3;

/** axios as peers use it to call TMDB at `baseURL`. `adapter` (default: that for HTTP) makes each attempt. */
export function tmdbAxios(baseURL: string, adapter: AxiosAdapter = axios.getAdapter('http')): AxiosInstance {
  return axios.create({
    adapter,
    baseURL,
    headers: { Authorization: `Bearer ${benchToken}` },
    httpAgent: new Agent({ keepAlive: true }),
    timeout: defaultSettings.tmdb.requestTimeoutMs,
    // Bundles leave out what axios follows redirects with (src/local/bundle/bundle-options.ts).
    maxRedirects: 0,
  });
}
