import { describe, expect, it } from 'vitest';
import { builtInImages } from '../../src/reader/reference-tier.ts';
import type { ItemReference } from '../../src/shared/queues/item-page.ts';
import { minuteMs } from '../../src/shared/core/clock.ts';
