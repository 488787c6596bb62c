import type { AdHocEvent, FetchRequest, ScheduledRequest } from '../../src/shared/queues/plan-request.ts';

/** The daily occurrence of Monday 2026-11-23; members given replace its own. */
export function sampleScheduled(over: Partial<ScheduledRequest> = {}): ScheduledRequest {
  return { kind: 'schedule', version: 1, schedule: 'daily', occurrence: '2026-11-23T08:00:00Z', ...over };
}

/** One page of popular films in Germany; members given replace its own. */
export function sampleFetchRequest(over: Partial<FetchRequest> = {}): FetchRequest {
  return {
    version: 1,
    category: 'popular',
    media: ['movie'],
    regions: ['DE'],
    languages: ['de-DE'],
    pages: 1,
    ...over,
  };
}

/** An ad-hoc event as EventBridge delivers it; members given replace its own. */
export function sampleAdHoc(over: Partial<AdHocEvent> = {}): AdHocEvent {
  return {
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    source: 'tmdb-pipeline',
    'detail-type': 'Fetch Requested',
    time: '2026-11-23T07:30:15Z',
    detail: sampleFetchRequest(),
    ...over,
  };
}
