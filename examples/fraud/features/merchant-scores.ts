import { average, groupBy, last, max, rateOfChange } from '@tessera/api';
import { merchantRiskScores } from '../sources.js';

export const merchantScores = groupBy({
  name: 'merchant_scores',
  owner: 'merchant-team',
  description: "The vendor's risk score of a merchant, and where it is heading.",
  source: merchantRiskScores,
  keys: ['merchant_id'],
  aggregations: [
    last('score'),
    max('score', { windows: ['7d'] }),
    average('score', { windows: ['30d'], by: 'model_version' }),
    rateOfChange('score', { windows: ['30d'] }),
  ],
  online: true,
});
