import { average, groupBy, last, min } from '@tessera/api';
import { deviceReputation } from '../sources.js';

export const deviceTrust = groupBy({
  name: 'device_trust',
  owner: 'fraud-team',
  description: 'What vendors say about a device.',
  source: deviceReputation,
  keys: ['device_id'],
  aggregations: [
    last('reputation'),
    min('reputation', { windows: ['30d'] }),
    average('vpn', { windows: ['30d'], as: 'vpn_share' }),
  ],
  online: true,
});
